//! The inner loop of all dense arithmetic: a small block of a matrix product, held in registers.

/// Columns of a block; rows of matrices are multiples of this long.
pub const LANES: usize = 8;
/// Rows of a block.
pub const ROWS: usize = 4;

/// A matrix by rows: its numbers and how far its rows are apart.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// The numbers, row after row.
    pub data: &'a [f64],
    /// How far the first numbers of two rows are apart.
    pub stride: usize,
}

/// `Σ_k a[k][i + r] · b[k][j + l]` for k in `from..to`, r below [`ROWS`] and l below [`LANES`], summed up
/// in the order of k.
#[inline(always)]
pub fn product(
    a: Rows<'_>,
    i: usize,
    b: Rows<'_>,
    j: usize,
    from: usize,
    to: usize,
) -> [[f64; LANES]; ROWS] {
    let mut sums = [[0.0; LANES]; ROWS];
    for k in from..to {
        let (a, b) = (&a.data[k * a.stride + i..], &b.data[k * b.stride + j..]);
        let (a, b) = (&a[..ROWS], &b[..LANES]);
        for (row, a) in sums.iter_mut().zip(a) {
            for (sum, b) in row.iter_mut().zip(b) {
                *sum += a * b;
            }
        }
    }
    sums
}

/// `y += factor · x`, number by number.
#[inline(always)]
pub fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}

/// `Σ x[i] · y[i]`, in eight sums that are added up at the end: an order that vectors of every width keep.
#[inline(always)]
pub fn dot(x: &[f64], y: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (xs, ys) = (x.chunks_exact(LANES), y.chunks_exact(LANES));
    let rest: f64 = (xs.remainder().iter().zip(ys.remainder()))
        .map(|(x, y)| x * y)
        .sum();
    for (x, y) in xs.zip(ys) {
        for ((sum, x), y) in sums.iter_mut().zip(x).zip(y) {
            *sum += x * y;
        }
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h)) + rest
}
