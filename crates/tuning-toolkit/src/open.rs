//! [`OpenTrials`]: the trials that have started and not ended.

use std::collections::BTreeMap;

use tuning_core::{Fact, FailureKind, Fidelity, Outcome, TrialId, Values};

/// The trials that have started and not ended, with what a strategy keeps of each: a fold of the facts.
///
/// A strategy says what it keeps when a trial starts ([`start`](Self::start)), hands every fact to
/// [`follow`](Self::follow), and takes the trial out when it ends ([`end`](Self::end)). Trials are in the order of their
/// numbers, so that nothing depends on which worker was faster.
///
/// # Example
/// ```
/// use tuning_core::{Fact, Fidelity, Reported, TrialId, Values};
/// use tuning_toolkit::OpenTrials;
///
/// let mut open = OpenTrials::default();
/// let trial = TrialId::new(0);
/// open.start(trial, [0.25, 0.75]);
/// open.follow(&Reported::new(trial, Fidelity::new(3), Values::one(0.5)?).into());
/// let ended = open.end(trial).expect("it has started");
/// assert_eq!(ended.kept, [0.25, 0.75]);
/// assert_eq!(ended.last().map(|(at, values)| (at.get(), values.first())), Some((3, 0.5)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OpenTrials<T>(BTreeMap<TrialId, OpenTrial<T>>);

/// A trial that has started and not ended.
#[derive(Clone, Debug)]
pub struct OpenTrial<T> {
    /// What the strategy keeps of it.
    pub kept: T,
    last: Option<(Fidelity, Values)>,
    paused: bool,
}

impl<T> Default for OpenTrials<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> OpenTrials<T> {
    /// A trial has started; returns what was kept under its number before, which only a driver's mistake leaves there.
    pub fn start(&mut self, trial: TrialId, kept: T) -> Option<OpenTrial<T>> {
        let open = OpenTrial {
            kept,
            last: None,
            paused: false,
        };
        self.0.insert(trial, open)
    }

    /// Takes note of reports, pauses and resumptions of trials that are open; other facts change nothing. Returns the
    /// trial that the fact is about, if it is open.
    pub fn follow(&mut self, fact: &Fact) -> Option<&mut OpenTrial<T>> {
        match fact {
            Fact::Reported(reported) => {
                let open = self.0.get_mut(&reported.trial)?;
                open.last = Some((reported.at, reported.values.clone()));
                Some(open)
            }
            Fact::Paused(paused) => {
                let open = self.0.get_mut(&paused.trial)?;
                open.paused = true;
                Some(open)
            }
            Fact::Resumed(resumed) => {
                let open = self.0.get_mut(&resumed.trial)?;
                open.paused = false;
                Some(open)
            }
            Fact::Ended(ended) => self.0.get_mut(&ended.trial),
            _ => None,
        }
    }

    /// A trial, if it is open.
    #[must_use]
    pub fn get(&self, trial: TrialId) -> Option<&OpenTrial<T>> {
        self.0.get(&trial)
    }

    /// A trial to change what is kept of it, if it is open.
    pub fn get_mut(&mut self, trial: TrialId) -> Option<&mut OpenTrial<T>> {
        self.0.get_mut(&trial)
    }

    /// Takes a trial out.
    pub fn end(&mut self, trial: TrialId) -> Option<OpenTrial<T>> {
        self.0.remove(&trial)
    }

    /// The trials that are running, by number: those in flight, whose results are still to come.
    pub fn running(&self) -> impl DoubleEndedIterator<Item = (TrialId, &OpenTrial<T>)> {
        self.iter().filter(|(_, open)| !open.paused)
    }

    /// All of them, by number; paused ones, too.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (TrialId, &OpenTrial<T>)> {
        self.0.iter().map(|(trial, open)| (*trial, open))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<T> OpenTrial<T> {
    /// Its last report: at which fidelity, and the losses.
    #[must_use]
    pub fn last(&self) -> Option<(Fidelity, &Values)> {
        self.last.as_ref().map(|(at, values)| (*at, values))
    }

    /// Whether it waits to be resumed.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.paused
    }
}

/// Whether an outcome says nothing about the trial's parameters: its worker was lost, or the trial cancelled. The point
/// is as good as untried.
#[must_use]
pub fn says_nothing(outcome: &Outcome) -> bool {
    let kind = outcome.failure().map(|failure| failure.kind);
    matches!(kind, Some(FailureKind::Lost | FailureKind::Cancelled))
}

#[cfg(test)]
mod tests {
    use tuning_core::{Ended, Reported, Resumed};

    use super::*;

    fn running(open: &OpenTrials<char>) -> String {
        open.running().map(|(_, open)| open.kept).collect()
    }

    fn report(trial: u64, at: u64, loss: f64) -> Fact {
        Reported::new(
            TrialId::new(trial),
            Fidelity::new(at),
            Values::one(loss).unwrap(),
        )
        .into()
    }

    #[test]
    fn trials_are_in_the_order_of_their_numbers() {
        let mut open = OpenTrials::default();
        for (trial, kept) in [(4, 'd'), (1, 'a'), (3, 'c'), (2, 'b')] {
            assert!(open.start(TrialId::new(trial), kept).is_none());
        }
        assert_eq!(running(&open), "abcd");
        assert_eq!(open.end(TrialId::new(3)).map(|open| open.kept), Some('c'));
        assert!(open.end(TrialId::new(3)).is_none());
        assert_eq!((running(&open).as_str(), open.len()), ("abd", 3));
    }

    #[test]
    fn the_last_report_counts() {
        let mut open = OpenTrials::default();
        open.start(TrialId::new(0), ());
        assert!(open.follow(&report(0, 1, 9.0)).is_some());
        assert!(open.follow(&report(0, 2, 7.0)).is_some());
        assert!(open.follow(&report(1, 2, 8.0)).is_none());
        let ended = Ended::new(TrialId::new(0), Outcome::Stopped);
        assert!(open.follow(&ended.into()).is_some(), "it is still there");
        let ended = open.end(TrialId::new(0)).unwrap();
        assert_eq!(
            ended.last(),
            Some((Fidelity::new(2), &Values::one(7.0).unwrap()))
        );
    }

    #[test]
    fn what_is_paused_does_not_run_until_it_is_resumed() {
        let mut open = OpenTrials::default();
        let trial = TrialId::new(0);
        open.start(trial, 'a');
        let values = Values::one(1.0).unwrap();
        open.follow(&tuning_core::Paused::new(trial, Fidelity::new(1), values).into());
        assert_eq!((running(&open).as_str(), open.len()), ("", 1));
        open.follow(&Resumed::new(trial, None).into());
        assert_eq!(running(&open), "a");
    }

    #[test]
    fn a_lost_worker_says_nothing_and_a_crash_does() {
        let failed = |kind| Outcome::failed(kind, "why");
        assert!(says_nothing(&failed(FailureKind::Lost)));
        assert!(says_nothing(&failed(FailureKind::Cancelled)));
        assert!(!says_nothing(&failed(FailureKind::Error)));
        assert!(!says_nothing(&Outcome::Stopped));
    }
}
