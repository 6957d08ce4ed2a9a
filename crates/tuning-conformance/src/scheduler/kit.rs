//! [`SchedulerKit`]: what a test calls.

use std::{fmt, marker::PhantomData, time::Duration};

use tuning_core::{Fidelity, FidelityRange, Problem, Strategy};

use super::{
    laws::{self, Looked},
    promotion::Promotion,
    rungs::Rungs,
    scene::{Scene, Seen, problem, scenes},
    stages::Matter,
};
use crate::{
    guard::caught,
    law::SchedulerLaw,
    report::{Finding, Report},
    selection::{Selection, selects},
    simulation::Stop,
};

/// The laws of schedulers for the strategies that `build` builds: those that let trials pause and resume some of them, around
/// another strategy or not. The [laws of strategies](crate::strategy) and of [combinators](crate::combinator) are for them, too.
///
/// `build` is called often, with problems of one objective that differ in their fidelities and budgets; an error refuses the
/// problem, which is fine as long as some are taken. How trials are compared is told with [`rungs`](SchedulerKit::rungs) and
/// [`promotes`](SchedulerKit::promotes); without these, the laws of rungs and promotions are skipped.
///
/// # Example
/// `Race` lets each trial run for a third of the way, and the best third of them to the end; the [crate docs](crate#for-authors-of-schedulers)
/// show it in full.
/// ```
/// use tuning_conformance::{Promotion, scheduler};
/// # use std::collections::BTreeSet;
/// # use tuning_core::*;
/// #
/// # /// Each trial runs for a third of the way, and the best third of them to the end.
/// # struct Race {
/// #     space: Space,
/// #     rung: Option<Fidelity>,
/// #     /// What has come to the rung, the best first.
/// #     losses: Vec<(f64, TrialId)>,
/// #     waiting: BTreeSet<TrialId>,
/// #     running: BTreeSet<TrialId>,
/// #     has_whole: bool,
/// # }
/// #
/// # impl Race {
/// #     fn build(problem: &Problem) -> Result<Self, Unsupported> {
/// #         let range = problem.fidelity.ok_or_else(|| Unsupported::new("race", "needs a fidelity"))?;
/// #         let rung = Some(third(range)).filter(|rung| *rung < range.max());
/// #         Ok(Self {
/// #             space: problem.space.clone(),
/// #             rung,
/// #             losses: Vec::new(),
/// #             waiting: BTreeSet::new(),
/// #             running: BTreeSet::new(),
/// #             has_whole: false,
/// #         })
/// #     }
/// # }
/// #
/// # fn third(range: FidelityRange) -> Fidelity {
/// #     range.min().max(Fidelity::new(range.max().get() / 3))
/// # }
/// #
/// # impl Strategy for Race {
/// #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
/// #         let slots = ask.slots().get();
/// #         let waits = |(_, trial): &(f64, TrialId)| self.waiting.contains(trial).then_some(*trial);
/// #         let top = self.losses.iter().take(self.losses.len() / 3).filter_map(waits);
/// #         let mut proposals: Vec<_> = top.take(slots).map(Proposal::resume).collect();
/// #         if ask.trials_left() != Some(0) {
/// #             for n in 0..slots - proposals.len() {
/// #                 let seed = ask.seed(n);
/// #                 let point: Vec<f64> = (0..self.space.len()).map(|d| seed.derive(d as u64).unit()).collect();
/// #                 proposals.push(Proposal::start(self.space.decode(&point)?).until(self.rung));
/// #             }
/// #         }
/// #         if proposals.is_empty() && self.running.is_empty() {
/// #             match self.losses.iter().find_map(waits) {
/// #                 // Too few for a third, or those ahead of it have failed.
/// #                 Some(leader) if !self.has_whole => proposals.push(Proposal::resume(leader)),
/// #                 _ => proposals.extend(self.waiting.iter().copied().map(Proposal::give_up)),
/// #             }
/// #         }
/// #         Ok(match proposals.is_empty() {
/// #             false => Asked::Propose(proposals),
/// #             true if self.running.is_empty() => Asked::Done,
/// #             true => Asked::Wait,
/// #         })
/// #     }
/// #
/// #     fn tell(&mut self, fact: &Fact) {
/// #         let Some(trial) = fact.trial() else { return };
/// #         match fact {
/// #             Fact::Started(_) => drop(self.running.insert(trial)),
/// #             Fact::Resumed(_) => {
/// #                 self.waiting.remove(&trial);
/// #                 self.running.insert(trial);
/// #             }
/// #             Fact::Paused(paused) => {
/// #                 self.running.remove(&trial);
/// #                 self.waiting.insert(trial);
/// #                 let entry = (paused.values.first(), trial);
/// #                 let place = self.losses.partition_point(|other| *other < entry);
/// #                 self.losses.insert(place, entry);
/// #             }
/// #             Fact::Ended(ended) => {
/// #                 self.running.remove(&trial);
/// #                 self.waiting.remove(&trial);
/// #                 self.has_whole |= matches!(ended.outcome, Outcome::Completed(_));
/// #             }
/// #             _ => {}
/// #         }
/// #     }
/// # }
///
/// scheduler(Race::build)
///     .rungs(|range| [third(range)])
///     .promotes(Promotion::best_so_far(3))
///     .check();
/// ```
pub fn scheduler<S, E, B>(build: B) -> SchedulerKit<S, E, B>
where
    S: Strategy + 'static,
    E: fmt::Display,
    B: Fn(&Problem) -> Result<S, E>,
{
    SchedulerKit {
        build,
        declared: Declared::default(),
        selection: Selection::all(),
        ranges: None,
        seeds: (0..7).collect(),
        trials: 40,
        patience: Duration::from_secs(60),
        built: PhantomData,
    }
}

/// The rungs of a study with these fidelities.
type Ladder = dyn Fn(FidelityRange) -> Vec<Fidelity>;

/// What is known of how the scheduler compares trials.
#[derive(Default)]
pub(super) struct Declared {
    rungs: Option<Box<Ladder>>,
    starts_at_any_rung: bool,
    promotion: Option<Promotion>,
}

/// The laws of schedulers, ready to be checked. See [`scheduler`].
#[must_use = "call `check`"]
pub struct SchedulerKit<S, E, B> {
    build: B,
    declared: Declared,
    selection: Selection<SchedulerLaw>,
    ranges: Option<Vec<FidelityRange>>,
    seeds: Vec<u64>,
    trials: u64,
    patience: Duration,
    built: PhantomData<fn() -> (S, E)>,
}

impl<S, E, B> SchedulerKit<S, E, B>
where
    S: Strategy + 'static,
    E: fmt::Display,
    B: Fn(&Problem) -> Result<S, E>,
{
    /// Says where trials pause, in a study with the fidelities that the closure gets: below the whole, in any order. What is
    /// not below is left out; the whole is always the last rung.
    pub fn rungs<R, F>(mut self, rungs: impl Fn(FidelityRange) -> R + 'static) -> Self
    where
        R: IntoIterator<Item = F>,
        F: Into<Fidelity>,
    {
        let levels = move |range| rungs(range).into_iter().map(Into::into).collect();
        self.declared.rungs = Some(Box::new(levels));
        self
    }

    /// Lets new trials begin at any rung, not only at the lowest: where there are brackets, or a new trial replaces one that
    /// has been lost on the way.
    pub fn starts_at_any_rung(mut self) -> Self {
        self.declared.starts_at_any_rung = true;
        self
    }

    /// Says which trials of a rung continue.
    pub fn promotes(mut self, promotion: Promotion) -> Self {
        self.declared.promotion = Some(promotion);
        self
    }

    selects!(SchedulerLaw);

    /// Takes problems with these fidelities instead of the kit's: 1 to 27, 4 to 50, and 1 alone.
    pub fn fidelities(mut self, ranges: impl IntoIterator<Item = FidelityRange>) -> Self {
        self.ranges = Some(ranges.into_iter().collect());
        self
    }

    /// Takes the seeds 0 to `n` - 1; 7 unless told otherwise, with which all combinations are seen. Each seed is some sixty studies.
    pub fn seeds(mut self, n: u64) -> Self {
        self.seeds = (0..n.max(1)).collect();
        self
    }

    /// Takes this seed alone.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seeds = vec![seed];
        self
    }

    /// Gives the larger ones of the simulated studies this many trials; 40 unless told otherwise.
    pub fn trials(mut self, trials: u64) -> Self {
        self.trials = trials.max(1);
        self
    }

    /// How long one simulated study may take before it counts as one that never ends; 60 s unless told otherwise.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Checks the laws.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, in what study, and what to look for; or if every problem was
    /// refused.
    #[track_caller]
    pub fn check(&self) {
        self.report().unwrap();
    }

    /// Checks the laws and returns what was found out.
    #[must_use]
    pub fn report(&self) -> Report<SchedulerLaw> {
        let build = |problem: &Problem| match (self.build)(problem) {
            Ok(strategy) => Ok(Box::new(strategy) as Box<dyn Strategy>),
            Err(error) => Err(error.to_string()),
        };
        let ranges = self.ranges.clone().unwrap_or_else(ranges);
        let (mut seen, mut refused) = (Vec::new(), Vec::new());
        for range in &ranges {
            match caught(|| build(&problem(*range))) {
                Ok(Err(why)) => {
                    refused.push((format!("{} to {}", range.min(), range.max()), why));
                }
                // A panic is found where it lives.
                Ok(Ok(_)) | Err(_) => {
                    for scene in scenes(*range, self.trials, &self.seeds) {
                        let lived = self.live(scene, &build, *range);
                        let hung = matches!(lived.run.stop, Stop::Hung(_));
                        seen.push(lived);
                        if hung {
                            break; // once is enough: each costs the whole patience
                        }
                    }
                }
            }
        }
        let mut report = Report::new(ranges.len(), refused);
        self.selection
            .look(&mut report, |law| self.look(law, &seen));
        report
    }

    fn live(&self, scene: Scene, build: &super::scene::Build<'_>, range: FidelityRange) -> Seen {
        scene.live(build, self.patience, range)
    }

    fn look(&self, law: SchedulerLaw, seen: &[Seen]) -> Finding {
        if seen.is_empty() {
            return Finding::Skipped("every problem was refused".to_owned());
        }
        if let Some(lacks) = self.declared.lacks(law) {
            return Finding::Skipped(lacks.to_owned());
        }
        let mut any = false;
        for study in seen {
            match self.declared.check(law, study) {
                Ok(looked) => any |= looked,
                Err(mut breach) => {
                    breach.scene.clone_from(&study.name);
                    breach.seed = Some(study.seed);
                    breach.repeat = format!(
                        "scheduler(…).only(SchedulerLaw::{law:?}).seed({})",
                        study.seed
                    );
                    return Finding::Broken(breach);
                }
            }
        }
        match any {
            true => Finding::Kept,
            false => Finding::Skipped(nothing(law).to_owned()),
        }
    }
}

impl Declared {
    /// Why a law cannot be judged, if so.
    fn lacks(&self, law: SchedulerLaw) -> Option<&'static str> {
        let rungs = "no rungs are declared: add `.rungs(…)`";
        let promotion = "what is promoted is not declared: add `.promotes(…)`";
        match law {
            SchedulerLaw::Rungs => self.rungs.is_none().then_some(rungs),
            SchedulerLaw::TopFraction | SchedulerLaw::BestFirst => {
                match (&self.rungs, self.promotion) {
                    (_, None) => Some(promotion),
                    (None, _) => Some(rungs),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    fn check(&self, law: SchedulerLaw, seen: &Seen) -> Looked {
        let range = seen.range;
        let levels = self.rungs.as_ref().map(|rungs| rungs(range));
        let rungs = Rungs::new(levels.unwrap_or_default(), range);
        let promoted = |matter| match self.promotion {
            Some(promotion) => laws::promotions(seen, matter, &rungs, promotion),
            None => Ok(false),
        };
        match law {
            SchedulerLaw::Targets => laws::targets(seen, range),
            SchedulerLaw::Rungs => laws::rungs(seen, range, &rungs, self.starts_at_any_rung),
            SchedulerLaw::TopFraction => promoted(Matter::TopFraction),
            SchedulerLaw::BestFirst => promoted(Matter::BestFirst),
            SchedulerLaw::Ends => laws::ends(seen, range),
            SchedulerLaw::LeftPaused => laws::left_paused(seen),
            SchedulerLaw::Whole => laws::whole(seen),
        }
    }
}

/// Why there was nothing to look at.
fn nothing(law: SchedulerLaw) -> &'static str {
    match law {
        SchedulerLaw::Targets => "it sets no targets",
        SchedulerLaw::Rungs => "it proposes nothing",
        SchedulerLaw::TopFraction | SchedulerLaw::BestFirst => "it resumes nothing",
        SchedulerLaw::LeftPaused => "it pauses nothing, or no study has ended well",
        SchedulerLaw::Ends | SchedulerLaw::Whole => "no study has ended well",
    }
}

/// The fidelities of the problems: a power of three, a range that is none and begins higher, and one with no room for rungs.
fn ranges() -> Vec<FidelityRange> {
    let range = |(min, max): (u64, u64)| FidelityRange::new(min, max);
    let ranges = [(1, 27), (4, 50), (1, 1)].map(range);
    ranges.into_iter().filter_map(Result::ok).collect()
}

impl<S, E, B> fmt::Debug for SchedulerKit<S, E, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SchedulerKit")
            .field("strategy", &std::any::type_name::<S>())
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
