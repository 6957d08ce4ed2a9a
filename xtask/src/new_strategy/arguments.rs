//! What follows `cargo xtask new-strategy`.

use crate::error::{Error, Result};

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arguments {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) published: bool,
}

const USAGE: &str = "write `cargo xtask new-strategy NAME PATH`, as in `cargo xtask new-strategy hill-climb ../hill-climb`";

impl Arguments {
    pub(super) fn parse(args: &[String]) -> Result<Self> {
        let (options, words): (Vec<&String>, Vec<_>) =
            args.iter().partition(|arg| arg.starts_with('-'));
        for option in &options {
            if *option != "--published" {
                return Err(Error::unknown(
                    "option",
                    option,
                    ["--published"].into_iter(),
                ));
            }
        }
        let [name, path] = words.as_slice() else {
            let message = match words.len() {
                0 => "a name and a path are missing",
                1 => "a path is missing",
                _ => "there are more words than a name and a path",
            };
            return Err(Error::Usage(format!("{message}: {USAGE}")));
        };
        Ok(Arguments {
            name: (*name).clone(),
            path: (*path).clone(),
            published: !options.is_empty(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(words: &[&str]) -> Result<Arguments> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        Arguments::parse(&words)
    }

    #[test]
    fn a_name_and_a_path_are_all_it_needs() -> Result {
        let parsed = parse(&["hill-climb", "../x"])?;
        assert_eq!((&*parsed.name, &*parsed.path), ("hill-climb", "../x"));
        assert!(!parsed.published);
        assert!(parse(&["--published", "hill-climb", "../x"])?.published);
        Ok(())
    }

    #[test]
    fn anything_else_is_told_what_is_missing() {
        let check = |words: &[&str], expect: &str| {
            let text = parse(words).expect_err("a wrong command line").to_string();
            assert!(text.contains(expect), "{text}");
        };
        check(&[], "a name and a path are missing: write `cargo xtask");
        check(&["hill-climb"], "a path is missing");
        check(&["a", "b", "c"], "more words than");
        check(&["a", "b", "--publish"], "did you mean `--published`?");
    }
}
