//! [`Columns`]: the head of a file of trials, and the cells of a row below it.

use tuning_core::{
    Ended, Event, Failure, Objectives, OpenTrial, Outcome, Space, TrialState, Values,
};

/// What stands before and behind the objectives and the parameters.
const BEFORE: [&str; 2] = ["trial", "state"];
const BEHIND: [&str; 6] = [
    "seconds",
    "retries",
    "failure",
    "metrics",
    "ended_at_millis",
    "seq",
];

/// The columns of a file of trials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    names: Vec<String>,
    objectives: usize,
    parameters: Vec<String>,
}

/// Reads the first line of a file as its head; none if a crash left only a part of it.
///
/// # Errors
/// If the file is none of ours, with the rest of a sentence about it.
pub(super) fn read_head(line: &[u8]) -> Result<Option<Vec<String>>, String> {
    let begins = BEFORE.join(",") + ",";
    let Some(whole) = line.strip_suffix(b"\n") else {
        let ours = line.starts_with(begins.as_bytes()) || begins.as_bytes().starts_with(line);
        return match ours {
            true => Ok(None),
            false => Err("is not a file of trials".to_owned()),
        };
    };
    match parse(whole) {
        Some(names) if is_head(&names) => Ok(Some(names)),
        _ => Err(format!(
            "is not a file of trials: its first line is `{}`",
            String::from_utf8_lossy(whole).trim_end()
        )),
    }
}

fn is_head(names: &[String]) -> bool {
    let before = names.iter().take(BEFORE.len());
    let behind = names.iter().rev().take(BEHIND.len());
    names.len() > BEFORE.len() + BEHIND.len()
        && before.eq(&BEFORE)
        && behind.eq(BEHIND.iter().rev())
}

/// The cells of a line.
pub(super) fn parse(line: &[u8]) -> Option<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line);
    let record = reader.records().next()?.ok()?;
    Some(record.iter().map(str::to_owned).collect())
}

impl Columns {
    /// Those of a study over this space, of these objectives.
    pub(super) fn new(space: &Space, objectives: &Objectives) -> Self {
        let fixed = |name: &str| BEFORE.contains(&name) || BEHIND.contains(&name);
        let parameters: Vec<&str> = space.parameters().iter().map(|p| p.name()).collect();
        let objectives: Vec<&str> = objectives.iter().map(|o| o.name.as_str()).collect();
        let prefixed = |prefix: &str, name: &str, others: &[&str]| {
            if fixed(name) || others.contains(&name) {
                format!("{prefix}.{name}")
            } else {
                name.to_owned()
            }
        };
        let mut names: Vec<String> = BEFORE.map(str::to_owned).into();
        let objective = |name: &&str| prefixed("objective", name, &parameters);
        names.extend(objectives.iter().map(objective));
        let parameter = |name: &&str| prefixed("param", name, &objectives);
        names.extend(parameters.iter().map(parameter));
        names.extend(BEHIND.map(str::to_owned));
        Self {
            names,
            objectives: objectives.len(),
            parameters: parameters.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Those of a file that has this head already.
    pub(super) fn of_head(head: &[String], objectives: &Objectives) -> Self {
        let end = head.len().saturating_sub(BEHIND.len());
        let begin = (BEFORE.len() + objectives.len()).min(end);
        let name = |column: &String| column.strip_prefix("param.").unwrap_or(column).to_owned();
        Self {
            names: head.to_vec(),
            objectives: objectives.len(),
            parameters: head[begin..end].iter().map(name).collect(),
        }
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The row of a trial that ended with this event.
    pub(super) fn cells(&self, event: &Event, ended: &Ended, trial: &OpenTrial) -> Vec<String> {
        let (state, values, failure) = match &ended.outcome {
            Outcome::Completed(values) => (TrialState::Completed, Some(values), None),
            Outcome::Failed(failure) => (TrialState::Failed, None, Some(failure)),
            _ => (TrialState::Stopped, None, None),
        };
        let values = values.or(trial.last.as_ref().map(|(_, values)| values));
        let values = values.map_or(&[][..], Values::as_slice);
        let mut cells = vec![ended.trial.to_string(), state.to_string()];
        cells.extend((0..self.objectives).map(|index| {
            let value = values.get(index);
            value.map_or_else(String::new, |value| number(*value))
        }));
        cells.extend(self.parameters.iter().map(|name| {
            let value = trial.params.get(name);
            value.map_or_else(String::new, |value| one_line(&value.to_string()))
        }));
        cells.push(match trial.took_micros {
            0 => String::new(),
            micros => number(micros as f64 / 1e6),
        });
        cells.push(trial.retries.to_string());
        cells.push(failure.map_or_else(String::new, reason));
        cells.push(match trial.metrics.is_empty() {
            true => String::new(),
            // Metrics are finite, and names are strings: that is always JSON.
            false => serde_json::to_string(&trial.metrics).unwrap_or_default(),
        });
        cells.push(event.at_millis.to_string());
        cells.push(event.seq.to_string());
        cells
    }
}

/// The shortest text that reads back as the same number.
fn number(value: f64) -> String {
    tuning_core::Literal::from(value).to_string()
}

fn reason(failure: &Failure) -> String {
    one_line(&failure.to_string())
}

/// Line breaks as they are written in a program: a row stays one line, whatever reads it.
fn one_line(text: &str) -> String {
    if !text.contains(['\n', '\r']) {
        return text.to_owned();
    }
    text.replace('\r', "\\r").replace('\n', "\\n")
}
