//! The files of a new crate: those of `xtask/templates/new-strategy/`, which are a crate `my-strategy`, with other names.

use crate::error::{Error, Result};
use crate::manifest;
use crate::new_strategy::{embedded::TEMPLATES, names::Names};
use crate::workspace::Workspace;

/// Our crates that a new one depends on.
const OURS: &[&str] = &["tuning-core", "tuning-cli", "tuning-conformance"];

const BY_PATH: &str = "\
# `path` is the checkout that wrote this crate. Cargo uses it instead of the version, and drops it when you publish. Remove
# it, here, below and in `tune/`, once the crates are on crates.io.
";

/// Path and text of each file of the crate.
pub(super) fn fill(
    names: &Names,
    workspace: &Workspace,
    published: bool,
) -> Result<Vec<(&'static str, String)>> {
    TEMPLATES
        .iter()
        .map(|&(path, text)| {
            let text = match path {
                "Cargo.toml" | "tune/Cargo.toml" => manifest(text, workspace, published)?,
                _ => text.to_owned(),
            };
            Ok((path, renamed(&text, path, names)))
        })
        .collect()
}

fn renamed(text: &str, path: &str, names: &Names) -> String {
    // The crate and its strategy have one name in the templates. The crate's is meant where the manifest names the package,
    // and where the readme has its title.
    let text = match path {
        "Cargo.toml" => text.replacen(
            "name = \"my-strategy\"",
            &format!("name = \"{}\"", names.krate),
            1,
        ),
        "README.md" => text.replacen("# my-strategy", &format!("# {}", names.krate), 1),
        _ => text.to_owned(),
    };
    text.replace("{{this}}", &names.krate)
        .replace("my-strategy", &names.strategy)
        .replace("my_strategy", &names.lib)
        .replace("MyStrategy", &names.type_name)
}

fn manifest(text: &str, workspace: &Workspace, published: bool) -> Result<String> {
    let core = workspace
        .get("tuning-core")
        .ok_or_else(|| Error::Workspace("there is no crate `tuning-core` here".to_owned()))?;
    let mut text = text
        .replace("{{edition}}", &core.edition)
        .replace("{{rust-version}}", &core.rust_version)
        .replace("{{comment}}", if published { "" } else { BY_PATH });
    for name in OURS {
        let krate = workspace
            .get(name)
            .ok_or_else(|| Error::Workspace(format!("there is no crate `{name}` here")))?;
        let version = &krate.version;
        let dependency = if published {
            format!("\"{version}\"")
        } else {
            let path = workspace.root.join(&krate.directory);
            format!(
                "{{ version = \"{version}\", path = {} }}",
                manifest::string(&path.to_string_lossy())
            )
        };
        text = text.replace(&format!("{{{{{name}}}}}"), &dependency);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    fn filled(name: &str, published: bool) -> Result<Vec<(&'static str, String)>> {
        let workspace = Workspace::load()?;
        let names = Names::new(name, &workspace, &Tree::default())?;
        fill(&names, &workspace, published)
    }

    #[test]
    fn no_placeholder_and_no_name_of_the_templates_is_left() -> Result {
        for published in [false, true] {
            for (path, text) in filled("tuning-hill-climb", published)? {
                for left in ["{{", "my-strategy", "my_strategy", "MyStrategy"] {
                    assert!(!text.contains(left), "{left} in {path}:\n{text}");
                }
            }
        }
        Ok(())
    }

    #[test]
    fn the_crate_and_the_strategy_have_their_own_names() -> Result {
        let files = filled("tuning-hill-climb", false)?;
        let text = |path: &str| {
            let file = files.iter().find(|(other, _)| *other == path);
            &*file.expect("it is one of the files").1
        };
        assert!(text("Cargo.toml").contains("name = \"tuning-hill-climb\""));
        assert!(text("tune/Cargo.toml").contains("\ntuning-hill-climb = { path"));
        assert!(text("src/lib.rs").contains("const NAME: &str = \"hill-climb\";"));
        assert!(text("tests/conformance.rs").contains("use tuning_hill_climb::HillClimbConfig;"));
        assert!(text("study.yaml").contains("strategy: {name: hill-climb, step: 0.2}"));
        assert!(text("README.md").starts_with("# tuning-hill-climb\n"));
        Ok(())
    }

    #[test]
    fn a_published_crate_names_versions_alone() -> Result {
        let manifests = |published| -> Result<String> {
            let files = filled("hill-climb", published)?;
            let manifests = files.iter().filter(|(path, _)| path.ends_with(".toml"));
            Ok(manifests.map(|(_, text)| &**text).collect())
        };
        let (by_path, by_version) = (manifests(false)?, manifests(true)?);
        assert_eq!(by_path.matches("path = '").count(), OURS.len(), "{by_path}");
        assert!(by_path.contains("# `path` is the checkout"), "{by_path}");
        assert!(!by_version.contains("path = '"), "{by_version}");
        assert!(by_version.contains("\ntuning-core = \""), "{by_version}");
        Ok(())
    }
}
