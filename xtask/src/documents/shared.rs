//! [`Shared`]: a package that makes a reader's crates build what they depend on with the features that ours have. It is
//! built already then, where otherwise the whole program would be built once more.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::manifest::string;
use crate::process::{cargo, run_quietly};
use crate::test::WHOLE;
use crate::workspace::Workspace;

/// The package, in a folder of its own.
#[derive(Debug)]
pub(crate) struct Shared {
    folder: PathBuf,
}

impl Shared {
    /// Writes the package into this folder.
    ///
    /// # Errors
    /// When the features are not known, or a file cannot be written.
    pub(crate) fn write(workspace: &Workspace, folder: PathBuf) -> Result<Self> {
        // Features of build scripts and macros are apart; those of the macros' own tests would be told beside them.
        let mut tree = cargo(["tree", "--edges", "normal,dev,no-proc-macro"]);
        tree.args(WHOLE)
            .args(["--exclude", "tuning-derive", "--prefix", "none"])
            .args(["--format", "{p}|{f}"])
            .current_dir(&workspace.root);
        let output = run_quietly(tree, None)?;
        let manifest = manifest(&String::from_utf8_lossy(&output.stdout));
        write(&folder.join("Cargo.toml"), &manifest)?;
        write(
            &folder.join("src/lib.rs"),
            "//! Only its features matter.\n",
        )?;
        Ok(Self { folder })
    }

    /// Adds it to the crates of a reader in this folder, where that is not done yet.
    ///
    /// # Errors
    /// When a manifest cannot be read or written.
    pub(crate) fn add(&self, reader: &Path) -> Result {
        let path = string(&self.folder.to_string_lossy());
        for (manifest, kind) in [
            ("Cargo.toml", "dev-dependencies"),
            ("tune/Cargo.toml", "dependencies"),
        ] {
            let manifest = reader.join(manifest);
            let line = format!("\n[{kind}.shared]\npath = {path}\n");
            match std::fs::read_to_string(&manifest) {
                Ok(text) if text.contains(&line) => {}
                Ok(text) => write(&manifest, &(text + &line))?,
                Err(error) => return Err(cannot("read", &manifest, &error)),
            }
        }
        Ok(())
    }
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

fn write(path: &Path, text: &str) -> Result {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| cannot("write", path, &error))
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::Workspace(format!("cannot {what} `{}`: {error}", path.display()))
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
