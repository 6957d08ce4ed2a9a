//! [`Twin`]: random search with one [`Fault`] or none.

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tuning_core::{
    Ask, Asked, Direction, Fact, Fidelity, Outcome, Parameter, Params, Problem, Proposal, Space,
    Strategy, StrategyError, Tag, TrialId, Unsupported,
};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fault {
    None,
    AnswersDifferentlyTheSecondTime,
    DrawsFromAWiderSpace,
    IgnoresConditions,
    ProposesOneMore,
    ProposesNothing,
    DiffersFromItsBrother,
    FollowsTheOrderOfAHashMap,
    HashesAnewInEachAsk,
    ReadsTheClock,
    CountsAcrossAllStudies,
    HasAGeneratorOfItsThread,
    CountsItsAsks,
    RemembersInAsk,
    WaitsForNothing,
    TakesDoneBack,
    ResumesWhatRuns,
    ResumesToNoHigher,
    ForksWhatRuns,
    GivesUpWhatRuns,
    EndsWithItsFirstBudget,
    PanicsAtAnotherBudget,
    PanicsAtForeignTags,
    IndexesUnknownTrials,
    TrustsItsTags,
    PanicsWhenAllAreEqual,
    LoopsWhenAllAreEqual,
    FailsWhenAllFail,
    PanicsInConstructor,
    KnowsItsAddress,
    RepeatsItselfInABatch,
    IgnoresPendingTrials,
    IsCubic,
    MaximisesLosses,
    CountsItsWaits,
    FlipsTheSignAgain,
}

use Fault as F;

#[derive(Debug)]
pub(crate) struct Twin {
    fault: Fault,
    space: Space,
    drawn_from: Space,
    maximises: bool,
    brother: u64,
    /// What facts have made of it.
    facts: u64,
    started: u64,
    /// The limit of trials that it was told first.
    limit: Option<u64>,
    waits: Cell<u64>,
    losses: Vec<f64>,
    worst: Option<(f64, Params)>,
    params: BTreeMap<TrialId, Params>,
    running: BTreeMap<TrialId, ()>,
    /// What asks have made of it, which is wrong.
    asked: Cell<bool>,
    asked_at: Cell<u64>,
    asks: Cell<u64>,
    all_asks: Cell<u64>,
    /// The trials, in an order that differs from map to map.
    hashed: HashMap<TrialId, ()>,
    address: Cell<Option<usize>>,
}

static BROTHERS: AtomicU64 = AtomicU64::new(0);
static ASKS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static GENERATOR: Cell<u64> = const { Cell::new(1) };
}

impl Twin {
    pub(crate) fn build(fault: Fault, problem: &Problem) -> Result<Self, Unsupported> {
        let space = problem.space.clone();
        let wider = space.parameters().iter().map(|parameter| match fault {
            F::DrawsFromAWiderSpace => Parameter::float(parameter.name(), -0.5, 1.5),
            _ => Parameter::float(parameter.name(), 0.0, 1.0),
        });
        let drawn_from = match fault {
            F::DrawsFromAWiderSpace | F::IgnoresConditions => Space::new(wider).unwrap(),
            _ => space.clone(),
        };
        assert!(
            fault != F::PanicsInConstructor,
            "no constructor should do this"
        );
        Ok(Self {
            fault,
            space,
            drawn_from,
            maximises: problem.objectives[0].direction == Direction::Maximize,
            brother: BROTHERS.fetch_add(1, Ordering::Relaxed),
            facts: 0,
            started: 0,
            limit: None,
            waits: Cell::new(0),
            losses: Vec::new(),
            worst: None,
            params: BTreeMap::new(),
            running: BTreeMap::new(),
            asked: Cell::new(false),
            asked_at: Cell::new(u64::MAX),
            asks: Cell::new(0),
            all_asks: Cell::new(0),
            hashed: HashMap::new(),
            address: Cell::new(None),
        })
    }

    /// Whether all losses so far, some of them, are the same.
    fn all_equal(&self) -> bool {
        self.losses.len() >= 4 && self.losses.iter().all(|loss| *loss == self.losses[0])
    }

    fn draw(&self, ask: &Ask, n: usize) -> Params {
        let mut n = n;
        let mut salt = 0;
        match self.fault {
            F::AnswersDifferentlyTheSecondTime if self.asked.get() => salt += 1,
            F::DiffersFromItsBrother => salt += self.brother,
            F::FollowsTheOrderOfAHashMap => {
                salt += self.hashed.keys().next().map_or(0, |t| t.get())
            }
            F::HashesAnewInEachAsk => {
                let hashed: HashMap<_, _> = self.params.keys().map(|t| (*t, ())).collect();
                salt += hashed.keys().next().map_or(0, |t| t.get());
            }
            F::ReadsTheClock => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                salt += now.map_or(0, |now| now.as_nanos() as u64);
            }
            F::CountsAcrossAllStudies => salt += ASKS.fetch_add(1, Ordering::Relaxed),
            F::HasAGeneratorOfItsThread => {
                salt += GENERATOR.with(|state| {
                    state.set(
                        state
                            .get()
                            .wrapping_mul(6_364_136_223_846_793_005)
                            .wrapping_add(1),
                    );
                    state.get() >> 33
                })
            }
            F::CountsItsAsks => {
                salt += self.all_asks.get();
                self.all_asks.set(salt + 1);
            }
            F::RemembersInAsk => salt += self.asks.get(),
            F::CountsItsWaits => salt += self.waits.get(),
            F::FlipsTheSignAgain if self.maximises => salt += 1,
            F::RepeatsItselfInABatch => n = 0,
            F::KnowsItsAddress if self.address.get() != Some(address(self)) => salt += 1,
            _ => {}
        }
        let seed = match self.fault {
            // Its model has not changed, so the answer has not either.
            F::IgnoresPendingTrials => ask
                .study_seed()
                .derive(self.losses.len() as u64)
                .derive(n as u64),
            _ => ask.seed(n),
        };
        let mut point: Vec<f64> = (0..self.space.len())
            .map(|d| seed.derive(salt).derive(d as u64).unit())
            .collect();
        if let (F::MaximisesLosses, Some((_, worst))) = (self.fault, &self.worst) {
            for (u, place) in point.iter_mut().zip(self.space.encode(worst)) {
                *u = (place.unwrap_or(0.5) + 0.1 * (*u - 0.5)).abs().min(1.0);
            }
        }
        self.drawn_from.decode(&point).unwrap()
    }

    /// Other answers than to start new trials.
    fn special(&self) -> Option<Asked> {
        let fidelity = Fidelity::new(9);
        let first = TrialId::new(0);
        let proposal = match self.fault {
            F::WaitsForNothing if self.started >= 5 => return Some(Asked::Wait),
            F::CountsItsWaits if self.facts % 5 == 4 && !self.running.is_empty() => {
                self.waits.set(self.waits.get() + 1); // how often it is asked while it waits depends on the workers
                return Some(Asked::Wait);
            }
            F::TakesDoneBack if self.started == 20 => return Some(Asked::Done),
            F::ProposesNothing if self.started == 7 => return Some(Asked::Propose(Vec::new())),
            F::EndsWithItsFirstBudget if self.limit.is_some_and(|limit| self.started >= limit) => {
                return Some(Asked::Done);
            }
            F::GivesUpWhatRuns if self.running.contains_key(&first) => Proposal::give_up(first),
            F::ResumesWhatRuns if self.running.contains_key(&first) => Proposal::resume(first),
            F::ResumesToNoHigher if self.params.contains_key(&first) => {
                Proposal::resume(first).until(Fidelity::new(1))
            }
            F::ForksWhatRuns if self.running.contains_key(&first) => {
                Proposal::fork(first, self.params[&first].clone()).until(fidelity)
            }
            _ => return None,
        };
        Some(Asked::Propose(vec![proposal]))
    }
}

fn address<T>(of: &T) -> usize {
    std::ptr::from_ref(of).addr()
}

impl Strategy for Twin {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        if self.address.get().is_none() {
            self.address.set(Some(address(self)));
        }
        if self.asked_at.replace(self.facts) != self.facts {
            self.asks.set(self.asks.get() + 1); // once per state, so that asking twice does not show
        }
        match self.fault {
            F::PanicsWhenAllAreEqual => assert!(!self.all_equal(), "the range of the losses is 0"),
            F::LoopsWhenAllAreEqual => {
                let begun = Instant::now();
                while self.all_equal() && begun.elapsed() < Duration::from_secs(20) {
                    thread::sleep(Duration::from_millis(5));
                }
            }
            F::FailsWhenAllFail if self.losses.is_empty() && self.facts > 20 => {
                return Err(StrategyError::new("there is nothing to learn from"));
            }
            F::IsCubic => {
                let mut sum = 0.0;
                for k in 0..self.started.pow(3) / 100_000 {
                    sum = std::hint::black_box(sum + k as f64);
                }
            }
            _ => {}
        }
        if let Some(special) = self.special() {
            return Ok(special);
        }
        let mut slots = ask.slots().get();
        if self.fault == F::ProposesOneMore {
            slots += 1;
        }
        let until = match self.fault {
            F::ResumesToNoHigher => Some(Fidelity::new(3)),
            _ => None,
        };
        let tag = Tag::new("twin", 7);
        let propose = |n| {
            Proposal::start(self.draw(ask, n))
                .until(until)
                .tag(tag.clone())
        };
        let proposals = (0..slots).map(propose).collect();
        self.asked.set(true);
        Ok(Asked::Propose(proposals))
    }

    fn tell(&mut self, fact: &Fact) {
        self.facts += 1;
        self.asked.set(false);
        if let Fact::Budgeted(budgeted) = fact {
            assert!(
                self.fault != F::PanicsAtAnotherBudget || self.limit.is_none(),
                "the budget never changes"
            );
            self.limit = self.limit.or(budgeted.trials);
        }
        let Some(trial) = fact.trial() else {
            return;
        };
        match fact {
            Fact::Started(started) => {
                self.started += 1;
                self.params.insert(trial, started.params.clone());
                self.running.insert(trial, ());
                self.hashed.insert(trial, ());
                match (self.fault, started.tag.note("twin")) {
                    (F::PanicsAtForeignTags, None) => {
                        panic!("the tag `{}` is not mine", started.tag)
                    }
                    (F::TrustsItsTags, Some(note)) => {
                        assert!(note.parse::<u64>().is_ok(), "I wrote it")
                    }
                    _ => {}
                }
            }
            Fact::Paused(_) => drop(self.running.remove(&trial)),
            Fact::Ended(ended) => {
                self.running.remove(&trial);
                if let Outcome::Completed(losses) = &ended.outcome {
                    let loss = losses.first();
                    self.losses.push(loss);
                    let params = match self.fault {
                        F::IndexesUnknownTrials => Some(&self.params[&trial]),
                        _ => self.params.get(&trial),
                    };
                    if let Some(params) = params
                        && self.worst.as_ref().is_none_or(|(worst, _)| loss > *worst)
                    {
                        self.worst = Some((loss, params.clone()));
                    }
                }
            }
            _ => {}
        }
    }
}
