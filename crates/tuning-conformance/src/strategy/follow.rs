//! Lets a strategy live through a record again, and says in words where two answers differ.

use tuning_core::{Ask, Asked, Proposal, ProposalKind, Strategy};

use crate::{report::Breach, simulation::Call};

/// An answer as it stands in a record.
pub(crate) type Answer = Result<Asked, String>;

/// Asks, in the form of a record.
pub(super) fn ask<S: Strategy + ?Sized>(strategy: &mut S, question: &Ask) -> Answer {
    strategy.ask(question).map_err(|error| error.to_string())
}

/// Lives through `calls`, which begin at `step` of the record, and compares every answer.
pub(super) fn follow<S: Strategy + ?Sized>(
    strategy: &mut S,
    calls: &[Call],
    step: usize,
) -> Result<(), Breach> {
    for (place, call) in calls.iter().enumerate() {
        match call {
            Call::Tell(fact) => strategy.tell(fact),
            Call::Ask(question, expected) => {
                let found = ask(strategy, question);
                same(expected, &found).map_err(|breach| breach.at(step + place))?;
            }
        }
    }
    Ok(())
}

/// Tells the facts of `calls` alone.
pub(super) fn tell<S: Strategy + ?Sized>(strategy: &mut S, calls: &[Call]) {
    for call in calls {
        if let Call::Tell(fact) = call {
            strategy.tell(fact);
        }
    }
}

/// A breach unless the two answers are equal.
pub(super) fn same(expected: &Answer, found: &Answer) -> Result<(), Breach> {
    if expected == found {
        return Ok(());
    }
    Err(Breach::new(format!(
        "the answer was {}\nand became {}",
        shown(expected),
        shown(found)
    )))
}

/// Up to `n` of the asks of a record, spread evenly, the last one included.
pub(super) fn cuts(calls: &[Call], n: usize) -> Vec<usize> {
    let asks: Vec<_> = (0..calls.len())
        .filter(|k| matches!(calls[*k], Call::Ask(..)))
        .collect();
    if asks.len() <= n {
        return asks;
    }
    (1..=n).map(|k| asks[k * asks.len() / n - 1]).collect()
}

/// An answer in words.
pub(crate) fn shown(answer: &Answer) -> String {
    let text = match answer {
        Ok(Asked::Propose(proposals)) => {
            let proposals: Vec<_> = proposals.iter().map(proposal).collect();
            format!("[{}]", proposals.join("; "))
        }
        Ok(asked) => format!("{asked:?}"),
        Err(message) => format!("the error `{message}`"),
    };
    if text.chars().count() <= 400 {
        return text;
    }
    let short: String = text.chars().take(400).collect();
    format!("{short} …")
}

fn proposal(proposal: &Proposal) -> String {
    let mut text = match proposal.kind() {
        ProposalKind::Start(params) => format!("start {params}"),
        ProposalKind::Fork(donor, params) => format!("fork {donor} with {params}"),
        ProposalKind::Resume(trial) => format!("resume {trial}"),
        other => format!("{other:?}"),
    };
    if let Some(until) = proposal.target() {
        text.push_str(&format!(" until {until}"));
    }
    if !proposal.note().is_none() {
        text.push_str(&format!(" tag {}", proposal.note()));
    }
    text
}
