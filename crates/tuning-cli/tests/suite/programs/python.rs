//! Whether there is a Python, and a folder with a study whose strategy is written in it.

use crate::support::{Folder, STUDY};

/// Whether there is a Python.
pub(crate) fn python() -> bool {
    crate::support::python("strategies in Python")
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
