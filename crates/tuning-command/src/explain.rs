//! Why a program did not start or how it ended, in words that say what to do.

use std::{ffi::OsStr, io, path::Path, process::ExitStatus};

use tuning_core::{Failure, FailureKind};

/// How a program ended, for people.
pub(crate) fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return match signal {
            4 => "it was killed by SIGILL".to_owned(),
            6 => "it aborted (SIGABRT)".to_owned(),
            7 => "it was killed by SIGBUS".to_owned(),
            8 => "it was killed by SIGFPE".to_owned(),
            9 => "it was killed by SIGKILL (out of memory?)".to_owned(),
            11 => "it crashed (SIGSEGV)".to_owned(),
            15 => "it was killed by SIGTERM".to_owned(),
            other => format!("it was killed by signal {other}"),
        };
    }
    match status.code() {
        Some(code) => format!("it exited with code {code}"),
        None => format!("it ended with {status}"),
    }
}

/// Why a program did not start, and what to do about it.
pub(crate) fn not_started(program: &OsStr, workdir: Option<&Path>, error: &io::Error) -> Failure {
    let remedy = match error.kind() {
        _ if workdir.is_some_and(|workdir| !workdir.is_dir()) => {
            let workdir = workdir.unwrap_or(Path::new(""));
            format!(
                "the working directory `{}` does not exist",
                workdir.display()
            )
        }
        io::ErrorKind::NotFound => {
            let script = workdir.unwrap_or(Path::new("")).join(program);
            if Path::new(program).components().count() > 1 && script.is_file() {
                "the interpreter named in its first line does not exist".to_owned()
            } else {
                "is it installed, and is it in PATH? a program in the study's folder is `./program`"
                    .to_owned()
            }
        }
        io::ErrorKind::PermissionDenied => {
            "make it executable (`chmod +x`), or start it with its interpreter (`python train.py`)"
                .to_owned()
        }
        io::ErrorKind::InvalidInput => "an argument or a variable contains a NUL byte".to_owned(),
        // ENOEXEC: no `#!` line, or made for another machine.
        _ if error.raw_os_error() == Some(8) => {
            "begin a script with a line such as `#!/bin/sh`, or start it with its interpreter"
                .to_owned()
        }
        _ => "if this is a limit of the system, run fewer trials at once".to_owned(),
    };
    let reason = format!("cannot start `{}`: {error}: {remedy}", program.display());
    Failure::new(FailureKind::Error, reason)
}
