//! A row of a file of results as a trial of a study.

use tuning_core::{
    AddedTrial, Failure, FailureKind, Literal, Metrics, Outcome, ParamsError, Space, StudySpec,
    Values,
};
use tuning_file::document::quoted;

use super::{
    heads::{Head, Heads},
    sheet::{At, Cell, Content, Row},
};

/// What a row comes to.
#[derive(Debug)]
pub(super) enum Found {
    /// A trial that has ended.
    Trial(AddedTrial),
    /// One that has not: there is nothing to learn from it.
    Unfinished,
}

/// What is wrong with a row, and where.
pub(super) type Wrong = (At, String);

/// Reads a row.
///
/// # Errors
/// All that is wrong with it.
pub(super) fn read(row: &Row, heads: &Heads, spec: &StudySpec) -> Result<Found, Vec<Wrong>> {
    let mut reading = Reading {
        row,
        heads,
        spec,
        wrong: Vec::new(),
    };
    let found = reading.trial();
    match found {
        Some(found) if reading.wrong.is_empty() => Ok(found),
        _ => Err(reading.wrong),
    }
}

struct Reading<'a> {
    row: &'a Row,
    heads: &'a Heads,
    spec: &'a StudySpec,
    wrong: Vec<Wrong>,
}

impl<'a> Reading<'a> {
    fn trial(&mut self) -> Option<Found> {
        let state = self.state();
        if state == Some(State::Unfinished) {
            return Some(Found::Unfinished);
        }
        let params = self.params();
        let outcome = self.outcome(state?);
        let metrics = self.metrics();
        let seconds = self.cell(&Head::Seconds);
        let seconds = seconds.and_then(|cell| self.number("seconds", cell));
        let trial = AddedTrial::new(params?, outcome?).metrics(metrics);
        let micros = seconds.unwrap_or(0.0).max(0.0) * 1e6;
        Some(Found::Trial(trial.took(micros.round() as u64)))
    }

    /// How it ended, by its column, or else by what stands in the others.
    fn state(&mut self) -> Option<State> {
        if let Some(cell) = self.cell(&Head::State) {
            let state = cell.content.text().and_then(State::read);
            if state.is_none() {
                let message = format!(
                    "`state` is {}: expected `completed`, `failed` or `stopped`, or `running` or `paused`, which is left out",
                    cell.content
                );
                self.wrong.push((cell.at, message));
            }
            return state;
        }
        match self.cell(&Head::Failure) {
            Some(_) => Some(State::Failed),
            None => Some(State::Completed),
        }
    }

    fn params(&mut self) -> Option<tuning_core::Params> {
        let space = &self.spec.space;
        let mut values = Vec::new();
        let before = self.wrong.len();
        for (place, head) in self.heads.of.iter().enumerate() {
            if let (Head::Parameter(name), Some(cell)) = (head, self.row.cells.get(&place)) {
                match value(space, name, &cell.content) {
                    Ok(Some(value)) => values.push((name.as_str(), value)),
                    Ok(None) => {}
                    Err(message) => self.say(name, cell.at, &message),
                }
            }
        }
        if self.wrong.len() > before {
            return None;
        }
        match space.params(values) {
            Ok(params) => Some(params),
            Err(error) => {
                let name = parameter_of(&error);
                let place = self.heads.of.iter().position(
                    |head| matches!((head, name), (Head::Parameter(head), Some(name)) if head == name),
                );
                let cell = place.and_then(|place| self.row.cells.get(&place));
                let at = cell.map_or(self.row.at, |cell| cell.at);
                let remedy = match error {
                    ParamsError::OutOfDomain { .. } => {
                        "; leave the row out, or widen the parameter in the study file"
                    }
                    _ => "",
                };
                self.wrong.push((at, format!("{error}{remedy}")));
                None
            }
        }
    }

    fn outcome(&mut self, state: State) -> Option<Outcome> {
        match state {
            State::Completed => {
                let mut values = Vec::with_capacity(self.spec.objectives.len());
                for (index, objective) in self.spec.objectives.iter().enumerate() {
                    match self.cell(&Head::Objective(index)) {
                        Some(cell) => {
                            let value = self.number(&objective.name, cell);
                            values.extend(value);
                        }
                        None => {
                            let message = format!(
                                "{} has no value: write one, or say in a column `state` that the trial `failed`",
                                quoted(&objective.name)
                            );
                            self.wrong.push((self.row.at, message));
                        }
                    }
                }
                let all = values.len() == self.spec.objectives.len();
                Values::new(values)
                    .ok()
                    .filter(|_| all)
                    .map(Outcome::Completed)
            }
            State::Failed => {
                let cell = self.cell(&Head::Failure);
                let text = cell.and_then(|cell| cell.content.text());
                Some(Outcome::Failed(failure(text.unwrap_or_default())))
            }
            State::Stopped => Some(Outcome::Stopped),
            State::Unfinished => None,
        }
    }

    fn metrics(&mut self) -> Metrics {
        let mut metrics = Metrics::default();
        for (place, head) in self.heads.of.iter().enumerate() {
            if let (Head::Metric(name), Some(cell)) = (head, self.row.cells.get(&place))
                && let Some(value) = self.number(name, cell)
            {
                metrics.set(name, value);
            }
        }
        metrics
    }

    /// The cell of a column that comes once.
    fn cell(&self, head: &Head) -> Option<&'a Cell> {
        let place = self.heads.of.iter().position(|other| other == head)?;
        let cell = self.row.cells.get(&place)?;
        let is_empty = matches!(
            &cell.content,
            Content::Value(tuning_file::document::Value::Null)
        );
        (!is_empty).then_some(cell)
    }

    fn number(&mut self, name: &str, cell: &Cell) -> Option<f64> {
        match cell.content.number() {
            Ok(value) => Some(value),
            Err(message) => {
                let advice = match cell.content.text() {
                    Some(_) => {
                        ": write a number, or say in a column `state` that the trial `failed`"
                    }
                    None => "",
                };
                self.say(name, cell.at, &format!("{message}{advice}"));
                None
            }
        }
    }

    fn say(&mut self, name: &str, at: At, message: &str) {
        self.wrong.push((at, format!("{} {message}", quoted(name))));
    }
}

/// The value that a cell gives a parameter; none if it gives it none.
fn value(space: &Space, name: &str, content: &Content) -> Result<Option<Literal>, String> {
    let place = space.index_of(name);
    let domain = place
        .and_then(|place| space.parameter(place))
        .map(|parameter| parameter.domain());
    let choices = domain
        .and_then(|domain| domain.choices())
        .unwrap_or_default();
    match content {
        // As `tune export` writes them.
        Content::Text(text) => match choices.iter().find(|choice| choice.to_string() == *text) {
            Some(choice) => Ok(Some(choice.clone())),
            None => content.literal().map(Some),
        },
        Content::Value(_) => {
            let literal = content.literal()?;
            let is_empty = literal == Literal::Null && !choices.contains(&Literal::Null);
            Ok((!is_empty).then_some(literal))
        }
    }
}

/// How a trial ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Completed,
    Failed,
    Stopped,
    Unfinished,
}

impl State {
    /// Ours, and those of Optuna.
    fn read(text: &str) -> Option<Self> {
        Some(match text.trim().to_lowercase().as_str() {
            "completed" | "complete" => Self::Completed,
            "failed" | "fail" => Self::Failed,
            "stopped" | "pruned" => Self::Stopped,
            "running" | "paused" | "waiting" => Self::Unfinished,
            _ => return None,
        })
    }
}

/// `timed out: ran longer than 90s`, as `tune export` writes it; any other text is an error.
fn failure(text: &str) -> Failure {
    let (kind, reason) = text.split_once(": ").unwrap_or((text, ""));
    let known = FailureKind::ALL
        .into_iter()
        .find(|known| known.to_string() == kind);
    match known {
        Some(kind) => Failure::new(kind, reason),
        None => Failure::new(FailureKind::Error, text),
    }
}

fn parameter_of(error: &ParamsError) -> Option<&str> {
    match error {
        ParamsError::Unknown { parameter, .. }
        | ParamsError::Missing { parameter, .. }
        | ParamsError::Inactive { parameter, .. }
        | ParamsError::OutOfDomain { parameter, .. }
        | ParamsError::Twice { parameter }
        | ParamsError::Type { parameter, .. } => Some(parameter),
        _ => None,
    }
}
