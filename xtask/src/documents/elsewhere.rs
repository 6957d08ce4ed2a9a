//! Commands that documents may show and that are not run with them, each with its reason, which the report says.

use crate::documents::script::words;

/// The first words of a command, and why it is left out.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "cargo add",
        "it edits your manifest, and the crates may not be published yet",
    ),
    ("cargo bench", "it measures for minutes"),
    ("cargo install", "`tune` is already built and in PATH"),
    ("cargo publish", "it would publish"),
    ("cargo run --release -p benches", "it measures for minutes"),
    ("cargo xtask api", "a step of `cargo xtask ci`"),
    ("cargo xtask bench", "it measures for minutes"),
    ("cargo xtask ci", "it is what runs this"),
    (
        "cargo xtask demo",
        "a release build and half a minute: run it yourself",
    ),
    ("cargo xtask peers", "it measures for hours"),
    ("cargo xtask readme", "it is what runs this"),
    (
        "cargo xtask semver",
        "it needs a released version and a tool of its own",
    ),
    ("cargo xtask test", "a step of `cargo xtask ci`"),
    ("cargo xtask tidy", "a step of `cargo xtask ci`"),
    ("git clone", "it needs the network"),
    ("pip install", "it needs the network"),
    ("python -m pip install", "it needs the network"),
    (
        "python benches/peers/curves.py",
        "it needs packages and networks that `cargo xtask peers` takes",
    ),
    (
        "python benches/peers/networks.py",
        "it needs packages and networks that `cargo xtask peers` takes",
    ),
];

/// Why a command is not run here, if so.
pub(crate) fn why(command: &str) -> Option<&'static str> {
    let words = words(command);
    ELSEWHERE
        .iter()
        .find(|(first, _)| {
            let first: Vec<&str> = first.split(' ').collect();
            words.starts_with(&first)
        })
        .map(|(_, why)| *why)
}

/// Programs that a document may need and a machine may lack. What needs one is then left out with a warning.
pub(crate) const OPTIONAL: &[&str] = &[
    "docker", "jq", "julia", "node", "python", "python3", "Rscript", "sqlite3",
];

/// What runs the files of an extension.
pub(crate) const INTERPRETERS: &[(&str, &str)] = &[
    ("jl", "julia"),
    ("js", "node"),
    ("py", "python"),
    ("R", "Rscript"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_decide() {
        assert!(why("cargo xtask test one_test").is_some());
        assert!(why("RUST_LOG=x cargo xtask demo").is_some());
        assert!(why("cargo xtask testing").is_none());
        assert!(why("cargo test").is_none());
        assert!(why("cargo run -p benches").is_none());
    }
}
