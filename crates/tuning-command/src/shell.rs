//! [`Script`]: a shell script whose placeholders have become variables, so that no value is ever
//! part of it.

use crate::template::{Part, Template};

/// A script for `sh`, and the placeholders whose values its variables hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Script {
    /// The text for `sh -c`.
    pub(crate) text: String,
    /// The variables that the text expands, each with the name of its placeholder.
    pub(crate) variables: Vec<(String, String)>,
}

impl Script {
    /// Replaces each placeholder by the expansion of a variable, quoted as its surroundings need
    /// it.
    pub(crate) fn new(template: &Template) -> Self {
        let mut script = Self {
            text: String::new(),
            variables: Vec::new(),
        };
        let mut quotes = Quotes::default();
        for part in template.parts() {
            match part {
                Part::Text(text) => {
                    script.text.push_str(text);
                    text.chars().for_each(|c| quotes.read(c));
                }
                // `\${lr}` is the shell's own way of writing the string `${lr}`.
                Part::Placeholder(name) if quotes.escaped => {
                    script.text.push_str(&format!("${{{name}}}"));
                    quotes.read('$');
                }
                Part::Placeholder(name) => {
                    let variable = script.variable(name);
                    script.text.push_str(&match quotes.innermost() {
                        Some(Quote::Double) => format!("${{{variable}}}"),
                        Some(Quote::Single) => format!("'\"${{{variable}}}\"'"),
                        _ => format!("\"${{{variable}}}\""),
                    });
                    quotes.word_begins = false;
                }
            }
        }
        script
    }

    fn variable(&mut self, placeholder: &str) -> String {
        if let Some((variable, _)) = self.variables.iter().find(|(_, name)| name == placeholder) {
            return variable.clone();
        }
        let variable = format!("TUNE_ARG_{}", self.variables.len());
        self.variables
            .push((variable.clone(), placeholder.to_owned()));
        variable
    }
}

/// What a place in a script is surrounded by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quote {
    Single,
    Double,
    /// `( … )` or `$( … )`, in which quoting begins anew.
    Paren,
    /// A command in backticks, in which quoting begins anew.
    Backtick,
}

/// Follows the quoting of a script, character by character. Where it goes astray (here-documents,
/// `case` in `$( … )`) a value may be split into words, but it is still no command.
#[derive(Debug)]
struct Quotes {
    stack: Vec<Quote>,
    escaped: bool,
    comment: bool,
    dollar: bool,
    word_begins: bool,
}

impl Default for Quotes {
    fn default() -> Self {
        Self {
            stack: Vec::new(),
            escaped: false,
            comment: false,
            dollar: false,
            word_begins: true,
        }
    }
}

impl Quotes {
    fn innermost(&self) -> Option<Quote> {
        self.stack.last().copied()
    }

    fn read(&mut self, c: char) {
        let after_dollar = std::mem::replace(&mut self.dollar, false);
        let word_began = std::mem::replace(&mut self.word_begins, false);
        if self.comment {
            self.comment = c != '\n';
            self.word_begins = c == '\n';
            return;
        }
        if std::mem::replace(&mut self.escaped, false) {
            return;
        }
        let top = self.innermost();
        match (top, c) {
            (Some(Quote::Single), '\'') | (Some(Quote::Double), '"') => _ = self.stack.pop(),
            (Some(Quote::Single), _) => {}
            (_, '\\') => self.escaped = true,
            (_, '$') => self.dollar = true,
            (Some(Quote::Backtick), '`') => _ = self.stack.pop(),
            (_, '`') => self.open(Quote::Backtick),
            (Some(Quote::Double), '(') if !after_dollar => {}
            (_, '(') => self.open(Quote::Paren),
            (Some(Quote::Double), _) => {}
            (_, '\'') => self.stack.push(Quote::Single),
            (_, '"') => self.stack.push(Quote::Double),
            (Some(Quote::Paren), ')') => _ = self.stack.pop(),
            (_, '#') if word_began => self.comment = true,
            (_, c) => self.word_begins = c.is_whitespace() || ";&|".contains(c),
        }
    }

    fn open(&mut self, quote: Quote) {
        self.stack.push(quote);
        self.word_begins = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(script: &str, expect: &str) {
        let template = Template::parse(script).unwrap();
        let text = Script::new(&template).text.replace("TUNE_ARG_", "");
        assert_eq!(text, expect, "{script}");
    }

    #[test]
    fn placeholders_are_quoted_as_their_surroundings_need_it() {
        check("a ${x} --y=${y} ${x}", r#"a "${0}" --y="${1}" "${0}""#);
        check(r#"a "b ${x}" ${x}"#, r#"a "b ${0}" "${0}""#);
        check("a '${x}' ${x}", r#"a ''"${0}"'' "${0}""#);
        check(
            r#"a "$(b ${x} '${x}')${x}""#,
            r#"a "$(b "${0}" ''"${0}"'')${0}""#,
        );
        check(r#""(${x})" (${x})"#, r#""(${0})" ("${0}")"#);
        check(r#""`b ${x}`${x}""#, r#""`b "${0}"`${0}""#);
        check(r#"a "\"${x}" \"${x}"#, r#"a "\"${0}" \""${0}""#);
        check(
            "# don't\na ${x} b#'c' ${x}",
            "# don't\na \"${0}\" b#'c' \"${0}\"",
        );
        check(r"a \${x} ${x} $${x}", r#"a \${x} "${0}" ${x}"#);
    }
}
