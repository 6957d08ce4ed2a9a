//! Places: the workspace, its target folder, and scratch folders on the same disk.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// The workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Cargo's target folder.
#[must_use]
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// The program `tune` as users have it.
///
/// # Errors
/// If it was not built.
pub fn tune() -> Result<PathBuf, String> {
    let program = target().join(format!("release/tune{}", env::consts::EXE_SUFFIX));
    match program.exists() {
        true => Ok(program),
        false => Err(format!(
            "{} is not there: run `cargo build --release -p tuning-cli` first",
            program.display()
        )),
    }
}

/// A new folder below the target folder, removed when it is dropped. Not in `/tmp`, which is memory
/// on many machines: what is to be durable has to go to a disk.
///
/// # Errors
/// If it cannot be created.
pub fn scratch() -> io::Result<TempDir> {
    let parent = target().join("figures");
    fs::create_dir_all(&parent)?;
    tempfile::tempdir_in(parent)
}
