//! How long tuning-core takes to build from nothing, with everything it depends on.

use std::{
    env,
    error::Error,
    process::{Command, Stdio},
    time::Instant,
};

use super::context::{Context, Rows};
use crate::{
    place,
    row::{Row, Target},
};

/// Cargo's own settings in the place of the workspace's: how a crate of crates.io is built by default.
const DEFAULTS: [&str; 3] = [
    "profile.dev.opt-level=0",
    "profile.dev.debug=true",
    "profile.dev.package.\"*\".opt-level=0",
];

pub(super) fn run(_: &Context) -> Rows {
    let here = build(&[])?;
    let elsewhere = build(&DEFAULTS)?;
    Ok(vec![
        Row::new("build: tuning-core from nothing, two jobs", "s", vec![here])
            .target(Target::AtMost(20.0)),
        Row::new(
            "build: the same in a project that uses it",
            "s",
            vec![elsewhere],
        )
        .note("cargo's default profile instead of this workspace's"),
    ])
}

/// Builds tuning-core in a new target folder with these settings; returns the seconds.
fn build(settings: &[&str]) -> Result<f64, Box<dyn Error>> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let scratch = place::scratch()?;
    let began = Instant::now();
    let output = Command::new(cargo)
        .args(["build", "-p", "tuning-core", "--jobs", "2", "--target-dir"])
        .arg(scratch.path())
        .args(settings.iter().flat_map(|setting| ["--config", setting]))
        .current_dir(place::workspace())
        .stdin(Stdio::null())
        .output()?;
    let seconds = began.elapsed().as_secs_f64();
    if output.status.success() {
        Ok(seconds)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into())
    }
}
