//! `pruner`: what stops bad trials early, as a study file says it; and the kinds that come with this crate.

use std::{convert::Infallible, sync::Arc};

use serde::{Serialize, de::DeserializeOwned};
use tuning_core::{Pruner, PrunerConfig};
use tuning_strategies::NeverConfig;

use crate::{
    document::{Key, Keys, Shape},
    kinds::{Kind, Words},
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
    expected: "the name of a pruner, such as `never`, or a mapping of its `name` and options",
    common: &NAME,
};

/// The kinds that come with this crate.
pub(crate) fn ours() -> Vec<Kind<AnyPruner>> {
    let never = kind::<NeverConfig>("never", "no trial is stopped");
    vec![never.synonyms(&["none", "nop", "NopPruner", "off"])]
}

/// A kind whose options are the fields of `C`.
pub(crate) fn kind<C>(name: &str, about: &str) -> Kind<AnyPruner>
where
    C: PrunerConfig + Default + Serialize + DeserializeOwned + 'static,
{
    Kind::typed(name, about, |config: C| {
        Ok::<_, Infallible>(Arc::<AnyPruner>::from(config.boxed()))
    })
}
