//! What a published crate must have: a README, a description, a licence, the workspace's lints and versions, a line in the changelog.

use crate::manifest::{inherits_lints, own_versions};
use crate::tidy::architecture::mentions;
use crate::tidy::problem::Problem;
use crate::tree::Tree;
use crate::workspace::{Crate, Workspace};

/// The whole check.
pub(crate) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Problem> {
    workspace
        .published()
        .flat_map(|krate| {
            let mut problems = of_metadata(krate, tree);
            problems.extend(of_text(krate, tree));
            problems
        })
        .collect()
}

fn of_metadata(krate: &Crate, tree: &Tree) -> Vec<Problem> {
    let published = |what: String, remedy: &str| {
        Problem::new(
            krate.manifest(),
            what,
            "a published crate has README.md, its licences, description and documentation, and is mentioned in CHANGELOG.md",
            remedy,
        )
    };
    let is_missing =
        |field: &Option<String>| field.as_deref().is_none_or(|text| text.trim().is_empty());
    let mut problems = Vec::new();
    if !tree.exists(&krate.file("README.md")) {
        problems.push(published(
            format!("`{}` has no README.md", krate.name),
            "write one: what it is, what it is not, a ten-line program",
        ));
    }
    for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
        if !tree.exists(&krate.file(license)) {
            problems.push(published(
                format!("`{}` has no {license}", krate.name),
                "the package has to contain its text: link to the one in the root",
            ));
        }
    }
    if is_missing(&krate.documentation) {
        problems.push(published(
            format!("`{}` has no documentation", krate.name),
            "add `documentation` with its page on docs.rs to its [package]",
        ));
    }
    if is_missing(&krate.description) {
        problems.push(published(
            format!("`{}` has no description", krate.name),
            "add `description` to its [package]",
        ));
    }
    if is_missing(&krate.license) {
        problems.push(published(
            format!("`{}` has no license", krate.name),
            "add `license.workspace = true` to its [package]",
        ));
    }
    if tree
        .text("CHANGELOG.md")
        .is_some_and(|text| !mentions(text, &krate.name))
    {
        problems.push(published(
            format!("CHANGELOG.md does not mention `{}`", krate.name),
            "say what is new in it, from the reader's point of view",
        ));
    }
    problems
}

fn of_text(krate: &Crate, tree: &Tree) -> Vec<Problem> {
    let text = tree.text(&krate.manifest()).unwrap_or_default();
    let manifest = match text.parse::<toml::Table>() {
        Ok(manifest) => manifest,
        Err(error) => {
            let rule = "a manifest is TOML";
            return vec![Problem::new(
                krate.manifest(),
                error.to_string(),
                rule,
                "fix it",
            )];
        }
    };
    let mut problems = Vec::new();
    if !inherits_lints(&manifest) {
        problems.push(Problem::new(
            krate.manifest(),
            format!(
                "`{}` does not inherit the lints of the workspace",
                krate.name
            ),
            "lints are written once, in the workspace",
            "add `[lints]` with `workspace = true`",
        ));
    }
    for name in own_versions(&manifest) {
        problems.push(Problem::new(
            krate.manifest(),
            format!("`{name}` does not come from the workspace"),
            "versions are written once, in the workspace",
            format!("put it into [workspace.dependencies] and write `{name}.workspace = true`"),
        ));
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[dependencies]\nserde.workspace = true\n[lints]\nworkspace = true\n";

    fn check_finds(krate: Crate, tree: Tree, expect: &[&str]) {
        let workspace = Workspace {
            crates: vec![krate],
            ..Workspace::default()
        };
        let found: Vec<_> = check(&workspace, &tree)
            .into_iter()
            .map(|p| p.what)
            .collect();
        assert_eq!(found, expect);
    }

    fn tree(manifest: &str) -> Tree {
        Tree::default()
            .with("crates/tuning-x/README.md", "")
            .with("crates/tuning-x/LICENSE-APACHE", "")
            .with("crates/tuning-x/LICENSE-MIT", "")
            .with("crates/tuning-x/Cargo.toml", manifest)
    }

    #[test]
    fn a_complete_crate_passes() {
        let changelog = "## 0.1.0\n- `tuning-x`: is new\n";
        check_finds(
            Crate::example("tuning-x"),
            tree(GOOD).with("CHANGELOG.md", changelog),
            &[],
        );
    }

    #[test]
    fn an_unpublished_crate_may_lack_all_of_it() {
        let mut krate = Crate::example("tuning-x");
        krate.is_published = false;
        krate.description = None;
        check_finds(krate, Tree::default(), &[]);
    }

    #[test]
    fn a_crate_without_readme_description_or_license_is_named() {
        let mut krate = Crate::example("tuning-x");
        krate.description = Some(" ".to_owned());
        krate.documentation = None;
        krate.license = None;
        check_finds(
            krate,
            Tree::default().with("crates/tuning-x/Cargo.toml", GOOD),
            &[
                "`tuning-x` has no README.md",
                "`tuning-x` has no LICENSE-APACHE",
                "`tuning-x` has no LICENSE-MIT",
                "`tuning-x` has no documentation",
                "`tuning-x` has no description",
                "`tuning-x` has no license",
            ],
        );
    }

    #[test]
    fn a_crate_with_its_own_lints_or_versions_is_named() {
        check_finds(
            Crate::example("tuning-x"),
            tree("[dev-dependencies]\nserde = \"1\"\n[lints.rust]\nunsafe_code = \"allow\"\n"),
            &[
                "`tuning-x` does not inherit the lints of the workspace",
                "`serde` does not come from the workspace",
            ],
        );
    }

    #[test]
    fn a_changelog_names_the_crate_itself() {
        check_finds(
            Crate::example("tuning-x"),
            tree(GOOD).with("CHANGELOG.md", "- `tuning-xy` and `a-tuning-x`\n"),
            &["CHANGELOG.md does not mention `tuning-x`"],
        );
    }
}
