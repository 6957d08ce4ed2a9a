//! [`PrunerKit`]: what a test calls.

use std::fmt;

use tuning_core::{Pruner, PrunerConfig};

use super::{
    config,
    laws::{self, Build},
    scene::{Scene, scenes},
};
use crate::{
    guard::caught,
    law::PrunerLaw,
    report::{Breach, Finding, Report},
    selection::{Selection, selects},
};

/// The laws of pruners for this configuration and what it builds. Trials report at 1, 2, 3, 6, 9, 18 and 27.
///
/// # Example
/// ```
/// # use tuning_core::{Fact, Problem, Pruner, PrunerConfig, Spec, TrialId, Unsupported, Verdict};
/// #[derive(Clone, Debug, Default)]
/// struct NeverConfig {}
///
/// impl PrunerConfig for NeverConfig {
///     type Pruner = Never;
///     fn spec(&self) -> Spec { Spec::new("never") }
///     fn build(&self, _: &Problem) -> Result<Never, Unsupported> { Ok(Never) }
/// }
///
/// #[derive(Clone, Debug)]
/// struct Never;
///
/// impl Pruner for Never {
///     fn tell(&mut self, _: &Fact) {}
///     fn judge(&self, _: TrialId) -> Verdict { Verdict::Continue }
///     fn boxed_clone(&self) -> Box<dyn Pruner> { Box::new(self.clone()) }
/// }
///
/// tuning_conformance::pruner(NeverConfig::default()).check();
/// ```
pub fn pruner<C>(config: C) -> PrunerKit<C>
where
    C: PrunerConfig + Clone + 'static,
{
    PrunerKit {
        config,
        nonsense: Vec::new(),
        selection: Selection::all(),
        seeds: 3,
    }
}

/// The laws of pruners, ready to be checked. See [`pruner`].
#[must_use = "call `check`"]
pub struct PrunerKit<C> {
    config: C,
    nonsense: Vec<(String, C)>,
    selection: Selection<PrunerLaw>,
    seeds: u64,
}

impl<C> PrunerKit<C>
where
    C: PrunerConfig + Clone + 'static,
{
    /// Demands that this configuration is refused because of this option. Without any such the law `refusal` is
    /// skipped for a pruner with options.
    pub fn refuses(mut self, option: impl Into<String>, config: C) -> Self {
        self.nonsense.push((option.into(), config));
        self
    }

    selects!(PrunerLaw);

    /// Takes the seeds 0 to `n` - 1; 3 unless told otherwise.
    pub fn seeds(mut self, n: u64) -> Self {
        self.seeds = n.max(1);
        self
    }

    /// Checks the laws.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, how, and what to look for; or if every problem was refused.
    #[track_caller]
    pub fn check(&self) {
        self.report().unwrap();
    }

    /// Checks the laws and returns what was found out.
    #[must_use]
    pub fn report(&self) -> Report<PrunerLaw> {
        let all = scenes(self.seeds);
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        let looked_at = all.len();
        for scene in all {
            match caught(|| self.config.build(scene.problem())) {
                Ok(Err(error)) => refused.push((scene.name.to_owned(), error.to_string())),
                // A panic is found where the laws are looked at.
                Ok(Ok(_)) | Err(_) => taken.push(scene),
            }
        }
        let mut report = Report::new(looked_at, refused);
        self.selection
            .look(&mut report, |law| self.look(law, &taken));
        report
    }

    fn look(&self, law: PrunerLaw, scenes: &[Scene]) -> Finding {
        if law == PrunerLaw::Refusal && self.nonsense.is_empty() {
            let has_options = caught(|| !self.config.spec().options.is_empty());
            if has_options.unwrap_or(true) {
                let how = "no option that makes no sense was named: `.refuses(\"option\", config)`";
                return Finding::Skipped(how.to_owned());
            }
        }
        for scene in scenes {
            let looked = match caught(|| self.check_in(law, scene)) {
                Ok(looked) => looked,
                Err(panic) if matches!(law, PrunerLaw::Survives | PrunerLaw::Refusal) => {
                    Err(Breach::new(format!("it panicked: {panic}")))
                }
                Err(panic) => {
                    return Finding::Skipped(format!("it panicked (the matter of law 5): {panic}"));
                }
            };
            if let Err(mut breach) = looked {
                breach.scene = scene.name.to_owned();
                breach.seed = Some(scene.seed);
                breach.repeat = format!("pruner(…).only(PrunerLaw::{law:?})");
                return Finding::Broken(breach);
            }
            if !asks_for_every_scene(law) {
                break;
            }
        }
        Finding::Kept
    }

    fn check_in(&self, law: PrunerLaw, scene: &Scene) -> Result<(), Breach> {
        let built = || self.config.build(scene.problem());
        let built =
            || built().unwrap_or_else(|error| panic!("refused after it was taken: {error}"));
        let build: &Build<'_> = &|| Box::new(built()) as Box<dyn Pruner>;
        match law {
            PrunerLaw::Pure => laws::pure(build, scene),
            PrunerLaw::SameFacts => laws::same_facts(build, scene),
            PrunerLaw::Copies => laws::copies(build, scene),
            PrunerLaw::FirstTrial => laws::first_trial(build),
            PrunerLaw::Survives => laws::survives(build, scene),
            PrunerLaw::TwoVerdicts => laws::two_verdicts(build, scene),
            PrunerLaw::Leader => laws::leader(build),
            PrunerLaw::Boxed => config::boxed(&self.config, scene),
            PrunerLaw::Spec => config::spec(&self.config),
            PrunerLaw::Refusal => config::refusal(&self.nonsense, scene),
        }
    }
}

/// Whether a law is about what happens in a scene; one scene will do for the others, which is the first: it has one
/// objective.
fn asks_for_every_scene(law: PrunerLaw) -> bool {
    !matches!(
        law,
        PrunerLaw::FirstTrial | PrunerLaw::Leader | PrunerLaw::Spec | PrunerLaw::Refusal
    )
}

impl<C> fmt::Debug for PrunerKit<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrunerKit")
            .field("config", &std::any::type_name::<C>())
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
