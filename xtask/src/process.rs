//! Starting cargo: printed before it runs, and named in a form to paste when it fails.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::process::{Command, Stdio};

use crate::error::{Error, Result};

/// One call of cargo.
#[derive(Debug, Clone)]
pub(crate) struct Cargo {
    args: Vec<String>,
    env: Vec<(&'static str, &'static str)>,
}

impl Cargo {
    pub(crate) fn new(args: &[&str]) -> Self {
        Cargo {
            args: args.iter().map(|&arg| arg.to_owned()).collect(),
            env: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn args(mut self, more: &[String]) -> Self {
        self.args.extend_from_slice(more);
        self
    }

    #[must_use]
    pub(crate) fn env(mut self, name: &'static str, value: &'static str) -> Self {
        self.env.push((name, value));
        self
    }

    /// Prints the command and runs it to its end.
    ///
    /// # Errors
    /// When it cannot start or does not succeed.
    pub(crate) fn run(&self) -> Result {
        println!("$ {self}");
        let status = self
            .command()
            .status()
            .map_err(|source| Error::NotStarted {
                command: self.to_string(),
                source,
            })?;
        if status.success() {
            return Ok(());
        }
        Err(Error::Failed {
            command: self.to_string(),
            status: status.to_string(),
        })
    }

    /// Whether it succeeds, in silence: a probe for an installed subcommand.
    pub(crate) fn succeeds(&self) -> bool {
        self.command()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    fn command(&self) -> Command {
        let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(program);
        command.args(&self.args).envs(self.env.iter().copied());
        // `cargo run` describes xtask in the environment. Passed on, it would make build scripts that look there run again.
        for (name, _) in std::env::vars_os() {
            if describes_xtask(&name) {
                command.env_remove(name);
            }
        }
        command
    }
}

impl fmt::Display for Cargo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        f.write_str("cargo")?;
        self.args
            .iter()
            .try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

/// Whether `cargo run` has set this variable for xtask alone.
pub(crate) fn describes_xtask(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
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
        let cargo = Cargo::new(&["test", "--", "it's two"]).env("RUSTDOCFLAGS", "-Dwarnings");
        assert_eq!(
            cargo.to_string(),
            r"RUSTDOCFLAGS=-Dwarnings cargo test -- 'it'\''s two'"
        );
    }

    #[test]
    fn a_probe_tells_what_is_installed() {
        assert!(Cargo::new(&["--version"]).succeeds());
        assert!(!Cargo::new(&["no-such-subcommand-of-cargo"]).succeeds());
    }
}
