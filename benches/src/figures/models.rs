//! What strategies with a model take for a proposal: TPE beside its peers, the Gaussian process, CMA-ES.

use std::{error::Error, num::NonZeroUsize, time::Instant};

use tuning_cmaes::CmaEsConfig;
use tuning_core::{
    Ask, Asked, Ended, Objectives, Outcome, Parameter, Params, Problem, Seed, Space, Started,
    Strategy, StrategyConfig, Tag, TrialId, Values,
};
use tuning_gp::GpConfig;
use tuning_tpe::TpeConfig;

use super::context::{Context, Rows};
use crate::{
    measure::{median, resident},
    row::{Row, Target},
    workload,
};

/// How many asks are measured at one length of the history.
const ASKS: usize = 200;

pub(super) fn run(context: &Context) -> Rows {
    let mut rows = tpe_beside_its_peers(context)?;
    rows.extend(tpe_by_length(context)?);
    for (trials, most) in [(100, 10.0), (400, 25.0)] {
        let mut seconds = Vec::new();
        for round in 0..context.rounds(10) as u64 {
            let mut strategy = GpConfig::default().build(&floats())?;
            let mut history = History::random(&floats(), &mut strategy, trials, round)?;
            history.go_on(&mut strategy, 1)?; // it catches up with the history
            seconds.extend(history.go_on(&mut strategy, 20)?);
        }
        let p99 = quantile(seconds, 0.99) * 1e3;
        let name = format!("gp: ask with its fit, p99, after {trials} trials");
        rows.push(Row::new(name, "ms", vec![p99]).target(Target::AtMost(most)));
    }
    let mut strategy = CmaEsConfig::default().build(&floats())?;
    let mut history = History::default();
    let seconds = history.go_on(&mut strategy, context.size(2_000))?;
    let row = Row::new("cmaes: ask, p50", "µs", vec![median(seconds) * 1e6]);
    rows.push(row.target(Target::AtMost(20.0)));
    Ok(rows)
}

fn tpe_beside_its_peers(context: &Context) -> Rows {
    let mut rows = Vec::new();
    for (trials, rounds, most) in [(1_000, 5, 0.07), (10_000, 1, 1.6)] {
        let trials = context.size(trials);
        let mut ours = Vec::new();
        let mut peers: [Vec<f64>; 2] = Default::default();
        for _ in 0..context.rounds(rounds) {
            let mut strategy = TpeConfig::default().build(&workload::problem())?;
            let began = Instant::now();
            History::default().go_on(&mut strategy, trials)?;
            ours.push(began.elapsed().as_secs_f64());
        }
        if let Some(optuna) = context.optuna() {
            peers[0].push(optuna.tpe("rustuna", trials)?);
            if trials <= 1_000 {
                peers[1].push(optuna.tpe("optuna", trials)?);
            }
        }
        let name = |who: &str| format!("tpe: {trials} trials, ask and tell{who}");
        let of_optuna = (!peers[1].is_empty()).then(|| median(peers[1].clone()));
        let row = Row::new(name(""), "s", ours).target(Target::AtMost(most));
        rows.push(row.peer(of_optuna).note("ten mixed parameters"));
        if !peers[0].is_empty() {
            let [of_rustuna, _] = peers;
            rows.push(Row::new(name(", Rustuna's TPE"), "s", of_rustuna));
        }
    }
    Ok(rows)
}

fn tpe_by_length(context: &Context) -> Rows {
    let problem = workload::problem();
    let mut rows = Vec::new();
    for trials in [1_000, 100_000] {
        let before = resident().unwrap_or_default();
        let mut strategy = TpeConfig::default().build(&problem)?;
        let mut history = History::random(&problem, &mut strategy, context.size(trials), 0)?;
        let after = resident().unwrap_or_default();
        let p50 = median(history.go_on(&mut strategy, ASKS as u64)?) * 1e6;
        let row = Row::new(
            format!("tpe: ask, p50, from {trials} trials on"),
            "µs",
            vec![p50],
        );
        rows.push(row.target(Target::AtMost(150.0)));
        if trials == 100_000 {
            let grown = after.saturating_sub(before) as f64 / f64::from(1 << 20);
            let row = Row::new("tpe: memory of 100000 trials", "MiB", vec![grown]);
            rows.push(row.target(Target::AtMost(100.0)));
        }
    }
    Ok(rows)
}

fn floats() -> Problem {
    let floats = (0..10).map(|i| Parameter::float(format!("x{i}"), 0.0, 1.0));
    let space = Space::new(floats).expect("the space is well formed");
    Problem::new(
        space,
        Objectives::minimize("loss").expect("a name of letters"),
    )
}

/// Who tells a strategy what came of its proposals, and how long each ask took.
#[derive(Default)]
struct History {
    next: u64,
}

impl History {
    /// One of random trials, all told.
    fn random(
        problem: &Problem,
        strategy: &mut dyn Strategy,
        trials: u64,
        round: u64,
    ) -> Result<Self, Box<dyn Error>> {
        let mut this = Self::default();
        for trial in 0..trials {
            let seed = Seed::new(round).derive(trial);
            let point: Vec<f64> = (0..problem.space.len() as u64)
                .map(|d| seed.derive(d).unit())
                .collect();
            this.tell(strategy, problem.space.decode(&point)?, Tag::NONE)?;
        }
        Ok(this)
    }

    /// Asks this many times, and tells what came of it; the seconds of each ask.
    fn go_on(
        &mut self,
        strategy: &mut dyn Strategy,
        asks: u64,
    ) -> Result<Vec<f64>, Box<dyn Error>> {
        let mut seconds = Vec::new();
        for _ in 0..asks {
            let ask = Ask::new(NonZeroUsize::MIN, TrialId::new(self.next), Seed::new(1));
            let began = Instant::now();
            let asked = strategy.ask(&ask)?;
            seconds.push(began.elapsed().as_secs_f64());
            let Asked::Propose(proposals) = asked else {
                return Err("the strategy has nothing to propose".into());
            };
            for proposal in proposals {
                let params = proposal.params().ok_or("it resumes nothing")?.clone();
                self.tell(strategy, params, proposal.note().clone())?;
            }
        }
        Ok(seconds)
    }

    fn tell(
        &mut self,
        strategy: &mut dyn Strategy,
        params: Params,
        tag: Tag,
    ) -> Result<(), Box<dyn Error>> {
        let loss = loss(&params)?;
        let trial = TrialId::new(self.next);
        strategy.tell(&Started::new(trial, params).tag(tag).into());
        let outcome = Outcome::Completed(Values::one(loss)?);
        strategy.tell(&Ended::new(trial, outcome).into());
        self.next += 1;
        Ok(())
    }
}

/// A bowl with its lowest point away from the middle; `peers/tpe_overhead.py` has the same.
fn loss(params: &Params) -> Result<f64, Box<dyn Error>> {
    let mut loss = 0.0;
    for (name, _) in params.iter() {
        loss += match name.as_bytes()[0] {
            b'x' => (params.float(name)? - 0.3).powi(2),
            b'l' => (params.float(name)?.log10() + 3.0).powi(2) / 25.0,
            b'i' => (params.int(name)? - 7).pow(2) as f64 / 100.0,
            _ => match &*params.str(name)? {
                "a" => 0.0,
                "b" => 0.1,
                _ => 0.2,
            },
        };
    }
    Ok(loss)
}

fn quantile(mut seconds: Vec<f64>, share: f64) -> f64 {
    seconds.sort_by(f64::total_cmp);
    let last = seconds.len().saturating_sub(1);
    let at = ((last as f64 * share).ceil() as usize).min(last);
    seconds.get(at).copied().unwrap_or(f64::NAN)
}
