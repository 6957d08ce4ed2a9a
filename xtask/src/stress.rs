//! `cargo xtask stress`: all tests many times, several runs at once so that every core is overloaded, and which of them
//! ever failed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::process::{run as run_command, shown};
use crate::test::{WHOLE, runner};
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Builds all tests, then runs all of them 20 times, two runs for each core at a time, so that each test has a quarter of a
core. At the end it lists which tests ever failed and in how many of the runs; what each run printed is kept in
`target/stress/`. This takes an hour on two cores. Options:
  --times N      this many runs
Further arguments go to the test runner (`cargo xtask stress --times 200 observer`).";

const TIMES: usize = 20;
/// Runs at a time for each core. Each of them has as many tests at a time as there are cores.
const PER_CORE: usize = 2;

pub(crate) fn run(args: &[String]) -> Result {
    let (times, args) = options(args)?;
    let kept = Workspace::load()?.target_directory.join("stress");
    if kept.exists() {
        fs::remove_dir_all(&kept).map_err(|error| Error::file("remove", &kept, &error))?;
    }
    fs::create_dir_all(&kept).map_err(|error| Error::file("make", &kept, &error))?;
    let mut build = runner();
    build.args(WHOLE).arg("--no-run");
    run_command(build)?;
    let ends = repeat(times, args, &kept)?;
    report(&ends, &kept)
}

/// How one run ended.
struct End {
    succeeded: bool,
    failed: BTreeSet<String>,
}

fn options(args: &[String]) -> Result<(usize, &[String])> {
    match args {
        [flag, times, rest @ ..] if flag == "--times" => match times.parse() {
            Ok(times) if times > 0 => Ok((times, rest)),
            _ => Err(Error::Usage(format!(
                "`--times {times}` is no number of runs: write one from 1 on"
            ))),
        },
        [flag] if flag == "--times" => Err(Error::Usage(
            "`--times` has no number: write `--times 20`".to_owned(),
        )),
        rest => Ok((TIMES, rest)),
    }
}

/// Runs all tests this many times, several runs side by side: each is the load of the others.
fn repeat(times: usize, args: &[String], kept: &Path) -> Result<Vec<End>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let lanes = (PER_CORE * cores).min(times);
    println!("stress: {times} runs, {lanes} at a time");
    let next = AtomicUsize::new(1);
    let lane = || {
        let mut ends = Vec::new();
        loop {
            let time = next.fetch_add(1, Ordering::Relaxed);
            if time > times {
                return Ok(ends);
            }
            ends.push(once(time, times, args, kept)?);
        }
    };
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        let mut ends = Vec::with_capacity(times);
        for lane in lanes {
            match lane.join() {
                Ok(of_lane) => ends.extend(of_lane?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(ends)
    })
}

fn once(time: usize, times: usize, args: &[String], kept: &Path) -> Result<End> {
    let mut command = runner();
    command.args(WHOLE).arg("--no-fail-fast").args(args);
    command.env("CARGO_TERM_COLOR", "never");
    command.stdin(Stdio::null());
    let shown = shown(&command);
    let begin = Instant::now();
    let output = command.output().map_err(|source| Error::NotStarted {
        command: shown,
        source,
    })?;
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    let file = kept.join(format!("{time}.txt"));
    fs::write(&file, &text).map_err(|error| Error::file("write", &file, &error))?;
    let end = End {
        succeeded: output.status.success(),
        failed: failures(&text),
    };
    println!(
        "stress: run {time} of {times}, {} s: {}",
        begin.elapsed().as_secs(),
        match (end.succeeded, end.failed.len()) {
            (true, _) => "all passed".to_owned(),
            (false, 0) => format!("the runner ended with {}", output.status),
            (false, failed) => format!("{failed} failed"),
        }
    );
    Ok(end)
}

/// The tests that a runner says have not passed: by a line of cargo-nextest, or of the test harness itself.
fn failures(output: &str) -> BTreeSet<String> {
    output
        .lines()
        .filter_map(|line| nextest_failure(line).or_else(|| harness_failure(line)))
        .collect()
}

/// `        FAIL [   0.003s] (12/90) tuning-core space::tests::name`; a signal or a timeout stand in the place of `FAIL`.
fn nextest_failure(line: &str) -> Option<String> {
    let (status, rest) = line.trim_start().split_once(" [")?;
    let is_failure =
        ["FAIL", "TIMEOUT", "ABORT", "LEAK-FAIL"].contains(&status) || status.starts_with("SIG");
    let (_, name) = rest.split_once("s] ")?;
    let name = match name.trim_start().strip_prefix('(') {
        Some(counted) => counted.split_once(')')?.1,
        None => name,
    };
    is_failure.then(|| name.trim().to_owned())
}

/// `test space::tests::name ... FAILED`.
fn harness_failure(line: &str) -> Option<String> {
    let name = line.strip_prefix("test ")?.strip_suffix(" ... FAILED")?;
    Some(name.to_owned())
}

fn report(ends: &[End], kept: &Path) -> Result {
    let times = ends.len();
    let mut failed: BTreeMap<&str, usize> = BTreeMap::new();
    for name in ends.iter().flat_map(|end| &end.failed) {
        *failed.entry(name).or_default() += 1;
    }
    let bad = ends.iter().filter(|end| !end.succeeded).count();
    println!("stress: {bad} of {times} runs failed");
    for (name, count) in &failed {
        println!("  {count} of {times}: {name}");
    }
    if bad == 0 {
        return Ok(());
    }
    Err(Error::Workspace(format!(
        "{bad} of {times} runs failed; what they printed is in {}",
        kept.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_found_in_the_words_of_both_runners() {
        let output = "\
        PASS [   0.003s] (  1/90) tuning-core space::tests::passes
        FAIL [   0.012s] ( 12/90) tuning-core space::tests::fails
     SIGABRT [   1.203s] tuning-runtime::suite waits::for_the_other
        LEAK [   0.100s] ( 13/90) tuning-core space::tests::leaves_a_child
test one::that_passes ... ok
test another::that_fails ... FAILED
        FAIL [   0.012s] ( 12/90) tuning-core space::tests::fails";
        let failures = failures(output);
        let found: Vec<&str> = failures.iter().map(String::as_str).collect();
        assert_eq!(
            found,
            [
                "another::that_fails",
                "tuning-core space::tests::fails",
                "tuning-runtime::suite waits::for_the_other",
            ]
        );
    }

    #[test]
    fn a_number_of_runs_is_read() {
        let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let given = words("--times 3 observer");
        let (times, rest) = options(&given).unwrap();
        assert_eq!((times, rest), (3, &words("observer")[..]));
        assert_eq!(options(&[]).unwrap().0, TIMES);
        for wrong in ["--times", "--times 0", "--times many"] {
            assert!(options(&words(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_run_that_failed_is_an_error_that_says_where_its_output_is() {
        let end = |succeeded, failed: &[&str]| End {
            succeeded,
            failed: failed.iter().map(|name| (*name).to_owned()).collect(),
        };
        let kept = Path::new("target/stress");
        report(&[end(true, &[])], kept).unwrap();
        let error = report(&[end(true, &[]), end(false, &["a"])], kept).unwrap_err();
        assert!(error.to_string().contains("1 of 2 runs"), "{error}");
        assert!(error.to_string().contains("target/stress"), "{error}");
    }
}
