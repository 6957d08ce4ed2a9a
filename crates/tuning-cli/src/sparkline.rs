//! [`sparkline`]: how numbers went, as a line of small bars.

/// Bars of eight heights.
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The numbers as bars, the least and the largest at the ends of the scale; of more than `width` numbers, each bar is the last
/// one of its share. What is not finite has no bar.
pub(crate) fn sparkline(values: &[f64], width: usize) -> String {
    let count = values.len().min(width);
    let last_of = |bar: usize| values[((bar + 1) * values.len()).div_ceil(count) - 1];
    let shown: Vec<f64> = (0..count).map(last_of).collect();
    let finite = || shown.iter().copied().filter(|value| value.is_finite());
    let (least, largest) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), value| {
        (a.min(value), b.max(value))
    });
    let bar = |value: &f64| {
        if !value.is_finite() {
            return ' ';
        }
        // Halved, the difference of two finite numbers is finite.
        let span = largest / 2.0 - least / 2.0;
        let share = match span > 0.0 {
            true => (value / 2.0 - least / 2.0) / span,
            false => 0.5,
        };
        let top = BARS.len() - 1;
        BARS[((share * top as f64).round() as usize).min(top)]
    };
    shown.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_the_scale_are_the_least_and_the_largest() {
        let check = |values: &[f64], width, expect: &str| {
            assert_eq!(sparkline(values, width), expect, "{values:?}");
        };
        check(&[], 9, "");
        check(&[3.0], 9, "▅");
        check(&[7.0, 0.0, 1.0, 2.0], 9, "█▁▂▃");
        check(&[1.0, f64::NAN, 2.0], 9, "▁ █");
        check(&[f64::MAX, f64::MIN], 9, "█▁");
        let many: Vec<f64> = (0..1000).map(f64::from).collect();
        check(&many, 8, "▁▂▃▄▅▆▇█");
    }
}
