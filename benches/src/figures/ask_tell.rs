//! What a round trip of `tune ask-tell` costs: a line to the program and its answer, by random search of ten
//! parameters, with nothing in between.

use std::{
    error::Error,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};

use serde_json::{Value, json};

use super::context::{Context, Rows};
use crate::{
    place,
    row::{Row, Target},
};

pub(super) fn run(context: &Context) -> Rows {
    let program = place::tune()?;
    let (n, durable) = (context.size(20_000), context.size(500));
    let (mut memory, mut sqlite) = (Vec::new(), Vec::new());
    for _ in 0..context.rounds(5) {
        memory.push(converse(&program, n, None)?);
        let scratch = place::scratch()?;
        sqlite.push(converse(&program, durable, Some(scratch.path()))?);
    }
    let many = context.size(100_000);
    let (mut batches, mut resumes) = (Vec::new(), Vec::new());
    for _ in 0..context.rounds(3) {
        let scratch = place::scratch()?;
        let file = scratch.path().join("asked.db");
        batches.push(converse_in_batches(&program, many, &file)?);
        resumes.push(resume(&program, many, &file)?);
    }
    Ok(vec![
        Row::new("ask-tell: trials in batches, durable", "trials/s", batches)
            .target(Target::AtLeast(5000.0))
            .note("100 are asked for in a line, and their results sent in 100 lines at once"),
        Row::new(format!("ask-tell: resume of {many} trials"), "s", resumes)
            .target(Target::AtMost(1.0))
            .note("from the start of the process to its first answer"),
        Row::new("ask-tell: a round trip, in memory", "µs", memory)
            .target(Target::AtMost(50.0))
            .note(
                "a line to `tune ask-tell` and its answer, half of them asks, half of them tells",
            ),
        Row::new("ask-tell: a round trip, durable", "µs", sqlite)
            .note("the answer comes once it is on the disk: one commit each"),
    ])
}

/// A study of ten parameters as a line.
fn study(trials: u64) -> String {
    let parameters: serde_json::Map<String, Value> = (0..10)
        .map(|k| (format!("x{k}"), json!({"min": 0.0, "max": 1.0})))
        .collect();
    let study = json!({
        "parameters": parameters,
        "objective": {"name": "loss", "direction": "minimize"},
        "strategy": "random",
        "budget": {"trials": trials},
    });
    json!({ "study": study }).to_string()
}

/// Asks for and tells this many trials, 100 at a time; returns how many that are in a second.
fn converse_in_batches(program: &Path, trials: u64, file: &Path) -> Result<f64, Box<dyn Error>> {
    let mut tuner = Tuner::start(program, Some(file.to_owned()))?;
    tuner.say(&study(trials))?;
    let began = Instant::now();
    let mut told = 0;
    while told < trials {
        let asked: Value = serde_json::from_str(tuner.say("{\"ask\": 100}")?)?;
        let work = asked["asked"].as_array().ok_or("no work")?;
        let tell = |work: &Value| {
            let trial = &work["trial"];
            format!("{{\"tell\": {{\"trial\": {trial}, \"values\": {{\"loss\": 0.5}}}}}}\n")
        };
        let lines: String = work.iter().map(tell).collect();
        tuner.stdin.write_all(lines.as_bytes())?;
        for _ in work {
            tuner.hear(&lines)?;
        }
        told += work.len() as u64;
    }
    let rate = told as f64 / began.elapsed().as_secs_f64();
    tuner.say("{\"end\": true}")?;
    tuner.child.wait()?;
    Ok(rate)
}

/// Opens the study with this many trials again; returns the seconds until the program says so.
fn resume(program: &Path, trials: u64, file: &Path) -> Result<f64, Box<dyn Error>> {
    let began = Instant::now();
    let mut tuner = Tuner::start(program, Some(file.to_owned()))?;
    let ready: Value = serde_json::from_str(tuner.say(&study(trials))?)?;
    let took = began.elapsed().as_secs_f64();
    if ready["ready"]["counts"]["completed"] != trials {
        return Err(format!("not all trials are there: {ready}").into());
    }
    tuner.say("{\"end\": true}")?;
    tuner.child.wait()?;
    Ok(took)
}

/// Asks for and tells this many trials; returns the microseconds of a round trip.
fn converse(program: &Path, trials: u64, folder: Option<&Path>) -> Result<f64, Box<dyn Error>> {
    let mut tuner = Tuner::start(program, folder.map(|folder| folder.join("asked.db")))?;
    tuner.say(&study(trials))?;
    let began = Instant::now();
    for trial in 0..trials {
        tuner.say("{\"ask\": 1}")?;
        tuner.say(&format!(
            "{{\"tell\": {{\"trial\": {trial}, \"values\": {{\"loss\": 0.5}}}}}}"
        ))?;
    }
    let took = began.elapsed().as_secs_f64() * 1e6 / (2 * trials) as f64;
    let ended: Value = serde_json::from_str(tuner.say("{\"end\": true}")?)?;
    if ended["ended"]["counts"]["completed"] != trials {
        return Err(format!("not all trials completed: {ended}").into());
    }
    tuner.child.wait()?;
    Ok(took)
}

/// A running `tune ask-tell`.
struct Tuner {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    answer: String,
}

impl Tuner {
    fn start(program: &Path, journal: Option<PathBuf>) -> Result<Self, Box<dyn Error>> {
        let mut command = Command::new(program);
        command.arg("ask-tell");
        if let Some(journal) = journal {
            command.arg("--journal").arg(journal);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        Ok(Self {
            stdin: child.stdin.take().ok_or("no stdin")?,
            stdout: BufReader::new(child.stdout.take().ok_or("no stdout")?),
            child,
            answer: String::new(),
        })
    }

    /// Sends a line and returns its answer.
    fn say(&mut self, line: &str) -> Result<&str, Box<dyn Error>> {
        self.stdin.write_all(format!("{line}\n").as_bytes())?;
        self.hear(line)
    }

    /// The next answer, to this.
    fn hear(&mut self, line: &str) -> Result<&str, Box<dyn Error>> {
        self.answer.clear();
        self.stdout.read_line(&mut self.answer)?;
        if self.answer.is_empty() || self.answer.starts_with("{\"error\"") {
            return Err(format!("{line} was answered with {}", self.answer).into());
        }
        Ok(&self.answer)
    }
}
