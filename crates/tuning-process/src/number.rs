//! Numbers of an answer that would not arrive as they were written.

/// The first number of a JSON text that is read as another one: an integer of more than 64 bits, which becomes a float, or
/// a float that is too small to be told from zero.
pub(crate) fn inexact(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => at = end_of_string(bytes, at),
            b'-' | b'0'..=b'9' => {
                let is_part =
                    |byte: &u8| matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E' | b'0'..=b'9');
                let length = bytes[at..].iter().take_while(|byte| is_part(byte)).count();
                let number = &text[at..at + length];
                if is_inexact(number) {
                    return Some(number);
                }
                at += length;
            }
            _ => at += 1,
        }
    }
    None
}

/// Behind the closing quote.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    at += 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

fn is_inexact(number: &str) -> bool {
    match number.contains(['.', 'e', 'E']) {
        false => number.parse::<i64>().is_err() && number.parse::<u64>().is_err(),
        true => {
            let digits = number.split(['e', 'E']).next().unwrap_or_default();
            let is_zero = !digits.contains(|c: char| ('1'..='9').contains(&c));
            number.parse::<f64>() == Ok(0.0) && !is_zero
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_become_others_are_found_and_strings_are_left_alone() {
        for (text, expect) in [
            (r#"{"a": [1, -2.5e3, 18446744073709551615]}"#, None),
            (
                r#"{"a": "18446744073709551616 \" 1e-999", "b\\": 0e-999}"#,
                None,
            ),
            (
                r#"{"a": 18446744073709551616}"#,
                Some("18446744073709551616"),
            ),
            (
                r#"["\\", -9223372036854775809]"#,
                Some("-9223372036854775809"),
            ),
            ("[1, 1e-400]", Some("1e-400")),
            ("\"open", None),
            ("\"open\\", None),
        ] {
            assert_eq!(inexact(text), expect, "{text}");
        }
    }
}
