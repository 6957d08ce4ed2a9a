//! What a Cargo.toml says and `cargo metadata` has resolved away: what is inherited, and the profile.

use std::path::Path;

use toml::{Table, Value};

use crate::error::{Error, Result};

/// Whether `[lints]` says `workspace = true`.
pub(crate) fn inherits_lints(manifest: &Table) -> bool {
    manifest.get("lints").is_some_and(inherits)
}

/// The dependencies of every kind and target that name a version of their own.
pub(crate) fn own_versions(manifest: &Table) -> Vec<&str> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    std::iter::once(manifest)
        .chain(tables)
        .flatten()
        .filter(|(key, _)| key.ends_with("dependencies"))
        .filter_map(|(_, dependencies)| dependencies.as_table())
        .flatten()
        .filter(|(_, dependency)| !inherits(dependency))
        .map(|(name, _)| name.as_str())
        .collect()
}

fn inherits(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// The scalars of `[profile.dev]` in the manifest below `root`, each as TOML writes it.
///
/// # Errors
/// When the manifest cannot be read.
pub(crate) fn profile(root: &Path) -> Result<Vec<(String, String)>> {
    let path = root.join("Cargo.toml");
    let cannot = |error: &dyn std::fmt::Display| {
        Error::Workspace(format!("cannot read `{}`: {error}", path.display()))
    };
    let text = std::fs::read_to_string(&path).map_err(|error| cannot(&error))?;
    let manifest: Table = text
        .parse()
        .map_err(|error: toml::de::Error| cannot(&error))?;
    Ok(profile_of(&manifest))
}

fn profile_of(manifest: &Table) -> Vec<(String, String)> {
    let dev = manifest
        .get("profile")
        .and_then(|profile| profile.get("dev"));
    dev.and_then(Value::as_table)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| {
            let value = match value {
                Value::String(text) => string(text),
                Value::Integer(number) => number.to_string(),
                Value::Boolean(on) => on.to_string(),
                _ => return None,
            };
            Some((key.clone(), value))
        })
        .collect()
}

/// A string as TOML writes it: as it is where that is possible, since Windows has backslashes in its paths.
pub(crate) fn string(text: &str) -> String {
    if text.contains(['\'', '\n']) {
        let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
        format!("\"{}\"", escaped.replace('\n', "\\n"))
    } else {
        format!("'{text}'")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Table {
        text.parse().expect("the test writes TOML")
    }

    #[test]
    fn versions_of_ones_own_are_found_in_every_spelling() {
        let manifest = parsed(
            r#"
[dependencies]
a.workspace = true
b = { workspace = true, features = ["x"] }
c = "1"
[target.'cfg(unix)'.dependencies]
e = { version = "1" }
[dev-dependencies.f]
features = ["x"]
workspace = true
[target."cfg(a.b)".build-dependencies.g]
version = "1"
[features]
default = ["a"]
"#,
        );
        let mut found = own_versions(&manifest);
        found.sort_unstable();
        assert_eq!(found, ["c", "e", "g"]);
    }

    #[test]
    fn lints_are_inherited_in_either_spelling() {
        let check = |text: &str, expect: bool| {
            assert_eq!(inherits_lints(&parsed(text)), expect, "{text}");
        };
        check("[lints]\nworkspace = true", true);
        check("lints.workspace = true", true);
        check("[lints.rust]\nworkspace = \"warn\"", false);
        check("[package]\nname = \"x\"", false);
    }

    #[test]
    fn a_profile_is_its_scalars() {
        let text = "[profile.dev]\nopt-level = 1\ndebug = \"none\"\n[profile.dev.package.x]\nopt-level = 3\n";
        let found = profile_of(&parsed(text));
        let expect = [("opt-level", "1"), ("debug", "'none'")];
        assert_eq!(found.len(), expect.len());
        for (key, value) in expect {
            assert!(
                found.contains(&(key.to_owned(), value.to_owned())),
                "{found:?}"
            );
        }
        assert_eq!(profile_of(&parsed("[a]\n")), []);
    }

    #[test]
    fn a_path_is_a_string_of_toml() {
        assert_eq!(string(r"C:\a b"), r"'C:\a b'");
        assert_eq!(string("it's"), "\"it's\"");
    }
}
