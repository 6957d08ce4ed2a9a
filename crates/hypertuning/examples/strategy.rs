//! A strategy of your own: a (1+1) evolution strategy, registered under a name and run from a study's settings.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::collections::BTreeMap;

use hypertuning::{
    Ask, Asked, Problem, Proposal, Seed, Spec, StrategyError, Unsupported, prelude::*,
};
use serde::{Deserialize, Serialize};

/// Its options, as a study file gives them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct OnePlusOneConfig {
    /// The standard deviation of the first mutations, in the unit cube.
    sigma: f64,
}

impl Default for OnePlusOneConfig {
    fn default() -> Self {
        Self { sigma: 0.3 }
    }
}

impl StrategyConfig for OnePlusOneConfig {
    type Strategy = OnePlusOne;

    fn spec(&self) -> Spec {
        Spec::new("one-plus-one").option("sigma", self.sigma)
    }

    fn build(&self, problem: &Problem) -> Result<OnePlusOne, Unsupported> {
        if !(self.sigma > 0.0 && self.sigma <= 1.0) {
            let message = format!(
                "cannot mutate with sigma {}: use more than 0, at most 1",
                self.sigma
            );
            return Err(Unsupported::new("one-plus-one", message));
        }
        let (space, sigma) = (problem.space.clone(), self.sigma);
        Ok(OnePlusOne {
            space,
            sigma,
            running: BTreeMap::new(),
            parent: None,
        })
    }
}

/// The state is a fold of the facts: the best point so far, and how far from it to look.
struct OnePlusOne {
    space: Space,
    sigma: f64,
    running: BTreeMap<TrialId, Params>,
    parent: Option<(f64, Params)>,
}

impl Strategy for OnePlusOne {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let parent = self
            .parent
            .as_ref()
            .map(|(_, params)| self.space.encode(params));
        let propose = |n| {
            let place = |d: usize| {
                let seed = ask.seed(n).derive(d as u64);
                match parent.as_ref().and_then(|parent| parent[d]) {
                    Some(parent) => reflect(parent + self.sigma * normal(seed)),
                    None => seed.unit(), // no parent yet, or one without this parameter
                }
            };
            let point: Vec<f64> = (0..self.space.len()).map(place).collect();
            self.space.decode(&point).map(Proposal::start)
        };
        let proposals: Result<Vec<_>, _> = (0..ask.slots().get()).map(propose).collect();
        Ok(Asked::Propose(proposals?))
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => {
                drop(self.running.insert(started.trial, started.params.clone()))
            }
            Fact::Ended(ended) => {
                let params = self.running.remove(&ended.trial);
                if let (Some(params), Outcome::Completed(losses)) = (params, &ended.outcome) {
                    // Rechenberg's rule of one fifth, as Auger 2009 (doi:10.1145/1570256.1570342) writes it.
                    let better = self
                        .parent
                        .as_ref()
                        .is_none_or(|(best, _)| losses.first() < *best);
                    self.sigma *= if better { 1.5 } else { 1.5_f64.powf(-0.25) };
                    self.sigma = self.sigma.clamp(1e-6, 1.0);
                    if better {
                        self.parent = Some((losses.first(), params));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Back into the unit interval, without heaping up at its ends.
fn reflect(x: f64) -> f64 {
    let x = x.rem_euclid(2.0);
    if x > 1.0 { 2.0 - x } else { x }
}

fn normal(seed: Seed) -> f64 {
    let (u, v) = (1.0 - seed.named("u").unit(), seed.named("v").unit());
    (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut registry = Registry::standard();
    registry.register::<OnePlusOneConfig>(
        "one-plus-one",
        "mutates the best point, by the rule of one fifth",
    );

    // What a study file says under `strategy:`.
    let strategy = registry.read(&serde_json::json!({"name": "one-plus-one", "sigma": 0.2}))?;
    let space = Space::new([
        Parameter::float("lr", 1e-5, 1e-1).log(),
        Parameter::float("dropout", 0.0, 0.5),
        Parameter::int("layers", 1, 8),
    ])?;
    let mut study = Study::builder("example", space)
        .minimize("loss")
        .strategy(strategy)
        .trials(200)
        .order(Order::AS_PROPOSED) // the same trials with any number of workers
        .open()
        .await?;
    let summary = study
        .run(blocking(|trial| {
            let params = trial.params();
            let (lr, dropout) = (params.float("lr")?, params.float("dropout")?);
            let layers = params.int("layers")? as f64;
            // Stands for a training run: best at a rate of 0.003, a dropout of 0.1 and 3 layers.
            Ok::<_, ParamsError>(
                (lr / 0.003).log10().powi(2) + (dropout - 0.1).powi(2) + 0.1 * (layers - 3.0).abs(),
            )
        }))
        .await?;
    println!("{summary}");
    let best = summary.best.ok_or("no trial completed")?;
    if best.values.first() > 0.05 {
        return Err(format!("it found nothing better than {:?}", best.values).into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_runs_and_finds_a_good_point() {
        main().unwrap();
    }

    #[test]
    fn it_keeps_the_laws() {
        tuning_conformance::strategy(|problem| OnePlusOneConfig::default().build(problem)).check();
    }
}
