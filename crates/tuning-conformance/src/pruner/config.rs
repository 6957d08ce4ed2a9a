//! The laws of configurations of pruners, one function each.

use tuning_core::{Pruner, PrunerConfig};

use super::{
    laws::{cuts, same, told, verdicts},
    scene::{Scene, running},
};
use crate::report::Breach;

/// What a box of the configuration builds judges as what the configuration builds.
pub(super) fn boxed<C>(config: &C, scene: &Scene) -> Result<(), Breach>
where
    C: PrunerConfig + Clone + 'static,
{
    let problem = scene.problem();
    let broken =
        |error: &dyn std::fmt::Display| Breach::new(format!("in a box, it refused: {error}"));
    let plain = || -> Box<dyn Pruner> {
        let built = config.build(problem);
        Box::new(built.unwrap_or_else(|error| panic!("refused after it was taken: {error}")))
    };
    let facts = scene.facts(Some(plain())).map_err(Breach::new)?;
    for cut in cuts(&facts) {
        let seen = &facts[..cut];
        let open = running(seen);
        let mut inner = config
            .clone()
            .boxed()
            .boxed()
            .build(problem)
            .map_err(|error| broken(&error))?;
        seen.iter().for_each(|fact| inner.tell(fact));
        let expected = verdicts(&*told(&plain, seen), &open);
        same(
            &expected,
            &verdicts(&inner, &open),
            "built by the boxed configuration",
            cut,
        )?;
    }
    Ok(())
}

/// The name and the options are there, and the same whenever they are asked for.
pub(super) fn spec<C>(config: &C) -> Result<(), Breach>
where
    C: PrunerConfig + Clone + 'static,
{
    let first = config.spec();
    if first.name.trim().is_empty() {
        return Err(Breach::new("its name is empty"));
    }
    let clone = config.clone();
    let (described, inside) = (config.options(), config.clone().boxed().options());
    if inside != described {
        return Err(Breach::new(format!(
            "in a box, `options()` is {inside:?}, not {described:?}"
        )));
    }
    let again = [
        ("asked again", config.spec()),
        ("asked in a clone", clone.spec()),
        ("asked in a box", clone.boxed().spec()),
    ];
    match again.into_iter().find(|(_, spec)| *spec != first) {
        None => Ok(()),
        Some((how, other)) => Err(Breach::new(format!("`{first}` became `{other}`, {how}"))),
    }
}

/// Options that make no sense are refused by name.
pub(super) fn refusal<C: PrunerConfig>(
    nonsense: &[(String, C)],
    scene: &Scene,
) -> Result<(), Breach> {
    for (option, config) in nonsense {
        let spec = config.spec();
        let Err(refused) = config.build(scene.problem()) else {
            return Err(Breach::new(format!(
                "it took `{spec}`, whose `{option}` makes no sense"
            )));
        };
        if (refused.what, &refused.name) != ("pruner", &spec.name) {
            let expected = format!("the refusal of pruner `{}`", spec.name);
            return Err(Breach::new(format!(
                "expected {expected}, found `{refused}`"
            )));
        }
        // `warmup`, or `warmup: 0` as `ConfigOption::check_pruner` says it.
        let mut ends = ["`", ": ", "."].into_iter();
        if !ends.any(|end| refused.message.contains(&format!("`{option}{end}"))) {
            return Err(Breach::new(format!(
                "the refusal does not name `{option}`: {refused}"
            )));
        }
    }
    Ok(())
}
