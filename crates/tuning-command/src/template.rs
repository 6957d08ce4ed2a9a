//! [`Template`]: text with `${name}` placeholders. It does not know what the names stand for.

use std::ffi::{OsStr, OsString};

use crate::variables::Variables;

/// Text with placeholders, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Text that stands for itself, `$$` already undone.
    Text(String),
    /// The name in `${name}`.
    Placeholder(String),
}

/// A `${` without its `}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unclosed;

impl Template {
    /// Parses text in which `${name}` is a placeholder and `$$` a `$`; any other `$` is itself.
    pub(crate) fn parse(text: &str) -> Result<Self, Unclosed> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                plain.push('$');
                rest = after;
            } else if let Some(after) = rest.strip_prefix('{') {
                let (name, after) = after.split_once('}').ok_or(Unclosed)?;
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                }
                parts.push(Part::Placeholder(name.to_owned()));
                rest = after;
            } else {
                plain.push('$');
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain));
        }
        Ok(Self { parts })
    }

    /// The pieces in order.
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The names of the placeholders in order, repeated if they are.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder(name) => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// The text with its placeholders filled in; none if one of them has no value now.
    pub(crate) fn fill(&self, variables: &Variables<'_>) -> Option<OsString> {
        let mut out = OsString::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.push(OsStr::new(text)),
                Part::Placeholder(name) => out.push(variables.get(name)?),
            }
        }
        Some(out)
    }

    /// Whether this is an option that takes the next argument as its value: `-m` or `--momentum`,
    /// but no `--momentum=0.9`, no negative number, no `-` and no `--`.
    pub(crate) fn is_option(&self) -> bool {
        let [Part::Text(text)] = &self.parts[..] else {
            return false;
        };
        let name = text.trim_start_matches('-');
        text.starts_with('-')
            && !name.is_empty()
            && !text.contains('=')
            && text.parse::<f64>().is_err()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: &[Part]) {
        assert_eq!(Template::parse(text).unwrap().parts(), expect, "{text}");
    }

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    fn placeholder(name: &str) -> Part {
        Part::Placeholder(name.to_owned())
    }

    #[test]
    fn placeholders_are_found_and_other_dollars_stay() {
        check("", &[]);
        check("--lr=${lr}", &[text("--lr="), placeholder("lr")]);
        check("${a}${b.c}", &[placeholder("a"), placeholder("b.c")]);
        check("$HOME $", &[text("$HOME $")]);
        check("$${lr} $$$${x", &[text("${lr} $${x")]);
        check("$$${lr}", &[text("$"), placeholder("lr")]);
        check(
            "naïve ${ü}!",
            &[text("naïve "), placeholder("ü"), text("!")],
        );
        assert_eq!(Template::parse("--lr=${lr"), Err(Unclosed));
    }

    #[test]
    fn options_are_told_from_values() {
        for option in ["-m", "--momentum", "-momentum"] {
            assert!(Template::parse(option).unwrap().is_option(), "{option}");
        }
        for other in ["-", "--", "-1", "-1e-5", "--m=1", "m", "", "--${m}", "-inf"] {
            assert!(!Template::parse(other).unwrap().is_option(), "{other}");
        }
    }
}
