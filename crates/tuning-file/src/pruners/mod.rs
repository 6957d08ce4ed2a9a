//! `pruner`: what stops bad trials early, as a study file says it; and the kinds that come with this crate.

mod nested;

use std::{convert::Infallible, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use tuning_core::{Pruner, PrunerConfig};
use tuning_multifidelity::{
    AshaStoppingConfig, MedianConfig, NeverConfig, PercentileConfig, ThresholdConfig,
    WilcoxonConfig,
};

use crate::{
    document::{Item, Key, Keys, Shape, Value},
    kinds::{Context, Kind, Kinds, Words},
};

/// A configuration of a pruner that was chosen at run time: what the options of a kind of pruner become.
pub type AnyPruner = dyn PrunerConfig<Pruner = Box<dyn Pruner>>;

/// What stands among the options of a kind.
static NAME: Keys = Keys::new(
    "",
    &[Key::new("name", Shape::Text, "Which pruner it is.").required()],
);

pub(crate) const WORDS: Words = Words {
    one: "pruner",
    expected: "the name of a pruner, such as `median`, or a mapping of its `name` and options",
    common: &NAME,
};

/// The kinds that come with this crate.
pub(crate) fn ours() -> Vec<Kind<AnyPruner>> {
    let median = kind::<MedianConfig>(
        "median",
        "stops what is worse than half of the trials were at that step",
    );
    let percentile = kind::<PercentileConfig>(
        "percentile",
        "keeps what is among the best trials at that step, the best 25 % by default",
    );
    let threshold =
        kind::<ThresholdConfig>("threshold", "stops what reports a value out of a range")
            .needs_one_of(&["lower", "upper"]);
    let never = kind::<NeverConfig>("never", "stops nothing");
    let wilcoxon = kind::<WilcoxonConfig>(
        "wilcoxon",
        "stops what is worse than the best trial on the same folds or instances",
    );
    let mut all = vec![
        median.synonyms(&[
            "MedianPruner",
            "MedianStoppingRule",
            "Medianstop",
            "median_stopping",
            "median_stopping_rule",
        ]),
        percentile.synonyms(&["PercentilePruner", "quantile"]),
        threshold.synonyms(&["ThresholdPruner", "bounds"]),
        wilcoxon.synonyms(&["WilcoxonPruner", "signed_rank"]),
    ];
    all.extend(nested::ours());
    all.push(kind::<AshaStoppingConfig>(
        "asha",
        "stops what is not among the best third at a rung",
    ));
    all.push(never.synonyms(&["none", "nop", "NopPruner", "off"]));
    all
}

/// What stops trials that cannot pause, if the file does not choose.
pub(crate) fn for_trials_that_cannot_resume() -> Arc<AnyPruner> {
    Arc::from(AshaStoppingConfig::default().boxed())
}

/// A kind whose options are the fields of `C`.
pub(crate) fn kind<C>(name: &str, about: &str) -> Kind<AnyPruner>
where
    C: PrunerConfig + Default + Serialize + DeserializeOwned + 'static,
{
    let kind = Kind::typed(name, about, |config: C| {
        Ok::<_, Infallible>(Arc::<AnyPruner>::from(config.boxed()))
    });
    kind.with_described(C::default().options())
}

/// The kind that a map without a name is short for, and what stands for its options.
fn short<'a>(item: &Item<'a>, kinds: &Kinds<AnyPruner>) -> Option<(&'a str, Item<'a>)> {
    let Value::Map(entries) = &item.node().value else {
        return None;
    };
    let [only] = &entries[..] else {
        return None;
    };
    let kind = kinds.get(&only.key)?;
    kind.stands_for()?;
    Some((&only.key, item.child(&only.key, &only.node)))
}

/// Reads a pruner: `KIND`, `{name: KIND, option: …}`, or `{any: […]}` for `{name: any, of: […]}`. An option that is out of its
/// range is told at the option.
pub(crate) fn read<'a>(
    item: &Item<'a>,
    kinds: &Kinds<AnyPruner>,
    context: Context<'a>,
) -> Option<Arc<AnyPruner>> {
    let pruner = match short(item, kinds) {
        Some((kind, options)) => kinds.read_as(kind, &options, WORDS, context)?.config,
        None => kinds.read_named(item, WORDS, context)?,
    };
    let options = pruner.options();
    let outside = options
        .iter()
        .find_map(|option| Some((option, option.outside()?)));
    let Some((option, (path, value))) = outside else {
        return Some(pruner);
    };
    let place = item
        .node()
        .option(&path)
        .map_or(item.place(), |node| &node.place);
    let range = option.range().unwrap_or_default();
    let message = format!(
        "`{}` has an option `{path}` that cannot be `{value}`: it must be {range}",
        item.path()
    );
    item.problem(place, message)
}
