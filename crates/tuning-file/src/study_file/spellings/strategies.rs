//! What a strategy, a scheduler or a pruner of another tool is here, and what to write for it.

use super::{meaning::written, remedy::count, root::Names, translation::Translation};
use crate::{
    document::{Node, Value},
    limits,
};

/// What they call a strategy, as [`plain`] has it, and what it is here, if that is registered.
pub(in crate::study_file) const METHODS: &[(&[&str], &[&str])] = &[
    (
        &["bayes", "bayesian", "bayesopt", "bayesianopt"],
        &["gp", "tpe"],
    ),
    (&["tpe", "hyperopt", "multivariatetpe"], &["tpe"]),
    (&["gp", "gaussianprocess", "botorch"], &["gp"]),
    (&["cma", "cmaes"], &["cmaes"]),
    (&["qmc", "sobol", "quasirandom"], &["sobol"]),
    (&["grid"], &["grid"]),
    (&["random", "basicvariant", "variantgenerator"], &["random"]),
    (&["de", "differentialevolution"], &["de"]),
    (
        &["evolution", "regularizedevolution", "agingevolution"],
        &["regularised_evolution"],
    ),
    (&["nsga", "nsgaii", "nsga2"], &["nsga2"]),
    (&["hyperband"], &["hyperband"]),
    // Around TPE, `hyperband` is BOHB.
    (&["bohb", "hyperbandforbohb"], &["bohb", "hyperband"]),
    (
        &[
            "asha",
            "asynchyperband",
            "adaptiveasha",
            "successivehalving",
        ],
        &["asha", "successive_halving"],
    ),
];

/// Those of ours that compare trials at the steps of a ladder, the one that is meant by none of them first.
const LADDERS: [&str; 3] = ["hyperband", "asha", "bohb"];

/// Ends of names that say nothing.
const ENDINGS: [&str; 10] = [
    "sampler",
    "pruner",
    "tuner",
    "search",
    "searchalg",
    "scheduler",
    "optimization",
    "optimisation",
    "optimizer",
    "algorithm",
];

/// A name without what tools write differently: `TPESampler`, `grid_search`, `CMA-ES`.
fn plain(name: &str) -> String {
    let name = name.to_lowercase().replace(['_', '-', ' '], "");
    let short = ENDINGS.into_iter().find_map(|end| name.strip_suffix(end));
    match short {
        Some(short) if !short.is_empty() => short.to_owned(),
        _ => name,
    }
}

/// The name of a method, a sampler or a pruner: `TPESampler`, `{name: tpe, …}`, `{tpe: {seed: 3}}`.
fn named(node: &Node) -> Option<String> {
    let inner = || {
        ["name", "type"]
            .into_iter()
            .find_map(|key| node.get(key)?.as_text())
    };
    let only = || match &node.value {
        Value::Map(entries) if entries.len() == 1 => Some(&*entries[0].key),
        _ => None,
    };
    let name = node.as_text().or_else(inner).or_else(only)?;
    Some(name.to_owned())
}

/// The strategies that correspond to a name of another tool.
fn candidates<'a>(theirs: &str, strategies: &[&'a str]) -> Vec<&'a str> {
    let theirs = plain(theirs);
    let same = |name: &&&str| plain(name) == theirs;
    if let Some(same) = strategies.iter().find(same) {
        return vec![same];
    }
    let methods = METHODS.iter().find(|(words, _)| words.contains(&&*theirs));
    let meant = methods.map_or(&[][..], |(_, ours)| ours);
    let there = strategies.iter().filter(|name| meant.contains(name));
    there.copied().collect()
}

/// ``write `strategy: gp` or `strategy: tpe` ``.
fn write(strategies: &[&str]) -> String {
    format!("write `strategy: {}`", strategies.join("` or `strategy: "))
}

impl Translation<'_> {
    /// `method: random` is `strategy: random`; others have options, and meanings, of their own.
    pub(super) fn methods(&mut self, strategies: &[&str]) {
        const LISTED: &str = "`tune strategies` lists them with their options";
        for theirs in [
            "method",
            "sampler",
            "algorithm",
            "search_alg",
            "tuner",
            "optimizer",
        ] {
            let Some(name) = self.get(theirs).and_then(named) else {
                continue;
            };
            let ours = candidates(&name, strategies);
            let is_program = name == "command" && ours.is_empty();
            // With options of ours: only the key is another one.
            let has_options = self
                .get(theirs)
                .is_some_and(|node| node.get("name").is_some());
            let is_ours = has_options && strategies.contains(&&*name);
            let is_synonym = !["method", "sampler", "optimizer"].contains(&theirs);
            if is_program || is_ours && is_synonym {
                continue;
            }
            let is_text = self
                .get(theirs)
                .is_some_and(|node| node.as_text().is_some());
            if ours == ["random"] && is_text && self.get("strategy").is_none() {
                let entry = self.take(theirs).expect("it was there a moment ago");
                self.put("strategy", entry.put_text("random"));
                continue;
            }
            let remedy = match ours.is_empty() {
                false => format!("{}; {LISTED}", write(&ours)),
                true => format!("no strategy here is called so: choose one, {LISTED}"),
            };
            self.refuse(theirs, Some("strategy"), &remedy);
        }
        let Some(name) = self.get("strategy").and_then(named) else {
            return;
        };
        let ours = candidates(&name, strategies);
        let is_named = self
            .get("strategy")
            .is_some_and(|node| node.as_text().is_some() || node.get("name").is_some());
        if is_named && strategies.contains(&&*name) || ours.is_empty() {
            return;
        }
        let remedy = format!("{}; {LISTED}", write(&ours));
        self.refuse("strategy", Some("strategy"), &remedy);
    }

    /// Schedulers, and pruners that compare trials on a ladder of fidelities: here these are strategies.
    pub(super) fn ladders(&mut self, names: &Names<'_>) {
        for key in ["pruner", "scheduler", "early_terminate"] {
            let Some(node) = self.get(key) else {
                continue;
            };
            let name = named(node).unwrap_or_default();
            let is_ours = key == "pruner"
                && (names.pruners.contains(&&*name) || !LADDERS.contains(&ladder(&name)));
            if is_ours {
                continue;
            }
            let remedy = of_ladder(node, &name, &names.strategies);
            self.refuse(key, None, &remedy);
        }
    }
}

/// What a name means among our strategies that are ladders.
fn ladder(name: &str) -> &'static str {
    let theirs = plain(name);
    let methods = METHODS.iter().find(|(words, _)| words.contains(&&*theirs));
    methods.map_or("", |(_, ours)| ours[0])
}

/// What to write for `{type: hyperband, min_iter: 3, max_iter: 27, s: 2, eta: 3}`, as W&B, Ray and Optuna have it.
fn of_ladder(node: &Node, name: &str, strategies: &[&str]) -> String {
    let meant = ladder(name);
    let others = LADDERS.into_iter().filter(|other| *other != meant);
    let there = std::iter::once(meant)
        .chain(others)
        .find(|name| strategies.contains(name));
    let is_ladder = LADDERS.contains(&meant) || name.is_empty();
    let (Some(strategy), true) = (there, is_ladder) else {
        return "nothing here does the same: remove it, and trials run to their end; `tune pruners` lists what stops \
                them early"
            .to_owned();
    };
    let number = |keys: &[&str]| keys.iter().find_map(|key| count(node.get(key)?));
    let least = number(&[
        "min_iter",
        "grace_period",
        "min_resource",
        "min_budget",
        "min_t",
    ]);
    let most = number(&["max_iter", "max_t", "max_resource", "max_budget"]);
    let eta = number(&["eta", "reduction_factor"]).unwrap_or(3).max(2);
    let brackets = number(&["s"]).and_then(|s| u32::try_from(s).ok());
    // W&B: the first of `s` brackets is at `max_iter / eta^s`.
    let first = most
        .zip(brackets)
        .map(|(most, s)| most / eta.saturating_pow(s));
    let min = least.or(first).unwrap_or(1).clamp(1, limits::RESOURCE / 27);
    let max = most.filter(|most| *most >= min).unwrap_or(min * 27);
    format!(
        "a strategy compares trials at the steps of a ladder here: write `strategy: {}` and `fidelity: {{min: {min}, max: \
         {max}}}`, the steps of a whole trial",
        written(&strategy.into())
    )
}
