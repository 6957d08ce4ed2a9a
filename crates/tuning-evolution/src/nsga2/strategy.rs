//! [`Nsga2`]: the fold of a study's facts that asks are answered from.

use std::collections::BTreeSet;

use tuning_core::{Ask, Asked, Fact, Proposal, Seed, Strategy, StrategyError, Tag};
use tuning_toolkit::Stream;

use super::{NAME, ranking::Ranking, variation::Variation};
use crate::{
    fitness::Fitness,
    genome::{Genes, Genome},
    ledger::Ledger,
};

#[derive(Clone, Debug)]
struct Member {
    genes: Genes,
    fitness: Fitness,
}

/// NSGA-II for any number of objectives, one result at a time: a child joins the population, and the member
/// that is missed least leaves it.
///
/// So no worker waits for a generation, and the front is there at any moment. See the
/// [crate's documentation](crate).
#[derive(Clone, Debug)]
pub struct Nsga2 {
    ledger: Ledger,
    popsize: usize,
    variation: Variation,
    /// Oldest first.
    members: Vec<Member>,
    ranking: Ranking,
}

impl Nsga2 {
    pub(super) fn new(genome: Genome, popsize: usize, variation: Variation) -> Self {
        Self {
            ledger: Ledger::new(genome, NAME),
            popsize,
            variation,
            members: Vec::new(),
            ranking: Ranking::default(),
        }
    }

    fn propose(
        &self,
        n: usize,
        seed: Seed,
        batch: &mut BTreeSet<tuning_core::ParamsKey>,
    ) -> Result<Proposal, StrategyError> {
        let genome = self.ledger.genome();
        let filling = self.members.len() + self.ledger.busy() + n < self.popsize;
        let params = self.ledger.distinct(seed, batch, |stream| {
            if filling || self.members.is_empty() {
                return genome.anywhere(stream);
            }
            let (a, b) = (self.parent(stream), self.parent(stream));
            self.variation.child(genome.kinds(), a, b, stream)
        })?;
        let note = if filling { "new" } else { "child" };
        Ok(Proposal::start(params).tag(Tag::new(NAME, note)))
    }

    /// The better one of two.
    fn parent(&self, stream: &mut Stream) -> &Genes {
        let (a, b) = (
            stream.below(self.members.len()),
            stream.below(self.members.len()),
        );
        let better = if self.ranking.prefers(b, a) { b } else { a };
        &self.members[better].genes
    }

    fn rank(&mut self) {
        let fitness: Vec<_> = self.members.iter().map(|member| &member.fitness).collect();
        self.ranking = Ranking::of(&fitness);
    }
}

impl Strategy for Nsga2 {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let mut batch = BTreeSet::new();
        (0..ask.slots().get())
            .map(|n| self.propose(n, ask.seed(n), &mut batch))
            .collect::<Result<_, _>>()
            .map(Asked::Propose)
    }

    fn tell(&mut self, fact: &Fact) {
        let Some(finished) = self.ledger.tell(fact) else {
            return;
        };
        if finished.fitness == Fitness::Failed {
            return; // there is nothing to learn from it that the others do not tell
        }
        self.members.push(Member {
            genes: finished.genes,
            fitness: finished.fitness,
        });
        self.rank();
        if self.members.len() > self.popsize
            && let Some(worst) = self.ranking.worst()
        {
            self.members.remove(worst);
            self.rank();
        }
    }
}
