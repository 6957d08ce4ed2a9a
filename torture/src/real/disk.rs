//! A disk that is full, and then has room again.

use std::{path::Path, process::Command};

use super::{
    Happened,
    folder::Folder,
    run::{same, undisturbed},
};
use crate::dice::Dice;

/// A small file system in memory, for as long as it is kept.
struct Disk<'a> {
    at: &'a Path,
}

impl<'a> Disk<'a> {
    /// None if this is not allowed here.
    fn mount(at: &'a Path, kilobytes: u64) -> Option<Self> {
        let size = format!("size={kilobytes}k");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at);
        mount.output().ok()?.status.success().then_some(Self { at })
    }

    fn grow(&self) -> Result<(), String> {
        let mut mount = Command::new("mount");
        mount.args(["-o", "remount,size=64m"]).arg(self.at);
        match mount.output().map(|output| output.status.success()) {
            Ok(true) => Ok(()),
            other => Err(format!("the disk cannot grow: {other:?}")),
        }
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        // Lazily: a program that was killed may hold a file a moment longer.
        let _ = Command::new("umount").arg("-l").arg(self.at).output();
    }
}

/// Runs on a disk that is too small, then on one that is large enough.
pub(super) fn filled(tune: &Path, dice: &mut Dice) -> Result<Happened, String> {
    let (trials, seed) = (30 + dice.below(30), dice.below(1_000));
    let expect = undisturbed(tune, trials, seed)?;
    let folder = Folder::new(tune)?;
    let place = folder.root().to_owned();
    let Some(disk) = Disk::mount(&place, 80 + dice.below(600)) else {
        return Ok(Happened {
            skipped: true,
            ..Happened::default()
        });
    };
    folder.write_study(trials, seed)?;
    let mut acknowledged = Vec::new();
    for _ in 0..3 {
        let run = folder.output(&["run", "study.yaml", "--no-progress"])?;
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        if run.status.success() {
            break;
        }
        if !(said.contains("full") || said.contains("space") || said.contains("disk")) {
            return Err(format!("a full disk is not named: {said}"));
        }
        let now: Vec<u64> = folder.ended().unwrap_or_default().into_iter().collect();
        if let Some(lost) = acknowledged.iter().find(|trial| !now.contains(trial)) {
            return Err(format!("trial {lost} had ended, and is lost"));
        }
        acknowledged = now;
    }
    disk.grow()?;
    folder.says(&["run", "study.yaml", "--no-progress"])?;
    folder.files_are_whole()?;
    same(&expect, &folder.decided()?)?;
    drop(disk);
    Ok(Happened::default())
}
