//! [`Workload`]: how long trials take, and what they measure, from a function or from a table.

use std::{fmt, sync::Arc};

use thiserror::Error;
use tuning_core::{Failure, FailureKind, Fidelity, IntoValues, Work};

/// One unit of resource of a trial, such as an epoch: how long it takes, and what the trial measures after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub(super) seconds: f64,
    pub(super) values: Vec<f64>,
}

impl Step {
    /// A unit that takes this many seconds on a worker of speed 1, after which the trial measures `values`, in the
    /// objectives' own directions.
    #[must_use]
    pub fn new(seconds: f64, values: impl IntoValues) -> Self {
        Self {
            seconds,
            values: values.into_values(),
        }
    }
}

/// How long trials take, and what they measure: a step for each trial and each unit of resource. Clones share it.
///
/// # Example
/// ```
/// use tuning_runtime::sim::{Step, Workload};
///
/// // 27 epochs; those of a wide network take longer.
/// let function = Workload::new(27, |work, at| {
///     let width = work.params.int("width").map_or(1.0, |width| width as f64);
///     Step::new(0.1 * width, 1.0 / (width * at.get() as f64))
/// });
/// // Two configurations of three epochs each: the integer parameter `row` says which one a trial has.
/// let epochs = |losses: [f64; 3]| losses.map(|loss| Step::new(60.0, loss)).to_vec();
/// let table = Workload::table("row", vec![epochs([0.9, 0.5, 0.4]), epochs([0.8, 0.6, 0.5])])?;
/// assert_eq!((function.units(), table.units()), (27, 3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Workload {
    units: u64,
    step: Arc<StepFn>,
}

type StepFn = dyn Fn(&Work, Fidelity) -> Result<Step, Failure> + Send + Sync;

/// A table of curves cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TableError {
    /// It has no row, or its rows have no step.
    #[error("the table is empty: give it a row for each configuration, and a step for each unit")]
    Empty,
    /// A row is shorter or longer than the first one.
    #[error(
        "row {row} has {found} steps, and row 0 has {expected}: all trials have the same units"
    )]
    Uneven {
        /// The row, from 0.
        row: usize,
        /// How many steps the first row has.
        expected: usize,
        /// How many steps this row has.
        found: usize,
    },
}

impl Workload {
    /// Trials of this many units. `step` is called with each unit that a piece of work is about to do: with 3, it
    /// returns what the third unit takes and what the trial measures after it.
    ///
    /// It must depend on its arguments alone, and not on [`Work::attempt`]: work that was lost is done again.
    #[must_use]
    pub fn new(units: u64, step: impl Fn(&Work, Fidelity) -> Step + Send + Sync + 'static) -> Self {
        Self::fallible(units, move |work, at| Ok(step(work, at)))
    }

    /// The same where a unit may fail its trial, as one does whose loss diverges.
    #[must_use]
    pub fn fallible(
        units: u64,
        step: impl Fn(&Work, Fidelity) -> Result<Step, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            units: units.max(1),
            step: Arc::new(step),
        }
    }

    /// Curves that were recorded: a row for each configuration, a step for each unit. The integer parameter of this
    /// name is the row, from 0; a trial without it, or of a row that the table does not have, fails.
    ///
    /// # Errors
    /// If the table is empty, or its rows are not equally long.
    pub fn table(parameter: impl Into<String>, rows: Vec<Vec<Step>>) -> Result<Self, TableError> {
        let expected = rows.first().map_or(0, Vec::len);
        if expected == 0 {
            return Err(TableError::Empty);
        }
        if let Some(row) = rows.iter().position(|row| row.len() != expected) {
            return Err(TableError::Uneven {
                row,
                expected,
                found: rows[row].len(),
            });
        }
        let parameter = parameter.into();
        let step = move |work: &Work, at: Fidelity| {
            let failed = |reason: String| Failure::new(FailureKind::Error, reason);
            let row = work.params.int(&parameter);
            let row = row.map_err(|error| failed(error.to_string()))?;
            let index = |n: Option<u64>| n.and_then(|n| usize::try_from(n).ok());
            let steps = index(u64::try_from(row).ok()).and_then(|row| rows.get(row));
            let steps = steps.ok_or_else(|| {
                let last = rows.len() - 1;
                failed(format!(
                    "the table has the rows 0 to {last}, and `{parameter}` is {row}"
                ))
            })?;
            let step = index(at.get().checked_sub(1)).and_then(|at| steps.get(at));
            step.cloned()
                .ok_or_else(|| failed(format!("the table has no unit {at}")))
        };
        Ok(Self::fallible(expected as u64, step))
    }

    /// How many units a whole trial has.
    #[must_use]
    pub fn units(&self) -> u64 {
        self.units
    }

    pub(super) fn step(&self, work: &Work, at: u64) -> Result<Step, Failure> {
        (self.step)(work, Fidelity::new(at))
    }
}

impl fmt::Debug for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workload")
            .field("units", &self.units)
            .finish_non_exhaustive()
    }
}
