//! [`IntDomain`]: a range of integers, linear, logarithmic or in steps.

use super::domain::{Scale, cell_of};

/// A range of integers, both ends included.
///
/// On the unit interval every integer has a cell: of equal width on the linear scale, from
/// `ln(v - 0.5)` to `ln(v + 0.5)` on the logarithmic one, so that the ends get their full share.
/// Beyond 2^53 values a coordinate cannot tell neighbours apart; it still decodes inside the range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IntDomain {
    low: i64,
    high: i64,
    scale: Scale,
    step: i64,
    cells: u64,
    /// ln(low - 0.5) and ln(high + 0.5), on the logarithmic scale.
    edges: (f64, f64),
}

impl IntDomain {
    /// Computes what depends on the declaration; [`Space::new`](super::Space::new) judges it.
    pub(super) fn declare(low: i64, high: i64, scale: Scale, step: i64) -> Self {
        let span = high.saturating_sub(low).max(0).unsigned_abs();
        Self {
            low,
            high,
            scale,
            step,
            cells: span / step.max(1).unsigned_abs() + 1,
            edges: ((low as f64 - 0.5).ln(), (high as f64 + 0.5).ln()),
        }
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

    /// How the values are spread.
    #[must_use]
    pub const fn scale(&self) -> Scale {
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
        (offset % self.step == 0).then(|| (offset / self.step).unsigned_abs())
    }

    pub(super) fn decode(&self, u: f64) -> i64 {
        match self.scale {
            Scale::Linear => self.value_at(cell_of(u, self.cells)).unwrap_or(self.high),
            Scale::Log => {
                let (a, b) = self.edges;
                let t = a + u * (b - a);
                let near = (t.exp().round() as i64).clamp(self.low, self.high);
                // The exponential may have lost the last digit: the cell's own edges decide.
                if t < (near as f64 - 0.5).ln() {
                    (near - 1).max(self.low)
                } else if t >= (near as f64 + 0.5).ln() {
                    near.saturating_add(1).min(self.high)
                } else {
                    near
                }
            }
        }
    }

    pub(super) fn cell(&self, value: i64) -> Option<(f64, f64)> {
        let k = self.index_of(value)?;
        Some(match self.scale {
            Scale::Linear => {
                let width = self.cells as f64;
                (k as f64 / width, (k as f64 + 1.0) / width)
            }
            Scale::Log => {
                let (a, b) = self.edges;
                let place = |edge: f64| ((edge.ln() - a) / (b - a)).clamp(0.0, 1.0);
                (place(value as f64 - 0.5), place(value as f64 + 0.5))
            }
        })
    }

    pub(super) fn encode(&self, value: i64) -> f64 {
        match (self.scale, self.index_of(value)) {
            (_, None) => 0.5,
            (Scale::Linear, Some(k)) => (k as f64 + 0.5) / self.cells as f64,
            (Scale::Log, Some(_)) => {
                let (a, b) = self.edges;
                (((value as f64).ln() - a) / (b - a)).clamp(0.0, 1.0)
            }
        }
    }
}
