//! The workspace as `cargo metadata` describes it, cut down to what the checks ask.

use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, Package};

use crate::error::{Error, Result};

#[derive(Debug, Clone, Default)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target_directory: PathBuf,
    pub(crate) crates: Vec<Crate>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Relative to the root, with `/`.
    pub(crate) directory: String,
    pub(crate) is_published: bool,
    pub(crate) description: Option<String>,
    pub(crate) documentation: Option<String>,
    pub(crate) license: Option<String>,
    pub(crate) version: String,
    pub(crate) edition: String,
    /// The oldest Rust that it is for; empty if it does not say.
    pub(crate) rust_version: String,
    /// The `default` feature turns something on.
    pub(crate) has_default_features: bool,
    /// Others can depend on it.
    pub(crate) has_library: bool,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) by_path: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Built into the crate or its build script: its users get it too.
    Normal,
    /// For its own tests, examples and benchmarks.
    Dev,
}

impl Workspace {
    /// The workspace around the current directory.
    ///
    /// # Errors
    /// When a manifest does not parse.
    pub(crate) fn load() -> Result<Self> {
        let metadata = MetadataCommand::new()
            .no_deps()
            .exec()
            .map_err(|error| Error::Workspace(format!("cargo metadata failed: {error}")))?;
        let root = metadata.workspace_root.as_std_path();
        Ok(Workspace {
            crates: metadata
                .workspace_packages()
                .into_iter()
                .map(|package| Crate::new(package, root))
                .collect(),
            root: root.to_owned(),
            target_directory: metadata.target_directory.into_std_path_buf(),
        })
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Crate> {
        self.crates.iter().find(|krate| krate.name == name)
    }

    pub(crate) fn published(&self) -> impl Iterator<Item = &Crate> {
        self.crates.iter().filter(|krate| krate.is_published)
    }
}

impl Crate {
    fn new(package: &Package, root: &Path) -> Self {
        let manifest = package.manifest_path.as_std_path();
        let directory = manifest.parent().unwrap_or(manifest);
        let features = &package.features;
        Crate {
            name: package.name.to_string(),
            directory: directory
                .strip_prefix(root)
                .unwrap_or(directory)
                .to_string_lossy()
                .replace('\\', "/"),
            is_published: package.publish.as_ref().is_none_or(|to| !to.is_empty()),
            description: package.description.clone(),
            documentation: package.documentation.clone(),
            license: package.license.clone(),
            version: package.version.to_string(),
            edition: package.edition.to_string(),
            rust_version: package
                .rust_version
                .as_ref()
                .map(|version| format!("{}.{}", version.major, version.minor))
                .unwrap_or_default(),
            has_default_features: features.get("default").is_some_and(|on| !on.is_empty()),
            has_library: package
                .targets
                .iter()
                .any(|target| target.is_lib() || target.is_proc_macro()),
            dependencies: package.dependencies.iter().map(Dependency::new).collect(),
        }
    }

    /// The crate's manifest, relative to the root.
    pub(crate) fn manifest(&self) -> String {
        self.file("Cargo.toml")
    }

    /// A file of the crate, relative to the root.
    pub(crate) fn file(&self, path: &str) -> String {
        format!("{}/{path}", self.directory)
    }

    /// A published crate without faults or dependencies: the ground of the checks' tests.
    #[cfg(test)]
    pub(crate) fn example(name: &str) -> Self {
        Crate {
            name: name.to_owned(),
            directory: format!("crates/{name}"),
            is_published: true,
            has_library: true,
            description: Some("what it is".to_owned()),
            documentation: Some("https://docs.rs/x".to_owned()),
            license: Some("MIT OR Apache-2.0".to_owned()),
            ..Crate::default()
        }
    }

    /// Adds a dependency by path.
    #[cfg(test)]
    pub(crate) fn on(mut self, name: &str, kind: Kind) -> Self {
        self.dependencies.push(Dependency {
            name: name.to_owned(),
            kind,
            by_path: true,
        });
        self
    }
}

impl Dependency {
    fn new(dependency: &cargo_metadata::Dependency) -> Self {
        Dependency {
            name: dependency.name.clone(),
            kind: match dependency.kind {
                DependencyKind::Development => Kind::Dev,
                _ => Kind::Normal,
            },
            by_path: dependency.path.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_around_is_read() -> Result {
        let workspace = Workspace::load()?;
        let xtask = workspace.get("xtask").expect("this package is a member");
        assert_eq!(xtask.directory, "xtask");
        assert!(!xtask.is_published && !xtask.has_library);
        assert!(
            xtask
                .dependencies
                .iter()
                .any(|d| d.name == "cargo_metadata" && d.kind == Kind::Normal && !d.by_path)
        );
        assert!(
            workspace
                .published()
                .any(|krate| krate.name == "tuning-derive" && krate.has_library)
        );
        Ok(())
    }
}
