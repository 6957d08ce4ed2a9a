//! `cargo xtask mutants`: takes the mechanisms away that keep what a study promises, one by one, in a copy of the sources
//! below `target/`, and requires that the test which guards each fails because of its invariant.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::mutations::{FILE, Mutation};
use crate::process::cargo;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Applies each mutation of torture/mutations.toml to a copy of the sources below target/mutants, runs the one test that guards
what it takes away, and requires that it fails with the name of the invariant. With NAMES, of the mutations whose names contain
one of them. The first run builds everything once; what was said is in target/mutants/NAME.log.";

/// A test that has not ended by then hangs.
const PATIENCE: Duration = Duration::from_secs(1_200);

pub(crate) fn run(args: &[String]) -> Result {
    let workspace = Workspace::load()?;
    let home = workspace.target_directory.join("mutants");
    let copy = Copy {
        tree: home.join("tree"),
        home,
    };
    mirror(&workspace.root, &copy.tree, &workspace.target_directory)?;
    let all = Mutation::all(&read(&workspace.root.join(FILE))?)?;
    let wanted = |mutation: &Mutation| {
        args.is_empty() || args.iter().any(|arg| mutation.name.contains(arg.as_str()))
    };
    let wanted: Vec<_> = all.into_iter().filter(wanted).collect();
    println!("mutants: the tests must pass on the sources as they are");
    if let Test::Failed(said) = copy.test("unchanged", &[])? {
        return Err(Error::Workspace(format!("they do not:\n{said}")));
    }
    let mut survived = 0;
    println!(
        "\n| mutation | what it takes away | broken | by the test | |\n| --- | --- | --- | --- | --- |"
    );
    for mutation in &wanted {
        let began = Instant::now();
        let verdict = copy.judge(mutation)?;
        survived += u64::from(verdict != "caught");
        println!(
            "| {} | {} | `{}` | `{}` | {verdict}, {:.0} s |",
            mutation.name,
            mutation.what,
            mutation.breaks,
            mutation.test,
            began.elapsed().as_secs_f64()
        );
    }
    println!("\n{} mutations, {survived} not caught", wanted.len());
    match survived {
        0 => Ok(()),
        _ => Err(Error::Workspace(
            "a test does not notice when what it guards is taken away: see the table".to_owned(),
        )),
    }
}

/// A copy of the sources, and its build.
struct Copy {
    home: PathBuf,
    tree: PathBuf,
}

/// What became of tests.
enum Test {
    Passed,
    /// With what they said.
    Failed(String),
}

impl Copy {
    /// Whether the test of a mutation notices it. The file is as it was afterwards.
    fn judge(&self, mutation: &Mutation) -> Result<&'static str> {
        let path = self.tree.join(&mutation.file);
        let before = read(&path)?;
        let mutated = mutation
            .apply(&before)
            .map_err(|why| Error::Workspace(format!("mutation `{}` {why}", mutation.name)))?;
        write(&path, &mutated)?;
        let tested = self.test(&mutation.name, &["--exact", &mutation.test]);
        write(&path, &before)?;
        Ok(match tested? {
            Test::Failed(said) if said.contains(&format!("{}: ", mutation.breaks)) => "caught",
            Test::Failed(_) => "FAILED FOR ANOTHER REASON",
            Test::Passed => "NOT CAUGHT",
        })
    }

    /// Runs the tests of the invariants; what they say goes to a file of this name.
    ///
    /// # Errors
    /// If they cannot be built, or do not end.
    fn test(&self, name: &str, args: &[&str]) -> Result<Test> {
        let log = self.home.join(format!("{name}.log"));
        let mut build = self.cargo(&["--no-run"]);
        if !finish(&mut build, &log)? {
            let message = format!("`{name}` cannot be built:\n{}", read(&log)?);
            return Err(Error::Workspace(message));
        }
        let mut test = self.cargo(&["--"]);
        test.args(args);
        match finish(&mut test, &log)? {
            true => Ok(Test::Passed),
            false => Ok(Test::Failed(read(&log)?)),
        }
    }

    fn cargo(&self, args: &[&str]) -> Command {
        let mut command = cargo([
            "test",
            "--quiet",
            "--all-features",
            "-p",
            "torture",
            "--test",
            "invariants",
        ]);
        command
            .args(args)
            .current_dir(&self.tree)
            .env("CARGO_TARGET_DIR", self.home.join("build"))
            .env("RUST_BACKTRACE", "0");
        command
    }
}

/// Runs a command to its end, its output in a file; returns whether it succeeded.
fn finish(command: &mut Command, log: &Path) -> Result<bool> {
    let failed = |error: &io::Error| Error::file("write", log, error);
    let file = File::create(log).map_err(|error| failed(&error))?;
    command.stdout(file.try_clone().map_err(|error| failed(&error))?);
    let mut child = command
        .stderr(file)
        .spawn()
        .map_err(|error| failed(&error))?;
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|error| failed(&error))? {
            return Ok(status.success());
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill().and_then(|()| child.wait());
            let message = format!(
                "it has not ended after {PATIENCE:?}: see `{}`",
                log.display()
            );
            return Err(Error::Workspace(message));
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| Error::file("read", path, &error))
}

fn write(path: &Path, text: &str) -> Result {
    fs::write(path, text).map_err(|error| Error::file("write", path, &error))
}

/// Makes `to` the same as `from`, but for build output and git's own. Files that are the same are left alone, so that
/// nothing is built anew because of them.
fn mirror(from: &Path, to: &Path, output: &Path) -> Result {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| Error::file("copy", &path, &error)
    };
    fs::create_dir_all(to).map_err(failed(to))?;
    for entry in fs::read_dir(to).map_err(failed(to))? {
        let path = entry.map_err(failed(to))?.path();
        let there = path
            .file_name()
            .is_some_and(|name| from.join(name).exists());
        match (there, path.is_dir()) {
            (true, _) => {}
            (false, true) => fs::remove_dir_all(&path).map_err(failed(&path))?,
            (false, false) => fs::remove_file(&path).map_err(failed(&path))?,
        }
    }
    for entry in fs::read_dir(from).map_err(failed(from))? {
        let path = entry.map_err(failed(from))?.path();
        let Some(name) = path.file_name() else {
            continue;
        };
        let target = to.join(name);
        if path.is_dir() {
            let is_output = path == output || path.join("CACHEDIR.TAG").exists();
            if name != ".git" && name != "target" && !is_output {
                mirror(&path, &target, output)?;
            }
            continue;
        }
        let bytes = fs::read(&path).map_err(failed(&path))?;
        if !fs::read(&target).is_ok_and(|before| before == bytes) {
            fs::write(&target, bytes).map_err(failed(&target))?;
        }
    }
    Ok(())
}
