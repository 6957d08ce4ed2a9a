//! [`History`]: the fold of the facts.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{Fact, Fidelity, FidelityRange, Outcome, Values};
use tuning_toolkit::{OpenTrial, OpenTrials, says_nothing};

use super::levels::Level;
use crate::cube::Cube;

/// The level of trials that ran to their end.
const WHOLE: u64 = u64::MAX;
/// This many of the last pairs of losses tell what a stopped trial would have come to.
const PAIRS: usize = 256;

/// Every trial as a point, and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct History {
    objectives: usize,
    /// The fidelity of a whole trial, if the problem has a ladder.
    whole: Option<Fidelity>,
    width: usize,
    rows: usize,
    points: Vec<f64>,
    /// The rows of open trials.
    open: OpenTrials<u32>,
    seen: BTreeSet<u64>,
    levels: BTreeMap<u64, Level>,
    /// Rows and first losses of the trials that ran to their end.
    whole_trials: Vec<(u32, f64)>,
    /// Rows of trials that ended, and whether they had a value.
    verdicts: Vec<(u32, bool)>,
    fresh: usize,
    version: u64,
}

impl History {
    pub(crate) fn new(cube: &Cube, objectives: usize, fidelity: Option<FidelityRange>) -> Self {
        Self {
            objectives,
            whole: fidelity.map(FidelityRange::max),
            width: cube.len(),
            rows: 0,
            points: Vec::new(),
            open: OpenTrials::default(),
            seen: BTreeSet::new(),
            levels: BTreeMap::new(),
            whole_trials: Vec::new(),
            verdicts: Vec::new(),
            fresh: 0,
            version: 0,
        }
    }

    pub(crate) fn tell(&mut self, cube: &Cube, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                let Ok(row) = u32::try_from(self.rows) else {
                    return;
                };
                let point = cube.point(&started.params);
                self.seen.insert(Cube::key(&point));
                self.points.extend_from_slice(&point);
                self.rows += 1;
                self.open.start(started.trial, row);
                self.fresh += 1;
            }
            Fact::Reported(reported) => {
                if let Some(row) = self.open.follow(fact).map(|open| open.kept) {
                    self.learn(reported.at.get(), row, &reported.values);
                }
            }
            Fact::Ended(ended) => {
                if let Some(open) = self.open.end(ended.trial) {
                    self.end(&open, &ended.outcome);
                }
            }
            _ => {
                self.open.follow(fact);
            }
        }
    }

    fn end(&mut self, open: &OpenTrial<u32>, outcome: &Outcome) {
        let (row, last) = (open.kept, open.last());
        let good = match outcome {
            Outcome::Completed(values) => {
                // A scheduler around this strategy may end trials half-way: their value is of that fidelity,
                // which their last report has brought already.
                let short = last.filter(|(at, _)| Some(*at) < self.whole);
                if short.is_none() {
                    self.whole_trials.push((row, values.first()));
                    self.learn(WHOLE, row, values);
                }
                true
            }
            Outcome::Stopped => {
                let foreseen = last.and_then(|(at, values)| self.foresee(at, values.first()));
                if let Some(loss) = foreseen {
                    let whole = self.levels.entry(WHOLE).or_insert_with(|| Level::new(1));
                    whole.push(row, &[loss]);
                }
                true
            }
            Outcome::Failed(_) if !says_nothing(outcome) => false,
            _ => return,
        };
        self.verdicts.push((row, good));
        self.news();
    }

    /// What a trial that was stopped at a fidelity would have come to: it is as far down among the
    /// whole trials as it was among the same trials when it was stopped, and at least in their middle.
    /// None where nothing has run to its end yet.
    fn foresee(&self, at: Fidelity, loss: f64) -> Option<f64> {
        let then = self.levels.get(&at.get())?;
        let losses = then.single()?;
        let newest = (0..then.len()).rev().take(4 * PAIRS);
        let early: BTreeMap<usize, f64> = newest.map(|k| (then.row(k), losses[k])).collect();
        let newest = || self.whole_trials.iter().rev().take(PAIRS);
        let early = |row: u32| early.get(&(row as usize)).copied();
        let (before, mut after): (Vec<f64>, Vec<f64>) = newest()
            .filter_map(|(row, end)| Some((early(*row)?, *end)))
            .unzip();
        if after.is_empty() {
            after.extend(newest().map(|(_, end)| end));
        }
        after.sort_by(f64::total_cmp);
        let better = before.iter().filter(|other| **other < loss).count();
        let place = better.max(after.len() / 2).min(after.len().checked_sub(1)?);
        after.get(place).copied()
    }

    fn learn(&mut self, level: u64, row: u32, losses: &Values) {
        if losses.len() == self.objectives {
            let objectives = self.objectives;
            let level = self
                .levels
                .entry(level)
                .or_insert_with(|| Level::new(objectives));
            level.push(row, losses.as_slice());
            self.news();
        }
    }

    fn news(&mut self) {
        self.version += 1;
        self.fresh = 0;
    }

    /// How many trials were started.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The point of a row.
    pub(crate) fn point(&self, row: usize) -> &[f64] {
        &self.points[row * self.width..(row + 1) * self.width]
    }

    /// Whether a trial was started there.
    pub(crate) fn is_seen(&self, key: u64) -> bool {
        self.seen.contains(&key)
    }

    /// The points of the last trials that are running, at most this many.
    pub(crate) fn pending(&self, most: usize) -> impl Iterator<Item = &[f64]> {
        let newest_first = self.open.running().rev().take(most);
        newest_first.map(|(_, open)| self.point(open.kept as usize))
    }

    /// The rows of trials that ended, in this order, and whether they had a value. Those that were
    /// lost or cancelled say nothing about their parameters.
    pub(crate) fn verdicts(&self) -> &[(u32, bool)] {
        &self.verdicts
    }

    /// How many objectives there are.
    pub(crate) fn objectives(&self) -> usize {
        self.objectives
    }

    /// How many trials were started since anything was measured.
    pub(crate) fn fresh(&self) -> usize {
        self.fresh
    }

    /// Changes with everything that a model learns from.
    pub(crate) fn version(&self) -> u64 {
        self.version
    }

    /// The highest fidelity with this many results, or else the one with the most.
    pub(crate) fn view(&self, enough: usize) -> Option<(u64, &Level)> {
        let highest = self
            .levels
            .iter()
            .rev()
            .find(|(_, level)| level.len() >= enough);
        let most = || {
            self.levels
                .iter()
                .max_by_key(|(at, level)| (level.len(), **at))
        };
        highest.or_else(most).map(|(at, level)| (*at, level))
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{
        Ended, FailureKind, Parameter, Params, Paused, Reported, Space, Started, TrialId,
    };

    use super::*;

    struct Told {
        cube: Cube,
        history: History,
        params: Params,
    }

    fn told(whole: Option<u64>) -> Told {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let cube = Cube::new(&space);
        let range = whole.map(|whole| FidelityRange::new(1, whole).unwrap());
        Told {
            params: space.decode(&[0.5]).unwrap(),
            history: History::new(&cube, 1, range),
            cube,
        }
    }

    impl Told {
        fn tell(&mut self, fact: impl Into<Fact>) {
            self.history.tell(&self.cube, &fact.into());
        }

        /// A trial with these losses at 1, 2, …
        fn run(&mut self, trial: u64, losses: &[f64], outcome: Outcome) {
            let trial = TrialId::new(trial);
            self.tell(Started::new(trial, self.params.clone()));
            for (at, loss) in (1..).zip(losses) {
                self.tell(Reported::new(
                    trial,
                    Fidelity::new(at),
                    Values::one(*loss).unwrap(),
                ));
            }
            self.tell(Ended::new(trial, outcome));
        }
    }

    fn completed(loss: f64) -> Outcome {
        Outcome::Completed(Values::one(loss).unwrap())
    }

    #[test]
    fn a_stopped_trial_is_placed_among_the_whole_ones() {
        let mut told = told(None);
        told.run(0, &[9.0], Outcome::Stopped);
        assert!(
            told.history.view(1).is_some_and(|(at, _)| at == 1),
            "nothing whole to compare with"
        );
        for (trial, losses) in (1..).zip([[5.0, 0.5], [6.0, 0.6], [7.0, 0.7], [8.0, 0.8]]) {
            told.run(trial, &losses, completed(losses[1]));
        }
        let mut stopped = |trial, loss| {
            told.run(trial, &[loss], Outcome::Stopped);
            let whole = told.history.view(1).unwrap().1;
            whole.single().unwrap().last().copied().unwrap()
        };
        assert_eq!(stopped(10, 7.5), 0.8);
        assert_eq!(stopped(11, 99.0), 0.8);
        assert_eq!(stopped(12, 1.0), 0.7, "it was stopped for a reason");
    }

    #[test]
    fn a_trial_that_ends_half_way_counts_at_its_fidelity() {
        let mut told = told(Some(2));
        told.run(0, &[5.0], completed(5.0));
        assert_eq!(
            told.history.view(1).map(|(at, level)| (at, level.len())),
            Some((1, 1))
        );
        told.run(1, &[5.0, 4.0], completed(4.0));
        assert_eq!(
            told.history.view(1).map(|(at, level)| (at, level.len())),
            Some((WHOLE, 1))
        );
        assert_eq!(
            told.history.view(2).map(|(at, level)| (at, level.len())),
            Some((1, 2))
        );
    }

    #[test]
    fn what_is_paused_or_ended_is_not_pending() {
        let mut told = told(None);
        for trial in 0..3 {
            told.tell(Started::new(TrialId::new(trial), told.params.clone()));
        }
        assert_eq!(
            (told.history.pending(9).count(), told.history.fresh()),
            (3, 3)
        );
        told.tell(Paused::new(
            TrialId::new(0),
            Fidelity::new(1),
            Values::one(1.0).unwrap(),
        ));
        told.tell(Ended::new(
            TrialId::new(1),
            Outcome::failed(FailureKind::Lost, ""),
        ));
        assert_eq!(told.history.pending(9).count(), 1);
        assert!(
            told.history.verdicts().is_empty(),
            "a lost worker says nothing about parameters"
        );
        told.tell(Ended::new(
            TrialId::new(2),
            Outcome::failed(FailureKind::Error, ""),
        ));
        assert_eq!(
            (told.history.verdicts(), told.history.fresh()),
            (&[(2, false)][..], 0)
        );
    }
}
