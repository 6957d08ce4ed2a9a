//! `${env:NAME}` in texts: variables of the environment. A value stays a value, whatever it contains:
//! it becomes no list, no mapping and no further placeholder.

use std::{collections::BTreeMap, env, fmt};

use super::{node::Value, number};

/// What a placeholder of the environment begins with: no parameter may be called like this.
pub(crate) const PREFIX: &str = "env:";
const OPEN: &str = "${env:";

/// Where variables are looked up.
#[derive(Debug, Default)]
pub(super) enum Environment {
    /// In the environment of this process.
    #[default]
    Process,
    #[cfg_attr(not(test), expect(dead_code, reason = "tests know what is set"))]
    Given(BTreeMap<String, String>),
}

/// What a string is for, which decides what else `$` means in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It stands for itself: only `$${env:` is special, and means the string `${env:`.
    Plain,
    /// It is passed on to the command, where `$$` is a `$` and `${name}` a parameter.
    Command,
}

/// A text with its variables filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub text: String,
    /// Whether it was one placeholder and nothing else: then it may be a number.
    pub alone: bool,
}

/// Why a placeholder cannot be filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unfilled {
    Unclosed,
    Malformed { placeholder: String },
    Unset { name: String },
    NoText { name: String },
}

impl fmt::Display for Unfilled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unclosed => write!(
                f,
                "has a `{OPEN}` without its `}}`: close it, or write `${OPEN}` for the literal text"
            ),
            Self::Malformed { placeholder } => write!(
                f,
                "has `{placeholder}`: write `{OPEN}NAME}}`, or `{OPEN}NAME:-fallback}}`; a name has \
                 letters, digits and `_`"
            ),
            Self::Unset { name } => write!(
                f,
                "needs the environment variable `{name}`, which is not set: set it, or write \
                 `{OPEN}{name}:-fallback}}`"
            ),
            Self::NoText { name } => write!(
                f,
                "needs the environment variable `{name}`, which is not valid UTF-8: set it to text that is"
            ),
        }
    }
}

impl Environment {
    fn get(&self, name: &str) -> Result<Option<String>, Unfilled> {
        match self {
            Self::Given(variables) => Ok(variables.get(name).cloned()),
            Self::Process => match env::var(name) {
                Ok(value) => Ok(Some(value)),
                Err(env::VarError::NotPresent) => Ok(None),
                Err(env::VarError::NotUnicode(_)) => Err(Unfilled::NoText {
                    name: name.to_owned(),
                }),
            },
        }
    }

    /// Fills in the variables of a string; none if it has nothing to fill in.
    pub(super) fn fill(&self, text: &str, purpose: Use) -> Result<Option<Filled>, Unfilled> {
        if !text.contains(OPEN) {
            return Ok(None);
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(after) = rest.strip_prefix(OPEN) {
                let (inner, after) = after.split_once('}').ok_or(Unfilled::Unclosed)?;
                let value = self.value(inner)?;
                match purpose {
                    Use::Plain => out.push_str(&value),
                    Use::Command => out.push_str(&value.replace('$', "$$")),
                }
                rest = after;
                continue;
            }
            let escaped = match purpose {
                Use::Plain => rest.strip_prefix("$${env:").map(|after| (OPEN, after)),
                Use::Command => rest.strip_prefix("$$").map(|after| ("$$", after)),
            };
            let (same, after) = escaped.unwrap_or(("$", &rest[1..]));
            out.push_str(same);
            rest = after;
        }
        out.push_str(rest);
        let alone = text.starts_with(OPEN) && text.find('}') == Some(text.len() - 1);
        Ok(Some(Filled { text: out, alone }))
    }

    /// The value of `NAME` or `NAME:-fallback`, where as in a shell an empty variable is as good as none.
    fn value(&self, inner: &str) -> Result<String, Unfilled> {
        let name_ends = inner.find(|c: char| c != '_' && !c.is_ascii_alphanumeric());
        let (name, rest) = inner.split_at(name_ends.unwrap_or(inner.len()));
        let is_name = name.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic());
        let fallback = rest.strip_prefix(":-");
        if !is_name || !(rest.is_empty() || fallback.is_some()) {
            let placeholder = format!("{OPEN}{inner}}}");
            return Err(Unfilled::Malformed { placeholder });
        }
        match (self.get(name)?, fallback) {
            (Some(value), None) => Ok(value),
            (Some(value), Some(_)) if !value.is_empty() => Ok(value),
            (_, Some(fallback)) => Ok(fallback.to_owned()),
            (None, None) => Err(Unfilled::Unset {
                name: name.to_owned(),
            }),
        }
    }
}

/// Whether a string has a variable in it.
pub(crate) fn has_variable(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(OPEN) {
        if !rest[..at].ends_with('$') {
            return true;
        }
        rest = &rest[at + OPEN.len()..];
    }
    false
}

impl Filled {
    /// The value: a number or a boolean if it was alone and looks like one, as it would in a file.
    ///
    /// # Errors
    /// If it is a number that cannot be taken as it is written.
    pub(super) fn typed(&self) -> Result<Value, String> {
        let text = self.text.as_str();
        if !self.alone {
            return Ok(Value::Scalar(text.into()));
        }
        match text {
            "true" => Ok(Value::Scalar(true.into())),
            "false" => Ok(Value::Scalar(false.into())),
            _ => number::read(text).unwrap_or_else(|| Ok(Value::Scalar(text.into()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Literal;

    use super::*;

    fn environment() -> Environment {
        let variables = [
            ("N", "7"),
            ("EMPTY", ""),
            ("ODD", "${lr} $$ [1, 2]"),
            ("_a1", "x: y"),
        ];
        Environment::Given(
            variables
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        )
    }

    fn check(text: &str, expect: &str) {
        check_for(Use::Plain, text, expect);
    }

    fn check_for(purpose: Use, text: &str, expect: &str) {
        let filled = match environment().fill(text, purpose) {
            Ok(Some(filled)) => filled.text,
            Ok(None) => text.to_owned(),
            Err(error) => error.to_string(),
        };
        assert_eq!(filled, expect, "{text}");
    }

    #[test]
    fn variables_are_filled_in_and_nothing_else() {
        check("${env:N}", "7");
        check("a-${env:N}-${env:N}", "a-7-7");
        check("${env:NONE:-b c}", "b c");
        check("${env:EMPTY:-b}|${env:EMPTY}|${env:NONE:-}", "b||");
        check("${env:N:-b}", "7");
        check("$${env:N} ${lr} $N $$", "${env:N} ${lr} $N $$");
        check("${env:_a1}", "x: y");
        check("no dollar", "no dollar");
    }

    #[test]
    fn in_a_command_a_value_is_no_placeholder_and_two_dollars_stay() {
        check_for(Use::Command, "${env:ODD}", "$${lr} $$$$ [1, 2]");
        check_for(
            Use::Command,
            "$${env:N} $$${env:N} ${lr}",
            "$${env:N} $$7 ${lr}",
        );
    }

    #[test]
    fn what_cannot_be_filled_in_is_told() {
        check(
            "${env:NONE}",
            "needs the environment variable `NONE`, which is not set: set it, or write `${env:NONE:-fallback}`",
        );
        check(
            "x ${env:N",
            "has a `${env:` without its `}`: close it, or write `$${env:` for the literal text",
        );
        for wrong in [
            "${env:}",
            "${env:1}",
            "${env:N-b}",
            "${env:N:b}",
            "${env: N}",
            "${env:ü}",
        ] {
            let error = environment().fill(wrong, Use::Plain).unwrap_err();
            let placeholder = wrong.to_owned();
            assert_eq!(error, Unfilled::Malformed { placeholder });
        }
    }

    #[test]
    fn alone_a_value_may_be_a_number() {
        let typed = |text: &str| {
            environment()
                .fill(text, Use::Plain)
                .unwrap()
                .unwrap()
                .typed()
        };
        let check = |text: &str, expect: Literal| {
            assert_eq!(typed(text), Ok(Value::Scalar(expect)), "{text}");
        };
        check("${env:N}", Literal::Int(7));
        check("${env:NONE:-1e-5}", Literal::Float(1e-5));
        check("${env:NONE:-true}", Literal::Bool(true));
        check("${env:NONE:-inf}", "inf".into());
        check("${env:NONE:-7s}", "7s".into());
        check("${env:N}${env:N}", "77".into());
        check("1${env:N}", "17".into());
        assert!(typed("${env:NONE:-007}").is_err());
        let seed = typed("${env:NONE:-18446744073709551615}");
        assert_eq!(seed, Ok(Value::Large("18446744073709551615".into())));
    }

    #[test]
    fn an_escaped_one_is_no_variable() {
        assert!(has_variable("a ${env:N}") && has_variable("$${env:N} ${env:N}"));
        assert!(!has_variable("$${env:N}") && !has_variable("${lr}"));
    }
}
