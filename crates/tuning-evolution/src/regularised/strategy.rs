//! [`RegularisedEvolution`]: the fold of a study's facts that asks are answered from.

use std::collections::{BTreeSet, VecDeque};

use tuning_core::{Ask, Asked, Fact, Proposal, Seed, Strategy, StrategyError, Tag};
use tuning_toolkit::{Kind, Stream};

use super::NAME;
use crate::{
    fitness::Fitness,
    genome::{Genes, Genome, come_back, other_choice},
    ledger::Ledger,
};

/// How far a number is moved, as a part of its range: most of the steps are small, some are not.
const STEPS: [f64; 3] = [0.2, 0.05, 0.01];

#[derive(Clone, Debug)]
struct Member {
    genes: Genes,
    fitness: Fitness,
}

/// Regularised evolution: the best of a few drawn from the population has a child with one gene changed, and
/// the oldest member dies.
///
/// A lucky result dies with its trial, so that only what keeps having good children survives. See the
/// [crate's documentation](crate).
#[derive(Clone, Debug)]
pub struct RegularisedEvolution {
    ledger: Ledger,
    popsize: usize,
    tournament: usize,
    /// Oldest first.
    members: VecDeque<Member>,
}

impl RegularisedEvolution {
    pub(super) fn new(genome: Genome, popsize: usize, tournament: usize) -> Self {
        Self {
            ledger: Ledger::new(genome, NAME),
            popsize,
            tournament,
            members: VecDeque::new(),
        }
    }

    fn propose(
        &self,
        n: usize,
        seed: Seed,
        batch: &mut BTreeSet<tuning_core::ParamsKey>,
    ) -> Result<Proposal, StrategyError> {
        let filling = self.members.len() + self.ledger.busy() + n < self.popsize;
        let params = self
            .ledger
            .distinct(seed, batch, |stream| match self.parent(stream) {
                Some(parent) if !filling => self.mutate(&parent.genes, stream),
                _ => self.ledger.genome().anywhere(stream),
            })?;
        let note = if filling { "new" } else { "child" };
        Ok(Proposal::start(params).tag(Tag::new(NAME, note)))
    }

    /// The best of a tournament.
    // Real et al. 2019, "Regularized Evolution for Image Classifier Architecture Search", Alg. 1.
    fn parent(&self, stream: &mut Stream) -> Option<&Member> {
        let drawn =
            (0..self.tournament).filter_map(|_| self.members.get(stream.below(self.members.len())));
        drawn.min_by(|a, b| a.fitness.compare(&b.fitness))
    }

    /// A child with one gene changed. Genes that become active by that, and have no value, get any.
    fn mutate(&self, parent: &Genes, stream: &mut Stream) -> Vec<f64> {
        let kinds = self.ledger.genome().kinds();
        let free: Vec<usize> = (0..kinds.len())
            .filter(|k| kinds[*k] != Kind::Constant && parent[*k].is_some())
            .collect();
        let mut child: Vec<f64> = parent
            .iter()
            .map(|gene| gene.unwrap_or_else(|| stream.unit()))
            .collect();
        if let Some(&k) = free.get(stream.below(free.len())) {
            let from = child[k];
            child[k] = match kinds[k] {
                Kind::Constant => from,
                Kind::Choices(choices) => other_choice(from, choices, stream),
                Kind::Cells(_) | Kind::Continuum => {
                    let step = STEPS[stream.below(STEPS.len())] * stream.normal();
                    // At least to the next cell.
                    let cell = match kinds[k] {
                        Kind::Cells(cells) => 1.0 / cells as f64,
                        _ => 0.0,
                    };
                    come_back(from + step + cell.copysign(step), from)
                }
            };
        }
        child
    }
}

impl Strategy for RegularisedEvolution {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let mut batch = BTreeSet::new();
        (0..ask.slots().get())
            .map(|n| self.propose(n, ask.seed(n), &mut batch))
            .collect::<Result<_, _>>()
            .map(Asked::Propose)
    }

    fn tell(&mut self, fact: &Fact) {
        if let Some(finished) = self.ledger.tell(fact) {
            self.members.push_back(Member {
                genes: finished.genes,
                fitness: finished.fitness,
            });
            if self.members.len() > self.popsize {
                self.members.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Space, Values};

    use super::*;

    fn evolution() -> RegularisedEvolution {
        let space = Space::new([
            Parameter::categorical("kind", ["a", "b", "c"]),
            Parameter::float("x", 0.0, 1.0).when("kind", ["a"]),
            Parameter::int("n", 0, 4),
            Parameter::int("fixed", 1, 1),
        ]);
        let mut evolution = RegularisedEvolution::new(Genome::new(&space.unwrap()), 4, 2);
        for k in 0..4 {
            evolution.members.push_back(Member {
                genes: vec![Some(0.5), None, Some(0.5), Some(0.5)],
                fitness: Fitness::Measured(Values::one(f64::from(k)).unwrap()),
            });
        }
        evolution
    }

    #[test]
    fn one_active_gene_changes() {
        let evolution = evolution();
        let genome = evolution.ledger.genome();
        let parent = &evolution.members[0].genes;
        let of = |child: &[f64]| genome.encode(&genome.decode(child).unwrap()).unwrap().0;
        let mut changed = [0; 2];
        for seed in 0..200 {
            let child = of(&evolution.mutate(parent, &mut Stream::new(Seed::new(seed))));
            let (kind, n) = (child[0] != parent[0], child[2] != parent[2]);
            assert!(kind != n, "{child:?}");
            changed[usize::from(n)] += 1;
        }
        assert!(changed.iter().all(|times| *times > 60), "{changed:?}");
    }

    #[test]
    fn the_best_of_a_tournament_is_the_parent() {
        let evolution = evolution();
        let mut times = [0_i32; 4];
        for seed in 0..2000 {
            let parent = evolution.parent(&mut Stream::new(Seed::new(seed))).unwrap();
            times[parent.fitness.losses()[0] as usize] += 1;
        }
        // Of two drawn from four: 7, 5, 3 and 1 of 16.
        for (found, expected) in times.iter().zip([875, 625, 375, 125]) {
            assert!((found - expected).abs() < 70, "{times:?}");
        }
    }
}
