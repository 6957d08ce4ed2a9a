//! Clocks and counters of this process: CPU time, resident memory, medians.

use std::{fs, time::Instant};

use rustix::time::{ClockId, clock_gettime};

/// The CPU time of the whole process so far, in seconds: all threads, user and system.
#[must_use]
pub fn process_cpu() -> f64 {
    seconds(ClockId::ProcessCPUTime)
}

/// The CPU time of this thread so far, in seconds.
#[must_use]
pub fn thread_cpu() -> f64 {
    seconds(ClockId::ThreadCPUTime)
}

fn seconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The resident memory of this process, in bytes; none where there is no `/proc`.
#[must_use]
pub fn resident() -> Option<u64> {
    status("VmRSS:")
}

/// The most memory that was ever resident, in bytes; none where there is no `/proc`.
#[must_use]
pub fn peak_resident() -> Option<u64> {
    status("VmHWM:")
}

fn status(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    let kibibytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// Wall and CPU seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Took {
    /// On the wall clock.
    pub wall: f64,
    /// Of all cores, all threads of this process together.
    pub cpu: f64,
}

/// A measurement that is running.
#[derive(Debug)]
pub struct Stopwatch {
    wall: Instant,
    cpu: f64,
}

impl Stopwatch {
    /// Begins now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            wall: Instant::now(),
            cpu: process_cpu(),
        }
    }

    /// What it took until now.
    #[must_use]
    pub fn took(&self) -> Took {
        Took {
            wall: self.wall.elapsed().as_secs_f64(),
            cpu: process_cpu() - self.cpu,
        }
    }
}

/// The median; the mean of the two in the middle if there are two.
///
/// # Panics
/// If there is no number.
#[must_use]
pub fn median(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.into_iter().collect();
    numbers.sort_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match numbers.len() % 2 {
        1 => numbers[middle],
        _ => f64::midpoint(numbers[middle - 1], numbers[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
    }

    #[test]
    fn clocks_run() {
        let watch = Stopwatch::start();
        let thread = thread_cpu();
        let mut sum = 0_u64;
        while watch.took().cpu < 0.01 {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(thread_cpu() > thread);
    }
}
