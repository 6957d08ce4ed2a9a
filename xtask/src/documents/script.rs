//! The commands of a shell block: what is typed, and what is shown as its output.

/// Something to type, perhaps over several lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Typed {
    pub(crate) line: usize,
    pub(crate) text: String,
    /// The lines that the document shows as its output.
    pub(crate) shown: Vec<String>,
}

/// Whether a block is a session: lines with a prompt, and output below them.
pub(crate) fn is_session(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("$ "))
}

/// The commands of a session: each prompt with the lines that it goes on in, then its output.
pub(crate) fn session(text: &str, first_line: usize) -> Vec<Typed> {
    let mut found: Vec<Typed> = Vec::new();
    let mut goes_on = false;
    for (number, line) in text.lines().enumerate() {
        if let Some(typed) = line.strip_prefix("$ ") {
            found.push(Typed {
                line: first_line + number,
                text: typed.to_owned(),
                shown: Vec::new(),
            });
            goes_on = line.ends_with('\\');
        } else if let Some(last) = found.last_mut() {
            if goes_on {
                last.text.push('\n');
                last.text.push_str(line.strip_prefix("> ").unwrap_or(line));
                goes_on = line.ends_with('\\');
            } else {
                last.shown.push(line.trim_end().to_owned());
            }
        }
    }
    for typed in &mut found {
        while typed.shown.last().is_some_and(String::is_empty) {
            typed.shown.pop();
        }
    }
    found
}

/// The commands of a block without prompts: one per line, or all of it at once if the lines hang together.
pub(crate) fn lines(text: &str, first_line: usize) -> Vec<Typed> {
    let typed = |line, text: &str| Typed {
        line,
        text: text.to_owned(),
        shown: Vec::new(),
    };
    if hangs_together(text) {
        return vec![typed(first_line, text.trim_end())];
    }
    let mut found = Vec::new();
    let mut open: Option<Typed> = None;
    for (number, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        match &mut open {
            Some(typed) => {
                typed.text.push('\n');
                typed.text.push_str(line);
            }
            None if trimmed.is_empty() || trimmed.starts_with('#') => continue,
            None => open = Some(typed(first_line + number, trimmed)),
        }
        if !trimmed.ends_with('\\') {
            found.extend(open.take());
        }
    }
    found.extend(open);
    found
}

/// Whether one line needs another: a here-document, a variable, a loop, a text over several lines.
fn hangs_together(text: &str) -> bool {
    let begins_more = |line: &str| {
        let word = line.split_whitespace().next().unwrap_or_default();
        [
            "for", "while", "until", "if", "case", "export", "set", "trap", "{", "(",
        ]
        .contains(&word)
            || (word.contains('=') && line.split_whitespace().count() == 1)
    };
    let mut quotes = 0;
    for line in text.lines().map(str::trim) {
        if begins_more(line) || line.contains("<<") {
            return true;
        }
        if !line.starts_with('#') {
            quotes += line.matches('\'').count();
        }
        if quotes % 2 == 1 {
            return true;
        }
    }
    false
}

/// The words of a command without the variables in front of it: `A=1 cargo test` is `cargo test`.
pub(crate) fn words(command: &str) -> Vec<&str> {
    let is_variable = |word: &&str| {
        word.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
    };
    command.split_whitespace().skip_while(is_variable).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_has_commands_and_their_output() {
        let found = session("$ tune a \\\n    b\none\n\ntwo\n\n$ tune c # d\n", 10);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].line, &*found[0].text), (10, "tune a \\\n    b"));
        assert_eq!(found[0].shown, ["one", "", "two"]);
        assert_eq!((found[1].line, &*found[1].text), (16, "tune c # d"));
        assert!(found[1].shown.is_empty());
    }

    #[test]
    fn a_block_is_taken_line_by_line_unless_its_lines_hang_together() {
        let check = |text: &str, expect: &[&str]| {
            let found: Vec<_> = lines(text, 1).into_iter().map(|typed| typed.text).collect();
            assert_eq!(found, expect, "{text}");
        };
        check("# first\na b\n\nc \\\n  d\n", &["a b", "c \\\n  d"]);
        check("cat > x <<'E'\na\nE\nb\n", &["cat > x <<'E'\na\nE\nb"]);
        check("DIR=x\ncd $DIR\n", &["DIR=x\ncd $DIR"]);
        check("X=1 a\nb\n", &["X=1 a", "b"]);
        check("awk 'BEGIN {\n}'\n", &["awk 'BEGIN {\n}'"]);
        check(
            "for i in 1 2; do\n a\ndone\n",
            &["for i in 1 2; do\n a\ndone"],
        );
    }

    #[test]
    fn variables_in_front_are_no_part_of_a_command() {
        assert_eq!(words("RUST_LOG=x cargo run a=b"), ["cargo", "run", "a=b"]);
        assert_eq!(words("tune run --set a=b")[0], "tune");
    }
}
