//! `fidelity`: strategies for trials that pause, on tables of learning curves, and what their decisions cost. See
//! benches/README.md.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints a table, and on the other stream what it is doing"
)]

mod latency;
mod network;
mod replay;
mod table;

use std::{env, error::Error, path::PathBuf, process::ExitCode, thread};

use tuning_auto::AutoConfig;
use tuning_core::{BoxedConfig, Seed, StrategyConfig as _};
use tuning_multifidelity::{AshaConfig, FreezeThawConfig, HyperbandConfig};
use tuning_strategies::RandomConfig;
use tuning_tpe::TpeConfig;

use replay::{MARKS, Run};
use table::{Points, Table};

const USAGE: &str = "\
usage: fidelity FOLDER [--seeds N] [--workers N] [--only NAME,…] [--points anywhere|nearest|numbered]
       fidelity --latency

FOLDER     has the tables and the networks: files `*.curves` and `*.network`, as `python benches/peers/curves.py SURROGATES
           FOLDER` and `networks.py` write them
--points   where trials are: `anywhere` in the space (a network tells their curves), at the `nearest` row of the table
           that was not tried, or at rows that are nothing but their `numbers`; `anywhere` if absent
--latency  measures what a decision costs instead";

/// A method: its name, its configuration, and whether it sees that there are fidelities.
type Method = (&'static str, BoxedConfig, bool);

fn methods() -> Vec<Method> {
    let random = RandomConfig::default;
    let tpe = TpeConfig::default;
    let auto = AutoConfig::default;
    vec![
        ("random whole", random().boxed(), false),
        ("tpe whole", tpe().boxed(), false),
        ("auto whole", auto().boxed(), false),
        ("asha over random", AshaConfig::over(random()).boxed(), true),
        ("asha over tpe", AshaConfig::over(tpe()).boxed(), true),
        (
            "hyperband over tpe",
            HyperbandConfig::over(tpe()).boxed(),
            true,
        ),
        ("freeze_thaw", FreezeThawConfig::default().boxed(), true),
        ("auto", auto().boxed(), true),
    ]
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("fidelity: {error}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut folder, mut seeds, mut workers, mut only) = (None, 8, 1, None);
    let mut points = Points::Anywhere;
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("`{arg}` needs a value"));
        match &*arg {
            "--latency" => return latency::print(),
            "--seeds" => seeds = value()?.parse()?,
            "--workers" => workers = value()?.parse()?,
            "--points" => points = value()?.parse()?,
            "--only" => only = Some(value()?),
            _ => folder = Some(PathBuf::from(arg)),
        }
    }
    let tables = Table::read_all(&folder.ok_or("give the folder of the tables")?, points)?;
    let chosen = |name: &str| {
        only.as_ref()
            .is_none_or(|only| only.split(',').any(|part| part == name))
    };
    println!("{} tables, {seeds} seeds, {workers} workers", tables.len());
    println!(
        "| method | {} | trials | whole |",
        MARKS.map(|mark| mark.to_string()).join(" | ")
    );
    println!("|---|{}", "---|".repeat(MARKS.len() + 2));
    for (name, config, gradual) in methods() {
        if chosen(name) {
            let runs = all(&tables, &config, gradual, seeds, workers)?;
            println!("| {name} | {} |", summary(&runs));
        }
    }
    Ok(())
}

/// One run for each table and seed, on two threads.
fn all(
    tables: &[Table],
    config: &BoxedConfig,
    gradual: bool,
    seeds: u64,
    workers: usize,
) -> Result<Vec<Run>, String> {
    let half = |half: usize| {
        let mine = tables.iter().enumerate().skip(half).step_by(2);
        // Tables have the same configurations: with the same seed, what is drawn at random would be the same in all.
        let seeds = |place: usize| (0..seeds).map(move |seed| Seed::new(seed).derive(place as u64));
        let runs = mine.flat_map(|(place, table)| seeds(place).map(move |seed| (table, seed)));
        let run = |(table, seed)| {
            replay::run(table, config, gradual, seed, workers).map_err(|error| error.to_string())
        };
        runs.map(run).collect::<Result<Vec<_>, String>>()
    };
    thread::scope(|scope| {
        let other = scope.spawn(|| half(1));
        let mut runs = half(0)?;
        runs.extend(other.join().map_err(|_| "a run panicked")??);
        Ok(runs)
    })
}

/// The mean, its standard error and the median at each mark, and how many trials there were, and whole ones, in the mean.
fn summary(runs: &[Run]) -> String {
    let n = runs.len() as f64;
    let mean = |of: &dyn Fn(&Run) -> f64| runs.iter().map(of).sum::<f64>() / n;
    let mark = |mark: usize| {
        let middle = mean(&|run| run.regrets[mark]);
        let variance = mean(&|run| (run.regrets[mark] - middle).powi(2));
        let mut sorted: Vec<f64> = runs.iter().map(|run| run.regrets[mark]).collect();
        sorted.sort_by(f64::total_cmp);
        let (median, error) = (sorted[sorted.len() / 2], (variance / n).sqrt());
        format!("{middle:.2} ± {error:.2} ({median:.2})")
    };
    let marks: Vec<String> = (0..MARKS.len()).map(mark).collect();
    let (trials, whole) = (
        mean(&|run| run.trials as f64),
        mean(&|run| run.whole as f64),
    );
    format!("{} | {trials:.0} | {whole:.0}", marks.join(" | "))
}
