//! [`Names`]: what a new strategy and its crate are called, checked before anything is written.

use crate::error::{Error, Result};
use crate::new_strategy::embedded;
use crate::rust_source::{code, words};
use crate::tidy::is_strategy_crate;
use crate::tree::Tree;
use crate::workspace::Workspace;

/// The names of one new crate.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Names {
    /// `tuning-hill-climb`
    pub(super) krate: String,
    /// `tuning_hill_climb`
    pub(super) lib: String,
    /// `hill-climb`: what study files call it.
    pub(super) strategy: String,
    /// `HillClimb`
    pub(super) type_name: String,
}

/// What neither a crate nor a module can be called, and what Windows cannot store.
const RESERVED: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "con",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "nul",
    "override",
    "priv",
    "proc_macro",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
];

const LONGEST: usize = 64;

impl Names {
    pub(super) fn new(name: &str, workspace: &Workspace, tree: &Tree) -> Result<Self> {
        let refuse = |why: String| Err(Error::Usage(why));
        if let Some(fault) = fault(name) {
            let better = repaired(name);
            let hint = if better != name && self::fault(&better).is_none() {
                format!("; did you mean `{better}`?")
            } else {
                "; write something like `hill-climb`".to_owned()
            };
            return refuse(format!(
                "`{name}` cannot be the name of a crate: {fault}{hint}"
            ));
        }
        if workspace.get(name).is_some() || name == "hypertuning" {
            return refuse(format!(
                "`{name}` is a crate of this project: name yours after what it does, such as `{name}-of-mine`"
            ));
        }
        let strategy = name
            .strip_prefix("tuning-")
            .unwrap_or(name)
            .replace('_', "-");
        if let Some(owner) = registered(&strategy, workspace, tree) {
            return refuse(format!(
                "`{owner}` already has a strategy `{strategy}`, and a study file could not tell them apart: choose \
                 another name, such as `{name}-of-mine`"
            ));
        }
        let type_name = camel(&strategy);
        if embedded::uses_type(&type_name) || is_taken(&type_name, tree) {
            return refuse(format!(
                "a strategy `{strategy}` would have the type `{type_name}`, which already means something else: \
                 choose another name, such as `{name}-search`"
            ));
        }
        Ok(Names {
            krate: name.to_owned(),
            lib: name.replace('-', "_"),
            strategy,
            type_name,
        })
    }
}

/// Why this cannot be a crate's name.
fn fault(name: &str) -> Option<String> {
    let strange = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c));
    if name.is_empty() {
        Some("it is empty".to_owned())
    } else if let Some(c) = name.chars().find(|&c| strange(c)) {
        Some(format!(
            "it has a `{c}`, but only lowercase letters, digits, `-` and `_` are allowed"
        ))
    } else if !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        Some("it does not start with a letter".to_owned())
    } else if name.ends_with(['-', '_']) || name.contains("--") || name.contains("__") {
        Some("it has an empty part".to_owned())
    } else if name.len() > LONGEST {
        Some(format!(
            "it has {} characters, and at most {LONGEST} are allowed",
            name.len()
        ))
    } else if RESERVED.contains(&&*name.replace('-', "_")) {
        Some("the word is reserved, by Rust or by an operating system".to_owned())
    } else {
        None
    }
}

/// The nearest name that could be one: `Hill Climb` and `HillClimb` are `hill-climb`.
fn repaired(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for c in name.chars() {
        if c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit()) {
            words.push('-');
        }
        let kept = c.is_ascii_alphanumeric() || c == '_';
        words.push(if kept { c.to_ascii_lowercase() } else { '-' });
        before = c;
    }
    let parts = words.split('-').filter(|part| !part.is_empty());
    let joined = parts.collect::<Vec<_>>().join("-");
    let letters = joined.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    letters.trim_end_matches(['-', '_']).to_owned()
}

fn camel(name: &str) -> String {
    let mut out = String::new();
    for part in name.split(['-', '_']) {
        let mut chars = part.chars();
        out.extend(chars.next().map(|c| c.to_ascii_uppercase()));
        out.extend(chars);
    }
    out
}

/// The crate of ours that has a strategy of this name: `const NAME: &str = "random"`.
fn registered(strategy: &str, workspace: &Workspace, tree: &Tree) -> Option<String> {
    let line = format!("const NAME: &str = \"{strategy}\";");
    workspace
        .crates
        .iter()
        .filter(|krate| is_strategy_crate(&krate.name))
        .find(|krate| {
            tree.sources(&krate.file("src"))
                .any(|(_, text)| text.contains(&line))
        })
        .map(|krate| krate.name.clone())
}

/// Whether Rust's prelude or tuning-core has a type of this name, which its author will want to use.
fn is_taken(type_name: &str, tree: &Tree) -> bool {
    const PRELUDE: &[&str] = &[
        "Box", "Clone", "Copy", "Debug", "Default", "Drop", "Eq", "Err", "Extend", "Fn", "From",
        "Hash", "Into", "Iterator", "None", "Ok", "Option", "Ord", "Result", "Self", "Send",
        "Sized", "Some", "String", "Sync", "Vec",
    ];
    let config = format!("{type_name}Config");
    let core = [
        "crates/tuning-core/src/lib.rs",
        "crates/tuning-core/src/space/mod.rs",
    ];
    PRELUDE.contains(&type_name)
        || core.iter().filter_map(|path| tree.text(path)).any(|text| {
            let code = code(text);
            [type_name, &*config]
                .iter()
                .any(|name| words(&code, name).next().is_some())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Crate;

    fn names(name: &str) -> Result<Names> {
        let workspace = Workspace {
            crates: vec![
                Crate::example("tuning-core"),
                Crate::example("tuning-strategies"),
            ],
            ..Workspace::default()
        };
        let random = "pub(crate) const NAME: &str = \"random\";\n";
        let tree = Tree::default().with("crates/tuning-strategies/src/random.rs", random);
        let tree = tree.with(
            "crates/tuning-core/src/lib.rs",
            "/// Closer\npub use tag::Tag;\n",
        );
        Names::new(name, &workspace, &tree)
    }

    #[test]
    fn one_name_gives_the_others() -> Result {
        let check = |name: &str, lib: &str, strategy: &str, type_name: &str| -> Result {
            let names = names(name)?;
            let found = (
                &*names.krate,
                &*names.lib,
                &*names.strategy,
                &*names.type_name,
            );
            assert_eq!(found, (name, lib, strategy, type_name));
            Ok(())
        };
        check("hill-climb", "hill_climb", "hill-climb", "HillClimb")?;
        check(
            "tuning-hill-climb",
            "tuning_hill_climb",
            "hill-climb",
            "HillClimb",
        )?;
        check("spsa2", "spsa2", "spsa2", "Spsa2")?;
        check("closer", "closer", "closer", "Closer")?;
        check("hill_climb", "hill_climb", "hill-climb", "HillClimb")
    }

    #[test]
    fn a_wrong_name_is_told_with_the_nearest_right_one() {
        let check = |name: &str, expect: &[&str]| {
            let text = names(name).expect_err(name).to_string();
            for words in expect {
                assert!(text.contains(words), "{words}\n{text}");
            }
        };
        check("HillClimb", &["it has a `H`", "did you mean `hill-climb`?"]);
        check("Hill Climb!", &["did you mean `hill-climb`?"]);
        check(
            "2opt",
            &["does not start with a letter", "did you mean `opt`?"],
        );
        check(
            "hill--climb",
            &["it has an empty part", "did you mean `hill-climb`?"],
        );
        check("größe", &["it has a `ö`", "did you mean `gr-e`?"]);
        check("", &["it is empty", "write something like"]);
        check("async", &["the word is reserved"]);
        check("proc-macro", &["the word is reserved"]);
        check(&"a".repeat(65), &["65 characters"]);
        check(
            "tuning-core",
            &["is a crate of this project", "`tuning-core-of-mine`"],
        );
        check("hypertuning", &["is a crate of this project"]);
        check(
            "random",
            &["`tuning-strategies` already has a strategy `random`"],
        );
        check("tuning-random", &["already has a strategy `random`"]);
        check("params", &["the type `Params`", "`params-search`"]);
        check("tag", &["the type `Tag`"]);
        check("vec", &["the type `Vec`"]);
    }
}
