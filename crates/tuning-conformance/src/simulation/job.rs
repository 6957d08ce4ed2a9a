//! [`Job`]: one piece of work on its way, and what becomes of it: by the trial's own seed, no matter who
//! runs it and when.

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

impl Job {
    pub(super) fn new(work: Work, problem: &Problem, life: &Life) -> Self {
        let mut ahead = Vec::new();
        if let Some(range) = problem.fidelity {
            let from = work.origin.at().unwrap_or_default();
            let until = work.until.unwrap_or(range.max());
            let rungs = RUNGS.into_iter().map(Fidelity::new);
            ahead.extend(rungs.filter(|at| *at > from && *at < until));
            ahead.push(until);
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
        match study.report(trial, at, values.clone(), Metrics::default())? {
            Verdict::Continue if !self.ahead.is_empty() => Ok(false),
            Verdict::Stop => finish(study, Outcome::Stopped),
            _ => finish(study, outcome),
        }
    }
}
