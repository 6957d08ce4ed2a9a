//! Tiny strategies, a pruner, and a driver with any number of workers that finishes work in any order.

use std::{cell::RefCell, collections::BTreeMap, num::NonZeroUsize};

use tuning_core::*;

pub(crate) fn slots(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

pub(crate) fn space() -> Space {
    Space::new([Parameter::float("x", -1.0, 1.0), Parameter::int("n", 0, 9)]).unwrap()
}

pub(crate) fn problem() -> Problem {
    Problem::new(space(), Objectives::minimize("loss").unwrap()).budget(Budget::trials(20))
}

pub(crate) fn ladder() -> Problem {
    problem().fidelity(FidelityRange::new(1, 9).unwrap())
}

pub(crate) fn at(n: u64) -> Fidelity {
    Fidelity::new(n)
}

pub(crate) fn id(n: u64) -> TrialId {
    TrialId::new(n)
}

pub(crate) fn one(value: f64) -> Values {
    Values::one(value).unwrap()
}

pub(crate) fn completed(value: f64) -> Outcome {
    Outcome::Completed(one(value))
}

pub(crate) fn proposed(lag: usize) -> Order {
    Order::AsProposed { lag: slots(lag) }
}

/// Proposes points that depend on every bit of every fact it was told, in order.
#[derive(Clone, Debug)]
pub(crate) struct Sensitive {
    space: Space,
    hash: u64,
    /// Every fact that it was told.
    pub(crate) told: Vec<Fact>,
}

impl Sensitive {
    pub(crate) fn new() -> Self {
        Self {
            space: space(),
            hash: 0,
            told: Vec::new(),
        }
    }
}

impl Strategy for Sensitive {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let propose = |n: usize| {
            let seed = ask.seed(n).derive(self.hash);
            let point = [seed.derive(0).unit(), seed.derive(1).unit()];
            Proposal::start(self.space.decode(&point).unwrap())
        };
        Ok(Asked::Propose(
            (0..ask.slots().get()).map(propose).collect(),
        ))
    }

    fn tell(&mut self, fact: &Fact) {
        self.told.push(fact.clone());
        // Started facts are left out: a batch of proposals must not depend on its size.
        if !matches!(fact, Fact::Started(_) | Fact::Budgeted(_)) {
            let text = serde_json::to_string(fact).unwrap();
            self.hash = Seed::new(self.hash).named(&text).get();
        }
    }
}

/// Successive halving that resumes the better half of each rung, forks the best trial now and then,
/// and waits when there is nothing to promote at its end.
#[derive(Clone, Debug)]
pub(crate) struct Rungs {
    inner: Sensitive,
    most: u64,
    started: u64,
    losses: BTreeMap<TrialId, (Fidelity, f64)>,
    paused: BTreeMap<TrialId, Fidelity>,
    running: u64,
    forks: bool,
}

impl Rungs {
    pub(crate) fn new(most: u64, forks: bool) -> Self {
        Self {
            inner: Sensitive::new(),
            most,
            started: 0,
            losses: BTreeMap::new(),
            paused: BTreeMap::new(),
            running: 0,
            forks,
        }
    }

    /// Every fact that it was told.
    pub(crate) fn told(&self) -> &[Fact] {
        &self.inner.told
    }

    /// The best paused trial that beats half of those seen at its fidelity.
    fn promotable(&self) -> Option<(TrialId, Fidelity)> {
        let paused = self.paused.iter().find(|(trial, at)| {
            let rung: Vec<f64> = self
                .losses
                .values()
                .filter(|l| l.0 >= **at)
                .map(|l| l.1)
                .collect();
            let better = rung
                .iter()
                .filter(|loss| **loss < self.losses[trial].1)
                .count();
            rung.len() >= 2 && better * 2 < rung.len()
        });
        paused.map(|(trial, at)| (*trial, *at))
    }
}

impl Strategy for Rungs {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        if let Some((trial, reached)) = self.promotable() {
            let next = at(reached.get() * 3);
            return Ok(Asked::Propose(vec![Proposal::resume(trial).until(next)]));
        }
        if self.started < self.most && ask.trials_left() != Some(0) {
            let Asked::Propose(new) = self.inner.ask(&ask.with_slots(slots(1)))? else {
                unreachable!()
            };
            let donor = self.paused.iter().next_back();
            let fork = self.forks && ask.trial(0).get() % 4 == 3;
            return Ok(Asked::Propose(match (fork, donor) {
                (true, Some((donor, from))) => vec![
                    Proposal::fork(*donor, new[0].params().unwrap().clone())
                        .until(at(from.get() * 3)),
                ],
                _ => new.into_iter().map(|new| new.until(at(1))).collect(),
            }));
        }
        Ok(if self.running > 0 {
            Asked::Wait
        } else {
            Asked::Done
        })
    }

    fn tell(&mut self, fact: &Fact) {
        self.inner.tell(fact);
        match fact {
            Fact::Started(_) => {
                self.started += 1;
                self.running += 1;
            }
            Fact::Resumed(resumed) => {
                self.paused.remove(&resumed.trial);
                self.running += 1;
            }
            Fact::Reported(reported) => {
                let loss = (reported.at, reported.values.first());
                self.losses.insert(reported.trial, loss);
            }
            Fact::Paused(paused) => {
                self.paused.insert(paused.trial, paused.at);
                self.running -= 1;
            }
            // One that was cancelled while it was paused was not running.
            Fact::Ended(ended) if self.paused.remove(&ended.trial).is_some() => {}
            Fact::Ended(_) => self.running -= 1,
            _ => {}
        }
    }
}

/// Stops what is worse than the mean of all reports that it knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mean {
    last: BTreeMap<TrialId, f64>,
}

impl Pruner for Mean {
    fn tell(&mut self, fact: &Fact) {
        if let Fact::Reported(reported) = fact {
            self.last.insert(reported.trial, reported.values.first());
        }
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        let mean = self.last.values().sum::<f64>() / self.last.len() as f64;
        if self.last.len() > 2 && self.last[&trial] > 1.3 * mean {
            Verdict::Stop
        } else {
            Verdict::Continue
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}

pub(crate) fn mean() -> Box<dyn Pruner> {
    Box::<Mean>::default()
}

/// The objective: a bowl that gets more exact with more resource.
fn loss(work: &Work, at: u64) -> f64 {
    let (x, n) = (
        work.params.float("x").unwrap(),
        work.params.int("n").unwrap(),
    );
    x * x + n as f64 / 10.0 + work.seed.derive(at).unit() / at as f64
}

/// Evaluates one piece of work to its end, or to its verdict, and finishes it.
pub(crate) fn evaluate<S: Strategy>(study: &mut AskTell<S>, work: &Work) {
    let ladder = study.problem().fidelity.is_some();
    let whole = study
        .problem()
        .fidelity
        .map_or(3, |range| range.max().get());
    let sign = if study.problem().objectives[0].direction == Direction::Maximize {
        -1.0
    } else {
        1.0
    };
    let until = work.until.map_or(whole, Fidelity::get);
    let from = work.origin.at().map_or(0, Fidelity::get);
    let mut outcome = completed(sign * loss(work, until));
    for epoch in from + 1..=until {
        let values = one(sign * loss(work, epoch));
        match study
            .report(work.trial, at(epoch), values, Metrics::default())
            .unwrap()
        {
            Verdict::Continue => {}
            Verdict::Pause if ladder && work.trial.get().is_multiple_of(2) => {
                outcome = Outcome::Stopped;
                break;
            }
            Verdict::Pause => break,
            _ => {
                outcome = Outcome::Stopped;
                break;
            }
        }
    }
    if work.trial.get() % 7 == 5 {
        outcome = Outcome::failed(FailureKind::Error, "every seventh");
    }
    study
        .finish(work.trial, outcome, Metrics::default(), 0)
        .unwrap();
}

/// Drives a study with this many workers, which finish in an order made of `luck`, until it is done or
/// has that many facts; returns its facts.
pub(crate) fn drive<S: Strategy>(
    study: &mut AskTell<S>,
    workers: usize,
    luck: u64,
    most: usize,
) -> (Vec<Entry>, Option<EndReason>) {
    let mut facts = study.take_entries(0);
    let mut busy = study.in_flight();
    let mut turn = 0;
    while facts.len() < most {
        let free = workers.saturating_sub(busy.len());
        let mut done = None;
        if let Some(free) = NonZeroUsize::new(free) {
            match study.ask(free).unwrap() {
                Turn::Work(work) => busy.extend(work),
                Turn::Wait => assert!(!busy.is_empty(), "waits with nothing in flight"),
                Turn::Done(reason) => done = Some(reason),
                _ => unreachable!(),
            }
        }
        facts.extend(study.take_entries(0));
        assert_eq!(study.running(), busy.len());
        if done.is_some() {
            assert!(busy.is_empty());
            return (facts, done);
        }
        if !busy.is_empty() {
            turn += 1;
            let pick = Seed::new(luck).derive(turn).unit() * busy.len() as f64;
            let work = busy.remove(if luck == 0 { 0 } else { pick as usize });
            evaluate(study, &work);
            facts.extend(study.take_entries(0));
        }
    }
    (facts, None)
}

/// A new machine with this log told.
pub(crate) fn replayed<S: Strategy>(
    mut study: AskTell<S>,
    log: &[impl Clone + Into<Entry>],
) -> AskTell<S> {
    for entry in log {
        study.replay(entry.clone().into()).unwrap();
    }
    assert_eq!(study.take_entries(0), [], "a replay is no news");
    study
}

/// Answers by a function of the question and the facts told.
pub(crate) struct Script<F> {
    answer: RefCell<F>,
    /// The facts of trials.
    pub(crate) told: Vec<Fact>,
}

impl<F: FnMut(&Ask, &[Fact]) -> Asked + Send> Script<F> {
    pub(crate) fn new(answer: F) -> Self {
        let told = Vec::new();
        let answer = RefCell::new(answer);
        Self { answer, told }
    }
}

impl<F: FnMut(&Ask, &[Fact]) -> Asked + Send> Strategy for Script<F> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        Ok((self.answer.borrow_mut())(ask, &self.told))
    }

    fn tell(&mut self, fact: &Fact) {
        if fact.trial().is_some() {
            self.told.push(fact.clone());
        }
    }
}

pub(crate) fn params() -> Params {
    space().decode(&[0.5, 0.5]).unwrap()
}

pub(crate) fn start() -> Proposal {
    Proposal::start(params())
}

/// Asks for one piece of work, which there must be.
pub(crate) fn ask<S: Strategy>(study: &mut AskTell<S>) -> Work {
    match study.ask(NonZeroUsize::MIN).unwrap() {
        Turn::Work(mut work) if work.len() == 1 => work.remove(0),
        other => panic!("{other:?}"),
    }
}

/// The entries of each trial in order, and the decisions in order.
pub(crate) fn sorted(log: &[Entry]) -> (BTreeMap<TrialId, Vec<Entry>>, Vec<Entry>) {
    let mut trials = BTreeMap::<_, Vec<_>>::new();
    for entry in log {
        if let Some(trial) = entry.kind.trial() {
            trials.entry(trial).or_default().push(entry.clone());
        }
    }
    let decision = |entry: &&Entry| matches!(fact(entry), Fact::Started(_) | Fact::Resumed(_));
    (trials, log.iter().filter(decision).cloned().collect())
}

/// The fact of an entry.
pub(crate) fn fact(entry: &Entry) -> &Fact {
    match &entry.kind {
        EventKind::Fact(fact) => fact,
        other => panic!("{other:?} is not a fact"),
    }
}

pub(crate) trait TakeFacts {
    /// The facts of trials since the last call.
    fn take_facts(&mut self) -> Vec<Fact>;
}

impl<S: Strategy> TakeFacts for AskTell<S> {
    fn take_facts(&mut self) -> Vec<Fact> {
        let log = self.take_entries(0);
        let facts = log.iter().map(fact).filter(|fact| fact.trial().is_some());
        facts.cloned().collect()
    }
}

pub(crate) type Answer = Box<dyn FnMut(&Ask, &[Fact]) -> Asked + Send>;

/// A study that answers each ask with the next of these, then with nothing more.
pub(crate) fn scripted(problem: Problem, answers: Vec<Asked>) -> AskTell<Script<Answer>> {
    let mut answers = answers.into_iter();
    let answer: Answer = Box::new(move |_, _| answers.next().unwrap_or(Asked::Done));
    AskTell::new(problem, Script::new(answer), Seed::new(0))
}

pub(crate) fn propose(proposal: Proposal) -> Asked {
    Asked::Propose(vec![proposal])
}

pub(crate) fn metrics(value: f64) -> Metrics {
    Metrics::from_iter([("cost", value)])
}

pub(crate) fn report<S: Strategy>(study: &mut AskTell<S>, trial: u64, epoch: u64) -> Verdict {
    let values = one(epoch as f64);
    study
        .report(id(trial), at(epoch), values, Metrics::default())
        .unwrap()
}

pub(crate) fn finish<S: Strategy>(study: &mut AskTell<S>, trial: u64, outcome: Outcome) {
    study
        .finish(id(trial), outcome, Metrics::default(), 7)
        .unwrap();
}

/// The facts since the last call, each in short.
pub(crate) fn short<S: Strategy>(study: &mut AskTell<S>) -> Vec<String> {
    let fact = |fact: &Fact| match fact {
        Fact::Started(f) => format!("{} started", f.trial),
        Fact::Resumed(f) => format!("{} resumed", f.trial),
        Fact::Reported(f) => format!("{} at {}: {}", f.trial, f.at, f.values),
        Fact::Paused(f) => format!("{} paused at {}", f.trial, f.at),
        Fact::Ended(f) => match &f.outcome {
            Outcome::Completed(values) => format!("{} completed: {values}", f.trial),
            Outcome::Stopped => format!("{} stopped", f.trial),
            Outcome::Failed(failure) => format!("{} failed: {failure}", f.trial),
            _ => unreachable!(),
        },
        _ => unreachable!(),
    };
    study.take_facts().iter().map(fact).collect()
}

/// Stops whatever reports more than two.
#[derive(Clone, Default)]
struct Two(Option<f64>);

impl Pruner for Two {
    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Reported(reported) => self.0 = Some(reported.values.first()),
            Fact::Resumed(_) => self.0 = None,
            _ => {}
        }
    }
    fn judge(&self, _: TrialId) -> Verdict {
        match self.0 {
            Some(loss) if loss > 2.0 => Verdict::Stop,
            _ => Verdict::Continue,
        }
    }
    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}

pub(crate) fn two() -> Box<dyn Pruner> {
    Box::<Two>::default()
}
