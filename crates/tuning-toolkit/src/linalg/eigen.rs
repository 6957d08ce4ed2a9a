//! Eigenvalues and eigenvectors of a symmetric matrix: Householder's tridiagonal form, then implicit QL.
//!
//! Written out, because the same matrix must give the same bits on every machine: libraries choose their
//! order of additions by the processor. `sqrt` is exact everywhere; nothing else here is transcendental.

/// How many QL sweeps one eigenvalue may take; two are usual.
const SWEEPS: usize = 60;

/// The eigenvectors (columns of a row-major matrix) and eigenvalues of a symmetric matrix.
#[derive(Clone, Debug)]
pub struct Eigen {
    /// Eigenvector k is column k of this row-major matrix.
    pub vectors: Vec<f64>,
    /// The eigenvalue of each column, in no particular order.
    pub values: Vec<f64>,
}

/// Decomposes the row-major `n` by `n` matrix, of which the lower triangle is read. None if it holds
/// NaN or infinity, or if the iteration does not settle.
pub fn symmetric(matrix: &[f64], n: usize) -> Option<Eigen> {
    if matrix.iter().any(|entry| !entry.is_finite()) {
        return None;
    }
    // Row k of `v` becomes eigenvector k: the inner loops run along rows.
    let mut v = matrix.to_vec();
    let mut diagonal = vec![0.0; n];
    let mut beside = vec![0.0; n];
    tridiagonal(&mut v, &mut diagonal, &mut beside, n);
    implicit_ql(&mut v, &mut diagonal, &mut beside, n)?;
    let mut vectors = vec![0.0; n * n];
    for row in 0..n {
        for column in 0..n {
            vectors[column * n + row] = v[row * n + column];
        }
    }
    Some(Eigen {
        vectors,
        values: diagonal,
    })
}

/// Reduces to tridiagonal form: `d` the diagonal, `e` the entries beside it (from 1 on), `v` the
/// transposed transformation.
// Bowdler, Martin, Reinsch & Wilkinson 1968 (Handbook for Automatic Computation II/2, tred2), with the
// transformation kept by rows instead of by columns.
fn tridiagonal(v: &mut [f64], d: &mut [f64], e: &mut [f64], n: usize) {
    // The matrix is symmetric: its last column is its last row. Below, a[j][k] stands for the element
    // in row j of the lower triangle.
    let mut a = v.to_vec();
    for i in (1..n).rev() {
        let (before, rest) = a.split_at_mut(i * n);
        let row = &mut rest[..i];
        let scale: f64 = row.iter().map(|x| x.abs()).sum();
        if scale == 0.0 || i == 1 {
            e[i] = row[i - 1];
            d[i] = 0.0;
            continue;
        }
        let mut h = 0.0;
        for x in row.iter_mut() {
            *x /= scale;
            h += *x * *x;
        }
        let f = row[i - 1];
        let g = if f > 0.0 { -h.sqrt() } else { h.sqrt() };
        e[i] = scale * g;
        h -= f * g;
        row[i - 1] = f - g;
        d[i] = h;
        // p = A u / h, in e[..i]; the lower triangle serves for both halves.
        e[..i].fill(0.0);
        for j in 0..i {
            let line = &before[j * n..j * n + j + 1];
            let mut g = line[j] * row[j];
            for k in 0..j {
                g += line[k] * row[k];
                e[k] += line[k] * row[j];
            }
            e[j] += g;
        }
        let mut f = 0.0;
        for j in 0..i {
            e[j] /= h;
            f += e[j] * row[j];
        }
        let hh = f / (h + h);
        for j in 0..i {
            e[j] -= hh * row[j];
        }
        // A -= u q' + q u'.
        for j in 0..i {
            let (u, q) = (row[j], e[j]);
            let line = &mut before[j * n..j * n + j + 1];
            for k in 0..=j {
                line[k] -= u * e[k] + q * row[k];
            }
        }
    }
    // Accumulate: v = P_1 P_2 … by rows, that is the transposed product.
    v.fill(0.0);
    for i in 0..n {
        v[i * n + i] = 1.0;
    }
    let h = d.to_vec();
    for i in 0..n {
        d[i] = a[i * n + i];
    }
    for i in 2..n {
        if h[i] == 0.0 {
            continue;
        }
        // The Householder vector of step i stands in the first i entries of row i of `a`. Each row of
        // the transposed matrix with index < i is an unfinished basis vector.
        let u = a[i * n..i * n + i].to_vec();
        for j in 0..i {
            let line = &mut v[j * n..j * n + i];
            let mut dot = 0.0;
            for k in 0..i {
                dot += line[k] * u[k];
            }
            let factor = dot / h[i];
            for k in 0..i {
                line[k] -= factor * u[k];
            }
        }
    }
}

/// Diagonalises the tridiagonal form and turns the rows of `v` along.
// Dubrulle, Martin & Wilkinson 1968 (Handbook for Automatic Computation II/4, imtql2).
fn implicit_ql(v: &mut [f64], d: &mut [f64], e: &mut [f64], n: usize) -> Option<()> {
    for i in 1..n {
        e[i - 1] = e[i];
    }
    if n > 0 {
        e[n - 1] = 0.0;
    }
    for l in 0..n {
        for sweep in 0.. {
            // Look for a single small entry beside the diagonal.
            let m = (l..n - 1)
                .find(|&m| e[m].abs() <= f64::EPSILON * (d[m].abs() + d[m + 1].abs()))
                .unwrap_or(n - 1);
            if m == l {
                break;
            }
            if sweep == SWEEPS {
                return None;
            }
            let mut g = (d[l + 1] - d[l]) / (2.0 * e[l]);
            let mut r = libm::hypot(g, 1.0);
            g = d[m] - d[l] + e[l] / (g + if g >= 0.0 { r } else { -r });
            let (mut s, mut c, mut p) = (1.0, 1.0, 0.0);
            let mut deflated = false;
            for i in (l..m).rev() {
                let f = s * e[i];
                let b = c * e[i];
                r = libm::hypot(f, g);
                e[i + 1] = r;
                if r == 0.0 {
                    d[i + 1] -= p;
                    e[m] = 0.0;
                    deflated = true;
                    break;
                }
                s = f / r;
                c = g / r;
                g = d[i + 1] - p;
                r = (d[i] - g) * s + 2.0 * c * b;
                p = s * r;
                d[i + 1] = g + p;
                g = c * r - b;
                let (upper, lower) = v.split_at_mut((i + 1) * n);
                for (x, y) in upper[i * n..].iter_mut().zip(&mut lower[..n]) {
                    let f = *y;
                    *y = s * *x + c * f;
                    *x = c * *x - s * f;
                }
            }
            if !deflated {
                d[l] -= p;
                e[l] = g;
                e[m] = 0.0;
            }
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(matrix: &[f64], n: usize) {
        let eigen = symmetric(matrix, n).expect("finite");
        let size = matrix.iter().fold(f64::MIN_POSITIVE, |m, x| m.max(x.abs()));
        let v = |row: usize, column: usize| eigen.vectors[row * n + column];
        for i in 0..n {
            for j in 0..n {
                let product: f64 = (0..n).map(|k| v(i, k) * eigen.values[k] * v(j, k)).sum();
                let entry = matrix[i.max(j) * n + i.min(j)];
                assert!(
                    (product - entry).abs() <= 1e-12 * size * n as f64,
                    "{i} {j}: {product} {entry}"
                );
                let dot: f64 = (0..n).map(|k| v(k, i) * v(k, j)).sum();
                assert!((dot - f64::from(u8::from(i == j))).abs() <= 1e-12 * n as f64);
            }
        }
    }

    #[test]
    fn plain_matrices() {
        check(&[3.0], 1);
        check(&[2.0, 0.0, 0.0, 2.0], 2);
        check(&[2.0, 0.0, 1.0, 2.0], 2);
        check(&[0.0; 9], 3);
        check(&[1e-300, 0.0, 0.0, 1e300], 2);
        assert!(symmetric(&[f64::NAN], 1).is_none());
    }

    proptest! {
        #[test]
        fn vectors_are_orthonormal_and_give_the_matrix_back(
            n in 1_usize..12,
            entries in proptest::collection::vec(-1.0_f64..1.0, 144),
            scales in proptest::collection::vec(-6_i32..6, 12),
        ) {
            let mut matrix = vec![0.0; n * n];
            for i in 0..n {
                for j in 0..=i {
                    let entry = entries[i * 12 + j] * 10_f64.powi(scales[i] + scales[j]);
                    matrix[i * n + j] = entry;
                    matrix[j * n + i] = entry;
                }
            }
            check(&matrix, n);
        }
    }
}
