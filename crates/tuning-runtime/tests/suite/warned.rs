//! Evaluators that do not begin or end where they were asked to: the person is warned, once per study, and no decision
//! changes.

use tuning_core::{
    Ask, Asked, Evaluator, EventKind, Fact, Fidelity, FidelityRange, Journal as _, Metrics, Order,
    Outcome, Params, Problem, Proposal, Seq, Spec, Strategy, StrategyConfig, StrategyError,
    TrialId, Turn, Unsupported, Values, Warned, Warning,
};
use tuning_runtime::{BlockingTrial, MemoryJournal, StudyBuilder, asynchronous, blocking};

use crate::support::{study, trials};

/// Each trial runs to 3 and is resumed to its end; there are three, one after the other.
#[derive(Clone, Copy, Debug)]
struct Twice;

#[derive(Debug)]
struct InTwo {
    params: Params,
    paused: Option<TrialId>,
    started: u64,
    running: bool,
}

impl StrategyConfig for Twice {
    type Strategy = InTwo;

    fn spec(&self) -> Spec {
        Spec::new("twice")
    }

    fn build(&self, problem: &Problem) -> Result<InTwo, Unsupported> {
        Ok(InTwo {
            params: problem.space.decode(&[0.5, 0.5]).unwrap(),
            paused: None,
            started: 0,
            running: false,
        })
    }
}

impl Strategy for InTwo {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        let start = || Proposal::start(self.params.clone()).until(Fidelity::new(3));
        Ok(match self.paused {
            _ if self.running => Asked::Wait,
            Some(trial) => Asked::Propose(vec![Proposal::resume(trial)]),
            None if self.started < 3 => Asked::Propose(vec![start()]),
            None => Asked::Done,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(_) => (self.started, self.running) = (self.started + 1, true),
            Fact::Resumed(_) => (self.paused, self.running) = (None, true),
            Fact::Paused(paused) => (self.paused, self.running) = (Some(paused.trial), false),
            Fact::Ended(_) => self.running = false,
            _ => {}
        }
    }
}

fn ladder(journal: &MemoryJournal) -> StudyBuilder {
    study(journal)
        .strategy(Twice)
        .fidelity(FidelityRange::new(1, 9).unwrap())
        .order(Order::AsFinished)
}

async fn warned(journal: &MemoryJournal) -> Vec<Warned> {
    let entries = journal.clone().read(Seq::ZERO, 10_000).await.unwrap();
    let warned = entries.into_iter().filter_map(|entry| match entry.kind {
        EventKind::Warned(warned) => Some(warned),
        _ => None,
    });
    warned.collect()
}

async fn run(evaluator: impl Evaluator + 'static) -> MemoryJournal {
    let journal = MemoryJournal::new();
    let mut study = ladder(&journal).open().await.unwrap();
    study.run(evaluator).await.unwrap();
    journal
}

fn both() -> [Warned; 2] {
    let at = Fidelity::new;
    let beyond = Warning::Beyond {
        until: at(3),
        at: at(4),
    };
    let repeated = Warning::Repeated {
        from: at(3),
        at: at(1),
    };
    [beyond, repeated].map(|warning| Warned::new(TrialId::new(0), warning))
}

fn proper(trial: &BlockingTrial) -> f64 {
    let from = trial.origin().at().map_or(0, Fidelity::get);
    let until = trial.until().map_or(9, Fidelity::get);
    for epoch in from + 1..=until {
        let _ = trial.report(epoch, 1.0 / epoch as f64);
    }
    1.0 / until as f64
}

#[tokio::test]
async fn who_ignores_from_and_until_is_warned_once_and_the_trials_are_the_same() {
    let ignorant = run(blocking(|trial| {
        for epoch in 1..=9_u64 {
            let _ = trial.report(epoch, 1.0 / epoch as f64);
        }
        1.0 / 9.0
    }))
    .await;
    assert_eq!(warned(&ignorant).await, both());
    let proper = run(blocking(proper)).await;
    assert_eq!(warned(&proper).await, []);
    let reports = |journal: &MemoryJournal| -> Vec<_> {
        let trials = trials(journal);
        let of = |trial: &tuning_core::Trial| {
            (trial.resource(), trial.reports.len(), trial.values.clone())
        };
        trials.iter().map(of).collect()
    };
    assert_eq!(reports(&ignorant), reports(&proper));
}

#[tokio::test]
async fn async_functions_are_warned_alike_and_a_second_session_says_nothing_again() {
    let whole = || {
        asynchronous(|trial| async move {
            for epoch in 1..=9_u64 {
                let _ = trial.report(epoch, 1.0 / epoch as f64).await;
            }
            1.0 / 9.0
        })
    };
    let journal = MemoryJournal::new();
    for trials in [1, 3] {
        let study = ladder(&journal).trials(trials);
        study.open().await.unwrap().run(whole()).await.unwrap();
        assert_eq!(warned(&journal).await, both());
    }
}

#[tokio::test]
async fn a_loop_of_the_callers_own_is_warned_alike() {
    let journal = MemoryJournal::new();
    let mut study = ladder(&journal).open().await.unwrap();
    let mut session = study.manual().await.unwrap();
    while let Turn::Work(work) = session.ask(std::num::NonZeroUsize::MIN).await.unwrap() {
        for work in work {
            for epoch in 1..=9 {
                let (at, values) = (Fidelity::new(epoch), Values::one(1.0 / epoch as f64));
                let report = session.report(work.trial, at, values.unwrap(), Metrics::default());
                report.await.unwrap();
            }
            let outcome = Outcome::Completed(Values::one(1.0 / 9.0).unwrap());
            let finish = session.finish(work.trial, outcome, Metrics::default());
            finish.await.unwrap();
        }
    }
    session.close().await.unwrap();
    assert_eq!(warned(&journal).await, both());
}
