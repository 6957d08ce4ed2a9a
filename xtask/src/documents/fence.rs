//! The fenced blocks of a Markdown document, shown or hidden, with what their first line says of them.

/// A fenced block, or the body of a comment `<!-- sh … -->`, which runs and is not shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The line of its first line of text.
    pub(crate) line: usize,
    /// The first word behind the back quotes, in small letters: `sh`, `rust`; empty if there is none.
    pub(crate) language: String,
    /// The other words, but for the reason: `exit:2`, `skip`, `no_run`.
    pub(crate) words: Vec<String>,
    /// What stands in parentheses behind them: `skip (it takes an hour)`.
    pub(crate) reason: Option<String>,
    pub(crate) text: String,
    pub(crate) hidden: bool,
}

impl Fence {
    /// The value of the word `name:value`.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.words
            .iter()
            .find_map(|word| word.strip_prefix(name)?.strip_prefix(':'))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.words.iter().any(|word| word == name)
    }

    /// The file that it is, by the word `file:NAME` or by a first line that is a comment with a name in it.
    pub(crate) fn file(&self) -> Option<&str> {
        self.value("file").or_else(|| {
            let first = self.text.lines().next()?.trim();
            let name = first
                .strip_prefix("# ")
                .or_else(|| first.strip_prefix("// "))?;
            let is_name = name.contains('.')
                && !name.ends_with('.')
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
            is_name.then_some(name)
        })
    }

    fn new(line: usize, info: &str, hidden: bool) -> Self {
        let (info, reason) = match info.split_once('(') {
            Some((info, rest)) => (info, Some(rest.trim_end().trim_end_matches(')').to_owned())),
            None => (info, None),
        };
        let mut words = info
            .split([' ', ',', '\t'])
            .filter(|word| !word.is_empty())
            .map(str::to_owned);
        Fence {
            line,
            language: words.next().unwrap_or_default().to_lowercase(),
            words: words.collect(),
            reason,
            text: String::new(),
            hidden,
        }
    }
}

/// The blocks of a document in their order. A fence that is not closed reaches to the end.
pub(crate) fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<(Fence, String, usize)> = None;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        match &mut open {
            Some((_, end, _)) if closes(trimmed, end) => {
                found.extend(open.take().map(|(fence, ..)| fence));
            }
            Some((fence, _, indent)) => {
                let spaces = line.len() - line.trim_start_matches(' ').len();
                fence.text.push_str(&line[spaces.min(*indent)..]);
                fence.text.push('\n');
            }
            None => {
                let marks = trimmed.trim_start_matches(['`', '~']);
                let mark = &trimmed[..trimmed.len() - marks.len()];
                if mark.len() >= 3 {
                    open = Some((
                        Fence::new(number + 2, marks, false),
                        mark.to_owned(),
                        indent,
                    ));
                } else if let Some(info) = trimmed.strip_prefix("<!-- ") {
                    let fence = Fence::new(number + 2, info, true);
                    if fence.language == "sh" && !info.contains("-->") {
                        open = Some((fence, "-->".to_owned(), indent));
                    }
                }
            }
        }
    }
    found.extend(open.map(|(fence, ..)| fence));
    found
}

fn closes(line: &str, end: &str) -> bool {
    if end == "-->" {
        return line.trim_end() == end;
    }
    line.starts_with(end) && line.trim_end().chars().all(|c| end.starts_with(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_with_their_lines_and_words() {
        let text = "a\n```sh exit:2 (so it says)\nfalse\n```\n\n- b\n  ````yaml\n  x: 1\n    ```\n  ````\n";
        let found = fences(text);
        let [one, two] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert_eq!((one.line, &*one.language, &*one.text), (3, "sh", "false\n"));
        assert_eq!(
            (one.value("exit"), one.reason.as_deref()),
            (Some("2"), Some("so it says"))
        );
        assert_eq!(
            (two.line, &*two.language, &*two.text),
            (8, "yaml", "x: 1\n  ```\n")
        );
    }

    #[test]
    fn a_comment_with_a_shell_is_a_hidden_block() {
        let found = fences("<!-- sh\ntune init\n-->\n<!-- a note -->\n<!-- sh what? -->\n");
        assert_eq!(found.len(), 1);
        assert!(found[0].hidden);
        assert_eq!((found[0].line, &*found[0].text), (2, "tune init\n"));
    }

    #[test]
    fn a_file_is_named_by_its_first_line_or_by_a_word() {
        let file = |text: &str| fences(text)[0].file().map(str::to_owned);
        assert_eq!(
            file("```yaml\n# study.yaml\nx: 1\n```"),
            Some("study.yaml".to_owned())
        );
        assert_eq!(
            file("```rust\n// src/lib.rs\n```"),
            Some("src/lib.rs".to_owned())
        );
        assert_eq!(
            file("```json file:a.json\n{}\n```"),
            Some("a.json".to_owned())
        );
        for none in [
            "# A study file.",
            "# for example",
            "x: 1",
            "",
            "# see study.yaml.",
        ] {
            assert_eq!(file(&format!("```yaml\n{none}\n```")), None, "{none}");
        }
    }

    #[test]
    fn rust_has_commas_and_open_fences_reach_to_the_end() {
        let found = fences("```rust,no_run\nfn main() {}");
        assert!(found[0].has("no_run") && found[0].language == "rust");
        assert_eq!(found[0].text, "fn main() {}\n");
    }
}
