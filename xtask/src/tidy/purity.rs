//! What a crate must not do, seen in its sources: words that do not belong there. It reads text, so it trusts honest code.

use crate::rust_source::{code, end_of_braces, is_identifier, line, without_tests, words};
use crate::tidy::layers::{Layer, layer};
use crate::tidy::problem::Problem;
use crate::tree::Tree;
use crate::workspace::Workspace;

/// Crates whose types change with their versions: none may show in core.
const FOREIGN_TO_CORE: &[&str] = &["chrono", "ndarray", "rand", "tokio"];

/// Modules of std that reach outside the process's memory.
const EFFECTS: &[&str] = &["env", "fs", "net", "process", "thread"];

const CLOCKS: &[&str] = &["Instant", "SystemTime"];

/// Words that begin an item with something of its own in it.
const LOGIC: &[&str] = &[
    "const",
    "enum",
    "fn",
    "impl",
    "macro_rules",
    "static",
    "struct",
    "trait",
    "union",
];

/// The whole check.
pub(crate) fn check(workspace: &Workspace, tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for krate in &workspace.crates {
        for (path, text) in tree.sources(&krate.file("src")) {
            let code = without_tests(&code(text));
            match layer(&krate.name) {
                Some(Layer::Core) => {
                    problems.extend(foreign(path, &code));
                    problems.extend(effects(path, &code));
                }
                Some(Layer::Strategy) => problems.extend(effects(path, &code)),
                Some(Layer::Facade) => problems.extend(logic(path, &code)),
                _ => {}
            }
        }
    }
    problems
}

fn foreign(path: &str, code: &str) -> Vec<Problem> {
    let uses = |name: &'static str| {
        words(code, name).filter(move |&at| {
            let before = code[..at].trim_end();
            let after = code[at + name.len()..].trim_start();
            after.starts_with("::")
                || ["use", "crate", "use ::"]
                    .iter()
                    .any(|word| before.ends_with(word))
        })
    };
    FOREIGN_TO_CORE
        .iter()
        .flat_map(|&name| uses(name).map(move |at| (name, at)))
        .map(|(name, at)| {
            Problem::new(
                format!("{path}:{}", line(code, at)),
                format!("names `{name}`"),
                "rand, tokio, chrono and ndarray appear in no signature of core: it hands out a `Seed`, never a generator",
                "use core's own noun, or move the code to the crate that needs it",
            )
        })
        .collect()
}

fn effects(path: &str, code: &str) -> Vec<Problem> {
    let clocks = CLOCKS
        .iter()
        .flat_map(|&name| words(code, name).map(move |at| (name.to_owned(), at)));
    std_modules(code)
        .into_iter()
        .filter(|(name, _)| EFFECTS.contains(&name.as_str()))
        .map(|(name, at)| (format!("std::{name}"), at))
        .chain(clocks)
        .map(|(name, at)| {
            Problem::new(
                format!("{path}:{}", line(code, at)),
                format!("uses `{name}`"),
                "clock, randomness, threads, files and processes enter through tuning-runtime and the journals alone: \
                 the same seed and facts give the same study",
                "take what you need as an argument, or let the driver do it",
            )
        })
        .collect()
}

/// The first names after each `std::`, those in `std::{…}` too.
fn std_modules(code: &str) -> Vec<(String, usize)> {
    let identifier = |text: &str| {
        text.trim_start()
            .chars()
            .take_while(|&c| is_identifier(c))
            .collect::<String>()
    };
    let mut found = Vec::new();
    for at in words(code, "std") {
        let Some(after) = code[at + "std".len()..].strip_prefix("::") else {
            continue;
        };
        if !after.starts_with('{') {
            found.push((identifier(after), at));
            continue;
        }
        let group = &after[1..end_of_braces(after, 0).saturating_sub(1).max(1)];
        let mut depth = 0_usize;
        let outer = group.split(|c| {
            match c {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ',' && depth == 0
        });
        found.extend(outer.map(|name| (identifier(name), at)));
    }
    found
}

fn logic(path: &str, code: &str) -> Vec<Problem> {
    LOGIC
        .iter()
        .flat_map(|&word| words(code, word).map(move |at| (word, at)))
        .map(|(word, at)| {
            Problem::new(
                format!("{path}:{}", line(code, at)),
                format!("has a `{word}` of its own"),
                "the facade re-exports by feature and has no logic: what it offers, its parts offer",
                "write it in the crate that it belongs to, and re-export it",
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Crate;

    fn check_finds(name: &str, text: &str, expect: &[&str]) {
        let workspace = Workspace {
            crates: vec![Crate::example(name)],
            ..Workspace::default()
        };
        let tree = Tree::default().with(&format!("crates/{name}/src/lib.rs"), text);
        let found: Vec<_> = super::check(&workspace, &tree)
            .into_iter()
            .map(|problem| {
                let line = problem.at.rsplit(':').next().unwrap_or_default().to_owned();
                format!("{line} {}", problem.what)
            })
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn foreign_crates_are_not_named_in_core() {
        check_finds(
            "tuning-core",
            "\nfn f(r: rand::Rng) {}",
            &["2 names `rand`"],
        );
        check_finds("tuning-core", "use tokio;", &["1 names `tokio`"]);
        check_finds("tuning-core", "use ::chrono::Utc;", &["1 names `chrono`"]);
        check_finds(
            "tuning-core",
            "// rand::Rng\nlet rand = operand::x(\"tokio::spawn\");\n#[cfg(test)]\nmod tests { use rand::Rng; }",
            &[],
        );
        check_finds("tuning-strategies", "use rand::Rng;", &[]);
    }

    #[test]
    fn strategies_have_no_clock_thread_or_file() {
        let name = "tuning-tpe";
        check_finds(name, "std::thread::spawn(f);", &["1 uses `std::thread`"]);
        check_finds(name, "use std::time::Instant;", &["1 uses `Instant`"]);
        check_finds(
            name,
            "use std::{collections::{BTreeMap, fs}, fs, fmt};",
            &["1 uses `std::fs`"],
        );
        check_finds(
            name,
            "use std::{collections::BTreeMap, fmt}; std::mem::take(x)",
            &[],
        );
        check_finds(name, "use std::{", &[]);
        check_finds("tuning-runtime", "use std::{fs, thread};", &[]);
    }

    #[test]
    fn the_facade_only_re_exports() {
        check_finds("hypertuning", "pub fn f() {}", &["1 has a `fn` of its own"]);
        check_finds(
            "hypertuning",
            "impl X for Y {}",
            &["1 has a `impl` of its own"],
        );
        check_finds(
            "hypertuning",
            "//! fn in words\n#[cfg(feature = \"tpe\")]\npub use tuning_tpe as tpe;\npub mod prelude { pub use a::B; }",
            &[],
        );
    }
}
