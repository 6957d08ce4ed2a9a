//! What a decision costs.

use std::{error::Error, num::NonZeroUsize, time::Instant};

use tuning_core::{
    Ask, Asked, BoxedConfig, Fidelity, FidelityRange, Objectives, Parameter, Paused, Problem,
    ProposalKind, Reported, Resumed, Seed, Space, Started, Strategy, StrategyConfig as _, TrialId,
    Values,
};
use tuning_multifidelity::{AshaConfig, FreezeThawConfig};
use tuning_strategies::RandomConfig;

/// Prints a table.
pub(crate) fn print() -> Result<(), Box<dyn Error>> {
    println!(
        "| decisions with the facts between them | trials | median µs | 99 % µs | longest µs |\n|---|---|---|---|---|"
    );
    let model = FreezeThawConfig::default().boxed();
    row("freeze_thaw, 20 reports a trial", &model, 500, 20, 100)?;
    let ranks = AshaConfig::over(RandomConfig::default())
        .min_resource(1)
        .boxed();
    row("asha over random", &ranks, 10_000, 1, 5000)?;
    row("asha over random", &ranks, 100_000, 1, 5000)
}

/// Runs a study of this many trials, and measures the last decisions, each with the facts that follow it.
fn row(
    name: &str,
    config: &BoxedConfig,
    trials: usize,
    reports: u64,
    last: usize,
) -> Result<(), Box<dyn Error>> {
    let parameters = (0..7).map(|k| Parameter::float(format!("x{k}"), 0.0, 1.0));
    let space = Space::new(parameters)?;
    let problem = Problem::new(space.clone(), Objectives::minimize("error")?)
        .fidelity(FidelityRange::new(1, 81)?);
    let mut strategy = config.build(&problem)?;
    let (mut at, mut points, mut took) = (Vec::new(), Vec::new(), Vec::new());
    while at.len() < trials {
        let begun = Instant::now();
        let ask = Ask::new(
            NonZeroUsize::MIN,
            TrialId::new(at.len() as u64),
            Seed::new(1),
        );
        let Asked::Propose(proposals) = strategy.ask(&ask)? else {
            return Err("it has nothing to propose".into());
        };
        let mut micros = begun.elapsed().as_secs_f64() * 1e6;
        let (until, tag) = (proposals[0].target(), proposals[0].note().clone());
        let trial = match proposals[0].kind() {
            ProposalKind::Start(params) => {
                let trial = TrialId::new(at.len() as u64);
                at.push(0);
                points.push(
                    space
                        .encode(params)
                        .into_iter()
                        .flatten()
                        .map(|x| (x - 0.4).powi(2))
                        .sum::<f64>(),
                );
                strategy.tell(
                    &Started::new(trial, params.clone())
                        .until(until)
                        .tag(tag)
                        .into(),
                );
                trial
            }
            ProposalKind::Resume(trial) => {
                strategy.tell(&Resumed::new(*trial, until).tag(tag).into());
                *trial
            }
            other => return Err(format!("{other:?}").into()),
        };
        let place = usize::try_from(trial.get())?;
        let end = until.map_or(81, Fidelity::get);
        let error = |epoch: u64| points[place] + 0.5 / epoch as f64;
        let begun = Instant::now();
        for epoch in (at[place] + 1).max((end + 1).saturating_sub(reports))..=end {
            strategy.tell(
                &Reported::new(trial, Fidelity::new(epoch), Values::one(error(epoch))?).into(),
            );
        }
        at[place] = end;
        let values = Values::one(error(end))?;
        strategy.tell(&match until {
            Some(until) => Paused::new(trial, until, values).into(),
            None => tuning_core::Ended::new(trial, tuning_core::Outcome::Completed(values)).into(),
        });
        micros += begun.elapsed().as_secs_f64() * 1e6;
        took.push(micros);
    }
    let mut took = took.split_off(took.len().saturating_sub(last));
    took.sort_by(f64::total_cmp);
    let share = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!(
        "| {name} | {trials} | {:.1} | {:.1} | {:.1} |",
        share(0.5),
        share(0.99),
        share(1.0)
    );
    Ok(())
}
