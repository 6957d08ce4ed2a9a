//! [`Ladder`]: the rungs, the losses that were measured at each, and who is in the top of one.

use tuning_core::{Fidelity, FidelityRange, TrialId};

/// The rungs but for the last one, which is a trial's end.
#[derive(Clone, Debug)]
pub(crate) struct Ladder {
    reduction: usize,
    rungs: Vec<Rung>,
}

#[derive(Clone, Debug)]
struct Rung {
    at: Fidelity,
    /// The best ones first.
    losses: Vec<(f64, TrialId)>,
}

impl Ladder {
    /// From the least fidelity in steps of a factor of `reduction`.
    pub(crate) fn new(range: FidelityRange, reduction: u32) -> Self {
        let rung = |at: &u64| Some(at.saturating_mul(reduction.into()));
        let fidelities = std::iter::successors(Some(range.min().get()), rung);
        let below = fidelities.take_while(|at| *at < range.max().get());
        let empty = |at| Rung {
            at: Fidelity::new(at),
            losses: Vec::new(),
        };
        Self {
            reduction: usize::try_from(reduction).unwrap_or(usize::MAX),
            rungs: below.map(empty).collect(),
        }
    }

    /// Where the rung lies; none for the last one: to the trial's end.
    pub(crate) fn until(&self, rung: usize) -> Option<Fidelity> {
        self.rungs.get(rung).map(|rung| rung.at)
    }

    /// The highest rung that a trial at this fidelity has reached: it may have run beyond the one that it was sent to.
    /// None if it is below the first.
    pub(crate) fn reached(&self, at: Fidelity) -> Option<usize> {
        self.rungs.iter().rposition(|rung| rung.at <= at)
    }

    /// Notes the loss of a trial at a rung.
    pub(crate) fn measured(&mut self, rung: usize, trial: TrialId, loss: f64) {
        let losses = &mut self.rungs[rung].losses;
        let place = losses
            .partition_point(|(other, id)| other.total_cmp(&loss).then(id.cmp(&trial)).is_lt());
        losses.insert(place, (loss, trial));
    }

    /// Trials in the top of their rungs, with the rung, from the highest rung down.
    // Li et al. 2020, Alg. 2, get_job: the top 1/η of a rung, where |rung|/η is rounded down.
    pub(crate) fn tops(&self) -> impl Iterator<Item = (TrialId, usize)> {
        self.rungs
            .iter()
            .enumerate()
            .rev()
            .flat_map(|(place, rung)| {
                let top = rung.losses.iter().take(rung.losses.len() / self.reduction);
                top.map(move |(_, trial)| (*trial, place))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ladder(max: u64) -> Ladder {
        Ladder::new(FidelityRange::new(1, max).unwrap(), 3)
    }

    #[test]
    fn rungs_lie_a_factor_apart_below_the_whole() {
        let check = |max, expect: &[u64]| {
            let rungs: Vec<_> = ladder(max).rungs.iter().map(|rung| rung.at.get()).collect();
            assert_eq!(rungs, expect, "{max}");
        };
        check(27, &[1, 3, 9]);
        check(28, &[1, 3, 9, 27]);
        check(1, &[]);
    }

    #[test]
    fn only_the_top_third_goes_on() {
        let mut ladder = ladder(27);
        for (trial, loss) in [(0, 0.5), (1, 0.1), (2, 0.9), (3, 0.1), (4, 0.7), (5, 0.8)] {
            ladder.measured(0, TrialId::new(trial), loss);
        }
        let tops: Vec<_> = ladder
            .tops()
            .map(|(trial, rung)| (trial.get(), rung))
            .collect();
        assert_eq!(tops, [(1, 0), (3, 0)]);
    }
}
