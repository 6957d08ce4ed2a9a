//! `cargo xtask ci`: the steps that a change must pass, cheapest first; the first failure ends it.

use std::fmt::Write as _;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::process::Cargo;
use crate::workspace::{Crate, Workspace};
use crate::{api, documents, test, tidy};

struct Step {
    name: &'static str,
    summary: &'static str,
    run: fn() -> Result,
}

const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        summary: "the sources are formatted",
        run: || Cargo::new(&["fmt", "--all", "--check"]).run(),
    },
    Step {
        name: "tidy",
        summary: "layering, sources, manifests and documents",
        run: || tidy::run(&[]),
    },
    Step {
        name: "clippy",
        summary: "no warnings in any target",
        run: || {
            Cargo::new(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ])
            .run()
        },
    },
    Step {
        name: "alone",
        summary: "each published crate by itself, with and without its features",
        run: check_each_alone,
    },
    Step {
        name: "doc",
        summary: "the documentation builds without a warning",
        run: || {
            Cargo::new(&["doc", "--workspace", "--no-deps"])
                .env("RUSTDOCFLAGS", "-Dwarnings")
                .run()
        },
    },
    Step {
        name: "api",
        summary: "the files of public items are up to date",
        run: || api::run(&["--check".to_owned()]),
    },
    Step {
        name: "doctest",
        summary: "the examples in the documentation",
        run: test::doc_tests,
    },
    Step {
        name: "test",
        summary: "the tests",
        run: || test::tests(&[]),
    },
    Step {
        name: "readme",
        summary: "what the documents show, as they show it",
        run: || documents::run(&[]),
    },
];

pub(crate) fn help() -> String {
    let mut text = String::from("Steps, in their order:\n");
    for step in STEPS {
        writeln!(text, "  {:<8} {}", step.name, step.summary).expect("a String takes any text");
    }
    text.push_str("\n`--only fmt,tidy` runs these alone; `--skip fmt,clippy` runs the others.");
    text
}

pub(crate) fn run(args: &[String]) -> Result {
    let steps = select(args)?;
    let begun = Instant::now();
    for step in &steps {
        println!("\n== {}: {} ==", step.name, step.summary);
        let step_begun = Instant::now();
        (step.run)().map_err(|source| Error::Step {
            step: step.name,
            source: Box::new(source),
        })?;
        println!(
            "-- {}: {:.1} s",
            step.name,
            step_begun.elapsed().as_secs_f64()
        );
    }
    let names: Vec<_> = steps.iter().map(|step| step.name).collect();
    println!(
        "\nci passed in {:.1} s: {}",
        begun.elapsed().as_secs_f64(),
        names.join(", ")
    );
    Ok(())
}

/// The steps that the arguments leave, in the order of `STEPS`.
fn select(args: &[String]) -> Result<Vec<&'static Step>> {
    let mut only = Vec::new();
    let mut skip = Vec::new();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let (flag, value) = match arg.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (arg.as_str(), None),
        };
        let list = match flag {
            "--only" => &mut only,
            "--skip" => &mut skip,
            _ => {
                return Err(Error::unknown(
                    "option",
                    flag,
                    ["--only", "--skip"].into_iter(),
                ));
            }
        };
        let value = value
            .or_else(|| args.next().map(String::as_str))
            .ok_or_else(|| {
                Error::Usage(format!("`{flag}` needs steps, such as `{flag} fmt,tidy`"))
            })?;
        for name in value.split(',') {
            list.push(find(name)?.name);
        }
    }
    Ok(STEPS
        .iter()
        .filter(|step| only.is_empty() || only.contains(&step.name))
        .filter(|step| !skip.contains(&step.name))
        .collect())
}

fn find(name: &str) -> Result<&'static Step> {
    STEPS
        .iter()
        .find(|step| step.name == name)
        .ok_or_else(|| Error::unknown("step", name, STEPS.iter().map(|step| step.name)))
}

fn check_each_alone() -> Result {
    let workspace = Workspace::load()?;
    workspace
        .published()
        .flat_map(checks_alone)
        .try_for_each(|cargo| cargo.run())
}

/// One check per set of features that differs from the others.
fn checks_alone(krate: &Crate) -> Vec<Cargo> {
    let check = Cargo::new(&["check", "-p", &krate.name]);
    let mut checks = vec![check.clone()];
    if krate.has_default_features {
        checks.push(check.clone().args(&["--no-default-features".to_owned()]));
    }
    if krate.has_features {
        checks.push(check.args(&["--all-features".to_owned()]));
    }
    checks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(args: &[&str]) -> Result<Vec<&'static str>> {
        let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
        Ok(select(&args)?.iter().map(|step| step.name).collect())
    }

    #[test]
    fn only_and_skip_select_steps_in_the_usual_order() -> Result {
        assert_eq!(names(&["--only", "tidy,fmt"])?, ["fmt", "tidy"]);
        assert_eq!(names(&["--only=test"])?, ["test"]);
        assert_eq!(
            names(&["--skip", "fmt,clippy", "--skip", "doc"])?,
            ["tidy", "alone", "api", "doctest", "test", "readme"]
        );
        assert_eq!(names(&[])?.len(), STEPS.len());
        Ok(())
    }

    #[test]
    fn a_wrong_step_or_option_names_the_nearest() {
        let message = |args: &[&str]| names(args).expect_err("a wrong command line").to_string();
        assert!(message(&["--only", "clipy"]).contains("did you mean `clippy`"));
        assert!(message(&["--onyl", "fmt"]).contains("did you mean `--only`"));
        assert!(message(&["--only"]).contains("`--only` needs steps"));
    }

    #[test]
    fn features_decide_how_often_a_crate_is_checked() {
        let checks = |has_default_features, has_features| {
            let mut krate = Crate::example("tuning-x");
            krate.has_default_features = has_default_features;
            krate.has_features = has_features;
            checks_alone(&krate)
                .iter()
                .map(Cargo::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(checks(false, false), ["cargo check -p tuning-x"]);
        assert_eq!(checks(false, true).len(), 2);
        assert_eq!(
            checks(true, true),
            [
                "cargo check -p tuning-x",
                "cargo check -p tuning-x --no-default-features",
                "cargo check -p tuning-x --all-features"
            ]
        );
    }

    #[test]
    fn a_failed_step_tells_how_to_repeat_it() {
        let error = Error::Step {
            step: "fmt",
            source: Box::new(Error::Failed {
                command: "cargo fmt --all --check".to_owned(),
                status: "exit status: 1".to_owned(),
            }),
        };
        let text = error.to_string();
        assert!(text.contains("    cargo fmt --all --check\n"), "{text}");
        assert!(text.contains("cargo xtask ci --only fmt"), "{text}");
    }
}
