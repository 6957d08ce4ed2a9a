//! [`Scale`]: how the values of a numeric domain are spread, and the cells of the unit interval.

/// How the values of a numeric domain are spread over the unit interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scale {
    /// Evenly.
    Linear,
    /// Evenly in their logarithms.
    Log,
}

/// The cell of `u` among this many cells of equal width: cell `k` is from `k / cells` on.
pub(super) fn cell_of(u: f64, cells: u64) -> u64 {
    let width = cells as f64;
    let near = (u * width) as u64;
    // 49 · (1/49) is less than 1: the cell's own edges decide.
    let cell = if u < near as f64 / width {
        near.saturating_sub(1)
    } else if u >= (near as f64 + 1.0) / width {
        near.saturating_add(1)
    } else {
        near
    };
    cell.min(cells.saturating_sub(1))
}
