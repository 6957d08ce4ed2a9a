//! Where a document is followed: a folder of the reader's, which is new and empty, beside the checkout.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::documents::elsewhere::{INTERPRETERS, OPTIONAL};
use crate::documents::script::words;
use crate::documents::shared::share;
use crate::error::{Error, Result};
use crate::manifest::{self, Ours};
use crate::process::{quoted, without_xtask};
use crate::workspace::Workspace;

/// The folder of one document, and where the reader is by now.
#[derive(Debug)]
pub(crate) struct Place {
    root: PathBuf,
    folder: PathBuf,
    here: PathBuf,
    path: OsString,
    target_directory: PathBuf,
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    /// Both streams as they came.
    pub(crate) output: String,
}

impl Place {
    /// A new folder for the document; `programs` are put in front of PATH.
    pub(crate) fn new(workspace: &Workspace, folder: &Path, programs: &Path) -> Result<Self> {
        let here = folder.join("here");
        let made = std::fs::create_dir_all(&here)
            .and_then(|()| std::fs::create_dir_all(folder.join(".cargo")))
            .and_then(|()| link(&workspace.root, &folder.join("tuning")));
        made.map_err(|error| Error::file("make", folder, &error))?;
        // A crate of the reader's shares what is built of others' crates.
        let config = folder.join(".cargo/config.toml");
        std::fs::write(&config, manifest::profile(workspace, Ours::Plain)?)
            .map_err(|error| Error::file("write", &config, &error))?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut places = vec![programs.to_owned()];
        places.extend(std::env::split_paths(&path));
        let path = std::env::join_paths(places)
            .map_err(|error| Error::Workspace(format!("PATH: {error}")))?;
        Ok(Place {
            root: folder.join("tuning"),
            folder: folder.to_owned(),
            here,
            path,
            target_directory: workspace.target_directory.clone(),
        })
    }

    /// A file of the reader's.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.here.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> Result {
        write(&self.file(name), text)
    }

    /// A program that a command or a script needs and this machine lacks, though others may have it.
    pub(crate) fn lacks(&self, command: &str) -> Option<&'static str> {
        let names = words(command);
        let missing = |program: &&&str| !self.finds(program);
        let of_command = OPTIONAL
            .iter()
            .filter(|program| names.contains(*program))
            .find(missing);
        let written = std::fs::read_dir(&self.here)
            .into_iter()
            .flatten()
            .flatten();
        let extensions: Vec<_> = written
            .filter_map(|entry| {
                entry
                    .path()
                    .extension()
                    .map(|e| e.to_string_lossy().into_owned())
            })
            .collect();
        let of_scripts = INTERPRETERS
            .iter()
            .filter(|(extension, _)| extensions.iter().any(|other| other == extension))
            .map(|(_, program)| program)
            .find(missing);
        of_command.or(of_scripts).copied()
    }

    fn finds(&self, program: &str) -> bool {
        let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(&self.path).any(|place| place.join(&name).is_file())
    }

    /// Types a command where the reader is, or in the checkout if it only makes sense there. Where it leads to (`cd`) is
    /// where the next one is typed, but for the checkout, which every command is taken to by itself.
    pub(crate) fn run(&mut self, command: &str) -> Result<Ran> {
        let in_checkout = self.belongs_to_checkout(command);
        let at = if in_checkout { &self.root } else { &self.here };
        if self.here.join("tune/Cargo.toml").exists() {
            share(&self.root, &self.folder.join("shared"), &self.here)?;
        }
        let built = in_checkout.then(|| self.built(command)).flatten();
        let command = built.as_deref().unwrap_or(command);
        let left = self.folder.join("left-in");
        // What the shell says, not what the system says: `cd ..` leads out of the checkout as it would for a reader.
        let script = format!(
            "trap 'pwd -L > \"$LEFT_IN\"' EXIT\nexec 2>&1\ncd \"$STARTS_IN\"\nset -e\n{command}\n"
        );
        let mut shell = Command::new("sh");
        shell
            .args(["-c", &script])
            .current_dir(at)
            .env("STARTS_IN", at)
            .env("LEFT_IN", &left)
            .env("PATH", &self.path)
            .env("CARGO_TARGET_DIR", &self.target_directory)
            .env("CARGO_TERM_COLOR", "never")
            .env("NO_COLOR", "1")
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null());
        without_xtask(&mut shell);
        let output = shell.output().map_err(|source| Error::NotStarted {
            command: "sh".to_owned(),
            source,
        })?;
        let left = std::fs::read_to_string(&left).map(|text| PathBuf::from(text.trim_end()));
        if let Some(left) = left.ok().filter(|place| !place.starts_with(&self.root)) {
            self.here = left;
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Ran {
            code: output.status.code(),
            output: text(&output.stdout) + &text(&output.stderr),
        })
    }

    /// `cargo run -p CRATE --example NAME …` by the example that the tests have built: cargo would build it and all that it
    /// depends on once more, with other features.
    fn built(&self, command: &str) -> Option<String> {
        let rest = command.strip_prefix("cargo run -p ")?;
        let (_, rest) = rest.split_once(" --example ")?;
        let end = rest.find(' ').unwrap_or(rest.len());
        let name = format!("{}{}", &rest[..end], std::env::consts::EXE_SUFFIX);
        let program = self.target_directory.join("debug/examples").join(name);
        let arguments = rest[end..].trim_start().trim_start_matches("-- ");
        let program = quoted(&program.to_string_lossy());
        Some(format!("{program} {arguments}").trim_end().to_owned())
    }

    /// Cargo needs a manifest, and paths of the repository need the repository.
    fn belongs_to_checkout(&self, command: &str) -> bool {
        const PLACES: &[&str] = &["benches/", "crates/", "xtask/", ".ci/"];
        let words = words(command);
        let is_path = |word: &&str| {
            let path = word.trim_start_matches("./");
            PLACES.iter().any(|place| path.starts_with(place)) && !self.here.join(path).exists()
        };
        (words.first() == Some(&"cargo") && !self.here.join("Cargo.toml").exists())
            || words.iter().any(is_path)
    }
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, text: &str) -> Result {
    let parent = path.parent().unwrap_or(path);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Error::file("write", path, &error))
}

#[cfg(unix)]
pub(crate) fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
pub(crate) fn link(from: &Path, to: &Path) -> std::io::Result<()> {
    let _ = (from, to);
    Err(std::io::Error::other(
        "documents are followed with a shell and links: run this on Unix",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn examples_are_those_that_the_tests_have_built() -> Result {
        let folder = std::env::temp_dir().join(format!("tuning-built-{}", std::process::id()));
        let workspace = Workspace {
            target_directory: PathBuf::from("/x y"),
            ..Workspace::load()?
        };
        let place = Place::new(&workspace, &folder, Path::new("/nowhere"))?;
        let check = |command: &str, expect: Option<&str>| {
            assert_eq!(place.built(command).as_deref(), expect, "{command}");
        };
        let program = "'/x y/debug/examples/typed'";
        check("cargo run -p a --example typed", Some(program));
        let with_arguments = format!("{program} --seed 1 # note");
        check(
            "cargo run -p a --example typed -- --seed 1 # note",
            Some(&with_arguments),
        );
        check("cargo run --release -p a --example typed", None);
        check("cargo run -p a", None);
        std::fs::remove_dir_all(&folder).map_err(|error| Error::file("remove", &folder, &error))
    }

    #[cfg(unix)]
    #[test]
    fn a_reader_stays_where_commands_lead() -> Result {
        let folder = std::env::temp_dir().join(format!("tuning-place-{}", std::process::id()));
        let workspace = Workspace::load()?;
        let mut place = Place::new(&workspace, &folder, Path::new("/nowhere"))?;
        let says = |place: &mut Place, command: &str| -> Result<(Option<i32>, String)> {
            let ran = place.run(command)?;
            Ok((ran.code, ran.output))
        };
        assert_eq!(
            says(&mut place, "mkdir sub && cd sub")?,
            (Some(0), String::new())
        );
        assert_eq!(says(&mut place, "basename \"$PWD\"")?.1, "sub\n");
        assert_eq!(
            says(&mut place, "ls xtask/Cargo.toml")?.1,
            "xtask/Cargo.toml\n",
            "in the checkout"
        );
        assert_eq!(
            says(&mut place, "basename \"$PWD\"; exit 3")?,
            (Some(3), "sub\n".to_owned())
        );
        assert_eq!(
            says(&mut place, "echo a; echo b >&2; false; echo c")?,
            (Some(1), "a\nb\n".to_owned())
        );
        let beside = "ls xtask/Cargo.toml && cd .. && mkdir beside && cd beside";
        assert_eq!(says(&mut place, beside)?.0, Some(0));
        assert_eq!(says(&mut place, "basename \"$PWD\"")?.1, "beside\n");
        assert!(
            folder.join("beside").is_dir(),
            "beside the checkout, as the reader sees it"
        );
        std::fs::remove_dir_all(&folder).map_err(|error| Error::file("remove", &folder, &error))
    }
}
