//! [`RungsConfig`]: a combinator with two inner strategies, one for a third of the way and one for the end, with one [`Slip`]
//! or none. It pauses each trial a third of the way, and resumes all of them.

use std::collections::{BTreeMap, BTreeSet};

use tuning_conformance::{CombinatorKit, CombinatorLaw as Law, combinator};
use tuning_core::{
    Ask, Asked, BoxedConfig, Ended, Fact, Fidelity, Outcome, Problem, Proposal, Spec, Strategy,
    StrategyConfig, StrategyError, Tag, TrialId, Unsupported, Values,
};

use super::breaks_only;

const LAYER: &str = "rungs";

/// What is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Slip {
    None,
    TellsNoneOfThem,
    MakesValuesUp,
    CompletesWhatFailed,
    TellsTagsOfNone,
}

struct RungsConfig<C> {
    slip: Slip,
    inner: C,
}

impl<C: StrategyConfig> StrategyConfig for RungsConfig<C> {
    type Strategy = Rungs<C::Strategy>;

    fn spec(&self) -> Spec {
        Spec::new(LAYER).option("inner", self.inner.spec())
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        let Some(range) = problem.fidelity else {
            return Err(Unsupported::new(LAYER, "needs a fidelity"));
        };
        let plain = problem.clone().fidelity(None);
        let build = || {
            let built = self.inner.build(&plain);
            built.map_err(|error| error.within("inner"))
        };
        Ok(Rungs {
            slip: self.slip,
            rung: Fidelity::new(range.max().get() / 3),
            low: build()?,
            high: build()?,
            reported: BTreeMap::new(),
            paused: BTreeSet::new(),
            learnt: BTreeSet::new(),
            running: BTreeSet::new(),
        })
    }
}

struct Rungs<S> {
    slip: Slip,
    rung: Fidelity,
    low: S,
    high: S,
    reported: BTreeMap<TrialId, Values>,
    paused: BTreeSet<TrialId>,
    /// What the lower one knows the end of.
    learnt: BTreeSet<TrialId>,
    running: BTreeSet<TrialId>,
}

impl<S: Strategy> Strategy for Rungs<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let resume = |trial: &TrialId| Proposal::resume(*trial).tag(Tag::new(LAYER, "up"));
        let due: Vec<_> = self
            .paused
            .iter()
            .take(ask.slots().get())
            .map(resume)
            .collect();
        if !due.is_empty() {
            return Ok(Asked::Propose(due));
        }
        match self.low.ask(ask)? {
            Asked::Done if !self.running.is_empty() => Ok(Asked::Wait),
            answer => Ok(answer.map(|proposal| proposal.until(self.rung).wrapped(LAYER, ""))),
        }
    }

    fn tell(&mut self, fact: &Fact) {
        let inward = fact.unwrapped(LAYER).into_owned();
        match fact {
            Fact::Started(started) => {
                self.running.insert(started.trial);
                let Fact::Started(inward) = inward else {
                    return;
                };
                let inward = inward.until(None);
                self.low.tell(&inward.clone().into());
                let tag = match self.slip {
                    Slip::TellsTagsOfNone if !inward.tag.is_none() => Tag::new("probe", "mine"),
                    _ => inward.tag.clone(),
                };
                self.high.tell(&inward.tag(tag).into());
            }
            Fact::Reported(reported) => {
                self.reported
                    .insert(reported.trial, reported.values.clone());
            }
            Fact::Resumed(resumed) => {
                self.paused.remove(&resumed.trial);
                self.running.insert(resumed.trial);
            }
            Fact::Paused(paused) => {
                self.running.remove(&paused.trial);
                self.paused.insert(paused.trial);
                if self.slip != Slip::TellsNoneOfThem && self.learnt.insert(paused.trial) {
                    let values = match self.slip {
                        Slip::MakesValuesUp => {
                            let other = |value: &f64| value + 1.0;
                            Values::new(paused.values.as_slice().iter().map(other))
                                .expect("finite numbers")
                        }
                        _ => paused.values.clone(),
                    };
                    let end = Ended::new(paused.trial, Outcome::Completed(values));
                    self.low.tell(&end.into());
                }
            }
            Fact::Ended(ended) => {
                self.running.remove(&ended.trial);
                self.paused.remove(&ended.trial);
                if !self.learnt.remove(&ended.trial) {
                    self.low.tell(fact);
                }
                let failed = ended.outcome.failure().is_some();
                let last = self.reported.remove(&ended.trial);
                match last.filter(|_| failed && self.slip == Slip::CompletesWhatFailed) {
                    Some(last) => {
                        let end = Ended::new(ended.trial, Outcome::Completed(last));
                        self.high.tell(&end.into());
                    }
                    None => self.high.tell(fact),
                }
            }
            _ => {
                self.low.tell(fact);
                self.high.tell(fact);
            }
        }
    }
}

type Over = Box<dyn Fn(BoxedConfig) -> RungsConfig<BoxedConfig>>;

fn twin(slip: Slip) -> CombinatorKit<Over> {
    let over: Over = Box::new(move |inner| RungsConfig { slip, inner });
    combinator(over)
}

#[test]
fn several_inner_strategies_may_learn_at_fidelities_of_their_own() {
    let report = twin(Slip::None).report();
    assert!(report.is_ok(), "{report}");
}

#[test]
fn law_3_no_other_tags_are_made_up_for_them() {
    breaks_only(
        &twin(Slip::TellsTagsOfNone).report(),
        Law::Unwrapped,
        &["was told the tag `probe:mine` instead of ``"],
    );
}

#[test]
fn law_5_one_of_them_learns_from_each_pause_and_only_what_was_reported() {
    for (slip, words) in [
        (
            Slip::TellsNoneOfThem,
            "and no inner strategy was told an end of it",
        ),
        (Slip::MakesValuesUp, "it was to be told `Ended` trial "),
        (Slip::CompletesWhatFailed, ": Failed("),
    ] {
        breaks_only(&twin(slip).report(), Law::NoFidelities, &[words]);
    }
}
