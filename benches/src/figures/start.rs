//! How long the program `tune` takes to start.

use std::{
    process::{Command, Stdio},
    time::Instant,
};

use super::context::{Context, Rows};
use crate::{
    place,
    row::{Row, Target},
};

pub(super) fn run(context: &Context) -> Rows {
    let program = place::tune()?;
    let mut millis = Vec::new();
    for _ in 0..context.size(50) {
        let began = Instant::now();
        let status = Command::new(&program)
            .arg("--version")
            .stdout(Stdio::null())
            .status()?;
        millis.push(began.elapsed().as_secs_f64() * 1e3);
        if !status.success() {
            return Err(format!("`tune --version` failed: {status}").into());
        }
    }
    let row = Row::new("start: `tune --version`", "ms", millis);
    Ok(vec![row.target(Target::AtMost(10.0))])
}
