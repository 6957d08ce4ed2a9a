//! Numbers in cells of text: taken exactly as they are written, or refused.

use tuning_core::Literal;
use tuning_file::document::quoted;

/// The number that a text is, or why it cannot be taken; none if it does not look like one.
pub(super) fn read(text: &str) -> Option<Result<Literal, String>> {
    let text = text.trim();
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if let Ok(value) = text.parse::<i64>() {
        return Some(Ok(value.into()));
    }
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Err(too_large(text)));
    }
    let value: f64 = text.parse().ok()?;
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let is_zero = !mantissa.bytes().any(|byte| (b'1'..=b'9').contains(&byte));
    Some(match (value.is_finite(), value == 0.0 && !is_zero) {
        (true, false) => Ok(value.into()),
        (false, _) => Err(format!(
            "is {}, which is too large for a number: the largest is 1.7976931348623157e308",
            quoted(text)
        )),
        (_, true) => Err(format!(
            "is {}, which is too small to be told from zero: write `0.0`, or at least 5e-324",
            quoted(text)
        )),
    })
}

/// An integer as a float, if there is one.
pub(super) fn as_float(value: i64) -> Result<f64, String> {
    let float = value as f64;
    match float as i128 == i128::from(value) {
        true => Ok(float),
        false => Err(format!(
            "is the integer `{value}`, which a float cannot be exactly: write the float that is meant, such as `{float:?}`"
        )),
    }
}

/// What is said of an integer that no type of ours has.
pub(super) fn too_large(digits: &str) -> String {
    format!(
        "is the integer {}, which has more than 64 bits: write the float that is meant",
        quoted(digits)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_exactly_or_refused() {
        let good = |text: &str, value: Literal| assert_eq!(read(text), Some(Ok(value)), "{text}");
        good("3", 3.into());
        good(" -3 ", (-3).into());
        good("+7", 7.into());
        good("1e-5", 1e-5.into());
        good(".5", 0.5.into());
        good("3.0", 3.0.into());
        good("0e5", 0.0.into());
        good("9007199254740993", 9_007_199_254_740_993_i64.into());
        for text in ["adam", "nan", "inf", "", "12px", "2024-01-01", "1_000"] {
            assert_eq!(read(text), None, "{text}");
        }
        for text in ["9223372036854775808", "1e999", "1e-999"] {
            assert!(matches!(read(text), Some(Err(_))), "{text}");
        }
        assert!(as_float(9_007_199_254_740_993).is_err());
    }
}
