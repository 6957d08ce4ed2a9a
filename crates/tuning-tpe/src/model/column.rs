//! [`Column`]: the kernels of one mixture along one axis.

use super::{
    axis::Axis,
    bandwidth,
    shape::{Masses, Shape},
};

/// The prior's kernel is the first: as wide as the axis, in its middle.
pub(super) const PRIOR: usize = 0;

const NO_ROW: u32 = u32::MAX;

/// How narrow kernels may become.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Limits {
    /// No kernel is narrower than this part of the axis.
    pub(super) narrowest: f64,
    /// No kernel is narrower than one part in this number plus two, or in their own number plus two.
    pub(super) crowd: f64,
    /// See [`Masses::new`].
    pub(super) spread: f64,
}

/// The kernels of a mixture along one axis.
#[derive(Clone, Debug)]
pub(super) struct Column {
    /// The kernels of points where the axis is active, by their centres.
    order: Vec<u32>,
    pub(super) centres: Vec<f64>,
    /// NaN where it is not known yet.
    pub(super) widths: Vec<f64>,
    shape: Shape,
    /// The logarithms of all kernels at the levels or choices that were asked for since the last change,
    /// and where in there each of them begins.
    rows: Vec<f32>,
    row_of: Box<[u32]>,
    places: Vec<f64>,
    new_widths: Vec<f64>,
}

impl Column {
    pub(super) fn new(axis: &Axis) -> Self {
        let mut column = Self {
            order: Vec::new(),
            centres: Vec::new(),
            widths: Vec::new(),
            shape: Shape::new(axis),
            rows: Vec::new(),
            row_of: vec![NO_ROW; axis.values().unwrap_or(0)].into(),
            places: Vec::new(),
            new_widths: Vec::new(),
        };
        column.put(axis, PRIOR, f64::NAN);
        column.settle(axis, Limits::default());
        column
    }

    /// Replaces all kernels by those at these coordinates.
    pub(super) fn fill(&mut self, axis: &Axis, coordinates: impl Iterator<Item = f64>) {
        self.order.clear();
        self.centres.truncate(1);
        self.widths.truncate(1);
        self.shape.truncate(1);
        for (place, coordinate) in coordinates.enumerate() {
            self.put(axis, place + 1, coordinate);
            if !coordinate.is_nan() {
                self.order.push(place as u32 + 1);
            }
        }
        let centres = &self.centres;
        self.order.sort_unstable_by(|a, b| {
            let (x, y) = (centres[*a as usize], centres[*b as usize]);
            x.total_cmp(&y).then(a.cmp(b))
        });
    }

    /// Adds a kernel at `place`; those behind move on by one.
    pub(super) fn insert(&mut self, axis: &Axis, place: usize, coordinate: f64) {
        let at = place as u32;
        for kernel in &mut self.order {
            *kernel += u32::from(*kernel >= at);
        }
        self.put(axis, place, coordinate);
        if coordinate.is_nan() {
            return;
        }
        let centres = &self.centres;
        let rank = self.order.partition_point(|kernel| {
            let order = centres[*kernel as usize].total_cmp(&centres[place]);
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
        self.shape.remove(place);
    }

    fn put(&mut self, axis: &Axis, place: usize, coordinate: f64) {
        let centre = if coordinate.is_nan() {
            0.5
        } else {
            axis.place(coordinate)
        };
        self.centres.insert(place, centre);
        self.widths.insert(place, f64::NAN);
        self.shape.insert(place, coordinate, centre);
    }

    /// Computes what follows from the centres: widths, and what depends on those that changed.
    pub(super) fn settle(&mut self, axis: &Axis, limits: Limits) {
        self.rows.clear();
        self.row_of.fill(NO_ROW);
        match &mut self.shape {
            Shape::Choices { masses, .. } => {
                *masses = Masses::new(self.row_of.len(), self.order.len(), limits.spread);
                return;
            }
            Shape::Levels { table, .. } => {
                if table.forget() {
                    self.widths.fill(f64::NAN);
                }
            }
            Shape::Continuum { .. } => {}
        }
        self.places.clear();
        let sorted = self.order.iter();
        let sorted = sorted.map(|kernel| self.centres[*kernel as usize]);
        self.places.extend(sorted);
        let own = self.order.len() as f64;
        let (narrowest, crowd) = match axis.values() {
            // A kernel that knows but its own cell would end the search beside it.
            Some(levels) => (limits.narrowest.max(0.5 / levels as f64), own),
            None => (limits.narrowest, limits.crowd.max(own)),
        };
        bandwidth::widths(&self.places, narrowest, crowd, &mut self.new_widths);
        for (kernel, width) in self.order.iter().zip(&self.new_widths) {
            let kernel = *kernel as usize;
            if self.widths[kernel] != *width {
                self.widths[kernel] = *width;
                self.shape
                    .reshape(axis, kernel, self.centres[kernel], *width);
            }
        }
        // The others have the prior's width, and get it once.
        for kernel in 0..self.widths.len() {
            if self.widths[kernel].is_nan() {
                self.widths[kernel] = 1.0;
                self.shape.reshape(axis, kernel, self.centres[kernel], 1.0);
            }
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
    #[inline(always)]
    pub(super) fn add(&mut self, coordinate: f64, sums: &mut [f32]) {
        let n = sums.len();
        if let Shape::Continuum {
            centres, scales, ..
        } = &self.shape
        {
            let x = coordinate as f32;
            let (centres, scales) = (&centres[..n], &scales[..n]);
            for i in 0..n {
                let away = (x - centres[i]) * scales[i];
                sums[i] -= away * away;
            }
            return;
        }
        let value = coordinate as usize;
        if self.row_of[value] == NO_ROW {
            self.row_of[value] = self.rows.len() as u32;
            self.shape.row(self.row_of.len(), value, &mut self.rows);
        }
        let row = &self.rows[self.row_of[value] as usize..][..n];
        for (sum, log) in sums.iter_mut().zip(row) {
            *sum += log;
        }
    }

    /// How many kernels have a choice of their own, if the axis has choices.
    pub(super) fn choosing(&self) -> usize {
        match &self.shape {
            Shape::Choices { .. } => self.order.len(),
            _ => 0,
        }
    }

    /// See [`Shape::choice`].
    pub(super) fn choice(&self, kernel: usize) -> Option<(u32, f64)> {
        self.shape.choice(kernel)
    }
}
