//! [`Session`]: answers requests from a study that is open.

use tuning_core::{
    AddedTrial, Best, Counts, EndReason, JournalReader, Literal, Metrics, Outcome, Params,
    StudyView, Tag, Trial, TrialId, TrialState, Trials, Turn, Values, Work,
};
use tuning_runtime::{ManualSession, MemoryJournal, StudyError, Summary};

use tuning_file::StudyFile;

use super::{
    answer::{Answer, Ended, Handed, Listed, Ranked, Status},
    ranking::Ranking,
    refusal::Refusal,
    request::{PROTOCOL, Request},
};

/// Who adds trials, in their tags.
const CLIENT: &str = "the client";

/// An open study and its client.
pub(super) struct Session<'a> {
    file: &'a StudyFile,
    /// Where it is kept, if anywhere.
    journal: Option<String>,
    /// The log of a study that is kept nowhere.
    memory: Option<MemoryJournal>,
    manual: ManualSession<'a>,
    /// None while those of earlier sessions were not asked for.
    ranking: Option<Ranking>,
    resumed: bool,
    /// The work of the last ask, which its answer borrows.
    work: Vec<Work>,
}

impl<'a> Session<'a> {
    pub(super) fn new(
        file: &'a StudyFile,
        journal: Option<String>,
        memory: Option<MemoryJournal>,
        manual: ManualSession<'a>,
        ranking: Option<Ranking>,
    ) -> Self {
        Self {
            resumed: manual.progress().sessions() > 1,
            file,
            journal,
            memory,
            manual,
            ranking,
            work: Vec::new(),
        }
    }

    /// The objectives, which requests give values for.
    pub(super) fn file(&self) -> &'a StudyFile {
        self.file
    }

    /// How the study stands, as the answer to its opening.
    pub(super) fn ready(&self) -> Answer<'_> {
        Answer::Ready {
            ready: Box::new(self.status()),
        }
    }

    /// Answers a request; none ends the session.
    ///
    /// # Errors
    /// If the request cannot be met; [`is_fatal`] says whether the session is over.
    pub(super) async fn answer(
        &mut self,
        request: Request,
    ) -> Result<Option<Answer<'_>>, StudyError> {
        Ok(Some(match request {
            Request::Study(_) => Answer::Error {
                error: Refusal::new(format_args!(
                    "study `{}` is open: a session has one study; to open another, end it and start again",
                    self.file.settings.name
                )),
            },
            Request::Ask(slots) => {
                let turn = self.manual.ask(slots).await?;
                let given_up = self.manual.take_given_up();
                self.turn(turn, given_up)
            }
            Request::Report {
                trial,
                at,
                values,
                metrics,
            } => Answer::Verdict {
                verdict: self.manual.report(trial, at, values, metrics).await?,
            },
            Request::Tell {
                trial,
                outcome,
                metrics,
            } => Answer::Told {
                told: trial,
                state: self.tell(trial, outcome, metrics).await?,
            },
            Request::Add {
                point,
                outcome,
                metrics,
            } => match self.manual.spec().space.params(point) {
                Ok(params) => {
                    let trial = AddedTrial::new(params, outcome).metrics(metrics);
                    let (told, state) = self.add(trial).await?;
                    Answer::Told { told, state }
                }
                Err(error) => Answer::Error {
                    error: Refusal::new(format_args!(
                        "`tell.params` is not a point of the space: {error}"
                    )),
                },
            },
            Request::Best(number) => {
                let best = self.best(number).await?;
                Answer::Best {
                    best: best.iter().map(|best| self.ranked(best)).collect(),
                }
            }
            Request::Enqueue(points) => match self.enqueue(points).await? {
                Ok(enqueued) => Answer::Enqueued { enqueued },
                Err(error) => Answer::Error { error },
            },
            Request::Trials(wanted) => {
                let trials = self.trials().await?;
                let unknown = wanted
                    .iter()
                    .flatten()
                    .find(|id| trials.get(**id).is_none());
                if let Some(id) = unknown {
                    let error = Refusal::new(format_args!(
                        "`trials` names trial {id}, which the study does not have: {}",
                        match trials.len() {
                            0 => "it has none yet".to_owned(),
                            count => format!("it has 0 to {}", count - 1),
                        }
                    ));
                    return Ok(Some(Answer::Error { error }));
                }
                let objectives = self.file.objectives();
                let list = |trial: &Trial| Listed::new(trial, objectives);
                Answer::Trials {
                    trials: match wanted {
                        None => trials.iter().map(list).collect(),
                        Some(wanted) => {
                            let named = wanted.iter().filter_map(|id| trials.get(*id));
                            named.map(list).collect()
                        }
                    },
                }
            }
            Request::Status => Answer::Status {
                status: Box::new(self.status()),
            },
            Request::End => return Ok(None),
        }))
    }

    /// Lets the answers from here on be given before they are durable, until the next [`commit`](Self::commit).
    pub(super) fn defer(&mut self) {
        self.manual.defer();
    }

    /// Waits until what the answers so far rest on is durable.
    ///
    /// # Errors
    /// If the journal fails.
    pub(super) async fn commit(&mut self) -> Result<(), StudyError> {
        self.manual.commit().await
    }

    /// Ends the session. What is in flight is handed out again when the study resumes.
    ///
    /// # Errors
    /// If the journal fails.
    pub(super) async fn close(self) -> Result<Summary, StudyError> {
        self.manual.close().await
    }

    async fn tell(
        &mut self,
        trial: TrialId,
        outcome: Outcome,
        metrics: Metrics,
    ) -> Result<TrialState, StudyError> {
        let completed: Option<(Params, Values)> = match &outcome {
            Outcome::Completed(values) => {
                let open = self.manual.progress().trial(trial);
                open.map(|open| (open.params.clone(), values.clone()))
            }
            _ => None,
        };
        let state = self.manual.finish(trial, outcome, metrics).await?;
        if let (TrialState::Completed, Some((params, values)), Some(ranking)) =
            (state, completed, &mut self.ranking)
        {
            ranking.add(trial, params, values);
        }
        Ok(state)
    }

    /// Adds a trial that was evaluated elsewhere; returns its number and how it ended.
    async fn add(&mut self, trial: AddedTrial) -> Result<(TrialId, TrialState), StudyError> {
        let (params, outcome) = (trial.params.clone(), trial.outcome.clone());
        let added = self.manual.add([trial.note(CLIENT)]).await?;
        let trial = *added.first().ok_or(StudyError::Abandoned)?;
        let state = match outcome {
            Outcome::Completed(values) => {
                if let Some(ranking) = &mut self.ranking {
                    ranking.add(trial, params, values);
                }
                TrialState::Completed
            }
            Outcome::Stopped => TrialState::Stopped,
            _ => TrialState::Failed,
        };
        Ok((trial, state))
    }

    /// Begins trials with these parameters: all of them, or none if one does not lie in the space.
    async fn enqueue(
        &mut self,
        points: Vec<Vec<(String, Literal)>>,
    ) -> Result<Result<Vec<TrialId>, Refusal>, StudyError> {
        let space = &self.manual.spec().space;
        let mut all = Vec::with_capacity(points.len());
        for (index, point) in points.into_iter().enumerate() {
            match space.params(point) {
                Ok(params) => all.push(params),
                Err(error) => {
                    let message =
                        format!("`enqueue[{index}]` is not a point of the space: {error}");
                    return Ok(Err(Refusal::new(message)));
                }
            }
        }
        let mut trials = Vec::with_capacity(all.len());
        for params in all {
            let tag = Tag::new("client", "enqueued");
            trials.push(self.manual.enqueue(&params, tag).await?);
        }
        Ok(Ok(trials))
    }

    /// Every trial so far.
    async fn trials(&mut self) -> Result<Trials, StudyError> {
        // What was answered before must be there to be read.
        self.manual.commit().await?;
        self.manual.defer();
        let mut reader: Box<dyn JournalReader> = match &self.memory {
            Some(memory) => Box::new(memory.reader()),
            None => self.file.journal.reader(Some(&self.file.settings.name))?.1,
        };
        Ok(StudyView::read(&mut *reader).await?.trials().clone())
    }

    async fn best(&mut self, number: usize) -> Result<Vec<Best>, StudyError> {
        let objectives = self.file.objectives();
        let progress = self.manual.progress();
        if objectives.len() == 1 && number == 1 {
            return Ok(progress.best().cloned().into_iter().collect());
        }
        if self.ranking.is_none() && objectives.len() == 1 {
            // What was answered before must be there to be read.
            self.manual.commit().await?;
            self.manual.defer();
            let journal = &self.file.journal;
            let (_, mut reader) = journal.reader(Some(&self.file.settings.name))?;
            let view = StudyView::read(&mut *reader).await?;
            self.ranking = Some(Ranking::new(objectives.clone(), view.trials()));
        }
        let ranking = self
            .ranking
            .get_or_insert_with(|| Ranking::new(objectives.clone(), &Trials::new()));
        Ok(ranking.best(number, self.manual.progress()))
    }

    fn turn(&mut self, turn: Turn, given_up: Vec<TrialId>) -> Answer<'_> {
        match turn {
            Turn::Work(work) => {
                self.work = work;
                Answer::Work {
                    asked: self.work.iter().map(|work| self.handed(work)).collect(),
                    given_up,
                }
            }
            Turn::Done(reason) => Answer::Nothing {
                asked: "done",
                reason: word(reason),
                message: reason.to_string(),
                given_up,
            },
            _ => {
                let trials = match self.manual.in_flight() {
                    1 => "1 trial is".to_owned(),
                    n => format!("{n} trials are"),
                };
                Answer::Nothing {
                    asked: "wait",
                    reason: "in_flight",
                    message: format!("{trials} in flight: tell a result, then ask again"),
                    given_up,
                }
            }
        }
    }

    fn status(&self) -> Status<'_> {
        let spec = self.manual.spec();
        let progress = self.manual.progress();
        Status {
            protocol: PROTOCOL,
            study: &self.file.settings.name,
            strategy: &spec.strategy,
            pruner: spec.pruner.as_ref(),
            objectives: &spec.objectives,
            fidelity: spec.fidelity,
            budget: &self.file.settings.budget,
            order: spec.order,
            seed: spec.seed,
            journal: self.journal.as_deref(),
            resumed: self.resumed,
            counts: progress.counts(),
            best: progress.best().map(|best| self.ranked(best)),
            open: self.manual.ready().map(|work| self.handed(work)).collect(),
        }
    }

    fn handed<'s>(&'s self, work: &'s Work) -> Handed<'s> {
        let open = self.manual.progress().trial(work.trial);
        Handed::new(work, open.map_or("", |open| open.tag.as_str()))
    }

    fn ranked(&self, best: &Best) -> Ranked<'a> {
        Ranked::new(best, self.file.objectives())
    }
}

/// The answer to the end of a session.
pub(super) fn ended<'a>(file: &'a StudyFile, summary: &Summary) -> Answer<'a> {
    let ranked = |best: &Best| Ranked::new(best, file.objectives());
    let counts: Counts = summary.counts;
    let wrong = summary
        .observers
        .iter()
        .filter(|observer| !observer.is_clean());
    Answer::Ended {
        ended: Some(Box::new(Ended {
            study: &file.settings.name,
            reason: summary.reason,
            counts,
            best: summary.best.as_ref().map(ranked),
            front: summary.front.iter().map(ranked).collect(),
            session_millis: summary.session_millis,
            elapsed_millis: summary.elapsed_millis,
            observers: wrong
                .map(|observer| {
                    let why = observer.cut_off.as_ref().or(observer.last_error.as_ref());
                    let why = why.cloned().unwrap_or_default();
                    let (dropped, failed) = (observer.dropped, observer.failed);
                    let what = format!("{dropped} events dropped, {failed} failures: {why}");
                    (observer.name.clone(), what)
                })
                .collect(),
        })),
    }
}

/// Whether a session cannot continue after this.
pub(super) fn is_fatal(error: &StudyError) -> bool {
    !matches!(error, StudyError::Tell(_))
}

/// A reason as one word, as in the journal.
fn word(reason: EndReason) -> &'static str {
    match reason {
        EndReason::Trials => "trials",
        EndReason::Time => "time",
        EndReason::Target => "target",
        EndReason::NoImprovement => "no_improvement",
        EndReason::Resource => "resource",
        EndReason::Cost => "cost",
        EndReason::Failures => "failures",
        EndReason::Exhausted => "exhausted",
        _ => "stopped",
    }
}
