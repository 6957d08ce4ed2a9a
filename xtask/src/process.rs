//! Starting programs: each command is printed before it runs, and can be pasted from the error when it fails.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::error::{Error, Result};

/// A call of the cargo that started this program.
pub(crate) fn cargo<I: AsRef<OsStr>>(args: impl IntoIterator<Item = I>) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(args);
    without_xtask(&mut command);
    command
}

/// `cargo run` describes xtask in the environment. Passed on, it would make build scripts that look there run again.
pub(crate) fn without_xtask(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        let describes_xtask = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if describes_xtask {
            command.env_remove(name);
        }
    }
}

/// Prints the command and runs it to its end.
///
/// # Errors
/// When it cannot start or does not succeed.
pub(crate) fn run(mut command: Command) -> Result {
    let shown = shown(&command);
    println!("$ {shown}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(Error::Failed {
            command: shown,
            status: status.to_string(),
        }),
        Err(source) => Err(Error::NotStarted {
            command: shown,
            source,
        }),
    }
}

/// Runs the command silently. What it says on stderr is printed if it does not end with 0 or with `accepted`.
///
/// # Errors
/// When it cannot start or ends otherwise.
pub(crate) fn run_quietly(mut command: Command, accepted: Option<i32>) -> Result<Output> {
    let shown = shown(&command);
    let output = match command.output() {
        Ok(output) => output,
        Err(source) => {
            return Err(Error::NotStarted {
                command: shown,
                source,
            });
        }
    };
    if output.status.success() || (accepted.is_some() && output.status.code() == accepted) {
        return Ok(output);
    }
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Err(Error::Failed {
        command: shown,
        status: output.status.to_string(),
    })
}

/// Whether the command succeeds, silently: a probe for what is installed.
pub(crate) fn succeeds(mut command: Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The command as a shell takes it back: with the variables that it sets, and programs by their names.
pub(crate) fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_stem().unwrap_or(program.as_os_str());
    let variables = command
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_string_lossy(), value?.to_string_lossy())))
        .map(|(name, value)| format!("{name}={}", quoted(&value)));
    let words = std::iter::once(name).chain(command.get_args());
    let words: Vec<String> = variables
        .chain(words.map(|word| quoted(&word.to_string_lossy())))
        .collect();
    words.join(" ")
}

/// `word` as a shell takes it back.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+,./:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_takes_it_back() {
        let mut command = cargo(["test", "--", "it's two"]);
        command.env("RUSTDOCFLAGS", "-Dwarnings");
        assert_eq!(
            shown(&command),
            r"RUSTDOCFLAGS=-Dwarnings cargo test -- 'it'\''s two'"
        );
    }

    #[test]
    fn a_probe_tells_what_is_installed() {
        assert!(succeeds(cargo(["--version"])));
        assert!(!succeeds(cargo(["no-such-subcommand-of-cargo"])));
    }
}
