//! Who may depend on whom: the invariants of ARCHITECTURE.md (the tables of `layers.rs`), checked against what the manifests declare.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::layers::{CONFORMANCE, Law, Layer, RULES, Rule, layer};
use crate::tidy::problem::Problem;
use crate::workspace::{Crate, Kind, Workspace};

/// The whole check.
pub(crate) fn check(workspace: &Workspace) -> Vec<Problem> {
    let mut problems = unplaced(workspace);
    for krate in &workspace.crates {
        let Some(layer) = layer(&krate.name) else {
            continue;
        };
        for rule in RULES.iter().filter(|rule| rule.of == layer) {
            problems.extend(breaches(workspace, krate, rule));
        }
    }
    problems.extend(conformance_elsewhere(workspace));
    problems.extend(cycles(workspace));
    problems
}

fn unplaced(workspace: &Workspace) -> Vec<Problem> {
    workspace
        .crates
        .iter()
        .filter(|krate| krate.directory.starts_with("crates/") && layer(&krate.name).is_none())
        .map(|krate| {
            Problem::new(
                krate.manifest(),
                format!("`{}` has no layer", krate.name),
                "each crate of crates/ has its place in the picture of ARCHITECTURE.md",
                "add it to `LAYERS` in xtask/src/tidy/layers.rs",
            )
        })
        .collect()
}

fn breaches(workspace: &Workspace, krate: &Crate, rule: &Rule) -> Vec<Problem> {
    let found: Vec<String> = match rule.law {
        Law::Only(allowed) => built_in(krate)
            .filter(|name| !allowed.contains(name))
            .map(|name| format!("depends on `{name}`"))
            .collect(),
        Law::OfOursOnly(allowed) => built_in(krate)
            .filter(|name| workspace.get(name).is_some())
            .filter(|name| layer(name).is_none_or(|layer| !allowed.contains(&layer)))
            .map(|name| format!("depends on `{name}`"))
            .collect(),
        Law::NeverReaches(forbidden) => paths(workspace, krate)
            .into_iter()
            .filter(|(name, _)| layer(name).is_some_and(|layer| forbidden.contains(&layer)))
            .map(|(name, through)| match through.as_slice() {
                [] => format!("depends on `{name}`"),
                through => format!("depends on `{name}` through `{}`", through.join("` → `")),
            })
            .collect(),
    };
    found
        .into_iter()
        .map(|what| {
            let what = format!("`{}` {what}", krate.name);
            Problem::new(krate.manifest(), what, rule.rule, rule.remedy)
        })
        .collect()
}

/// The names of the normal and build dependencies, each once.
fn built_in(krate: &Crate) -> impl Iterator<Item = &str> {
    let names: BTreeSet<&str> = krate
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == Kind::Normal)
        .map(|dependency| dependency.name.as_str())
        .collect();
    names.into_iter()
}

/// Each of our crates that is built into `krate`, with the crates between on a shortest way.
fn paths<'a>(workspace: &'a Workspace, krate: &'a Crate) -> BTreeMap<&'a str, Vec<&'a str>> {
    let mut paths = BTreeMap::new();
    let mut queue = std::collections::VecDeque::from([(krate, Vec::new())]);
    while let Some((from, way)) = queue.pop_front() {
        for next in built_in(from).filter_map(|name| workspace.get(name)) {
            if next.name == krate.name || paths.contains_key(next.name.as_str()) {
                continue;
            }
            paths.insert(next.name.as_str(), way.clone());
            let mut longer = way.clone();
            longer.push(next.name.as_str());
            queue.push_back((next, longer));
        }
    }
    paths
}

fn conformance_elsewhere(workspace: &Workspace) -> Vec<Problem> {
    let uses = workspace.crates.iter().flat_map(|krate| {
        krate
            .dependencies
            .iter()
            .filter(|dependency| dependency.name == CONFORMANCE)
            .map(move |dependency| (krate, dependency))
    });
    uses.filter_map(|(krate, dependency)| {
        let fault = match (dependency.kind, dependency.by_path) {
            (Kind::Dev, true) => return None,
            // `tune check-strategy` is the kit for those who write no Rust.
            (Kind::Normal, true) if layer(&krate.name) == Some(Layer::Program) => return None,
            (Kind::Dev, false) => "not by path",
            (Kind::Normal, _) => "as a normal dependency",
        };
        Some(Problem::new(
            krate.manifest(),
            format!("`{}` depends on `{CONFORMANCE}` {fault}", krate.name),
            "tuning-conformance is a dev-dependency by path everywhere but in the program: its users never build it",
            "move it to [dev-dependencies], as `tuning-conformance.workspace = true`",
        ))
    })
    .collect()
}

/// Every elementary cycle once, from its alphabetically first crate.
fn cycles(workspace: &Workspace) -> Vec<Problem> {
    let mut found = Vec::new();
    for krate in &workspace.crates {
        walk(workspace, krate, &mut vec![krate], &mut found);
    }
    found
        .into_iter()
        .map(|way| {
            let names: Vec<_> = way.iter().map(|krate| krate.name.as_str()).collect();
            Problem::new(
                way[0].manifest(),
                format!("cycle `{}` → `{}`", names.join("` → `"), names[0]),
                "no cycles, not through dev-dependencies either (tuning-conformance as a dev-dependency excepted): \
                 a cycle builds a crate twice, as two sets of types, and cannot be published",
                "move the test to the crate that is higher up",
            )
        })
        .collect()
}

fn walk<'a>(
    workspace: &'a Workspace,
    from: &'a Crate,
    way: &mut Vec<&'a Crate>,
    found: &mut Vec<Vec<&'a Crate>>,
) {
    let names: BTreeSet<&str> = from
        .dependencies
        .iter()
        .filter(|d| !(d.kind == Kind::Dev && d.name == CONFORMANCE))
        .map(|d| d.name.as_str())
        .collect();
    for next in names.into_iter().filter_map(|name| workspace.get(name)) {
        if next.name == way[0].name {
            found.push(way.clone());
        } else if next.name > way[0].name && !way.iter().any(|krate| krate.name == next.name) {
            way.push(next);
            walk(workspace, next, way, found);
            way.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn workspace(crates: Vec<Crate>) -> Workspace {
        Workspace {
            crates,
            ..Workspace::default()
        }
    }

    /// Adds the crates below everything else, and compares what is found.
    fn check_finds(crates: Vec<Crate>, expect: &[&str]) {
        let mut all = vec![
            Crate::example("tuning-core")
                .on("serde", Kind::Normal)
                .on("proptest", Kind::Dev)
                .on(CONFORMANCE, Kind::Dev),
            Crate::example(CONFORMANCE)
                .on("tuning-core", Kind::Normal)
                .on("tokio", Kind::Normal),
        ];
        all.retain(|base| !crates.iter().any(|krate| krate.name == base.name));
        all.extend(crates);
        let found: Vec<_> = check(&workspace(all))
            .into_iter()
            .map(|problem| problem.what)
            .collect();
        assert_eq!(found, expect);
    }

    #[test]
    fn the_intended_picture_passes() {
        let above_core = |name| Crate::example(name).on("tuning-core", Kind::Normal);
        check_finds(
            vec![
                above_core("tuning-strategies").on(CONFORMANCE, Kind::Dev),
                above_core("tuning-tpe").on("tuning-strategies", Kind::Normal),
                above_core("tuning-runtime").on("tuning-strategies", Kind::Dev),
                above_core("tuning-observers").on("indicatif", Kind::Normal),
                above_core("tuning-sqlite").on("rusqlite", Kind::Normal),
                above_core("hypertuning")
                    .on("tuning-strategies", Kind::Normal)
                    .on("tuning-runtime", Kind::Normal),
                above_core("tuning-cli").on("hypertuning", Kind::Normal),
            ],
            &[],
        );
    }

    #[test]
    fn core_takes_no_other_dependency() {
        check_finds(
            vec![Crate::example("tuning-core").on("rand", Kind::Normal)],
            &["`tuning-core` depends on `rand`"],
        );
    }

    #[test]
    fn a_strategy_does_not_reach_the_runtime() {
        check_finds(
            vec![
                Crate::example("tuning-runtime"),
                Crate::example("tuning-tpe").on("tuning-runtime", Kind::Normal),
            ],
            &["`tuning-tpe` depends on `tuning-runtime`"],
        );
    }

    #[test]
    fn a_strategy_does_not_reach_observers_through_the_facade() {
        check_finds(
            vec![
                Crate::example("tuning-observers"),
                Crate::example("hypertuning").on("tuning-observers", Kind::Normal),
                Crate::example("tuning-gp").on("hypertuning", Kind::Normal),
            ],
            &["`tuning-gp` depends on `tuning-observers` through `hypertuning`"],
        );
    }

    #[test]
    fn the_runtime_depends_on_no_strategy() {
        check_finds(
            vec![
                Crate::example("tuning-strategies"),
                Crate::example("tuning-runtime").on("tuning-strategies", Kind::Normal),
            ],
            &["`tuning-runtime` depends on `tuning-strategies`"],
        );
    }

    #[test]
    fn observers_journals_and_conformance_depend_on_core_alone() {
        for name in [
            "tuning-observers",
            "tuning-sqlite",
            CONFORMANCE,
            "tuning-derive",
        ] {
            check_finds(
                vec![
                    Crate::example("tuning-runtime"),
                    Crate::example(name).on("tuning-runtime", Kind::Normal),
                ],
                &[&format!("`{name}` depends on `tuning-runtime`")],
            );
        }
    }

    #[test]
    fn conformance_is_a_dev_dependency_by_path() {
        let mut from_registry = Crate::example("tuning-gp");
        from_registry.dependencies.push(Dependency {
            name: CONFORMANCE.to_owned(),
            kind: Kind::Dev,
            by_path: false,
        });
        check_finds(
            vec![
                Crate::example("tuning-tpe").on(CONFORMANCE, Kind::Normal),
                from_registry,
            ],
            &[
                "`tuning-tpe` depends on `tuning-conformance` as a normal dependency",
                "`tuning-gp` depends on `tuning-conformance` not by path",
            ],
        );
    }

    #[test]
    fn a_cycle_through_dev_dependencies_is_found_once() {
        check_finds(
            vec![
                Crate::example("hypertuning").on("tuning-runtime", Kind::Normal),
                Crate::example("tuning-runtime").on("hypertuning", Kind::Dev),
            ],
            &["cycle `hypertuning` → `tuning-runtime` → `hypertuning`"],
        );
    }

    #[test]
    fn a_crate_that_depends_on_itself_is_a_cycle() {
        check_finds(
            vec![Crate::example("tuning-tpe").on("tuning-tpe", Kind::Dev)],
            &["cycle `tuning-tpe` → `tuning-tpe`"],
        );
    }

    #[test]
    fn a_crate_without_a_layer_is_named() {
        check_finds(
            vec![Crate::example("tuning-misc")],
            &["`tuning-misc` has no layer"],
        );
    }
}
