//! [`PrunerKit`]: what a test calls.

use std::fmt;

use tuning_core::Pruner;

use super::{
    laws::{self, Build},
    scene::{Scene, scenes},
};
use crate::{
    guard::caught,
    law::{Lawlike, PrunerLaw},
    report::{Breach, Finding, Report},
};

/// The laws of pruners for the pruners that `build` builds. Trials report at 1, 2, 3, 6, 9, 18 and 27.
///
/// # Example
/// ```
/// # use tuning_core::{Fact, Pruner, TrialId, Verdict};
/// #[derive(Clone, Debug)]
/// struct Never;
///
/// impl Pruner for Never {
///     fn tell(&mut self, _: &Fact) {}
///     fn judge(&self, _: TrialId) -> Verdict { Verdict::Continue }
///     fn boxed_clone(&self) -> Box<dyn Pruner> { Box::new(self.clone()) }
/// }
///
/// tuning_conformance::pruner(|| Never).check();
/// ```
pub fn pruner<'a, P, B>(build: B) -> PrunerKit<'a>
where
    P: Pruner + 'static,
    B: Fn() -> P + 'a,
{
    PrunerKit {
        build: Box::new(move || Box::new(build())),
        only: Vec::new(),
        skipped: Vec::new(),
        seeds: 3,
    }
}

/// The laws of pruners, ready to be checked. See [`pruner`].
#[must_use = "call `check`"]
pub struct PrunerKit<'a> {
    build: Box<Build<'a>>,
    only: Vec<PrunerLaw>,
    skipped: Vec<(PrunerLaw, String)>,
    seeds: u64,
}

impl PrunerKit<'_> {
    /// Leaves a law out, for a reason that the report shows.
    pub fn skip(mut self, law: PrunerLaw, reason: impl Into<String>) -> Self {
        self.skipped.push((law, reason.into()));
        self
    }

    /// Checks this law alone; called again, that one too.
    pub fn only(mut self, law: PrunerLaw) -> Self {
        self.only.push(law);
        self
    }

    /// Takes the seeds 0 to `n` - 1; 3 unless told otherwise.
    pub fn seeds(mut self, n: u64) -> Self {
        self.seeds = n.max(1);
        self
    }

    /// Checks the laws.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, how, and what to look for.
    #[track_caller]
    pub fn check(&self) {
        self.report().unwrap();
    }

    /// Checks the laws and returns what was found out.
    #[must_use]
    pub fn report(&self) -> Report<PrunerLaw> {
        let scenes = scenes(self.seeds);
        let mut report = Report::new(0, Vec::new());
        for law in PrunerLaw::ALL {
            if !self.only.is_empty() && !self.only.contains(law) {
                continue;
            }
            let skipped = self.skipped.iter().find(|(skipped, _)| skipped == law);
            let finding = match skipped {
                Some((_, reason)) => Finding::Skipped(reason.clone()),
                None => self.look(*law, &scenes),
            };
            report.push(*law, finding);
        }
        report
    }

    fn look(&self, law: PrunerLaw, scenes: &[Scene]) -> Finding {
        let check: fn(&Build<'_>, &Scene) -> Result<(), Breach> = match law {
            PrunerLaw::Pure => laws::pure,
            PrunerLaw::SameFacts => laws::same_facts,
            PrunerLaw::Copies => laws::copies,
            PrunerLaw::FirstTrial => |build, _| laws::first_trial(build),
            PrunerLaw::Survives => laws::survives,
            PrunerLaw::TwoVerdicts => laws::two_verdicts,
            PrunerLaw::Leader => |build, _| laws::leader(build),
        };
        for scene in scenes {
            let looked = match caught(|| check(&*self.build, scene)) {
                Ok(looked) => looked,
                Err(panic) if law == PrunerLaw::Survives => Err(Breach::new(panic)),
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
        }
        Finding::Kept
    }
}

impl fmt::Debug for PrunerKit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrunerKit")
            .field("only", &self.only)
            .field("skipped", &self.skipped)
            .finish_non_exhaustive()
    }
}
