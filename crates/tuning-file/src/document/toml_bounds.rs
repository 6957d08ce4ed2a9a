//! The bounds of a document in TOML, before anything is built of it: the library reads all of a document first, at the cost
//! of a table or a value for each word.

use toml_parser::{Source, lexer::TokenKind};

use super::{DEEPEST, count::Count, lines::Lines, node::Place, problem::Problem, yaml::too_deep};

/// Words, signs, comments and blanks. A value takes six at most, with its key, and the library half a microsecond for each.
const MOST: usize = 3_000_000;

/// Checks that a document is not nested too deep, nor larger than can be read soon.
///
/// It counts no value that is not there, though perhaps not all of them: [`Count`] has the last word.
///
/// # Errors
/// At the first place that is too much.
pub(super) fn check(text: &str, lines: &Lines<'_>) -> Result<(), Problem> {
    walk(text, lines, MOST, Count::default())
}

fn walk(text: &str, lines: &Lines<'_>, most: usize, count: Count) -> Result<(), Problem> {
    let mut walk = Walk::new(count);
    for (number, token) in Source::new(text).lex().enumerate() {
        let place = || lines.place(token.span().start());
        if number >= most {
            let message = format!(
                "this is larger than {most} words, signs and blanks: write fewer, or write it in JSON or YAML"
            );
            return Err(Problem::new(place(), message));
        }
        walk.token(token.kind(), &place)?;
    }
    Ok(())
}

/// Where a token stands.
#[derive(Debug)]
struct Walk {
    count: Count,
    /// The lists and maps that are open in a value: what encloses each, and whether it is a map.
    open: Vec<(usize, bool)>,
    /// How many lists and maps enclose what comes.
    depth: usize,
    /// How many dots the key had so far.
    dots: usize,
    at: At,
}

/// What may come next.
#[derive(Clone, Copy, Debug, PartialEq)]
enum At {
    /// A key, or the head of a table.
    Start,
    /// A key, or the rest of it.
    Key,
    /// The head of a table.
    Head,
    Value,
}

impl Walk {
    fn new(count: Count) -> Self {
        Self {
            count,
            open: Vec::new(),
            depth: 1,
            dots: 0,
            at: At::Start,
        }
    }

    fn token(&mut self, kind: TokenKind, place: &dyn Fn() -> Place) -> Result<(), Problem> {
        match kind {
            TokenKind::Whitespace | TokenKind::Comment | TokenKind::Eof => {}
            TokenKind::Newline if self.open.is_empty() => {
                if self.at == At::Head {
                    self.depth = 2 + self.dots;
                }
                (self.at, self.dots) = (At::Start, 0);
            }
            TokenKind::Newline => {}
            TokenKind::LeftSquareBracket if self.at == At::Start => {
                self.count.add_at(place)?;
                (self.at, self.depth) = (At::Head, 1);
            }
            TokenKind::LeftSquareBracket | TokenKind::RightSquareBracket if self.at == At::Head => {
            }
            TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket => {
                let depth = self.depth + self.dots;
                if depth >= DEEPEST {
                    return Err(too_deep(place()));
                }
                let is_map = kind == TokenKind::LeftCurlyBracket;
                self.open.push((self.depth, is_map));
                (self.depth, self.dots) = (depth + 1, 0);
                self.at = if is_map { At::Key } else { At::Value };
            }
            TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket => {
                if let Some((depth, _)) = self.open.pop() {
                    (self.depth, self.dots, self.at) = (depth, 0, At::Value);
                }
            }
            TokenKind::Comma => match self.open.last() {
                Some((_, true)) => (self.at, self.dots) = (At::Key, 0),
                Some((_, false)) => self.count.add_at(place)?,
                None => {}
            },
            TokenKind::Dot if self.at != At::Value => {
                self.count.add_at(place)?;
                self.dots += 1;
                if self.depth + self.dots > DEEPEST {
                    return Err(too_deep(place()));
                }
            }
            TokenKind::Equals => {
                self.count.add_at(place)?;
                self.at = At::Value;
            }
            _ if self.at == At::Start => self.at = At::Key,
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::toml;

    #[test]
    fn what_is_refused_as_too_deep_could_not_be_read_either() {
        let dots = |count: usize| vec!["a"; count].join(".");
        let mut refused = 0;
        for depth in [8, 76, 77, 78, 79, 80, 81, 82, 100] {
            for text in [
                format!("a = {}{}", "[".repeat(depth), "]".repeat(depth)),
                format!("a = {}1{}", "{a = ".repeat(depth), "}".repeat(depth)),
                format!("{} = 1", dots(depth)),
                format!("[{}]\nb = 1", dots(depth)),
                format!("[[{}]]\nb = [1]", dots(depth)),
                format!("[x.y]\n{} = [[1.5]]", dots(depth - 3)),
                format!("[x]\ny = {{{} = {{z = [0]}}}}", dots(depth - 4)),
                format!("x = [{}0]\n", format!("[{}], ", dots(2)).repeat(depth)),
            ] {
                let lines = Lines::of(&text);
                let read = toml::build(&text, &lines);
                match check(&text, &lines) {
                    Ok(()) => assert!(depth < 82 || read.is_err(), "{text}"),
                    Err(problem) => {
                        assert!(
                            problem.message.contains("nested more than 80 deep"),
                            "{text}"
                        );
                        assert!(read.is_err(), "{text}");
                        refused += 1;
                    }
                }
            }
        }
        assert!(refused > 20, "{refused}");
    }

    #[test]
    fn tables_keys_and_what_is_in_lists_count() {
        const MANY: usize = 1001;
        let most = |most: usize, text: &str| {
            let found = walk(text, &Lines::of(text), most, Count::at_most(MANY - 1));
            found.unwrap_err().message
        };
        let many = |of: &dyn Fn(usize) -> String| (0..MANY).map(of).collect::<String>();
        for text in [
            many(&|k| format!("k{k}=1\n")),
            many(&|k| format!("[k{k}]\n")),
            many(&|_| "[[k]]\n".to_owned()),
            format!("a=[{}]", "1,".repeat(MANY)),
            format!("a={{{}}}", many(&|k| format!("k{k}=1,"))),
            many(&|k| format!("k{}.a.a.a.a.a.a.a=1\n", k / 8)),
        ] {
            let expected = "this is larger than 1000 values: write fewer";
            assert_eq!(most(usize::MAX, &text), expected);
        }
        let message = most(3000, &"\n".repeat(3001));
        assert!(
            message.contains("3000 words, signs and blanks"),
            "{message}"
        );
    }

    #[test]
    fn no_value_is_counted_that_is_not_there() {
        // Dots in numbers and strings, commas in strings, brackets in comments.
        let line = "k = [1.5, \"a.b,c[\", '[,', 1979-05-27T07:32:00.5] # [[,.=\n";
        let mut walk = Walk::new(Count::default());
        for token in Source::new(line).lex() {
            walk.token(token.kind(), &|| Place::START).unwrap();
        }
        assert_eq!(walk.count.so_far(), 4);
        assert!(walk.open.is_empty() && walk.depth == 1);
    }
}
