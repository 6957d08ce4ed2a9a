//! [`IntDomain`]: a range of integers, linear, logarithmic or in steps.

use super::{
    fine,
    scale::{Scale, cell_of},
};

/// A range of integers, both ends included.
///
/// On the unit interval every integer has a cell: of equal width on the linear scale, from
/// `ln(v - 0.5)` to `ln(v + 0.5)` on the logarithmic one, so that the ends get their full share.
/// Beyond 2^53 values a coordinate cannot tell neighbours apart. It then stands for one of those that are nearest to it,
/// always the same one, and over many coordinates every remainder of a division comes as often as any other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntDomain {
    low: i64,
    high: i64,
    scale: Scale,
    step: i64,
    cells: u64,
    /// ln((high + 0.5) / (low - 0.5)): how wide the range is on the logarithmic scale.
    width: f64,
}

impl IntDomain {
    /// Computes what depends on the declaration; [`Space::new`](super::Space::new) judges it.
    pub(super) fn declare(low: i64, high: i64, scale: Scale, step: i64) -> Self {
        let span = high.saturating_sub(low).max(0).unsigned_abs();
        let mut domain = Self {
            low,
            high,
            scale,
            step,
            cells: span / step.max(1).unsigned_abs() + 1,
            width: 0.0,
        };
        if scale == Scale::Log {
            domain.width = domain.log_above(domain.cells as f64);
        }
        domain
    }

    /// The lower end.
    #[must_use]
    pub const fn low(&self) -> i64 {
        self.low
    }

    /// The upper end.
    #[must_use]
    pub const fn high(&self) -> i64 {
        self.high
    }

    /// Whether the values are spread evenly in their logarithms, not as they are.
    #[must_use]
    pub const fn is_log(&self) -> bool {
        matches!(self.scale, Scale::Log)
    }

    /// How the values are spread.
    pub(super) const fn scale(&self) -> Scale {
        self.scale
    }

    /// The distance of neighbouring values, at least 1.
    #[must_use]
    pub const fn step(&self) -> i64 {
        self.step
    }

    pub(super) fn cardinality(&self) -> u64 {
        self.cells
    }

    pub(super) fn value_at(&self, k: u64) -> Option<i64> {
        if k >= self.cells {
            return None;
        }
        let offset = k.checked_mul(self.step.unsigned_abs())?;
        self.low.checked_add_unsigned(offset)
    }

    pub(super) fn index_of(&self, value: i64) -> Option<u64> {
        if value < self.low || value > self.high {
            return None;
        }
        let offset = value.checked_sub(self.low)?;
        (offset.checked_rem(self.step)? == 0).then(|| (offset / self.step).unsigned_abs())
    }

    pub(super) fn decode(&self, u: f64) -> i64 {
        if u >= 1.0 {
            return self.high; // exactly, also where the last cell is less than the last digit
        }
        if self.cells > fine::TOLD_APART {
            return self.decode_finely(u);
        }
        match self.scale {
            Scale::Linear => self.value_at(cell_of(u, self.cells)).unwrap_or(self.high),
            Scale::Log => {
                let base = self.low as f64 - 0.5;
                let last = self.cells - 1;
                let near = ((base * (u * self.width).exp_m1()) as u64).min(last);
                // The exponential may have lost the last digit: the cell's own edges decide.
                let k = if u < self.log_place(near as f64) {
                    near.saturating_sub(1)
                } else if u >= self.log_place(near as f64 + 1.0) {
                    (near + 1).min(last)
                } else {
                    near
                };
                self.value_at(k).unwrap_or(self.high)
            }
        }
    }

    /// The value at `u` among more values than coordinates tell apart.
    fn decode_finely(&self, u: f64) -> i64 {
        if u <= 0.0 {
            return self.low;
        }
        let (u, (first, next)) = match self.scale {
            Scale::Linear => (u, fine::cells_at(u, self.cells)),
            Scale::Log => {
                let u = fine::on_grid(u);
                let cell = |u: f64| ((self.low as f64 - 0.5) * (u * self.width).exp_m1()) as u64;
                (u, (cell(u), cell(u + fine::UNIT)))
            }
        };
        let k = fine::one_of(u, first, next).min(self.cells - 1);
        self.value_at(k).unwrap_or(self.high)
    }

    /// A coordinate that decodes to the cell `k` of more than coordinates tell apart, if there is one: there is for all that
    /// were decoded. Else none.
    fn encode_finely(&self, k: u64) -> Option<f64> {
        let is_it = |u: &f64| (0.0..1.0).contains(u) && self.value_at(k) == Some(self.decode(*u));
        match self.scale {
            Scale::Linear => fine::coordinates_of(k, self.cells).find(is_it),
            Scale::Log => {
                let near = fine::on_grid(self.log_place(k as f64 + 0.5));
                let steps = [0.0, -1.0, 1.0, -2.0, 2.0];
                steps
                    .map(|step| near + step * fine::UNIT)
                    .into_iter()
                    .find(is_it)
            }
        }
    }

    /// How far an edge (or the inside of a cell) lies above the lower edge, on the logarithmic scale;
    /// `cells`: how many cells, or parts of one, are below it.
    // ln(1 + x) of the ratio, not the difference of two logarithms: ranges as 10^15 to 10^15 + 9 are as
    // exact as those from 1 on.
    fn log_above(&self, cells: f64) -> f64 {
        (cells / (self.low as f64 - 0.5)).ln_1p()
    }

    fn log_place(&self, cells: f64) -> f64 {
        (self.log_above(cells) / self.width).clamp(0.0, 1.0)
    }

    pub(super) fn cell(&self, value: i64) -> Option<(f64, f64)> {
        let k = self.index_of(value)?;
        Some(match self.scale {
            Scale::Linear => {
                let width = self.cells as f64;
                (k as f64 / width, (k as f64 + 1.0) / width)
            }
            Scale::Log => (self.log_place(k as f64), self.log_place(k as f64 + 1.0)),
        })
    }

    pub(super) fn encode(&self, value: i64) -> f64 {
        let Some(k) = self.index_of(value) else {
            return 0.5;
        };
        if self.cells > fine::TOLD_APART
            && let Some(u) = self.encode_finely(k)
        {
            return u;
        }
        match self.scale {
            _ if self.cells == 1 => 0.5,
            Scale::Linear => (k as f64 + 0.5) / self.cells as f64,
            Scale::Log => self.log_place(k as f64 + 0.5),
        }
    }
}
