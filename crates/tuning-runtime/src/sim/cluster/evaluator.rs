//! [`Cluster`]: an evaluator whose trials take virtual time on workers of its own.

use std::{num::NonZeroU64, time::Duration};

use async_trait::async_trait;
use tuning_core::{Evaluator, Failure, FailureKind, IntoOutcome as _, Outcome, RunningTrial, Seed};

use super::{
    chance::{Chance, Preemption, begins},
    floor::Floor,
    usage::Usage,
    workload::Workload,
};
use crate::{executor::Executor as _, sim::SimExecutor};

/// A cluster in virtual time: an evaluator with workers of its own, each of which does one piece of work at a time. Clones
/// share the workers.
///
/// What a trial measures and how long it takes is its [`Workload`]; everything else follows from the seed. Work that is
/// handed over while no worker is free waits for one, in order. Whether a piece of work fails follows from its trial
/// and from where it begins alone, so that it makes no difference who does it, when, and in which attempt.
///
/// Give the study as many workers as the cluster has, and a [`Retry`](crate::Retry) of
/// [`FailureKind::Lost`] if it preempts.
///
/// # Example
/// Eight workers, one of them half as fast, on which durations vary as they do on machines that others use as well:
/// ```
/// use std::{sync::Arc, time::Duration};
/// use tuning_core::{FailureKind, FidelityRange, Parameter, Seed, Space};
/// use tuning_runtime::{Retry, Study, sim::{Cluster, SimExecutor, Step, Workload}};
/// # use tuning_core::*;
/// # struct Random;
/// # impl StrategyConfig for Random {
/// #     type Strategy = RandomSearch;
/// #     fn spec(&self) -> Spec { Spec::new("random") }
/// #     fn build(&self, p: &Problem) -> Result<RandomSearch, Unsupported> { Ok(RandomSearch(p.space.clone())) }
/// # }
/// # struct RandomSearch(Space);
/// # impl Strategy for RandomSearch {
/// #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
/// #         Ok(Asked::Propose(vec![Proposal::start(self.0.decode(&[ask.seed(0).unit()]).unwrap())]))
/// #     }
/// #     fn tell(&mut self, _: &Fact) {}
/// # }
///
/// let sim = SimExecutor::new(Seed::new(1));
/// let training = Workload::new(9, |work, epoch| {
///     let lr = work.params.float("lr").unwrap_or(1.0);
///     Step::new(60.0, lr + 1.0 / epoch.get() as f64)
/// });
/// let cluster = Cluster::new(&sim, Seed::new(2), training, 8)
///     .speeds([0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
///     .stragglers(0.5)
///     .failing(0.02)
///     .preempted(Duration::from_secs(12 * 3600), Duration::from_secs(600));
///
/// let space = Space::new([Parameter::float("lr", 0.0, 1.0)])?;
/// let study = Study::builder("cluster", space).minimize("loss").fidelity(FidelityRange::new(1, 9)?);
/// let study = study.strategy(Random).trials(200).workers(8).retry(Retry::never().on(FailureKind::Lost, 10));
/// let summary = sim.run(async {
///     let mut study = study.executor(Arc::new(sim.clone())).open().await?;
///     Ok::<_, Box<dyn std::error::Error>>(study.run(cluster.clone()).await?)
/// })??;
/// assert_eq!(summary.counts.ended(), 200);
/// let usage = cluster.usage();
/// assert!(usage.idle_share() < 0.1, "nothing waits for another trial: {usage:?}");
/// assert!(usage.elapsed > Duration::from_secs(3 * 3600), "hours of virtual time");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cluster {
    clock: SimExecutor,
    workload: Workload,
    floor: Floor,
    chance: Chance,
    report_every: NonZeroU64,
}

impl Cluster {
    /// A cluster of this many workers of speed 1, but at least one, in the world of this executor. Nothing straggles,
    /// fails or is preempted, and trials report after each unit.
    #[must_use]
    pub fn new(sim: &SimExecutor, seed: Seed, workload: Workload, workers: usize) -> Self {
        Self {
            clock: sim.clone(),
            workload,
            floor: Floor::new(sim.clone(), vec![1.0; workers.max(1)]),
            chance: Chance {
                seed: seed.named("cluster"),
                stragglers: 0.0,
                failing: 0.0,
                preemption: None,
            },
            report_every: NonZeroU64::MIN,
        }
    }

    /// Sets the workers by their speeds: one of speed 2 needs half the time. Of the free workers the fastest is taken.
    ///
    /// # Panics
    /// If there is none, or a speed is not positive and finite.
    #[must_use]
    pub fn speeds(mut self, speeds: impl IntoIterator<Item = f64>) -> Self {
        let speeds: Vec<f64> = speeds.into_iter().collect();
        let is_speed = |speed: &f64| *speed > 0.0 && speed.is_finite();
        assert!(
            !speeds.is_empty() && speeds.iter().all(is_speed),
            "the speeds of workers must be positive and finite, and are {speeds:?}"
        );
        self.floor = Floor::new(self.clock.clone(), speeds);
        self
    }

    /// Each piece of work takes a log-normal time: its usual one, multiplied by `exp(sigma · z)` with a standard normal z.
    /// The median stays what it was; with 0.5, one piece of work in twenty takes more than 2.3 times as long, and with 1
    /// more than 5.2 times.
    #[must_use]
    pub fn stragglers(mut self, sigma: f64) -> Self {
        self.chance.stragglers = sigma;
        self
    }

    /// This share of all pieces of work fails, between 0 and 1, each in some unit of its own.
    #[must_use]
    pub fn failing(mut self, share: f64) -> Self {
        self.chance.failing = share;
        self
    }

    /// Workers are preempted: on average after `every` of work, at times that nothing foretells. What was being done is
    /// lost, and fails as [`FailureKind::Lost`]; the worker is `away` before it works again.
    #[must_use]
    pub fn preempted(mut self, every: Duration, away: Duration) -> Self {
        self.chance.preemption = Some(Preemption { every, away });
        self
    }

    /// Trials report after this many units and at the end of their work, not after each unit.
    #[must_use]
    pub fn report_every(mut self, units: NonZeroU64) -> Self {
        self.report_every = units;
        self
    }

    /// What the workers have done with their time until now.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.floor.usage()
    }

    async fn work(&self, trial: &RunningTrial) -> Result<Vec<f64>, Ended> {
        let place = self.floor.take().await;
        let (work, speed) = (trial.work(), place.speed());
        let from = begins(work);
        let until = trial.until().map_or(self.workload.units(), |at| at.get());
        let fate = self.chance.fate(work, from, until);
        let mut worked = Duration::ZERO;
        // Work that has nothing left to do says what it has come to.
        let mut values = match from < until {
            true => Vec::new(),
            false => self.workload.step(work, until)?.values,
        };
        for at in from + 1..=until {
            let step = self.workload.step(work, at)?;
            let takes = duration(step.seconds * fate.factor / speed)?;
            match fate.preempted {
                Some((after, away)) if worked + takes > after => {
                    self.clock.sleep(after.saturating_sub(worked)).await;
                    place.preempt(after, away);
                    let reason = "the simulated worker was preempted";
                    return Err(Failure::new(FailureKind::Lost, reason).into());
                }
                _ => self.clock.sleep(takes).await,
            }
            worked += takes;
            place.did_a_unit();
            if fate.fails_at == Some(at) {
                let reason = format!("the simulated work failed in unit {at}");
                return Err(Failure::new(FailureKind::Error, reason).into());
            }
            values = step.values;
            if at == until || at % self.report_every == 0 {
                let said = trial.report(at, values.clone()).await;
                said.map_err(|_| Ended::Interrupted)?;
            }
        }
        Ok(values)
    }
}

/// Why work ends before its trial does.
enum Ended {
    Interrupted,
    Failed(Failure),
}

impl From<Failure> for Ended {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

fn duration(seconds: f64) -> Result<Duration, Failure> {
    Duration::try_from_secs_f64(seconds).map_err(|_| {
        let reason = format!("a unit of the workload takes {seconds} s, which is no time");
        Failure::new(FailureKind::Error, reason)
    })
}

#[async_trait]
impl Evaluator for Cluster {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        match self.work(&trial).await {
            Ok(values) => values.into_outcome(trial.objectives()),
            Err(Ended::Interrupted) => Outcome::Stopped,
            Err(Ended::Failed(failure)) => Outcome::Failed(failure),
        }
    }
}
