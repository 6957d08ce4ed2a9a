//! A twin of the median rule for each law of pruners.

use std::{
    cell::Cell,
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use tuning_conformance::{Finding, PrunerLaw, pruner};
use tuning_core::{
    BoxedPrunerConfig, ConfigOption, Fact, Fidelity, Problem, Pruner, PrunerConfig, Spec, TrialId,
    Unsupported, Verdict,
};

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
    BoxesAnother,
    CountsSpecs,
    BoxesWithoutOptions,
    DescribesNothing,
    TakesAnything,
    RefusesAsAStrategy,
    RefusesWithoutTheOption,
}

use Fault as F;

/// The options of the twin, and how often its spec was asked for.
#[derive(Debug)]
struct Config {
    fault: Fault,
    warmup: i64,
    asked: AtomicI64,
}

impl Config {
    fn new(fault: Fault, warmup: i64) -> Self {
        Self {
            fault,
            warmup,
            asked: AtomicI64::new(0),
        }
    }
}

impl Clone for Config {
    fn clone(&self) -> Self {
        Self::new(self.fault, self.warmup)
    }
}

impl PrunerConfig for Config {
    type Pruner = Median;

    fn spec(&self) -> Spec {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let spec = Spec::new("median").option("warmup", self.warmup);
        match self.fault {
            F::CountsSpecs => spec.option("asked", asked),
            _ => spec,
        }
    }

    fn options(&self) -> Vec<ConfigOption> {
        let about = "how many trials to compare with at least";
        match self.fault {
            F::DescribesNothing => Vec::new(),
            _ => vec![ConfigOption::new("warmup", self.warmup, about).at_least(1.0)],
        }
    }

    fn build(&self, _: &Problem) -> Result<Median, Unsupported> {
        let message = "has a `warmup` of 0: compare with at least 1 trial";
        match self.fault {
            F::TakesAnything => {}
            _ if self.warmup > 0 => {}
            F::RefusesAsAStrategy => return Err(Unsupported::new("median", message)),
            F::RefusesWithoutTheOption => {
                return Err(Unsupported::pruner("median", "makes no sense"));
            }
            _ => return Err(Unsupported::pruner("median", message)),
        }
        Ok(Median::new(self.fault, self.warmup))
    }

    fn boxed(self) -> BoxedPrunerConfig {
        let fault = match self.fault {
            F::BoxesAnother => F::ForgetsTheSign,
            F::BoxesWithoutOptions => F::DescribesNothing,
            fault => fault,
        };
        Arc::new(Self::new(fault, self.warmup)).boxed()
    }
}

/// What the facts have told.
#[derive(Clone, Debug, Default)]
struct Told {
    losses: BTreeMap<Fidelity, BTreeMap<TrialId, f64>>,
    last: BTreeMap<TrialId, (Fidelity, f64)>,
}

#[derive(Debug)]
struct Median {
    fault: Fault,
    warmup: usize,
    told: Arc<Mutex<Told>>,
    judged: Cell<u64>,
    judged_before_tell: u64,
    last_judged: Cell<Option<TrialId>>,
}

impl Median {
    fn new(fault: Fault, warmup: i64) -> Self {
        Self {
            fault,
            warmup: usize::try_from(warmup).unwrap_or(0),
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
        let worse = losses.len() > self.warmup && *loss > losses[losses.len() / 2];
        match self.fault {
            F::ChangesItsMind if again => Verdict::Stop,
            F::CountsJudgements if self.judged_before_tell > 40 => Verdict::Continue,
            F::StopsTheFirst if losses.len() == 1 && at.get() >= 9 => Verdict::Stop,
            F::Pauses if at.get() == 9 => Verdict::Pause,
            F::ForgetsTheSign if losses.len() > self.warmup && *loss < losses[losses.len() / 2] => {
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
            warmup: self.warmup,
            told,
            judged: self.judged.clone(),
            judged_before_tell: self.judged_before_tell,
            last_judged: Cell::new(None),
        })
    }
}

#[track_caller]
fn check(fault: Fault, law: PrunerLaw, words: &[&str]) {
    let kit = pruner(Config::new(fault, 3)).refuses("warmup", Config::new(fault, 0));
    breaks_only(&kit.report(), law, words);
}

#[test]
fn the_twin_without_a_fault_keeps_all_laws() {
    let kit = pruner(Config::new(F::None, 3)).refuses("warmup", Config::new(F::None, 0));
    kit.check();
    // Nothing was left out.
    assert!(!kit.report().to_string().contains("skipped "));
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

#[test]
fn law_8_boxed() {
    check(
        F::BoxesAnother,
        PrunerLaw::Boxed,
        &["built by the boxed configuration, the verdict on trial"],
    );
}

#[test]
fn law_9_spec() {
    check(
        F::CountsSpecs,
        PrunerLaw::Spec,
        &["`median (asked: 0, warmup: 3)` became `median (asked: 1, warmup: 3)`, asked again"],
    );
    check(
        F::BoxesWithoutOptions,
        PrunerLaw::Spec,
        &["in a box, `options()` is [], not [ConfigOption"],
    );
}

#[test]
fn law_10_refusal() {
    for (fault, words) in [
        (
            F::TakesAnything,
            "it took `median (warmup: 0)`, whose `warmup` makes no sense",
        ),
        (
            F::RefusesAsAStrategy,
            "expected the refusal of pruner `median`, found `strategy `median`",
        ),
        (
            F::RefusesWithoutTheOption,
            "the refusal does not name `warmup`",
        ),
    ] {
        check(fault, PrunerLaw::Refusal, &[words]);
    }
}

#[test]
fn without_an_option_that_makes_no_sense_the_law_of_refusals_is_skipped() {
    let report = pruner(Config::new(F::None, 3)).report();
    let finding = report.finding(PrunerLaw::Refusal);
    assert!(
        matches!(finding, Some(Finding::Skipped(how)) if how.contains(".refuses(")),
        "{finding:?}"
    );
    report.unwrap();
}
