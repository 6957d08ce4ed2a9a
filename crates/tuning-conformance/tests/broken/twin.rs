//! [`Twin`]: random search with one [`Fault`] or none.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use tuning_core::{
    Ask, Asked, Direction, Fact, Fidelity, LoadError, Outcome, Parameter, Params, Problem,
    Proposal, Snapshot, Space, Strategy, StrategyError, Tag, TrialId, Unsupported,
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
    RemembersInAsk,
    ForgetsToSave,
    LoadsAnything,
    WaitsForNothing,
    TakesDoneBack,
    ResumesWhatRuns,
    ResumesToNoHigher,
    ForksWhatRuns,
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
    salt: u64,
    waits: u64,
    losses: Vec<f64>,
    worst: Option<(f64, Params)>,
    params: BTreeMap<TrialId, Params>,
    running: BTreeMap<TrialId, ()>,
    /// What asks have made of it, which is wrong.
    asked: bool,
    asked_at: u64,
    asks: u64,
    address: Option<usize>,
}

static BROTHERS: AtomicU64 = AtomicU64::new(0);

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
            salt: 0,
            waits: 0,
            losses: Vec::new(),
            worst: None,
            params: BTreeMap::new(),
            running: BTreeMap::new(),
            asked: false,
            asked_at: u64::MAX,
            asks: 0,
            address: None,
        })
    }

    /// Whether all losses so far, some of them, are the same.
    fn all_equal(&self) -> bool {
        self.losses.len() >= 4 && self.losses.iter().all(|loss| *loss == self.losses[0])
    }

    fn draw(&self, ask: &Ask, n: usize) -> Params {
        let mut n = n;
        let mut salt = self.salt;
        match self.fault {
            F::AnswersDifferentlyTheSecondTime if self.asked => salt += 1,
            F::DiffersFromItsBrother => salt += self.brother,
            F::RemembersInAsk => salt += self.asks,
            F::CountsItsWaits => salt += self.waits,
            F::FlipsTheSignAgain if self.maximises => salt += 1,
            F::RepeatsItselfInABatch => n = 0,
            F::KnowsItsAddress if self.address != Some(address(self)) => salt += 1,
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
    fn special(&mut self) -> Option<Asked> {
        let fidelity = Fidelity::new(9);
        let first = TrialId::new(0);
        let proposal = match self.fault {
            F::WaitsForNothing if self.started >= 5 => return Some(Asked::Wait),
            F::CountsItsWaits if self.facts % 5 == 4 && !self.running.is_empty() => {
                self.waits += 1; // how often it is asked while it waits depends on the workers
                return Some(Asked::Wait);
            }
            F::TakesDoneBack if self.started == 20 => return Some(Asked::Done),
            F::ProposesNothing if self.started == 7 => return Some(Asked::Propose(Vec::new())),
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
    fn ask(&mut self, ask: &Ask) -> Result<Asked, StrategyError> {
        if self.address.is_none() {
            self.address = Some(address(self));
        }
        if self.asked_at != self.facts {
            self.asked_at = self.facts;
            self.asks += 1; // once per state, so that asking twice does not show
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
        self.asked = true;
        Ok(Asked::Propose(proposals))
    }

    fn tell(&mut self, fact: &Fact) {
        self.facts += 1;
        self.asked = false;
        let trial = fact.trial();
        match fact {
            Fact::Started(started) => {
                self.started += 1;
                self.params.insert(trial, started.params.clone());
                self.running.insert(trial, ());
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
        if matches!(self.fault, F::ForgetsToSave | F::LoadsAnything) {
            self.salt = self.facts / 7;
        }
    }

    fn save(&self) -> Option<Snapshot> {
        match self.fault {
            F::ForgetsToSave | F::LoadsAnything => Some(Snapshot::new(1, self.facts.to_le_bytes())),
            _ => None,
        }
    }

    fn load(&mut self, snapshot: &Snapshot) -> Result<(), LoadError> {
        if self.fault == F::LoadsAnything || snapshot.format == 1 {
            let bytes = snapshot.bytes.first_chunk().ok_or(LoadError::Corrupt)?;
            self.facts = u64::from_le_bytes(*bytes);
            if self.fault == F::LoadsAnything {
                self.salt = self.facts / 7;
            }
            return Ok(());
        }
        Err(LoadError::Format {
            found: snapshot.format,
        })
    }
}
