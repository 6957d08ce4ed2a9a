//! [`share`]: a package that makes a reader's crates build what they depend on with the features that ours have. It is
//! built already then, where otherwise the whole program would be built once more.

use std::path::Path;

use crate::documents::place::write;
use crate::error::{Error, Result};
use crate::manifest::string;
use crate::process::{cargo, run_quietly};
use crate::test::WHOLE;

/// Adds the package to the crates of a reader in this folder, where that is not done yet. It is written into `package`.
///
/// # Errors
/// When the features are not known, or a file cannot be read or written.
pub(crate) fn share(root: &Path, package: &Path, reader: &Path) -> Result {
    let path = string(&package.to_string_lossy());
    for (manifest, kind) in [
        ("Cargo.toml", "dev-dependencies"),
        ("tune/Cargo.toml", "dependencies"),
    ] {
        let manifest = reader.join(manifest);
        let line = format!("\n[{kind}.shared]\npath = {path}\n");
        let text = std::fs::read_to_string(&manifest)
            .map_err(|error| Error::file("read", &manifest, &error))?;
        if !text.contains(&line) {
            write_package(root, package)?;
            write(&manifest, &(text + &line))?;
        }
    }
    Ok(())
}

fn write_package(root: &Path, package: &Path) -> Result {
    let path = package.join("Cargo.toml");
    if path.exists() {
        return Ok(());
    }
    // Features of build scripts and macros are apart; those of the macros' own tests would be told beside them.
    let mut tree = cargo(["tree", "--edges", "normal,dev,no-proc-macro"]);
    tree.args(WHOLE)
        .args(["--exclude", "tuning-derive", "--prefix", "none"])
        .args(["--format", "{p}|{f}"])
        .current_dir(root);
    let output = run_quietly(tree, None)?;
    write(
        &package.join("src/lib.rs"),
        "//! Only its features matter.\n",
    )?;
    write(&path, &manifest(&String::from_utf8_lossy(&output.stdout)))
}

/// A manifest that depends on each package of others in this tree, with its features. Ours are built anew outside of our
/// workspace, whatever their features.
fn manifest(tree: &str) -> String {
    let mut packages: Vec<String> = tree
        .lines()
        .filter_map(|line| {
            let (package, features) = line.trim_end_matches(" (*)").split_once('|')?;
            let mut words = package.splitn(3, ' ');
            let (name, version) = (words.next()?, words.next()?.trim_start_matches('v'));
            if words.next().is_some() {
                return None; // a path, or a macro
            }
            let version = version.split('+').next().unwrap_or(version);
            let features: Vec<String> = features
                .split(',')
                .filter(|feature| !feature.is_empty())
                .map(|feature| format!("\"{feature}\""))
                .collect();
            // One name may be there in several versions.
            let key = format!("{name}-{}", version.replace('.', "-"));
            Some(format!(
                "{key} = {{ package = \"{name}\", version = \"={version}\", default-features = false, features = [{}] }}\n",
                features.join(", ")
            ))
        })
        .collect();
    packages.sort_unstable();
    packages.dedup();
    format!(
        "[package]\nname = \"shared\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[workspace]\n\n\
         [dependencies]\n{}",
        packages.concat()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_package_of_others_has_its_version_and_features() {
        let tree = "\
tuning-core v0.1.0 (/a b/crates/tuning-core)|
serde v1.0.2|derive,std
async-trait v0.1.9 (proc-macro)|
toml v1.2.1+spec-1.1.0|std
serde v1.0.2|derive,std (*)

xtask v0.0.0 (/a b/xtask)|
";
        let expect = "\
[dependencies]
serde-1-0-2 = { package = \"serde\", version = \"=1.0.2\", default-features = false, features = [\"derive\", \"std\"] }
toml-1-2-1 = { package = \"toml\", version = \"=1.2.1\", default-features = false, features = [\"std\"] }
";
        let manifest = manifest(tree);
        assert!(manifest.ends_with(expect), "{manifest}");
    }
}
