//! [`Dedup`]: passes on what is new and looks for something else where it is not.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashSet},
    num::NonZeroUsize,
};

use tuning_core::{
    Ask, Asked, Fact, Params, ParamsKey, Proposal, ProposalKind, Space, Strategy, StrategyError,
    Tag, TrialId,
};

use super::{NAME, batch::Batch, unseen::Unseen};

/// A strategy that answers so often alike does not look at the salt.
const ALIKE: u32 = 3;

/// The most points that a fixed list is asked for at once, to find its next new one.
const MOST: usize = 1 << 16;

/// Starts no trial with parameters that a trial of the study, anybody's, was started with before.
///
/// For a point that is not new, the inner strategy is asked for another: with other seeds, then for
/// more points at once. If it has none, a finite space is finished in the order of ever finer grids,
/// and so is an infinite one if the inner strategy only had no luck; if it repeats a fixed list, that
/// is the end. It is done when the inner strategy is, or when every point of the space was tried.
///
/// Resumed and forked trials pass through.
#[derive(Clone, Debug)]
pub struct Dedup<S> {
    space: Space,
    attempts: u32,
    /// What was started. Looked up only: its order matters nowhere.
    seen: HashSet<ParamsKey>,
    /// The trials in flight, which decide between waiting and being done.
    running: BTreeSet<TrialId>,
    unseen: RefCell<Unseen>,
    inner: S,
}

impl<S: Strategy> Strategy for Dedup<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let offers = match self.inner.ask(ask)? {
            Asked::Propose(offers) => offers,
            other => return Ok(other),
        };
        let mut batch = Batch::default();
        let mut exhausted = false;
        for offer in offers {
            if !starts(&offer) {
                batch.new += usize::from(offer.is_new());
                batch.proposals.push(offer.wrapped(NAME, ""));
            } else if !exhausted && !self.take(&offer, &mut batch) {
                // In its place comes what a study that asks for one trial at a time would get.
                exhausted = !self.replace(&ask.after(batch.new, NonZeroUsize::MIN), &mut batch)?;
            }
        }
        Ok(match batch.proposals {
            proposals if !proposals.is_empty() => Asked::Propose(proposals),
            // What is in flight may let the inner strategy resume something.
            _ if !self.running.is_empty() => Asked::Wait,
            _ => Asked::Done,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                self.seen.extend(self.key(&started.params));
                self.running.insert(started.trial);
            }
            Fact::Resumed(resumed) => {
                self.running.insert(resumed.trial);
            }
            Fact::Paused(paused) => {
                self.running.remove(&paused.trial);
            }
            Fact::Ended(ended) => {
                self.running.remove(&ended.trial);
            }
            _ => {}
        }
        self.inner.tell(&fact.unwrapped(NAME));
    }
}

impl<S: Strategy> Dedup<S> {
    pub(super) fn new(space: Space, attempts: u32, inner: S) -> Self {
        Self {
            attempts,
            seen: HashSet::new(),
            running: BTreeSet::new(),
            unseen: RefCell::new(Unseen::new(space.clone())),
            space,
            inner,
        }
    }

    /// Finds a new point where the inner strategy's answer to `ask`, one slot, was not new; false if
    /// there is none.
    fn replace(&self, ask: &Ask, batch: &mut Batch) -> Result<bool, StrategyError> {
        let mut varies = false;
        if self.ask_again(ask, batch, &mut varies)? {
            return Ok(true);
        }
        let mut ended = false;
        if self.ask_for_more(ask, batch, varies, &mut ended)? {
            return Ok(true);
        }
        // A fixed list has come to its end. Anything else was out of luck, and a finite space is small
        // enough to be finished.
        if ended && !varies && self.space.cardinality().is_none() {
            return Ok(false);
        }
        let Some(params) = self.unseen.borrow_mut().next(&self.seen, &batch.taken)? else {
            return Ok(false);
        };
        let own = Proposal::start(params.clone()).tag(Tag::new(NAME, "unseen"));
        batch.push(own, self.key(&params));
        Ok(true)
    }

    /// Asks for the same trial with other seeds.
    fn ask_again(
        &self,
        ask: &Ask,
        batch: &mut Batch,
        varies: &mut bool,
    ) -> Result<bool, StrategyError> {
        let mut last: Option<Params> = None;
        let mut alike = 0;
        for salt in 1..=self.attempts {
            let Asked::Propose(offers) = self.inner.ask(&ask.salted(salt.into()))? else {
                break;
            };
            let Some(offer) = offers.into_iter().find(starts) else {
                break;
            };
            if self.take(&offer, batch) {
                return Ok(true);
            }
            if last.is_some() && offer.params() != last.as_ref() {
                *varies = true;
                alike = 0;
            }
            alike += 1;
            if alike == ALIKE {
                break;
            }
            last = offer.params().cloned();
        }
        Ok(false)
    }

    /// Asks for so many points at once that one must be new, if it is a fixed list that has one.
    fn ask_for_more(
        &self,
        ask: &Ask,
        batch: &mut Batch,
        varies: bool,
        ended: &mut bool,
    ) -> Result<bool, StrategyError> {
        let old = self.seen.len() + batch.taken.len();
        let mut more = self.attempts as usize;
        loop {
            let slots = NonZeroUsize::MIN.saturating_add(more);
            let Asked::Propose(offers) = self.inner.ask(&ask.with_slots(slots))? else {
                return Ok(false);
            };
            *ended = offers.len() < slots.get();
            if offers
                .iter()
                .any(|offer| starts(offer) && self.take(offer, batch))
            {
                return Ok(true);
            }
            // One that only had no luck is not asked for thousands: that can be dear.
            if *ended || varies || slots.get() > old.min(MOST) {
                return Ok(false);
            }
            more = more.saturating_mul(4).max(16);
        }
    }

    /// Takes the inner strategy's new trial into the batch, if no like trial was started.
    fn take(&self, offer: &Proposal, batch: &mut Batch) -> bool {
        let key = offer.params().and_then(|params| self.key(params));
        let is_old = |key: &ParamsKey| self.seen.contains(key) || batch.taken.contains(key);
        if key.as_ref().is_some_and(is_old) {
            return false;
        }
        batch.push(offer.clone().wrapped(NAME, ""), key);
        true
    }

    /// The key in this space; none for parameters that do not lie in it, which nothing here repeats.
    fn key(&self, params: &Params) -> Option<ParamsKey> {
        if *params.space() == self.space {
            return Some(params.key());
        }
        self.space.align(params).ok().map(|params| params.key())
    }
}

/// Whether it starts a trial from nothing.
fn starts(proposal: &Proposal) -> bool {
    matches!(proposal.kind(), ProposalKind::Start(_))
}

#[cfg(test)]
mod tests {
    use tuning_core::{
        Ended, Failure, FailureKind, Objectives, Outcome, Parameter, Problem, Seed, Started,
        StrategyConfig,
    };

    use super::*;
    use crate::{DedupConfig, GridConfig, RandomConfig, SobolConfig};

    fn problem(parameters: impl IntoIterator<Item = Parameter>) -> Problem {
        let space = Space::new(parameters).unwrap();
        Problem::new(space, Objectives::minimize("loss").unwrap())
    }

    fn ask(strategy: &mut impl Strategy, slots: usize) -> Asked {
        let ask = Ask::new(
            NonZeroUsize::new(slots).unwrap(),
            TrialId::new(50),
            Seed::new(3),
        );
        strategy.ask(&ask).unwrap()
    }

    fn shown(asked: &Asked) -> Vec<String> {
        let Asked::Propose(proposals) = asked else {
            return vec![format!("{asked:?}")];
        };
        let show = |p: &Proposal| match p.params() {
            Some(params) => format!("{} {params}", p.note()),
            None => format!("{} {:?}", p.note(), p.kind()),
        };
        proposals.iter().map(show).collect()
    }

    fn started(trial: u64, problem: &Problem, u: &[f64]) -> Fact {
        Started::new(TrialId::new(trial), problem.space.decode(u).unwrap()).into()
    }

    fn ended(trial: u64) -> Fact {
        let failure = Failure::new(FailureKind::Error, "it broke");
        Ended::new(TrialId::new(trial), Outcome::Failed(failure)).into()
    }

    /// Always proposes the same.
    struct Stubborn(Vec<Proposal>);

    impl Strategy for Stubborn {
        fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
            let slots = ask.slots().get().min(self.0.len());
            Ok(Asked::Propose(self.0[..slots].to_vec()))
        }

        fn tell(&mut self, _: &Fact) {}
    }

    fn around<S: Strategy>(inner: S, problem: &Problem) -> Dedup<S> {
        Dedup::new(problem.space.clone(), 16, inner)
    }

    #[test]
    fn points_that_others_have_tried_are_left_out() {
        let problem = problem([Parameter::int("x", 1, 4)]);
        let mut strategy = DedupConfig::over(GridConfig::default())
            .build(&problem)
            .unwrap();
        strategy.tell(&started(0, &problem, &[0.0]));
        strategy.tell(&started(1, &problem, &[0.6]));
        let asked = ask(&mut strategy, 4);
        assert_eq!(shown(&asked), ["dedup:/grid:1 x=2", "dedup:/grid:3 x=4"]);
    }

    #[test]
    fn resumed_and_forked_trials_pass_through() {
        let problem = problem([Parameter::int("x", 1, 2)]);
        let params = problem.space.decode(&[0.0]).unwrap();
        let inner = vec![
            Proposal::resume(TrialId::new(0)),
            Proposal::fork(TrialId::new(0), params.clone()),
            Proposal::start(params),
        ];
        let mut strategy = around(Stubborn(inner), &problem);
        strategy.tell(&started(0, &problem, &[0.0]));
        let expect = [
            "dedup: Resume(TrialId(0))",
            "dedup: x=1",
            "dedup:unseen x=2",
        ];
        assert_eq!(shown(&ask(&mut strategy, 3)), expect);
    }

    #[test]
    fn an_exhausted_space_waits_for_what_is_in_flight_and_is_done_then() {
        let problem = problem([Parameter::bool("x")]);
        let mut strategy = DedupConfig::over(RandomConfig::default())
            .build(&problem)
            .unwrap();
        strategy.tell(&started(0, &problem, &[0.0]));
        strategy.tell(&started(1, &problem, &[1.0]));
        assert_eq!(ask(&mut strategy, 2), Asked::Wait);
        strategy.tell(&ended(0));
        assert_eq!(ask(&mut strategy, 2), Asked::Wait);
        strategy.tell(&ended(1));
        assert_eq!(ask(&mut strategy, 2), Asked::Done);
    }

    #[test]
    fn a_list_that_has_nothing_new_ends_in_an_infinite_space() {
        let problem = problem([Parameter::float("x", 0.0, 1.0)]);
        let config = DedupConfig::over(GridConfig::default().resolution(3));
        let mut strategy = config.build(&problem).unwrap();
        // The last point of the grid was tried elsewhere.
        strategy.tell(&started(0, &problem, &[1.0]));
        strategy.tell(&ended(0));
        assert_eq!(
            shown(&ask(&mut strategy, 8)),
            ["dedup:/grid:0 x=0", "dedup:/grid:1 x=0.5"]
        );
        let tag = Tag::new("grid", 1).wrap(NAME, "");
        let params = problem.space.decode(&[0.5]).unwrap();
        strategy.tell(&Started::new(TrialId::new(1), params).tag(tag).into());
        strategy.tell(&ended(1));
        assert_eq!(ask(&mut strategy, 8), Asked::Done);
    }

    #[test]
    fn a_long_row_of_known_points_is_passed_over() {
        let problem = problem([Parameter::int("x", 0, 999)]);
        let config = DedupConfig::over(GridConfig::default().resolution(1000));
        let mut strategy = config.build(&problem).unwrap();
        for x in 0..700 {
            strategy.tell(&started(x, &problem, &[(x as f64 + 0.5) / 1000.0]));
        }
        assert_eq!(shown(&ask(&mut strategy, 1)), ["dedup:/grid:700 x=700"]);
    }

    #[test]
    fn bad_luck_is_no_end_where_new_points_are_rare() {
        // 99 of 100 random points are one of 99, and soon all of those are known.
        let rare = Parameter::float("y", 0.0, 1.0).when("x", [0_i64]);
        let problem = problem([Parameter::categorical("x", 0..100_i64), rare]);
        for inner in [
            RandomConfig::default().boxed(),
            SobolConfig::default().boxed(),
        ] {
            let mut strategy = DedupConfig::over(inner)
                .attempts(1)
                .build(&problem)
                .unwrap();
            for x in 0..100 {
                strategy.tell(&started(x, &problem, &[(x as f64 + 0.5) / 100.0, 0.3]));
                strategy.tell(&ended(x));
            }
            for trial in 100..150 {
                let Asked::Propose(proposals) = ask(&mut strategy, 1) else {
                    panic!("it gave up")
                };
                let params = proposals[0].params().unwrap().clone();
                assert!(params.is_active(1));
                let tag = proposals[0].note().clone();
                strategy.tell(&Started::new(TrialId::new(trial), params).tag(tag).into());
            }
        }
    }

    #[test]
    fn parameters_of_another_space_are_found_by_name() {
        let problem = problem([Parameter::int("x", 1, 2)]);
        let mut strategy = DedupConfig::over(GridConfig::default())
            .build(&problem)
            .unwrap();
        let detached = serde_json::from_str(r#"{"x": 1}"#).unwrap();
        strategy.tell(&Started::new(TrialId::new(0), detached).into());
        let elsewhere = serde_json::from_str(r#"{"z": 2}"#).unwrap();
        strategy.tell(&Started::new(TrialId::new(1), elsewhere).into());
        assert_eq!(shown(&ask(&mut strategy, 4)), ["dedup:/grid:1 x=2"]);
    }
}
