//! Opening: from a description and a journal to a study that stands where its log ends.

use std::sync::Arc;

use tokio::sync::mpsc;
use tuning_core::{
    AskTell, Entry, EventKind, PrunerConfig, Seq, Strategy, StrategyConfig, StudySpec,
};

use super::{PAGE, Study, StudyHandle, builder::StudyBuilder};
use crate::{
    bus::Bus,
    error::StudyError,
    executor::{Executor, TokioExecutor, millis},
    ledger::Ledger,
    log::Log,
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
        ..
    } = builder;
    settings.check()?;
    let Some(strategy) = strategy else {
        let study = settings.name;
        return Err(StudyError::NoStrategy { study });
    };
    let mut entries = journal.read(Seq::ZERO, PAGE).await?;
    let stored = stored_spec(&settings.name, &entries)?;
    let pruned_by = pruner.as_ref().map(PrunerConfig::spec);
    let spec = settings.identity(strategy.spec(), pruned_by, stored)?;
    let problem = settings.problem(&spec);
    let built: Box<dyn Strategy> = strategy.build(&problem)?;
    let pruner = pruner.map(|pruner| pruner.build(&problem)).transpose()?;
    let machine = AskTell::new(problem, built, spec.seed)
        .order(spec.order)
        .pruner(pruner);
    let mut ledger = Ledger::new(machine, settings.retry.clone(), Arc::clone(&executor));
    let mut head = Seq::ZERO;
    if entries.is_empty() {
        let created = EventKind::Created(Box::new(spec.clone()));
        let created = Entry::new(millis(executor.now()), created);
        head = journal.append(head, &[created]).await?;
    }
    while !entries.is_empty() {
        for entry in entries {
            head = head.plus(1);
            ledger.replay(head, entry)?;
        }
        entries = journal.read(head, PAGE).await?;
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
