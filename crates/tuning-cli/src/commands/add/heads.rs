//! [`Heads`]: what each column of a file of results means: a parameter, an objective, or what else is known of a trial.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{StudySpec, nearest};
use tuning_file::document::quoted;

use super::sheet::{Row, Sheet};
use crate::columns::{self, Kind};

/// What a column means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Head {
    State,
    Objective(usize),
    Parameter(String),
    Metric(String),
    Seconds,
    Failure,
    /// Nothing that is added.
    Nothing,
}

/// What the columns of a file mean.
#[derive(Debug)]
pub(super) struct Heads {
    pub(super) of: Vec<Head>,
    /// Why columns are left out, in words.
    pub(super) left_out: Vec<String>,
}

impl Heads {
    /// Reads the heads of a file for a study. `tune export` writes them; those that Optuna's `trials_dataframe` has are understood, too.
    ///
    /// # Errors
    /// If a parameter or an objective has no column.
    pub(super) fn of(sheet: &Sheet, spec: &StudySpec) -> Result<Self, Vec<String>> {
        let known = columns::all(spec, &BTreeSet::new());
        let known: BTreeMap<&str, &Kind> = known
            .iter()
            .map(|column| (column.name.as_str(), &column.kind))
            .collect();
        let mut heads = Self {
            of: Vec::with_capacity(sheet.heads.len()),
            left_out: Vec::new(),
        };
        for (place, name) in sheet.heads.iter().enumerate() {
            let head = match known.get(name.as_str()) {
                Some(kind) => of_kind(kind),
                None => of_optuna(name, spec),
            };
            let head = head.unwrap_or_else(|| heads.metric(place, name, &sheet.rows));
            heads.of.push(head);
        }
        let missing = heads.missing(sheet, spec);
        match missing.is_empty() {
            true => Ok(heads),
            false => Err(missing),
        }
    }

    /// A column of numbers is a metric; any other is left out.
    fn metric(&mut self, place: usize, name: &str, rows: &[Row]) -> Head {
        let mut cells = rows.iter().filter_map(|row| row.cells.get(&place));
        match cells.find(|cell| cell.content.number().is_err()) {
            None => Head::Metric(name.strip_prefix("metric.").unwrap_or(name).to_owned()),
            Some(cell) => {
                self.left_out.push(format!(
                    "the column {} is left out: it is no parameter and no objective, and {} in line {} is no number",
                    quoted(name),
                    cell.content,
                    cell.at.line
                ));
                Head::Nothing
            }
        }
    }

    /// Parameters and objectives without a column. One that is not always active need not have one, nor need a result that failed.
    fn missing(&self, sheet: &Sheet, spec: &StudySpec) -> Vec<String> {
        let is_free = |name: &&String| {
            let place = sheet.heads.iter().position(|head| head == *name);
            let head = place.and_then(|place| self.of.get(place));
            matches!(head, Some(Head::Metric(_) | Head::Nothing))
        };
        let free: Vec<&String> = sheet.heads.iter().filter(is_free).collect();
        let lacks = |what: &str, name: &str| {
            let near = nearest(name, free.iter().map(|head| head.as_str()));
            let advice = match near {
                Some(near) => format!("rename the column {} if it is that", quoted(near)),
                None => format!("add a column {}", quoted(name)),
            };
            format!("1: {what} {} has no column: {advice}", quoted(name))
        };
        let parameters = spec.space.parameters().iter().filter(|parameter| {
            let has =
                |head: &Head| matches!(head, Head::Parameter(name) if name == parameter.name());
            parameter.condition().is_none() && !self.of.iter().any(has)
        });
        let parameters = parameters.map(|parameter| lacks("parameter", parameter.name()));
        let objectives = spec.objectives.iter().enumerate().filter(|(index, _)| {
            let has = |head: &Head| *head == Head::Objective(*index);
            !self.of.iter().any(has) && !self.of.contains(&Head::State)
        });
        let objectives = objectives.map(|(_, objective)| lacks("objective", &objective.name));
        match sheet.rows.is_empty() {
            true => Vec::new(),
            false => parameters.chain(objectives).collect(),
        }
    }
}

fn of_kind(kind: &Kind) -> Option<Head> {
    Some(match kind {
        Kind::State => Head::State,
        Kind::Objective(index) => Head::Objective(*index),
        Kind::Parameter(name) => Head::Parameter(name.clone()),
        Kind::Metric(name) => Head::Metric(name.clone()),
        Kind::Seconds => Head::Seconds,
        Kind::Failure | Kind::Gist => Head::Failure,
        // A trial gets a number, a tag and times here.
        Kind::Trial
        | Kind::Retries
        | Kind::Tag
        | Kind::Resource
        | Kind::StoppedBy(_)
        | Kind::Started
        | Kind::Ended
        | Kind::Curve(_) => Head::Nothing,
    })
}

/// `params_lr`, `value`, `values_0`, `values_loss`, `number`.
fn of_optuna(name: &str, spec: &StudySpec) -> Option<Head> {
    if let Some(parameter) = name.strip_prefix("params_") {
        let place = spec.space.index_of(parameter)?;
        let parameter = spec.space.parameter(place)?;
        return Some(Head::Parameter(parameter.name().to_owned()));
    }
    if let Some(objective) = name.strip_prefix("values_") {
        let names = spec.objectives.iter().map(|objective| &objective.name);
        let mut named = names.enumerate().filter(|(_, name)| *name == objective);
        let place = named.next().map(|(place, _)| place);
        let place = place.or_else(|| objective.parse().ok());
        let place = place.filter(|place| *place < spec.objectives.len());
        return place.map(Head::Objective);
    }
    match name {
        "value" if spec.objectives.len() == 1 => Some(Head::Objective(0)),
        "number" => Some(Head::Nothing),
        _ => None,
    }
}
