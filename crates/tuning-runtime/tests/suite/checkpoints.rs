//! Checkpoints of functions: what a trial finds in its folder, and what is left there.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use crate::support::{study, trials};
use tuning_core::{
    Ask, Asked, EndReason, Evaluator, Fact, FailureKind, Fidelity, FidelityRange, Interrupted,
    Params, Problem, Proposal, RunningTrial, Spec, Strategy, StrategyConfig, StrategyError,
    TrialId, Unsupported,
};
use tuning_derive::Tunable;
use tuning_runtime::{
    MemoryJournal, Retry, StudyBuilder, StudyError, asynchronous, asynchronous_typed, blocking,
    blocking_typed,
};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// One piece of work after the other, as written.
#[derive(Clone, Copy, Debug)]
struct Script(fn(Params) -> Vec<Proposal>);

#[derive(Debug)]
struct Scripted {
    script: Vec<Proposal>,
    taken: usize,
    running: usize,
}

impl StrategyConfig for Script {
    type Strategy = Scripted;

    fn spec(&self) -> Spec {
        Spec::new("script")
    }

    fn build(&self, problem: &Problem) -> Result<Scripted, Unsupported> {
        let params = problem.space.decode(&[0.5, 0.5]).unwrap();
        Ok(Scripted {
            script: self.0(params),
            taken: 0,
            running: 0,
        })
    }
}

impl Strategy for Scripted {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        Ok(match self.script.get(self.taken) {
            _ if self.running > 0 => Asked::Wait,
            Some(next) => Asked::Propose(vec![next.clone()]),
            None => Asked::Done,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(_) | Fact::Resumed(_) => {
                self.taken += 1;
                self.running += 1;
            }
            Fact::Paused(_) => self.running -= 1,
            // Work, or a trial that was given up.
            Fact::Ended(_) if self.running > 0 => self.running -= 1,
            Fact::Ended(_) => self.taken += 1,
            _ => {}
        }
    }
}

/// The first trial runs to 1 and to 3, a fork of it to its end, another one is given up, and the first one runs to its
/// end.
fn family(params: Params) -> Vec<Proposal> {
    let first = TrialId::new(0);
    let until = |at| Some(Fidelity::new(at));
    vec![
        Proposal::start(params.clone()).until(until(1)),
        Proposal::resume(first).until(until(3)),
        Proposal::fork(first, params.clone()),
        Proposal::start(params).until(until(1)),
        Proposal::give_up(TrialId::new(2)),
        Proposal::resume(first),
    ]
}

fn ladder(journal: &MemoryJournal, script: fn(Params) -> Vec<Proposal>) -> StudyBuilder {
    study(journal)
        .strategy(Script(script))
        .fidelity(FidelityRange::new(1, 9).unwrap())
}

/// What pieces of work found.
type Found = Arc<Mutex<Vec<(u64, String, PathBuf)>>>;

/// Notes what is in the folder and adds to it. Returns the fidelities that are left.
fn begin(trial: &RunningTrial, dir: PathBuf, found: &Found) -> std::ops::RangeInclusive<u64> {
    let path = dir.join("log");
    let log = fs::read_to_string(&path).unwrap_or_default();
    let from = trial.origin().at().map_or(0, Fidelity::get);
    let until = trial.until().map_or(9, Fidelity::get);
    fs::write(path, format!("{log}{}:{from}-{until} ", trial.id())).unwrap();
    found.lock().unwrap().push((trial.id().get(), log, dir));
    from + 1..=until
}

/// Runs the family, and checks what each piece of work has found and what is left.
async fn check(evaluator: impl Evaluator + 'static, found: &Found) {
    let journal = MemoryJournal::new();
    let mut study = ladder(&journal, family).open().await.unwrap();
    let summary = study.run(evaluator).await.unwrap();
    assert_eq!(summary.reason, EndReason::Exhausted);
    assert_eq!((summary.counts.completed, summary.counts.stopped), (2, 1));
    let found = found.lock().unwrap();
    let logs: Vec<_> = found
        .iter()
        .map(|(trial, log, _)| (*trial, &**log))
        .collect();
    let expected = [
        (0, ""),
        (0, "0:0-1 "),
        (1, "0:0-1 0:1-3 "),
        (2, ""),
        (0, "0:0-1 0:1-3 "),
    ];
    assert_eq!(logs, expected);
    let there: Vec<_> = found.iter().map(|(_, _, dir)| dir.exists()).collect();
    // The last two of the first trial, the fork's, and nothing of what was given up.
    assert_eq!(there, [false, true, true, false, true]);
}

#[tokio::test]
async fn functions_on_threads_resume_and_fork_from_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let found = Found::default();
    let noted = Arc::clone(&found);
    let objective = blocking(move |trial| {
        for at in begin(trial, trial.checkpoint_dir()?, &noted) {
            trial.report(at, 1.0 / at as f64)?;
        }
        Ok::<_, BoxError>(0.1)
    });
    check(objective.checkpoints(folder.path(), "family"), &found).await;
}

#[tokio::test]
async fn async_functions_resume_and_fork_from_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let found = Found::default();
    let noted = Arc::clone(&found);
    let objective = asynchronous(move |trial| {
        let noted = Arc::clone(&noted);
        async move {
            for at in begin(&trial, trial.checkpoint_dir().await?, &noted) {
                trial.report(at, 1.0 / at as f64).await?;
            }
            Ok::<_, BoxError>(0.1)
        }
    });
    check(objective.checkpoints(folder.path(), "family"), &found).await;
}

/// One session that is stopped while the first trial is on its way from 1 to 3, then another one.
#[tokio::test]
async fn a_study_that_is_opened_again_resumes_from_its_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let journal = MemoryJournal::new();
    let found = Found::default();
    for session in 0..2 {
        let mut study = ladder(&journal, family).open().await.unwrap();
        let (handle, noted) = (study.handle(), Arc::clone(&found));
        let objective = blocking(move |trial| {
            let dir = trial.checkpoint_dir()?;
            let left = begin(trial, dir.clone(), &noted);
            if session == 0 && *left.start() == 2 {
                handle.stop_now();
                while trial.stop_reason().is_none() {
                    std::thread::yield_now();
                }
                return Err(Interrupted::Stopped.into());
            }
            for at in left {
                trial.report(at, 1.0 / at as f64)?;
            }
            Ok::<_, BoxError>(0.1)
        });
        let evaluator = objective.checkpoints(folder.path(), "family");
        study.run(evaluator).await.unwrap();
    }
    let found = found.lock().unwrap();
    let logs: Vec<_> = found
        .iter()
        .map(|(trial, log, _)| (*trial, &**log))
        .collect();
    let expected = [
        (0, ""),
        (0, "0:0-1 "),
        // What the work left that was stopped.
        (0, "0:0-1 0:1-3 "),
        (1, "0:0-1 0:1-3 0:1-3 "),
        (2, ""),
        (0, "0:0-1 0:1-3 0:1-3 "),
    ];
    assert_eq!(logs, expected);
}

fn one(params: Params) -> Vec<Proposal> {
    vec![Proposal::start(params)]
}

/// As good as any point.
#[derive(Clone, Debug, Tunable)]
struct Point {
    #[tune(range = -2.0..=2.0)]
    x: f64,
}

/// A training whose first attempt leaves a checkpoint that leads nowhere.
#[derive(Clone, Default)]
struct Dies(Arc<AtomicBool>);

impl Dies {
    fn train(&self, dir: &Path) -> Result<f64, BoxError> {
        let broken = dir.join("broken");
        if broken.exists() {
            return Err("it cannot be read".into());
        }
        if !self.0.swap(true, Ordering::SeqCst) {
            fs::write(broken, "")?;
            return Err("it died".into());
        }
        Ok(0.5)
    }
}

#[tokio::test]
async fn an_attempt_that_fails_with_what_another_left_is_made_again_without() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let evaluators: [fn(PathBuf) -> Box<dyn Evaluator>; 4] = [
        |path| {
            let dies = Dies::default();
            Box::new(
                blocking(move |trial| dies.train(&trial.checkpoint_dir()?)).checkpoints(path, "a"),
            )
        },
        |path| {
            let dies = Dies::default();
            let objective = blocking_typed(move |point: Point, trial| {
                assert!(point.x.abs() <= 2.0);
                dies.train(&trial.checkpoint_dir()?)
            });
            Box::new(objective.checkpoints(path, "a"))
        },
        |path| {
            let dies = Dies::default();
            let objective = asynchronous(move |trial| {
                let dies = dies.clone();
                async move { dies.train(&trial.checkpoint_dir().await?) }
            });
            Box::new(objective.checkpoints(path, "a"))
        },
        |path| {
            let dies = Dies::default();
            let objective = asynchronous_typed(move |_: Point, trial| {
                let dies = dies.clone();
                async move { dies.train(&trial.checkpoint_dir().await?) }
            });
            Box::new(objective.checkpoints(path, "a"))
        },
    ];
    for (number, evaluator) in evaluators.into_iter().enumerate() {
        let journal = MemoryJournal::new();
        let retry = Retry::never().on(FailureKind::Error, 1);
        let study = ladder(&journal, one).retry(retry.backoff(Duration::ZERO, 1.0, Duration::ZERO));
        let evaluator = evaluator(path(&number.to_string()));
        study.open().await.unwrap().run(evaluator).await.unwrap();
        let trial = &trials(&journal)[0];
        assert_eq!(
            (trial.failure.clone(), trial.retries),
            (None, 1),
            "{number}"
        );
    }
}

#[tokio::test]
async fn one_that_has_reported_keeps_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let journal = MemoryJournal::new();
    let attempts = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&attempts);
    let objective = blocking(move |trial| {
        let dir = trial.checkpoint_dir()?;
        let attempt = count.fetch_add(1, Ordering::SeqCst);
        fs::write(dir.join(attempt.to_string()), "")?;
        trial.report(1, 0.5)?;
        match fs::read_dir(dir)?.count() {
            3 => Ok(0.5),
            _ => Err(BoxError::from("not yet")),
        }
    });
    let retry = Retry::never().on(FailureKind::Error, 5);
    let study = ladder(&journal, one).retry(retry.backoff(Duration::ZERO, 1.0, Duration::ZERO));
    let evaluator = objective.checkpoints(folder.path(), "a");
    study.open().await.unwrap().run(evaluator).await.unwrap();
    assert_eq!(attempts.load(Ordering::SeqCst), 3);
    assert_eq!(trials(&journal)[0].failure, None);
}

#[tokio::test]
async fn without_a_folder_the_error_says_how_to_name_one() {
    let journal = MemoryJournal::new();
    let objective = blocking(|trial| {
        trial.checkpoint_dir()?;
        Ok::<_, BoxError>(0.5)
    });
    let mut study = ladder(&journal, one).open().await.unwrap();
    study.run(objective).await.unwrap();
    let failure = trials(&journal)[0].failure.clone().unwrap();
    assert_eq!(
        &*failure.reason,
        "trial 0 has no folder for its checkpoint: name one for the evaluator, as in `.checkpoints(\"checkpoints/mnist\", \
         \"mnist\")`"
    );
}

#[tokio::test]
async fn a_folder_that_takes_no_files_ends_the_session_and_costs_no_trial() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let journal = MemoryJournal::new();
    let mut study = ladder(&journal, one).open().await.unwrap();
    let evaluator = |path: &Path| {
        let objective = blocking(|trial| {
            trial.checkpoint_dir()?;
            Ok::<_, BoxError>(0.5)
        });
        objective.checkpoints(path, "a")
    };
    let error = study.run(evaluator(&file)).await.unwrap_err();
    assert!(
        matches!(&error, StudyError::Halted { reason, .. } if reason.contains(&file.display().to_string())),
        "{error}"
    );
    let summary = study.run(evaluator(folder.path())).await.unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (1, 0));
}
