//! `torture`: thousands of studies that are struck and killed. `cargo xtask torture` runs it.
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::{
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use torture::{
    Plan, broken, judge, live,
    real::{Happened, Scenario},
    shrink,
};

/// What the command line says.
struct Args {
    first: u64,
    seeds: u64,
    real: bool,
    only: Option<Scenario>,
    minutes: Option<u64>,
    tune: PathBuf,
}

fn main() -> ExitCode {
    // Simulated panics are caught where they happen.
    let told = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<&str>();
        if !message.is_some_and(|message| message.starts_with("the simulated")) {
            told(panic);
        }
    }));
    let args = match parse(std::env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => {
            println!("error: {error}");
            return ExitCode::from(2);
        }
    };
    let is_sound = match args.real {
        true => real(&args),
        false => simulated(&args),
    };
    match is_sound {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn parse(mut args: impl Iterator<Item = String>) -> Result<Args, String> {
    let mut parsed = Args {
        first: 0,
        seeds: 1_000,
        real: false,
        only: None,
        minutes: None,
        tune: PathBuf::from("tune"),
    };
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or_else(|| format!("`{arg}` needs a value"));
        let number = |value: String| {
            value
                .parse::<u64>()
                .map_err(|error| format!("`{value}`: {error}"))
        };
        match arg.as_str() {
            "--seeds" => parsed.seeds = number(value()?)?,
            "--seed" => (parsed.first, parsed.seeds) = (number(value()?)?, 1),
            "--from" => parsed.first = number(value()?)?,
            "--minutes" => parsed.minutes = Some(number(value()?)?),
            "--real" => parsed.real = true,
            "--tune" => parsed.tune = value()?.into(),
            "--scenario" => {
                let name = value()?;
                let mut all = Scenario::ALL.into_iter();
                let known = Scenario::ALL.map(Scenario::name).join("`, `");
                let found = all.find(|scenario| scenario.name() == name);
                parsed.only =
                    Some(found.ok_or(format!("there is no scenario `{name}`, but `{known}`"))?);
            }
            _ => return Err(format!("unknown option `{arg}`")),
        }
    }
    Ok(parsed)
}

/// The seeds, until time is up.
fn seeds(args: &Args) -> impl Iterator<Item = u64> {
    let (began, limit) = (
        Instant::now(),
        args.minutes
            .map(|minutes| Duration::from_secs(60 * minutes)),
    );
    (args.first..args.first.saturating_add(args.seeds))
        .take_while(move |_| limit.is_none_or(|limit| began.elapsed() < limit))
}

fn simulated(args: &Args) -> bool {
    let began = Instant::now();
    let (mut studies, mut faults, mut deaths, mut bad) = (0_u64, 0, 0, 0_u64);
    for seed in seeds(args) {
        let plan = Plan::of(seed);
        let record = live(&plan);
        let undisturbed = plan.is_in_line().then(|| live(&plan.undisturbed()));
        let breaches = broken(&plan, &record, undisturbed.as_ref());
        studies += 1;
        faults += record.faults.len();
        deaths += u64::from(plan.deaths);
        if let Some(breach) = breaches.first() {
            bad += 1;
            println!("BROKEN  {plan}");
            for breach in &breaches {
                println!("  {breach}");
            }
            let same = |plan: &Plan| {
                judge(plan)
                    .iter()
                    .any(|found| found.invariant == breach.invariant)
            };
            let least = shrink(&plan, same);
            println!("  the least that breaks it: {least}");
            for breach in judge(&least) {
                println!("  {breach}");
            }
            for fault in live(&least).faults {
                println!("  {fault}");
            }
            println!("  repeat: cargo xtask torture --seed {seed}");
        } else if args.seeds == 1 {
            println!("sound   {plan}");
        }
        if studies.is_multiple_of(1_000) {
            println!(
                "{studies} studies, {faults} faults, {bad} broken, {:.0} s",
                began.elapsed().as_secs_f64()
            );
        }
    }
    println!(
        "{studies} studies, {faults} faults, up to {deaths} deaths, {bad} with a broken invariant, in {:.1} s",
        began.elapsed().as_secs_f64()
    );
    bad == 0
}

fn real(args: &Args) -> bool {
    let began = Instant::now();
    let (mut all, mut studies, mut bad) = (Happened::default(), 0_u64, 0_u64);
    for seed in seeds(args) {
        for scenario in Scenario::ALL {
            if args.only.is_some_and(|only| only != scenario) {
                continue;
            }
            studies += 1;
            match scenario.happen(&args.tune, seed) {
                Ok(happened) => all += happened,
                Err(how) => {
                    bad += 1;
                    println!("BROKEN  {}, seed {seed}: {how}", scenario.name());
                    println!(
                        "  repeat: cargo xtask torture --real --scenario {} --seed {seed}",
                        scenario.name()
                    );
                }
            }
        }
        if studies.is_multiple_of(60) {
            println!(
                "{studies} studies, {} kills, {bad} broken, {:.0} s",
                all.kills,
                began.elapsed().as_secs_f64()
            );
        }
    }
    println!(
        "{studies} studies of real programs, {} kills, {} damaged files, {} pauses, {} times a full disk, {bad} broken, in \
         {:.1} s",
        all.kills,
        all.damages,
        all.pauses,
        all.full,
        began.elapsed().as_secs_f64()
    );
    bad == 0
}
