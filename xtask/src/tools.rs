//! Tools that others wrote, as `xtask/tools.txt` names them: fetched ready-made into the target folder, in seconds.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::process::{self, succeeds};
use crate::workspace::Workspace;

const LIST: &str = include_str!("../tools.txt");

/// Runs a tool in the root of the workspace. One that can neither be fetched nor found in PATH is skipped with a warning:
/// CI has the network, a train has not.
///
/// # Errors
/// When the tool finds something.
pub(crate) fn run(name: &str, args: &[&str]) -> Result {
    let workspace = Workspace::load()?;
    let Some(program) = find(name, &workspace.target_directory.join("tools"))? else {
        eprintln!(
            "\n{name}: WARNING: NOT CHECKED: it is not installed, and python3's pip could not fetch it from PyPI\n"
        );
        return Ok(());
    };
    let mut command = Command::new(program);
    command.args(args).current_dir(&workspace.root);
    process::run(command)
}

/// The tool in `folder`, else the one in PATH.
fn find(name: &str, folder: &Path) -> Result<Option<PathBuf>> {
    let fetched = folder
        .join("bin")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    if fetched.exists() && is_current(folder) || fetch(folder)? {
        return Ok(Some(fetched));
    }
    let mut probe = Command::new(name);
    probe.arg("--version");
    Ok(succeeds(probe).then(|| PathBuf::from(name)))
}

/// The list that a folder was filled by lies in it.
fn is_current(folder: &Path) -> bool {
    std::fs::read_to_string(folder.join("tools.txt")).is_ok_and(|list| list == LIST)
}

/// Whether pip could fetch what is on the list.
fn fetch(folder: &Path) -> Result<bool> {
    let cannot = |error| {
        Error::Workspace(format!(
            "cannot write below `{}`: {error}",
            folder.display()
        ))
    };
    let list = folder.join("tools.txt");
    let asked = folder.join("asked.txt");
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&asked, LIST))
        .map_err(cannot)?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"])
        .args([
            "--disable-pip-version-check",
            "--retries",
            "1",
            "--timeout",
            "10",
        ])
        .args([
            "--only-binary",
            ":all:",
            "--require-hashes",
            "--requirement",
        ])
        .arg(&asked)
        .arg("--target")
        .arg(folder);
    println!(
        "fetching the tools of xtask/tools.txt into `{}`",
        folder.display()
    );
    if !succeeds(pip) {
        return Ok(false);
    }
    // Only now: a fetch that was interrupted begins again.
    std::fs::rename(&asked, &list).map_err(cannot)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_current_while_its_list_is_ours() -> std::io::Result<()> {
        let folder = std::env::temp_dir().join(format!("xtask-tools-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        assert!(!is_current(&folder));
        std::fs::write(folder.join("tools.txt"), LIST)?;
        assert!(is_current(&folder));
        std::fs::write(folder.join("tools.txt"), "typos==1.0.0\n")?;
        assert!(!is_current(&folder));
        std::fs::remove_dir_all(folder)
    }

    #[test]
    fn each_tool_is_pinned_by_version_and_hash() {
        let list = LIST.replace("\\\n", "");
        for line in list.lines().filter(|line| !line.starts_with('#')) {
            assert!(
                line.contains("==") && line.contains("--hash=sha256:"),
                "{line}"
            );
        }
    }
}
