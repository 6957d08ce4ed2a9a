//! `cargo xtask torture`: studies that are struck by faults and killed, and the invariants that they keep. The crate
//! `torture` does the work.

use std::process::Command;

use crate::error::Result;
use crate::process::{self, cargo};
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Makes a study of each seed, strikes it with faults, lets its process die, resumes it, and checks what a study promises whatever
happens. A seed that breaks a promise is made as small as it can be, and printed. Options:
  --seeds N      this many, 1000 if nothing is said; --from N begins there, --seed N looks at one alone
  --minutes M    no more than this long
  --real         real programs: `tune run` and `tune ask-tell` are killed and paused, disks are full, journals and files damaged
  --scenario S   of these only `kill-run`, `kill-ask-tell`, `kill-scheduled`, `cut-files`, `pause`, `full-disk` or `damage`";

pub(crate) fn run(args: &[String]) -> Result {
    let mut build = cargo(["build", "--all-features", "-p", "torture"]);
    let is_real = args.iter().any(|arg| arg == "--real");
    if is_real {
        build.args(["-p", "tuning-cli"]);
    }
    process::run(build)?;
    let folder = Workspace::load()?.target_directory.join("debug");
    let program = |name: &str| folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut torture = Command::new(program("torture"));
    if is_real {
        torture.arg("--tune").arg(program("tune"));
    }
    process::run({
        torture.args(args);
        torture
    })
}
