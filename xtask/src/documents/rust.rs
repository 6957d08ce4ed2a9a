//! Whether an example in Rust is compiled by a doc test: in its own document, or word for word somewhere else.

use std::collections::BTreeSet;

use crate::documents::fence::{Fence, fences};
use crate::tree::Tree;

/// What the doc tests of the workspace hold.
#[derive(Debug, Default)]
pub(crate) struct DocTests {
    documents: BTreeSet<String>,
    examples: BTreeSet<String>,
}

impl DocTests {
    /// Documents that a source includes as documentation, and the examples in comments.
    pub(crate) fn of(tree: &Tree) -> Self {
        let mut tests = DocTests::default();
        for (path, text) in tree.ending(".rs") {
            tests.documents.extend(included(path, text));
            for comment in comments(text) {
                tests.examples.extend(examples(&fences(&comment)));
            }
        }
        let texts: Vec<_> = tests
            .documents
            .iter()
            .filter_map(|path| tree.text(path))
            .collect();
        for text in texts {
            tests.examples.extend(examples(&fences(text)));
        }
        tests
    }

    /// Whether this block of this document is compiled.
    pub(crate) fn hold(&self, document: &str, text: &str) -> bool {
        self.documents.contains(document) || self.examples.contains(&seen(text))
    }
}

/// The documents in `doc = include_str!("…")`, from the root of the workspace.
fn included(path: &str, text: &str) -> Vec<String> {
    let folder: Vec<&str> = path.split('/').collect();
    text.split("doc = include_str!(\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|relative| relative.ends_with(".md"))
        .map(|relative| {
            let mut place = folder[..folder.len() - 1].to_vec();
            for part in relative.split('/') {
                match part {
                    "." => {}
                    ".." => drop(place.pop()),
                    part => place.push(part),
                }
            }
            place.join("/")
        })
        .collect()
}

/// The doc comments of a source, each as the Markdown that it is. A fence may stand in an attribute
/// (`#![cfg_attr(feature = "x", doc = "```")]`): it opens an example that is compiled with some features.
fn comments(text: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut in_attribute = false;
    for line in text.lines().map(str::trim) {
        let comment = found.last_mut().expect("there is one from the start");
        in_attribute |= line.starts_with("#[") || line.starts_with("#![");
        if in_attribute {
            if line.contains("doc = \"```\"") {
                comment.push_str("```\n");
            }
            in_attribute = !line.ends_with(']');
        } else if let Some(rest) = line
            .strip_prefix("//!")
            .or_else(|| line.strip_prefix("///"))
        {
            comment.push_str(rest.strip_prefix(' ').unwrap_or(rest));
            comment.push('\n');
        } else if !comment.is_empty() {
            found.push(String::new());
        }
    }
    found
}

fn examples(fences: &[Fence]) -> Vec<String> {
    let is_tested = |fence: &&Fence| {
        let plain = ["", "rust", "no_run", "should_panic"].contains(&&*fence.language);
        plain && !fence.has("ignore")
    };
    fences
        .iter()
        .filter(is_tested)
        .map(|fence| seen(&fence.text))
        .collect()
}

/// What a reader of the documentation sees: without the lines that rustdoc hides.
fn seen(text: &str) -> String {
    let hidden = |line: &&str| {
        let line = line.trim_start();
        line == "#" || line.starts_with("# ")
    };
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !hidden(line))
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_example_may_begin_in_an_attribute() {
        let source = "//! Docs.\n#![cfg_attr(\n    feature = \"x\",\n    doc = \"```\"\n)]\n\
                      #![cfg_attr(not(feature = \"x\"), doc = \"```ignore\")]\n//! shown();\n//! ```\n";
        let tests = DocTests::of(&Tree::default().with("crates/x/src/lib.rs", source));
        assert!(tests.hold("README.md", "shown();\n"));
    }

    #[test]
    fn an_example_is_compiled_in_its_document_or_as_the_same_text() {
        let source = "//! Docs.\n//! ```\n//! # hidden();\n//! shown();\n//! ```\n\n\
                      #[cfg(doctest)]\n#[doc = include_str!(\"../README.md\")]\nmod readme {}\n\
                      /// ```text\n/// drawn\n/// ```\n/// ```ignore\n/// ignored();\n/// ```\nfn f() {}\n";
        let tree = Tree::default()
            .with("crates/x/src/lib.rs", source)
            .with("crates/x/README.md", "```rust,no_run\nown();\n```\n");
        let tests = DocTests::of(&tree);
        assert!(tests.hold("crates/x/README.md", "anything();\n"));
        assert!(tests.hold("README.md", "shown();\n"));
        assert!(tests.hold("README.md", "own();\n"));
        for text in ["drawn\n", "ignored();\n", "other();\n"] {
            assert!(!tests.hold("README.md", text), "{text}");
        }
    }
}
