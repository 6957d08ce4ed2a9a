//! [`Machine`]: what the figures were measured on, since without it they mean little.

use std::{fs, process::Command, thread};

use serde::Serialize;

/// What the figures were measured on.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// The day, in UTC, if there is a program `date`.
    pub date: Option<String>,
    /// The processor's name.
    pub cpu: Option<String>,
    /// How many cores this process may use.
    pub cores: usize,
    /// The load average of the last minute when it began: on a quiet machine below 0.5.
    pub load: Option<f64>,
    /// The compiler.
    pub rustc: Option<String>,
}

impl Machine {
    /// This machine, now.
    #[must_use]
    pub fn this() -> Self {
        let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        Self {
            date: output("date", &["-u", "+%Y-%m-%d"]),
            cpu: cpuinfo
                .lines()
                .find(|line| line.starts_with("model name"))
                .and_then(|line| Some(line.split_once(':')?.1.trim().to_owned())),
            cores: thread::available_parallelism().map_or(1, usize::from),
            load: load.split(' ').next().and_then(|first| first.parse().ok()),
            rustc: output("rustc", &["--version"]),
        }
    }

    /// The machine in one line.
    #[must_use]
    pub fn line(&self) -> String {
        let known = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
        let load = self
            .load
            .map_or_else(String::new, |load| format!(", load {load}"));
        format!(
            "{}: {} cores of {}{load}; {}",
            known(&self.date),
            self.cores,
            known(&self.cpu),
            known(&self.rustc)
        )
    }
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program).args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}
