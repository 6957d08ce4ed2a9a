//! How long tuning-core takes to build from nothing, with everything it depends on.

use std::{
    env,
    process::{Command, Stdio},
    time::Instant,
};

use super::{Context, Rows};
use crate::{
    place,
    row::{Row, Target},
};

pub(super) fn run(_: &Context) -> Rows {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let scratch = place::scratch()?;
    let began = Instant::now();
    let output = Command::new(cargo)
        .args(["build", "-p", "tuning-core", "--jobs", "2", "--target-dir"])
        .arg(scratch.path())
        .current_dir(place::workspace())
        .stdin(Stdio::null())
        .output()?;
    let seconds = began.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let row = Row::new(
        "build: tuning-core from nothing, two jobs",
        "s",
        vec![seconds],
    );
    Ok(vec![row.target(Target::AtMost(20.0))])
}
