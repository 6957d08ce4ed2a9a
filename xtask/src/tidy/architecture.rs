//! ARCHITECTURE.md mentions every crate, so that a reader finds each one's place.

use crate::tidy::problem::Problem;
use crate::tree::Tree;
use crate::workspace::Workspace;

const FILE: &str = "ARCHITECTURE.md";

/// The whole check.
pub(crate) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Problem> {
    let rule = "ARCHITECTURE.md shows the place of each crate, and is kept up to date";
    let Some(text) = tree.text(FILE) else {
        return vec![Problem::new(FILE, "is missing", rule, "write it")];
    };
    workspace
        .crates
        .iter()
        .filter(|krate| krate.directory.starts_with("crates/") && !mentions(text, &krate.name))
        .map(|krate| {
            Problem::new(
                FILE,
                format!("does not mention `{}`", krate.name),
                rule,
                "say what the crate is for, and add it to the picture",
            )
        })
        .collect()
}

/// Whether the text names this crate, and not just one whose name contains its name.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    let continues = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    text.match_indices(name).any(|(at, _)| {
        !text[..at].ends_with(continues) && !text[at + name.len()..].starts_with(continues)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Crate;

    #[test]
    fn a_crate_that_is_not_mentioned_is_named() {
        let mut outside = Crate::example("xtask");
        outside.directory = "xtask".to_owned();
        let workspace = Workspace {
            crates: vec![
                Crate::example("hypertuning"),
                Crate::example("tuning-core"),
                outside,
            ],
            ..Workspace::default()
        };
        let check = |text: &str, expect: &[&str]| {
            let tree = Tree::default().with(FILE, text);
            let found: Vec<_> = super::check(&workspace, &tree)
                .into_iter()
                .map(|p| p.what)
                .collect();
            assert_eq!(found, expect, "{text}");
        };
        check("`hypertuning` re-exports `tuning-core`.", &[]);
        check("`tuning-core`", &["does not mention `hypertuning`"]);
        check(
            "hypertuning, tuning_core",
            &["does not mention `tuning-core`"],
        );
    }
}
