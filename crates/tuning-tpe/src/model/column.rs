//! [`Column`]: the kernels of one mixture along one axis, each number in an array of its own.

use std::{collections::BTreeMap, f64::consts::FRAC_1_SQRT_2};

use super::{
    axis::{Axis, Kind, Levels},
    bandwidth, math,
};

/// The prior's kernel is the first: as wide as the axis, in its middle.
pub(super) const PRIOR: usize = 0;

/// The choice of kernels that have none: the prior's, and those of points where the axis is inactive.
const NO_CHOICE: u32 = u32::MAX;
const NO_ROW: u32 = u32::MAX;
/// How many rows of a table are remembered.
const ROWS: usize = 1024;

/// The kernels of a mixture along one axis.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The kernels of points where the axis is active, by their centres.
    order: Vec<u32>,
    pub(super) centres: Vec<f64>,
    pub(super) widths: Vec<f64>,
    shape: Shape,
    /// The logarithms of the kernels at levels or choices that were asked for since the last change.
    rows: Vec<f32>,
    row_of: Vec<u32>,
    scratch: Vec<f64>,
    places: Vec<f64>,
}

#[derive(Clone, Debug)]
enum Shape {
    /// Normal distributions, cut off at the ends: `constant - ((x - centre) * scale)²`.
    Continuum {
        centres: Vec<f32>,
        scales: Vec<f32>,
        constants: Vec<f32>,
    },
    /// The same, each level with the mass of its cell: the place of a row in the table.
    Levels { tables: Vec<u32>, table: Table },
    /// A choice of its own, and a little for every other.
    Choices {
        choices: Vec<u32>,
        values: ChoiceLogs,
    },
}

/// The logarithms of a categorical kernel.
#[derive(Clone, Copy, Debug, Default)]
struct ChoiceLogs {
    own: f32,
    other: f32,
    prior: f32,
}

/// The logarithms of the masses of cells, by a kernel's own level and its width.
#[derive(Clone, Debug, Default)]
struct Table {
    known: BTreeMap<(u32, u64), u32>,
    logs: Vec<f32>,
}

impl Table {
    fn row(&mut self, levels: &Levels, level: u32, centre: f64, width: f64) -> u32 {
        let next = self.known.len() as u32;
        *self
            .known
            .entry((level, width.to_bits()))
            .or_insert_with(|| {
                let inside =
                    |a: f64, b: f64| math::normal_mass((a - centre) / width, (b - centre) / width);
                let all = inside(0.0, 1.0);
                let cells = levels.edges.windows(2);
                // A cell far away has no mass in doubles, but a density of 0 would be the end of the search there.
                let log =
                    |cell: &[f64]| math::ln((inside(cell[0], cell[1]) / all).max(1e-35)) as f32;
                self.logs.extend(cells.map(log));
                next
            })
    }
}

impl Column {
    pub(super) fn new(axis: &Axis) -> Self {
        let shape = match &axis.kind {
            Kind::Continuum => Shape::Continuum {
                centres: Vec::new(),
                scales: Vec::new(),
                constants: Vec::new(),
            },
            Kind::Levels(_) => Shape::Levels {
                tables: Vec::new(),
                table: Table::default(),
            },
            Kind::Choices(_) => Shape::Choices {
                choices: Vec::new(),
                values: ChoiceLogs::default(),
            },
        };
        let mut column = Self {
            order: Vec::new(),
            centres: Vec::new(),
            widths: Vec::new(),
            shape,
            rows: Vec::new(),
            row_of: vec![NO_ROW; axis.values().unwrap_or(0)],
            scratch: Vec::new(),
            places: Vec::new(),
        };
        column.put(PRIOR, f64::NAN, axis);
        column.settle(axis, 1.0);
        column
    }

    /// Replaces all kernels by those at these coordinates.
    pub(super) fn fill(&mut self, axis: &Axis, coordinates: impl Iterator<Item = f64>) {
        self.order.clear();
        self.truncate(1);
        for (place, coordinate) in coordinates.enumerate() {
            self.put(place + 1, coordinate, axis);
            if !coordinate.is_nan() {
                self.order.push(place as u32 + 1);
            }
        }
        let centres = &self.centres;
        let by_centre = |a: &u32, b: &u32| {
            let (x, y) = (centres[*a as usize], centres[*b as usize]);
            x.total_cmp(&y).then(a.cmp(b))
        };
        self.order.sort_unstable_by(by_centre);
    }

    /// Adds a kernel at `place`; those behind move on by one.
    pub(super) fn insert(&mut self, axis: &Axis, place: usize, coordinate: f64) {
        let at = place as u32;
        for kernel in &mut self.order {
            *kernel += u32::from(*kernel >= at);
        }
        self.put(place, coordinate, axis);
        if coordinate.is_nan() {
            return;
        }
        let centres = &self.centres;
        let centre = centres[place];
        let rank = self.order.partition_point(|kernel| {
            let order = centres[*kernel as usize].total_cmp(&centre);
            order.then(kernel.cmp(&at)).is_lt()
        });
        self.order.insert(rank, at);
    }

    /// Removes the kernel at `place`; those behind move up.
    pub(super) fn remove(&mut self, place: usize) {
        let at = place as u32;
        self.order.retain(|kernel| *kernel != at);
        for kernel in &mut self.order {
            *kernel -= u32::from(*kernel > at);
        }
        self.centres.remove(place);
        self.widths.remove(place);
        match &mut self.shape {
            Shape::Continuum {
                centres,
                scales,
                constants,
            } => {
                centres.remove(place);
                scales.remove(place);
                constants.remove(place);
            }
            Shape::Levels { tables, .. } => {
                tables.remove(place);
            }
            Shape::Choices { choices, .. } => {
                choices.remove(place);
            }
        }
    }

    fn truncate(&mut self, len: usize) {
        self.centres.truncate(len);
        self.widths.truncate(len);
        match &mut self.shape {
            Shape::Continuum {
                centres,
                scales,
                constants,
            } => {
                centres.truncate(len);
                scales.truncate(len);
                constants.truncate(len);
            }
            Shape::Levels { tables, .. } => tables.truncate(len),
            Shape::Choices { choices, .. } => choices.truncate(len),
        }
    }

    /// Makes room for a kernel, whose width is not known yet.
    fn put(&mut self, place: usize, coordinate: f64, axis: &Axis) {
        let centre = if coordinate.is_nan() {
            0.5
        } else {
            axis.place(coordinate)
        };
        self.centres.insert(place, centre);
        self.widths.insert(place, f64::NAN);
        match &mut self.shape {
            Shape::Continuum {
                centres,
                scales,
                constants,
            } => {
                centres.insert(place, centre as f32);
                scales.insert(place, 0.0);
                constants.insert(place, 0.0);
            }
            Shape::Levels { tables, .. } => tables.insert(place, NO_ROW),
            Shape::Choices { choices, .. } => {
                let choice = if coordinate.is_nan() {
                    NO_CHOICE
                } else {
                    coordinate as u32
                };
                choices.insert(place, choice);
            }
        }
    }

    /// Computes what follows from the centres: widths, and what depends on those that changed.
    pub(super) fn settle(&mut self, axis: &Axis, narrowest: f64) {
        self.rows.clear();
        self.row_of.fill(NO_ROW);
        if let Shape::Choices { values, .. } = &mut self.shape {
            *values = ChoiceLogs::new(self.row_of.len(), self.order.len());
            return;
        }
        if let Shape::Levels { table, .. } = &mut self.shape
            && table.known.len() > ROWS
        {
            *table = Table::default();
            self.widths.fill(f64::NAN);
        }
        self.places.clear();
        let sorted = self
            .order
            .iter()
            .map(|kernel| self.centres[*kernel as usize]);
        self.places.extend(sorted);
        bandwidth::widths(&self.places, narrowest, &mut self.scratch);
        for rank in 0..self.order.len() {
            let (kernel, width) = (self.order[rank] as usize, self.scratch[rank]);
            if self.widths[kernel] != width {
                self.reshape(axis, kernel, width);
            }
        }
        if self.order.len() < self.widths.len() {
            for kernel in 0..self.widths.len() {
                if self.widths[kernel].is_nan() {
                    self.reshape(axis, kernel, 1.0); // the prior's shape
                }
            }
        }
    }

    fn reshape(&mut self, axis: &Axis, kernel: usize, width: f64) {
        self.widths[kernel] = width;
        let centre = self.centres[kernel];
        match (&mut self.shape, &axis.kind) {
            (
                Shape::Continuum {
                    scales, constants, ..
                },
                _,
            ) => {
                let inside = math::normal_mass(-centre / width, (1.0 - centre) / width);
                scales[kernel] = (FRAC_1_SQRT_2 / width) as f32;
                constants[kernel] = (-math::ln(width * inside) - math::LN_SQRT_TAU) as f32;
            }
            (Shape::Levels { tables, table }, Kind::Levels(levels)) => {
                let level = (centre * 4_294_967_296.0) as u32; // tells centres apart
                tables[kernel] = table.row(levels, level, centre, width);
            }
            _ => {}
        }
    }

    /// What continuous kernels add to the logarithm of the density at every point.
    pub(super) fn constants(&self) -> Option<&[f32]> {
        match &self.shape {
            Shape::Continuum { constants, .. } => Some(constants),
            _ => None,
        }
    }

    /// Adds the logarithms of the kernels at a coordinate, without the constants of continuous ones.
    pub(super) fn add(&mut self, coordinate: f64, sums: &mut [f32]) {
        if let Shape::Continuum {
            centres, scales, ..
        } = &self.shape
        {
            let x = coordinate as f32;
            let n = sums.len();
            let (centres, scales) = (&centres[..n], &scales[..n]);
            for i in 0..n {
                let away = (x - centres[i]) * scales[i];
                sums[i] -= away * away;
            }
            return;
        }
        let row = self.row(coordinate as usize);
        for (sum, log) in sums.iter_mut().zip(row) {
            *sum += log;
        }
    }

    /// The logarithms of all kernels at one level or choice.
    fn row(&mut self, value: usize) -> &[f32] {
        let n = self.centres.len();
        if self.row_of[value] == NO_ROW {
            self.row_of[value] = (self.rows.len() / n) as u32;
            match &self.shape {
                Shape::Levels { tables, table } => {
                    let levels = self.row_of.len();
                    let log = |row: &u32| table.logs[*row as usize * levels + value];
                    self.rows.extend(tables.iter().map(log));
                }
                Shape::Choices { choices, values } => {
                    let log = |choice: &u32| match *choice {
                        NO_CHOICE => values.prior,
                        choice if choice as usize == value => values.own,
                        _ => values.other,
                    };
                    self.rows.extend(choices.iter().map(log));
                }
                Shape::Continuum { .. } => {}
            }
        }
        let begin = self.row_of[value] as usize * n;
        &self.rows[begin..begin + n]
    }

    /// The choice of a categorical kernel with the probability that it is drawn as such, rather than
    /// from all choices alike; none if all are alike.
    pub(super) fn choice(&self, kernel: usize) -> Option<(u32, f64)> {
        match &self.shape {
            Shape::Choices { choices, .. } if choices[kernel] != NO_CHOICE => {
                let spread = spread(self.order.len()) * self.row_of.len() as f64;
                Some((choices[kernel], 1.0 / (1.0 + spread)))
            }
            _ => None,
        }
    }
}

/// What every choice gets beside a kernel's own, which gets 1 more: one part in the number of kernels.
// Optuna's `_CategoricalDistribution`: 1/n added to each, then made to sum to 1.
fn spread(kernels: usize) -> f64 {
    1.0 / (kernels as f64 + 1.0)
}

impl ChoiceLogs {
    fn new(choices: usize, kernels: usize) -> Self {
        let n = choices as f64;
        let all = 1.0 + spread(kernels) * n;
        Self {
            own: math::ln((1.0 + spread(kernels)) / all) as f32,
            other: math::ln(spread(kernels) / all) as f32,
            prior: -math::ln(n) as f32,
        }
    }
}
