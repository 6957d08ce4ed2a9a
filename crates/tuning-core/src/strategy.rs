//! [`Strategy`]: what proposes trials, and [`StrategyConfig`]: what builds one.

use std::{error::Error, fmt};

use thiserror::Error;

use crate::{
    Ask, Asked, ConfigOption, Problem, Unsupported, fact::Fact, space::ParamsError, spec::Spec,
};

/// A search strategy: a pure state machine that proposes trials and learns from facts.
///
/// [Publish your own strategy](https://docs.rs/crate/hypertuning/latest/source/docs/publish-a-strategy.md) leads from nothing to a crate that keeps the laws.
///
/// # For callers
/// - Tell every proposal that you take as [`Fact::Started`] or [`Fact::Resumed`] before you ask again.
///   What you do not take is forgotten.
/// - Tell all facts of a study in the order of its log; to restore a strategy, tell the log to a new one.
/// - Values in facts are losses: smaller is better.
///
/// # For implementors
/// *Ask decides, tell remembers.*
/// - `ask` leaves no observable trace: asked twice, it gives the same answer. What it computes may be
///   cached behind `&self`, in a `RefCell` or a `OnceCell`: a strategy is `Send` and need not be `Sync`.
/// - What it answers depends on the configuration, the facts told and the [`Ask`] alone: no clock, no
///   thread, no generator of its own, no order of a hash map. Randomness comes from [`Ask::seed`].
/// - Proposals lie in the space, with inactive parameters absent, at most [`Ask::slots`] of them.
/// - [`Asked::Wait`] is legal only while something is in flight. [`Asked::Done`] is final, but for a budget
///   that is raised: with more [trials left](Ask::trials_left) and something to try, propose again.
/// - Resume only what is paused, to a higher fidelity; fork only what is paused or ended, and was not given
///   up; give up only what is paused.
/// - A trial may pause beyond the fidelity that it was asked for ([`Paused::at`](crate::Paused::at)): look for the
///   highest rung at or below, not for an equal number.
/// - Facts of a kind that you do not know change nothing: end a `match` on them with `_ => {}`.
/// - `tell` survives everything: trials of others (their [tag](crate::Tag) is not yours), failures, facts that
///   you do not know, equal, huge or tiny values.
///
/// Each of these promises is a law in `tuning-conformance`; a test of five lines checks them.
///
/// # For combinators
/// A strategy around another one is the inner one's only driver, and keeps the promises of one:
/// - The inner strategy is told every fact of the study, also of trials that it did not propose: these
///   are foreign to it, and it may learn from them. What the inner one proposes leaves
///   [wrapped](crate::Proposal::wrapped) in the combinator's layer, and facts come in
///   [unwrapped](crate::Fact::unwrapped). [`Asked::map`] and these two pass on every kind of answer, proposal and
///   fact, also those that the combinator does not know.
/// - What it changes on the way out, it changes back on the way in. One that lets trials pause which the
///   inner strategy meant to run to their end (successive halving over random search) tells of them what
///   the inner one can expect: `Started` without `until`, no `Paused` and no `Resumed`, and exactly one
///   `Ended`, as soon as there is a value to learn from: `Completed` with the last report when it is
///   paused first, else with the outcome that it had. What the trial does afterwards is the combinator's own. One that
///   holds several of the inner strategy, each for a fidelity, tells one of them then, and each other once the
///   trial is as far: with values that it reported, or as cancelled if there are none at that fidelity. It may tell each of
///   them that it has proposed what one of them did.
///   `tuning_toolkit::WholeTrials` does all of this around an inner strategy, and builds it for the problem without
///   fidelities (`problem.clone().fidelity(None)`), so that it does not ask for any.
/// - An inner strategy that asks for fidelities itself is told the facts as they are.
/// - `Wait` and `Done` of the inner strategy are its own: a combinator that still has trials to resume
///   proposes those, and waits only while something is in flight.
/// - The inner strategy is asked about the same study, from the number that its first new trial will
///   have: [`Ask::after`] behind new trials of the combinator's own, [`Ask::with_slots`] for what is left.
/// - The combinator's [`spec`](StrategyConfig::spec) holds the inner one's as a
///   [option](Spec::option), and its `build` passes on the inner one's refusal, saying
///   [where](Unsupported::within) it comes from.
///
/// Each of these, too, is a law: `tuning_conformance::combinator(|inner| …)` checks them.
///
/// # For schedulers
/// A strategy that lets trials pause, around another one or not, sees to it that each study ends well:
/// - It asks for work within the fidelities of the problem, from the least on, and sends a paused trial to the next fidelity at
///   which it compares trials: none is skipped.
/// - Nothing waits for ever: when no trial runs, it resumes one, starts one, gives one up, or is `Done`.
/// - When no trials are [left](Ask::trials_left) to start, or before it is `Done`, it gives up what it will never resume, so that
///   no trial stays paused.
/// - However few trials the budget has, one of them runs to its end, unless work fails.
///
/// Each of these is a law, and so is what it documents of whom it promotes: `tuning_conformance::scheduler(|problem| …)`.
///
/// # Example
/// Random search in full:
/// ```
/// use tuning_core::{Ask, Asked, Fact, Proposal, Space, Strategy, StrategyError};
///
/// #[derive(Debug)]
/// struct Random { space: Space }
///
/// impl Strategy for Random {
///     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
///         let propose = |n| {
///             let seed = ask.seed(n);
///             let point: Vec<f64> = (0..self.space.len()).map(|d| seed.derive(d as u64).unit()).collect();
///             Ok(Proposal::start(self.space.decode(&point)?))
///         };
///         (0..ask.slots().get()).map(propose).collect::<Result<_, _>>().map(Asked::Propose)
///     }
///
///     fn tell(&mut self, _: &Fact) {} // it learns nothing
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a strategy",
    note = "a configuration is not a strategy yet: build one with `config.build(&problem)?`"
)]
pub trait Strategy: Send {
    /// Says what to do next.
    ///
    /// # Errors
    /// If the strategy cannot continue at all: this ends the study. It is no place for a failed trial.
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError>;

    /// Learns one fact. It cannot fail: facts have happened.
    fn tell(&mut self, fact: &Fact);
}

macro_rules! forward {
    ($($pointer:ty),*) => {$(
        #[deny(clippy::missing_trait_methods)]
        impl<S: Strategy + ?Sized> Strategy for $pointer {
            fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
                (**self).ask(ask)
            }

            fn tell(&mut self, fact: &Fact) {
                (**self).tell(fact);
            }
        }
    )*};
}

forward!(&mut S, Box<S>);

/// What builds a strategy: plain data with the paper's defaults.
///
/// A registry holds these, combinators wrap them, and a study keeps one so that it can rebuild its
/// strategy from the journal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the configuration of a strategy",
    note = "pass a configuration, such as `RandomConfig::default()`, not the strategy that it builds: a study builds its \
            strategy itself"
)]
pub trait StrategyConfig: Send + Sync {
    /// What it builds.
    type Strategy: Strategy + 'static;

    /// Its name and its options, all of them: what the journal keeps, so that a study is not
    /// continued with another strategy by mistake.
    fn spec(&self) -> Spec;

    /// Its options as they are set, each with its meaning and bounds; empty if they are not described.
    ///
    /// # For implementors
    /// - One for each field, by the field's name and in its order, with the value that the field has.
    /// - [`spec`](Self::spec) names each of them: `Spec::new(NAME).options(self.options())`.
    /// - [`build`](Self::build) refuses a number outside of its range, by [`ConfigOption::check`], and no other
    ///   number of a single option.
    ///
    /// These promises are laws in `tuning-conformance` (`tuning_conformance::options`).
    fn options(&self) -> Vec<ConfigOption> {
        Vec::new()
    }

    /// Builds the strategy for a problem.
    ///
    /// # Errors
    /// If it cannot handle the problem, or an option is out of its range; the error says what to do.
    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported>;

    /// Forgets the type, for registries and for choosing at run time.
    fn boxed(self) -> BoxedConfig
    where
        Self: Sized + 'static,
    {
        Box::new(Erased(self))
    }
}

/// A [`StrategyConfig`] of a type that is known at run time only.
pub type BoxedConfig = Box<dyn StrategyConfig<Strategy = Box<dyn Strategy>>>;

#[deny(clippy::missing_trait_methods)]
impl StrategyConfig for BoxedConfig {
    type Strategy = Box<dyn Strategy>;

    fn spec(&self) -> Spec {
        (**self).spec()
    }

    fn options(&self) -> Vec<ConfigOption> {
        (**self).options()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        (**self).build(problem)
    }

    fn boxed(self) -> BoxedConfig {
        self
    }
}

struct Erased<C>(C);

#[deny(clippy::missing_trait_methods)]
impl<C: StrategyConfig + 'static> StrategyConfig for Erased<C> {
    type Strategy = Box<dyn Strategy>;

    fn spec(&self) -> Spec {
        self.0.spec()
    }

    fn options(&self) -> Vec<ConfigOption> {
        self.0.options()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        Ok(Box::new(self.0.build(problem)?))
    }

    fn boxed(self) -> BoxedConfig {
        Box::new(self)
    }
}

impl fmt::Debug for dyn StrategyConfig<Strategy = Box<dyn Strategy>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec().fmt(f)
    }
}

/// A strategy cannot continue.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct StrategyError {
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StrategyError {
    /// For this reason.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            source: None,
        }
    }

    /// Because of this error.
    #[must_use]
    pub fn from_source(source: impl Error + Send + Sync + 'static) -> Self {
        Self {
            message: source.to_string(),
            source: Some(Box::new(source)),
        }
    }
}

/// Parameters that a strategy computed do not lie in the space: `?` in [`Strategy::ask`].
impl From<ParamsError> for StrategyError {
    fn from(error: ParamsError) -> Self {
        Self::from_source(error)
    }
}
