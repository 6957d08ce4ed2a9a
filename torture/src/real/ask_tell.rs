//! `tune ask-tell`, killed at any moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use serde_json::{Value, json};

use super::{Happened, folder::Folder, run::kill};
use crate::dice::Dice;

/// The line to a running `tune ask-tell`.
struct Client {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Client {
    fn start(folder: &Folder) -> Result<Self, String> {
        let mut command = folder.command(&["ask-tell", "study.yaml"]);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let (Some(stdin), Some(stdout)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("no pipes".to_owned());
        };
        let stdout = BufReader::new(stdout);
        Ok(Self {
            child,
            stdin,
            stdout,
        })
    }

    /// Sends lines without waiting; they may never arrive.
    fn send(&mut self, request: &Value) -> bool {
        writeln!(self.stdin, "{request}")
            .and_then(|()| self.stdin.flush())
            .is_ok()
    }

    /// An answer; none if the program is gone.
    fn answer(&mut self) -> Option<Value> {
        let mut line = String::new();
        self.stdout.read_line(&mut line).ok()?;
        serde_json::from_str(&line).ok()
    }
}

/// Killed between a request and its answer, or behind it.
pub(super) fn killed(tune: &Path, dice: &mut Dice) -> Result<Happened, String> {
    let (trials, seed) = (20 + dice.below(30), dice.below(1_000));
    let folder = Folder::with_study(tune, trials, seed)?;
    let mut done = Happened::default();
    // What was acknowledged: the results, and the parameters of each trial.
    let mut told: BTreeSet<u64> = BTreeSet::new();
    let mut params: BTreeMap<u64, Value> = BTreeMap::new();
    loop {
        let mut client = Client::start(&folder)?;
        let dies_at = 1 + dice.below(30);
        let mut requests = 0;
        let mut held: Vec<u64> = Vec::new();
        let is_over = loop {
            requests += 1;
            let asks = held.is_empty() || (held.len() < 4 && dice.chance(0.4));
            let request = match asks {
                true => json!({"ask": 1 + dice.below(2)}),
                false => {
                    let trial = held.swap_remove(dice.below(held.len() as u64) as usize);
                    let x = params[&trial]["x"].clone();
                    json!({"tell": {"trial": trial, "values": {"loss": x}}})
                }
            };
            let sent = client.send(&request);
            if requests >= dies_at && dice.chance(0.5) {
                break false; // before the answer
            }
            let Some(answer) = client.answer().filter(|_| sent) else {
                return Err(format!("it died by itself at {request}"));
            };
            if let Some(work) = answer["asked"].as_array() {
                for work in work {
                    let Some(trial) = work["trial"].as_u64() else {
                        continue;
                    };
                    if told.contains(&trial) {
                        return Err(format!("trial {trial} was told, and is handed out again"));
                    }
                    let known = params
                        .entry(trial)
                        .or_insert_with(|| work["params"].clone());
                    if *known != work["params"] {
                        return Err(format!(
                            "trial {trial} had {known}, and has {}",
                            work["params"]
                        ));
                    }
                    if !held.contains(&trial) {
                        held.push(trial);
                    }
                }
            } else if let Some(trial) = answer["told"].as_u64() {
                told.insert(trial);
            } else if answer["asked"] == "done" {
                break true;
            } else if answer.get("error").is_some() {
                return Err(format!("{request} was refused: {answer}"));
            }
            if requests >= dies_at {
                break false;
            }
        };
        kill(&mut client.child)?;
        done.kills += 1;
        let ended = folder.ended()?;
        if let Some(lost) = told.difference(&ended).next() {
            return Err(format!(
                "the result of trial {lost} was acknowledged, and is lost"
            ));
        }
        if is_over {
            break;
        }
    }
    // What the killed one had not yet written.
    let mut client = Client::start(&folder)?;
    client.send(&json!({"ask": 1}));
    client.answer();
    drop(client.stdin);
    client.child.wait().map_err(|error| error.to_string())?;
    let ended = folder.ended()?;
    if !ended.iter().copied().eq(0..trials) {
        return Err(format!("the trials are {ended:?} of {trials}"));
    }
    folder.files_are_whole()?;
    Ok(done)
}
