//! Whether a program has said what a document shows: loosely, so that times and paths do not count.

/// The dots that stand for anything: for a part of a line, or alone for whole lines.
const ANYTHING: &str = "…";

/// The first line of `shown` that is missing in `output`, if one is.
///
/// The lines must come in the order in which they are shown; others may come between them. Runs of spaces are one
/// space, and `…` is any text.
pub(crate) fn missing<'a>(shown: &'a [String], output: &str) -> Option<&'a str> {
    let lines: Vec<String> = output.lines().map(even).collect();
    let mut rest = lines.as_slice();
    for line in shown {
        let pattern = even(line);
        if pattern.is_empty() || pattern == ANYTHING {
            continue;
        }
        match rest.iter().position(|line| matches(&pattern, line)) {
            Some(place) => rest = &rest[place + 1..],
            None => return Some(line),
        }
    }
    None
}

fn even(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn matches(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split(ANYTHING);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(shown: &str, output: &str, expect: Option<&str>) {
        let shown: Vec<String> = shown.lines().map(str::to_owned).collect();
        assert_eq!(missing(&shown, output), expect, "{shown:?} in {output}");
    }

    #[test]
    fn lines_come_in_order_with_others_between() {
        check("b\nd", "a\nb\nc\nd\n", None);
        check("d\nb", "a\nb\nc\nd\n", Some("b"));
        check("a\na", "a\n", Some("a"));
        check("  a   b", "a b", None);
        check("b", "a b", Some("b"));
    }

    #[test]
    fn dots_stand_for_anything() {
        check(
            "took … s\n…\nbest: trial …",
            "took 0.25 s\nx\nbest: trial 7, lr=0.1",
            None,
        );
        check("… of …", "3 of 4", None);
        check("… of … left", "3 of 4", Some("… of … left"));
        check("a…a", "a", Some("a…a"));
        check("…", "", None);
    }
}
