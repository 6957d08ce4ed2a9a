//! [`PrunerConfig`]: what builds a pruner.

use std::{fmt, sync::Arc};

use crate::{ConfigOption, Problem, Pruner, Unsupported, spec::Spec};

/// What builds a pruner: plain data with sensible defaults.
///
/// # For callers
/// A study keeps the configuration: its [`spec`](Self::spec) belongs to the study's identity, and the pruner is built
/// anew, and told the journal, whenever the study is opened.
///
/// # For implementors
/// - `spec` holds the pruner's name and all its options, and is the same on every call.
/// - What `build` builds depends on the configuration and the problem alone.
/// - `build` refuses an option that makes no sense, and a problem that it cannot handle, by the name in `spec`; the
///   message names the option in backticks and says what to do.
/// - In a box it is the same configuration.
///
/// Each of these promises is a law in `tuning-conformance`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a configuration of a pruner",
    note = "pass the configuration, such as `NeverConfig`, not the pruner that it builds: a study builds its pruner \
            itself"
)]
pub trait PrunerConfig: Send + Sync {
    /// What it builds.
    type Pruner: Pruner + 'static;

    /// Its name and its options, all of them: what the journal keeps, so that a study is not
    /// continued under another pruner by mistake.
    fn spec(&self) -> Spec;

    /// Its options as they are set, each with its meaning and bounds; empty if they are not described.
    ///
    /// # For implementors
    /// - One for each field, by the field's name and in its order, with the value that the field has.
    /// - [`spec`](Self::spec) names each of them: `Spec::new(NAME).options(self.options())`.
    /// - [`build`](Self::build) refuses a number outside of its range, by [`ConfigOption::check_pruner`], and no other
    ///   number of a single option.
    ///
    /// These promises are laws in `tuning-conformance` (`tuning_conformance::pruner_options`).
    fn options(&self) -> Vec<ConfigOption> {
        Vec::new()
    }

    /// Builds the pruner for a problem.
    ///
    /// # Errors
    /// If it cannot handle the problem, or an option makes no sense; the error says what to do.
    fn build(&self, problem: &Problem) -> Result<Self::Pruner, Unsupported>;

    /// Forgets the type, for choosing at run time.
    fn boxed(self) -> BoxedPrunerConfig
    where
        Self: Sized + 'static,
    {
        Box::new(Erased(self))
    }
}

/// A [`PrunerConfig`] of a type that is known at run time only.
pub type BoxedPrunerConfig = Box<dyn PrunerConfig<Pruner = Box<dyn Pruner>>>;

#[deny(clippy::missing_trait_methods)]
impl PrunerConfig for BoxedPrunerConfig {
    type Pruner = Box<dyn Pruner>;

    fn spec(&self) -> Spec {
        (**self).spec()
    }

    fn options(&self) -> Vec<ConfigOption> {
        (**self).options()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Pruner, Unsupported> {
        (**self).build(problem)
    }

    fn boxed(self) -> BoxedPrunerConfig {
        self
    }
}

/// One that several studies share.
impl<C: PrunerConfig + ?Sized> PrunerConfig for Arc<C> {
    type Pruner = C::Pruner;

    fn spec(&self) -> Spec {
        (**self).spec()
    }

    fn options(&self) -> Vec<ConfigOption> {
        (**self).options()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Pruner, Unsupported> {
        (**self).build(problem)
    }
}

struct Erased<C>(C);

impl<C: PrunerConfig> PrunerConfig for Erased<C> {
    type Pruner = Box<dyn Pruner>;

    fn spec(&self) -> Spec {
        self.0.spec()
    }

    fn options(&self) -> Vec<ConfigOption> {
        self.0.options()
    }

    fn build(&self, problem: &Problem) -> Result<Self::Pruner, Unsupported> {
        Ok(Box::new(self.0.build(problem)?))
    }
}

impl fmt::Debug for dyn PrunerConfig<Pruner = Box<dyn Pruner>> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.spec().fmt(f)
    }
}
