//! [`DifferentialEvolution`]: the fold of a study's facts that asks are answered from.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use tuning_core::{Ask, Asked, Fact, Proposal, Seed, Strategy, StrategyError, Tag};
use tuning_toolkit::{Kind, Stream};

use super::{
    NAME,
    memory::{Memory, Rates, Win},
};
use crate::{
    fitness::Fitness,
    genome::{Genes, Genome, come_back, other_choice},
    ledger::{Finished, Ledger},
};

/// How likely a choice is drawn anew where all parents may have the same.
const NEW_CHOICE: f64 = 0.05;
/// A population within so small a box has nothing left to find there.
const COLLAPSED: f64 = 1e-9;
/// Differences need a target, one of the best, and two others.
const FEWEST: usize = 4;

#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) popsize: usize,
    pub(crate) p_best: f64,
    pub(crate) memory: usize,
    pub(crate) archive: f64,
    pub(crate) shrinks_over: Option<u64>,
}

#[derive(Clone, Debug)]
struct Member {
    genes: Genes,
    fitness: Fitness,
}

/// Differential evolution: current-to-pbest/1/bin with an archive, rates that are learned from what worked, and
/// a population that shrinks over the budget (L-SHADE).
///
/// A trial competes with the member it was bred from as soon as its result is there, so that no worker waits
/// for a generation. See the [crate's documentation](crate) for the formulas.
#[derive(Clone, Debug)]
pub struct DifferentialEvolution {
    ledger: Ledger,
    settings: Settings,
    /// The population by the numbers of its slots: a child takes its parent's.
    members: BTreeMap<u64, Member>,
    next: u64,
    archive: VecDeque<Genes>,
    memory: Memory,
    wins: Vec<Win>,
    /// Results since the memory learned, and all results.
    recent: usize,
    ended: u64,
}

/// What the tag of a child says.
struct Note {
    slot: u64,
    rates: Rates,
}

impl Note {
    fn tag(&self) -> Tag {
        let Rates { f, cr } = self.rates;
        Tag::new(NAME, format_args!("{},{f},{cr}", self.slot))
    }

    /// None for one of the first population, which has no parent.
    fn read(note: &str) -> Option<Self> {
        let mut parts = note.split(',');
        let slot = parts.next()?.parse().ok()?;
        let mut rate = || {
            parts
                .next()?
                .parse()
                .ok()
                .filter(|rate| (0.0..=1.0).contains(rate))
        };
        let rates = Rates {
            f: rate()?,
            cr: rate()?,
        };
        Some(Self { slot, rates })
    }
}

impl DifferentialEvolution {
    pub(super) fn new(genome: Genome, settings: Settings) -> Self {
        Self {
            ledger: Ledger::new(genome, NAME),
            memory: Memory::new(settings.memory),
            settings,
            members: BTreeMap::new(),
            next: 0,
            archive: VecDeque::new(),
            wins: Vec::new(),
            recent: 0,
            ended: 0,
        }
    }

    /// How many members there should be now.
    // Tanabe & Fukunaga 2014, "Improving the Search Performance of SHADE Using Linear Population Size
    // Reduction", eq. 10.
    fn size(&self) -> usize {
        let first = self.settings.popsize;
        match self.settings.shrinks_over {
            Some(budget) if budget > 0 => {
                let spent = (self.ended as f64 / budget as f64).min(1.0);
                let size = first as f64 + (FEWEST as f64 - first as f64) * spent;
                size.round().max(FEWEST as f64) as usize
            }
            _ => first,
        }
    }

    fn propose(
        &self,
        order: &[u64],
        n: usize,
        seed: Seed,
        batch: &mut BTreeSet<tuning_core::ParamsKey>,
    ) -> Result<Proposal, StrategyError> {
        let filling = order.len() + self.ledger.busy() + n < self.size();
        if filling || order.len() < FEWEST {
            let genome = self.ledger.genome();
            let params = self
                .ledger
                .distinct(seed, batch, |stream| genome.anywhere(stream))?;
            return Ok(Proposal::start(params).tag(Tag::new(NAME, "new")));
        }
        // All members are parents in turn.
        let turn = (self.ledger.begun() + n as u64) % order.len() as u64;
        let slot = *self.members.keys().nth(turn as usize).unwrap_or(&order[0]);
        let rates = self.memory.draw(&mut Stream::new(seed.named("rates")));
        let params = self
            .ledger
            .distinct(seed, batch, |stream| self.breed(order, slot, rates, stream))?;
        Ok(Proposal::start(params).tag(Note { slot, rates }.tag()))
    }

    /// A child of a member. `order`: the slots, best first.
    // Zhang & Sanderson 2009, "JADE", eq. 6: v = x + F (x_pbest − x) + F (x_r1 − x_r2), with r2 from the archive
    // as well; then binomial crossover. A gene that is inactive in a parent takes no part; one that the member
    // lacks comes from whoever has it.
    fn breed(&self, order: &[u64], slot: u64, rates: Rates, stream: &mut Stream) -> Vec<f64> {
        let genes = |place: usize| &self.members[&order[place]].genes;
        let own = order.iter().position(|other| *other == slot).unwrap_or(0);
        let x = genes(own);
        let p = genes(stream.below(self.best(order)));
        let first = stream.other(order.len(), [own; 2]);
        let second = stream.other(order.len() + self.archive.len(), [own, first]);
        let r1 = genes(first);
        let r2 = match second.checked_sub(order.len()) {
            Some(archived) => &self.archive[archived],
            None => genes(second),
        };
        let kinds = self.ledger.genome().kinds();
        let free: Vec<usize> = (0..kinds.len())
            .filter(|k| kinds[*k] != Kind::Constant && x[*k].is_some())
            .collect();
        // One gene at least is the child's own.
        let surely = free.get(stream.below(free.len()));
        let Rates { f, cr } = rates;
        (0..kinds.len())
            .map(|k| {
                let crosses = stream.chance(cr) || surely == Some(&k);
                let Some(from) = x[k] else {
                    return p[k].or(r1[k]).or(r2[k]).unwrap_or_else(|| stream.unit());
                };
                match kinds[k] {
                    _ if !crosses => from,
                    Kind::Constant => from,
                    Kind::Choices(choices) => {
                        let differ = r1[k] != r2[k];
                        match () {
                            () if stream.chance(NEW_CHOICE) => other_choice(from, choices, stream),
                            () if stream.chance(f) && p[k] != x[k] => p[k].unwrap_or(from),
                            () if stream.chance(f) && differ => r1[k].unwrap_or(from),
                            () => from,
                        }
                    }
                    Kind::Cells(_) | Kind::Continuum => {
                        let towards = p[k].map_or(0.0, |p| p - from);
                        let across = r1[k].zip(r2[k]).map_or(0.0, |(a, b)| a - b);
                        come_back(from + f * towards + f * across, from)
                    }
                }
            })
            .collect()
    }

    /// How many members are the best: a part of all, and those that are as good as the last of these, lest a
    /// plateau be left by the accident of age.
    fn best(&self, order: &[u64]) -> usize {
        let part = ((self.settings.p_best * order.len() as f64).ceil() as usize).max(2);
        let fitness = |place: usize| &self.members[&order[place]].fitness;
        let last = fitness(part.min(order.len()) - 1);
        let as_good = |place: &usize| fitness(*place).compare(last).is_le();
        (0..order.len()).take_while(as_good).count()
    }

    /// The slots, best first; those of equal fitness by age.
    fn order(&self) -> Vec<u64> {
        let mut order: Vec<_> = self.members.iter().collect();
        order.sort_by(|(_, a), (_, b)| a.fitness.compare(&b.fitness));
        order.into_iter().map(|(slot, _)| *slot).collect()
    }

    fn finished(&mut self, finished: Finished) {
        self.ended += 1;
        let Finished {
            genes,
            fitness,
            note,
        } = finished;
        let child = Member { genes, fitness };
        let note = note.as_deref().and_then(Note::read);
        match note.filter(|note| self.members.contains_key(&note.slot)) {
            Some(note) => self.compete(&note, child),
            None => self.join(child),
        }
        self.shrink();
        self.recent += 1;
        if self.recent >= self.members.len() {
            self.recent = 0;
            self.memory.learn(&std::mem::take(&mut self.wins));
            self.begin_anew_if_collapsed();
        }
    }

    /// A child takes the place of its parent if it is as good.
    fn compete(&mut self, note: &Note, child: Member) {
        let Some(parent) = self.members.get_mut(&note.slot) else {
            return;
        };
        let order = child.fitness.compare(&parent.fitness);
        if order.is_gt() {
            return;
        }
        let parent = std::mem::replace(parent, child);
        if order.is_lt() {
            let child = &self.members[&note.slot];
            let losses = parent
                .fitness
                .losses()
                .first()
                .zip(child.fitness.losses().first());
            let same_class = parent.fitness.class() == child.fitness.class();
            self.wins.push(Win {
                rates: note.rates,
                // Halves: the difference of ±1e308 overflows.
                gain: losses
                    .filter(|_| same_class)
                    .map(|(old, new)| old / 2.0 - new / 2.0),
            });
            self.archive.push_back(parent.genes);
        }
    }

    /// One without a parent fills the population, or takes the place of the worst if it is better.
    fn join(&mut self, member: Member) {
        if self.members.len() >= self.size() {
            let worst = self.order().pop();
            let Some(worst) =
                worst.filter(|worst| member.fitness.compare(&self.members[worst].fitness).is_lt())
            else {
                return;
            };
            self.members.remove(&worst);
        }
        self.members.insert(self.next, member);
        self.next += 1;
    }

    fn shrink(&mut self) {
        while self.members.len() > self.size() {
            let Some(worst) = self.order().pop() else {
                return;
            };
            self.members.remove(&worst);
        }
        // The paper drops members of the archive at random; the oldest are the least like the population.
        let room = (self.settings.archive * self.size() as f64) as usize;
        while self.archive.len() > room {
            self.archive.pop_front();
        }
    }

    /// When all members are in one place, the best one stays and the others begin anew.
    fn begin_anew_if_collapsed(&mut self) {
        let spread = |k: usize| {
            let mut active = self.members.values().filter_map(|member| member.genes[k]);
            let first = active.next()?;
            let (low, high) =
                active.fold((first, first), |(low, high), u| (low.min(u), high.max(u)));
            Some(high - low)
        };
        let genes = self.ledger.genome().kinds().len();
        let collapsed = (0..genes)
            .filter_map(spread)
            .all(|spread| spread < COLLAPSED);
        if !collapsed || self.members.len() < FEWEST {
            return;
        }
        if let Some(best) = self.order().first() {
            let best = *best;
            self.members.retain(|slot, _| *slot == best);
        }
        self.archive.clear();
        self.memory = Memory::new(self.settings.memory);
    }
}

impl Strategy for DifferentialEvolution {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let order = self.order();
        let mut batch = BTreeSet::new();
        (0..ask.slots().get())
            .map(|n| self.propose(&order, n, ask.seed(n), &mut batch))
            .collect::<Result<_, _>>()
            .map(Asked::Propose)
    }

    fn tell(&mut self, fact: &Fact) {
        if let Some(finished) = self.ledger.tell(fact) {
            self.finished(finished);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_back_to_the_last_bit() {
        let rates = Rates {
            f: 0.1 + 0.2,
            cr: 1.0 / 3.0,
        };
        let tag = Note { slot: 7, rates }.tag();
        let note = Note::read(&tag.note(NAME).unwrap()).unwrap();
        assert_eq!((note.slot, note.rates), (7, rates));
        for other in ["new", "", "1", "1,2,0.5", "1,0.5", "x,0.5,0.5", "1,NaN,0.5"] {
            assert!(Note::read(other).is_none(), "{other}");
        }
    }
}
