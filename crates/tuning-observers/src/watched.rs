//! [`Watched`]: the study that an observer watches, folded from its events. It looks at no clock.

use std::time::Duration;

use tuning_core::{
    Best, Budget, Counted, Counts, Event, EventKind, Fact, Failure, Objective, Objectives,
    OpenTrial, Outcome, Progress, Seq, TrialId,
};

/// How much is done of what a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Goal {
    pub(crate) done: u64,
    /// The limit, if there is one.
    pub(crate) of: Option<u64>,
    pub(crate) unit: Unit,
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Trials,
    Resource,
}

/// How the study stands, and how fast it goes.
#[derive(Clone, Debug)]
pub(crate) struct Watched {
    progress: Progress,
    /// Whether the objectives are known: without their directions no trial is better than another.
    informed: bool,
    /// The best trial as the driver told it last.
    told: Option<Best>,
    budget: Budget,
    workers: usize,
    /// When this session began, how many trials were done by then, and how much of the budget was.
    began: Option<(u64, u64, u64)>,
    last_millis: u64,
    /// The last event, so that one that is told again counts once.
    seen: Seq,
}

impl Watched {
    pub(crate) fn new() -> Self {
        let unknown = Objectives::new([Objective::minimize("value")]);
        Self {
            progress: Progress::new(unknown.expect("one objective with a name is legal")),
            informed: false,
            told: None,
            budget: Budget::unlimited(),
            workers: 0,
            began: None,
            last_millis: 0,
            seen: Seq::ZERO,
        }
    }

    /// Learns what is optimised.
    pub(crate) fn inform(&mut self, objectives: Objectives) {
        if !self.informed {
            self.progress = Progress::new(objectives);
            self.informed = true;
        }
    }

    /// Learns how the study stands before the first event.
    pub(crate) fn begin(&mut self, so_far: &Progress) {
        self.progress = so_far.clone();
        self.informed = true;
        self.seen = Seq::ZERO;
    }

    /// Learns one event; returns the trial that ended with it. An event that is told again changes nothing.
    pub(crate) fn apply(&mut self, event: &Event) -> Option<OpenTrial> {
        if event.seq <= self.seen {
            return None;
        }
        self.seen = event.seq;
        match &event.kind {
            EventKind::Created(spec) => self.inform(spec.objectives.clone()),
            EventKind::Opened(opened) => {
                self.budget = opened.budget.clone();
                self.workers = opened.workers;
                self.told.clone_from(&opened.best);
            }
            EventKind::Closed(closed) => self.told.clone_from(&closed.best),
            _ => {}
        }
        let ended = self.progress.apply(event.at_millis, &event.kind);
        self.last_millis = self.last_millis.max(event.at_millis);
        if self.began.is_none() || matches!(event.kind, EventKind::Opened(_)) {
            self.last_millis = event.at_millis;
            self.began = Some((event.at_millis, self.done(), self.goal().done));
        }
        ended
    }

    /// Whether the event, the last one applied, made its trial the best one or one of the front.
    pub(crate) fn is_new_best(&self, event: &Event) -> bool {
        let EventKind::Fact(Fact::Ended(ended)) = &event.kind else {
            return false;
        };
        matches!(ended.outcome, Outcome::Completed(_))
            && self.front().iter().any(|best| best.trial == ended.trial)
    }

    /// A trial that has not ended.
    pub(crate) fn trial(&self, trial: TrialId) -> Option<&OpenTrial> {
        self.progress.trial(trial)
    }

    /// Whether the directions of the objectives are known.
    pub(crate) fn is_informed(&self) -> bool {
        self.informed
    }

    pub(crate) fn objectives(&self) -> &Objectives {
        self.progress.objectives()
    }

    pub(crate) fn counts(&self) -> Counts {
        self.progress.counts()
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.budget
    }

    /// The number of the session.
    pub(crate) fn session(&self) -> u64 {
        self.progress.sessions()
    }

    /// How long the study has run until the last event, all its sessions together, in milliseconds.
    pub(crate) fn elapsed_in_all(&self) -> u64 {
        self.progress.elapsed_millis()
    }

    pub(crate) fn workers(&self) -> usize {
        self.workers
    }

    /// The best trial so far, as far as it can be known.
    pub(crate) fn best(&self) -> Option<&Best> {
        if self.informed {
            self.progress.best().or(self.told.as_ref())
        } else {
            self.told.as_ref()
        }
    }

    /// The completed trials that no other one dominates; empty while the directions are unknown.
    pub(crate) fn front(&self) -> &[Best] {
        if self.informed {
            self.progress.front()
        } else {
            &[]
        }
    }

    /// How many trials ended or wait to be resumed, of those that count for the budget: what has been worked off.
    pub(crate) fn done(&self) -> u64 {
        let counts = self.counts();
        match self.budget.of {
            Counted::All => counts.ended() + counts.paused,
            // Of those that were added, the last one may not have been told to its end.
            Counted::Completed => {
                counts.completed.saturating_sub(counts.added_completed) + counts.paused
            }
            _ => counts.ended().saturating_sub(counts.added) + counts.paused,
        }
    }

    /// What the budget counts, and how much of that is done: trials or, if those have no limit, resource.
    pub(crate) fn goal(&self) -> Goal {
        match (self.budget.trials, self.budget.resource) {
            (None, Some(resource)) => Goal {
                done: self.progress.resource(),
                of: Some(resource),
                unit: Unit::Resource,
            },
            (trials, _) => Goal {
                done: self.done(),
                of: trials,
                unit: Unit::Trials,
            },
        }
    }

    /// The trial that failed last, and why.
    pub(crate) fn last_failure(&self) -> Option<(TrialId, &Failure)> {
        self.progress.last_failure()
    }

    /// How long this session has run until the last event.
    pub(crate) fn elapsed(&self) -> Duration {
        let began = self.began.map_or(self.last_millis, |(began, ..)| began);
        Duration::from_millis(self.last_millis.saturating_sub(began))
    }

    /// The time from one finished trial to the next, over this session.
    pub(crate) fn per_trial(&self) -> Option<Duration> {
        let (_, before, _) = self.began?;
        let done = self.done().checked_sub(before).filter(|done| *done > 0)?;
        Some(self.elapsed().div_f64(done as f64))
    }

    /// How long the study will still take at this pace, as far as the budget tells.
    pub(crate) fn left(&self) -> Option<Duration> {
        let goal = self.goal();
        let goal = goal.of.and_then(|of| {
            let (_, _, before) = self.began?;
            let done = goal.done.checked_sub(before).filter(|done| *done > 0)?;
            let left = of.saturating_sub(goal.done) as f64 / done as f64;
            Duration::try_from_secs_f64(self.elapsed().as_secs_f64() * left).ok()
        });
        let time = self
            .budget
            .time
            .map(|time| time.saturating_sub(Duration::from_millis(self.progress.elapsed_millis())));
        match (goal, time) {
            (Some(goal), Some(time)) => Some(goal.min(time)),
            (goal, time) => goal.or(time),
        }
    }
}
