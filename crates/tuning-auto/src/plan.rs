//! [`Plan`]: who is asked for the next trial, and why. The rules in one place.

use std::fmt;

use tuning_core::{Domain, Problem, Seed};

use crate::{expert::Expert, history::History};

/// Why a member is asked, in words for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Few results yet: a model of the whole function gets the most out of each.
    FewResults,
    /// Every so often another strategy is asked, in case the model is wrong.
    SecondOpinion,
    /// Nothing better for a while: the model may be looking at the wrong place.
    NoProgress,
    /// Results vary more than the parameters explain: a model of the whole function is unsure of all of it.
    Noisy,
    /// This many trials run at once that a model of pending results says little.
    ManyAtOnce,
    /// It was the best of late.
    DoingWell,
    /// No other strategy can handle the space.
    OnlyOne,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FewResults => "few results yet",
            Self::SecondOpinion => "second opinion",
            Self::NoProgress => "no recent progress",
            Self::Noisy => "noisy results",
            Self::ManyAtOnce => "many trials at once",
            Self::DoingWell => "doing well recently",
            Self::OnlyOne => "suits the space",
        })
    }
}

/// Once in this many trials another member than the leader is asked.
const SECOND_OPINION: u64 = 4;
/// The place of the other member's trial among these.
const LAST: u64 = SECOND_OPINION - 1;
/// Up to this trial there is nothing yet to have an opinion on.
const FIRST_OPINIONS: u64 = 6;
/// After this many results without a better one, every second trial is another member's.
const STUCK: u64 = 16;
/// If the Gaussian process takes more than this share of the variance for noise, every second trial is TPE's, which takes
/// single results less seriously.
const NOISY: f64 = 0.3;
/// With more trials than this at once, or a third of all results, pending ones outweigh what a model knows.
const MANY: u64 = 20;
/// Trials that take longer let the Gaussian process cost its tens of milliseconds at any number of results.
const SLOW_SECONDS: f64 = 0.5;
/// Populations need this many results before they are worth a trial.
const POPULATION: u64 = 1000;

/// The rules for one problem.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    gp_until: u64,
    trial_seconds: f64,
    numeric: bool,
    members: Vec<Expert>,
}

impl Plan {
    /// `gp_until`: how many results the Gaussian process leads for. `trial_seconds`: how long a trial takes, as far as
    /// it was given beforehand; 0 if it was not.
    pub(crate) fn new(
        gp_until: u64,
        trial_seconds: f64,
        problem: &Problem,
        members: Vec<Expert>,
    ) -> Self {
        let choices = |domain: &Domain| matches!(domain, Domain::Categorical(_));
        let parameters = problem.space.parameters();
        Self {
            gp_until,
            trial_seconds,
            numeric: parameters
                .iter()
                .all(|parameter| !choices(parameter.domain()) && parameter.condition().is_none()),
            members,
        }
    }

    /// Whether the Gaussian process leads.
    pub(crate) fn is_led_by_gp(&self, history: &History) -> bool {
        self.has(Expert::Gp) && history.results() < self.gp_until
    }

    /// Who is asked for the trial with this number. `seed` is the trial's own; `noise` what the Gaussian process says of it, if
    /// it leads.
    pub(crate) fn choose(
        &self,
        history: &History,
        noise: Option<f64>,
        trial: u64,
        seed: Seed,
    ) -> (Expert, Reason) {
        let results = history.results();
        if self.is_led_by_gp(history) {
            let many = history.open() >= MANY && 3 * history.open() > results;
            if many {
                return match trial % 2 {
                    1 => (Expert::Tpe, Reason::ManyAtOnce),
                    _ => (Expert::Gp, Reason::FewResults),
                };
            }
            let stuck = history.since_best() >= STUCK;
            return match (stuck, trial % SECOND_OPINION, trial % 2) {
                (true, _, 1) => (self.another(trial / 2), Reason::NoProgress),
                (false, _, 1) if noise.is_some_and(|share| share > NOISY) => {
                    (Expert::Tpe, Reason::Noisy)
                }
                (false, LAST, _) if trial > FIRST_OPINIONS => (Expert::Tpe, Reason::SecondOpinion),
                _ => (Expert::Gp, Reason::FewResults),
            };
        }
        let candidates = self.candidates(history);
        if let [only] = candidates[..] {
            return (only, Reason::OnlyOne);
        }
        (draw(history, &candidates, seed), Reason::DoingWell)
    }

    /// Who may be asked once there are many results.
    fn candidates(&self, history: &History) -> Vec<Expert> {
        let seconds = history
            .trial_seconds()
            .unwrap_or(0.0)
            .max(self.trial_seconds);
        let fits = |expert: &Expert| match expert {
            Expert::Tpe => true,
            Expert::Gp => seconds >= SLOW_SECONDS,
            Expert::Cmaes => self.numeric,
            Expert::Evolution => history.results() >= POPULATION,
        };
        self.members.iter().copied().filter(fits).collect()
    }

    /// TPE, and every third time CMA-ES if it is there.
    fn another(&self, turn: u64) -> Expert {
        match turn % 3 {
            1 if self.has(Expert::Cmaes) => Expert::Cmaes,
            _ => Expert::Tpe,
        }
    }

    fn has(&self, expert: Expert) -> bool {
        self.members.contains(&expert)
    }
}

/// Draws a member in proportion to its promise.
fn draw(history: &History, candidates: &[Expert], seed: Seed) -> Expert {
    let promise: Vec<f64> = candidates.iter().map(|e| history.promise(*e)).collect();
    let mut left = seed.named("auto").unit() * promise.iter().sum::<f64>();
    for (expert, promise) in candidates.iter().zip(promise) {
        left -= promise;
        if left < 0.0 {
            return *expert;
        }
    }
    candidates.last().copied().unwrap_or(Expert::Tpe)
}
