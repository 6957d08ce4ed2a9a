//! `tune run`, killed or paused at any moment.

use std::{
    collections::BTreeMap,
    fs::OpenOptions,
    path::Path,
    process::{Child, Command},
    time::Duration,
};

use super::{Happened, folder::Folder};
use crate::dice::Dice;

pub(super) const RUN: [&str; 5] = ["run", "study.yaml", "--quiet", "--no-progress", "--json"];

/// What a study that nothing happens to decides.
pub(super) fn undisturbed(tune: &Path, trials: u64, seed: u64) -> Result<String, String> {
    let folder = Folder::with_study(tune, trials, seed)?;
    folder.says(&RUN)?;
    folder.files_are_whole()?;
    folder.decided()
}

/// Killed again and again; and the files of its observers are cut meanwhile, if `cut`.
pub(super) fn killed(tune: &Path, dice: &mut Dice, cut: bool) -> Result<Happened, String> {
    let (trials, seed) = (10 + dice.below(20), dice.below(1_000));
    let expect = undisturbed(tune, trials, seed)?;
    let folder = Folder::with_study(tune, trials, seed)?;
    let mut done = Happened::default();
    let mut ended = BTreeMap::new();
    for _ in 0..3 + dice.below(8) {
        let mut child = folder.start(&RUN)?;
        std::thread::sleep(Duration::from_millis(dice.below(400)));
        kill(&mut child)?;
        done.kills += 1;
        if !folder.path("study.db").exists() {
            continue;
        }
        check(&folder, &mut ended)?;
        if cut {
            done.damages += cut_file(&folder, dice)?;
        }
    }
    folder.says(&RUN)?;
    check(&folder, &mut ended)?;
    folder.files_are_whole()?;
    same(&expect, &folder.decided()?)?;
    Ok(done)
}

/// That nothing which had ended was begun since.
fn check(folder: &Folder, ended: &mut BTreeMap<u64, u64>) -> Result<(), String> {
    let begun = folder.begun();
    let now = match folder.ended() {
        Ok(now) => now,
        // Killed before the study was begun.
        Err(error) if error.contains("no study") || error.contains("not begun") => return Ok(()),
        Err(error) => return Err(error),
    };
    for (trial, before) in &*ended {
        if !now.contains(trial) {
            return Err(format!("trial {trial} had ended, and is lost"));
        }
        let times = begun.get(trial).copied().unwrap_or_default();
        if times != *before {
            return Err(format!("trial {trial} had ended, and was begun again"));
        }
    }
    for trial in now {
        let times = begun.get(&trial).copied().unwrap_or_default();
        ended.insert(trial, times);
    }
    Ok(())
}

fn cut_file(folder: &Folder, dice: &mut Dice) -> Result<u64, String> {
    let path = folder.path(dice.pick(&["events.jsonl", "trials.csv"]));
    let Ok(text) = std::fs::read(&path) else {
        return Ok(0);
    };
    let at = dice.below(text.len() as u64 + 1);
    let result = match dice.below(4) {
        0 => std::fs::remove_file(&path),
        1 => OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|file| file.set_len(text.len() as u64 + 9)),
        _ => OpenOptions::new()
            .append(true)
            .open(&path)
            .and_then(|file| file.set_len(at)),
    };
    result.map(|()| 1).map_err(|error| error.to_string())
}

/// Paused, while another one is started, and continued.
pub(super) fn paused(tune: &Path, dice: &mut Dice) -> Result<Happened, String> {
    let (trials, seed) = (10 + dice.below(20), dice.below(1_000));
    let expect = undisturbed(tune, trials, seed)?;
    let folder = Folder::with_study(tune, trials, seed)?;
    let mut child = folder.start(&RUN)?;
    std::thread::sleep(Duration::from_millis(100 + dice.below(400)));
    signal("-STOP", &child)?;
    let is_begun = folder.path("study.db").exists();
    let is_over = child
        .try_wait()
        .map_err(|error| error.to_string())?
        .is_some();
    let second = folder.output(&RUN)?;
    let was_running = is_begun && !is_over && !folder.begun().is_empty();
    if was_running && second.status.success() && folder.begun().len() as u64 > trials {
        return Err("a second process ran the study beside the first".to_owned());
    }
    signal("-CONT", &child)?;
    child.wait().map_err(|error| error.to_string())?;
    folder.says(&RUN)?;
    folder.files_are_whole()?;
    same(&expect, &folder.decided()?)?;
    Ok(Happened {
        pauses: 1,
        ..Happened::default()
    })
}

/// The same decisions, byte for byte.
pub(super) fn same(expect: &str, found: &str) -> Result<(), String> {
    if expect == found {
        return Ok(());
    }
    let differs = expect.lines().zip(found.lines()).find(|(a, b)| a != b);
    Err(format!(
        "it decided otherwise than one that was never killed: {differs:?}"
    ))
}

pub(super) fn kill(child: &mut Child) -> Result<(), String> {
    child
        .kill()
        .and_then(|()| child.wait())
        .map(drop)
        .map_err(|error| error.to_string())
}

fn signal(name: &str, child: &Child) -> Result<(), String> {
    let status = Command::new("kill")
        .args([name, &child.id().to_string()])
        .output();
    status.map(drop).map_err(|error| error.to_string())
}
