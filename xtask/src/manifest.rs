//! What a Cargo.toml says and `cargo metadata` has resolved away: what is inherited, and the profile.

use toml::{Table, Value};

use crate::error::{Error, Result};
use crate::workspace::Workspace;

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

/// How our crates are built in a workspace outside, where they are dependencies and cannot be shared with ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ours {
    /// As they are built here.
    AsHere,
    /// Without optimisation: what only has to run once is built sooner.
    Plain,
}

/// The sections `[profile.dev…]` of the root's manifest, as written, as a configuration for a workspace outside: what it
/// shares with ours is then built once.
///
/// # Errors
/// When the manifest cannot be read.
pub(crate) fn profile(workspace: &Workspace, ours: Ours) -> Result<String> {
    let path = workspace.root.join("Cargo.toml");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Error::Workspace(format!("cannot read `{}`: {error}", path.display())))?;
    let names: Vec<&str> = workspace.published().map(|krate| &*krate.name).collect();
    Ok(profile_of(&text, &names, ours))
}

fn profile_of(manifest: &str, names: &[&str], ours: Ours) -> String {
    let headers: Vec<String> = names
        .iter()
        .map(|name| format!("[profile.dev.package.{name}]"))
        .collect();
    let mut is_profile = false;
    let of_profile = |line: &&str| {
        if line.starts_with('[') {
            let replaced = ours == Ours::Plain && headers.iter().any(|header| header == line);
            is_profile = line.starts_with("[profile.dev") && !replaced;
        }
        is_profile && !line.starts_with('#') && !line.is_empty()
    };
    let lines: Vec<&str> = manifest.lines().filter(of_profile).collect();
    let inherited: Vec<&str> = lines
        .iter()
        .skip(1)
        .copied()
        .take_while(|line| !line.starts_with('['))
        .collect();
    let settings = match ours {
        Ours::AsHere => inherited.join("\n"),
        Ours::Plain => "opt-level = 0".to_owned(),
    };
    let mut text = lines.join("\n") + "\n";
    for header in &headers {
        if !lines.contains(&&**header) {
            text.push_str(&format!("{header}\n{settings}\n"));
        }
    }
    text
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
    fn a_profile_is_its_sections() {
        let text = "[profile.dev]\nopt-level = 1\n\n# x\n[profile.dev.package.x]\nopt-level = 3\n[profile.release]\n";
        let expect = "[profile.dev]\nopt-level = 1\n[profile.dev.package.x]\nopt-level = 3\n\
                      [profile.dev.package.y]\nopt-level = 1\n";
        let manifest = format!("[a]\nx = 1\n{text}y = 2\n");
        assert_eq!(profile_of(&manifest, &["x", "y"], Ours::AsHere), expect);
        let plain = "[profile.dev]\nopt-level = 1\n[profile.dev.package.x]\nopt-level = 0\n\
                     [profile.dev.package.y]\nopt-level = 0\n";
        assert_eq!(profile_of(&manifest, &["x", "y"], Ours::Plain), plain);
    }

    #[test]
    fn a_path_is_a_string_of_toml() {
        assert_eq!(string(r"C:\a b"), r"'C:\a b'");
        assert_eq!(string("it's"), "\"it's\"");
    }
}
