//! Environments of Python with packages from PyPI, below the target folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Result;
use crate::process;

/// The interpreter of an environment in this folder that has what the files of requirements name. What is there already
/// is kept.
///
/// # Errors
/// If there is no `python3`, or pip cannot fetch a package.
pub(crate) fn environment(folder: &Path, requirements: &[PathBuf]) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    if !python.exists() {
        let mut make = Command::new("python3");
        make.args(["-m", "venv"]).arg(folder);
        process::run(make)?;
    }
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet"]);
    install.arg("--disable-pip-version-check");
    for file in requirements {
        install.arg("--requirement").arg(file);
    }
    process::run(install)?;
    Ok(python)
}
