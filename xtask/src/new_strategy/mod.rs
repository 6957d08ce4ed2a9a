//! `cargo xtask new-strategy`: writes a new strategy crate outside this workspace, complete but for `ask`.

mod arguments;
mod embedded;
mod names;
mod place;
mod templates;

use std::path::Path;

use crate::error::{Error, Result};
use crate::process::{cargo, quoted, succeeds};
use crate::tree::Tree;
use crate::workspace::Workspace;

use arguments::Arguments;
use names::Names;

pub(crate) const HELP: &str = "\
Writes a crate NAME into the new directory PATH, outside this workspace: options, a strategy whose `ask` is
the one place to fill in, a test of the laws, and, as a package of its own, the program `tune` with the strategy
in it. The crate compiles against this checkout; its test fails and says what to do.

  --published    depend on the versions on crates.io instead of this checkout

crates/hypertuning/docs/publish-a-strategy.md explains the next steps.";

pub(crate) fn run(args: &[String]) -> Result {
    let arguments = Arguments::parse(args)?;
    let workspace = Workspace::load()?;
    let tree = Tree::load(&workspace.root)?;
    let names = Names::new(&arguments.name, &workspace, &tree)?;
    let place = place::new(&arguments.path, &workspace.root)?;

    let files = templates::fill(&names, &workspace, arguments.published)?;
    let write = || -> std::io::Result<()> {
        for (path, text) in &files {
            let path = place.join(path);
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, text)?;
        }
        if !arguments.published {
            // The versions that this checkout is tested with: nothing has to be looked up.
            std::fs::copy(workspace.root.join("Cargo.lock"), place.join("Cargo.lock"))?;
        }
        Ok(())
    };
    write().map_err(|error| {
        Error::Workspace(format!("cannot write below `{}`: {error}", place.display()))
    })?;

    format(&place);
    println!(
        "`{}` with the strategy `{}`:",
        place.display(),
        names.strategy
    );
    for (path, _) in &files {
        println!("    {path}");
    }
    if let Some(around) = place::workspace_around(&place) {
        println!(
            "note: it lies in the workspace `{}` and is one itself: if the `members` there match it, name it in `exclude`",
            around.display()
        );
    }
    println!(
        "Next: cd {} && cargo test\nThe test of the laws fails until you fill in `ask` in src/lib.rs.",
        quoted(&arguments.path)
    );
    Ok(())
}

/// Names of other lengths break lines elsewhere. Without rustfmt they stay as they are.
fn format(place: &Path) {
    let mut command = cargo(["fmt", "--all", "--manifest-path"]);
    command.arg(place.join("Cargo.toml"));
    succeeds(command);
}
