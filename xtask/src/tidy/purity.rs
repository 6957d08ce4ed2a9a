//! What a crate must not do: core and the strategies have clippy look (clippy.toml), and the facade has no logic.

use crate::rust_source::{code, line, words};
use crate::tidy::layers::{Layer, layer};
use crate::tidy::problem::Problem;
use crate::tree::Tree;
use crate::workspace::Workspace;

/// Words that begin an item with something of its own in it.
const LOGIC: &[&str] = &[
    "const",
    "enum",
    "fn",
    "impl",
    "macro_rules",
    "static",
    "struct",
    "trait",
    "union",
];

/// The attribute by which a crate asks clippy to look.
const ASKS: &str =
    "warn( clippy::disallowed_methods, clippy::disallowed_types, clippy::iter_over_hash_type )";

/// The whole check.
pub(crate) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for krate in &workspace.crates {
        match layer(&krate.name) {
            Some(Layer::Core | Layer::Toolkit | Layer::Strategy) => {
                problems.extend(unasked(&krate.file("src/lib.rs"), tree));
            }
            Some(Layer::Facade) => {
                for (path, text) in tree.sources(&krate.file("src")) {
                    problems.extend(logic(path, &code(text)));
                }
            }
            _ => {}
        }
    }
    problems
}

fn unasked(path: &str, tree: &Tree) -> Option<Problem> {
    let words: Vec<&str> = tree.text(path)?.split_whitespace().collect();
    (!words.join(" ").contains(ASKS)).then(|| {
        Problem::new(
            path,
            "does not turn on the lints of clippy.toml",
            "clock, randomness, threads, files and processes enter through tuning-runtime and the journals alone: the same \
             seed and facts give the same study",
            format!("add `#![cfg_attr(not(test), {ASKS})]`"),
        )
    })
}

fn logic(path: &str, code: &str) -> Vec<Problem> {
    LOGIC
        .iter()
        .flat_map(|&word| words(code, word).map(move |at| (word, at)))
        .map(|(word, at)| {
            Problem::new(
                format!("{path}:{}", line(code, at)),
                format!("has a `{word}` of its own"),
                "the facade re-exports by feature and has no logic: what it offers, its parts offer",
                "write it in the crate that it belongs to, and re-export it",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Crate;

    fn check_finds(name: &str, text: &str, expect: &[&str]) {
        let workspace = Workspace {
            crates: vec![Crate::example(name)],
            ..Workspace::default()
        };
        let tree = Tree::default().with(&format!("crates/{name}/src/lib.rs"), text);
        let found: Vec<_> = super::check(&workspace, &tree)
            .into_iter()
            .map(|problem| {
                let line = problem
                    .at
                    .rsplit([':', '/'])
                    .next()
                    .unwrap_or_default()
                    .to_owned();
                format!("{line} {}", problem.what)
            })
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn core_and_strategies_ask_clippy_to_look() {
        let asks = format!(
            "//! Core.\n#![cfg_attr(not(test), {})]\n",
            ASKS.replace(' ', "\n    ")
        );
        for name in ["tuning-core", "tuning-tpe"] {
            check_finds(
                name,
                "//! Core.\n",
                &["lib.rs does not turn on the lints of clippy.toml"],
            );
            check_finds(name, &asks, &[]);
        }
        check_finds("tuning-runtime", "//! Runs.\n", &[]);
    }

    #[test]
    fn the_facade_only_re_exports() {
        check_finds("hypertuning", "pub fn f() {}", &["1 has a `fn` of its own"]);
        check_finds(
            "hypertuning",
            "impl X for Y {}",
            &["1 has a `impl` of its own"],
        );
        check_finds(
            "hypertuning",
            "//! fn in words\n#[cfg(feature = \"tpe\")]\npub use tuning_tpe as tpe;\npub mod prelude { pub use a::B; }",
            &[],
        );
    }
}
