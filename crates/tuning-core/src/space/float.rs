//! [`FloatDomain`]: an interval of numbers, linear, logarithmic or in steps.

use super::scale::{Scale, cell_of};

/// An interval of numbers, both ends included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloatDomain {
    low: f64,
    high: f64,
    scale: Scale,
    step: Option<f64>,
    /// The ends on the scale.
    ends: (f64, f64),
    /// How many values a stepped domain has, and 10^decimals that its values are rounded to.
    cells: u64,
    decimals: Option<f64>,
}

impl FloatDomain {
    /// Computes what depends on the declaration; [`Space::new`](super::Space::new) judges it.
    pub(super) fn declare(low: f64, high: f64, scale: Scale, step: Option<f64>) -> Self {
        let ends = match scale {
            Scale::Linear => (low, high),
            Scale::Log => (low.ln(), high.ln()),
        };
        let cells = step.map_or(0, |step| {
            (steps(low, high, step).round() as u64).saturating_add(1)
        });
        Self {
            low,
            high,
            scale,
            step,
            ends,
            cells,
            decimals: step.and_then(|step| power(decimals(step)?.max(decimals(low)?))),
        }
    }

    /// The lower end.
    #[must_use]
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// The upper end.
    #[must_use]
    pub const fn high(&self) -> f64 {
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

    /// The distance of neighbouring values, if they are not all numbers of the interval.
    #[must_use]
    pub const fn step(&self) -> Option<f64> {
        self.step
    }

    /// Whether it holds all numbers between its ends.
    pub(super) fn is_continuum(&self) -> bool {
        self.cardinality().is_none()
    }

    pub(super) fn cardinality(&self) -> Option<u64> {
        if self.low == self.high {
            return Some(1);
        }
        self.step.map(|_| self.cells)
    }

    pub(super) fn value_at(&self, k: u64) -> Option<f64> {
        if k >= self.cardinality()? {
            return None;
        }
        if k == 0 {
            return Some(self.low);
        }
        if k + 1 == self.cells {
            return Some(self.high);
        }
        let offset = k as f64 * self.step?;
        let raw = if offset.is_finite() {
            self.low + offset
        } else {
            self.high - (self.cells - 1 - k) as f64 * self.step?
        };
        // Steps of 0.1 give 0.3, not 0.30000000000000004: what people would have written.
        let value = match self.decimals {
            Some(power) if (raw * power).abs() < 9e15 => (raw * power).round() / power,
            _ => raw,
        };
        Some(value.max(self.low).min(self.high))
    }

    pub(super) fn index_of(&self, value: f64) -> Option<u64> {
        if self.low == self.high {
            return (value == self.low).then_some(0);
        }
        let step = self.step?;
        let k = steps(self.low, value, step).round();
        if !(k >= 0.0 && k < self.cells as f64) {
            return None;
        }
        let near = self.value_at(k as u64)?;
        let size = self.low.abs().max(self.high.abs());
        // What people compute themselves (low + 7.0 * step) may be some digits off, the last ones of the
        // largest numbers at hand.
        let tolerance = (1e-9 * step)
            .max(4.0 * f64::EPSILON * size)
            .min(0.25 * step);
        ((near - value).abs() <= tolerance).then_some(k as u64)
    }

    pub(super) fn contains(&self, value: f64) -> bool {
        if self.step.is_some() {
            return self.index_of(value).is_some();
        }
        value >= self.low && value <= self.high
    }

    /// Why the step does not lead from one end to the other, if it does not: as for people, who write
    /// -10.2 and 0.1 and mean the decimals.
    pub(super) fn misfit(&self) -> Option<Misfit> {
        let step = self.step?;
        let size = self.low.abs().max(self.high.abs());
        // Neighbours must be some bits apart to be told from each other.
        if size / step >= 2_f64.powi(48) {
            return Some(Misfit::TooFine);
        }
        let steps = steps(self.low, self.high, step);
        let tolerance = 1e-9 + 4.0 * f64::EPSILON * (size / step);
        if (steps - steps.round()).abs() <= tolerance {
            return None;
        }
        let last = Self {
            cells: u64::MAX,
            ..*self
        };
        let fits = last.value_at(steps.floor() as u64).unwrap_or(self.low);
        Some(Misfit::Between { fits })
    }

    pub(super) fn decode(&self, u: f64) -> f64 {
        if self.step.is_some() {
            let k = cell_of(u, self.cells);
            return self.value_at(k).unwrap_or(self.low);
        }
        if u <= 0.0 {
            return self.low;
        }
        if u >= 1.0 {
            return self.high;
        }
        let (a, b) = self.ends;
        // Not a + u(b - a): the difference of ±1e308 overflows.
        let t = a * (1.0 - u) + b * u;
        let value = match self.scale {
            Scale::Linear => t,
            Scale::Log => t.exp(),
        };
        // Not `clamp`, which panics for the ends of a range that was not checked yet.
        value.max(self.low).min(self.high)
    }

    pub(super) fn encode(&self, value: f64) -> f64 {
        if self.step.is_some() {
            return match self.index_of(value) {
                Some(k) => (k as f64 + 0.5) / self.cells as f64,
                None => 0.5,
            };
        }
        if self.low == self.high || !self.contains(value) {
            return 0.5;
        }
        if value == self.low {
            return 0.0;
        }
        if value == self.high {
            return 1.0;
        }
        let (a, b) = self.ends;
        let t = match self.scale {
            Scale::Linear => value,
            Scale::Log => value.ln(),
        };
        let width = b - a;
        let place = if width.is_finite() {
            (t - a) / width
        } else {
            // ±1e308: halves do not overflow.
            (t / 2.0 - a / 2.0) / (b / 2.0 - a / 2.0)
        };
        place.clamp(0.0, 1.0)
    }
}

/// Why a step does not lead from one end of a range to the other.
pub(super) enum Misfit {
    /// There are too many values to tell them apart.
    TooFine,
    /// The upper end lies between two of them; the lower one of the two would fit.
    Between {
        /// That one.
        fits: f64,
    },
}

/// How many steps lead from one number to another.
fn steps(from: f64, to: f64, step: f64) -> f64 {
    let width = to - from;
    if width.is_finite() {
        width / step
    } else {
        to / step - from / step
    }
}

/// How many decimals the shortest text of a number has; none if they are too many to round to.
fn decimals(value: f64) -> Option<usize> {
    let text = value.to_string();
    let digits = text
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len());
    (digits <= 15).then_some(digits)
}

fn power(decimals: usize) -> Option<f64> {
    Some(10_f64.powi(i32::try_from(decimals).ok()?))
}
