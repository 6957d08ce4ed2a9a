//! Every mutation of `torture/mutations.toml` applies to the sources as they are, and names a test that is there.

use std::collections::BTreeSet;

use crate::mutations::{FILE, Mutation, TESTS};
use crate::tidy::problem::Problem;
use crate::tree::Tree;

/// The whole check.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let Some(text) = tree.text(FILE) else {
        return Vec::new();
    };
    let problem = |what: String| {
        Problem::new(
            FILE,
            what,
            "each mutation takes a mechanism of the sources away, as they are today",
            "bring it up to date, and run `cargo xtask mutants NAME`",
        )
    };
    let all = match Mutation::all(text) {
        Ok(all) => all,
        Err(error) => return vec![problem(error.to_string())],
    };
    let tests = tree.text(TESTS).unwrap_or_default();
    let mut names = BTreeSet::new();
    let mut found = Vec::new();
    for mutation in &all {
        let name = &mutation.name;
        if !names.insert(name) {
            found.push(problem(format!("has two mutations `{name}`")));
        }
        if !tests.contains(&format!("fn {}(", mutation.test)) {
            let test = &mutation.test;
            found.push(problem(format!(
                "`{name}`: there is no test `{test}` in `{TESTS}`"
            )));
        }
        if !tests.contains(&format!("Invariant::{}", mutation.breaks)) {
            let breaks = &mutation.breaks;
            found.push(problem(format!(
                "`{name}`: no test keeps the invariant `{breaks}`"
            )));
        }
        match tree.text(&mutation.file).map(|text| mutation.apply(text)) {
            Some(Ok(_)) => {}
            Some(Err(why)) => found.push(problem(format!("`{name}` {why}"))),
            None => found.push(problem(format!(
                "`{name}`: there is no `{}`",
                mutation.file
            ))),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutation_that_has_rotten_is_told() {
        let list = "[[mutation]]\nname = 'n'\nwhat = 'w'\nbreaks = 'Ids'\ntest = 't'\nfile = 'a.rs'\nfind = 'one'\nreplace = 'two'";
        let tests = "fn t() {\n    keeps(Invariant::Ids);\n}";
        let tree = Tree::default().with(FILE, list).with(TESTS, tests);
        let count = |tree: Tree| check(&tree).len();
        assert_eq!(count(tree.clone().with("a.rs", "one")), 0);
        assert_eq!(count(tree.clone().with("a.rs", "three")), 1);
        assert_eq!(count(tree.clone()), 1);
        assert_eq!(count(tree.with("a.rs", "one").with(TESTS, "")), 2);
    }
}
