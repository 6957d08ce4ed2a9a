//! A long study in steps: whether its rate, its memory, its file and its resumption stay what they were.

use super::context::{Context, Rows};
use crate::{
    place,
    probe::Probe,
    row::{Row, Target},
};

/// How many sessions the study is run in.
const STEPS: u64 = 5;

pub(super) fn run(context: &Context) -> Rows {
    let trials = context.size(1_000_000);
    let scratch = place::scratch()?;
    let file = scratch.path().join("study.db");
    let (mut rates, mut peaks, mut bytes, mut resumes) = (vec![], vec![], vec![], vec![]);
    for step in 1..=STEPS {
        let so_far = trials * step / STEPS;
        let session = Probe::Session {
            trials: so_far,
            file: file.clone(),
        };
        let ran = session.apart()?;
        let new = so_far - trials * (step - 1) / STEPS;
        rates.push(new as f64 / ran.wall);
        peaks.extend(ran.peak.map(|peak| peak as f64 / f64::from(1 << 20)));
        bytes.push(std::fs::metadata(&file)?.len() as f64 / so_far as f64);
        let resume = Probe::Resume {
            trials: so_far,
            file: file.clone(),
        };
        resumes.push(resume.apart()?.wall * 1e6 / so_far as f64);
    }
    let curve = |numbers: &[f64]| {
        let numbers: Vec<String> = numbers
            .iter()
            .map(|number| format!("{number:.3}"))
            .collect();
        format!("by fifths of {trials} trials: {}", numbers.join(", "))
    };
    let row = |figure: &str, unit, numbers: Vec<f64>| {
        let note = curve(&numbers);
        Row::new(format!("soak: {figure}"), unit, numbers).note(note)
    };
    let mut rows = vec![
        row("trials with three observers, durable", "trials/s", rates),
        row("the file", "bytes/trial", bytes),
        row("resume", "µs/trial", resumes).target(Target::AtMost(20.0)),
    ];
    if !peaks.is_empty() {
        rows.push(row("the most memory of a session", "MiB", peaks));
    }
    Ok(rows)
}
