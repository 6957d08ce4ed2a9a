//! [`Invariant`]: what a study keeps, whatever strikes it, and [`broken`]: which of that a record shows to be broken.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use tuning_core::{
    EndReason, Event, EventKind, Fact, Outcome, Progress, Seq, Trial, TrialId, Trials,
};
use tuning_runtime::Delivery;

use crate::{
    bench::said,
    plan::{Limit, Plan},
    record::Record,
};

/// What a study keeps, whatever strikes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Invariant {
    /// What was acknowledged, to an observer or a caller, is in the journal, and stays as it was.
    Acknowledged,
    /// Work whose trial has ended is never begun again, and what is done again has the same parameters.
    Finished,
    /// The result of a trial is that of its last attempt.
    Fenced,
    /// Trials are numbered from 0, without gap or double.
    Ids,
    /// A durable observer takes every event, in order; its file has each once.
    Durable,
    /// A lossy observer is told how many events it missed.
    Lossy,
    /// What a summary says is the fold of the journal.
    Fold,
    /// No limit of the budget is passed.
    Budget,
    /// As proposed, it ends as one that was never struck and never died.
    AsProposed,
    /// It comes to its end.
    Alive,
}

/// An invariant that is broken, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// Which.
    pub invariant: Invariant,
    /// How.
    pub how: String,
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.invariant, self.how)
    }
}

/// The invariants that a record shows to be broken. `undisturbed`: the record of the same study where nothing went wrong,
/// if its end is to be the same.
#[must_use]
pub fn broken(plan: &Plan, record: &Record, undisturbed: Option<&Record>) -> Vec<Breach> {
    let mut look = Look {
        plan,
        record,
        found: Vec::new(),
    };
    for how in &record.broken {
        look.found(Invariant::Alive, how);
    }
    look.acknowledged();
    look.finished();
    look.fenced();
    look.ids();
    look.durable();
    look.files();
    look.lossy();
    look.fold();
    look.budget();
    if let Some(undisturbed) = undisturbed {
        look.as_proposed(undisturbed);
    }
    look.found
}

struct Look<'a> {
    plan: &'a Plan,
    record: &'a Record,
    found: Vec<Breach>,
}

impl Look<'_> {
    fn found(&mut self, invariant: Invariant, how: impl Into<String>) {
        // One of each tells enough.
        if self.found.iter().all(|known| known.invariant != invariant) {
            let how = how.into();
            self.found.push(Breach { invariant, how });
        }
    }

    fn facts(&self) -> impl Iterator<Item = (usize, &Fact)> {
        let entries = self.record.entries.iter().enumerate();
        entries.filter_map(|(place, entry)| match &entry.kind {
            EventKind::Fact(fact) => Some((place, fact)),
            _ => None,
        })
    }

    fn acknowledged(&mut self) {
        let record = self.record;
        for (session, seq, text) in &record.acknowledged {
            let entry = record.entries.get((*seq as usize).wrapping_sub(1));
            let found = entry.map(|entry| serde_json::to_string(&entry.kind).unwrap_or_default());
            if found.as_ref() != Some(text) {
                self.found(
                    Invariant::Acknowledged,
                    format!(
                        "session {session} told event {seq} {text}, and the journal has {found:?}"
                    ),
                );
            }
        }
        for session in record.sessions.iter() {
            if let Ok(summary) = &session.ended
                && summary.entries.get() as usize != session.entries
            {
                let how = format!(
                    "session {} ended with {} entries, and its journal has {}",
                    session.number, summary.entries, session.entries
                );
                self.found(Invariant::Acknowledged, how);
            }
        }
        for (trial, outcome) in &record.answered {
            let said = self.facts().find_map(|(_, fact)| match fact {
                Fact::Ended(ended) if ended.trial == *trial => Some(ended.outcome.clone()),
                Fact::Paused(paused) if paused.trial == *trial => {
                    Some(Outcome::Completed(paused.values.clone()))
                }
                _ => None,
            });
            if said.is_none() {
                let how = format!(
                    "the result {outcome:?} of trial {trial} was taken, and is not in the journal"
                );
                self.found(Invariant::Acknowledged, how);
            }
        }
    }

    fn finished(&mut self) {
        let mut started = BTreeMap::new();
        for (_, fact) in self.facts() {
            if let Fact::Started(fact) = fact {
                started.insert(fact.trial, said(&fact.params));
            }
        }
        for begun in &self.record.begun {
            if begun.had_ended {
                let how = format!(
                    "trial {} had ended, and was begun in session {}",
                    begun.trial, begun.session
                );
                self.found(Invariant::Finished, how);
            }
            // One whose start was never committed is numbered anew.
            let Some(params) = started.get(&begun.trial) else {
                continue;
            };
            let is_last = self
                .record
                .sessions
                .last()
                .is_some_and(|last| last.number == begun.session);
            if *params != begun.params && is_last {
                let how = format!(
                    "trial {} was begun with {} and started with {params}",
                    begun.trial, begun.params
                );
                self.found(Invariant::Finished, how);
            }
        }
    }

    fn fenced(&mut self) {
        if self.plan.is_in_line() || self.plan.fidelity {
            return; // all attempts come to the same, or a trial is several pieces of work
        }
        let mut last = BTreeMap::new();
        for begun in &self.record.begun {
            last.insert(begun.trial, begun);
        }
        let mut wrong = Vec::new();
        for (_, fact) in self.facts() {
            let Fact::Ended(ended) = fact else { continue };
            let Some(values) = ended.outcome.values() else {
                continue;
            };
            let expect = last.get(&ended.trial).and_then(|begun| begun.value);
            if expect != Some(values.first()) {
                let attempt = last
                    .get(&ended.trial)
                    .map(|begun| (begun.session, begun.attempt));
                wrong.push(format!(
                    "trial {} has the value {}, and its last attempt {attempt:?} came to {expect:?}",
                    ended.trial,
                    values.first()
                ));
            }
        }
        for how in wrong {
            self.found(Invariant::Fenced, how);
        }
    }

    fn ids(&mut self) {
        let started: Vec<u64> = (self.facts())
            .filter_map(|(_, fact)| match fact {
                Fact::Started(started) => Some(started.trial.get()),
                _ => None,
            })
            .collect();
        if !started.iter().copied().eq(0..started.len() as u64) {
            self.found(
                Invariant::Ids,
                format!("trials were started as {started:?}"),
            );
        }
        let mut ended = BTreeSet::new();
        let facts: Vec<TrialId> = (self.facts())
            .filter_map(|(_, fact)| match fact {
                Fact::Ended(ended) => Some(ended.trial),
                _ => None,
            })
            .collect();
        for trial in facts {
            if !ended.insert(trial) || trial.get() >= started.len() as u64 {
                self.found(
                    Invariant::Ids,
                    format!("trial {trial} ended twice, or was never started"),
                );
            }
        }
    }

    fn durable(&mut self) {
        // Told again after a failure or a death: then from a place before, and in order from there.
        let mut highest = 0;
        for (place, seq) in self.record.durable.iter().enumerate() {
            let before = place
                .checked_sub(1)
                .map_or(0, |before| self.record.durable[before]);
            if *seq > highest + 1 || (*seq > before + 1) {
                let how = format!("after event {before} came event {seq}");
                self.found(Invariant::Durable, how);
            }
            highest = highest.max(*seq);
        }
        if self.is_whole() && highest != self.record.entries.len() as u64 {
            let how = format!(
                "the last event taken is {highest} of {}",
                self.record.entries.len()
            );
            self.found(Invariant::Durable, how);
        }
    }

    /// Whether the last session came to its end, and its observers to theirs.
    fn is_whole(&self) -> bool {
        let last = self.record.sessions.last();
        last.is_some_and(|session| session.ended.is_ok() && !session.struck)
    }

    fn files(&mut self) {
        let mut lines = Vec::new();
        for (seq, entry) in (1..).zip(&self.record.entries) {
            let event = Event::new(
                "torture".into(),
                Seq::new(seq),
                entry.at_millis,
                entry.kind.clone(),
            );
            lines.push(serde_json::to_string(&event).unwrap_or_default());
        }
        let found: Vec<&str> = self.record.jsonl.split_terminator('\n').collect();
        let differs = (0..lines.len().max(found.len()))
            .find(|k| lines.get(*k).map(String::as_str) != found.get(*k).copied());
        if let Some(line) = differs.filter(|line| self.is_whole() || *line < found.len()) {
            let how = format!(
                "line {} of the file of events is {:?}",
                line + 1,
                found.get(line)
            );
            self.found(Invariant::Durable, how);
        }
        let ended: Vec<String> = (self.facts())
            .filter_map(|(_, fact)| match fact {
                Fact::Ended(ended) => Some(ended.trial.to_string()),
                _ => None,
            })
            .collect();
        let rows = self.record.csv.lines().skip(1);
        let rows: Vec<&str> = rows.filter_map(|row| row.split(',').next()).collect();
        let in_order = ended.iter().zip(&rows).all(|(ended, row)| ended == row);
        if !in_order || rows.len() > ended.len() || (self.is_whole() && rows.len() < ended.len()) {
            let how = format!("the file of trials has the rows {rows:?}, and ended have {ended:?}");
            self.found(Invariant::Durable, how);
        }
    }

    fn lossy(&mut self) {
        for session in &self.record.sessions {
            let Ok(summary) = &session.ended else {
                continue;
            };
            let lossy = |report: &&tuning_runtime::ObserverReport| {
                matches!(report.delivery, Delivery::Lossy { .. })
            };
            let Some(report) = summary.observers.iter().find(lossy) else {
                continue;
            };
            let seen = self.record.lossy.get(&session.number);
            let (seen, told) = seen.copied().unwrap_or_default();
            let first = self.first_of(session.number);
            let all = summary.entries.get() - first;
            let accounted = report.delivered + report.dropped + report.failed;
            let is_cut_off = report.cut_off.is_some();
            if report.dropped < told || seen < report.delivered {
                let how =
                    format!("it saw {seen} and was told of {told}, and its report is {report}");
                self.found(Invariant::Lossy, how);
            }
            if !is_cut_off && accounted != all {
                let how = format!(
                    "of {all} events of session {} its report has {report}",
                    session.number
                );
                self.found(Invariant::Lossy, how);
            }
        }
    }

    /// How many events there were before a session.
    fn first_of(&self, session: u32) -> u64 {
        let of_session =
            |(number, seq, _): &(u32, u64, String)| (*number == session).then_some(seq - 1);
        let first = self.record.acknowledged.iter().find_map(of_session);
        first.unwrap_or_default()
    }

    fn fold(&mut self) {
        for session in &self.record.sessions {
            let Ok(summary) = &session.ended else {
                continue;
            };
            let Some(EventKind::Created(spec)) =
                self.record.entries.first().map(|entry| &entry.kind)
            else {
                continue;
            };
            let mut progress = Progress::new(spec.objectives.clone());
            let mut trials = Trials::new();
            for entry in &self.record.entries[..session.entries.min(self.record.entries.len())] {
                progress.apply(entry.at_millis, &entry.kind);
                trials.apply(entry.at_millis, &entry.kind);
            }
            let says = (
                summary.counts,
                &summary.best,
                &summary.front[..],
                summary.elapsed_millis,
                summary.session,
            );
            let folds = (
                progress.counts(),
                &progress.best().cloned(),
                progress.front(),
                progress.elapsed_millis(),
                progress.sessions(),
            );
            if says != folds {
                let how = format!(
                    "session {} says {says:?}, and its journal {folds:?}",
                    session.number
                );
                self.found(Invariant::Fold, how);
            }
            let completed = trials
                .iter()
                .filter(|trial| trial.state == tuning_core::TrialState::Completed);
            if completed.count() as u64 != summary.counts.completed {
                let how = format!(
                    "session {} says {}, and the trials differ",
                    session.number, summary.counts
                );
                self.found(Invariant::Fold, how);
            }
        }
    }

    fn budget(&mut self) {
        let plan = self.plan;
        let mut costs: BTreeMap<TrialId, f64> = BTreeMap::new();
        let mut started = 0_u64;
        let mut wrong = Vec::new();
        for (place, fact) in self.facts() {
            match fact {
                Fact::Started(fact) => {
                    started += 1;
                    if started > plan.trials {
                        wrong.push(format!("trial {} is one too many", fact.trial));
                    }
                    let spent: f64 = costs.values().sum();
                    if let (Limit::Cost(limit), false) = (plan.limit, plan.is_in_line())
                        && spent >= f64::from(limit)
                    {
                        wrong.push(format!("trial {} was started (entry {place}) when {spent} of {limit} were spent", fact.trial));
                    }
                }
                Fact::Reported(fact) => {
                    costs.extend(fact.metrics.get("cost").map(|cost| (fact.trial, cost)))
                }
                Fact::Ended(fact) => {
                    costs.extend(fact.metrics.get("cost").map(|cost| (fact.trial, cost)))
                }
                _ => {}
            }
        }
        let last = self.record.sessions.last();
        if let Some(Ok(summary)) = last.map(|session| &session.ended)
            && summary.reason == EndReason::Trials
            && started != plan.trials
        {
            wrong.push(format!(
                "it ended after {started} of {} trials",
                plan.trials
            ));
        }
        for how in wrong {
            self.found(Invariant::Budget, how);
        }
    }

    fn as_proposed(&mut self, undisturbed: &Record) {
        let (expect, found) = (decided(undisturbed), decided(self.record));
        let differs = (0..expect.len().max(found.len())).find(|k| expect.get(*k) != found.get(*k));
        if let Some(first) = differs {
            let how = format!(
                "trial {first} is\n    {:?}\nand, where nothing went wrong,\n    {:?}",
                found.get(first),
                expect.get(first)
            );
            self.found(Invariant::AsProposed, how);
        }
    }
}

/// All that was decided and measured: all but the times, and how often work was tried.
fn decided(record: &Record) -> Vec<String> {
    let mut trials = Trials::new();
    for entry in &record.entries {
        trials.apply(0, &entry.kind);
    }
    let timeless = |mut trial: Trial| {
        (trial.retries, trial.took_micros) = (0, 0);
        serde_json::to_string(&trial).unwrap_or_default()
    };
    trials.into_iter().map(timeless).collect()
}
