//! [`Mode`]: what an inner strategy can expect to be told of a trial, and whether that is what it was
//! told.

use tuning_core::{Fact, FailureKind, Outcome, Values};

use crate::{law::CombinatorLaw as Law, report::Breach};

/// How an inner strategy is told of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// As it is.
    AsItIs,
    /// As one that runs to its end at once.
    Whole { ended: bool },
    /// A law is broken here already: what follows from that is not held against the combinator, too.
    Spoiled,
}

/// What a trial has reported so far, and to whom.
pub(super) struct Reported<'a> {
    pub(super) all: &'a [&'a Values],
    /// Whether there is one inner strategy; of several, each may learn at a fidelity of its own.
    pub(super) alone: bool,
    /// Whether the inner strategy has the same objectives.
    pub(super) values: bool,
}

/// Compares what an inner strategy heard of a trial, other than its start, with what happened to it.
pub(super) fn compare(
    mode: &mut Mode,
    fact: &Fact,
    heard: &[&Fact],
    reported: &Reported<'_>,
) -> Result<(), (Law, Breach)> {
    match mode {
        Mode::Spoiled => Ok(()),
        Mode::AsItIs => as_it_is(fact, heard, reported.values),
        Mode::Whole { ended } => {
            let before = *ended;
            *ended |= match fact {
                Fact::Paused(_) => reported.alone || !heard.is_empty(),
                fact => matches!(fact, Fact::Ended(_)),
            };
            whole(before, fact, heard, reported).map_err(|breach| (Law::NoFidelities, breach))
        }
    }
}

fn as_it_is(fact: &Fact, heard: &[&Fact], values: bool) -> Result<(), (Law, Breach)> {
    let told = once(fact, heard)?;
    let same = match (fact, told) {
        (Fact::Resumed(one), Fact::Resumed(other)) => one.until == other.until,
        (one, other) if values => one == other,
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    };
    if same {
        return Ok(());
    }
    Err((Law::AsTheyAre, differs(fact, told)))
}

/// The one fact that was heard.
pub(super) fn once<'f>(fact: &Fact, heard: &[&'f Fact]) -> Result<&'f Fact, (Law, Breach)> {
    let message = match heard {
        [told] => return Ok(told),
        [] => format!("this happened, and it was not told: {}", shown(fact)),
        [first, second, ..] => format!(
            "this happened once: {}\nand it was told {}\nand {}",
            shown(fact),
            shown(first),
            shown(second)
        ),
    };
    Err((Law::EveryFact, Breach::new(message)))
}

fn whole(ended: bool, fact: &Fact, heard: &[&Fact], reported: &Reported<'_>) -> Result<(), Breach> {
    let values = reported.values;
    let completed = |trial, values: &Values| {
        let outcome = Outcome::Completed(values.clone());
        Fact::from(tuning_core::Ended::new(trial, outcome))
    };
    let is_earlier = |fact: &&Fact| match fact {
        Fact::Ended(tuning_core::Ended {
            outcome: Outcome::Completed(told),
            ..
        }) => !values || reported.all.contains(&told),
        // It has skipped what that inner strategy learns from.
        Fact::Ended(ended) => ended
            .outcome
            .failure()
            .is_some_and(|failure| failure.kind == FailureKind::Cancelled),
        _ => false,
    };
    let has_values = |fact: &Fact| match fact {
        Fact::Paused(_) => true,
        Fact::Ended(ended) => matches!(ended.outcome, Outcome::Completed(_)),
        _ => false,
    };
    let expected = match fact {
        _ if ended => None,
        Fact::Reported(_) if heard.is_empty() => None, // what it does not hear of, it does not miss
        Fact::Reported(_) => Some(fact.clone()),
        Fact::Paused(_) if !reported.alone && heard.is_empty() => None,
        _ if has_values(fact)
            && !reported.alone
            && heard.len() == 1
            && heard.iter().all(is_earlier) =>
        {
            heard.first().map(|told| (*told).clone())
        }
        Fact::Paused(paused) => {
            let last = reported.all.last();
            last.map(|last| completed(paused.trial, last))
        }
        Fact::Ended(_) => Some(fact.clone()),
        _ => None,
    };
    let same = |one: &Fact, other: &Fact| match (one, other) {
        (Fact::Ended(one), Fact::Ended(other)) if values => one.outcome == other.outcome,
        (Fact::Reported(one), Fact::Reported(other)) if values => {
            (one.at, &one.values) == (other.at, &other.values)
        }
        (one, other) => std::mem::discriminant(one) == std::mem::discriminant(other),
    };
    match (&expected, heard) {
        (None, []) => Ok(()),
        (Some(expected), [told]) if same(expected, told) => Ok(()),
        (Some(expected), _) => Err(Breach::new(format!(
            "of a trial that it meant to run to its end, it was to be told {}\nand was told {}",
            shown(expected),
            all(heard)
        ))),
        (None, _) => Err(Breach::new(format!(
            "of a trial that {}, it was told {}",
            if ended {
                "has ended for it"
            } else {
                "it meant to run to its end"
            },
            all(heard)
        ))),
    }
}

pub(super) fn differs(fact: &Fact, told: &Fact) -> Breach {
    Breach::new(format!(
        "this happened: {}\nand it was told {}",
        shown(fact),
        shown(told)
    ))
}

fn all(heard: &[&Fact]) -> String {
    match heard {
        [] => "nothing".to_owned(),
        heard => {
            let heard: Vec<_> = heard.iter().map(|fact| shown(fact)).collect();
            heard.join(", and ")
        }
    }
}

/// A fact in a line.
pub(super) fn shown(fact: &Fact) -> String {
    let trial = fact
        .trial()
        .map_or_else(String::new, |trial| trial.to_string());
    let until = |until: &Option<tuning_core::Fidelity>| match until {
        Some(until) => format!(" until {until}"),
        None => String::new(),
    };
    match fact {
        Fact::Started(started) => {
            let (params, tag) = (&started.params, &started.tag);
            let fork = started.fork.map_or(String::new(), |fork| {
                format!(" forked from trial {}", fork.trial)
            });
            let until = until(&started.until);
            format!("`Started` trial {trial} with {params}{fork}{until}, tag `{tag}`")
        }
        Fact::Resumed(resumed) => {
            let until = until(&resumed.until);
            format!("`Resumed` trial {trial}{until}, tag `{}`", resumed.tag)
        }
        Fact::Reported(reported) => {
            let (at, values) = (reported.at, reported.values.as_slice());
            format!("`Reported` trial {trial} at {at}: {values:?}")
        }
        Fact::Paused(paused) => format!("`Paused` trial {trial} at {}", paused.at),
        Fact::Ended(ended) => match &ended.outcome {
            Outcome::Completed(values) => {
                format!(
                    "`Ended` trial {trial}: completed with {:?}",
                    values.as_slice()
                )
            }
            Outcome::Stopped => format!("`Ended` trial {trial}: stopped"),
            other => format!("`Ended` trial {trial}: {other:?}"),
        },
        other => format!("{other:?}"),
    }
}
