//! A disk that is full, and then has room again: a small file system, or a limit for the size of files.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use super::{
    Happened,
    folder::Folder,
    run::{RUN, same, undisturbed},
};
use crate::dice::Dice;

/// What keeps the disk small.
enum Disk {
    /// A small file system in memory, for as long as it is kept. Only root may mount one.
    Mounted(PathBuf),
    /// No file may grow larger than this many blocks of 512 bytes: what a quota does.
    Limited(u64),
}

impl Disk {
    fn small(at: &Path, dice: &mut Dice) -> Self {
        let kilobytes = 80 + dice.below(600);
        let limited = Self::Limited(2 * (8 + dice.below(200)));
        if dice.chance(0.3) {
            return limited;
        }
        let size = format!("size={kilobytes}k");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at);
        match mount.output().is_ok_and(|output| output.status.success()) {
            true => Self::Mounted(at.to_owned()),
            false => limited,
        }
    }

    /// Runs the study on it.
    fn run(&self, folder: &Folder) -> Result<Output, String> {
        let Self::Limited(blocks) = self else {
            return folder.output(&RUN);
        };
        // The signal that comes with the error is ignored, or it would end the program.
        let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &limited]).arg(folder.tune()).args(RUN);
        let output = command.current_dir(folder.root()).output();
        output.map_err(|error| error.to_string())
    }

    /// Makes room, for runs without a limit.
    fn grow(&self) -> Result<(), String> {
        let Self::Mounted(at) = self else {
            return Ok(());
        };
        let mut mount = Command::new("mount");
        mount.args(["-o", "remount,size=64m"]).arg(at);
        match mount.output().map(|output| output.status.success()) {
            Ok(true) => Ok(()),
            other => Err(format!("the disk cannot grow: {other:?}")),
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Self::Mounted(at) = self {
            // Lazily: a program that was killed may hold a file a moment longer.
            let _ = Command::new("umount").arg("-l").arg(at).output();
        }
    }
}

/// Runs on a disk that is too small, then on one that is large enough.
pub(super) fn filled(tune: &Path, dice: &mut Dice) -> Result<Happened, String> {
    let (trials, seed) = (30 + dice.below(30), dice.below(1_000));
    let expect = undisturbed(tune, trials, seed)?;
    let folder = Folder::new(tune)?;
    let disk = Disk::small(folder.root(), dice);
    folder.write_study(trials, seed)?;
    let mut done = Happened::default();
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        let run = disk.run(&folder)?;
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        if run.status.success() {
            break;
        }
        done.full += 1;
        let names = ["full", "space", "disk", "too large", "too big"];
        if !names.iter().any(|name| said.contains(name)) {
            return Err(format!("a full disk is not named: {said}"));
        }
        let now: Vec<u64> = folder.ended().unwrap_or_default().into_iter().collect();
        if let Some(lost) = acknowledged.iter().find(|trial| !now.contains(trial)) {
            return Err(format!("trial {lost} had ended, and is lost"));
        }
        acknowledged = now;
    }
    disk.grow()?;
    folder.says(&RUN)?;
    folder.files_are_whole()?;
    same(&expect, &folder.decided()?)?;
    drop(disk);
    Ok(done)
}
