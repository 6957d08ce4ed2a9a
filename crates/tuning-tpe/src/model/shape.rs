//! [`Shape`]: what kernels along one axis are made of, each number in an array of its own. All logarithms
//! in here are binary ones.

use std::{collections::BTreeMap, f64::consts::LOG2_E};

use tuning_toolkit::normal;

use super::axis::{Axis, Kind, Levels};

/// The choice of kernels that have none: the prior's, and those of points where the axis is inactive.
const NO_CHOICE: u32 = u32::MAX;
/// The square root of 2π.
const SQRT_TAU: f64 = 2.506_628_274_631_000_5;
/// How many rows of a table are remembered.
const ROWS: usize = 1024;

/// The kernels of a mixture along one axis, as their densities are computed.
#[derive(Clone, Debug)]
pub(super) enum Shape {
    /// Normal distributions, cut off at the ends: `constant - ((x - centre) * scale)²`.
    Continuum {
        centres: Vec<f32>,
        scales: Vec<f32>,
        constants: Vec<f32>,
    },
    /// The same, each level with the mass of its cell: a row of the table.
    Levels { rows: Vec<u32>, table: Table },
    /// A choice of its own, and a little for every other.
    Choices { own: Vec<u32>, masses: Masses },
}

impl Shape {
    /// No kernel yet.
    pub(super) fn new(axis: &Axis) -> Self {
        match &axis.kind {
            Kind::Continuum => Self::Continuum {
                centres: Vec::new(),
                scales: Vec::new(),
                constants: Vec::new(),
            },
            Kind::Levels(_) => Self::Levels {
                rows: Vec::new(),
                table: Table::default(),
            },
            Kind::Choices(n) => Self::Choices {
                own: Vec::new(),
                masses: Masses::new(*n, 0, 1.0),
            },
        }
    }

    /// Makes room for a kernel; those behind move on by one. Without a coordinate, it is the prior's.
    pub(super) fn insert(&mut self, place: usize, coordinate: f64, centre: f64) {
        match self {
            Self::Continuum {
                centres,
                scales,
                constants,
            } => {
                centres.insert(place, centre as f32);
                scales.insert(place, 0.0);
                constants.insert(place, 0.0);
            }
            Self::Levels { rows, .. } => rows.insert(place, 0),
            Self::Choices { own, .. } => {
                let none = coordinate.is_nan();
                own.insert(place, if none { NO_CHOICE } else { coordinate as u32 });
            }
        }
    }

    /// Removes a kernel; those behind move up.
    pub(super) fn remove(&mut self, place: usize) {
        match self {
            Self::Continuum {
                centres,
                scales,
                constants,
            } => {
                for numbers in [centres, scales, constants] {
                    numbers.remove(place);
                }
            }
            Self::Levels { rows: numbers, .. } | Self::Choices { own: numbers, .. } => {
                numbers.remove(place);
            }
        }
    }

    /// Removes all kernels from `place` on.
    pub(super) fn truncate(&mut self, place: usize) {
        match self {
            Self::Continuum {
                centres,
                scales,
                constants,
            } => {
                for numbers in [centres, scales, constants] {
                    numbers.truncate(place);
                }
            }
            Self::Levels { rows: numbers, .. } | Self::Choices { own: numbers, .. } => {
                numbers.truncate(place);
            }
        }
    }

    /// Gives a kernel its width.
    pub(super) fn reshape(&mut self, axis: &Axis, kernel: usize, centre: f64, width: f64) {
        match (self, &axis.kind) {
            (
                Self::Continuum {
                    scales, constants, ..
                },
                _,
            ) => {
                let inside = normal::mass(-centre / width, (1.0 - centre) / width);
                scales[kernel] = ((0.5 * LOG2_E).sqrt() / width) as f32;
                constants[kernel] = (-log2(width * inside * SQRT_TAU)) as f32;
            }
            (Self::Levels { rows, table }, Kind::Levels(levels)) => {
                rows[kernel] = table.row(levels, centre, width);
            }
            _ => {} // a choice has no width
        }
    }

    /// Writes the logarithms of all kernels at one level or choice of `values`.
    pub(super) fn row(&self, values: usize, value: usize, out: &mut Vec<f32>) {
        match self {
            Self::Levels { rows, table } => {
                let log = |row: &u32| table.logs[*row as usize * values + value];
                out.extend(rows.iter().map(log));
            }
            Self::Choices { own, masses } => {
                out.extend(own.iter().map(|own| match *own {
                    NO_CHOICE => masses.prior,
                    own if own as usize == value => masses.own,
                    _ => masses.other,
                }));
            }
            Self::Continuum { .. } => {}
        }
    }

    /// A categorical kernel's own choice with the chance that it is drawn as such, and not from all
    /// choices alike; none if all are alike.
    pub(super) fn choice(&self, kernel: usize) -> Option<(u32, f64)> {
        match self {
            Self::Choices { own, masses } if own[kernel] != NO_CHOICE => {
                Some((own[kernel], masses.kept))
            }
            _ => None,
        }
    }
}

/// The logarithms of the masses of cells, by a kernel's centre and its width.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    known: BTreeMap<(u64, u64), u32>,
    logs: Vec<f32>,
}

impl Table {
    /// Forgets all rows if they are too many; the kernels must be reshaped then.
    pub(super) fn forget(&mut self) -> bool {
        let full = self.known.len() > ROWS;
        if full {
            *self = Self::default();
        }
        full
    }

    fn row(&mut self, levels: &Levels, centre: f64, width: f64) -> u32 {
        let next = self.known.len() as u32;
        let known = self.known.entry((centre.to_bits(), width.to_bits()));
        *known.or_insert_with(|| {
            let place = |x: f64| (x - centre) / width;
            let inside = normal::mass(place(0.0), place(1.0));
            // A cell far away has no mass in doubles, but a density of 0 would be the end of the search
            // there.
            let log = |cell: &[f64]| {
                let mass = normal::mass(place(cell[0]), place(cell[1]));
                log2((mass / inside).max(1e-35)) as f32
            };
            self.logs.extend(levels.edges.windows(2).map(log));
            next
        })
    }
}

/// The masses of categorical kernels.
#[derive(Clone, Copy, Debug)]
pub(super) struct Masses {
    /// The share of a kernel that is its own choice's alone; the rest is spread over all choices.
    kept: f64,
    /// The logarithms of the masses of a kernel's own choice, of another one, and of the prior.
    own: f32,
    other: f32,
    prior: f32,
}

impl Masses {
    /// For a parameter of this many choices, and this many kernels. `spread`: how many kernels the share that
    /// all choices have together counts for.
    pub(super) fn new(choices: usize, kernels: usize, spread: f64) -> Self {
        let n = choices as f64;
        // Optuna's `_CategoricalDistribution` has a spread of as many as there are choices.
        let shared = spread / (kernels as f64 + 1.0);
        let all = 1.0 + shared;
        Self {
            kept: 1.0 / all,
            own: log2((1.0 + shared / n) / all) as f32,
            other: log2(shared / n / all) as f32,
            prior: -log2(n) as f32,
        }
    }
}

/// The binary logarithm.
pub(super) fn log2(x: f64) -> f64 {
    libm::log(x) * LOG2_E
}
