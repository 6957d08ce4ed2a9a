//! Pruners that hold others, as a study file nests them: `{name: after, step: 5, inner: median}`, or in short
//! `{any: [median, {name: threshold, upper: 10}]}`.

use std::sync::Arc;

use tuning_core::PrunerConfig;
use tuning_multifidelity::{AfterConfig, AllOfConfig, AnyOfConfig, NeverConfig, PatienceConfig};

use super::AnyPruner;
use crate::{
    document::{Item, Key, Keys, Shape},
    kinds::{Kind, Options},
    limits,
};

const INNER: Shape = Shape::Defined("pruner");

/// `patience`, `after`, `any` and `all`.
pub(super) fn ours() -> [Kind<AnyPruner>; 4] {
    let patience = Kind::new(
        "patience",
        "stops what has got worse for some reports in a row, if another pruner agrees",
        &PATIENCE,
        patience,
    )
    .with_described(PatienceConfig::default().options());
    let after = Kind::new(
        "after",
        "stops what another pruner stops, from a step on",
        &AFTER,
        after,
    )
    .with_described(AfterConfig::over(NeverConfig::default(), 0).options());
    let any = Kind::new(
        "any",
        "stops what one of several pruners stops",
        &OF,
        |options| {
            let any = AnyOfConfig::of(of(options)?);
            Some(Arc::from(any.boxed()))
        },
    )
    .short("of")
    .with_described(AnyOfConfig::of([]).options());
    let all = Kind::new(
        "all",
        "stops what each of several pruners stops",
        &OF,
        |options| {
            let all = AllOfConfig::of(of(options)?);
            Some(Arc::from(all.boxed()))
        },
    )
    .short("of")
    .with_described(AllOfConfig::of([]).options());
    [
        patience.synonyms(&[
            "PatientPruner",
            "patient",
            "early_stopping",
            "EarlyStopping",
        ]),
        after.synonyms(&["delay", "delayed"]),
        any.synonyms(&["or", "either", "any_of"]),
        all.synonyms(&["and", "both", "all_of"]),
    ]
}

static PATIENCE: Keys = Keys::new(
    "the options of `patience`, a mapping",
    &[
        Key::new(
            "patience",
            Shape::Count(0, limits::TRIALS),
            "How many reports in a row, besides the last one, may be worse than the best before them.",
        )
        .default("3"),
        Key::new(
            "tolerance",
            Shape::Between(0.0, f64::MAX),
            "By how much a report has to be worse to count as such.",
        )
        .default("0.0"),
        Key::new(
            "inner",
            INNER,
            "The pruner that judges a trial that has not got better. If none is named, it is stopped.",
        ),
    ],
);

static AFTER: Keys = Keys::new(
    "the options of `after`, a mapping",
    &[
        Key::new(
            "step",
            Shape::Count(0, limits::STEP),
            "The step from which a trial may be stopped.",
        )
        .required(),
        Key::new("inner", INNER, "The pruner that judges from there on.").required(),
    ],
);

static OF: Keys = Keys::new(
    "the pruners in `of`, a list",
    &[Key::new(
        "of",
        Shape::Filled(&INNER),
        "The pruners, as in `[median, {name: threshold, upper: 10}]`.",
    )
    .required()],
);

fn patience(options: &Options<'_>) -> Option<Arc<AnyPruner>> {
    // What is out of a range is told by the caller, as for every pruner.
    let patience = options.read_if_said("patience", |item| item.count(0..=u64::from(u32::MAX)));
    let tolerance = options.read_if_said("tolerance", Item::number);
    let inner = options.read_if_said("inner", |item| options.pruner(item));
    let mut config = PatienceConfig::default();
    if let Some(patience) = patience? {
        config.patience = u32::try_from(patience).ok()?;
    }
    if let Some(tolerance) = tolerance? {
        config.tolerance = tolerance;
    }
    config.inner = inner?;
    Some(Arc::from(config.boxed()))
}

fn after(options: &Options<'_>) -> Option<Arc<AnyPruner>> {
    let step = options
        .need("step", "say from which step on, as in `step: 5`")
        .and_then(|item| item.count(0..=limits::STEP));
    let inner = options
        .need(
            "inner",
            "name the pruner that judges from there on, as in `inner: median`",
        )
        .and_then(|item| options.pruner(&item));
    Some(Arc::from(AfterConfig::over(inner?, step?).boxed()))
}

fn of(options: &Options<'_>) -> Option<Vec<Arc<AnyPruner>>> {
    let item = options.need(
        "of",
        "name the pruners, as in `of: [median, {name: threshold, upper: 10}]`",
    )?;
    let all = item.list("a list of pruners, such as `[median, {name: threshold, upper: 10}]`")?;
    if all.is_empty() {
        return item.wrong("is empty: name one pruner at least, as in `[median]`");
    }
    let read: Vec<_> = all.iter().map(|one| options.pruner(one)).collect();
    read.into_iter().collect()
}
