//! [`Members`]: the places of a population and what their trials do: a fold of the facts.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{Ended, Fidelity, Outcome, Params, Paused, Resumed, Started, TrialId};

use super::{NAME, steps::Steps};
use crate::schedulers::split::Entry;

/// What the trial of a place does.
#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    /// There is none, and one is to start.
    Vacant,
    /// It runs.
    Running,
    /// It has paused at the end of a step, and others have not.
    Waiting(Fidelity, Entry),
    /// All have; it continues, unless it is one of the worst, and gives its place to a copy of one of the best.
    Due {
        /// The fidelity that it has reached.
        at: Fidelity,
        /// Whether it is one of the worst.
        is_beaten: bool,
    },
    /// It failed or was stopped, and its place is filled at the end of the step.
    Lost,
    /// It has run to its end.
    Over,
}

/// One place.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) trial: Option<TrialId>,
    pub(super) params: Option<Params>,
    pub(super) state: State,
}

/// The places of a population.
///
/// A step ends when no member runs any more. Then the members that have paused are compared, the worst of them and those
/// that were lost leave their places, and the next step begins.
#[derive(Clone, Debug)]
pub(super) struct Members {
    steps: Steps,
    quantile: f64,
    step: u64,
    places: Vec<Place>,
    of: BTreeMap<TrialId, usize>,
    /// The places of the best members at the end of the step before, as long as the trials are the same.
    donors: Vec<(usize, TrialId)>,
    /// Those that have lost their places and are paused still.
    beaten: BTreeSet<TrialId>,
}

impl Members {
    pub(super) fn new(steps: Steps, population: usize, quantile: f64) -> Self {
        let vacant = Place {
            trial: None,
            params: None,
            state: State::Vacant,
        };
        Self {
            steps,
            quantile,
            step: 0,
            places: vec![vacant; population],
            of: BTreeMap::new(),
            donors: Vec::new(),
            beaten: BTreeSet::new(),
        }
    }

    pub(super) fn steps(&self) -> &Steps {
        &self.steps
    }

    pub(super) fn step(&self) -> u64 {
        self.step
    }

    pub(super) fn places(&self) -> &[Place] {
        &self.places
    }

    /// Those that are to be given up.
    pub(super) fn beaten(&self) -> impl Iterator<Item = TrialId> + '_ {
        self.beaten.iter().copied()
    }

    /// The best members, the best first, that have not gone on yet: what has gone on cannot be copied.
    pub(super) fn donors(&self) -> Vec<&Place> {
        let places = self.donors.iter().filter_map(|(index, trial)| {
            let place = &self.places[*index];
            let is_due = matches!(place.state, State::Due { .. });
            (is_due && place.trial == Some(*trial)).then_some(place)
        });
        places.collect()
    }

    /// Whether a place that is vacant is filled by a trial that starts from nothing: no member can be copied in this step.
    pub(super) fn starts_anew(&self) -> bool {
        self.donors.is_empty()
    }

    /// The next population, if this one is over: no member runs, waits or can begin.
    pub(super) fn renewed(&self) -> Option<Self> {
        let can_fill = self.can_fill();
        let is_over = |place: &Place| match place.state {
            State::Over | State::Lost => true,
            State::Vacant => !can_fill,
            State::Running | State::Waiting(..) | State::Due { .. } => false,
        };
        self.places.iter().all(is_over).then(|| Self {
            beaten: self.beaten.clone(),
            ..Self::new(self.steps, self.places.len(), self.quantile)
        })
    }

    /// Whether a vacant place can be filled.
    fn can_fill(&self) -> bool {
        self.starts_anew() || !self.donors().is_empty()
    }

    /// Whether any member runs.
    pub(super) fn is_running(&self) -> bool {
        let mut places = self.places.iter();
        places.any(|place| matches!(place.state, State::Running))
    }

    /// The note on a trial that takes this place, or continues there, in this step.
    pub(super) fn note(&self, index: usize, step: u64) -> String {
        format!("member {}, {}", index + 1, self.steps.note(step))
    }

    /// The place of a trial with this note, if it can be taken.
    fn place_of(&self, note: &str) -> Option<usize> {
        let (number, _) = note.strip_prefix("member ")?.split_once(',')?;
        let index = number.parse::<usize>().ok()?.checked_sub(1)?;
        let is_open = match self.places.get(index)?.state {
            State::Vacant => true,
            State::Due { is_beaten, .. } => is_beaten,
            _ => false,
        };
        (is_open && self.note(index, self.step) == note).then_some(index)
    }

    pub(super) fn started(&mut self, started: &Started) {
        let Some(note) = started.tag.note(NAME) else {
            return;
        };
        if let Some(next) = self.renewed()
            && next.place_of(&note).is_some()
        {
            *self = next;
        }
        let Some(index) = self.place_of(&note) else {
            return;
        };
        let new = Place {
            trial: Some(started.trial),
            params: Some(started.params.clone()),
            state: State::Running,
        };
        let old = std::mem::replace(&mut self.places[index], new);
        if let Some(old) = old.trial {
            self.of.remove(&old);
            self.beaten.insert(old);
        }
        self.of.insert(started.trial, index);
    }

    pub(super) fn resumed(&mut self, resumed: &Resumed) {
        let Some(&index) = self.of.get(&resumed.trial) else {
            return;
        };
        // It continues although places are vacant: there are no trials left that could fill them.
        if matches!(self.places[index].state, State::Waiting(..)) {
            self.end_step();
        }
        self.places[index].state = State::Running;
    }

    pub(super) fn paused(&mut self, paused: &Paused) {
        if let Some(&index) = self.of.get(&paused.trial) {
            let entry = Entry::new(paused.values.first(), paused.trial);
            self.places[index].state = State::Waiting(paused.at, entry);
            self.end_step_if_all_have();
        }
    }

    pub(super) fn ended(&mut self, ended: &Ended) {
        self.beaten.remove(&ended.trial);
        let Some(index) = self.of.remove(&ended.trial) else {
            return;
        };
        let place = &mut self.places[index];
        place.trial = None;
        place.state = match ended.outcome {
            Outcome::Completed(_) => State::Over,
            _ => State::Lost,
        };
        self.end_step_if_all_have();
    }

    fn end_step_if_all_have(&mut self) {
        let can_fill = self.can_fill();
        let is_open = |place: &Place| match place.state {
            State::Running | State::Due { .. } => true,
            State::Vacant => can_fill,
            State::Waiting(..) | State::Lost | State::Over => false,
        };
        if !self.places.iter().any(is_open) {
            self.end_step();
        }
    }

    /// Compares those that have paused, and says who continues.
    // Jaderberg et al. 2017, arXiv:1711.09846, section 4.1.1, truncation selection: a member in the bottom quantile is
    // replaced by one drawn from the top quantile.
    fn end_step(&mut self) {
        if self.step == self.steps.last() {
            return;
        }
        let waiting = |(index, place): (usize, &Place)| match place.state {
            State::Waiting(_, entry) => Some((entry, index)),
            _ => None,
        };
        let mut ranked: Vec<_> = self.places.iter().enumerate().filter_map(waiting).collect();
        ranked.sort_unstable();
        let count = ranked.len();
        let part = ((self.quantile * count as f64).ceil() as usize).min(count / 2);
        let mut best = ranked.iter().take(part.max(1));
        let is_over = |place: &Place| matches!(place.state, State::Over);
        let is_filled = count > 0 || !self.places.iter().any(is_over);
        self.donors = best
            .by_ref()
            .map(|(entry, index)| (*index, entry.trial))
            .collect();
        let beaten: BTreeSet<_> = ranked[count - part..].iter().map(|(_, i)| *i).collect();
        for (index, place) in self.places.iter_mut().enumerate() {
            place.state = match place.state {
                State::Waiting(at, _) => State::Due {
                    at,
                    is_beaten: beaten.contains(&index),
                },
                State::Lost if is_filled => State::Vacant,
                state => state,
            };
        }
        self.step += 1;
    }
}
