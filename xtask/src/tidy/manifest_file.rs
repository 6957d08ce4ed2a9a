//! The text of a Cargo.toml as entries: what `cargo metadata` has resolved away, such as what is inherited. Not a TOML parser:
//! cargo has accepted the file before.

/// One `key = value` with its section, as written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) line: usize,
    pub(crate) section: Vec<String>,
    pub(crate) key: Vec<String>,
    pub(crate) value: String,
}

/// One dependency that a manifest declares.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) line: usize,
    pub(crate) name: String,
    pub(crate) inherits: bool,
}

/// The entries in their order; a value over several lines is one.
pub(crate) fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut section = Vec::new();
    let mut open = 0_i32;
    for (number, line) in text.lines().enumerate() {
        let line = without_comment(line).trim();
        if open > 0 {
            if let Some(last) = entries.last_mut() {
                last.value.push(' ');
                last.value.push_str(line);
            }
            open += depth(line);
        } else if let Some(header) = line.strip_prefix('[') {
            section = path(header.trim_matches(['[', ']']));
        } else if let Some((key, value)) = line.split_once('=') {
            open = depth(value);
            entries.push(Entry {
                line: number + 1,
                section: section.clone(),
                key: path(key),
                value: value.trim().to_owned(),
            });
        }
    }
    entries
}

/// Whether `[lints]` says `workspace = true`.
pub(crate) fn inherits_lints(entries: &[Entry]) -> bool {
    entries.iter().any(|entry| {
        let path: Vec<&str> = full_path(entry).collect();
        path == ["lints", "workspace"] && entry.value == "true"
    })
}

/// The dependencies of every kind and target.
pub(crate) fn dependencies(entries: &[Entry]) -> Vec<Declared> {
    let mut found: Vec<Declared> = Vec::new();
    for entry in entries {
        let path: Vec<&str> = full_path(entry).collect();
        let Some((line, name, field)) = path
            .iter()
            .position(|part| part.ends_with("dependencies"))
            .filter(|at| *at == 0 || path[0] == "target")
            .and_then(|at| Some((entry.line, *path.get(at + 1)?, path.get(at + 2).copied())))
        else {
            continue;
        };
        let value: String = entry.value.split_whitespace().collect();
        let inherits = match field {
            Some(field) => field == "workspace" && value == "true",
            None => value.contains("{workspace=true") || value.contains(",workspace=true"),
        };
        // The fields of `[dependencies.name]` are entries of one dependency, one after the other.
        match found.last_mut() {
            Some(last) if last.name == name && field.is_some() => last.inherits |= inherits,
            _ => found.push(Declared {
                line,
                name: name.to_owned(),
                inherits,
            }),
        }
    }
    found
}

fn full_path(entry: &Entry) -> impl Iterator<Item = &str> {
    entry.section.iter().chain(&entry.key).map(String::as_str)
}

/// A dotted path, with its quotes gone.
fn path(text: &str) -> Vec<String> {
    let mut quote = None;
    text.split(|c| {
        match quote {
            None if c == '"' || c == '\'' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        c == '.' && quote.is_none()
    })
    .map(|part| part.trim().trim_matches(['"', '\'']).to_owned())
    .collect()
}

/// How many brackets the text leaves open.
fn depth(text: &str) -> i32 {
    outside_quotes(text)
        .map(|(_, c)| match c {
            '[' | '{' => 1,
            ']' | '}' => -1,
            _ => 0,
        })
        .sum()
}

fn without_comment(line: &str) -> &str {
    let comment = outside_quotes(line).find(|(_, c)| *c == '#');
    comment.map_or(line, |(at, _)| &line[..at])
}

fn outside_quotes(text: &str) -> impl Iterator<Item = (usize, char)> {
    let mut quote = None;
    text.char_indices().filter(move |&(_, c)| match quote {
        None if c == '"' || c == '\'' => {
            quote = Some(c);
            false
        }
        None => true,
        Some(open) => {
            if c == open {
                quote = None;
            }
            false
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_of_every_spelling_are_found() {
        let text = r#"
[package]
name = "x" # [dependencies]
[dependencies]
a.workspace = true
b = { workspace = true, features = ["x"] }
c = "1"
d = { features = [
    "x", # the first
    "y",
], workspace = true }
[target.'cfg(unix)'.dependencies]
e = { version = "1" }
[dev-dependencies.f]
features = ["x"]
workspace = true
[target."cfg(a.b)".build-dependencies.g]
version = "1"
[features]
default = ["a"]
"#;
        let found: Vec<_> = dependencies(&entries(text))
            .into_iter()
            .map(|declared| (declared.line, declared.name, declared.inherits))
            .collect();
        let expect = [
            (5, "a", true),
            (6, "b", true),
            (7, "c", false),
            (8, "d", true),
            (13, "e", false),
            (15, "f", true),
            (18, "g", false),
        ];
        assert_eq!(
            found,
            expect.map(|(line, name, inherits)| (line, name.to_owned(), inherits))
        );
    }

    #[test]
    fn lints_are_inherited_in_either_spelling() {
        let check = |text: &str, expect: bool| {
            assert_eq!(inherits_lints(&entries(text)), expect, "{text}");
        };
        check("[lints]\nworkspace = true", true);
        check("lints.workspace = true", true);
        check("[lints]\n# workspace = true", false);
        check("[lints.rust]\nworkspace = true", false);
        check("[package]\nname = \"x\"", false);
    }
}
