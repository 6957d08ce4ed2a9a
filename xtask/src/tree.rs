//! The files of the workspace in memory, so that every check is a function of its input.

use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{Error, Result};

/// Paths relative to the root, with `/`; the text of `.rs`, `.md` and `.toml` files.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    files: BTreeMap<String, String>,
}

impl Tree {
    /// Reads everything below `root` but build output and git's own.
    ///
    /// # Errors
    /// When a file or directory cannot be read.
    pub(crate) fn load(root: &Path) -> Result<Self> {
        let mut tree = Tree::default();
        tree.add(root, "").map_err(|error| {
            Error::Workspace(format!("cannot read below `{}`: {error}", root.display()))
        })?;
        Ok(tree)
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// Whether a file or a directory stands there; the root does.
    pub(crate) fn exists(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        path.is_empty()
            || self.files.contains_key(path)
            || self
                .files
                .range(format!("{path}/")..)
                .next()
                .is_some_and(|(next, _)| next.starts_with(&format!("{path}/")))
    }

    /// Path and text of each file whose name ends so.
    pub(crate) fn ending(&self, end: &str) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter(move |(path, _)| path.ends_with(end))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Path and text of each Rust source below a directory.
    pub(crate) fn sources(&self, directory: &str) -> impl Iterator<Item = (&str, &str)> {
        let below = format!("{directory}/");
        self.ending(".rs")
            .filter(move |(path, _)| path.starts_with(&below))
    }

    /// The same tree with one more file.
    #[cfg(test)]
    pub(crate) fn with(mut self, path: &str, text: &str) -> Self {
        self.files.insert(path.to_owned(), text.to_owned());
        self
    }

    fn add(&mut self, directory: &Path, prefix: &str) -> std::io::Result<()> {
        for entry in std::fs::read_dir(directory)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let path = format!("{prefix}{name}");
            let kind = entry.file_type()?;
            if kind.is_dir() {
                let is_output = name == "target" || entry.path().join("CACHEDIR.TAG").exists();
                if name != ".git" && !is_output {
                    self.add(&entry.path(), &format!("{path}/"))?;
                }
                continue;
            }
            let is_text = [".rs", ".md", ".toml"]
                .iter()
                .any(|end| name.ends_with(end));
            let text = if is_text && kind.is_file() {
                std::fs::read_to_string(entry.path())?
            } else {
                String::new()
            };
            self.files.insert(path, text);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_their_directories_exist_and_prefixes_do_not() {
        let tree = Tree::default().with("crates/hypertuning/src/lib.rs", "");
        for path in [
            "",
            "crates",
            "crates/hypertuning/",
            "crates/hypertuning/src/lib.rs",
        ] {
            assert!(tree.exists(path), "{path}");
        }
        for path in ["crate", "crates/tun", "crates/hypertuning/src/lib"] {
            assert!(!tree.exists(path), "{path}");
        }
    }

    #[test]
    fn this_file_is_read_and_build_output_is_not() -> Result {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let tree = Tree::load(root)?;
        assert!(
            tree.text("src/tree.rs")
                .is_some_and(|text| text.starts_with("//!"))
        );
        assert!(!tree.exists("target"));
        Ok(())
    }
}
