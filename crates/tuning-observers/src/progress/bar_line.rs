//! [`BarLine`]: all that a progress bar says, and which of it there is room for.

use std::time::{Duration, Instant};

use console::{Style, measure_text_width};

use super::status;
use crate::{
    layout::{cut, cut_start},
    watched::{Goal, Unit, Watched},
    wording::{format_count, format_duration, printable},
};

/// How long the bar is: usually, and where there is little room.
const LONG: usize = 20;
const SHORT: usize = 10;

/// How much of a reason is worth its room.
const REASON: usize = 24;

const ELLIPSIS: &str = " …";

/// What there is to say of a study at a moment.
#[derive(Clone, Debug)]
pub(super) struct BarLine {
    study: String,
    goal: Goal,
    times: Times,
    /// The best value, and whose it is.
    best: Option<(String, String)>,
    pace: Option<String>,
    /// Stopped and paused trials.
    quiet: Vec<String>,
    failed: Option<String>,
    running: Option<String>,
    /// The newest reason: with the number of its trial, and by itself.
    reason: Option<(String, String)>,
}

/// When the session began and when it will have ended, by the clock here.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    pub(super) known: Instant,
    pub(super) elapsed: Duration,
    pub(super) left: Option<Duration>,
}

/// What of it is shown.
#[derive(Clone, Copy, Debug, Default)]
struct Parts {
    study: bool,
    bar: usize,
    elapsed: bool,
    left: bool,
    best: bool,
    /// Which trial that is.
    trial: bool,
    pace: bool,
    quiet: bool,
    failed: bool,
    running: bool,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, Default)]
enum Reason {
    #[default]
    None,
    Whole,
    /// Its end, in so many characters.
    End(usize),
}

/// What is shown besides the count, the most important first.
const WANTED: [fn(&mut Parts); 12] = [
    |parts| parts.best = true,
    |parts| parts.failed = true,
    |parts| parts.reason = Reason::End(REASON),
    |parts| parts.bar = SHORT,
    |parts| parts.left = true,
    |parts| parts.trial = true,
    |parts| parts.study = true,
    |parts| parts.bar = LONG,
    |parts| parts.elapsed = true,
    |parts| parts.running = true,
    |parts| parts.pace = true,
    |parts| parts.quiet = true,
];

impl BarLine {
    pub(super) fn new(study: &str, watched: &Watched) -> Self {
        let counts = watched.counts();
        let count = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
        let line = |text: String| printable(&text).into_owned();
        Self {
            study: line(study.to_owned()),
            goal: watched.goal(),
            times: Times {
                known: Instant::now(),
                elapsed: watched.elapsed(),
                left: watched.left(),
            },
            best: status::best_parts(watched).map(|(best, trial)| (line(best), trial)),
            pace: status::pace(watched),
            quiet: [
                count(counts.stopped, "stopped"),
                count(counts.paused, "paused"),
            ]
            .into_iter()
            .flatten()
            .collect(),
            failed: count(counts.failed, "failed"),
            running: count(counts.running, "running"),
            reason: status::last_failure(watched)
                .map(|(trial, gist)| (line(format!("trial {trial} failed: {gist}")), line(gist))),
        }
    }

    /// The line in this width at this moment: what there is no room for is left out, and an ellipsis in its place.
    pub(super) fn fit(&self, width: usize, now: Instant) -> String {
        let drawn = |parts: &Parts| {
            let line = self.draw(parts, now);
            (measure_text_width(&line), line)
        };
        let mut all = Parts::default();
        WANTED.iter().for_each(|want| want(&mut all));
        all.reason = Reason::Whole;
        let (taken, line) = drawn(&all);
        if taken <= width {
            return line;
        }
        let room = width.saturating_sub(measure_text_width(ELLIPSIS));
        let mut parts = Parts::default();
        for want in WANTED {
            let mut more = parts;
            want(&mut more);
            if drawn(&more).0 <= room {
                parts = more;
            }
        }
        if let Reason::End(least) = parts.reason {
            parts.reason = Reason::End(least + room - drawn(&parts).0);
        }
        let (taken, line) = drawn(&parts);
        match taken <= room {
            true => line + ELLIPSIS,
            false => cut(&self.count(), width),
        }
    }

    fn draw(&self, parts: &Parts, now: Instant) -> String {
        let mut head = Vec::new();
        if parts.study {
            let bold = Style::new().bold().for_stderr();
            head.push(bold.apply_to(&self.study).to_string());
        }
        if let (Some(of), 1..) = (self.goal.of, parts.bar) {
            head.push(bar(self.goal.done, of, parts.bar));
        }
        head.push(self.count());
        head.extend(self.times.words(now, parts.elapsed, parts.left));

        let mut tail = Vec::new();
        let best = self.best.as_ref().filter(|_| parts.best);
        tail.extend(best.map(|(best, trial)| match parts.trial {
            true => format!("{best}{trial}"),
            false => best.clone(),
        }));
        tail.extend(self.pace.clone().filter(|_| parts.pace));
        let failed = self.failed.clone().filter(|_| parts.failed);
        tail.extend(failed.map(|failed| match (&self.reason, parts.reason) {
            (Some((_, why)), Reason::End(width)) => format!("{failed}: {}", cut_start(why, width)),
            _ => failed,
        }));
        tail.extend(self.quiet.iter().filter(|_| parts.quiet).cloned());
        tail.extend(self.running.clone().filter(|_| parts.running));
        if let (Some((whole, _)), Reason::Whole) = (&self.reason, parts.reason) {
            tail.push(whole.clone());
        }
        let head = [head.join(" ")].into_iter();
        head.chain(tail).collect::<Vec<_>>().join(" · ")
    }

    fn count(&self) -> String {
        let Goal { done, of, unit } = self.goal;
        match (of, unit) {
            (Some(of), Unit::Trials) => format!("{done}/{of}"),
            (Some(of), Unit::Resource) => format!("{done}/{}", format_count(of, "unit")),
            (None, _) => format_count(done, "trial"),
        }
    }
}

/// A bar of characters that differ without colours, too.
fn bar(done: u64, of: u64, width: usize) -> String {
    let share = done.min(of) as f64 / of.max(1) as f64;
    let filled = ((share * width as f64) as usize).min(width);
    let head = usize::from(filled < width && done > 0);
    let (full, rest) = ("━".repeat(filled), "─".repeat(width - filled - head));
    let (cyan, dim) = (
        Style::new().cyan().for_stderr(),
        Style::new().dim().for_stderr(),
    );
    let full = cyan.apply_to(format!("{full}{}", "╸".repeat(head)));
    format!("{full}{}", dim.apply_to(rest))
}

impl Times {
    /// `1m 20s, 40s left` at a moment after it was known.
    fn words(self, now: Instant, elapsed: bool, left: bool) -> Option<String> {
        let since = now.saturating_duration_since(self.known);
        let whole = |time: Duration| format_duration(Duration::from_secs(time.as_secs()));
        let elapsed = elapsed.then(|| whole(self.elapsed.saturating_add(since)));
        let left = self.left.filter(|_| left);
        let left = left.map(|left| format!("{} left", whole(left.saturating_sub(since))));
        let words: Vec<String> = elapsed.into_iter().chain(left).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> BarLine {
        BarLine {
            study: "mnist".to_owned(),
            goal: Goal {
                done: 12,
                of: Some(100),
                unit: Unit::Trials,
            },
            times: Times {
                known: Instant::now(),
                elapsed: Duration::from_secs(80),
                left: Some(Duration::from_secs(40)),
            },
            best: Some(("best loss 0.00123457".to_owned(), " (trial 3)".to_owned())),
            pace: Some("3.1 trials/s".to_owned()),
            quiet: vec!["2 stopped".to_owned(), "1 paused".to_owned()],
            failed: Some("4 failed".to_owned()),
            running: Some("2 running".to_owned()),
            reason: None,
        }
    }

    /// The line at five widths, none of which it exceeds.
    fn at_five_widths(line: &BarLine) -> String {
        let lines = [40, 60, 80, 120, 200].map(|width| {
            let text = line.fit(width, line.times.known);
            assert!(measure_text_width(&text) <= width, "{width}: {text}");
            format!("{width:>3} {text}\n")
        });
        lines.concat()
    }

    #[test]
    fn the_bar_shortens_by_leaving_out_parts() {
        insta::assert_snapshot!(at_five_widths(&line()));
    }

    #[test]
    fn the_end_of_the_newest_reason_stays() {
        let why = "it exited with code 1: KeyError: 'learning_rate'";
        let mut line = line();
        line.reason = Some((format!("trial 9 failed: {why}"), why.to_owned()));
        insta::assert_snapshot!(at_five_widths(&line));
    }

    #[test]
    fn without_a_budget_there_is_no_bar() {
        let mut line = line();
        (line.goal.of, line.times.left) = (None, None);
        insta::assert_snapshot!(at_five_widths(&line));
    }

    #[test]
    fn a_budget_of_resource_is_counted_in_units() {
        let mut line = line();
        (line.goal.done, line.goal.of) = (54, Some(162));
        line.goal.unit = Unit::Resource;
        insta::assert_snapshot!(at_five_widths(&line));
    }

    #[test]
    fn no_width_is_too_small() {
        let line = line();
        for width in 0..40 {
            let text = line.fit(width, line.times.known);
            assert!(measure_text_width(&text) <= width, "{width}: {text}");
        }
    }

    #[test]
    fn between_events_the_times_go_on() {
        let times = line().times;
        let after = |seconds| times.known + Duration::from_secs(seconds);
        let words = |seconds| times.words(after(seconds), true, true).unwrap();
        assert_eq!(words(0), "1m 20s, 40s left");
        assert_eq!(words(30), "1m 50s, 10s left");
        assert_eq!(words(60), "2m 20s, 0s left");
    }
}
