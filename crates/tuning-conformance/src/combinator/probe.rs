//! [`Probe`]: the inner strategy that a combinator is tried over. Each of its tags says which of the
//! inner strategies wrote it, when, and for which trial.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use tuning_core::{
    Ask, Asked, Fact, Fidelity, FidelityRange, Outcome, Params, ParamsError, Problem, Proposal,
    Seed, Space, Spec, Strategy, StrategyConfig, StrategyError, Tag, TrialId, Unsupported,
};

use super::watch::{Inside, Watch};

/// The name of every probe, and the layer of its tags.
pub(super) const NAME: &str = "probe";

/// The option of a probe that its combinator has to keep.
pub(super) const MARK: &str = "mark";

/// Why a probe refuses a problem, if it is to.
pub(super) const REFUSAL: &str = "needs a problem that no kit has: give it another";

/// How many trials of its own [`Kind::Finite`] starts, and how many of them at once.
const ENOUGH: usize = 5;
const AT_ONCE: usize = 2;

/// Where [`Kind::Staged`] pauses its trials.
const RUNGS: [u64; 2] = [3, 9];

/// What an inner strategy is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Random search, which learns nothing.
    Random,
    /// One whose next point depends on every bit of what it was told.
    Learner,
    /// One that waits for its trials, and is done after a few.
    Finite,
    /// One that pauses, resumes and forks its trials itself.
    Staged,
}

impl Kind {
    pub(super) const ALL: [Self; 4] = [Self::Random, Self::Learner, Self::Finite, Self::Staged];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Learner => "learner",
            Self::Finite => "finite",
            Self::Staged => "staged",
        }
    }
}

/// What builds a probe.
#[derive(Clone, Debug)]
pub(super) struct Probe {
    pub(super) kind: Kind,
    pub(super) mark: i64,
    pub(super) refuses: bool,
    pub(super) watch: Watch,
}

impl Probe {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            mark: 1,
            refuses: false,
            watch: Watch::default(),
        }
    }
}

impl StrategyConfig for Probe {
    type Strategy = Inside<Subject>;

    fn spec(&self) -> Spec {
        Spec::new(NAME)
            .option("kind", self.kind.name())
            .option(MARK, self.mark)
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        if self.refuses {
            return Err(Unsupported::new(NAME, REFUSAL));
        }
        let number = self.watch.built(problem);
        let strategy = Subject {
            kind: self.kind,
            number,
            space: problem.space.clone(),
            range: problem.fidelity,
            told: 0,
            digest: Seed::new(0),
            own: BTreeMap::new(),
            running: BTreeSet::new(),
        };
        Ok(Inside {
            strategy,
            number,
            watch: self.watch.clone(),
        })
    }
}

/// The strategy of a probe.
#[derive(Debug)]
pub(super) struct Subject {
    kind: Kind,
    number: usize,
    space: Space,
    range: Option<FidelityRange>,
    told: u64,
    /// What it was told, to the last bit.
    digest: Seed,
    own: BTreeMap<TrialId, State>,
    running: BTreeSet<TrialId>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Running,
    Paused(Fidelity),
    Completed,
    Lost,
}

impl Subject {
    fn draw(&self, ask: &Ask, n: usize) -> Result<Params, ParamsError> {
        let seed = match self.kind {
            Kind::Learner => ask.seed(n).derive(self.digest.get()),
            _ => ask.seed(n),
        };
        let point: Vec<f64> = (0..self.space.len())
            .map(|d| seed.derive(d as u64).unit())
            .collect();
        self.space.decode(&point)
    }

    fn tag(&self, ask: &Ask, n: usize) -> Tag {
        let (number, told) = (self.number, self.told);
        let (trial, seed) = (ask.trial(n).get(), ask.seed(n).get() % 1_000_000);
        Tag::new(NAME, format!("{number}.{told}.{trial}.{seed}"))
    }

    fn start(&self, ask: &Ask, n: usize) -> Result<Proposal, ParamsError> {
        Ok(Proposal::start(self.draw(ask, n)?).tag(self.tag(ask, n)))
    }

    /// What is paused is resumed, or given up, every sixth trial; then come new trials, every fifth with the
    /// checkpoint of an old one.
    fn staged(&self, ask: &Ask, range: FidelityRange) -> Result<Vec<Proposal>, ParamsError> {
        let next = |at: Fidelity| {
            let mut rungs = RUNGS.into_iter().map(Fidelity::new);
            rungs.find(|rung| *rung > at && *rung < range.max())
        };
        let resume = |(trial, state): (&TrialId, &State)| match state {
            State::Paused(_) if trial.get() % 6 == 3 => None,
            State::Paused(at) => {
                let note = format!("{}.{}.r{}", self.number, self.told, trial.get());
                let tag = Tag::new(NAME, note);
                Some(Proposal::resume(*trial).until(next(*at)).tag(tag))
            }
            _ => None,
        };
        let slots = ask.slots().get();
        let paused = self.own.iter().filter_map(resume);
        let mut proposals: Vec<_> = paused.take(slots).collect();
        let free = match ask.trials_left() {
            Some(0) => 0,
            _ => slots - proposals.len(),
        };
        let completed =
            |(trial, state): (&TrialId, &State)| (*state == State::Completed).then_some(*trial);
        let donor = self.own.iter().find_map(completed);
        let give_up = |(trial, state): (&TrialId, &State)| {
            let poor = matches!(state, State::Paused(_)) && trial.get() % 6 == 3;
            let note = format!("{}.{}.g{}", self.number, self.told, trial.get());
            poor.then(|| Proposal::give_up(*trial).tag(Tag::new(NAME, note)))
        };
        proposals.extend(self.own.iter().filter_map(give_up));
        for n in 0..free {
            proposals.push(match donor {
                Some(donor) if ask.trial(n).get() % 5 == 4 => {
                    Proposal::fork(donor, self.draw(ask, n)?).tag(self.tag(ask, n))
                }
                _ => self.start(ask, n)?.until(next(Fidelity::new(0))),
            });
        }
        Ok(proposals)
    }

    /// Whether it has written this tag.
    fn wrote(&self, tag: &Tag) -> bool {
        made_for(tag).is_some_and(|(number, _)| number == self.number)
    }

    fn ask(&self, ask: &Ask) -> Result<Asked, ParamsError> {
        let start = |slots: usize| -> Result<Vec<_>, ParamsError> {
            (0..slots).map(|n| self.start(ask, n)).collect()
        };
        let proposals: Vec<_> = match (self.kind, self.range) {
            (Kind::Finite, _) => {
                let running = |(trial, _): &(&TrialId, &State)| self.running.contains(*trial);
                let running = self.own.iter().filter(running).count();
                let left = ENOUGH.saturating_sub(self.own.len());
                if left == 0 {
                    return Ok(Asked::Done);
                }
                let free = left.min(AT_ONCE.saturating_sub(running));
                match NonZeroUsize::new(free) {
                    Some(free) => start(free.min(ask.slots()).get())?,
                    None => return Ok(Asked::Wait),
                }
            }
            (Kind::Staged, Some(range)) => self.staged(ask, range)?,
            _ => start(ask.slots().get())?,
        };
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            true if self.running.is_empty() => Asked::Done,
            true => Asked::Wait,
        })
    }
}

/// Which probe wrote this tag, and for which new trial; none if no probe did.
pub(super) fn made_for(tag: &Tag) -> Option<(usize, TrialId)> {
    let note = tag.note(NAME)?;
    let mut parts = note.split('.');
    let (number, _, trial, _) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some((number.parse().ok()?, TrialId::new(trial.parse().ok()?)))
}

impl Strategy for Subject {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        self.ask(ask).map_err(StrategyError::from_source)
    }

    fn tell(&mut self, fact: &Fact) {
        let Some(trial) = fact.trial() else {
            return;
        };
        self.told += 1;
        let digest = |so_far: Seed, values: &[f64]| {
            let fold = |digest: Seed, value: &f64| digest.derive(value.to_bits());
            values.iter().fold(so_far.derive(trial.get()), fold)
        };
        match fact {
            Fact::Started(started) => {
                self.running.insert(trial);
                let own = self.wrote(&started.tag);
                if own {
                    self.own.insert(trial, State::Running);
                }
                self.digest = digest(self.digest.derive(u64::from(own)), &[]);
            }
            Fact::Resumed(_) => {
                self.running.insert(trial);
                self.is_now(trial, State::Running);
                self.digest = digest(self.digest.named("resumed"), &[]);
            }
            Fact::Reported(reported) => {
                self.digest = digest(
                    self.digest.derive(reported.at.get()),
                    reported.values.as_slice(),
                );
            }
            Fact::Paused(paused) => {
                self.running.remove(&trial);
                self.is_now(trial, State::Paused(paused.at));
                self.digest = digest(self.digest.named("paused"), &[]);
            }
            Fact::Ended(ended) => {
                self.running.remove(&trial);
                let (state, values): (_, &[f64]) = match &ended.outcome {
                    Outcome::Completed(values) => (State::Completed, values.as_slice()),
                    _ => (State::Lost, &[]),
                };
                self.is_now(trial, state);
                self.digest = digest(self.digest, values);
            }
            _ => {}
        }
    }
}

impl Subject {
    fn is_now(&mut self, trial: TrialId, state: State) {
        if let Some(own) = self.own.get_mut(&trial) {
            *own = state;
        }
    }
}
