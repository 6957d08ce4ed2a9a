//! [`CannotResume`]: a strategy for trials that always begin anew, which it never pauses.

use tuning_core::{
    Ask, Asked, BoxedConfig, ConfigOption, Fact, Problem, Proposal, ProposalKind, Spec, Strategy,
    StrategyConfig, StrategyError, Unsupported,
};

/// A strategy for trials that cannot resume: it is built for the problem without fidelities, so that each trial runs to its
/// end, or until a pruner stops it.
///
/// One that cannot do without, such as `asha`, is refused. That trials cannot resume is part of the study's identity, since
/// the strategy may decide otherwise then.
///
/// # Example
/// ```
/// use tuning_core::{FidelityRange, Parameter, Space};
/// use tuning_runtime::{CannotResume, Study};
///
/// # fn builder(tpe: impl tuning_core::StrategyConfig + 'static) -> Result<tuning_runtime::StudyBuilder, Box<dyn std::error::Error>> {
/// let study = Study::builder("mnist", Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?)
///     .minimize("loss")
///     .fidelity(FidelityRange::new(1, 27)?)
///     .strategy(CannotResume::new(tpe));
/// # Ok(study) }
/// ```
pub struct CannotResume(BoxedConfig);

/// What a strategy does that is of no use then, and what to do about it.
const REMEDY: &str = "pauses trials and resumes them, but trials of this study cannot resume (`resumes: false`): choose another \
                      strategy and `pruner: asha`, which stops trials at the same rungs";

impl CannotResume {
    /// This strategy, for trials that cannot resume.
    #[must_use]
    pub fn new(strategy: impl StrategyConfig + 'static) -> Self {
        Self(strategy.boxed())
    }
}

impl std::fmt::Debug for CannotResume {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("CannotResume").field(&self.spec()).finish()
    }
}

impl StrategyConfig for CannotResume {
    type Strategy = Box<dyn Strategy>;

    fn spec(&self) -> Spec {
        self.0.spec().option("resumes", false)
    }

    fn options(&self) -> Vec<ConfigOption> {
        self.0.options()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        match self.0.build(&problem.clone().fidelity(None)) {
            Ok(inner) => Ok(Box::new(Whole {
                name: self.0.spec().name,
                inner,
            })),
            Err(_) if problem.fidelity.is_some() && self.0.build(problem).is_ok() => {
                Err(Unsupported::new(self.0.spec().name, REMEDY))
            }
            Err(error) => Err(error),
        }
    }
}

/// What it builds.
struct Whole {
    name: String,
    inner: Box<dyn Strategy>,
}

impl Strategy for Whole {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let asked = self.inner.ask(ask)?;
        let is_whole = |proposal: &Proposal| {
            matches!(proposal.kind(), ProposalKind::Start(_)) && proposal.target().is_none()
        };
        match &asked {
            Asked::Propose(proposals) if !proposals.iter().all(is_whole) => {
                let name = &self.name;
                Err(StrategyError::new(format!("strategy `{name}` {REMEDY}")))
            }
            _ => Ok(asked),
        }
    }

    fn tell(&mut self, fact: &Fact) {
        self.inner.tell(fact);
    }
}
