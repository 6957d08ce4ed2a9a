//! A scripted driver, and short ways to run a script as a trial.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use tempfile::TempDir;
use tokio::sync::watch;
use tuning_command::CommandSpec;
use tuning_core::{
    Evaluator as _, Failure, FailureKind, Fidelity, Literal, Objective, Objectives, Outcome,
    Parameter, Params, RunningTrial, Seed, Space, StopReason, TrialId, TrialLink, Values, Verdict,
    Work,
};

/// What a test's driver says to a report at a step.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Answer {
    Verdict(Verdict),
    /// Says to continue, and asks the trial to stop for this reason.
    Ask(StopReason),
    /// Never answers, and asks the trial to stop for this reason.
    Hang(StopReason),
}

/// A driver that answers by a table and notes what it is told.
#[derive(Debug)]
pub(crate) struct Link {
    answers: BTreeMap<u64, Answer>,
    reports: Mutex<Vec<(u64, Vec<f64>)>>,
    metrics: Mutex<Vec<(String, f64)>>,
    asked: watch::Sender<Option<StopReason>>,
}

impl Link {
    pub(crate) fn new(answers: impl IntoIterator<Item = (u64, Answer)>) -> Arc<Self> {
        Arc::new(Self {
            answers: answers.into_iter().collect(),
            reports: Mutex::default(),
            metrics: Mutex::default(),
            asked: watch::Sender::new(None),
        })
    }

    pub(crate) fn ask(&self, reason: StopReason) {
        self.asked.send_replace(Some(reason));
    }

    pub(crate) fn reports(&self) -> Vec<(u64, Vec<f64>)> {
        self.reports.lock().unwrap().clone()
    }

    pub(crate) fn metrics(&self) -> Vec<(String, f64)> {
        self.metrics.lock().unwrap().clone()
    }

    /// Resolves after the first report.
    pub(crate) async fn reported(&self) {
        until("a report", || !self.reports().is_empty()).await;
    }
}

#[async_trait]
impl TrialLink for Link {
    async fn report(&self, at: Fidelity, values: Values) -> Verdict {
        let report = (at.get(), values.as_slice().to_vec());
        self.reports.lock().unwrap().push(report);
        match self.answers.get(&at.get()) {
            None => Verdict::Continue,
            Some(Answer::Verdict(verdict)) => *verdict,
            Some(Answer::Ask(reason)) => {
                self.ask(*reason);
                Verdict::Continue
            }
            Some(Answer::Hang(reason)) => {
                self.ask(*reason);
                std::future::pending().await
            }
        }
    }

    fn metric(&self, name: &str, value: f64) {
        self.metrics.lock().unwrap().push((name.to_owned(), value));
    }

    fn fail(&self, _failure: Failure) {}

    fn stop_reason(&self) -> Option<StopReason> {
        *self.asked.borrow()
    }

    async fn stopped(&self) -> StopReason {
        let mut asked = self.asked.subscribe();
        let reason = *asked
            .wait_for(Option::is_some)
            .await
            .expect("the link holds the sender");
        reason.expect("waited for")
    }
}

/// A study's folder, and what its trials have in common.
pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) space: Space,
    pub(crate) objectives: Objectives,
}

impl Bench {
    /// One objective `loss`, and parameters as they come in `params`.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            space: Space::new([
                Parameter::float("lr", 1e-9, 10.0),
                Parameter::categorical("opt", ["adam", "sgd"]),
                Parameter::float("momentum", 0.0, 1.0).when("opt", ["sgd"]),
            ])
            .unwrap(),
            objectives: Objectives::minimize("loss").unwrap(),
        }
    }

    pub(crate) fn objectives(mut self, names: &[&str]) -> Self {
        self.objectives =
            Objectives::new(names.iter().map(|name| Objective::minimize(*name))).unwrap();
        self
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        let bytes = fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    pub(crate) fn trials(&self) -> PathBuf {
        self.path("trials")
    }

    /// A script as a program, run in the study's folder.
    pub(crate) fn script(&self, text: &str) -> CommandSpec {
        let path = self.path("script.sh");
        fs::write(&path, text).unwrap();
        self.spec(CommandSpec::new(["sh", path.to_str().unwrap()]))
    }

    pub(crate) fn spec(&self, spec: CommandSpec) -> CommandSpec {
        spec.workdir(self.folder.path())
            .trials_dir(self.trials())
            .grace(Duration::from_secs(60))
    }

    pub(crate) fn adam(&self) -> Params {
        let values: [(_, Literal); 2] = [("lr", 0.1.into()), ("opt", "adam".into())];
        self.space.params(values).unwrap()
    }

    pub(crate) fn sgd(&self) -> Params {
        let values: [(_, Literal); 3] = [
            ("lr", 1e-7.into()),
            ("opt", "sgd".into()),
            ("momentum", 0.1.into()),
        ];
        self.space.params(values).unwrap()
    }

    pub(crate) fn work(&self, trial: u64) -> Work {
        Work::new(TrialId::new(trial), self.adam(), Seed::new(u64::MAX))
    }

    pub(crate) fn trial(&self, work: Work, link: &Arc<Link>) -> RunningTrial {
        RunningTrial::new(work, self.objectives.clone(), link.clone())
    }

    pub(crate) async fn run(&self, spec: &CommandSpec, work: Work) -> Outcome {
        self.run_with(spec, work, &Link::new([])).await
    }

    pub(crate) async fn run_with(
        &self,
        spec: &CommandSpec,
        work: Work,
        link: &Arc<Link>,
    ) -> Outcome {
        let evaluator = spec.clone().build(&self.space).unwrap();
        let trial = self.trial(work, link);
        let evaluation = evaluator.evaluate(trial);
        // Nothing here takes long; what hangs is to fail, not to hang the tests.
        tokio::time::timeout(Duration::from_secs(60), evaluation)
            .await
            .expect("it hangs")
    }

    /// Runs a script as trial 0.
    pub(crate) async fn outcome(&self, script: &str) -> Outcome {
        self.run(&self.script(script), self.work(0)).await
    }
}

pub(crate) fn completed(values: &[f64]) -> Outcome {
    Outcome::Completed(Values::new(values.iter().copied()).unwrap())
}

#[track_caller]
pub(crate) fn failed(outcome: &Outcome, kind: FailureKind, expect: &[&str]) {
    let failure = outcome.failure().unwrap_or_else(|| panic!("{outcome:?}"));
    assert_eq!(failure.kind, kind, "{failure}");
    for part in expect {
        assert!(failure.reason.contains(part), "no `{part}` in: {failure}");
    }
}

/// Whether a process runs (one that only waits to be reaped does not).
pub(crate) fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ")
        .is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

pub(crate) fn pid(path: &Path) -> u32 {
    fs::read_to_string(path).unwrap().trim().parse().unwrap()
}

pub(crate) async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "waited for {what} in vain"
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

pub(crate) async fn dead(pid: u32) {
    until("the end of a process", || !runs(pid)).await;
}
