//! [`Pbt`]: a population that trains in steps, the worst members of which continue from copies of the best.

use tuning_core::{Ask, Asked, Fact, Proposal, Seed, Strategy, StrategyError, Tag};
use tuning_toolkit::Stream;

use super::{
    NAME,
    explore::Explore,
    members::{Members, Place, State},
};
use crate::schedulers::in_flight::InFlight;

/// Population based training: parameters that change while a trial trains.
///
/// All members of the population train for one step and pause. Then each member in the bottom quantile is given up, and a
/// [fork](Proposal::fork) of one of the top quantile, each as likely, takes its place: it continues from that member's
/// checkpoint with parameters of its own, each of them drawn anew or changed a little. The others continue as they are. So
/// a population finds a schedule of its parameters, such as a learning rate that falls, which no single trial could.
///
/// | parameter | change |
/// |---|---|
/// | float | times 0.8 or 1.2, within its range |
/// | integer, number in steps | the same, and one place at least |
/// | list in an order | the neighbour on one side |
/// | list without an order | none, unless it is drawn anew |
///
/// - The quantile is rounded up, and at most half of those that have paused. Of equal losses, the older trial is better.
/// - A step ends when no member runs any more, because a fork of a running trial would begin with whatever that trial had
///   just written. So how many workers there are changes nothing but the time that it takes.
/// - A member that fails or is stopped takes no part in the comparison; a fork takes its place at the end of its step. If no
///   member is left, the places are filled with new trials.
/// - A member that pauses beyond the end of its step is compared with what it has there, and continues to the end of the first step
///   beyond.
/// - Forks are trials, and use up a budget that counts them. When no trials are left, all members train to their end as
///   they are; if some are left when all have, another population begins. Without a budget of trials, the study ends with the
///   first population.
///
/// Source: Jaderberg et al. 2017, "Population based training of neural networks", arXiv:1711.09846. The paper compares a
/// member with the others whenever it has done its step, and copies from members that train.
#[derive(Clone, Debug)]
pub struct Pbt {
    members: Members,
    explore: Explore,
    in_flight: InFlight,
}

impl Pbt {
    pub(super) fn new(members: Members, explore: Explore) -> Self {
        Self {
            members,
            explore,
            in_flight: InFlight::default(),
        }
    }

    /// The new trial of a place: a fork of one of the donors, or one from nothing if there are none.
    fn fill(
        &self,
        members: &Members,
        index: usize,
        donors: &[&Place],
        seed: Seed,
    ) -> Result<Proposal, StrategyError> {
        let (steps, step) = (members.steps(), members.step());
        let tag = tag(members, index, step);
        let drawn = Stream::new(seed.named("donor")).below(donors.len());
        let donor = donors.get(drawn).copied();
        if let Some(Place {
            trial: Some(trial),
            params: Some(params),
            state: State::Due { at, .. },
        }) = donor
        {
            let copy = self.explore.around(params, seed)?;
            let until = steps.end_from(step, *at);
            return Ok(Proposal::fork(*trial, copy).until(until).tag(tag));
        }
        let params = self.explore.anywhere(seed)?;
        Ok(Proposal::start(params).until(steps.end(step)).tag(tag))
    }

    /// What trials do in this step: first the new ones, while those that they are copies of are paused.
    fn work(&self, members: &Members, ask: &Ask) -> Result<Vec<Proposal>, StrategyError> {
        let (steps, step) = (members.steps(), members.step());
        let slots = ask.slots().get();
        let left = ask.trials_left().map_or(usize::MAX, |left| {
            usize::try_from(left).unwrap_or(usize::MAX)
        });
        let donors = members.donors();
        let can_fill = |state: State| match state {
            State::Vacant => left > 0 && (members.starts_anew() || !donors.is_empty()),
            State::Due { is_beaten, .. } => is_beaten && left > 0 && !donors.is_empty(),
            _ => false,
        };
        let places = || members.places().iter().enumerate();
        let open: Vec<_> = places()
            .filter(|(_, place)| can_fill(place.state))
            .map(|(index, _)| index)
            .collect();
        let mut work = Vec::new();
        for &index in open.iter().take(slots.min(left)) {
            work.push(self.fill(members, index, &donors, ask.seed(work.len()))?);
        }
        if work.len() < open.len() {
            return Ok(work);
        }
        let resumed = places().filter_map(|(index, place)| match place.state {
            State::Due { at, .. } if !can_fill(place.state) => {
                let resume = Proposal::resume(place.trial?).until(steps.end_from(step, at));
                Some(resume.tag(tag(members, index, step)))
            }
            _ => None,
        });
        work.extend(resumed.take(slots - open.len()));
        Ok(work)
    }

    /// What continues although places are vacant, because no trials are left to fill them.
    fn rest(&self, ask: &Ask) -> Vec<Proposal> {
        let (steps, step) = (self.members.steps(), self.members.step() + 1);
        let places = self.members.places().iter().enumerate();
        let rest = places.filter_map(|(index, place)| match place.state {
            State::Waiting(at, _) => {
                let resume = Proposal::resume(place.trial?).until(steps.end_from(step, at));
                Some(resume.tag(tag(&self.members, index, step)))
            }
            _ => None,
        });
        rest.take(ask.slots().get()).collect()
    }
}

/// The note on a trial that takes this place, or continues there, in this step.
fn tag(members: &Members, index: usize, step: u64) -> Tag {
    Tag::new(NAME, members.note(index, step))
}

impl Strategy for Pbt {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        // Without a limit of trials, one population is all.
        let next = ask.trials_left().and_then(|_| self.members.renewed());
        let mut proposals = self.work(next.as_ref().unwrap_or(&self.members), ask)?;
        if proposals.is_empty() && !self.members.is_running() {
            proposals = self.rest(ask);
        }
        proposals.extend(self.members.beaten().map(Proposal::give_up));
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            true if self.in_flight.is_empty() => Asked::Done,
            true => Asked::Wait,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        self.in_flight.tell(fact);
        match fact {
            Fact::Started(started) => self.members.started(started),
            Fact::Resumed(resumed) => self.members.resumed(resumed),
            Fact::Paused(paused) => self.members.paused(paused),
            Fact::Ended(ended) => self.members.ended(ended),
            _ => {}
        }
    }
}
