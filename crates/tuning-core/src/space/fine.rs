//! Ranges of more values than coordinates tell apart: which one of the nearest a coordinate stands for.

use crate::Seed;

/// As many values have a coordinate each.
pub(super) const TOLD_APART: u64 = 1 << 53;

/// The distance of neighbouring coordinates just below 1: random ones are its multiples.
pub(super) const UNIT: f64 = 1.0 / TOLD_APART as f64;

/// The cells that a coordinate above 0 and below 1 stands for, of this many of equal width: the first one, and the first
/// one that the next coordinate stands for.
///
/// A coordinate that is no multiple of [`UNIT`] has finer neighbours, so that small values keep a coordinate each.
// In integers, since the product has up to 117 bits.
pub(super) fn cells_at(u: f64, cells: u64) -> (u64, u64) {
    let bits = u.to_bits();
    let (exponent, fraction) = (bits >> 52, bits & ((1 << 52) - 1));
    // u is `digits` / 2^shift.
    let (digits, shift) = match exponent {
        0 => (fraction, 1074),
        _ => (fraction | 1 << 52, 1075 - exponent),
    };
    let zeros = u64::from(digits.trailing_zeros()).min(shift.saturating_sub(53));
    let (digits, shift) = (digits >> zeros, shift - zeros);
    let (digits, shift) = match shift {
        0..53 => (digits << (53 - shift), 53),
        _ => (digits, shift),
    };
    let cell = |digits: u64| {
        let product = u128::from(digits) * u128::from(cells);
        let cell = product.checked_shr(u32::try_from(shift).unwrap_or(u32::MAX));
        cell.map_or(0, |cell| cell as u64)
    };
    (cell(digits), cell(digits + 1))
}

/// The coordinates that may stand for this cell among others: all that [`cells_at`] can take into account.
// A coordinate of `t` binary digits stands for the cells from its own on to that of the next coordinate with `t` digits.
pub(super) fn coordinates_of(cell: u64, cells: u64) -> impl Iterator<Item = f64> {
    (53..=63).map(move |digits| {
        let place = (u128::from(cell) << digits) / u128::from(cells);
        place as f64 / (1_u64 << digits) as f64
    })
}

/// The multiple of [`UNIT`] at or below a coordinate.
pub(super) fn on_grid(u: f64) -> f64 {
    (u / UNIT).floor() * UNIT
}

/// One of the cells from `first` on and before `next`, chosen by the coordinate alone.
pub(super) fn one_of(u: f64, first: u64, next: u64) -> u64 {
    match next.saturating_sub(first) {
        0 | 1 => first,
        cells => first + Seed::new(u.to_bits()).derive(0).get() % cells,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The exact cell, by division of whole numbers.
    fn exact(digits: u64, cells: u64) -> u64 {
        (u128::from(digits) * u128::from(cells) / (1 << 53)) as u64
    }

    proptest! {
        #[test]
        fn multiples_of_the_unit_share_the_cells_among_them(digits in 1..TOLD_APART - 1, cells in TOLD_APART..=1 << 63) {
            let u = digits as f64 * UNIT;
            prop_assert_eq!(cells_at(u, cells), (exact(digits, cells), exact(digits + 1, cells)));
        }

        #[test]
        fn finer_coordinates_stand_for_fewer_cells(u in 1e-12..1e-3, cells in TOLD_APART..=1 << 63) {
            let (first, next) = cells_at(u, cells);
            prop_assert!(first <= next && next - first <= 1 + cells / TOLD_APART);
            prop_assert!((first as f64 / cells as f64 - u).abs() <= 2.0 * UNIT);
            let chosen = one_of(u, first, next);
            prop_assert!(chosen == first || (first..next).contains(&chosen));
        }
    }

    #[test]
    fn the_least_coordinates_stand_for_the_first_cell() {
        for u in [f64::MIN_POSITIVE, 5e-324, 1e-40] {
            assert_eq!(cells_at(u, 1 << 63), (0, 0), "{u}");
        }
    }
}
