//! Opening: from a description and a journal to a study that stands where its log ends.

use std::sync::Arc;

use tokio::sync::mpsc;
use tuning_core::{
    Amended, AskTell, Entry, EventKind, Journal, PrunerConfig, Seq, Strategy, StrategyConfig,
    StudySpec,
};

use super::{PAGE, Study, StudyHandle, builder::StudyBuilder};
use crate::{
    bus::Bus,
    error::StudyError,
    executor::{Executor, TokioExecutor, millis},
    ledger::Ledger,
    log::Log,
    settings::StudySettings,
};

impl StudyBuilder {
    /// Opens the study: a new one, or the one that the journal holds, with everything that happened
    /// in it told to its strategy and its pruner.
    ///
    /// # Errors
    /// If something is missing or makes no sense, the strategy or the pruner cannot handle the problem, the journal
    /// holds another study or cannot be read.
    pub async fn open(mut self) -> Result<Study, StudyError> {
        if let Some(message) = self.invalid.take() {
            let study = self.settings.name;
            return Err(StudyError::Invalid { study, message });
        }
        let executor: Arc<dyn Executor> = match self.executor.take() {
            Some(executor) => executor,
            None => Arc::new(TokioExecutor::current().ok_or(StudyError::NoRuntime)?),
        };
        open(self, executor).await
    }
}

async fn open(builder: StudyBuilder, executor: Arc<dyn Executor>) -> Result<Study, StudyError> {
    let StudyBuilder {
        settings,
        strategy,
        pruner,
        mut journal,
        observers,
        amends,
        ..
    } = builder;
    settings.check()?;
    let Some(strategy) = strategy else {
        let study = settings.name;
        return Err(StudyError::NoStrategy { study });
    };
    let mut first = journal.read(Seq::ZERO, PAGE).await?;
    let is_new = first.is_empty();
    let stored = stored_spec(&settings.name, &first)?;
    let pruned_by = pruner.as_ref().map(PrunerConfig::spec);
    let is_moved = stored
        .as_ref()
        .is_some_and(|stored| stored.space != settings.space);
    let mut earlier = match is_moved {
        true => amendments(&mut *journal).await?,
        false => Vec::new(),
    };
    let (spec, amended, mut ledger, mut head) = loop {
        let stored = stored.clone().map(|mut stored| {
            if let Some(last) = earlier.last() {
                stored.space = last.space.clone();
            }
            stored
        });
        let wanted = settings.identity(strategy.spec(), pruned_by.clone(), stored.clone());
        let (spec, amended) = match (wanted, stored) {
            (
                Err(StudyError::Differs {
                    is_amendable: true, ..
                }),
                Some(stored),
            ) if amends => amend(&settings, stored)?,
            (spec, _) => (spec?, None),
        };
        let problem = settings.problem(&spec);
        let built: Box<dyn Strategy> = strategy.build(&problem)?;
        let judge = pruner.as_ref().map(|pruner| pruner.build(&problem));
        let machine = AskTell::new(problem, built, spec.seed)
            .order(spec.order)
            .pruner(judge.transpose()?)
            .amended(earlier.iter().chain(&amended).cloned());
        let mut ledger = Ledger::new(machine, settings.retry.clone(), Arc::clone(&executor));
        let first = std::mem::take(&mut first);
        match replay(&mut *journal, first, &mut ledger, earlier.is_empty()).await? {
            Some(head) => break (spec, amended, ledger, head),
            // It went through other spaces, and is back in the one that it began with.
            None => earlier = amendments(&mut *journal).await?,
        }
    };
    if is_new {
        let created = EventKind::Created(Box::new(spec.clone()));
        let created = Entry::new(millis(executor.now()), created);
        head = journal.append(head, std::slice::from_ref(&created)).await?;
        ledger.replay(head, created)?;
    }
    let (sender, mailbox) = mpsc::unbounded_channel();
    let log = Log::new(head);
    let name: Arc<str> = settings.name.as_str().into();
    let bus = Bus::new(
        Arc::clone(&name),
        Arc::clone(&executor),
        log.reader(),
        settings.breaker,
        ledger.progress().clone(),
        head,
    );
    let bus = Arc::new(bus);
    Ok(Study {
        name,
        spec,
        amended,
        settings,
        executor,
        journal: Some(journal),
        head,
        ledger,
        observers,
        mailbox,
        handle: StudyHandle::new(sender, Arc::clone(&bus)),
        log: Some(log),
        bus,
    })
}

/// Tells the ledger all of a journal, of which the first entries may have been read; returns its head, or none if the space was
/// amended in it, and `is_unamended`.
async fn replay(
    journal: &mut dyn Journal,
    first: Vec<Entry>,
    ledger: &mut Ledger,
    is_unamended: bool,
) -> Result<Option<Seq>, StudyError> {
    let mut head = Seq::ZERO;
    let mut entries = first;
    loop {
        if entries.is_empty() {
            entries = journal.read(head, PAGE).await?;
        }
        if entries.is_empty() {
            return Ok(Some(head));
        }
        for entry in entries.drain(..) {
            if is_unamended && matches!(entry.kind, EventKind::Amended(_)) {
                return Ok(None);
            }
            head = head.plus(1);
            ledger.replay(head, entry)?;
        }
    }
}

/// How the space of a study was amended, in order.
async fn amendments(journal: &mut dyn Journal) -> Result<Vec<Amended>, StudyError> {
    let mut found = Vec::new();
    let mut head = Seq::ZERO;
    loop {
        let entries = journal.read(head, PAGE).await?;
        if entries.is_empty() {
            return Ok(found);
        }
        head = head.plus(entries.len() as u64);
        found.extend(entries.into_iter().filter_map(|entry| match entry.kind {
            EventKind::Amended(amended) => Some(*amended),
            _ => None,
        }));
    }
}

/// The identity of a study in the space of the settings, and how it comes there.
fn amend(
    settings: &StudySettings,
    mut stored: StudySpec,
) -> Result<(StudySpec, Option<Amended>), StudyError> {
    let space = settings.space.clone();
    let mut amended = Amended::new(space.clone());
    for parameter in space.parameters() {
        let name = parameter.name();
        let invalid = |message: String| StudyError::Invalid {
            study: settings.name.clone(),
            message,
        };
        match settings.defaults.get(name) {
            Some(value) if parameter.domain().value_of(value).is_none() => {
                return Err(invalid(format!(
                    "the default {value} of parameter `{name}` is not in its domain ({}): give it a value of that",
                    parameter.domain()
                )));
            }
            Some(value) => amended = amended.default(name, value.clone()),
            None if parameter.condition().is_none() && stored.space.index_of(name).is_none() => {
                return Err(invalid(format!(
                    "parameter `{name}` is new: give it a `default`, the value that the trials so far had"
                )));
            }
            None => {}
        }
    }
    stored.space = space;
    Ok((stored, Some(amended)))
}

fn stored_spec(study: &str, entries: &[Entry]) -> Result<Option<StudySpec>, StudyError> {
    let Some(first) = entries.first() else {
        return Ok(None);
    };
    let EventKind::Created(spec) = &first.kind else {
        let message = "the first entry must be `created`".to_owned();
        let seq = Seq::new(1);
        return Err(StudyError::Log { seq, message });
    };
    if spec.format > StudySpec::FORMAT {
        return Err(StudyError::Format {
            study: study.to_owned(),
            found: spec.format,
            known: StudySpec::FORMAT,
        });
    }
    Ok(Some((**spec).clone()))
}
