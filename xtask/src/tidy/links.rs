//! Relative links in Markdown: each leads to a file or directory of the repository. Links to the web and to headings are not followed.

use crate::tidy::problem::Problem;
use crate::tree::Tree;

/// The whole check, on every Markdown file.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    tree.ending(".md")
        .flat_map(|(path, text)| {
            targets(text)
                .into_iter()
                .filter(move |(_, target)| !leads_somewhere(tree, path, target))
                .map(move |(line, target)| {
                    Problem::new(
                        format!("{path}:{line}"),
                        format!("the link to `{target}` leads nowhere"),
                        "relative links lead to files of the repository",
                        "fix the path (it is relative to this file), or link to the web",
                    )
                })
        })
        .collect()
}

fn leads_somewhere(tree: &Tree, from: &str, target: &str) -> bool {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let is_elsewhere = target.contains("://") || target.starts_with("mailto:");
    if is_elsewhere || path.is_empty() {
        return true;
    }
    let path = path.replace("%20", " ");
    // As on GitHub, a leading slash is the repository's root.
    let start = match path.starts_with('/') {
        true => "",
        false => from.rsplit_once('/').map_or("", |(directory, _)| directory),
    };
    resolve(start, &path).is_some_and(|path| tree.exists(&path))
}

/// `path` from `start`, without `.` and `..`; nothing if it leaves the repository.
fn resolve(start: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = start.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The targets of inline links, images and reference definitions, with their lines; those in code are none.
fn targets(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_fence = false;
    for (number, line) in text.lines().enumerate() {
        let is_fence = ["```", "~~~"]
            .iter()
            .any(|fence| line.trim_start().starts_with(fence));
        in_fence ^= is_fence;
        if in_fence || is_fence {
            continue;
        }
        let line = without_code_spans(line);
        let inline = line.match_indices("](").map(|(at, mark)| {
            let rest = &line[at + mark.len()..];
            &rest[..closing(rest)]
        });
        let definition = line
            .trim_start()
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]:"))
            .filter(|(name, _)| !name.starts_with('^'))
            .map(|(_, target)| target);
        found.extend(
            inline
                .chain(definition)
                .filter_map(target)
                .map(|target| (number + 1, target.to_owned())),
        );
    }
    found
}

/// The address in `address "title"` or `<address>`.
fn target(text: &str) -> Option<&str> {
    let text = text.trim();
    match text.strip_prefix('<') {
        Some(rest) => rest.split('>').next(),
        None => text.split_whitespace().next(),
    }
}

/// Where the parenthesis before `rest` closes.
fn closing(rest: &str) -> usize {
    let mut depth = 1_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Every second piece between backticks is code.
fn without_code_spans(line: &str) -> String {
    let pieces: Vec<&str> = line.split('`').collect();
    pieces
        .iter()
        .enumerate()
        .filter(|(at, _)| at % 2 == 0 || at + 1 == pieces.len())
        .map(|(_, piece)| *piece)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_finds(text: &str, expect: &[&str]) {
        let tree = Tree::default()
            .with("ARCHITECTURE.md", "")
            .with("crates/hypertuning/src/lib.rs", "")
            .with("crates/hypertuning/a b.txt", "")
            .with("crates/hypertuning/README.md", text);
        let found: Vec<_> = check(&tree)
            .into_iter()
            .map(|p| format!("{} {}", p.at, p.what))
            .collect();
        let expect: Vec<_> = expect
            .iter()
            .map(|expect| {
                let (line, target) = expect.split_once(' ').expect("line and target");
                format!("crates/hypertuning/README.md:{line} the link to `{target}` leads nowhere")
            })
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn links_that_lead_somewhere_pass() {
        check_finds(
            "[a](src/lib.rs) [`b`](../../ARCHITECTURE.md#layers) [c](.) [d](/crates/) [e](#here)\n\
             [f](https://example.org/x(y)) [g](mailto:a@b) ![h](<a b.txt>) [i](a%20b.txt)\n\
             [j]: src/lib.rs \"title\"\n[^note]: a note\n",
            &[],
        );
    }

    #[test]
    fn links_that_lead_nowhere_are_named() {
        check_finds("\n[a](src/main.rs \"title\")", &["2 src/main.rs"]);
        check_finds("[a](../ARCHITECTURE.md#x)", &["1 ../ARCHITECTURE.md#x"]);
        check_finds("[a]: none.md", &["1 none.md"]);
        check_finds("[a](../../../outside.md)", &["1 ../../../outside.md"]);
        check_finds("[`a`](x) and [b](y)", &["1 x", "1 y"]);
    }

    #[test]
    fn code_has_no_links() {
        check_finds("`[a](x)`\n```\n[a](x)\n```\n~~~text\n[a](x)\n~~~\n", &[]);
        check_finds("a lone ` and [a](x)", &["1 x"]);
    }
}
