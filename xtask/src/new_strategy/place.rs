//! Where a new crate goes: a directory that does not exist yet, outside this workspace.

use std::path::{Component, Path, PathBuf};

use crate::error::{Error, Result};

/// The absolute path of the new directory.
///
/// # Errors
/// When something is there already, or when it would lie in the workspace at `root`.
pub(super) fn new(path: &str, root: &Path) -> Result<PathBuf> {
    let place = normal(&here().join(path));
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if existing_part(&place).is_some_and(|part| real(part).starts_with(real(root))) {
        return Err(Error::Usage(format!(
            "`{path}` lies in this workspace, and your strategy crate does not need to: write it elsewhere, \
             such as `{}`",
            beside(root, &place).display()
        )));
    }
    if place.symlink_metadata().is_ok() {
        return Err(Error::Usage(format!(
            "`{path}` already exists: nothing is overwritten. Name a new directory, or remove the old one"
        )));
    }
    Ok(place)
}

/// The foreign workspace that `place` lies in.
pub(super) fn workspace_around(place: &Path) -> Option<PathBuf> {
    place.ancestors().skip(1).find_map(|directory| {
        let text = std::fs::read_to_string(directory.join("Cargo.toml")).ok()?;
        let is_workspace = text.lines().any(|line| line.trim() == "[workspace]");
        is_workspace.then(|| directory.to_owned())
    })
}

/// Where the shell says that we are: behind a link, `..` is then where `cd ..` leads to.
fn here() -> PathBuf {
    let real = std::env::current_dir().unwrap_or_default();
    let said = std::env::var_os("PWD").map(PathBuf::from);
    let is_here =
        |said: &PathBuf| said.is_absolute() && said.canonicalize().ok() == real.canonicalize().ok();
    said.filter(is_here).unwrap_or(real)
}

/// Without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            other => out.push(other),
        }
    }
    out
}

fn existing_part(path: &Path) -> Option<&Path> {
    path.ancestors().find(|part| part.exists())
}

/// A place of the same name beside the workspace.
fn beside(root: &Path, place: &Path) -> PathBuf {
    let name = place.file_name().unwrap_or_default();
    root.parent().unwrap_or(root).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .parent()
            .expect("xtask lies in the workspace")
    }

    #[test]
    fn the_workspace_and_what_exists_are_refused() {
        let check = |path: &Path, expect: &str| {
            let error = new(&path.to_string_lossy(), root()).expect_err("a bad place");
            assert!(error.to_string().contains(expect), "{error}");
        };
        check(&root().join("crates/mine"), "lies in this workspace");
        check(
            &root().join("../x/../").join(root()).join("mine"),
            "lies in this workspace",
        );
        check(&root().join("mine"), "elsewhere, such as");
        check(&std::env::temp_dir(), "already exists");
    }

    #[test]
    fn a_new_directory_beside_the_workspace_is_fine() -> Result {
        let path = root().join("../a-strategy-that-is-not-there");
        let place = new(&path.to_string_lossy(), root())?;
        assert!(!place.exists() && place.is_absolute());
        assert_eq!(place.parent(), root().parent());
        Ok(())
    }

    #[test]
    fn a_foreign_workspace_is_noticed() {
        assert_eq!(
            workspace_around(&root().join("crates/x")),
            Some(root().to_owned())
        );
        assert_eq!(workspace_around(Path::new("/")), None);
    }
}
