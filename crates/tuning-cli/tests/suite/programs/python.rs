//! Whether there is a Python, and a folder with a study whose strategy is written in it.

use std::{io::Write as _, process::Command};

use crate::support::{Folder, STUDY};

/// Whether there is a Python.
pub(crate) fn python() -> bool {
    let found = Command::new("python3").arg("--version").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        // Not `eprintln!`: this is not to be swallowed with the output of a test that passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: there is no `python3` to run strategies in Python with"
        );
    }
    found
}

/// A study of eight trials with `sampler.py`, one at a time; the fault is in the file `fault`.
pub(crate) fn folder() -> Folder {
    let folder = Folder::with_study();
    folder.write("sampler.py", include_str!("sampler.py"));
    folder.write(
        "study.yaml",
        &format!(
            "{}strategy: {{command: [python3, -B, sampler.py], timeout: 5s}}\n",
            STUDY
                .replace("trials: 6", "trials: 8")
                .replace("workers: 2", "workers: 1")
        ),
    );
    folder
}
