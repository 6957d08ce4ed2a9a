//! `cargo xtask ci`: the steps that a change must pass, cheapest first; the first failure ends it.

use std::fmt::Write as _;
use std::time::Instant;

use crate::error::{Error, Result};
use crate::process::{self, cargo};
use crate::test::WHOLE;
use crate::{api, documents, outside, test, tidy, tools};

struct Step {
    name: &'static str,
    summary: &'static str,
    run: fn() -> Result,
}

const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        summary: "the sources are formatted",
        run: || process::run(cargo(["fmt", "--all", "--check"])),
    },
    Step {
        name: "tidy",
        summary: "layering, sources, manifests and documents",
        run: || tidy::run(&[]),
    },
    Step {
        name: "spelling",
        summary: "no misspelled words (typos; typos.toml holds the exceptions)",
        run: || tools::run("typos", &[]),
    },
    Step {
        name: "deny",
        summary: "licences, bans and sources of dependencies (cargo-deny; deny.toml holds the rules)",
        run: || {
            tools::run(
                "cargo-deny",
                &[
                    "--workspace",
                    "check",
                    "--hide-inclusion-graph",
                    "bans",
                    "licenses",
                    "sources",
                ],
            )
        },
    },
    Step {
        name: "clippy",
        summary: "no warnings in any target",
        run: || {
            let mut command = cargo(["clippy", "--all-targets"]);
            command.args(WHOLE).args(["--", "-D", "warnings"]);
            process::run(command)
        },
    },
    Step {
        name: "doc",
        summary: "the documentation builds without a warning",
        run: || {
            let mut command = cargo(["doc", "--no-deps"]);
            command.args(WHOLE).env("RUSTDOCFLAGS", "-Dwarnings");
            process::run(command)
        },
    },
    Step {
        name: "api",
        summary: "the files of public items are up to date",
        run: || api::run(&["--check".to_owned()]),
    },
    Step {
        name: "outside",
        summary: "the packages, each checked alone, and third-party crates built on them",
        run: || outside::run(&[]),
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
            [
                "tidy", "spelling", "deny", "api", "outside", "doctest", "test", "readme"
            ]
        );
        assert_eq!(names(&[])?.len(), STEPS.len());
        Ok(())
    }

    #[test]
    fn a_wrong_step_or_option_names_the_nearest() {
        let message = |args: &[&str]| names(args).expect_err("a wrong command line").to_string();
        assert!(message(&["--only", "clipy"]).contains("did you mean `clippy`"));
        assert!(message(&["--olny", "fmt"]).contains("did you mean `--only`"));
        assert!(message(&["--only"]).contains("`--only` needs steps"));
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
