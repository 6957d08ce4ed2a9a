//! Opening: from a description and a journal to a study that stands where its log ends.

use std::{num::NonZeroUsize, sync::Arc};

use tokio::sync::mpsc;
use tuning_core::{
    AskTell, Entry, EventKind, Journal, Objectives, Order, Problem, Seed, Seq, Strategy,
    StrategyConfig, StudySpec,
};

use super::{PAGE, Study, StudyHandle, builder::StudyBuilder};
use crate::{
    bus::Bus,
    driver::Settings,
    error::StudyError,
    executor::{Executor, millis},
    ledger::Ledger,
    log::Log,
};

pub(super) async fn open(
    builder: StudyBuilder,
    executor: Arc<dyn Executor>,
) -> Result<Study, StudyError> {
    let StudyBuilder {
        name,
        space,
        objectives,
        strategy,
        pruner,
        fidelity,
        budget,
        workers,
        seed,
        order,
        retry,
        timeout,
        grace,
        mut journal,
        observers,
        breaker,
        linger,
        ..
    } = builder;
    check_budget(&name, &budget)?;
    let Some(strategy) = strategy else {
        return Err(StudyError::NoStrategy { study: name });
    };
    let objectives = Objectives::new(objectives)?;
    let mut wanted = StudySpec::new(space, objectives, strategy.spec());
    wanted.fidelity = fidelity;
    wanted.order = order.unwrap_or_default();
    wanted.seed = seed.unwrap_or(Seed::new(0));

    let mut entries = journal.read(Seq::ZERO, PAGE).await?;
    let stored = stored_spec(&name, &entries)?;
    let spec = match stored {
        None => wanted,
        Some(stored) => {
            // What nobody asked for stays as it was.
            wanted.order = order.unwrap_or(stored.order);
            wanted.seed = seed.unwrap_or(stored.seed);
            let differences = stored.differences(&wanted);
            if !differences.is_empty() {
                let study = name;
                return Err(StudyError::Differs { study, differences });
            }
            // The stored order of the parameters, by which grids and sequences count.
            stored
        }
    };
    let problem = Problem::new(spec.space.clone(), spec.objectives.clone())
        .fidelity(spec.fidelity)
        .budget(budget.clone())
        .parallelism(parallelism(spec.order, workers));
    let built: Box<dyn Strategy> = strategy.build(&problem)?;
    let machine = AskTell::new(problem, built, spec.seed)
        .order(spec.order)
        .pruner(pruner);
    let mut ledger = Ledger::new(machine, retry, Arc::clone(&executor));
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
    let spec_order = spec.order;
    let (sender, mailbox) = mpsc::unbounded_channel();
    let log = Log::new(head);
    let bus = Bus::new(
        Arc::clone(&executor),
        log.reader(),
        breaker,
        ledger.progress().clone(),
        head,
    );
    let bus = Arc::new(bus);
    Ok(Study {
        name: name.into(),
        spec,
        budget,
        settings: Settings {
            workers,
            order: spec_order,
            timeout,
            grace,
        },
        executor,
        journal: Some(journal),
        head,
        ledger,
        observers,
        breaker,
        linger,
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

/// What a strategy is told of parallelism must not depend on the workers when its decisions must not.
fn parallelism(order: Order, workers: NonZeroUsize) -> NonZeroUsize {
    match order {
        Order::AsFinished => workers,
        Order::AsProposed { lag } => lag,
    }
}

fn check_budget(study: &str, budget: &tuning_core::Budget) -> Result<(), StudyError> {
    let invalid = |message: String| {
        let study = study.to_owned();
        Err(StudyError::Invalid { study, message })
    };
    if budget.trials == Some(0) {
        return invalid("a budget of 0 trials does nothing: use at least 1".to_owned());
    }
    if let Some(target) = budget.target.filter(|target| !target.is_finite()) {
        return invalid(format!("the target {target} is no finite number"));
    }
    if budget.no_improvement == Some(0) {
        return invalid("`no_improvement` of 0 trials ends at once: use at least 1".to_owned());
    }
    match &budget.cost {
        Some(cost) if !(cost.limit.is_finite() && cost.limit > 0.0) => invalid(format!(
            "the limit {} of cost `{}` must be a finite number above 0",
            cost.limit, cost.metric
        )),
        _ => Ok(()),
    }
}
