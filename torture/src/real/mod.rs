//! Real programs: `tune run` and `tune ask-tell` are killed, paused, and given full disks and damaged files.

mod ask_tell;
mod damage;
mod disk;
mod folder;
mod run;
mod scheduled;

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::dice::Dice;

/// What is done to real programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scenario {
    /// `tune run` is killed again and again.
    KillRun,
    /// `tune ask-tell` is killed again and again.
    KillAskTell,
    /// `tune run` with a scheduler, whose trials pause and resume, is killed again and again.
    KillScheduled,
    /// `tune run` is killed, and the files of its observers are cut.
    CutFiles,
    /// `tune run` is paused, another one is started meanwhile, and the first continues.
    Pause,
    /// The disk is full, and then it is not.
    FullDisk,
    /// Bytes of a killed study's journal are flipped, or cut off.
    Damage,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::KillRun,
        Self::KillAskTell,
        Self::KillScheduled,
        Self::CutFiles,
        Self::Pause,
        Self::FullDisk,
        Self::Damage,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::KillRun => "kill-run",
            Self::KillAskTell => "kill-ask-tell",
            Self::KillScheduled => "kill-scheduled",
            Self::CutFiles => "cut-files",
            Self::Pause => "pause",
            Self::FullDisk => "full-disk",
            Self::Damage => "damage",
        }
    }

    /// Does it once.
    ///
    /// # Errors
    /// With what was broken.
    pub fn happen(self, tune: &Path, seed: u64) -> Result<Happened, String> {
        let mut dice = Dice::new(tuning_core::Seed::new(seed).named(self.name()));
        match self {
            Self::KillRun => run::killed(tune, &mut dice, false),
            Self::CutFiles => run::killed(tune, &mut dice, true),
            Self::Pause => run::paused(tune, &mut dice),
            Self::KillAskTell => ask_tell::killed(tune, &mut dice),
            Self::KillScheduled => scheduled::killed(tune, &mut dice),
            Self::FullDisk => disk::filled(tune, &mut dice),
            Self::Damage => damage::damaged(tune, &mut dice),
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Happened {
    /// How many processes were killed.
    pub kills: u64,
    /// How many files were cut or flipped.
    pub damages: u64,
    /// How many processes were paused.
    pub pauses: u64,
    /// How many times a program met a full disk.
    pub full: u64,
}

impl std::ops::AddAssign for Happened {
    fn add_assign(&mut self, more: Self) {
        self.kills += more.kills;
        self.damages += more.damages;
        self.pauses += more.pauses;
        self.full += more.full;
    }
}

/// Waits until it is true.
///
/// # Errors
/// If it is not within a minute.
pub(crate) fn until(what: &str, mut is: impl FnMut() -> bool) -> Result<(), String> {
    let began = Instant::now();
    while !is() {
        if began.elapsed() > Duration::from_secs(60) {
            return Err(format!("{what}: not within a minute"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}
