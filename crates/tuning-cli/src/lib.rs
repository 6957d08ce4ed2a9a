//! The program `tune`: run a study from a file, resume it, look at it, export it.
//!
//! The program itself needs no Rust: see its README for the study file, the commands and the exit codes. This
//! library is there for programs that bring strategies of their own:
//!
//! ```no_run
//! use std::process::ExitCode;
//!
//! use tuning_strategies::RandomConfig;
//!
//! fn main() -> ExitCode {
//!     let mut registry = tuning_cli::registry();
//!     registry.register::<RandomConfig>("mine", "what `tune strategies` says of it");
//!     tuning_cli::main_with(registry)
//! }
//! ```
//!
//! It is not a library for running studies: that is tuning-runtime.
//!
//! | if you want to … | use |
//! |---|---|
//! | tune a program in any language | the program: `cargo install tuning-cli` |
//! | name strategies of your own in study files | [`main_with`] |
//! | name pruners and observers of your own there | [`Extensions`] |
//! | run studies within a Rust program | the crate `hypertuning` |

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod activity;
mod args;
mod columns;
mod commands;
mod disk;
mod dry_run;
mod error;
mod exit;
mod failed_trials;
mod failures;
mod filter;
mod forecast;
mod layout;
mod long;
mod moment;
mod output;
#[cfg(feature = "parquet")]
mod parquet;
mod paused;
mod plain;
mod reports;
mod savings;
mod shell;
mod signals;
mod sparkline;
mod table;
mod view;
mod wait;
mod walk;

use std::{ffi::OsString, process::ExitCode};

use clap::Parser as _;

pub use tuning_file::{Extensions, registry};

/// Runs the program on the arguments of this process, with the strategies that come with it.
#[must_use]
pub fn main() -> ExitCode {
    main_with(Extensions::default())
}

/// Runs the program on the arguments of this process, with these strategies (a [`Registry`] of them will do) and
/// observers.
///
/// [`Registry`]: tuning_strategies::Registry
///
/// Returns the exit code: 0 if all is done, 1 if the study failed, 2 if the command line or the study file makes
/// no sense, 3 if the study was stopped before its end, 4 if no trial completed or too many failed. (Help ends the process by itself.)
#[must_use]
pub fn main_with(extensions: impl Into<Extensions>) -> ExitCode {
    main_from(extensions, std::env::args_os())
}

/// The same on these arguments, the first of which is the program's name.
#[must_use]
pub fn main_from<T>(
    extensions: impl Into<Extensions>,
    args: impl IntoIterator<Item = T>,
) -> ExitCode
where
    T: Into<OsString> + Clone,
{
    let args = args.into_iter().map(Into::into);
    match args::Cli::try_parse_from(failed_trials::complete(args)) {
        Ok(cli) => commands::run(cli.command, &commands::with_ours(extensions.into())).into(),
        // Help, which has nothing in it that is not ours.
        Err(error) if !error.use_stderr() => error.exit(),
        Err(error) => {
            output::say_usage(&error);
            ExitCode::from(exit::Exit::Usage.code())
        }
    }
}
