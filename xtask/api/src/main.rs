//! Prints the public items of a crate from its rustdoc JSON. `cargo xtask api` calls it; apart from xtask, so that
//! xtask stays quick to build.
//!
//! It has a second part: as cargo's `RUSTDOC` it lets a stable rustdoc write JSON. Only rustdoc sees the variable that
//! allows it: build scripts look at that variable too, and everything would be built again.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for xtask"
)]

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use serde::Deserialize;

/// The version of rustdoc's JSON that `public-api` reads; both change together, in the workspace's `Cargo.toml`.
const FORMAT: u32 = 57;

/// The exit code for JSON of another version.
const OTHER_FORMAT: u8 = 3;

/// Set by xtask when cargo is to take this program for rustdoc.
const AS_RUSTDOC: &str = "XTASK_API_AS_RUSTDOC";

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let came = match std::env::var_os(AS_RUSTDOC) {
        Some(rustdoc) => be_rustdoc(&rustdoc, &args),
        None => match args.as_slice() {
            [json] => print(Path::new(json)),
            _ => Err("it takes one file of rustdoc JSON".to_owned()),
        },
    };
    came.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}

fn be_rustdoc(rustdoc: &OsString, args: &[OsString]) -> Result<ExitCode, String> {
    let status = Command::new(rustdoc)
        .args(args)
        .env("RUSTC_BOOTSTRAP", "1")
        .status()
        .map_err(|error| format!("cannot start rustdoc: {error}"))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

#[derive(Deserialize)]
struct Head {
    format_version: u32,
}

fn print(json: &Path) -> Result<ExitCode, String> {
    let text = std::fs::read_to_string(json)
        .map_err(|error| format!("cannot read `{}`: {error}", json.display()))?;
    let head: Head = serde_json::from_str(&text)
        .map_err(|error| format!("`{}` is not rustdoc JSON: {error}", json.display()))?;
    if head.format_version != FORMAT {
        eprintln!("format {} instead of {FORMAT}", head.format_version);
        return Ok(ExitCode::from(OTHER_FORMAT));
    }
    // What follows from the fields of a type (auto traits) or from its traits (blanket impls) would hide the rest.
    let surface = public_api::Builder::from_rustdoc_json(json)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()
        .map_err(|error| error.to_string())?;
    print!("{surface}");
    Ok(ExitCode::SUCCESS)
}
