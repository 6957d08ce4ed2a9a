//! Random search: the simplest strategy that keeps the laws.

use tuning_core::{
    Ask, Asked, Fact, Params, ParamsError, Problem, Proposal, Seed, Space, Strategy, StrategyError,
    Unsupported,
};

#[derive(Debug)]
pub(crate) struct Random {
    space: Space,
}

impl Random {
    pub(crate) fn build(problem: &Problem) -> Result<Self, Unsupported> {
        Ok(Self {
            space: problem.space.clone(),
        })
    }
}

/// A point of the space, drawn evenly.
pub(crate) fn draw(space: &Space, seed: Seed) -> Result<Params, ParamsError> {
    let coordinate = |d: usize| seed.derive(d as u64).unit();
    space.decode(&(0..space.len()).map(coordinate).collect::<Vec<_>>())
}

impl Strategy for Random {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let propose = |n| Ok(Proposal::start(draw(&self.space, ask.seed(n))?));
        let proposals: Result<_, ParamsError> = (0..ask.slots().get()).map(propose).collect();
        proposals
            .map(Asked::Propose)
            .map_err(StrategyError::from_source)
    }

    fn tell(&mut self, _: &Fact) {}
}
