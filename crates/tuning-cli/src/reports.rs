//! [`ReportColumn`]s: what can be said of a report, for learning curves.

use std::collections::BTreeSet;

use serde_json::Value;
use tuning_core::{StudySpec, Trial};

use crate::{
    columns::{Cell, Stored, object_of},
    moment::moment,
    walk::Told,
};

/// Something that can be said of a report.
#[derive(Clone, Debug)]
pub(crate) struct ReportColumn {
    pub(crate) name: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Trial,
    At,
    Time,
    /// Since the trial began.
    Seconds,
    Objective(usize),
    Metric(String),
}

/// All columns that the reports of a study have.
pub(crate) fn all(spec: &StudySpec, metrics: &BTreeSet<String>) -> Vec<ReportColumn> {
    const FIXED: [(&str, Kind); 4] = [
        ("trial", Kind::Trial),
        ("at", Kind::At),
        ("time", Kind::Time),
        ("seconds", Kind::Seconds),
    ];
    let is_fixed = |name: &str| FIXED.iter().any(|(fixed, _)| *fixed == name);
    let is_objective = |name: &str| spec.objectives.iter().any(|o| o.name == name);
    let fixed = FIXED
        .into_iter()
        .map(|(name, kind)| (name.to_owned(), kind));
    let objectives = spec
        .objectives
        .iter()
        .enumerate()
        .map(|(index, objective)| {
            let name = &objective.name;
            let name = match is_fixed(name) {
                true => format!("objective.{name}"),
                false => name.clone(),
            };
            (name, Kind::Objective(index))
        });
    let metrics = metrics.iter().map(|metric| {
        let name = match is_fixed(metric) || is_objective(metric) {
            true => format!("metric.{metric}"),
            false => metric.clone(),
        };
        (name, Kind::Metric(metric.clone()))
    });
    let columns = fixed.chain(objectives).chain(metrics);
    columns
        .map(|(name, kind)| ReportColumn { name, kind })
        .collect()
}

impl ReportColumn {
    /// What kind of values it holds.
    pub(crate) fn stored(&self) -> Stored {
        match self.kind {
            Kind::Trial | Kind::At => Stored::Int,
            Kind::Time => Stored::Text,
            Kind::Seconds | Kind::Objective(_) | Kind::Metric(_) => Stored::Float,
        }
    }

    /// What this column says of a report of a trial.
    pub(crate) fn of(&self, trial: &Trial, told: &Told) -> Cell {
        let number =
            |value: Option<f64>| value.map_or(Cell::Empty, |value| Cell::Scalar(value.into()));
        match &self.kind {
            Kind::Trial => Cell::Count(trial.id.get()),
            Kind::At => Cell::Count(told.at.get()),
            Kind::Time => Cell::Scalar(moment(told.at_millis).as_str().into()),
            Kind::Seconds => {
                let millis = told.at_millis.saturating_sub(trial.started_at_millis);
                number(Some(millis as f64 / 1e3))
            }
            Kind::Objective(index) => number(told.values.as_slice().get(*index).copied()),
            Kind::Metric(name) => number(told.metrics.get(name)),
        }
    }
}

/// The reports of a trial as objects of these columns, but for its number.
pub(crate) fn objects(columns: &[ReportColumn], trial: &Trial, told: &[Told]) -> Value {
    let columns = || {
        columns
            .iter()
            .filter(|column| !matches!(column.kind, Kind::Trial))
    };
    let objects = told.iter().map(|told| {
        let cells = columns().map(|column| (&column.name, column.of(trial, told)));
        object_of(cells)
    });
    objects.collect()
}
