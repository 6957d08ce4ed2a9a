//! [`Curves`]: every trial with its learning curve, as a fold of the facts.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{Fact, Outcome, Params, Space, Started, TrialId};
use tuning_toolkit::{fingerprint, says_nothing};

use super::{NAME, columns::Columns};
use crate::schedulers::rungs::Rungs;

/// What a trial is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It runs until this fidelity.
    Running(u64),
    Paused,
    Ended,
    Failed,
}

/// A trial and its learning curve: running minima.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    pub(super) id: TrialId,
    pub(super) params: Params,
    pub(super) numbers: Vec<f64>,
    pub(super) state: State,
    /// The fidelity of its last report; 0 if there is none.
    pub(super) at: u64,
    /// Its best loss so far; infinity if there is none.
    pub(super) best: f64,
    own: bool,
    /// The fidelity and the running minimum of the first report that reached a rung and not the next one.
    marks: Vec<(u64, f64)>,
}

impl Trial {
    /// What the model learns from: the last report and the two rungs before it. A trial that failed is as bad as any
    /// at its last fidelity, or at `lowest`.
    pub(super) fn points(&self, lowest: u64) -> Vec<(u64, f64)> {
        if self.state == State::Failed {
            return vec![(self.at.max(lowest), f64::INFINITY)];
        }
        if self.at == 0 {
            return Vec::new();
        }
        let before = self.marks.partition_point(|(at, _)| *at < self.at);
        let mut points = self.marks[before.saturating_sub(2)..before].to_vec();
        points.push((self.at, self.best));
        points
    }

    fn count(&self) -> usize {
        match (self.state, self.at) {
            (State::Failed, _) => 1,
            (_, 0) => 0,
            _ => 1 + self.marks.partition_point(|(at, _)| *at < self.at).min(2),
        }
    }
}

/// Every trial with its learning curve.
#[derive(Clone, Debug)]
pub(super) struct Curves {
    pub(super) columns: Columns,
    pub(super) rungs: Rungs,
    pub(super) trials: Vec<Trial>,
    places: BTreeMap<TrialId, usize>,
    seen: BTreeSet<u64>,
    /// Own trials that can be resumed.
    pub(super) paused: BTreeSet<usize>,
    pub(super) running: BTreeSet<usize>,
    /// The running minimum with which trials entered each rung, and the trial; sorted.
    entries: Vec<Vec<(f64, usize)>>,
    /// How often this strategy decided.
    pub(super) decisions: u64,
    /// The resource that all trials used.
    pub(super) used: u64,
    /// How many rows the model could learn from.
    pub(super) rows: usize,
}

impl Curves {
    pub(super) fn new(space: &Space, rungs: Rungs) -> Self {
        Self {
            columns: Columns::new(space),
            entries: vec![Vec::new(); rungs.count()],
            rungs,
            trials: Vec::new(),
            places: BTreeMap::new(),
            seen: BTreeSet::new(),
            paused: BTreeSet::new(),
            running: BTreeSet::new(),
            decisions: 0,
            used: 0,
            rows: 0,
        }
    }

    pub(super) fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => self.start(started),
            Fact::Resumed(resumed) => {
                if let Some(place) = self.place(resumed.trial) {
                    let until = resumed
                        .until
                        .map_or(self.rungs.whole(), |until| until.get());
                    self.trials[place].state = State::Running(until);
                    self.paused.remove(&place);
                    self.running.insert(place);
                    self.decisions += u64::from(resumed.tag.note(NAME).is_some());
                }
            }
            Fact::Reported(reported) => {
                if let Some(place) = self.place(reported.trial) {
                    self.learn(place, reported.at.get(), reported.values.as_slice());
                }
            }
            Fact::Paused(paused) => {
                if let Some(place) = self.place(paused.trial) {
                    self.learn(place, paused.at.get(), paused.values.as_slice());
                    self.running.remove(&place);
                    self.trials[place].state = State::Paused;
                    if self.trials[place].own {
                        self.paused.insert(place);
                    }
                }
            }
            Fact::Ended(ended) => {
                if let Some(place) = self.place(ended.trial) {
                    self.end(place, &ended.outcome);
                }
            }
            _ => {}
        }
    }

    fn place(&self, trial: TrialId) -> Option<usize> {
        self.places.get(&trial).copied()
    }

    fn start(&mut self, started: &Started) {
        let place = self.trials.len();
        let own = started.tag.note(NAME).is_some();
        let until = started
            .until
            .map_or(self.rungs.whole(), |until| until.get());
        self.decisions += u64::from(own);
        self.places.insert(started.trial, place);
        self.seen.insert(fingerprint(&started.params));
        self.running.insert(place);
        self.trials.push(Trial {
            id: started.trial,
            numbers: self.columns.numbers(&started.params),
            params: started.params.clone(),
            state: State::Running(until),
            at: 0,
            best: f64::INFINITY,
            own,
            marks: Vec::new(),
        });
    }

    fn learn(&mut self, place: usize, at: u64, losses: &[f64]) {
        let trial = &mut self.trials[place];
        let &[loss] = losses else { return };
        if at <= trial.at {
            return;
        }
        let (before, count) = (self.rungs.passed(trial.at), trial.count());
        let reached = self.rungs.passed(at);
        self.used += at - trial.at;
        trial.at = at;
        trial.best = trial.best.min(loss);
        if reached > before {
            trial.marks.push((at, trial.best));
        }
        self.rows += trial.count() - count;
        let entry = (trial.best, place);
        for rung in &mut self.entries[before..reached] {
            let after = |other: &(f64, usize)| {
                other
                    .0
                    .total_cmp(&entry.0)
                    .then(other.1.cmp(&entry.1))
                    .is_lt()
            };
            rung.insert(rung.partition_point(after), entry);
        }
    }

    fn end(&mut self, place: usize, outcome: &Outcome) {
        if let Outcome::Completed(values) = outcome {
            // If it did not report at its end, its value is that of a whole trial.
            self.learn(place, self.rungs.whole(), values.as_slice());
        }
        let trial = &mut self.trials[place];
        let count = trial.count();
        trial.state = match outcome {
            Outcome::Failed(_) if !says_nothing(outcome) => State::Failed,
            _ => State::Ended,
        };
        self.rows = self.rows + trial.count() - count;
        self.paused.remove(&place);
        self.running.remove(&place);
    }

    /// Whether a trial with these parameters was started.
    pub(super) fn is_seen(&self, params: &Params) -> bool {
        self.seen.contains(&fingerprint(params))
    }

    /// How many trials have a value.
    pub(super) fn measured(&self) -> usize {
        self.entries.first().map_or(0, Vec::len)
    }

    /// The paused trial that successive halving by rank resumes: from the highest rung down, the best that waits there
    /// and is among the best `1/eta` of those that reached the rung. None of `taken`.
    // Li et al. 2020, arXiv:1810.05934, algorithm 2.
    pub(super) fn due(&self, eta: u32, taken: &BTreeSet<usize>) -> Option<usize> {
        let below_top = self.rungs.count() - 1;
        (0..below_top).rev().find_map(|rung| {
            let entries = &self.entries[rung];
            let best = entries.iter().take(entries.len() / eta as usize);
            let waits = |place: &usize| {
                self.paused.contains(place)
                    && !taken.contains(place)
                    && self.rungs.passed(self.trials[*place].at) == rung + 1
            };
            best.map(|(_, place)| *place).find(waits)
        })
    }

    /// The paused trial with the best loss, if that is better than those of all whole trials and of all that run to
    /// their end: the resource left is enough for it to do so. None of `taken`.
    pub(super) fn leader(&self, left: u64, taken: &BTreeSet<usize>) -> Option<usize> {
        let whole = self.rungs.whole();
        let ends = |place: &&usize| matches!(self.trials[**place].state, State::Running(until) if until >= whole);
        let running = self.running.iter().filter(ends).chain(taken);
        let running = running.map(|place| self.trials[*place].best);
        let ended = self.entries.last().and_then(|rung| rung.first());
        let most = running
            .chain(ended.map(|(loss, _)| *loss))
            .fold(f64::INFINITY, f64::min);
        let fits = |place: &usize| {
            let trial = &self.trials[*place];
            trial.best < most && whole.saturating_sub(trial.at) <= left && !taken.contains(place)
        };
        let paused = self.paused.iter().copied().filter(fits);
        paused.min_by(|one, other| self.trials[*one].best.total_cmp(&self.trials[*other].best))
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Ended, FailureKind, Fidelity, Parameter, Paused, Reported, Tag, Values};

    use super::*;

    struct Told {
        curves: Curves,
        params: Params,
    }

    fn told() -> Told {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let range = tuning_core::FidelityRange::new(1, 52).unwrap();
        Told {
            params: space.decode(&[0.5]).unwrap(),
            curves: Curves::new(&space, Rungs::upwards(range, None, 3)),
        }
    }

    impl Told {
        fn tell(&mut self, fact: impl Into<Fact>) {
            self.curves.tell(&fact.into());
        }

        fn start(&mut self, trial: u64) -> TrialId {
            let trial = TrialId::new(trial);
            let started = Started::new(trial, self.params.clone()).tag(Tag::new(NAME, "random"));
            self.tell(started.until(Fidelity::new(3)));
            trial
        }

        fn pause(&mut self, trial: TrialId, at: u64, loss: f64) {
            self.tell(Paused::new(
                trial,
                Fidelity::new(at),
                Values::one(loss).unwrap(),
            ));
        }
    }

    #[test]
    fn a_curve_is_its_last_report_and_the_two_rungs_before() {
        let mut told = told();
        let trial = told.start(0);
        for (at, loss) in [
            (1, 9.0),
            (3, 5.0),
            (9, 6.0),
            (10, 4.0),
            (30, 3.0),
            (40, 3.5),
        ] {
            told.tell(Reported::new(
                trial,
                Fidelity::new(at),
                Values::one(loss).unwrap(),
            ));
        }
        let points = told.curves.trials[0].points(3);
        assert_eq!(points, [(9, 5.0), (30, 3.0), (40, 3.0)]);
        assert_eq!((told.curves.rows, told.curves.used), (3, 40));
    }

    #[test]
    fn the_best_third_of_a_rung_is_due_from_the_top_down() {
        let mut told = told();
        let trials: Vec<_> = (0..6).map(|k| told.start(k)).collect();
        let due = |told: &Told| told.curves.due(3, &BTreeSet::new());
        for (trial, loss) in trials.iter().zip([3.0, 2.0]) {
            told.pause(*trial, 3, loss);
        }
        assert_eq!(due(&told), None, "a rung smaller than the reduction factor");
        told.pause(trials[2], 4, 2.0);
        assert_eq!(
            due(&told),
            Some(1),
            "of equal ones the first; one oversteps the rung"
        );
        told.pause(trials[3], 9, 9.0);
        told.pause(trials[4], 9, 8.0);
        told.pause(trials[5], 9, 7.0);
        assert_eq!(due(&told), Some(5), "the higher rung is looked at first");
        assert_eq!(told.curves.due(3, &BTreeSet::from([5])), Some(1));
    }

    #[test]
    fn a_trial_that_completes_is_whole_with_a_report_there_or_without() {
        let mut told = told();
        for (trial, reports) in [(0, 0), (1, 1), (2, 2)] {
            let trial = told.start(trial);
            for at in [9, 52].into_iter().take(reports) {
                let values = Values::one(5.0).unwrap();
                told.tell(Reported::new(trial, Fidelity::new(at), values));
            }
            let values = Values::one(4.0 + reports as f64).unwrap();
            told.tell(Ended::new(trial, Outcome::Completed(values)));
        }
        let points = |trial: usize| told.curves.trials[trial].points(3);
        assert_eq!(points(0), [(52, 4.0)]);
        assert_eq!(points(1), [(9, 5.0), (52, 5.0)]);
        assert_eq!(points(2), [(9, 5.0), (52, 5.0)]);
        assert_eq!((told.curves.used, told.curves.rows), (3 * 52, 5));
    }

    #[test]
    fn a_trial_that_failed_is_bad_and_one_that_was_lost_says_nothing() {
        let mut told = told();
        let (failed, lost) = (told.start(0), told.start(1));
        told.tell(Ended::new(failed, Outcome::failed(FailureKind::Error, "")));
        told.tell(Ended::new(lost, Outcome::failed(FailureKind::Lost, "")));
        assert_eq!(told.curves.trials[0].points(3), [(3, f64::INFINITY)]);
        assert_eq!(told.curves.trials[1].points(3), []);
        assert_eq!((told.curves.rows, told.curves.measured()), (1, 0));
        assert!(told.curves.running.is_empty());
    }
}
