//! The subcommands by name: the table, the help text and the dispatch. What each one does lives in the module of its name.

use std::fmt::Write as _;

use crate::error::{Error, Result};
use crate::nearest::nearest;
use crate::{
    api, bench, ci, demo, documents, fuzz, mutants, new_strategy, optuna, outside, peers, semver,
    stress, test, tidy, torture,
};

/// One subcommand of `cargo xtask`.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    arguments: &'static str,
    summary: &'static str,
    help: fn() -> String,
    run: fn(&[String]) -> Result,
}

/// A new subcommand is a module and a row here; README checks and the help follow.
pub(crate) const COMMANDS: &[Command] = &[
    Command {
        name: "demo",
        arguments: "[digits|network] [ARGUMENTS OF tune run]",
        summary: "build the `tune` program and run the study of an example with it",
        help: || demo::HELP.to_owned(),
        run: demo::run,
    },
    Command {
        name: "test",
        arguments: "[ARGUMENTS OF THE TEST RUNNER]",
        summary: "run all tests (cargo-nextest where it is installed) and doc tests",
        help: || test::HELP.to_owned(),
        run: test::run,
    },
    Command {
        name: "ci",
        arguments: "[--only STEP,…] [--skip STEP,…]",
        summary: "run everything that a change must pass, cheapest step first",
        help: ci::help,
        run: ci::run,
    },
    Command {
        name: "tidy",
        arguments: "[CHECK…]",
        summary: "check the layering of crates, sources, manifests and documents",
        help: tidy::help,
        run: tidy::run,
    },
    Command {
        name: "api",
        arguments: "[CRATE…] [--check]",
        summary: "write the public items of each published crate to its api.txt",
        help: || api::HELP.to_owned(),
        run: api::run,
    },
    Command {
        name: "semver",
        arguments: "[--baseline REV] [--install]",
        summary: "compare the public items with those of a release, by cargo-semver-checks",
        help: || semver::HELP.to_owned(),
        run: semver::run,
    },
    Command {
        name: "readme",
        arguments: "[DOCUMENT…] [--list]",
        summary: "follow README.md and the chapters as a reader would",
        help: || documents::HELP.to_owned(),
        run: documents::run,
    },
    Command {
        name: "outside",
        arguments: "[CRATE OF examples/outside…]",
        summary: "package the crates, check each alone, and build third-party crates on them",
        help: || outside::HELP.to_owned(),
        run: outside::run,
    },
    Command {
        name: "new-strategy",
        arguments: "NAME PATH [--published]",
        summary: "write a new strategy crate, complete but for `ask`",
        help: || new_strategy::HELP.to_owned(),
        run: new_strategy::run,
    },
    Command {
        name: "torture",
        arguments: "[--seeds N] [--real] [--minutes M]",
        summary: "strike and kill thousands of studies, and check what they promise",
        help: || torture::HELP.to_owned(),
        run: torture::run,
    },
    Command {
        name: "mutants",
        arguments: "[NAME…]",
        summary: "take mechanisms away one by one, and require that their tests fail",
        help: || mutants::HELP.to_owned(),
        run: mutants::run,
    },
    Command {
        name: "stress",
        arguments: "[--times N] [ARGUMENTS OF THE TEST RUNNER]",
        summary: "run all tests 20 times while every core is busy, and tell which ever failed",
        help: || stress::HELP.to_owned(),
        run: stress::run,
    },
    Command {
        name: "fuzz",
        arguments: "[TARGET…] [--minutes M] [--list]",
        summary: "try random inputs on every reader of the outside world",
        help: || fuzz::HELP.to_owned(),
        run: fuzz::run,
    },
    Command {
        name: "bench",
        arguments: "[FILTER] [ARGUMENTS OF cargo bench]",
        summary: "run the benchmarks of `benches/`",
        help: || bench::HELP.to_owned(),
        run: bench::run,
    },
    Command {
        name: "peers",
        arguments: "[--quick] [ARGUMENTS OF run.py]",
        summary: "compare with other optimisers, side by side",
        help: || peers::HELP.to_owned(),
        run: peers::run,
    },
    Command {
        name: "optuna",
        arguments: "[--record]",
        summary: "let Optuna judge the histories by which our pruners are compared with its own",
        help: || optuna::HELP.to_owned(),
        run: optuna::run,
    },
];

/// Runs the subcommand that `args` begin with.
///
/// # Errors
/// A usage error for an unknown name, else the subcommand's own.
pub(crate) fn dispatch(args: &[String]) -> Result {
    match args {
        [] => {
            print!("{}", overview());
            Ok(())
        }
        [flag] if is_help(flag) || flag == "help" => {
            print!("{}", overview());
            Ok(())
        }
        [help, name] if help == "help" => {
            print!("{}", help_of(find(name)?));
            Ok(())
        }
        [name, flag] if is_help(flag) => {
            print!("{}", help_of(find(name)?));
            Ok(())
        }
        [name, rest @ ..] => (find(name)?.run)(rest),
    }
}

fn is_help(argument: &str) -> bool {
    matches!(argument, "--help" | "-h")
}

fn find(name: &str) -> Result<&'static Command> {
    COMMANDS
        .iter()
        .find(|command| command.name == name)
        .ok_or_else(|| {
            Error::unknown(
                "subcommand",
                name,
                COMMANDS.iter().map(|command| command.name),
            )
        })
}

fn overview() -> String {
    let mut text = String::from(
        "Project automation: what CI runs, a developer runs.\n\nUsage: cargo xtask COMMAND [ARGUMENTS]\n\nCommands:\n",
    );
    for command in COMMANDS {
        writeln!(text, "  {:<12} {}", command.name, command.summary)
            .expect("a String takes any text");
    }
    text.push_str("\n`cargo xtask COMMAND --help` describes one of them.\n");
    text
}

fn help_of(command: &Command) -> String {
    format!(
        "cargo xtask {name}: {summary}\n\nUsage: cargo xtask {name} {arguments}\n\n{help}\n",
        name = command.name,
        summary = command.summary,
        arguments = command.arguments,
        help = (command.help)().trim_end(),
    )
}

impl Error {
    /// A name that is not in a list: names the nearest, and all of them.
    pub(crate) fn unknown<'a>(
        what: &str,
        given: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Error {
        let hint = match nearest(given, known.clone()) {
            Some(near) => format!("; did you mean `{near}`?"),
            None => String::new(),
        };
        let all = known.collect::<Vec<_>>().join(", ");
        Error::Usage(format!("unknown {what} `{given}`{hint} (known: {all})"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_subcommand_names_the_nearest() {
        let error = dispatch(&["tdiy".to_owned()]).expect_err("there is no such subcommand");
        let text = error.to_string();
        assert!(
            text.contains("unknown subcommand `tdiy`; did you mean `tidy`?"),
            "{text}"
        );
    }

    #[test]
    fn the_overview_lists_every_subcommand() {
        let text = overview();
        for command in COMMANDS {
            assert!(text.contains(command.name), "{text}");
        }
    }

    #[test]
    fn every_subcommand_has_help() {
        for command in COMMANDS {
            let text = help_of(command);
            assert!(text.contains("Usage: cargo xtask"), "{text}");
            assert!(!(command.help)().trim().is_empty(), "{}", command.name);
        }
    }
}
