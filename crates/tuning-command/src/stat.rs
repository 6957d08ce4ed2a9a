//! [`Stat`]: what `/proc` says of a process, where there is one.

use std::fs;

/// What `/proc/<pid>/stat` says of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// `R` for one that runs, `Z` for one that waits to be reaped, and so on.
    pub(crate) state: char,
    /// The number of its group.
    pub(crate) group: u32,
    /// When it started, in the kernel's ticks since the computer did.
    pub(crate) started: u64,
}

impl Stat {
    /// That of one process.
    pub(crate) fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Those of all processes.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter_map(Self::of)
    }

    /// proc_pid_stat(5), fields 3, 5 and 22.
    fn parse(stat: &str) -> Option<Self> {
        // The second field is a name in parentheses that may hold anything.
        let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace();
        Some(Self {
            state: fields.next()?.chars().next()?,
            group: fields.nth(1)?.parse().ok()?,
            started: fields.nth(16)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        let line = "7 (a) R 9 (b)) S 1 5 5 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4711 9 9\n";
        let expect = Stat {
            state: 'S',
            group: 5,
            started: 4711,
        };
        assert_eq!(Stat::parse(line), Some(expect));
        assert_eq!(Stat::parse("7 (a"), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_is_among_all() {
        let own = Stat::of(std::process::id()).unwrap();
        assert!(Stat::all().any(|stat| stat.started == own.started && stat.group == own.group));
    }
}
