//! [`WholeTrials`]: keeps a strategy off fidelities, whatever the combinator around it does with its trials.

use std::collections::BTreeMap;

use tuning_core::{
    Ask, Asked, Ended, Fact, Outcome, Paused, Problem, Proposal, ProposalKind, Strategy,
    StrategyConfig, StrategyError, TrialId, Unsupported,
};

/// An inner strategy to which every trial runs to its end at once.
///
/// A combinator that pauses and resumes what its inner strategy proposes holds it in this: the inner strategy
/// is built for the problem without fidelities, proposes trials that run to their end, and is told of each
/// trial one `Ended`, as soon as there is a value to learn from. So it need not know that there are fidelities,
/// and the combinator changes no fact itself. Of a trial that was started to pause, it is told
/// - `Started` without a target,
/// - the reports until then as they are,
/// - `Ended` when the trial pauses for the first time, as completed with the values that it paused with; if it
///   ends before, its end as it is,
/// - and nothing after that.
///
/// Everything else is told as it is: trials that run to their end, and facts of other kinds.
///
/// # Example
/// A combinator that lets every trial pause on its way, and resumes the best one of three:
/// ```
/// use tuning_core::{Ask, Asked, Fact, Fidelity, Problem, Strategy, StrategyConfig, StrategyError, Unsupported};
/// use tuning_toolkit::WholeTrials;
///
/// struct Thirds<S> {
///     inner: WholeTrials<S>,
///     // … and the trials that have paused
/// }
///
/// fn build<C: StrategyConfig>(inner: &C, problem: &Problem) -> Result<Thirds<C::Strategy>, Unsupported> {
///     Ok(Thirds { inner: WholeTrials::build(inner, problem)? })
/// }
///
/// impl<S: Strategy> Strategy for Thirds<S> {
///     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
///         // … or resumes the best one
///         let third = Fidelity::new(3);
///         Ok(self.inner.ask(ask)?.map(|proposal| proposal.until(third).wrapped("thirds", "")))
///     }
///
///     fn tell(&mut self, fact: &Fact) {
///         self.inner.tell(&fact.unwrapped("thirds"));
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct WholeTrials<S> {
    inner: S,
    name: String,
    /// The open trials that were started to pause, and whether the inner strategy was told their end.
    told: BTreeMap<TrialId, bool>,
}

impl<S: Strategy> WholeTrials<S> {
    /// Builds the inner strategy for the problem without its fidelities.
    ///
    /// # Errors
    /// If it refuses that problem.
    pub fn build<C>(config: &C, problem: &Problem) -> Result<Self, Unsupported>
    where
        C: StrategyConfig<Strategy = S> + ?Sized,
    {
        Ok(Self {
            inner: config.build(&problem.clone().fidelity(None))?,
            name: config.spec().name,
            told: BTreeMap::new(),
        })
    }

    fn check(&self, proposal: &Proposal) -> Result<(), StrategyError> {
        let wants = match proposal.kind() {
            ProposalKind::Start(_) if proposal.target().is_none() => return Ok(()),
            ProposalKind::Start(_) => "to pause a trial".to_owned(),
            ProposalKind::Resume(trial) => format!("to resume trial {trial}"),
            ProposalKind::Fork(trial, _) => format!("to fork trial {trial}"),
            ProposalKind::GiveUp(trial) => format!("to give up trial {trial}"),
            other => format!("something else: {other:?}"),
        };
        Err(StrategyError::new(format!(
            "strategy `{}` wants {wants}, but the strategy around it decides how far trials run: put one inside that \
             only starts trials",
            self.name
        )))
    }

    /// The end of a trial, as the inner strategy sees it, if it has not seen it before.
    fn paused(&mut self, paused: &Paused) {
        let Some(told) = self.told.get_mut(&paused.trial) else {
            return self.inner.tell(&paused.clone().into());
        };
        if !std::mem::replace(told, true) {
            let ended = Ended::new(paused.trial, Outcome::Completed(paused.values.clone()))
                .metrics(paused.metrics.clone())
                .took(paused.took_micros);
            self.inner.tell(&ended.into());
        }
    }
}

impl<S: Strategy> Strategy for WholeTrials<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let answer = self.inner.ask(ask)?;
        if let Asked::Propose(proposals) = &answer {
            for proposal in proposals {
                self.check(proposal)?;
            }
        }
        Ok(answer)
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) if started.until.is_some() => {
                self.told.insert(started.trial, false);
                self.inner.tell(&started.clone().until(None).into());
            }
            Fact::Paused(paused) => self.paused(paused),
            Fact::Ended(ended) => {
                if self.told.remove(&ended.trial) != Some(true) {
                    self.inner.tell(fact);
                }
            }
            Fact::Resumed(resumed) if self.told.contains_key(&resumed.trial) => {}
            Fact::Reported(reported) if self.told.get(&reported.trial) == Some(&true) => {}
            _ => self.inner.tell(fact),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use tuning_core::{
        Budget, Budgeted, Fidelity, FidelityRange, Objectives, Parameter, Params, Reported,
        Resumed, Seed, Space, Spec, Started, Tag, Values,
    };

    use super::*;

    /// Proposes what it is made of, and writes down what it is told.
    #[derive(Debug)]
    struct Spy {
        proposal: Proposal,
        told: Vec<Fact>,
    }

    impl Strategy for Spy {
        fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
            Ok(Asked::Propose(vec![self.proposal.clone()]))
        }

        fn tell(&mut self, fact: &Fact) {
            self.told.push(fact.clone());
        }
    }

    struct SpyConfig(Proposal);

    impl StrategyConfig for SpyConfig {
        type Strategy = Spy;

        fn spec(&self) -> Spec {
            Spec::new("spy")
        }

        fn build(&self, problem: &Problem) -> Result<Spy, Unsupported> {
            match problem.fidelity {
                Some(_) => Err(Unsupported::new("spy", "cannot use fidelities")),
                None => Ok(Spy {
                    proposal: self.0.clone(),
                    told: Vec::new(),
                }),
            }
        }
    }

    fn space() -> Space {
        Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap()
    }

    fn params() -> Params {
        space().decode(&[0.5]).unwrap()
    }

    fn whole(proposal: Proposal) -> WholeTrials<Spy> {
        let problem = Problem::new(space(), Objectives::minimize("loss").unwrap())
            .fidelity(FidelityRange::new(1, 9).unwrap());
        WholeTrials::build(&SpyConfig(proposal), &problem).unwrap()
    }

    fn told(facts: impl IntoIterator<Item = Fact>) -> Vec<Fact> {
        let mut whole = whole(Proposal::start(params()));
        for fact in facts {
            whole.tell(&fact);
        }
        whole.inner.told
    }

    const TRIAL: TrialId = TrialId::new(4);

    fn values(loss: f64) -> Values {
        Values::one(loss).unwrap()
    }

    fn started(until: Option<u64>) -> Started {
        Started::new(TRIAL, params())
            .until(until.map(Fidelity::new))
            .tag(Tag::new("spy", 1))
    }

    fn reported(at: u64, loss: f64) -> Fact {
        Reported::new(TRIAL, at.into(), values(loss)).into()
    }

    fn paused(at: u64, loss: f64) -> Paused {
        Paused::new(TRIAL, at.into(), values(loss)).took(7)
    }

    #[test]
    fn a_trial_that_pauses_ends_with_the_values_of_its_first_pause() {
        let heard = told([
            started(Some(1)).into(),
            reported(1, 0.5),
            paused(1, 0.5).into(),
            Resumed::new(TRIAL, Fidelity::new(3)).into(),
            reported(3, 0.4),
            paused(3, 0.4).into(),
            Ended::new(TRIAL, Outcome::Stopped).into(),
        ]);
        let expect = [
            started(None).into(),
            reported(1, 0.5),
            Ended::new(TRIAL, Outcome::Completed(values(0.5)))
                .took(7)
                .into(),
        ];
        assert_eq!(heard, expect);
    }

    #[test]
    fn a_trial_that_ends_before_it_pauses_ends_as_it_did() {
        let end = Fact::from(Ended::new(TRIAL, Outcome::Stopped));
        let heard = told([started(Some(9)).into(), reported(1, 0.5), end.clone()]);
        assert_eq!(heard, [started(None).into(), reported(1, 0.5), end]);
    }

    #[test]
    fn everything_else_is_told_as_it_is() {
        let facts = [
            Budgeted::new(&Budget::trials(3)).into(),
            started(None).into(),
            reported(9, 0.1),
            Ended::new(TRIAL, Outcome::Completed(values(0.1))).into(),
            // Of a trial that nothing is known of.
            paused(1, 0.5).into(),
            Resumed::new(TRIAL, Fidelity::new(3)).into(),
        ];
        assert_eq!(told(facts.clone()), facts);
    }

    #[test]
    fn what_asks_for_fidelities_is_refused_by_name() {
        let ask = Ask::new(NonZeroUsize::MIN, TrialId::new(0), Seed::new(1));
        let check = |proposal: Proposal, expect: &str| {
            let error = whole(proposal).ask(&ask).unwrap_err().to_string();
            assert!(
                error.starts_with(&format!("strategy `spy` wants {expect}, but")),
                "{error}"
            );
        };
        check(
            Proposal::start(params()).until(Fidelity::new(3)),
            "to pause a trial",
        );
        check(Proposal::resume(TRIAL), "to resume trial 4");
        check(Proposal::fork(TRIAL, params()), "to fork trial 4");
        check(Proposal::give_up(TRIAL), "to give up trial 4");
        let plain = Proposal::start(params());
        let answer = whole(plain.clone()).ask(&ask).unwrap();
        assert_eq!(answer, Asked::Propose(vec![plain]));
    }
}
