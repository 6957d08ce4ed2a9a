//! A (mu, lambda) evolution strategy in generations: the family of CMA-ES.

use std::collections::BTreeSet;

use tuning_core::{
    Ask, Asked, Fact, Outcome, Params, ParamsError, Problem, Proposal, Seed, Space, Strategy,
    StrategyError, Tag, TrialId, Unsupported,
};

const LAYER: &str = "evolution";
const LAMBDA: usize = 6;
const MU: usize = 2;

/// The state is a fold of the facts: which generation it is, who is in it, and what came of them.
#[derive(Debug)]
pub(crate) struct Evolution {
    space: Space,
    generation: u64,
    centre: Vec<f64>,
    sigma: f64,
    started: usize,
    open: BTreeSet<TrialId>,
    points: Vec<(TrialId, Vec<Option<f64>>)>,
    ranked: Vec<(f64, TrialId)>,
}

impl Evolution {
    pub(crate) fn build(problem: &Problem) -> Result<Self, Unsupported> {
        if problem.objectives.len() != 1 {
            return Err(Unsupported::new(
                LAYER,
                "optimises one objective: choose one",
            ));
        }
        Ok(Self {
            centre: vec![0.5; problem.space.len()],
            space: problem.space.clone(),
            generation: 0,
            sigma: 0.3,
            started: 0,
            open: BTreeSet::new(),
            points: Vec::new(),
            ranked: Vec::new(),
        })
    }

    fn sample(&self, seed: Seed) -> Result<Params, ParamsError> {
        let coordinate = |(d, centre): (usize, &f64)| {
            let seed = seed.derive(d as u64);
            if self.generation == 0 || seed.named("jump").unit() < 0.05 {
                return seed.unit();
            }
            reflect(centre + self.sigma * normal(seed))
        };
        self.space.decode(
            &self
                .centre
                .iter()
                .enumerate()
                .map(coordinate)
                .collect::<Vec<_>>(),
        )
    }

    fn next_generation(&mut self) {
        self.ranked
            .sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let parents: Vec<_> = self
            .ranked
            .iter()
            .take(MU)
            .map(|(_, trial)| *trial)
            .collect();
        for d in 0..self.centre.len() {
            let of_parents = self
                .points
                .iter()
                .filter(|(trial, _)| parents.contains(trial));
            let places: Vec<f64> = of_parents.filter_map(|(_, point)| point[d]).collect();
            if !places.is_empty() {
                self.centre[d] = places.iter().sum::<f64>() / places.len() as f64;
            }
        }
        self.sigma = (self.sigma * 0.85).max(1e-3);
        self.generation += 1;
        self.started = 0;
        self.points.clear();
        self.ranked.clear();
    }
}

/// Back into the unit interval without heaping up at its ends.
fn reflect(x: f64) -> f64 {
    let x = x.rem_euclid(2.0);
    if x > 1.0 { 2.0 - x } else { x }
}

fn normal(seed: Seed) -> f64 {
    let (u, v) = (1.0 - seed.named("u").unit(), seed.named("v").unit());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

impl Strategy for Evolution {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let free = LAMBDA - self.started;
        if free == 0 {
            return Ok(Asked::Wait); // for the rest of the generation: `tell` begins the next one
        }
        let propose = |n| {
            let tag = Tag::new(LAYER, self.generation);
            Ok(Proposal::start(self.sample(ask.seed(n))?).tag(tag))
        };
        let proposals: Result<_, ParamsError> =
            (0..free.min(ask.slots().get())).map(propose).collect();
        proposals
            .map(Asked::Propose)
            .map_err(StrategyError::from_source)
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started)
                if started.tag.note_as(LAYER) == Some(self.generation) && self.started < LAMBDA =>
            {
                self.started += 1;
                self.open.insert(started.trial);
                self.points
                    .push((started.trial, self.space.encode(&started.params)));
            }
            Fact::Ended(ended) if self.open.remove(&ended.trial) => {
                if let Outcome::Completed(losses) = &ended.outcome {
                    self.ranked.push((losses.first(), ended.trial));
                }
                if self.started == LAMBDA && self.open.is_empty() {
                    self.next_generation();
                }
            }
            _ => {}
        }
    }
}
