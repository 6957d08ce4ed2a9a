//! [`CommandEvaluator`]: runs a program for each piece of work.

use std::{ffi::OsString, io, path::Path, pin::pin, process::ExitStatus, sync::Arc};

use async_trait::async_trait;
use tokio::{
    join,
    process::Command,
    select,
    sync::{oneshot, watch},
    task::spawn_blocking,
};
use tuning_core::{
    Evaluator, Failure, FailureKind, Outcome, RunningTrial, Space, StopReason, TrialId, Values,
};

use crate::{
    error::CommandError,
    explain::{describe, not_started},
    folder::{TrialFolder, cannot},
    intake::Intake,
    owner::TrialsFolder,
    process::Process,
    pump::{Decision, Listener, Phase, Pump},
    record::ProcessRecord,
    regular, result_file,
    results::Results,
    spec::{CommandSpec, Item, Line, Plan},
    variables::{ENVIRONMENT, Variables},
};

/// Runs a program for each piece of work; made by [`CommandSpec::build`].
///
/// The [module](crate) says what the program is given and what is expected of it. It needs a tokio
/// runtime with I/O and time (`enable_all`).
#[derive(Clone, Debug)]
pub struct CommandEvaluator(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    spec: CommandSpec,
    plan: Plan,
    /// Of a study that has a name.
    _folder: Option<TrialsFolder>,
}

/// Why a running program is not waited for any more.
#[derive(Debug)]
enum End {
    Exited(ExitStatus),
    Decided(Decision),
    Asked(StopReason),
}

/// Why a program was not run, or did not end well.
#[derive(Debug)]
enum Trouble {
    /// A matter of this trial.
    OfOne(Failure),
    /// The program ended by itself and had measured nothing.
    Silent(Failure),
    /// No trial can do anything about it.
    OfAll(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::OfOne(failure)
    }
}

/// The longest result file that is read.
const LONGEST_RESULT: u64 = 1 << 20;

#[async_trait]
impl Evaluator for CommandEvaluator {
    async fn evaluate(&self, trial: RunningTrial) -> Outcome {
        let inner = &*self.0;
        let begun = async {
            // A program must not run for a trial of which no record is left.
            match trial.committed().await {
                true => Some(inner.prepare(&trial).await),
                false => None,
            }
        };
        let folder = select! {
            reason = trial.stopped() => return stopped(reason),
            folder = begun => folder,
        };
        let Some(folder) = folder else {
            return stopped(StopReason::Stopping);
        };
        let outcome = match folder {
            Ok(folder) => inner.run_from(&trial, folder).await,
            Err(failure) => Err(failure.into()),
        };
        let failure = match outcome {
            Ok(outcome) => return outcome,
            Err(Trouble::OfAll(failure)) => {
                trial.halt(&failure.reason);
                failure
            }
            Err(Trouble::OfOne(failure) | Trouble::Silent(failure)) => failure,
        };
        if failure.kind == FailureKind::Error
            && let Some(fault) = inner.fault(trial.id()).await
        {
            trial.halt(&fault);
        }
        Outcome::Failed(failure)
    }

    async fn discard(&self, trial: TrialId) {
        let spec = &self.0.spec;
        let (trials_dir, study) = (spec.trials_dir.clone(), spec.study.clone());
        // What cannot be removed now is tried again in the next session.
        let _ =
            off_thread(move || TrialFolder::discard(&trials_dir, study.as_deref(), trial)).await;
    }
}

impl CommandSpec {
    /// The evaluator that runs this for the trials of a space. It holds the folder of a study that has a name until it is
    /// dropped.
    ///
    /// # Errors
    /// See [`CommandError`].
    pub fn build(mut self, space: &Space) -> Result<CommandEvaluator, CommandError> {
        let plan = self.plan(space)?;
        // The programs run elsewhere: what they are told must be absolute.
        self.trials_dir = std::path::absolute(&self.trials_dir).map_err(|source| {
            let path = self.trials_dir.clone();
            CommandError::TrialsDir { path, source }
        })?;
        let claim =
            |study: &String| TrialsFolder::claim(&self.trials_dir, study, self.journal.as_deref());
        let folder = self.study.as_ref().map(claim).transpose()?;
        Ok(CommandEvaluator(Arc::new(Inner {
            spec: self,
            plan,
            _folder: folder,
        })))
    }
}

impl CommandEvaluator {
    /// What it runs, with an absolute [`trials_dir`](CommandSpec::trials_dir).
    #[must_use]
    pub fn spec(&self) -> &CommandSpec {
        &self.0.spec
    }
}

impl Inner {
    async fn prepare(&self, trial: &RunningTrial) -> Result<TrialFolder, Failure> {
        let work = trial.work().clone();
        let study = self.spec.study.as_deref();
        TrialFolder::reclaim(&self.spec.trials_dir, study, work.trial).await?;
        let (trials_dir, study) = (self.spec.trials_dir.clone(), self.spec.study.clone());
        off_thread(move || TrialFolder::prepare(&trials_dir, study.as_deref(), &work)).await?
    }

    /// What keeps all trials from being run, whatever made this one fail.
    async fn fault(&self, trial: TrialId) -> Option<String> {
        let trials_dir = self.spec.trials_dir.clone();
        let probed = off_thread(move || TrialFolder::probe(&trials_dir, trial)).await;
        let error = probed.ok()?.err()?;
        let folder = self.spec.trials_dir.display();
        Some(format!(
            "the folder of the trials `{folder}` takes no files: {error}"
        ))
    }

    /// Runs the program with what an earlier attempt left. If it does nothing with that, as it does not where the attempt
    /// died between its last checkpoint and its last line, it runs again with what the first attempt found.
    async fn run_from(
        &self,
        trial: &RunningTrial,
        mut folder: TrialFolder,
    ) -> Result<Outcome, Trouble> {
        let outcome = self.run(trial, &folder).await;
        if !matches!(outcome, Err(Trouble::Silent(_))) {
            return outcome;
        }
        let (is_another, folder) = off_thread(move || {
            let begun = folder.begin_again();
            (begun, folder)
        })
        .await?;
        match is_another? {
            true => self.run(trial, &folder).await,
            false => outcome,
        }
    }

    async fn run(&self, trial: &RunningTrial, folder: &TrialFolder) -> Result<Outcome, Trouble> {
        let (stdout_log, stderr_log) = folder.logs(trial.work())?;
        let mut process = self.start(trial, folder)?;
        let Some((stdout, stderr)) = process.output() else {
            let failure = Failure::new(FailureKind::Error, "the program has no output");
            return Err(failure.into());
        };
        let out = Arc::new(Intake::of(&stdout).map_err(unheard)?);
        let err = Arc::new(Intake::of(&stderr).map_err(unheard)?);

        let (phase, heard) = watch::channel(Phase::default());
        let (decide, mut decided) = oneshot::channel();
        let spec = &self.spec;
        let results = Results::new(
            trial.objectives().clone(),
            spec.step_keys.clone(),
            spec.zero_based,
        );
        let mut listener = Listener::new(trial, results, heard, decide);
        let mut stdout = Pump::new(stdout, stdout_log, Arc::clone(&out));
        let mut stderr = Pump::new(stderr, stderr_log, Arc::clone(&err));

        let mut hurried = None;
        let mut end = {
            let mut pumps = pin!(async { join!(stdout.run_with(&mut listener), stderr.run()) });
            let mut drained = false;
            let mut asked = pin!(trial.stopped());
            let mut end = loop {
                select! {
                    biased;
                    reason = &mut asked => break End::Asked(reason),
                    Ok(decision) = &mut decided => break End::Decided(decision),
                    status = process.exited() => break End::Exited(status.map_err(lost)?),
                    _ = &mut pumps, if !drained => drained = true,
                }
            };
            if let End::Exited(_) = end {
                // Others of its group may still write, as `tee` does.
                if !drained {
                    select! {
                        biased;
                        reason = &mut asked => hurried = Some(reason),
                        Ok(decision) = &mut decided => end = End::Decided(decision),
                        () = process.rest([&out, &err]) => {}
                        _ = &mut pumps => drained = true,
                    }
                }
                process.finish();
                out.close();
                err.close();
                // What was said until now counts, and may have to wait for the driver.
                while !drained {
                    phase.send_modify(|phase| phase.hurried = hurried.is_some());
                    select! {
                        biased;
                        reason = &mut asked, if hurried.is_none() => hurried = Some(reason),
                        _ = &mut pumps => drained = true,
                    }
                }
                if let Ok(decision) = decided.try_recv() {
                    end = End::Decided(decision);
                }
            } else {
                phase.send_modify(|phase| phase.deaf = true);
                // Its output is carried on, so that it can write while it ends.
                let mut ending = pin!(process.end(spec.grace));
                loop {
                    select! {
                        () = &mut ending => break,
                        _ = &mut pumps, if !drained => drained = true,
                    }
                }
                out.close();
                err.close();
                if !drained {
                    pumps.await;
                }
            }
            end
        };
        if let (End::Exited(_), Some(reason), true) = (&end, hurried, listener.is_unanswered()) {
            end = End::Asked(reason);
        }
        if process.is_over() {
            // If this fails, the note speaks of a process that is gone.
            _ = std::fs::remove_file(folder.process());
        }
        let said = Said {
            results: listener.results(),
            stdout: stdout.tail(),
            stderr: stderr.tail(),
        };
        match end {
            End::Asked(reason) => Ok(stopped(reason)),
            End::Decided(Decision::Stop) => Ok(Outcome::Stopped),
            End::Decided(Decision::Fail(failure)) => Err(failure.into()),
            End::Decided(Decision::Overrun) => match said.results.last() {
                Some(values) => Ok(values.map(Outcome::Completed)?),
                None => Ok(Outcome::Stopped),
            },
            End::Exited(status) => match said.values(status, &folder.result(), trial).await {
                Ok(values) => Ok(Outcome::Completed(values)),
                Err(failure) if said.is_nothing(&folder.result()) => Err(Trouble::Silent(failure)),
                Err(failure) => Err(failure.into()),
            },
        }
    }

    /// Starts the program and notes that it runs. There is no await between the two.
    fn start(&self, trial: &RunningTrial, folder: &TrialFolder) -> Result<Process, Trouble> {
        let variables = Variables {
            trial,
            folder,
            study: self.spec.study.as_deref(),
        };
        let (program, mut command) = self.command(&variables)?;
        if let Some(workdir) = &self.spec.workdir {
            command.current_dir(workdir);
        }
        if std::env::var_os("PYTHONUNBUFFERED").is_none() {
            command.env("PYTHONUNBUFFERED", "1");
        }
        for (name, value) in &self.plan.env {
            match value.fill(&variables) {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        // The tuner may itself be a trial of another one.
        for name in ENVIRONMENT {
            command.env_remove(name);
        }
        command.envs(variables.environment());
        let process = Process::spawn(command).map_err(|error| {
            let failure = not_started(&program, self.spec.workdir.as_deref(), &error);
            match self.plan.line.is_one_program() && is_for_good(&error) {
                true => Trouble::OfAll(failure),
                false => Trouble::OfOne(failure),
            }
        })?;
        let record = folder.process();
        ProcessRecord::of(process.id())
            .write(&record)
            .map_err(|error| cannot("note the process in", &record, &error))?;
        Ok(process)
    }

    fn command(&self, variables: &Variables<'_>) -> Result<(OsString, Command), Failure> {
        match &self.plan.line {
            Line::Shell(script) => {
                let mut command = Command::new("sh");
                command.arg("-c").arg(&script.text);
                for (variable, placeholder) in &script.variables {
                    command.env(variable, variables.get(placeholder).unwrap_or_default());
                }
                Ok(("sh".into(), command))
            }
            Line::Direct(items) => {
                let mut arguments = arguments(items, variables).into_iter();
                let program = arguments.next().unwrap_or_default();
                let mut command = Command::new(&program);
                command.args(arguments);
                Ok((program, command))
            }
        }
    }
}

/// Whether no program will start until someone mends that: there is no such file or folder, it may not be run, or it is no
/// program.
fn is_for_good(error: &io::Error) -> bool {
    // ENOEXEC has no kind of its own.
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::NotADirectory
    ) || error.raw_os_error() == Some(8)
}

/// The arguments of a piece of work; [`Argument`](crate::Argument) says which of them vanish.
fn arguments(items: &[Item], variables: &Variables<'_>) -> Vec<OsString> {
    let mut out = Vec::with_capacity(items.len());
    let mut option_waits = false;
    for item in items {
        match item {
            Item::One(template) => match template.fill(variables) {
                Some(argument) => {
                    option_waits = template.is_option();
                    out.push(argument);
                }
                None => {
                    if std::mem::take(&mut option_waits) {
                        out.pop();
                    }
                }
            },
            Item::Group(templates) => {
                let group = templates.iter().map(|template| template.fill(variables));
                out.extend(group.collect::<Option<Vec<_>>>().into_iter().flatten());
                option_waits = false;
            }
        }
    }
    out
}

/// What a program has said until it ended by itself.
struct Said<'a> {
    results: &'a Results,
    stdout: String,
    stderr: String,
}

impl Said<'_> {
    /// Whether it has measured nothing, and does not say that nothing can be measured.
    fn is_nothing(&self, file: &Path) -> bool {
        let has_file = std::fs::metadata(file).is_ok_and(|file| file.len() > 0);
        !has_file && self.results.last().is_none() && self.results.infeasible().is_none()
    }

    /// The values that it ended with.
    async fn values(
        &self,
        status: ExitStatus,
        file: &Path,
        trial: &RunningTrial,
    ) -> Result<Values, Failure> {
        if let Some(failure) = self.results.infeasible() {
            return Err(failure);
        }
        if !status.success() {
            return Err(self.error(&describe(status)));
        }
        if let Some(values) = from_file(self.results, file, trial).await? {
            return Ok(values);
        }
        match self.results.last() {
            Some(values) => values,
            None => Err(self.error(&self.results.expected(&self.stdout))),
        }
    }

    fn error(&self, what: &str) -> Failure {
        let (stdout, stderr) = (&self.stdout, &self.stderr);
        let output = if !stderr.is_empty() {
            format!("; the end of its standard error:\n{stderr}")
        } else if !stdout.is_empty() {
            format!("; the end of its output:\n{stdout}")
        } else {
            ", and it wrote nothing".to_owned()
        };
        Failure::new(FailureKind::Error, format!("{what}{output}"))
    }
}

/// The values in the result file; none if the program did not write it.
async fn from_file(
    results: &Results,
    path: &Path,
    trial: &RunningTrial,
) -> Result<Option<Values>, Failure> {
    let file = path.to_owned();
    let bytes = match off_thread(move || regular::read(&file, LONGEST_RESULT)).await? {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot("read the result", path, &error)),
        Ok(bytes) => bytes,
    };
    if bytes.trim_ascii().is_empty() {
        return Ok(None);
    }
    let (values, metrics) = result_file::read(results, &bytes)?;
    for (name, value) in metrics.iter() {
        trial.metric(name, value);
    }
    Ok(Some(values))
}

async fn off_thread<T: Send + 'static>(
    job: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    spawn_blocking(job).await.map_err(|error| {
        Failure::new(
            FailureKind::Error,
            format!("with the files of the trial: {error}"),
        )
    })
}

fn stopped(reason: StopReason) -> Outcome {
    match reason {
        StopReason::TimedOut => Outcome::failed(
            FailureKind::TimedOut,
            "the program ran longer than it was allowed to",
        ),
        StopReason::Stopping => Outcome::failed(FailureKind::Cancelled, "the study stops"),
        _ => Outcome::failed(FailureKind::Cancelled, ""),
    }
}

fn unheard(error: io::Error) -> Failure {
    Failure::new(
        FailureKind::Error,
        format!("cannot read what the program writes: {error}"),
    )
}

fn lost(error: io::Error) -> Failure {
    Failure::new(
        FailureKind::Error,
        format!("cannot wait for the program: {error}"),
    )
}
