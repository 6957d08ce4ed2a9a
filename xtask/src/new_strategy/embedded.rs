//! The templates as they are stored.

use crate::rust_source::words;

macro_rules! template {
    ($path:literal) => {
        template!($path, $path)
    };
    ($path:literal, $file:literal) => {
        (
            $path,
            include_str!(concat!("../../templates/new-strategy/", $file)),
        )
    };
}

/// Where each goes, and its text. What cargo or git would take for theirs is stored under another name.
pub(super) const TEMPLATES: &[(&str, &str)] = &[
    template!("Cargo.toml", "Cargo.toml.in"),
    template!(".gitignore", "gitignore.in"),
    template!("README.md"),
    template!("study.yaml"),
    template!("src/lib.rs"),
    template!("tests/conformance.rs"),
    template!("tune/Cargo.toml", "tune/Cargo.toml.in"),
    template!("tune/src/main.rs"),
];

/// Whether the templates mean something else by this type, so that no strategy can have it.
pub(super) fn uses_type(name: &str) -> bool {
    let config = format!("{name}Config");
    TEMPLATES
        .iter()
        .filter(|(path, _)| path.ends_with(".rs"))
        .any(|(_, text)| {
            [name, &config]
                .iter()
                .any(|name| !name.starts_with("MyStrategy") && words(text, name).next().is_some())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_the_templates_use_are_known() {
        for name in ["Space", "Params", "Strategy", "Fact", "Option"] {
            assert!(uses_type(name), "{name}");
        }
        for name in ["HillClimb", "MyStrategy", "Spsa"] {
            assert!(!uses_type(name), "{name}");
        }
    }
}
