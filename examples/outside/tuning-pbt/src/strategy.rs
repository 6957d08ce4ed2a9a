//! [`Pbt`]: the strategy.

use std::collections::BTreeSet;

use tuning_core::{
    Ask, Asked, Fact, Fidelity, ParamsError, Proposal, Space, Strategy, StrategyError, Tag, TrialId,
};

use crate::{
    NAME, PbtConfig,
    explore::{anywhere, near},
    member::{Member, Next},
};

/// Population based training. See the [crate](crate) and [`PbtConfig`].
///
/// A round is decided in `tell`, as soon as its last member pauses: which trials continue, which are replaced, and by copies of which.
/// The budget is a fact like the others, so that no copy is planned for which there is no trial. `ask` reads the plan.
#[derive(Clone, Debug)]
pub struct Pbt {
    config: PbtConfig,
    space: Space,
    /// Where the rounds end, but for the last one.
    ends: Vec<Fidelity>,
    members: Vec<Member>,
    /// Trials that were replaced: they are given up.
    replaced: BTreeSet<TrialId>,
    /// What runs, ours or not: only then may it wait.
    running: BTreeSet<TrialId>,
    /// How many trials the study may start, and how many it has started, ours or not.
    limit: Option<u64>,
    started: u64,
}

impl Pbt {
    pub(crate) fn new(config: PbtConfig, space: Space, ends: Vec<Fidelity>) -> Self {
        Self {
            members: (0..config.members).map(|_| Member::default()).collect(),
            replaced: BTreeSet::new(),
            running: BTreeSet::new(),
            limit: None,
            started: 0,
            config,
            space,
            ends,
        }
    }

    /// Where a trial that stands at `at` runs to: the end of the round, or its own.
    fn until(&self, at: Fidelity) -> Option<Fidelity> {
        self.ends.iter().find(|end| **end > at).copied()
    }

    /// How many more trials may be started.
    fn left(&self) -> u64 {
        self.limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(self.started))
    }

    /// A new trial for the member: from nothing, or from the checkpoint of another one.
    fn new_trial(&self, number: usize, ask: &Ask, n: usize) -> Result<Proposal, ParamsError> {
        let donor = match self.members[number].next {
            Next::Fork { member } => Some(&self.members[member]),
            _ => None,
        };
        let proposal =
            match donor.and_then(|donor| Some((donor, donor.trial?, donor.params.as_ref()?))) {
                Some((donor, trial, params)) => {
                    let params = near(&self.space, params, &self.config, ask.seed(n))?;
                    Proposal::fork(trial, params).until(self.until(donor.at))
                }
                None => Proposal::start(anywhere(&self.space, ask.seed(n))?)
                    .until(self.until(Fidelity::new(0))),
            };
        Ok(proposal.tag(Tag::new(NAME, number)))
    }

    fn propose(&self, ask: &Ask) -> Result<Vec<Proposal>, ParamsError> {
        let slots = ask.slots().get();
        // Giving up takes no slot.
        let mut proposals: Vec<_> = self
            .replaced
            .iter()
            .copied()
            .map(Proposal::give_up)
            .collect();
        let new = self
            .members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.next.is_new());
        let new: Vec<_> = new.map(|(number, _)| number).collect();
        for (n, number) in new.iter().take(slots).enumerate() {
            proposals.push(self.new_trial(*number, ask, n)?);
        }
        // A trial can be copied only while it is paused: it is resumed once all of its copies have begun.
        let copied = |number: usize| {
            let fork = Next::Fork { member: number };
            self.members.iter().any(|member| member.next == fork)
        };
        let resume = |(number, member): (usize, &Member)| {
            let trial = member
                .trial
                .filter(|_| member.next == Next::Resume && !copied(number))?;
            Some(Proposal::resume(trial).until(self.until(member.at)))
        };
        let free = slots.saturating_sub(new.len());
        proposals.extend(
            self.members
                .iter()
                .enumerate()
                .filter_map(resume)
                .take(free),
        );
        Ok(proposals)
    }

    /// Plans the next round once this one is over.
    fn plan(&mut self) {
        if self.left() == 0 {
            // What was planned with trials that were used otherwise.
            for member in self
                .members
                .iter_mut()
                .filter(|member| member.next.is_new())
            {
                member.next = if member.paused.is_some() {
                    Next::Resume
                } else {
                    Next::Rest
                };
            }
        }
        if self.members.iter().any(|member| member.next != Next::Rest) {
            return;
        }
        let standing = |(number, member): (usize, &Member)| Some((member.paused?, number));
        let mut ranked: Vec<_> = self
            .members
            .iter()
            .enumerate()
            .filter_map(standing)
            .collect();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if ranked.is_empty() {
            return self.begin();
        }
        // Those that have ended early make room first, then the worst.
        let gone = self
            .members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.paused.is_none());
        let gone: Vec<_> = gone.map(|(number, _)| number).collect();
        let worst = (ranked.len() as f64 * self.config.replaced).round() as usize;
        let worst = ranked
            .iter()
            .rev()
            .take(worst.min(ranked.len() / 2))
            .map(|(_, number)| *number);
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        let replaced: Vec<_> = gone.into_iter().chain(worst.clone()).take(left).collect();
        // Jaderberg et al. 2017 draw a donor among the best ones. Here they take turns, the best one first: `tell` has
        // no seed, and no member is copied often by chance.
        let donors = &ranked[..worst.len().max(1)];
        for (_, number) in &ranked {
            self.members[*number].next = Next::Resume;
        }
        for (number, (_, donor)) in replaced.into_iter().zip(donors.iter().cycle()) {
            self.members[number].next = Next::Fork { member: *donor };
        }
    }

    /// A population has ended; another one begins, as far as the budget goes.
    fn begin(&mut self) {
        let left = usize::try_from(self.left()).unwrap_or(usize::MAX);
        for member in self.members.iter_mut().take(left) {
            *member = Member::default();
        }
    }

    fn member_of(&mut self, trial: TrialId) -> Option<&mut Member> {
        self.members
            .iter_mut()
            .find(|member| member.trial == Some(trial))
    }
}

impl Strategy for Pbt {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let proposals = self.propose(ask)?;
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            true if self.running.is_empty() => Asked::Done,
            true => Asked::Wait,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Budgeted(budgeted) => self.limit = budgeted.trials,
            Fact::Started(started) => {
                self.started += 1;
                self.running.insert(started.trial);
                let number: Option<usize> = started.tag.note_as(NAME);
                let member = number.and_then(|number| self.members.get_mut(number));
                if let Some(member) = member.filter(|member| member.next.is_new()) {
                    self.replaced
                        .extend(member.trial.filter(|_| member.paused.is_some()));
                    *member = Member {
                        next: Next::Run,
                        trial: Some(started.trial),
                        params: Some(started.params.clone()),
                        ..Member::default()
                    };
                }
            }
            Fact::Resumed(resumed) => {
                self.running.insert(resumed.trial);
                if let Some(member) = self.member_of(resumed.trial) {
                    (member.next, member.paused) = (Next::Run, None);
                }
            }
            Fact::Paused(paused) => {
                self.running.remove(&paused.trial);
                if let Some(member) = self.member_of(paused.trial) {
                    (member.next, member.paused) = (Next::Rest, Some(paused.values.first()));
                    member.at = paused.at;
                }
            }
            Fact::Ended(ended) => {
                self.running.remove(&ended.trial);
                self.replaced.remove(&ended.trial);
                if let Some(member) = self.member_of(ended.trial) {
                    (member.next, member.paused) = (Next::Rest, None);
                }
            }
            _ => {}
        }
        self.plan();
    }
}
