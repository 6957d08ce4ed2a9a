//! [`Job`]: one piece of work on its way, and what becomes of it: by the trial's own seed, no matter who
//! runs it and when.

use std::num::NonZeroU64;

use tuning_core::{
    AskTell, Failure, FailureKind, Fidelity, Metrics, Objectives, Outcome, Problem, Strategy,
    TellError, Verdict, Work,
};

use super::life::Life;

/// One piece of work on its way.
#[derive(Debug)]
pub(super) struct Job {
    work: Work,
    /// Where it will report, the next one last.
    ahead: Vec<Fidelity>,
    fate: Fate,
}

/// What becomes of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Done,
    Fails(FailureKind),
    IsStopped,
    /// Its worker is lost halfway: it is repeated.
    IsRepeated,
}

/// Where trials report on the way, besides where they were asked to stop.
const RUNGS: [u64; 7] = [1, 2, 3, 6, 9, 18, 27];

/// The multiples of a step from `from` to the first one that is `until` or beyond it, and at most the whole.
fn coarse(step: NonZeroU64, from: Fidelity, until: Fidelity, whole: Fidelity) -> Vec<Fidelity> {
    let next = |at: u64| (at / step + 1).saturating_mul(step.get());
    let mut ahead = Vec::new();
    let mut at = from;
    while at < until {
        at = Fidelity::new(next(at.get())).min(whole);
        ahead.push(at);
    }
    ahead
}

/// What a trial has cost, if that is limited: as much as it has used.
fn cost(problem: &Problem, at: Fidelity) -> Metrics {
    let limit = problem.budget.cost.iter();
    limit
        .map(|limit| (&*limit.metric, at.get() as f64))
        .collect()
}

impl Job {
    pub(super) fn new(work: Work, problem: &Problem, life: &Life) -> Self {
        let mut ahead = Vec::new();
        if let Some(range) = problem.fidelity {
            let from = work.origin.at().unwrap_or_default();
            let until = work.until.unwrap_or(range.max());
            ahead = match life.reports_every {
                None => {
                    let rungs = RUNGS.into_iter().map(Fidelity::new);
                    let between = rungs.filter(|at| *at > from && *at < until);
                    between.chain([until]).collect()
                }
                Some(step) => coarse(step, from, until, range.max()),
            };
            ahead.reverse();
        }
        let coin = work
            .seed
            .named("fate")
            .derive(work.origin.at().map_or(0, Fidelity::get));
        let fate = match (
            coin.unit() / life.failing.max(f64::MIN_POSITIVE),
            work.attempt,
        ) {
            (x, _) if x < 0.6 => {
                let kind = coin.named("kind").unit() * FailureKind::ALL.len() as f64;
                Fate::Fails(FailureKind::ALL[kind as usize])
            }
            (x, _) if x < 0.8 => Fate::IsStopped,
            (x, 0) if x < 1.0 => Fate::IsRepeated,
            _ => Fate::Done,
        };
        Self { work, ahead, fate }
    }

    /// Does the next bit of the work; returns whether that was the last.
    pub(super) fn step<S: Strategy>(
        &mut self,
        study: &mut AskTell<S>,
        life: &Life,
        took_micros: u64,
    ) -> Result<bool, TellError> {
        let trial = self.work.trial;
        let halfway = self.ahead.len() <= 1;
        let finish = |study: &mut AskTell<S>, outcome| {
            study
                .finish(trial, outcome, Metrics::default(), took_micros)
                .map(|()| true)
        };
        match self.fate {
            Fate::Fails(kind) if halfway => {
                return finish(study, Outcome::Failed(Failure::new(kind, "simulated")));
            }
            Fate::IsStopped if halfway => return finish(study, Outcome::Stopped),
            Fate::IsRepeated if halfway => {
                let work = study.retry(trial)?;
                *self = Self::new(work, study.problem(), life);
                return Ok(false);
            }
            _ => {}
        }
        let at = self.ahead.pop();
        let objectives: Objectives = study.problem().objectives.clone();
        let outcome = life
            .landscape
            .outcome(&objectives, &self.work.params, at, self.work.seed);
        let (Some(at), Outcome::Completed(values)) = (at, &outcome) else {
            return finish(study, outcome);
        };
        let metrics = cost(study.problem(), at);
        match study.report(trial, at, values.clone(), metrics)? {
            Verdict::Continue if !self.ahead.is_empty() => Ok(false),
            Verdict::Stop => finish(study, Outcome::Stopped),
            _ => finish(study, outcome),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coarse_reports_are_multiples_up_to_the_target_or_beyond_it() {
        let check = |step, (from, until), expect: &[u64]| {
            let step = NonZeroU64::new(step).unwrap();
            let [from, until, whole] = [from, until, 27].map(Fidelity::new);
            let found = coarse(step, from, until, whole);
            let found: Vec<_> = found.into_iter().map(Fidelity::get).collect();
            assert_eq!(found, expect, "{from} to {until}, every {step}");
        };
        check(2, (0, 3), &[2, 4]);
        check(2, (4, 6), &[6]);
        check(5, (5, 9), &[10]);
        check(5, (10, 27), &[15, 20, 25, 27]);
        check(30, (0, 1), &[27]);
    }
}
