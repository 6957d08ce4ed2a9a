//! A twin of the median rule for each law of pruners.

use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use tuning_conformance::{PrunerLaw, pruner};
use tuning_core::{Fact, Fidelity, Pruner, TrialId, Verdict};

use super::breaks_only;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    ChangesItsMind,
    CountsJudgements,
    SharesItsState,
    StopsTheFirst,
    IndexesUnknownTrials,
    Pauses,
    ForgetsTheSign,
}

use Fault as F;

/// What the facts have told.
#[derive(Clone, Debug, Default)]
struct Told {
    losses: BTreeMap<Fidelity, BTreeMap<TrialId, f64>>,
    last: BTreeMap<TrialId, (Fidelity, f64)>,
}

#[derive(Debug)]
struct Median {
    fault: Fault,
    told: Arc<Mutex<Told>>,
    judged: Cell<u64>,
    judged_before_tell: u64,
    last_judged: Cell<Option<TrialId>>,
}

impl Median {
    fn new(fault: Fault) -> Self {
        Self {
            fault,
            told: Arc::default(),
            judged: Cell::new(0),
            judged_before_tell: 0,
            last_judged: Cell::new(None),
        }
    }

    fn told(&self) -> Told {
        self.told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Pruner for Median {
    fn tell(&mut self, fact: &Fact) {
        self.judged_before_tell = self.judged.get();
        self.last_judged.set(None);
        if let Fact::Reported(reported) = fact {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let loss = reported.values.first();
            told.losses
                .entry(reported.at)
                .or_default()
                .insert(reported.trial, loss);
            told.last.insert(reported.trial, (reported.at, loss));
        }
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        self.judged.set(self.judged.get() + 1);
        let again = self.last_judged.replace(Some(trial)) == Some(trial);
        let told = self.told();
        let last = match self.fault {
            F::IndexesUnknownTrials => Some(&told.last[&trial]),
            _ => told.last.get(&trial),
        };
        let Some((at, loss)) = last else {
            return Verdict::Continue;
        };
        let mut losses: Vec<f64> = told.losses[at].values().copied().collect();
        losses.sort_by(f64::total_cmp);
        let worse = losses.len() >= 4 && *loss > losses[losses.len() / 2];
        match self.fault {
            F::ChangesItsMind if again => Verdict::Stop,
            F::CountsJudgements if self.judged_before_tell > 40 => Verdict::Continue,
            F::StopsTheFirst if losses.len() == 1 && at.get() >= 9 => Verdict::Stop,
            F::Pauses if at.get() == 9 => Verdict::Pause,
            F::ForgetsTheSign if losses.len() >= 4 && *loss < losses[losses.len() / 2] => {
                Verdict::Stop
            }
            F::ForgetsTheSign => Verdict::Continue,
            _ if worse => Verdict::Stop,
            _ => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        let told = match self.fault {
            F::SharesItsState => Arc::clone(&self.told),
            _ => Arc::new(Mutex::new(self.told())),
        };
        Box::new(Self {
            fault: self.fault,
            told,
            judged: self.judged.clone(),
            judged_before_tell: self.judged_before_tell,
            last_judged: Cell::new(None),
        })
    }
}

#[track_caller]
fn check(fault: Fault, law: PrunerLaw, words: &[&str]) {
    breaks_only(&pruner(|| Median::new(fault)).report(), law, words);
}

#[test]
fn the_twin_without_a_fault_keeps_all_laws() {
    pruner(|| Median::new(F::None)).check();
}

#[test]
fn law_1_pure() {
    check(
        F::ChangesItsMind,
        PrunerLaw::Pure,
        &[
            "judged twice, the verdict on trial",
            "was Continue and became Stop",
        ],
    );
}

#[test]
fn law_2_same_facts() {
    check(
        F::CountsJudgements,
        PrunerLaw::SameFacts,
        &["judged on the way, the verdict on trial"],
    );
}

#[test]
fn law_3_copies() {
    check(
        F::SharesItsState,
        PrunerLaw::Copies,
        &["after a copy was told more, judged by the original"],
    );
}

#[test]
fn law_4_first_trial() {
    check(
        F::StopsTheFirst,
        PrunerLaw::FirstTrial,
        &["the first trial, whose loss is falling, is stopped at fidelity 9"],
    );
}

#[test]
fn law_5_survives() {
    check(
        F::IndexesUnknownTrials,
        PrunerLaw::Survives,
        &["judging trial", "it panicked"],
    );
}

#[test]
fn law_6_two_verdicts() {
    check(F::Pauses, PrunerLaw::TwoVerdicts, &["is Pause"]);
}

#[test]
fn law_7_leader() {
    check(
        F::ForgetsTheSign,
        PrunerLaw::Leader,
        &[
            "the trial with the lowest losses of all",
            "is stopped at fidelity 1",
        ],
    );
}
