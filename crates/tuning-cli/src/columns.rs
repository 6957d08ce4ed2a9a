//! [`Column`]s: what can be said of a trial, by names that are the same in tables, filters and exports.

use std::{collections::BTreeSet, time::Duration};

use serde_json::Value;
use tuning_core::{Domain, Failure, Literal, Space, StudySpec, Trial, TrialState, Trials};
use tuning_observers::{format_duration, format_literal, format_tag, format_value};

use crate::{error::CliError, moment::moment, sparkline::sparkline};

/// How wide the plot of a learning curve is.
const CURVE: usize = 16;

/// Something that can be said of a trial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

/// What a column shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Trial,
    State,
    Objective(usize),
    Parameter(String),
    Metric(String),
    Seconds,
    Started,
    Ended,
    Retries,
    Tag,
    /// How much resource its work used.
    Resource,
    /// What stopped it: this pruner, or its strategy, which gave it up.
    StoppedBy(Option<String>),
    Failure,
    /// The failure in short.
    Gist,
    /// How an objective went from report to report.
    Curve(usize),
}

/// The content of a cell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Empty,
    Count(u64),
    Scalar(Literal),
}

/// What kind of values a column holds, for formats that have to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stored {
    Int,
    Float,
    Bool,
    Text,
}

/// The name of a group of columns, and which are in it.
type Group = (&'static str, fn(&Kind) -> bool);

const GROUPS: [Group; 3] = [
    ("values", |kind| matches!(kind, Kind::Objective(_))),
    ("parameters", |kind| matches!(kind, Kind::Parameter(_))),
    ("metrics", |kind| matches!(kind, Kind::Metric(_))),
];

/// All columns that a study has.
pub(crate) fn all(spec: &StudySpec, metrics: &BTreeSet<String>) -> Vec<Column> {
    with_dropped(spec, &[], metrics)
}

/// The same, with these parameters that the study had before its space was amended.
pub(crate) fn with_dropped(
    spec: &StudySpec,
    dropped: &[String],
    metrics: &BTreeSet<String>,
) -> Vec<Column> {
    let mut fixed = vec![("trial", Kind::Trial), ("state", Kind::State)];
    let pruner = spec.pruner.as_ref().map(|pruner| pruner.name.to_string());
    if pruner.is_some() || spec.fidelity.is_some() {
        fixed.push(("resource", Kind::Resource));
        fixed.push(("stopped_by", Kind::StoppedBy(pruner)));
    }
    fixed.extend([
        ("seconds", Kind::Seconds),
        ("started", Kind::Started),
        ("ended", Kind::Ended),
        ("retries", Kind::Retries),
        ("tag", Kind::Tag),
        ("failure", Kind::Failure),
    ]);
    let objectives: Vec<&str> = spec.objectives.iter().map(|o| o.name.as_str()).collect();
    let parameters = spec.space.parameters().iter().map(|p| p.name());
    let parameters: Vec<&str> = parameters
        .chain(dropped.iter().map(String::as_str))
        .collect();

    let is_fixed = |name: &str| fixed.iter().any(|(fixed, _)| *fixed == name);
    // As in the view `trials` of the journal.
    let prefixed = |prefix: &str, name: &str, taken: bool| match taken || is_fixed(name) {
        true => format!("{prefix}.{name}"),
        false => name.to_owned(),
    };
    let mut columns: Vec<Column> = Vec::new();
    let mut push = |name: String, kind: Kind| columns.push(Column { name, kind });
    push("trial".into(), Kind::Trial);
    push("state".into(), Kind::State);
    for (index, name) in objectives.iter().enumerate() {
        push(
            prefixed("objective", name, parameters.contains(name)),
            Kind::Objective(index),
        );
    }
    for name in &parameters {
        push(
            prefixed("param", name, objectives.contains(name)),
            Kind::Parameter((*name).to_owned()),
        );
    }
    for name in metrics {
        let taken = objectives.contains(&&**name) || parameters.contains(&&**name);
        push(prefixed("metric", name, taken), Kind::Metric(name.clone()));
    }
    let rest = fixed.iter().skip(2);
    columns.extend(rest.map(|(name, kind)| Column {
        name: (*name).to_owned(),
        kind: kind.clone(),
    }));
    columns
}

/// A learning curve for each objective.
pub(crate) fn curves(spec: &StudySpec) -> impl Iterator<Item = Column> {
    let several = spec.objectives.len() > 1;
    spec.objectives
        .iter()
        .enumerate()
        .map(move |(index, objective)| Column {
            name: match several {
                true => format!("curve.{}", objective.name),
                false => "curve".to_owned(),
            },
            kind: Kind::Curve(index),
        })
}

/// The names of all metrics that trials have.
pub(crate) fn metrics(trials: &Trials) -> BTreeSet<String> {
    let names = trials.iter().flat_map(|trial| trial.metrics.iter());
    names.map(|(name, _)| name.to_owned()).collect()
}

/// The columns that these names and groups stand for, in that order.
pub(crate) fn choose(all: &[Column], names: &[String]) -> Result<Vec<Column>, CliError> {
    let mut chosen: Vec<Column> = Vec::new();
    for name in names {
        let group = GROUPS
            .iter()
            .find(|(group, _)| group == name)
            .map(|(_, holds)| holds);
        let named = find(all, name);
        let found = all.iter().filter(|column| match group {
            _ if named == Some(*column) => true,
            Some(holds) => holds(&column.kind),
            None => false,
        });
        let before = chosen.len();
        for column in found {
            if !chosen.contains(column) {
                chosen.push(column.clone());
            }
        }
        if chosen.len() == before && group.is_none() && named.is_none() {
            return Err(unknown(all, name));
        }
    }
    Ok(chosen)
}

impl Kind {
    /// Whether it says when something was: only who asks for times gets them.
    pub(crate) fn is_time(&self) -> bool {
        matches!(self, Self::Started | Self::Ended)
    }
}

/// The column of this name or, if there is none, of this title.
pub(crate) fn find<'a>(all: &'a [Column], name: &str) -> Option<&'a Column> {
    let named = all.iter().find(|column| column.name == name);
    named.or_else(|| all.iter().find(|column| column.title() == name))
}

/// That there is no such column, with those that there are.
pub(crate) fn unknown(all: &[Column], name: &str) -> CliError {
    let names: Vec<&str> = all.iter().map(|column| column.name.as_str()).collect();
    CliError::Usage(format!(
        "there is no column `{name}`, but `{}`",
        names.join("`, `")
    ))
}

impl Column {
    /// What this column says of a trial.
    pub(crate) fn of(&self, trial: &Trial) -> Cell {
        let number =
            |value: Option<f64>| value.map_or(Cell::Empty, |value| Cell::Scalar(value.into()));
        let text = |text: &str| match text {
            "" => Cell::Empty,
            text => Cell::Scalar(text.into()),
        };
        match &self.kind {
            Kind::Trial => Cell::Count(trial.id.get()),
            Kind::State => text(trial.state.as_str()),
            Kind::Objective(index) => number(
                trial
                    .values
                    .as_ref()
                    .and_then(|values| values.as_slice().get(*index).copied()),
            ),
            Kind::Parameter(name) => trial.params.get(name).map_or(Cell::Empty, Cell::Scalar),
            Kind::Metric(name) => number(trial.metrics.get(name)),
            Kind::Seconds if trial.took_micros == 0 => Cell::Empty,
            Kind::Seconds => number(Some(trial.took_micros as f64 / 1e6)),
            Kind::Curve(index) => {
                let values = trial.reports.iter();
                let values =
                    values.filter_map(|(_, values)| values.as_slice().get(*index).copied());
                text(&sparkline(&values.collect::<Vec<_>>(), CURVE))
            }
            Kind::Started => text(&moment(trial.started_at_millis)),
            Kind::Ended => trial
                .ended_at_millis
                .map_or(Cell::Empty, |ended| text(&moment(ended))),
            Kind::Retries => Cell::Count(u64::from(trial.retries)),
            Kind::Tag => text(trial.tag.as_str()),
            Kind::Resource => match trial.resource() {
                0 => Cell::Empty,
                resource => Cell::Count(resource),
            },
            Kind::StoppedBy(pruner) => match (trial.state, trial.given_up, pruner) {
                (TrialState::Stopped, true, _) => text("given up"),
                (TrialState::Stopped, false, Some(pruner)) => text(pruner),
                _ => Cell::Empty,
            },
            Kind::Failure => match &trial.failure {
                Some(failure) => text(&failure.to_string()),
                None => Cell::Empty,
            },
            Kind::Gist => match &trial.failure {
                Some(failure) => text(&Failure::new(failure.kind, failure.gist()).to_string()),
                None => Cell::Empty,
            },
        }
    }

    /// What kind of values it holds for trials of these spaces.
    pub(crate) fn stored(&self, spaces: &[Space]) -> Stored {
        match &self.kind {
            Kind::Trial | Kind::Retries | Kind::Resource => Stored::Int,
            Kind::Objective(_) | Kind::Metric(_) | Kind::Seconds => Stored::Float,
            Kind::Parameter(name) => {
                let parameters = spaces.iter().flat_map(|space| space.parameters());
                let parameters = parameters.filter(|parameter| parameter.name() == name);
                let kinds = parameters.map(|parameter| stored(parameter.domain()));
                kinds.reduce(Stored::with).unwrap_or(Stored::Text)
            }
            _ => Stored::Text,
        }
    }

    /// Whether numbers stand here, which are aligned on their right.
    pub(crate) fn is_number(&self) -> bool {
        !matches!(
            self.kind,
            Kind::State
                | Kind::Parameter(_)
                | Kind::Started
                | Kind::Ended
                | Kind::Tag
                | Kind::StoppedBy(_)
                | Kind::Failure
                | Kind::Gist
                | Kind::Curve(_)
        )
    }

    /// The name for people, whose cells have units: seconds are what a trial took.
    pub(crate) fn title(&self) -> &str {
        match self.kind {
            Kind::Seconds => "took",
            Kind::StoppedBy(_) => "stopped by",
            _ => &self.name,
        }
    }

    /// The cell for people: short, and with its unit.
    pub(crate) fn shown(&self, trial: &Trial) -> String {
        match (&self.kind, self.of(trial)) {
            (Kind::Seconds, Cell::Scalar(_)) => {
                format_duration(Duration::from_micros(trial.took_micros))
            }
            (Kind::Tag, _) => format_tag(&trial.tag),
            (_, Cell::Empty) => String::new(),
            (_, Cell::Count(count)) => count.to_string(),
            (Kind::Objective(_) | Kind::Metric(_), Cell::Scalar(Literal::Float(value))) => {
                format_value(value)
            }
            (_, Cell::Scalar(literal)) => format_literal(&literal),
        }
    }
}

impl Cell {
    /// The cell for programs: numbers keep all their digits.
    pub(crate) fn to_json(&self) -> Value {
        match self {
            Self::Empty => Value::Null,
            Self::Count(count) => (*count).into(),
            Self::Scalar(literal) => serde_json::to_value(literal).unwrap_or_default(),
        }
    }

    /// The same as text, empty if there is nothing.
    pub(crate) fn to_text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Count(count) => count.to_string(),
            Self::Scalar(literal) => literal.to_string(),
        }
    }

    pub(crate) fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Empty => None,
            Self::Count(count) => Some(*count as f64),
            Self::Scalar(literal) => literal.as_f64(),
        }
    }
}

impl Stored {
    /// What holds the values of both.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Self::Float,
            _ => Self::Text,
        }
    }
}

fn stored(domain: &Domain) -> Stored {
    let all = |choices: &[Literal], is: fn(&Literal) -> bool| choices.iter().all(is);
    match domain {
        Domain::Float(_) => Stored::Float,
        Domain::Int(_) => Stored::Int,
        domain => match domain.choices().unwrap_or_default() {
            choices if all(choices, |c| matches!(c, Literal::Int(_))) => Stored::Int,
            choices if all(choices, |c| matches!(c, Literal::Float(_))) => Stored::Float,
            choices if all(choices, |c| matches!(c, Literal::Bool(_))) => Stored::Bool,
            _ => Stored::Text,
        },
    }
}

/// Cells with their names as an object; what is empty is left out.
pub(crate) fn object_of<'a>(cells: impl Iterator<Item = (&'a String, Cell)>) -> Value {
    let pairs = cells.filter_map(|(name, cell)| match cell {
        Cell::Empty => None,
        cell => Some((name.clone(), cell.to_json())),
    });
    Value::Object(pairs.collect())
}

/// A trial as an object of these columns; what is empty is left out.
pub(crate) fn object(columns: &[Column], trial: &Trial) -> Value {
    object_of(
        columns
            .iter()
            .map(|column| (&column.name, column.of(trial))),
    )
}
