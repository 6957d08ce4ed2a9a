//! [`Proposal`]: what a strategy wants done next; [`Ask`] and [`Asked`]: the question and the answer.

use std::{fmt, num::NonZeroUsize};

use crate::{Fidelity, Seed, Tag, TrialId, space::Params};

/// A piece of work that a strategy wants done.
///
/// # Example
/// ```
/// use tuning_core::{Fidelity, Parameter, Proposal, Space, Tag, TrialId};
///
/// let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log()])?;
/// let params = space.params([("lr", 0.01)])?;
/// // A new trial that runs for three epochs, …
/// let start = Proposal::start(params.clone()).until(Fidelity::new(3)).tag(Tag::new("asha", "0"));
/// // … a paused one that resumes until the ninth, …
/// let resume = Proposal::resume(TrialId::new(4)).until(Fidelity::new(9));
/// // … a new one that begins with the checkpoint of another, …
/// let fork = Proposal::fork(TrialId::new(4), params).until(Fidelity::new(9));
/// // … and a paused one that is not worth resuming.
/// let give_up = Proposal::give_up(TrialId::new(5));
/// # let _ = (start, resume, fork, give_up);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    kind: ProposalKind,
    until: Option<Fidelity>,
    tag: Tag,
}

/// What is to be done. Kinds may be added: whoever passes proposals on passes on those that it does not know.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ProposalKind {
    /// Start a new trial with these parameters.
    Start(Params),
    /// Resume a paused trial.
    Resume(TrialId),
    /// Start a new trial with these parameters from the checkpoint of a paused or ended one.
    Fork(TrialId, Params),
    /// End a paused trial as stopped.
    GiveUp(TrialId),
}

impl Proposal {
    /// Start a new trial with these parameters.
    #[must_use]
    pub fn start(params: Params) -> Self {
        Self::of(ProposalKind::Start(params))
    }

    /// Resume a paused trial.
    #[must_use]
    pub fn resume(trial: TrialId) -> Self {
        Self::of(ProposalKind::Resume(trial))
    }

    /// End a paused trial as [stopped](crate::Outcome::Stopped), at once: it will not be resumed.
    ///
    /// This is no work: it takes no slot and no trial of the budget, and an answer may hold nothing else.
    /// Its checkpoint may be removed from then on, so that a trial that was given up is not forked either.
    #[must_use]
    pub fn give_up(trial: TrialId) -> Self {
        Self::of(ProposalKind::GiveUp(trial))
    }

    /// Start a new trial with these parameters from the checkpoint of `trial`, which must be paused
    /// or ended, and not given up: what population based training does.
    ///
    /// A running trial cannot be forked: its checkpoint changes under the copy, and which state the copy
    /// began with would depend on timing. So a population is trained in rounds: every member runs to the
    /// end of the round and pauses, then the copies of the good ones are started, and only then the good
    /// ones themselves are resumed (a donor that runs again can no longer be forked).
    #[must_use]
    pub fn fork(trial: TrialId, params: Params) -> Self {
        Self::of(ProposalKind::Fork(trial, params))
    }

    fn of(kind: ProposalKind) -> Self {
        Self {
            kind,
            until: None,
            tag: Tag::NONE,
        }
    }

    /// Sets how much resource the trial may have used in total when this work ends; to its end if absent.
    #[must_use]
    pub fn until(mut self, until: impl Into<Option<Fidelity>>) -> Self {
        self.until = until.into();
        self
    }

    /// Sets its author's note.
    #[must_use]
    pub fn tag(mut self, tag: Tag) -> Self {
        self.tag = tag;
        self
    }

    /// The proposal of an inner strategy as it leaves the combinator `layer`, with that layer and its note
    /// around the tag. [`Fact::unwrapped`](crate::Fact::unwrapped) is the way back.
    #[must_use]
    pub fn wrapped(mut self, layer: &str, note: impl fmt::Display) -> Self {
        self.tag = self.tag.wrap(layer, note);
        self
    }

    /// What is to be done.
    #[must_use]
    pub fn kind(&self) -> &ProposalKind {
        &self.kind
    }

    /// The parameters of the new trial, if it starts one.
    #[must_use]
    pub fn params(&self) -> Option<&Params> {
        match &self.kind {
            ProposalKind::Start(params) | ProposalKind::Fork(_, params) => Some(params),
            ProposalKind::Resume(_) | ProposalKind::GiveUp(_) => None,
        }
    }

    /// Whether it starts a new trial.
    #[must_use]
    pub fn is_new(&self) -> bool {
        self.params().is_some()
    }

    /// Whether it is work: everything but giving up.
    #[must_use]
    pub fn is_work(&self) -> bool {
        !matches!(self.kind, ProposalKind::GiveUp(_))
    }

    /// The fidelity to run until, if it is not to run to the end.
    #[must_use]
    pub fn target(&self) -> Option<Fidelity> {
        self.until
    }

    /// Its author's note.
    #[must_use]
    pub fn note(&self) -> &Tag {
        &self.tag
    }

    /// Takes it apart.
    pub(crate) fn into_parts(self) -> (ProposalKind, Option<Fidelity>, Tag) {
        (self.kind, self.until, self.tag)
    }
}

/// The question that a driver asks a strategy: what next?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    slots: NonZeroUsize,
    next: TrialId,
    study: Seed,
    salt: Option<u64>,
    left: Option<u64>,
    resource: Option<u64>,
}

impl Ask {
    /// Asks for up to `slots` proposals. `next` is the number of the next new trial, `study` the
    /// study's seed.
    #[must_use]
    pub const fn new(slots: NonZeroUsize, next: TrialId, study: Seed) -> Self {
        Self {
            slots,
            next,
            study,
            salt: None,
            left: None,
            resource: None,
        }
    }

    /// How many proposals are wanted at most. Fewer are fine.
    #[must_use]
    pub const fn slots(&self) -> NonZeroUsize {
        self.slots
    }

    /// The number that the `n`-th new trial of the answer will have (resumed trials do not count).
    #[must_use]
    pub const fn trial(&self, n: usize) -> TrialId {
        self.next.plus(n as u64)
    }

    /// The seed for proposing the `n`-th new trial of the answer. It depends on the study's seed and
    /// the trial's number alone.
    #[must_use]
    pub const fn seed(&self, n: usize) -> Seed {
        let seed = self.study.derive(self.trial(n).get());
        match self.salt {
            None => seed,
            Some(salt) => seed.derive(salt),
        }
    }

    /// The seed of the study, the same in every ask: for what all trials share, such as the scramble
    /// of a sequence. Derive yours by name: `ask.study_seed().named("sobol")`.
    #[must_use]
    pub const fn study_seed(&self) -> Seed {
        self.study
    }

    /// How many more trials may be started; none if there is no limit. Proposals beyond are not
    /// taken; paused trials may be resumed all the same.
    ///
    /// A strategy that only starts trials can ignore it: in a problem without fidelities it is not even
    /// asked when nothing is left. One that pauses trials looks at it so that its ladder ends well: with
    /// `Some(0)` it proposes to resume what is worth it, and answers [`Asked::Done`] once nothing is.
    /// It may also be used to plan ahead (the size of the last generation), but not to stop before it
    /// is 0: a budget can be raised, and a study that is opened with a larger one continues.
    #[must_use]
    pub const fn trials_left(&self) -> Option<u64> {
        self.left
    }

    /// Sets a limit on the trials that may still be started.
    #[must_use]
    pub const fn with_trials_left(mut self, left: Option<u64>) -> Self {
        self.left = left;
        self
    }

    /// How much more resource work may use that begins now, all proposals of the answer together; none if there is no limit.
    /// What the work in flight was asked for is taken off. It is never 0 in a study: then nothing is asked.
    ///
    /// A piece of work that asks for more is not begun, and no work that is proposed behind it; once nothing is in flight any
    /// more, the study ends so. A strategy need not look at it. One that does passes over what does not fit, or lets its
    /// last piece of work end earlier; if nothing fits, it proposes what it would do with more: a budget can be raised, and
    /// a study that is opened with a larger one continues. So it gives nothing up for that reason.
    #[must_use]
    pub const fn resource_left(&self) -> Option<u64> {
        self.resource
    }

    /// Sets a limit on the resource that work may use which begins now.
    #[must_use]
    pub const fn with_resource_left(mut self, left: Option<u64>) -> Self {
        self.resource = left;
        self
    }

    /// The same question for another number of proposals: what a combinator asks its inner strategy
    /// when it has filled some slots with resumed trials.
    #[must_use]
    pub const fn with_slots(mut self, slots: NonZeroUsize) -> Self {
        self.slots = slots;
        self
    }

    /// The question that remains for `slots` proposals behind `started` new trials: what a combinator
    /// asks its inner strategy when it has filled some slots with new trials of its own.
    #[must_use]
    pub const fn after(mut self, started: usize, slots: NonZeroUsize) -> Self {
        self.next = self.next.plus(started as u64);
        self.left = match self.left {
            Some(left) => Some(left.saturating_sub(started as u64)),
            None => None,
        };
        self.slots = slots;
        self
    }

    /// The same question with other seeds for the trials: how a combinator that did not like the
    /// first answer gets another one out of a strategy that answers the same question the same way.
    #[must_use]
    pub const fn salted(mut self, salt: u64) -> Self {
        self.salt = Some(salt);
        self
    }
}

/// A strategy's answer: one of these three, for good, so that the caller can handle them all.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Do this: at least one proposal, and at most as many as there were slots; giving up does not count.
    Propose(Vec<Proposal>),
    /// Nothing now, but ask again after the next fact. Legal only while something is in flight.
    Wait,
    /// Nothing, for good.
    Done,
}

impl Asked {
    /// The same answer with `f` applied to each proposal, whatever it is: how a combinator passes on what
    /// its inner strategy answers.
    #[must_use]
    pub fn map(self, f: impl FnMut(Proposal) -> Proposal) -> Self {
        match self {
            Self::Propose(proposals) => Self::Propose(proposals.into_iter().map(f).collect()),
            Self::Wait => Self::Wait,
            Self::Done => Self::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(n: usize) -> NonZeroUsize {
        NonZeroUsize::new(n).unwrap()
    }

    #[test]
    fn the_seed_of_a_trial_is_the_same_in_every_batch() {
        let ask = |next| Ask::new(slots(8), TrialId::new(next), Seed::new(5));
        assert_eq!(ask(0).seed(7), ask(7).seed(0));
        assert_eq!(ask(0).after(3, slots(1)).seed(4), ask(0).seed(7));
        assert_ne!(ask(0).seed(0), ask(0).salted(1).seed(0));
        assert_ne!(ask(0).salted(1).seed(0), ask(0).salted(2).seed(0));
        assert_eq!(ask(9).salted(1).study_seed(), Seed::new(5));
    }

    #[test]
    fn what_remains_of_a_question_counts_what_was_taken() {
        let ask = Ask::new(slots(8), TrialId::new(2), Seed::new(5)).with_trials_left(Some(3));
        let rest = ask.after(5, slots(2));
        assert_eq!(
            (rest.slots(), rest.trial(0), rest.trials_left()),
            (slots(2), TrialId::new(7), Some(0))
        );
    }
}
