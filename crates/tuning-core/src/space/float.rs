//! [`FloatDomain`]: an interval of numbers, linear, logarithmic or in steps.

use super::domain::Scale;

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
        let cells = step.map_or(0, |step| ((high - low) / step).round() as u64 + 1);
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

    /// How the values are spread.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// The distance of neighbouring values, if they are not all numbers of the interval.
    #[must_use]
    pub const fn step(&self) -> Option<f64> {
        self.step
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
        let raw = self.low + k as f64 * self.step?;
        // Steps of 0.1 give 0.3, not 0.30000000000000004: what people would have written.
        let value = match self.decimals {
            Some(power) if (raw * power).abs() < 9e15 => (raw * power).round() / power,
            _ => raw,
        };
        Some(value.clamp(self.low, self.high))
    }

    pub(super) fn index_of(&self, value: f64) -> Option<u64> {
        if self.low == self.high {
            return (value == self.low).then_some(0);
        }
        let step = self.step?;
        let k = ((value - self.low) / step).round();
        if !(k >= 0.0 && k < self.cells as f64) {
            return None;
        }
        let near = self.value_at(k as u64)?;
        ((near - value).abs() <= 1e-9 * step).then_some(k as u64)
    }

    pub(super) fn contains(&self, value: f64) -> bool {
        if self.step.is_some() {
            return self.index_of(value).is_some();
        }
        value >= self.low && value <= self.high
    }

    pub(super) fn decode(&self, u: f64) -> f64 {
        if self.step.is_some() {
            let k = super::domain::cell_of(u, self.cells);
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
        value.clamp(self.low, self.high)
    }

    pub(super) fn encode(&self, value: f64) -> f64 {
        if self.low == self.high {
            return 0.5;
        }
        if self.step.is_some() {
            return match self.index_of(value) {
                Some(k) => (k as f64 + 0.5) / self.cells as f64,
                None => 0.5,
            };
        }
        let (a, b) = self.ends;
        let t = match self.scale {
            Scale::Linear => value,
            Scale::Log => value.ln(),
        };
        if value <= self.low {
            0.0
        } else if value >= self.high {
            1.0
        } else {
            ((t / 2.0 - a / 2.0) / (b / 2.0 - a / 2.0)).clamp(0.0, 1.0)
        }
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
