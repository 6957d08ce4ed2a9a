//! Population based training, in rounds: the family of strategies that fork.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{
    Ask, Asked, Fact, Fidelity, Outcome, Params, ParamsError, Problem, Proposal, Seed, Space,
    Strategy, StrategyError, Tag, TrialId, Unsupported,
};

use crate::random::draw;

const LAYER: &str = "population";
const MEMBERS: u64 = 6;
/// This many of the best are copied, and this many of the worst replaced.
const THIRD: usize = 2;

#[derive(Debug)]
pub(crate) struct Population {
    space: Space,
    /// Where the rounds end.
    ends: Vec<Fidelity>,
    round: usize,
    members: BTreeMap<u64, Member>,
    /// Who ended the round before this one with a loss, the best first. It stays as it is while this
    /// round's members begin one by one.
    ranked: Vec<(f64, TrialId)>,
    params: BTreeMap<TrialId, Params>,
    in_flight: BTreeSet<TrialId>,
}

/// A member in the current round.
#[derive(Clone, Debug)]
struct Member {
    trial: Option<TrialId>,
    state: State,
    loss: Option<f64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    /// It has not begun this round: it is resumed, or begins anew if it has no trial to resume.
    Ready,
    Running,
    Finished,
}

/// What a member does in this round.
enum Plan {
    Resume(TrialId),
    Fork(TrialId),
    Start,
}

impl Population {
    pub(crate) fn build(problem: &Problem) -> Result<Self, Unsupported> {
        let Some(range) = problem.fidelity else {
            return Err(Unsupported::new(
                LAYER,
                "needs fidelities: declare a range of them",
            ));
        };
        let (min, max) = (range.min().get(), range.max().get());
        let mut ends: Vec<_> = (1..=4)
            .map(|k| Fidelity::new((max * k / 4).max(min)))
            .collect();
        ends.dedup();
        let new = Member {
            trial: None,
            state: State::Ready,
            loss: None,
        };
        Ok(Self {
            space: problem.space.clone(),
            ends,
            round: 0,
            members: (0..MEMBERS).map(|member| (member, new.clone())).collect(),
            ranked: Vec::new(),
            params: BTreeMap::new(),
            in_flight: BTreeSet::new(),
        })
    }

    /// A pure function of the facts and the study's seed, so that every ask sees the same plan.
    fn plan(&self, number: u64, seed: Seed) -> Plan {
        let ranked = &self.ranked;
        let worst = &ranked[THIRD
            .max(ranked.len().saturating_sub(THIRD))
            .min(ranked.len())..];
        match self.members[&number].trial {
            Some(trial) if !worst.iter().any(|(_, bad)| *bad == trial) => Plan::Resume(trial),
            _ => {
                // A donor is resumed when its copies are made; who is cancelled later finds it running.
                let still = |(_, trial): &&(f64, TrialId)| !self.in_flight.contains(trial);
                let donors: Vec<_> = ranked.iter().take(THIRD).filter(still).collect();
                let coin = seed
                    .named(LAYER)
                    .derive(self.round as u64 * MEMBERS + number)
                    .unit();
                let chosen = donors.get((coin * donors.len() as f64) as usize);
                chosen.map_or(Plan::Start, |(_, donor)| Plan::Fork(*donor))
            }
        }
    }

    fn perturbed(&self, donor: TrialId, seed: Seed) -> Result<Params, ParamsError> {
        let Some(params) = self.params.get(&donor) else {
            return draw(&self.space, seed);
        };
        let place = |(d, place): (usize, Option<f64>)| {
            let coin = seed.derive(d as u64);
            match place {
                Some(place) if coin.named("keep").unit() < 0.75 => {
                    let moved = place + 0.4 * (coin.unit() - 0.5);
                    if (0.0..=1.0).contains(&moved) {
                        moved
                    } else {
                        place - (moved - place)
                    }
                }
                _ => coin.unit(),
            }
        };
        let point: Vec<f64> = self
            .space
            .encode(params)
            .into_iter()
            .enumerate()
            .map(place)
            .collect();
        self.space.decode(&point)
    }

    fn propose(&self, ask: &Ask) -> Result<Vec<Proposal>, ParamsError> {
        let until = self.ends[self.round];
        let (mut new, mut resumed, mut donors) = (Vec::new(), Vec::new(), BTreeSet::new());
        let ready = self
            .members
            .iter()
            .filter(|(_, member)| member.state == State::Ready);
        for (number, _) in ready {
            let tag = Tag::new(LAYER, format!("{}:{number}", self.round));
            match self.plan(*number, ask.study_seed()) {
                Plan::Resume(trial) => {
                    resumed.push((trial, Proposal::resume(trial).until(until).tag(tag)))
                }
                // Only a paused trial can be forked: copies are made before it is resumed.
                Plan::Fork(donor) => {
                    if ask.trials_left() != Some(0) {
                        donors.insert(donor);
                        let params = self.perturbed(donor, ask.seed(new.len()))?;
                        new.push(Proposal::fork(donor, params).until(until).tag(tag));
                    }
                }
                Plan::Start => {
                    if ask.trials_left() != Some(0) {
                        let params = draw(&self.space, ask.seed(new.len()))?;
                        new.push(Proposal::start(params).until(until).tag(tag));
                    }
                }
            }
        }
        let slots = ask.slots().get();
        let all_forks = new.len() <= slots;
        new.extend(
            resumed
                .into_iter()
                .filter(|(t, _)| all_forks || !donors.contains(t))
                .map(|(_, p)| p),
        );
        new.truncate(slots);
        Ok(new)
    }

    fn finish(&mut self, trial: TrialId, lost: bool) {
        self.in_flight.remove(&trial);
        let found = self
            .members
            .values_mut()
            .find(|member| member.trial == Some(trial));
        let Some(member) = found else {
            return;
        };
        if lost {
            (member.trial, member.loss) = (None, None);
        }
        if member.state == State::Running {
            member.state = State::Finished;
        }
        let all = self
            .members
            .values()
            .all(|member| member.state == State::Finished);
        if all && self.round + 1 < self.ends.len() {
            self.next_round();
        }
    }

    fn next_round(&mut self) {
        let with_loss = |member: &Member| Some((member.loss?, member.trial?));
        self.ranked = self.members.values().filter_map(with_loss).collect();
        self.ranked
            .sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.round += 1;
        self.members
            .values_mut()
            .for_each(|member| member.state = State::Ready);
    }
}

impl Strategy for Population {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let proposals = self.propose(ask)?;
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            true if self.in_flight.is_empty() => Asked::Done,
            true => Asked::Wait,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        let Some(trial) = fact.trial() else {
            return;
        };
        match fact {
            Fact::Started(started) => {
                self.in_flight.insert(trial);
                let note = started.tag.note(LAYER);
                let place = note.as_deref().and_then(|note| note.split_once(':'));
                let Some((round, number)) = place else { return };
                let (Ok(round), Ok(number)) = (round.parse::<usize>(), number.parse()) else {
                    return;
                };
                if let Some(member) = self.members.get_mut(&number)
                    && round == self.round
                    && member.state == State::Ready
                {
                    *member = Member {
                        trial: Some(trial),
                        state: State::Running,
                        loss: None,
                    };
                    self.params.insert(trial, started.params.clone());
                }
            }
            Fact::Resumed(_) => {
                let found = self
                    .members
                    .values_mut()
                    .find(|member| member.trial == Some(trial));
                if let Some(member) = found {
                    self.in_flight.insert(trial);
                    member.state = State::Running;
                }
            }
            Fact::Reported(reported) => {
                let found = self
                    .members
                    .values_mut()
                    .find(|member| member.trial == Some(trial));
                if let Some(member) = found {
                    member.loss = Some(reported.values.first());
                }
            }
            Fact::Paused(_) => self.finish(trial, false),
            Fact::Ended(ended) => {
                self.finish(trial, !matches!(ended.outcome, Outcome::Completed(_)))
            }
            _ => {}
        }
    }
}
