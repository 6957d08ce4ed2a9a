//! [`Columns`]: the head of a file of trials, and the cells of a row below it.

use tuning_core::{
    Ended, Event, Failure, Objectives, OpenTrial, Outcome, Seq, Space, TrialState, Values,
};

use crate::lines::Seen;

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

/// Reads a line, without its end, as the head of a file of trials.
pub(super) fn head(line: &[u8]) -> Option<Vec<String>> {
    parse(line).filter(|names| is_head(names))
}

fn is_head(names: &[String]) -> bool {
    let before = names.iter().take(BEFORE.len());
    let behind = names.iter().rev().take(BEHIND.len());
    names.len() > BEFORE.len() + BEHIND.len()
        && before.eq(&BEFORE)
        && behind.eq(BEHIND.iter().rev())
}

/// Whether a crash may have left this of a head.
pub(super) fn is_piece_of_head(line: &[u8]) -> bool {
    let begin = BEFORE.join(",") + ",";
    line.starts_with(begin.as_bytes()) || begin.as_bytes().starts_with(line)
}

/// Whether a crash may have left this of a row: a number, and a state.
pub(super) fn is_piece_of_row(line: &[u8]) -> bool {
    let mut cells = line.splitn(3, |byte| *byte == b',');
    let is_number = |cell: &[u8]| !cell.is_empty() && cell.iter().all(u8::is_ascii_digit);
    let is_state = |cell: &[u8], whole: bool| {
        let states = [
            TrialState::Completed,
            TrialState::Failed,
            TrialState::Stopped,
        ];
        let mut states = states.iter().map(|state| state.as_str().as_bytes());
        states.any(|state| state == cell || !whole && state.starts_with(cell))
    };
    match (cells.next(), cells.next(), cells.next()) {
        (Some(trial), None, _) => is_number(trial),
        (Some(trial), Some(state), rest) => is_number(trial) && is_state(state, rest.is_some()),
        _ => false,
    }
}

/// The event of a row, if this line is one.
pub(super) fn last_event(line: &[u8]) -> Option<Seen> {
    let row = parse(line)?;
    let [trial, _, .., at, seq] = &row[..] else {
        return None;
    };
    trial.parse::<u64>().ok()?;
    Some(Seen {
        study: None,
        seq: Seq::new(seq.parse().ok()?),
        at_millis: at.parse().ok()?,
    })
}

/// The cells of a line.
fn parse(line: &[u8]) -> Option<Vec<String>> {
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
