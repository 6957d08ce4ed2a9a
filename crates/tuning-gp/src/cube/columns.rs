//! [`Columns`]: the numbers that distances are computed from, and [`Table`]: those of many points.

use std::f64::consts::FRAC_PI_2;

use super::{axis::Kind, space::Cube};

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Source {
    /// The coordinate itself.
    Plain,
    /// Sine or cosine of the coordinate as a quarter turn; both 0 where it is absent.
    // The arc kernel of Swersky et al. 2014, arXiv:1409.4011, with a radius of 1: two absent ones are at
    // distance 0, an absent one is at distance 1 from all others.
    Sine,
    Cosine,
    /// The place of a choice: equal or not.
    Label,
}

/// One column of a point's numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    /// The axis that it comes from.
    pub(crate) axis: usize,
    /// The weight that it shares, counted from 0 over the axes that can vary.
    pub(crate) weight: usize,
    source: Source,
}

impl Column {
    /// Whether two numbers of it are the same or not, instead of near or far.
    pub(crate) fn is_label(&self) -> bool {
        self.source == Source::Label
    }

    fn number(&self, coordinate: f64) -> f64 {
        match self.source {
            Source::Plain | Source::Label => coordinate,
            _ if coordinate < 0.0 => 0.0,
            Source::Sine => libm::sin(FRAC_PI_2 * coordinate),
            Source::Cosine => libm::cos(FRAC_PI_2 * coordinate),
        }
    }

    /// How the number changes with the coordinate.
    pub(crate) fn slope(&self, coordinate: f64) -> f64 {
        match self.source {
            Source::Plain => 1.0,
            Source::Label => 0.0,
            Source::Sine => FRAC_PI_2 * libm::cos(FRAC_PI_2 * coordinate),
            Source::Cosine => -FRAC_PI_2 * libm::sin(FRAC_PI_2 * coordinate),
        }
    }
}

/// The numbers of a point, of which distances are made: one column per coordinate, two for one that
/// can be absent, none for a constant.
#[derive(Clone, Debug)]
pub(crate) struct Columns {
    columns: Vec<Column>,
    weights: usize,
}

impl Columns {
    pub(crate) fn new(cube: &Cube) -> Self {
        let mut columns = Vec::new();
        let mut weight = 0;
        for (axis, of) in cube.axes().iter().enumerate() {
            let sources: &[Source] = match (&of.kind, of.is_conditional()) {
                (Kind::Constant, _) => continue,
                (Kind::Choices(_), _) => &[Source::Label],
                (_, false) => &[Source::Plain],
                (_, true) => &[Source::Sine, Source::Cosine],
            };
            columns.extend(sources.iter().map(|source| Column {
                axis,
                weight,
                source: *source,
            }));
            weight += 1;
        }
        Self {
            columns,
            weights: weight,
        }
    }

    /// How many columns there are.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// How many weights they share.
    pub(crate) fn weights(&self) -> usize {
        self.weights
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Column> {
        self.columns.iter()
    }

    /// The numbers of a point, one per column.
    pub(crate) fn numbers(&self, point: &[f64], out: &mut [f64]) {
        for (out, column) in out.iter_mut().zip(&self.columns) {
            *out = column.number(point[column.axis]);
        }
    }
}

/// The numbers of many points, by columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    columns: Vec<Vec<f64>>,
    rows: usize,
}

impl Table {
    /// A table of these points.
    pub(crate) fn of<'a>(columns: &Columns, points: impl IntoIterator<Item = &'a [f64]>) -> Self {
        let mut table = Self::default();
        table.fill(columns, points);
        table
    }

    /// Replaces the points.
    pub(crate) fn fill<'a>(
        &mut self,
        columns: &Columns,
        points: impl IntoIterator<Item = &'a [f64]>,
    ) {
        self.columns.resize(columns.len(), Vec::new());
        self.columns.iter_mut().for_each(Vec::clear);
        self.rows = 0;
        for point in points {
            self.push(columns, point);
        }
    }

    /// Adds a point.
    pub(crate) fn push(&mut self, columns: &Columns, point: &[f64]) {
        for (numbers, column) in self.columns.iter_mut().zip(columns.iter()) {
            numbers.push(column.number(point[column.axis]));
        }
        self.rows += 1;
    }

    /// How many points there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// The numbers of a column, one per point.
    pub(crate) fn column(&self, index: usize) -> &[f64] {
        &self.columns[index]
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Space};

    use super::*;
    use crate::cube::ABSENT;

    #[test]
    fn an_absent_coordinate_is_one_away_from_all_others() {
        let space = Space::new([
            Parameter::bool("b"),
            Parameter::float("x", 0.0, 1.0).when("b", [true]),
        ]);
        let cube = Cube::new(&space.unwrap());
        let columns = Columns::new(&cube);
        assert_eq!((columns.len(), columns.weights()), (3, 2));
        let table = Table::of(
            &columns,
            [&[0.0, ABSENT][..], &[1.0, 0.0], &[1.0, 0.4], &[1.0, 1.0]],
        );
        let far = |i: usize, j: usize| -> f64 {
            (1..3)
                .map(|c| (table.column(c)[i] - table.column(c)[j]).powi(2))
                .sum()
        };
        for j in 1..4 {
            assert!((far(0, j) - 1.0).abs() < 1e-12);
        }
        assert!((far(1, 3) - 2.0).abs() < 1e-12 && far(1, 2) < far(1, 3));
    }
}
