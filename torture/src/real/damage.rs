//! A journal of which bytes are flipped or cut off behind the back of its study.

use std::{path::Path, time::Duration};

use serde_json::Value;

use super::{Happened, folder::Folder, run::kill};
use crate::dice::Dice;

/// Damages the journal of a study that was killed. Whatever is said then, what observers were told is not forgotten in
/// silence.
pub(super) fn damaged(tune: &Path, dice: &mut Dice) -> Result<Happened, String> {
    let folder = Folder::with_study(tune, 40, dice.below(1_000))?;
    let mut child = folder.start(&["run", "study.yaml", "--no-progress"])?;
    super::until("no trial has ended", || {
        folder.read("trials.csv").lines().count() > 5
    })?;
    std::thread::sleep(Duration::from_millis(dice.below(200)));
    kill(&mut child)?;
    let told = folder.read("events.jsonl");
    let whole = told.rfind('\n').map_or("", |end| &told[..end]);
    let told: Vec<Value> = whole
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();

    let files = ["study.db", "study.db-wal"].map(|name| folder.path(name));
    let there: Vec<_> = files
        .iter()
        .filter(|path| path.metadata().is_ok_and(|file| file.len() > 0))
        .collect();
    let path = there[dice.below(there.len() as u64) as usize];
    let mut bytes = std::fs::read(path).map_err(|error| error.to_string())?;
    let at = dice.below(bytes.len() as u64) as usize;
    let how = match dice.below(3) {
        0 => {
            bytes.truncate(at);
            format!("cut at {at}")
        }
        1 => {
            bytes[at] ^= 1 << dice.below(8);
            format!("flipped at {at}")
        }
        _ => {
            let end = (at + 512).min(bytes.len());
            bytes[at..end].fill(0);
            format!("zeroed at {at}")
        }
    };
    std::fs::write(path, bytes).map_err(|error| error.to_string())?;
    let happened = Happened {
        kills: 1,
        damages: 1,
        ..Happened::default()
    };
    let run = folder.output(&["run", "study.yaml", "--no-progress"])?;
    if !run.status.success() {
        return match String::from_utf8_lossy(&run.stderr).contains("error:") {
            true => Ok(happened), // it is told
            false => Err(format!(
                "{} {how}: it ends with {} and no error",
                path.display(),
                run.status
            )),
        };
    }
    let journal = folder.says(&["events", "study.yaml", "--json"])?;
    let journal: Vec<Value> = journal
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    match told.iter().zip(&journal).find(|(told, kept)| told != kept) {
        None if journal.len() >= told.len() => Ok(happened),
        differs => Err(format!(
            "{} {how}: it resumed in silence, and event {:?} is lost",
            path.display(),
            differs.map(|(told, _)| told["seq"].to_string())
        )),
    }
}
