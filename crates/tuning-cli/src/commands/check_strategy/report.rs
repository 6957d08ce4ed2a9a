//! What was found out, law by law, for authors who write no Rust.

use std::{collections::BTreeMap, io};

use serde_json::{Value, json};
use tuning_conformance::{Breach, Finding, Law, Lawlike as _, Report};

use crate::output::Output;

/// What to look for in a program that breaks a law.
fn remedy(law: Law) -> &'static str {
    match law {
        Law::AskTwice => {
            "change state on `tell` only; what an `ask` computes may be cached, but not counted, advanced or remembered"
        }
        Law::InSpace => {
            "give every active parameter a value of its type between `low` and `high` or among `choices`, and leave \
             out those whose `when` does not hold"
        }
        Law::Slots => {
            "propose `slots` at most, and answer \"wait\" or \"done\" instead of an empty list"
        }
        Law::SameSeed => {
            "draw all randomness from `seeds` (and `study_seed`); no clock, no global generator, no order of a set; and \
             begin anew with each `problem`"
        }
        Law::Retell => {
            "remember a proposal when `tell` brings its \"started\", not on `ask`; put what you need into its `tag`"
        }
        Law::WaitAndDone => {
            "count what is in flight by facts: \"started\" and \"resumed\" begin it, \"paused\" and \"ended\" of every \
             `state` finish it"
        }
        Law::ResumeAndFork => {
            "follow \"paused\", \"resumed\" and \"ended\"; `resume` and `give_up` only what is paused, and propose an \
             `until` above what the trial has reached and within `fidelity`"
        }
        Law::Foreigners => {
            "expect trials with `mine` false and no `tag`, failures of every kind, and trials that you have never heard of"
        }
        Law::Extremes => {
            "guard divisions by a range or a deviation of 0, and differences that overflow; bound every rejection loop"
        }
        Law::Duplicates => {
            "use the n-th of `seeds` for the n-th proposal, and take trials in flight for points that are taken"
        }
        Law::Cost => {
            "keep what `ask` needs up to date on `tell`, or look at a bounded part of the history"
        }
        Law::Sanity => {
            "check the sign (`losses` are minimised), the direction of every sort, and the ends of the ranges"
        }
        Law::Direction => "`losses` are losses already: do not look at the objectives' `direction`",
        _ => law.remedy(),
    }
}

/// Line by line; `repeat` is the command line around what chooses a law, a problem and a seed.
pub(super) fn as_text(
    report: &Report<Law>,
    repeat: &(String, String),
    out: &mut Output,
) -> io::Result<()> {
    let style = out.style();
    if !report.is_ok() && report.broken().is_empty() {
        out.line("nothing was checked: it refuses every problem")?;
        return refused(report, out);
    }
    for (law, finding) in report.findings() {
        let (number, name) = (law.number(), law.name());
        match finding {
            Finding::Kept => out.line(format_args!("kept    {number:>2} {name}"))?,
            Finding::Skipped(why) => out.line(format_args!("skipped {number:>2} {name}: {why}"))?,
            Finding::Broken(breach) => {
                let said = format!("  {number:>2} {name}: {}", law.statement());
                out.dressed(&style.red("BROKEN").text(&said))?;
                let message = breach.message.replace('\n', "\n           ");
                out.line(format_args!("           {}{message}", place(breach)))?;
                out.line(format_args!("           remedy: {}", remedy(*law)))?;
                if let (false, Some(seed)) = (breach.scene.is_empty(), breach.seed) {
                    out.line(format_args!(
                        "           repeat: {} --law {name} --problem {} --seed {seed} {}",
                        repeat.0, breach.scene, repeat.1
                    ))?;
                }
            }
            _ => {}
        }
    }
    refused(report, out)?;
    let (kept, skipped, broken) = counts(report);
    out.line(format_args!(
        "{kept} kept, {skipped} skipped, {broken} broken"
    ))
}

/// The same for programs.
pub(super) fn as_json(report: &Report<Law>) -> Value {
    let laws: Vec<Value> = report
        .findings()
        .iter()
        .map(|(law, finding)| {
            let (number, name) = (law.number(), law.name());
            match finding {
                Finding::Broken(breach) => json!({
                    "law": name, "number": number, "state": "broken", "statement": law.statement(),
                    "message": breach.message, "problem": breach.scene, "seed": breach.seed,
                    "step": breach.step, "remedy": remedy(*law),
                }),
                Finding::Skipped(why) => {
                    json!({"law": name, "number": number, "state": "skipped", "message": why})
                }
                _ => json!({"law": name, "number": number, "state": "kept"}),
            }
        })
        .collect();
    let refused: Vec<Value> = report
        .refused()
        .iter()
        .map(|(problem, why)| json!({"problem": problem, "message": why}))
        .collect();
    let (kept, skipped, broken) = counts(report);
    json!({
        "ok": report.is_ok(), "kept": kept, "skipped": skipped, "broken": broken,
        "laws": laws, "refused": refused,
    })
}

fn counts(report: &Report<Law>) -> (usize, usize, usize) {
    let broken = report.broken().len();
    let findings = report.findings();
    let skipped = findings.iter();
    let skipped = skipped
        .filter(|(_, finding)| matches!(finding, Finding::Skipped(_)))
        .count();
    (findings.len() - broken - skipped, skipped, broken)
}

fn place(breach: &Breach) -> String {
    let mut place = Vec::new();
    if !breach.scene.is_empty() {
        place.push(format!("`{}`", breach.scene));
    }
    place.extend(breach.seed.map(|seed| format!("seed {seed}")));
    place.extend(breach.step.map(|step| format!("step {step}")));
    match place.is_empty() {
        true => String::new(),
        false => format!("{}: ", place.join(", ")),
    }
}

fn refused(report: &Report<Law>, out: &mut Output) -> io::Result<()> {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (problem, why) in report.refused() {
        by_reason.entry(why).or_default().push(problem);
    }
    for (why, problems) in by_reason {
        let which = match problems.len() {
            1..=12 => format!(": {}", problems.join(" ")),
            _ => format!(": {} …", problems[..12].join(" ")),
        };
        out.line(format_args!(
            "refused {} problem(s): {why}{which}",
            problems.len()
        ))?;
    }
    Ok(())
}
