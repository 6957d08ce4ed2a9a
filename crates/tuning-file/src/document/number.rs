//! Numbers as they are written: taken exactly, or refused. One rule for YAML, TOML, JSON and the environment.

use tuning_core::Literal;

use super::{node::Value, quote::quoted};

/// What a word without quotes is, if it looks like a number: the number, or why it cannot be taken.
///
/// `1e-5` is a number, as everybody expects but YAML 1.1; so are `.5`, `5.`, `1_000`, `0x10`, `0o17` and `0b11`. `1:30`,
/// `2024-01-01` and `12px` are not.
pub(super) fn read(text: &str) -> Option<Result<Value, String>> {
    if let Some(radix) = radix(text) {
        let digits = separated(&text[2..], |c| c.is_digit(radix))?;
        return Some(Ok(integer(&digits, radix, text)));
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
    }
    let digits = |text: &str| match text {
        "" => Some(String::new()),
        text => separated(text, |c| c.is_ascii_digit()),
    };
    let (whole, fraction) = (digits(whole)?, digits(fraction.unwrap_or(""))?);
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    if whole.len() > 1 && whole.starts_with('0') {
        let shown = quoted(text);
        let message = format!(
            "{shown} begins with a zero, which some read as octal: write it without, or quote it if it is a string"
        );
        return Some(Err(message));
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    if mantissa.contains('.') || exponent.is_some() {
        let exponent = exponent.map_or_else(String::new, |exponent| format!("e{exponent}"));
        let plain = format!("{sign}{whole}.{fraction}0{exponent}");
        return Some(float(&plain, text).map(Value::Scalar));
    }
    Some(Ok(integer(&format!("{sign}{whole}"), 10, text)))
}

/// The base that a prefix says.
fn radix(text: &str) -> Option<u32> {
    match text.get(..2)? {
        "0x" => Some(16),
        "0o" => Some(8),
        "0b" => Some(2),
        _ => None,
    }
}

/// The digits without the `_` between them; none if anything else is among them.
fn separated(text: &str, is_digit: impl Fn(char) -> bool) -> Option<String> {
    let mut after_digit = false;
    for c in text.chars() {
        let fits = is_digit(c) || (c == '_' && after_digit);
        if !fits {
            return None;
        }
        after_digit = c != '_';
    }
    after_digit.then(|| text.replace('_', ""))
}

/// An integer: one of 64 bits, or as it is `written`.
pub(super) fn integer(digits: &str, radix: u32, written: &str) -> Value {
    match i64::from_str_radix(digits, radix) {
        Ok(value) => Value::Scalar(Literal::Int(value)),
        Err(_) => match u64::from_str_radix(digits, radix) {
            Ok(value) => Value::Large(value.to_string().into()),
            Err(_) => Value::Large(written.into()),
        },
    }
}

/// A number with a point or an exponent, as Rust reads it and as it is `written`.
pub(super) fn float(text: &str, written: &str) -> Result<Literal, String> {
    let shown = || quoted(written);
    let Ok(value) = text.parse::<f64>() else {
        return Err(format!("{} is not a number", shown()));
    };
    let mantissa = text.split(['e', 'E']).next().unwrap_or_default();
    let names_infinity = text.contains("inf");
    if value.is_infinite() && !names_infinity {
        return Err(format!(
            "{} is too large for a number: the largest is 1.7976931348623157e308",
            shown()
        ));
    }
    if value == 0.0 && mantissa.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
        return Err(format!(
            "{} is too small to be told from zero: write `0.0`, or at least 5e-324",
            shown()
        ));
    }
    Ok(Literal::Float(value))
}

/// The same integer as a float, if there is one.
pub(super) fn as_float(value: i64) -> Option<f64> {
    let float = value as f64;
    (float as i128 == i128::from(value)).then_some(float)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Option<Literal>) {
        let read = read(text).map(|value| value.unwrap());
        assert_eq!(read, expect.map(Value::Scalar), "{text}");
    }

    #[test]
    fn numbers_are_what_they_look_like_and_words_are_none() {
        for (text, expect) in [
            ("0", 0),
            ("-0", 0),
            ("+5", 5),
            ("1_000", 1000),
            ("0x10", 16),
            ("0o17", 15),
            ("0b101", 5),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            check(text, Some(Literal::Int(expect)));
        }
        for (text, expect) in [
            (".5", 0.5),
            ("5.", 5.0),
            ("-.5e1", -5.0),
            ("1e3", 1000.0),
            ("1_000.5", 1000.5),
            ("4.9e-324", 5e-324),
            ("0e-999", 0.0),
            ("1.7976931348623157e308", f64::MAX),
        ] {
            check(text, Some(Literal::Float(expect)));
        }
        let words =
            "1:30 2024-01-01 12px 1__0 _1 1_ e5 . - + 1e 1e+ 0x 0xg 0o9 0b2 1.2.3 1e5x inf nan yes";
        for text in words.split(' ').chain([""]) {
            check(text, None);
        }
    }

    #[test]
    fn what_cannot_be_taken_exactly_is_refused() {
        for (text, expect) in [
            ("00", "begins with a zero"),
            ("-03", "begins with a zero"),
            ("0_7", "begins with a zero"),
            ("01.5", "begins with a zero"),
            ("1e400", "too large"),
            ("-1e309", "too large"),
            ("1e-400", "too small"),
            ("0.1e-330", "too small"),
        ] {
            let message = read(text).unwrap().unwrap_err();
            assert!(message.contains(expect), "{text}: {message}");
        }
        for (text, expect) in [
            ("9223372036854775808", "9223372036854775808"),
            ("0xffffffffffffffff", "18446744073709551615"),
            ("18446744073709551616", "18446744073709551616"),
            ("-9223372036854775809", "-9223372036854775809"),
        ] {
            assert_eq!(read(text), Some(Ok(Value::Large(expect.into()))), "{text}");
        }
    }

    #[test]
    fn an_integer_is_a_float_only_if_that_is_the_same_number() {
        assert_eq!(as_float(1 << 60), Some(2_f64.powi(60)));
        assert_eq!(as_float((1 << 53) + 1), None);
        assert_eq!(as_float(i64::MAX), None);
    }
}
