//! [`View`]: what the strategy inside a scheduler sees: the values of one rung.

use std::collections::BTreeMap;

use tuning_core::{
    Ask, Asked, Ended, Fact, FailureKind, Outcome, Paused, Problem, Reported, Strategy,
    StrategyConfig, StrategyError, TrialId, Unsupported, Values,
};
use tuning_toolkit::WholeTrials;

use super::rungs::Rungs;

/// A rung has enough results with this many, or with three more than there are parameters if that is more.
// Falkner et al. 2018, arXiv:1807.01774, take |D| + 1. This many end the random start of TPE, which would come again at
// each rung otherwise.
const ENOUGH: usize = 10;
const BEYOND_DIMENSIONS: usize = 3;

/// The strategy inside a scheduler, once per rung: each of them learns from values of its rung alone, and the one of the
/// highest rung with enough results is asked.
///
/// Each is told that it proposed what any of them did, so that together they are one strategy, and of each trial
/// - `Started` without a target,
/// - `Ended` when the trial pauses or completes at its rung or beyond: as completed with the first values from its rung up
///   to the next one; as cancelled, which says nothing, if the trial reported nothing there,
/// - its end as it is, if it ends before.
#[derive(Clone, Debug)]
pub(crate) struct View<S> {
    rungs: Rungs,
    inner: Vec<WholeTrials<S>>,
    /// How many trials have values at each rung.
    results: Vec<usize>,
    enough: usize,
    open: BTreeMap<TrialId, Open>,
}

/// A trial that has not ended.
#[derive(Clone, Debug, Default)]
struct Open {
    /// The lowest rung whose strategy was not told its end.
    next: usize,
    /// The first values at that rung and those above, as far as it has reported; none where it has skipped one.
    values: Vec<Option<Values>>,
}

impl Open {
    /// It has these values at a rung, or between that and the next.
    fn reached(&mut self, rung: usize, values: &Values) {
        let place = (rung + 1).saturating_sub(self.next);
        if place > self.values.len() {
            self.values.resize(place - 1, None);
            self.values.push(Some(values.clone()));
        }
    }

    /// The ends that the strategies of the rungs that it has reached are told.
    fn ends(&mut self) -> impl Iterator<Item = (usize, Outcome)> + use<> {
        let (first, values) = (self.next, std::mem::take(&mut self.values));
        self.next += values.len();
        values.into_iter().enumerate().map(move |(place, values)| {
            let outcome = match values {
                Some(values) => Outcome::Completed(values),
                None => Outcome::failed(FailureKind::Cancelled, "not measured at this fidelity"),
            };
            (first + place, outcome)
        })
    }
}

impl<S: Strategy> View<S> {
    /// Builds the strategies for the problem without its fidelities.
    ///
    /// # Errors
    /// If they refuse that problem.
    pub(crate) fn build<C>(config: &C, problem: &Problem, rungs: Rungs) -> Result<Self, Unsupported>
    where
        C: StrategyConfig<Strategy = S>,
    {
        let inner = (0..rungs.count()).map(|_| WholeTrials::build(config, problem));
        Ok(Self {
            inner: inner.collect::<Result<_, _>>()?,
            results: vec![0; rungs.count()],
            rungs,
            enough: ENOUGH.max(problem.space.len() + BEYOND_DIMENSIONS),
            open: BTreeMap::new(),
        })
    }

    /// The highest rung with enough results, or the lowest one.
    fn rung(&self) -> usize {
        let enough = |results: &usize| *results >= self.enough;
        self.results.iter().rposition(enough).unwrap_or(0)
    }

    /// Asks the strategy of the highest rung with enough results. `idle`: whether no trial runs. Then one that waits for
    /// trials that are paused would wait for ever, and the one below it is asked.
    pub(crate) fn ask(&self, ask: &Ask, idle: bool) -> Result<Asked, StrategyError> {
        let mut rungs = (0..=self.rung()).rev();
        loop {
            let Some(rung) = rungs.next() else {
                return Ok(Asked::Wait);
            };
            match self.inner[rung].ask(ask)? {
                Asked::Wait if idle => {}
                answer => return Ok(answer),
            }
        }
    }

    pub(crate) fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                self.open.insert(started.trial, Open::default());
                self.all(&started.clone().until(None).into());
            }
            Fact::Reported(reported) => self.reported(reported),
            Fact::Resumed(_) => {}
            Fact::Paused(paused) => self.paused(paused),
            Fact::Ended(ended) => self.ended(ended),
            _ => self.all(fact),
        }
    }

    fn all(&mut self, fact: &Fact) {
        for inner in &mut self.inner {
            inner.tell(fact);
        }
    }

    fn reported(&mut self, reported: &Reported) {
        let Some(open) = self.open.get_mut(&reported.trial) else {
            return;
        };
        if let Some(rung) = self.rungs.below_whole(reported.at) {
            open.reached(rung, &reported.values);
        }
    }

    fn paused(&mut self, paused: &Paused) {
        let Some(open) = self.open.get_mut(&paused.trial) else {
            return;
        };
        let rung = self.rungs.reached(paused.at);
        open.reached(rung, &paused.values);
        for (rung, outcome) in open.ends() {
            let ended = Ended::new(paused.trial, outcome)
                .metrics(paused.metrics.clone())
                .took(paused.took_micros);
            self.end(rung, ended);
        }
    }

    fn ended(&mut self, ended: &Ended) {
        let Some(mut open) = self.open.remove(&ended.trial) else {
            return;
        };
        let Outcome::Completed(values) = &ended.outcome else {
            for inner in &mut self.inner[open.next..] {
                inner.tell(&ended.clone().into());
            }
            return;
        };
        open.reached(self.rungs.top(), values);
        for (rung, outcome) in open.ends() {
            let mut ended = ended.clone();
            ended.outcome = outcome;
            self.end(rung, ended);
        }
    }

    fn end(&mut self, rung: usize, ended: Ended) {
        self.results[rung] += usize::from(matches!(ended.outcome, Outcome::Completed(_)));
        self.inner[rung].tell(&ended.into());
    }
}

#[cfg(test)]
mod tests {
    use std::{
        num::NonZeroUsize,
        sync::{Arc, Mutex},
    };

    use tuning_core::{
        Fidelity, FidelityRange, Objectives, Parameter, Params, Proposal, Resumed, Seed, Space,
        Spec, Started,
    };

    use super::*;

    type Heard = Arc<Mutex<Vec<(usize, String)>>>;

    /// Writes down what each of its strategies is told, in short, and proposes its own number.
    struct SpyConfig {
        space: Space,
        built: Mutex<usize>,
        heard: Heard,
        waits: bool,
    }

    struct Spy {
        number: usize,
        params: Params,
        heard: Heard,
        waits: bool,
    }

    impl StrategyConfig for SpyConfig {
        type Strategy = Spy;

        fn spec(&self) -> Spec {
            Spec::new("spy")
        }

        fn build(&self, problem: &Problem) -> Result<Spy, Unsupported> {
            assert_eq!(problem.fidelity, None);
            let mut built = self.built.lock().unwrap();
            *built += 1;
            Ok(Spy {
                number: *built - 1,
                params: self
                    .space
                    .decode(&[0.1 * (*built - 1) as f64])
                    .map_err(|error| Unsupported::new("spy", error.to_string()))?,
                heard: Arc::clone(&self.heard),
                waits: self.waits && *built > 1,
            })
        }
    }

    impl Strategy for Spy {
        fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
            Ok(match self.waits {
                true => Asked::Wait,
                false => Asked::Propose(vec![Proposal::start(self.params.clone())]),
            })
        }

        fn tell(&mut self, fact: &Fact) {
            let short = match fact {
                Fact::Started(started) => format!("started {:?}", started.until),
                Fact::Ended(ended) => match &ended.outcome {
                    Outcome::Completed(values) => values.first().to_string(),
                    other => format!("{:?}", other.failure().map(|failure| failure.kind)),
                },
                other => format!("{other:?}"),
            };
            self.heard.lock().unwrap().push((self.number, short));
        }
    }

    /// Rungs 1, 3, 9 and 27.
    fn view(waits: bool) -> (View<Spy>, Heard, Params) {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let range = FidelityRange::new(1, 27).unwrap();
        let problem =
            Problem::new(space.clone(), Objectives::minimize("loss").unwrap()).fidelity(range);
        let params = space.decode(&[0.5]).unwrap();
        let config = SpyConfig {
            space,
            built: Mutex::default(),
            heard: Heard::default(),
            waits,
        };
        let rungs = Rungs::upwards(range, Some(1), 3);
        let view = View::build(&config, &problem, rungs).unwrap();
        (view, config.heard, params)
    }

    fn values(loss: f64) -> Values {
        Values::one(loss).unwrap()
    }

    #[test]
    fn each_is_told_the_first_values_from_its_rung_up_to_the_next() {
        let (mut view, heard, params) = view(false);
        let trial = TrialId::new(7);
        let mut told = |fact: Fact| {
            view.tell(&fact);
            std::mem::take(&mut *heard.lock().unwrap())
        };
        let reported = |at: u64| Reported::new(trial, at.into(), values(at as f64)).into();
        let paused = |at: u64| Paused::new(trial, at.into(), values(at as f64)).into();
        let each = |words: [&str; 4]| words.map(str::to_owned).into_iter().enumerate();

        let started = Started::new(trial, params).until(Fidelity::new(3));
        let expect: Vec<_> = each(["started None"; 4]).collect();
        assert_eq!(told(started.into()), expect);
        for at in [1, 2, 4, 5] {
            assert_eq!(told(reported(at)), [], "reports are of several fidelities");
        }
        // It oversteps 3, and stops at 5.
        let expect = [(0, "1".to_owned()), (1, "4".to_owned())];
        assert_eq!(told(paused(5)), expect);
        assert_eq!(told(Resumed::new(trial, Fidelity::new(9)).into()), []);
        assert_eq!(told(paused(9)), [(2, "9".to_owned())]);
        let end = Ended::new(trial, Outcome::Completed(values(27.0)));
        assert_eq!(told(end.into()), [(3, "27".to_owned())]);
    }

    #[test]
    fn a_rung_that_was_skipped_learns_nothing() {
        let (mut view, heard, params) = view(false);
        let trial = TrialId::new(0);
        view.tell(&Started::new(trial, params).into());
        view.tell(&Reported::new(trial, Fidelity::new(10), values(0.5)).into());
        view.tell(&Reported::new(trial, Fidelity::new(27), values(0.25)).into());
        heard.lock().unwrap().clear();
        view.tell(&Ended::new(trial, Outcome::Completed(values(0.25))).into());
        let cancelled = "Some(Cancelled)".to_owned();
        let expect = [
            (0, cancelled.clone()),
            (1, cancelled),
            (2, "0.5".to_owned()),
            (3, "0.25".to_owned()),
        ];
        assert_eq!(*heard.lock().unwrap(), expect);
        assert_eq!(view.results, [0, 0, 1, 1]);
    }

    #[test]
    fn an_end_below_a_rung_is_told_there_as_it_is() {
        let (mut view, heard, params) = view(false);
        let trial = TrialId::new(0);
        view.tell(&Started::new(trial, params).until(Fidelity::new(1)).into());
        view.tell(&Paused::new(trial, Fidelity::new(1), values(0.5)).into());
        heard.lock().unwrap().clear();
        let failure = Outcome::failed(FailureKind::Error, "diverged");
        view.tell(&Ended::new(trial, failure).into());
        let failed = "Some(Error)".to_owned();
        let expect = [(1, failed.clone()), (2, failed.clone()), (3, failed)];
        assert_eq!(*heard.lock().unwrap(), expect);
        assert_eq!(view.results, [1, 0, 0, 0]);
    }

    #[test]
    fn the_highest_rung_with_ten_results_is_asked() {
        let asked = |view: &View<Spy>, idle| {
            let ask = Ask::new(NonZeroUsize::MIN, TrialId::new(0), Seed::new(0));
            match view.ask(&ask, idle).unwrap() {
                Asked::Propose(proposals) => {
                    let x = proposals[0]
                        .params()
                        .unwrap()
                        .space()
                        .encode(proposals[0].params().unwrap());
                    x[0].map(|x| (10.0 * x).round() as usize)
                }
                _ => None,
            }
        };
        for waits in [false, true] {
            let (mut view, _, params) = view(waits);
            assert_eq!(asked(&view, true), Some(0));
            for number in 0..10 {
                let trial = TrialId::new(number);
                let start = Started::new(trial, params.clone()).until(Fidelity::new(3));
                view.tell(&start.into());
                view.tell(&Paused::new(trial, Fidelity::new(3), values(0.5)).into());
                let expect = usize::from(number == 9);
                if !waits {
                    assert_eq!(asked(&view, true), Some(expect), "{number}");
                }
            }
            // One that waits though nothing runs leaves it to the one below.
            let (idle, busy) = if waits {
                (Some(0), None)
            } else {
                (Some(1), Some(1))
            };
            assert_eq!((asked(&view, true), asked(&view, false)), (idle, busy));
        }
    }
}
