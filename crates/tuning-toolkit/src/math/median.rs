//! The middle of numbers.

/// The middle value, of an even number of values the upper one; 0 of none.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_values_are_below_it() {
        let check = |values: &[f64], expect| assert_eq!(median(values.to_vec()), expect);
        check(&[], 0.0);
        check(&[3.0], 3.0);
        check(&[5.0, -1.0, 4.0], 4.0);
        check(&[4.0, 1.0, 3.0, 2.0], 3.0);
    }
}
