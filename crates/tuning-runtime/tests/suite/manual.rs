//! Studies whose trials the caller evaluates: the same decisions, facts and promises as those that run.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use crate::support::{Climber, Random, Seen, StopEvery, decisions, space, trials};
use tuning_core::{
    Ask, Asked, Budget, EndReason, Fact, FailureKind, Fidelity, FidelityRange, Metrics, Order,
    Outcome, Problem, Proposal, Seed, Spec, Strategy, StrategyConfig, StrategyError, TellError,
    TrialId, TrialState, Turn, Unsupported, Values, Verdict, Work,
};
use tuning_runtime::{
    Delivery, Executor, ManualSession, MemoryJournal, Retry, Study, StudyBuilder, StudyError,
    asynchronous,
    sim::{FaultyJournal, SimExecutor},
};

fn study(journal: &MemoryJournal) -> StudyBuilder {
    Study::builder("manual", space())
        .minimize("loss")
        .strategy(Climber)
        .trials(30)
        .workers(1)
        .journal(journal.clone())
}

fn slots(n: usize) -> NonZeroUsize {
    NonZeroUsize::new(n).unwrap()
}

fn loss(x: f64) -> Outcome {
    Outcome::Completed(Values::one((x - 1.3).powi(2)).unwrap())
}

async fn finish(session: &mut ManualSession<'_>, work: &Work) -> TrialState {
    let outcome = loss(work.params.float("x").unwrap());
    let told = session.finish(work.trial, outcome, Metrics::default());
    told.await.unwrap()
}

/// Evaluates this many trials, one at a time; returns why it ended, if it did.
async fn evaluate(session: &mut ManualSession<'_>, n: usize) -> Option<EndReason> {
    for _ in 0..n {
        match session.ask(NonZeroUsize::MIN).await.unwrap() {
            Turn::Work(work) => assert_eq!(finish(session, &work[0]).await, TrialState::Completed),
            Turn::Done(reason) => return Some(reason),
            other => panic!("{other:?}"),
        }
    }
    None
}

#[tokio::test]
async fn a_loop_of_ones_own_decides_as_a_run_with_one_worker() {
    let (ours, theirs) = (MemoryJournal::new(), MemoryJournal::new());
    let mut run = study(&theirs).open().await.unwrap();
    run.run(asynchronous(|trial| async move {
        let x = trial.params().float("x")?;
        Ok::<_, tuning_core::ParamsError>((x - 1.3).powi(2))
    }))
    .await
    .unwrap();

    let mut study = study(&ours).open().await.unwrap();
    let mut session = study.manual().await.unwrap();
    assert_eq!(evaluate(&mut session, 31).await, Some(EndReason::Trials));
    let summary = session.close().await.unwrap();
    assert_eq!(
        (summary.reason, summary.counts.completed),
        (EndReason::Trials, 30)
    );
    assert_eq!(decisions(&ours), decisions(&theirs));
}

#[tokio::test]
async fn what_was_handed_out_and_never_told_is_handed_out_again_first() {
    let journal = MemoryJournal::new();
    let mut first = study(&journal).open().await.unwrap();
    let mut session = first.manual().await.unwrap();
    evaluate(&mut session, 3).await;
    let Turn::Work(lost) = session.ask(slots(2)).await.unwrap() else {
        panic!("two slots are free")
    };
    // Nothing is closed: as after a kill.
    drop(first);

    let mut second = study(&journal).open().await.unwrap();
    let mut session = second.manual().await.unwrap();
    let ready: Vec<_> = session.ready().map(|work| work.trial.get()).collect();
    assert_eq!(ready, [3, 4]);
    let Turn::Work(again) = session.ask(slots(3)).await.unwrap() else {
        panic!("two wait, and one is new")
    };
    assert_eq!(again.len(), 3);
    for (before, now) in lost.iter().zip(&again) {
        assert_eq!((before.trial, &before.params), (now.trial, &now.params));
        assert_eq!((before.seed, now.attempt), (now.seed, 1));
    }
    for work in &again {
        finish(&mut session, work).await;
    }
    let summary = session.close().await.unwrap();
    assert_eq!(
        (
            summary.reason,
            summary.counts.completed,
            summary.counts.retries
        ),
        (EndReason::Stopped, 6, 2)
    );
}

#[tokio::test]
async fn a_result_that_comes_after_a_restart_is_taken_before_its_trial_is_handed_out_again() {
    let journal = MemoryJournal::new();
    let mut first = study(&journal).open().await.unwrap();
    let mut session = first.manual().await.unwrap();
    let Turn::Work(work) = session.ask(slots(1)).await.unwrap() else {
        panic!("nothing is in flight")
    };
    drop(first);
    let mut second = study(&journal).open().await.unwrap();
    let mut session = second.manual().await.unwrap();
    finish(&mut session, &work[0]).await;
    let Turn::Work(next) = session.ask(slots(1)).await.unwrap() else {
        panic!("nothing is in flight")
    };
    assert_eq!(next[0].trial, TrialId::new(1));
}

#[tokio::test]
async fn a_result_for_a_trial_that_does_not_run_is_refused_and_the_session_goes_on() {
    let journal = MemoryJournal::new();
    let mut study = study(&journal).open().await.unwrap();
    let mut session = study.manual().await.unwrap();
    evaluate(&mut session, 1).await;
    let before = journal.entries().len();
    for trial in [0, 7] {
        let trial = TrialId::new(trial);
        let told = session.finish(trial, loss(0.0), Metrics::default()).await;
        let refused = StudyError::Tell(TellError::NotRunning { trial });
        assert_eq!(told.unwrap_err().to_string(), refused.to_string());
        let values = Values::one(0.0).unwrap();
        let reported = session.report(trial, 1, values, Metrics::default()).await;
        assert!(matches!(reported, Err(StudyError::Tell(_))));
    }
    assert_eq!(journal.entries().len(), before);
    assert_eq!(evaluate(&mut session, 30).await, Some(EndReason::Trials));
}

#[tokio::test]
async fn failures_are_tried_again_as_often_as_the_study_says_also_across_sessions() {
    let journal = MemoryJournal::new();
    let builder = || study(&journal).retry(Retry::never().on(FailureKind::Error, 2));
    let failed = || Outcome::failed(FailureKind::Error, "no");
    let mut first = builder().open().await.unwrap();
    let mut session = first.manual().await.unwrap();
    session.ask(slots(1)).await.unwrap();
    let trial = TrialId::new(0);
    let told = session.finish(trial, failed(), Metrics::default()).await;
    assert_eq!(told.unwrap(), TrialState::Running);
    drop(first);

    let mut second = builder().open().await.unwrap();
    let mut session = second.manual().await.unwrap();
    for (attempt, state) in [(2, TrialState::Running), (3, TrialState::Failed)] {
        let Turn::Work(work) = session.ask(slots(1)).await.unwrap() else {
            panic!("it is tried again")
        };
        assert_eq!((work[0].trial, work[0].attempt), (trial, attempt));
        let told = session.finish(trial, failed(), Metrics::default()).await;
        assert_eq!(told.unwrap(), state);
    }
    assert_eq!(trials(&journal)[0].retries, 3);
}

/// Proposes one trial until 3, then resumes it to its end.
struct Ladder;

#[derive(Default)]
struct Climb {
    paused: bool,
    started: bool,
    ended: bool,
}

impl StrategyConfig for Ladder {
    type Strategy = Climb;

    fn spec(&self) -> Spec {
        Spec::new("ladder")
    }

    fn build(&self, _: &Problem) -> Result<Climb, Unsupported> {
        Ok(Climb::default())
    }
}

impl Strategy for Climb {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        let params = space().decode(&[0.5, 0.5]).unwrap();
        Ok(match (self.started, self.paused, self.ended) {
            (false, ..) => Asked::Propose(vec![Proposal::start(params).until(Fidelity::new(3))]),
            (_, true, _) => Asked::Propose(vec![Proposal::resume(TrialId::new(0))]),
            (_, _, true) => Asked::Done,
            _ => Asked::Wait,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        self.started |= matches!(fact, Fact::Started(_));
        self.paused = matches!(fact, Fact::Paused(_));
        self.ended |= matches!(fact, Fact::Ended(_));
    }
}

#[tokio::test]
async fn trials_pause_and_are_resumed() {
    let journal = MemoryJournal::new();
    let builder = study(&journal).strategy(Ladder);
    let builder = builder.fidelity(FidelityRange::new(1, 9).unwrap());
    let mut study = builder.open().await.unwrap();
    let mut session = study.manual().await.unwrap();
    let Turn::Work(work) = session.ask(slots(1)).await.unwrap() else {
        panic!("it begins")
    };
    assert_eq!(work[0].until, Some(Fidelity::new(3)));
    assert_eq!(session.ask(slots(1)).await.unwrap(), Turn::Wait);
    let value = |v| Values::one(v).unwrap();
    let trial = work[0].trial;
    for (at, verdict) in [(1, Verdict::Continue), (3, Verdict::Pause)] {
        let told = session.report(trial, at, value(1.0), Metrics::default());
        assert_eq!(told.await.unwrap(), verdict);
    }
    let told = session.finish(trial, Outcome::Stopped, Metrics::default());
    assert_eq!(told.await.unwrap(), TrialState::Paused);
    let Turn::Work(work) = session.ask(slots(1)).await.unwrap() else {
        panic!("it continues")
    };
    assert_eq!(
        (work[0].origin.at(), work[0].until),
        (Some(Fidelity::new(3)), None)
    );
    assert_eq!(finish(&mut session, &work[0]).await, TrialState::Completed);
    assert_eq!(
        session.ask(slots(1)).await.unwrap(),
        Turn::Done(EndReason::Exhausted)
    );
}

#[tokio::test]
async fn results_are_told_in_the_order_of_proposals_if_the_study_says_so() {
    let decide = async |turns: [usize; 3]| {
        let journal = MemoryJournal::new();
        let order = Order::AsProposed { lag: slots(3) };
        let mut study = study(&journal).order(order).open().await.unwrap();
        let mut session = study.manual().await.unwrap();
        while let Turn::Work(work) = session.ask(slots(3)).await.unwrap() {
            for place in turns.into_iter().filter(|place| *place < work.len()) {
                finish(&mut session, &work[place]).await;
            }
        }
        decisions(&journal)
    };
    assert_eq!(decide([0, 1, 2]).await, decide([2, 0, 1]).await);
}

#[test]
fn no_trial_is_handed_out_when_the_time_is_up() {
    let sim = SimExecutor::new(Seed::new(1));
    let journal = MemoryJournal::new();
    let open = || {
        let budget = Budget::unlimited().time(Duration::from_secs(100));
        study(&journal)
            .budget(budget)
            .executor(Arc::new(sim.clone()))
            .open()
    };
    let ended = sim.run(async {
        let mut first = open().await.unwrap();
        let mut session = first.manual().await.unwrap();
        let Turn::Work(work) = session.ask(slots(2)).await.unwrap() else {
            panic!("there is time")
        };
        sim.sleep(Duration::from_secs(60)).await;
        finish(&mut session, &work[0]).await;
        drop(first);

        let mut second = open().await.unwrap();
        let mut session = second.manual().await.unwrap();
        let Turn::Work(work) = session.ask(slots(1)).await.unwrap() else {
            panic!("there is some time left")
        };
        sim.sleep(Duration::from_secs(41)).await;
        assert_eq!(session.ask(slots(1)).await.unwrap(), Turn::Wait);
        finish(&mut session, &work[0]).await;
        let turn = session.ask(slots(1)).await.unwrap();
        (turn, session.close().await.unwrap().reason)
    });
    let ended = ended.expect("no deadlock");
    assert_eq!(ended, (Turn::Done(EndReason::Time), EndReason::Time));
}

#[tokio::test]
async fn a_journal_that_fails_ends_the_session_and_nothing_is_taken_after_it() {
    let journal = MemoryJournal::new();
    let faulty = FaultyJournal::after(4, journal.clone());
    let mut study = study(&journal).journal(faulty).open().await.unwrap();
    let mut session = study.manual().await.unwrap();
    let mut failed = None;
    while failed.is_none() {
        failed = match session.ask(slots(1)).await {
            Ok(Turn::Work(work)) => {
                let told = session.finish(work[0].trial, loss(0.0), Metrics::default());
                told.await.err()
            }
            Ok(other) => panic!("{other:?}"),
            Err(error) => Some(error),
        };
    }
    assert!(matches!(failed, Some(StudyError::Journal(_))), "{failed:?}");
    let kept = journal.entries();
    assert!(matches!(
        session.ask(slots(1)).await,
        Err(StudyError::Abandoned)
    ));
    assert!(session.close().await.is_err());
    assert_eq!(journal.entries(), kept);
}

#[tokio::test]
async fn a_strategy_that_panics_or_fails_ends_the_session_and_the_results_stay() {
    struct Fragile(bool);
    struct Breaks(bool, u32);
    impl StrategyConfig for Fragile {
        type Strategy = Breaks;
        fn spec(&self) -> Spec {
            Spec::new("climber")
        }
        fn build(&self, _: &Problem) -> Result<Breaks, Unsupported> {
            Ok(Breaks(self.0, 0))
        }
    }
    impl Strategy for Breaks {
        fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
            assert!(self.1 < 5 || !self.0, "I cannot");
            if self.1 >= 5 {
                return Err(StrategyError::new("I will not"));
            }
            let params = space().decode(&[0.5, 0.5]).unwrap();
            Ok(Asked::Propose(vec![Proposal::start(params)]))
        }
        fn tell(&mut self, fact: &Fact) {
            self.1 += u32::from(fact.trial().is_some());
        }
    }
    for (panics, words) in [(true, "I cannot"), (false, "I will not")] {
        let journal = MemoryJournal::new();
        let mut broken = study(&journal)
            .strategy(Fragile(panics))
            .open()
            .await
            .unwrap();
        let mut session = broken.manual().await.unwrap();
        evaluate(&mut session, 3).await;
        let error = session.ask(slots(1)).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
        assert!(session.ask(slots(1)).await.is_err());
        drop(broken);
        let mut repaired = study(&journal).open().await.unwrap();
        let mut session = repaired.manual().await.unwrap();
        assert_eq!(evaluate(&mut session, 40).await, Some(EndReason::Trials));
        assert_eq!(session.close().await.unwrap().counts.completed, 30);
    }
}

#[tokio::test]
async fn observers_watch_and_the_same_study_can_be_run_afterwards() {
    let (journal, seen) = (MemoryJournal::new(), Seen::default());
    let mut study = study(&journal)
        .strategy(Random)
        .observe(seen.clone(), Delivery::lossless())
        .open()
        .await
        .unwrap();
    let mut session = study.manual().await.unwrap();
    evaluate(&mut session, 10).await;
    session.close().await.unwrap();
    assert_eq!(
        seen.numbers().len(),
        journal.entries().len() - 1,
        "all but `created`"
    );
    let summary = study
        .run(asynchronous(
            |trial| async move { trial.params().float("x") },
        ))
        .await
        .unwrap();
    assert_eq!((summary.session, summary.counts.completed), (2, 30));
}

#[tokio::test]
async fn a_pruned_trial_is_stopped_whatever_is_told_also_after_a_restart() {
    let journal = MemoryJournal::new();
    let mut open = study(&journal).pruner(StopEvery(1)).open().await.unwrap();
    let mut hand = open.manual().await.unwrap();
    let Turn::Work(work) = hand.ask(slots(2)).await.unwrap() else {
        panic!("it has room")
    };
    for work in &work {
        let told = hand.report(work.trial, 1, Values::one(0.5).unwrap(), Metrics::default());
        assert_eq!(told.await.unwrap(), Verdict::Stop);
    }
    assert_eq!(finish(&mut hand, &work[0]).await, TrialState::Stopped);
    drop(hand);
    drop(open);
    let mut again = study(&journal).pruner(StopEvery(1)).open().await.unwrap();
    let mut hand = again.manual().await.unwrap();
    assert_eq!(finish(&mut hand, &work[1]).await, TrialState::Stopped);
}

#[tokio::test]
async fn answers_that_wait_for_one_commit_are_committed_together_and_survive_an_error() {
    /// Counts its appends.
    struct Counting(MemoryJournal, std::sync::Arc<std::sync::atomic::AtomicU64>);
    #[async_trait::async_trait]
    impl tuning_core::Journal for Counting {
        async fn append(
            &mut self,
            after: tuning_core::Seq,
            entries: &[tuning_core::Entry],
        ) -> Result<tuning_core::Seq, tuning_core::JournalError> {
            self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            self.0.append(after, entries).await
        }
        async fn read(
            &mut self,
            after: tuning_core::Seq,
            limit: usize,
        ) -> Result<Vec<tuning_core::Entry>, tuning_core::JournalError> {
            self.0.read(after, limit).await
        }
    }
    let (kept, appends) = (MemoryJournal::new(), std::sync::Arc::default());
    let journal = Counting(kept.clone(), std::sync::Arc::clone(&appends));
    let mut study = Study::builder("grouped", space())
        .minimize("loss")
        .strategy(Random)
        .trials(50)
        .journal(journal)
        .open()
        .await
        .unwrap();
    let mut session = study.manual().await.unwrap();
    let appended = || appends.load(std::sync::atomic::Ordering::SeqCst);
    let before = (appended(), kept.entries().len());
    session.defer();
    for _ in 0..20 {
        let Turn::Work(work) = session.ask(NonZeroUsize::MIN).await.unwrap() else {
            panic!("it has work");
        };
        let loss = Outcome::Completed(Values::one(1.0).unwrap());
        session
            .finish(work[0].trial, loss, Metrics::default())
            .await
            .unwrap();
    }
    // A result that cannot be taken changes nothing of that.
    let unknown = session
        .finish(TrialId::new(99), Outcome::Stopped, Metrics::default())
        .await;
    assert!(matches!(unknown, Err(StudyError::Tell(_))), "{unknown:?}");
    assert_eq!((appended(), kept.entries().len()), before);
    session.commit().await.unwrap();
    assert_eq!(appended(), before.0 + 1);
    // 20 trials that began and ended, and the budget.
    assert_eq!(kept.entries().len(), before.1 + 41);
    session.ask(NonZeroUsize::MIN).await.unwrap();
    assert_eq!(kept.entries().len(), before.1 + 42, "one by one again");
}
