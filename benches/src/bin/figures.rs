//! `figures`: measures every promise about speed and size once, side by side with Optuna where it is
//! the peer, and prints a table. See benches/README.md.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that prints a table, and on the other stream what it is doing"
)]

use std::{env, error::Error, fs, path::PathBuf, process::ExitCode};

use benches::{
    figures::{Context, FIGURES, Figure},
    machine::Machine,
    optuna::{self, Optuna},
    probe::Probe,
    row::{self, Row},
};
use serde::Serialize;

const USAGE: &str = "\
usage: figures [--only NAME,…] [--quick] [--json FILE]

--only   measure these alone
--quick  one round of few trials, to see that all of it works: no numbers to quote
--json   write what was measured to this file, too

figures:";

fn main() -> ExitCode {
    let result = Options::read(env::args().skip(1)).and_then(|options| match options {
        Command::Help => {
            println!("{USAGE}");
            for figure in FIGURES {
                println!("  {:<10} {}", figure.name, figure.about);
            }
            Ok(true)
        }
        Command::Probe(probe) => {
            println!("{}", serde_json::to_string(&probe.here()?)?);
            Ok(true)
        }
        Command::Measure(options) => measure(&options),
    });
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("figures: {error}");
            ExitCode::from(2)
        }
    }
}

/// What was measured, for `--json`.
#[derive(Serialize)]
struct Report {
    machine: Machine,
    optuna: Option<&'static str>,
    quick: bool,
    rows: Vec<Row>,
    failures: Vec<String>,
}

/// Returns whether everything could be measured. A target that is missed is not a failure: machines differ.
fn measure(options: &Options) -> Result<bool, Box<dyn Error>> {
    let machine = Machine::this();
    eprintln!("{}", machine.line());
    if cfg!(debug_assertions) {
        eprintln!("WARNING: this is not a release build, its numbers mean nothing");
    }
    let wanted = options.figures.iter().any(|figure| figure.has_peer);
    let peer = wanted.then(Optuna::install).transpose();
    if let Err(error) = &peer {
        eprintln!("\nWARNING: EVERY COMPARISON WITH OPTUNA IS SKIPPED: {error}\n");
    }
    let complete = peer.is_ok();
    let peer = peer.unwrap_or_default();
    let compared = peer.is_some();
    let context = Context::new(options.quick, peer)?;
    let (mut rows, mut failures) = (Vec::new(), Vec::new());
    for figure in &options.figures {
        eprintln!("{}: {} …", figure.name, figure.about);
        match (figure.run)(&context) {
            Ok(new) => rows.extend(new),
            Err(error) => {
                eprintln!("WARNING: `{}` is skipped: {error}", figure.name);
                failures.push(format!("{}: {error}", figure.name));
            }
        }
    }
    println!("{}\n", machine.line());
    println!("{}", row::table(&rows));
    if let Some(file) = &options.json {
        let report = Report {
            machine,
            optuna: compared.then_some(optuna::VERSION),
            quick: options.quick,
            rows,
            failures: failures.clone(),
        };
        fs::write(file, serde_json::to_string_pretty(&report)? + "\n")?;
    }
    Ok(failures.is_empty() && complete)
}

enum Command {
    Help,
    Probe(Probe),
    Measure(Options),
}

struct Options {
    figures: Vec<&'static Figure>,
    quick: bool,
    json: Option<PathBuf>,
}

impl Options {
    fn read(mut args: impl Iterator<Item = String>) -> Result<Command, Box<dyn Error>> {
        let mut options = Self {
            figures: Vec::new(),
            quick: false,
            json: None,
        };
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| format!("`{arg}` needs a value"));
            match &*arg {
                "--help" | "-h" => return Ok(Command::Help),
                "--probe" => return Ok(Command::Probe(serde_json::from_str(&value()?)?)),
                "--quick" => options.quick = true,
                "--json" => options.json = Some(value()?.into()),
                "--only" => {
                    for name in value()?.split(',') {
                        options.figures.push(find(name)?);
                    }
                }
                _ => return Err(format!("there is no option `{arg}`: see --help").into()),
            }
        }
        if options.figures.is_empty() {
            options.figures.extend(FIGURES);
        }
        Ok(Command::Measure(options))
    }
}

fn find(name: &str) -> Result<&'static Figure, String> {
    let found = FIGURES.iter().find(|figure| figure.name == name);
    found.ok_or_else(|| {
        let names: Vec<_> = FIGURES.iter().map(|figure| figure.name).collect();
        format!(
            "there is no figure `{name}`: there are {}",
            names.join(", ")
        )
    })
}
