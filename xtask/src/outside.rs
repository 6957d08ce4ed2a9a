//! `cargo xtask outside`: the crates as others get them. They are packaged, each is checked alone, and the third-party
//! crates of `examples/outside` are built and tested against the packages.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result};
use crate::manifest::{self, Ours};
use crate::process::{self, cargo};
use crate::workspace::{Crate, Workspace};

pub(crate) const HELP: &str = "\
Packages the published crates (a warning of cargo is an error), unpacks them below `target/outside`, and there

  - checks each by itself, with its default features and without: in this workspace a crate may use by chance what
    only another one asks for, and files beside the crate that its package does not have
  - tests each crate of `examples/outside`: a workspace of its own that depends on our crates by their versions alone

Names of crates of `examples/outside` choose some of them, and leave the checks out.";

/// Third-party crates, as their authors would write them.
const GUESTS: &str = "examples/outside";

pub(crate) fn run(args: &[String]) -> Result {
    let workspace = Workspace::load()?;
    let guests = choose(guests(&workspace.root)?, args)?;
    let place = Place::new(&workspace)?;
    place.package(&workspace)?;
    if args.is_empty() {
        for krate in workspace.published() {
            for options in checks(krate) {
                place.cargo(&["check", "-p", &krate.name], options, &place.folder)?;
            }
        }
    }
    for guest in &guests {
        let copy = place.guest(guest, &workspace.root)?;
        place.cargo(&["test"], &[], &copy)?;
    }
    println!(
        "outside: {} packages, {} crates of {GUESTS}",
        workspace.published().count(),
        guests.len()
    );
    Ok(())
}

/// The options of each check of one crate. All features at once are what the rest of `ci` builds.
fn checks(krate: &Crate) -> Vec<&'static [&'static str]> {
    let mut checks: Vec<&[&str]> = vec![&[]];
    if krate.has_default_features {
        checks.push(&["--no-default-features"]);
    }
    checks
}

/// `target/outside`: a workspace with the packages in it. Its configuration puts them in the place of crates.io's.
struct Place {
    folder: PathBuf,
    target_directory: PathBuf,
}

impl Place {
    fn new(workspace: &Workspace) -> Result<Self> {
        let folder = workspace.target_directory.join("outside");
        if folder.exists() {
            std::fs::remove_dir_all(&folder)
                .map_err(|error| Error::file("remove", &folder, &error))?;
        }
        for inner in ["crates", ".cargo"] {
            std::fs::create_dir_all(folder.join(inner))
                .map_err(|error| Error::file("make", &folder, &error))?;
        }
        let place = Place {
            folder,
            target_directory: workspace.target_directory.clone(),
        };
        let members = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n";
        write(&place.folder.join("Cargo.toml"), members)?;
        let config = place.configuration(workspace)?;
        write(&place.folder.join(".cargo/config.toml"), &config)?;
        lend_lock(&workspace.root, &place.folder)?;
        Ok(place)
    }

    /// Our packages for those of crates.io, and our profile, so that what both depend on is built once.
    fn configuration(&self, workspace: &Workspace) -> Result<String> {
        let mut text = String::from("[patch.crates-io]\n");
        for krate in workspace.published() {
            let path = self.folder.join("crates").join(&krate.name);
            let path = manifest::string(&path.to_string_lossy());
            writeln!(text, "{} = {{ path = {path} }}", krate.name)
                .expect("a String takes any text");
        }
        text.push_str(&manifest::profile(workspace, Ours::AsHere)?);
        Ok(text)
    }

    fn package(&self, workspace: &Workspace) -> Result {
        let mut command = cargo([
            "package",
            "--no-verify",
            "--allow-dirty",
            "--color",
            "never",
        ]);
        for krate in workspace.published() {
            command.args(["-p", &krate.name]);
        }
        println!("$ {}", process::shown(&command));
        let output = process::run_quietly(command, None)?;
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("warning:") {
            return Err(Error::Workspace(format!(
                "cargo warns of a package: {said}\nsee what is published with `cargo package --list -p CRATE`"
            )));
        }
        for krate in workspace.published() {
            self.unpack(krate)?;
        }
        Ok(())
    }

    fn unpack(&self, krate: &Crate) -> Result {
        let name = format!("{}-{}", krate.name, krate.version);
        let mut tar = Command::new("tar");
        // Cargo goes by the times of files, and all packages bear the same.
        tar.args(["-x", "-m", "-z", "-f"])
            .arg(self.target_directory.join(format!("package/{name}.crate")))
            .arg("-C")
            .arg(self.folder.join("crates"));
        process::run_quietly(tar, None)?;
        let (from, to) = (
            self.folder.join("crates").join(&name),
            self.folder.join("crates").join(&krate.name),
        );
        std::fs::rename(&from, &to).map_err(|error| Error::file("rename", &from, &error))
    }

    /// A copy of a third-party crate, with the versions that this checkout is tested with: nothing has to be looked up.
    fn guest(&self, name: &str, root: &Path) -> Result<PathBuf> {
        let copy = self.folder.join("guests").join(name);
        copy_folder(&root.join(GUESTS).join(name), &copy)
            .map_err(|error| Error::file("copy to", &copy, &error))?;
        lend_lock(root, &copy)?;
        Ok(copy)
    }

    /// Runs cargo in the workspace of `folder`, with the packages.
    fn cargo(&self, args: &[&str], options: &[&str], folder: &Path) -> Result {
        let mut command = cargo(args);
        command
            .args(options)
            .arg("--target-dir")
            .arg(&self.target_directory)
            .current_dir(folder);
        println!("in `{}`:", folder.display());
        process::run(command)
    }
}

/// The names of the crates in `examples/outside`, in order.
fn guests(root: &Path) -> Result<Vec<String>> {
    let folder = root.join(GUESTS);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries =
        std::fs::read_dir(&folder).map_err(|error| Error::file("read", &folder, &error))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

fn choose(known: Vec<String>, names: &[String]) -> Result<Vec<String>> {
    if let Some(other) = names.iter().find(|name| !known.contains(name)) {
        let known = known.iter().map(String::as_str);
        return Err(Error::unknown("crate of examples/outside", other, known));
    }
    let chosen = |name: &String| names.is_empty() || names.contains(name);
    Ok(known.into_iter().filter(chosen).collect())
}

fn lend_lock(root: &Path, folder: &Path) -> Result {
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))
        .map(drop)
        .map_err(|error| Error::file("write below", folder, &error))
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let copy = to.join(entry.file_name());
        if !entry.file_type()?.is_dir() {
            std::fs::copy(entry.path(), copy)?;
        } else if entry.file_name() != "target" {
            copy_folder(&entry.path(), &copy)?;
        }
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result {
    std::fs::write(path, text).map_err(|error| Error::file("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_features_are_also_left_out() {
        let mut krate = Crate::example("tuning-x");
        assert_eq!(checks(&krate), [&[] as &[&str]]);
        krate.has_default_features = true;
        assert_eq!(checks(&krate), [&[] as &[&str], &["--no-default-features"]]);
    }

    #[test]
    fn third_party_crates_are_chosen_by_name() -> Result {
        let known = || vec!["asha".to_owned(), "pbt".to_owned()];
        assert_eq!(choose(known(), &[])?, known());
        assert_eq!(choose(known(), &["pbt".to_owned()])?, ["pbt"]);
        let error = choose(known(), &["pbd".to_owned()]).expect_err("no such crate");
        assert!(error.to_string().contains("did you mean `pbt`?"), "{error}");
        Ok(())
    }
}
