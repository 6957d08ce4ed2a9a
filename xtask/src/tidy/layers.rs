//! Who may depend on whom, as tables: the layer of each crate, and the law of each layer. `layering.rs` applies them.

use self::Layer::{
    Command, Conformance, Core, Derive, Facade, File, Journal, Observers, Process, Program,
    Runtime, Strategy, Toolkit,
};

/// What a crate is for. Each crate below `crates/` has a row in `LAYERS`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    Core,
    /// What strategies are made of; it holds none.
    Toolkit,
    Strategy,
    /// Strategies that are programs: they need what other strategies must not touch.
    Process,
    Runtime,
    /// Evaluators whose trials are programs.
    Command,
    Observers,
    Journal,
    Conformance,
    Derive,
    /// Studies from files: it may know all that a file may name.
    File,
    Facade,
    Program,
}

pub(crate) const CONFORMANCE: &str = "tuning-conformance";

const LAYERS: &[(&str, Layer)] = &[
    ("tuning-core", Core),
    ("tuning-toolkit", Toolkit),
    ("tuning-strategies", Strategy),
    ("tuning-process", Process),
    ("tuning-tpe", Strategy),
    ("tuning-gp", Strategy),
    ("tuning-cmaes", Strategy),
    ("tuning-evolution", Strategy),
    ("tuning-multifidelity", Strategy),
    ("tuning-auto", Strategy),
    ("tuning-runtime", Runtime),
    ("tuning-command", Command),
    ("tuning-observers", Observers),
    ("tuning-sqlite", Journal),
    ("tuning-postgres", Journal),
    (CONFORMANCE, Conformance),
    ("tuning-derive", Derive),
    ("tuning-file", File),
    ("hypertuning", Facade),
    ("tuning-cli", Program),
];

/// A law on the normal and build dependencies of every crate of a layer.
pub(crate) struct Rule {
    pub(crate) of: Layer,
    pub(crate) law: Law,
    pub(crate) rule: &'static str,
    pub(crate) remedy: &'static str,
}

pub(crate) enum Law {
    /// Nothing else, from wherever it comes.
    Only(&'static [&'static str]),
    /// Of our own crates these alone; others as needed.
    OfOursOnly(&'static [Layer]),
    /// None of these, be it through a third crate.
    NeverReaches(&'static [Layer]),
}

/// The invariants of ARCHITECTURE.md on dependencies.
pub(crate) const RULES: &[Rule] = &[
    Rule {
        of: Core,
        law: Law::Only(&["async-trait", "serde", "thiserror"]),
        rule: "tuning-core depends on serde, thiserror and async-trait only: everybody's traits outlive anybody's dependencies",
        remedy: "move what needs it to the crate that can afford it",
    },
    Rule {
        of: Toolkit,
        law: Law::OfOursOnly(&[Core]),
        rule: "of our crates, tuning-toolkit depends on tuning-core alone: third parties build their strategies on it",
        remedy: "keep what belongs to one strategy in that strategy's crate",
    },
    Rule {
        of: Strategy,
        law: Law::NeverReaches(&[Runtime, Observers]),
        rule: "no strategy crate depends on the runtime or on observers: they meet in `dyn Strategy`",
        remedy: "use core's types; a test that needs a driver goes to tuning-runtime, or takes it as a dev-dependency",
    },
    Rule {
        of: Process,
        law: Law::OfOursOnly(&[Core, Command]),
        rule: "of our crates, tuning-process depends on tuning-core, and on tuning-command for process groups: a program is a strategy like any other",
        remedy: "use core's types; what joins it with a study file goes to tuning-file",
    },
    Rule {
        of: Runtime,
        law: Law::NeverReaches(&[Strategy, Process]),
        rule: "the runtime depends on no strategy crate: it drives any `dyn Strategy`",
        remedy: "take a `Box<dyn Strategy>`; a test that needs a strategy takes it as a dev-dependency",
    },
    Rule {
        of: Command,
        law: Law::OfOursOnly(&[Core]),
        rule: "of our crates, tuning-command depends on tuning-core alone: its evaluator serves any loop, ours or another",
        remedy: "use core's `Evaluator` and `RunningTrial`; what joins it with a study file goes to tuning-cli",
    },
    Rule {
        of: Observers,
        law: Law::OfOursOnly(&[Core]),
        rule: "of our crates, observers depend on tuning-core alone: they serve a hand-written ask/tell loop too",
        remedy: "move the shared type to tuning-core, or the code to the crate that it leans on",
    },
    Rule {
        of: Journal,
        law: Law::OfOursOnly(&[Core]),
        rule: "of our crates, a journal depends on tuning-core alone: it serves a hand-written ask/tell loop too",
        remedy: "move the shared type to tuning-core, or the code to the crate that it leans on",
    },
    Rule {
        of: Conformance,
        law: Law::OfOursOnly(&[Core]),
        rule: "of our crates, tuning-conformance depends on tuning-core alone: third parties run the same laws with nothing of ours around",
        remedy: "write the law against core's traits; what its own tests need is a dev-dependency",
    },
    Rule {
        of: Derive,
        law: Law::OfOursOnly(&[Core]),
        rule: "of our crates, tuning-derive depends on tuning-core alone: a derived space is core's space",
        remedy: "generate code that names core's public items",
    },
    Rule {
        of: File,
        law: Law::NeverReaches(&[Facade, Program, Conformance]),
        rule: "tuning-file knows neither the program nor the facade: a service reads study files without them",
        remedy: "what needs a command line or a terminal goes to tuning-cli",
    },
];

/// The layer of one of our crates.
pub(crate) fn layer(name: &str) -> Option<Layer> {
    LAYERS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, layer)| *layer)
}

/// Whether a crate of ours holds strategies.
pub(crate) fn is_strategy_crate(name: &str) -> bool {
    layer(name) == Some(Strategy)
}
