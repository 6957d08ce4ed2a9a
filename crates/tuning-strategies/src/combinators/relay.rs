//! What a combinator tells the strategy inside it: the same facts, with its own layer off the tags.

use std::borrow::Cow;

use tuning_core::{Fact, Proposal, Tag};

/// The fact as the strategy inside `layer` is told it: its own proposals bear its own tag again, and
/// everybody else's none, so that it takes them for foreign even if it once wrote them itself.
pub(crate) fn inward<'a>(layer: &str, fact: &'a Fact) -> Cow<'a, Fact> {
    let inner = |tag: &Tag| tag.unwrap(layer).map_or(Tag::NONE, |(_, inner)| inner);
    match fact {
        Fact::Started(started) if !started.tag.is_none() => {
            let mut started = started.clone();
            started.tag = inner(&started.tag);
            Cow::Owned(started.into())
        }
        Fact::Resumed(resumed) if !resumed.tag.is_none() => {
            let mut resumed = resumed.clone();
            resumed.tag = inner(&resumed.tag);
            Cow::Owned(resumed.into())
        }
        _ => Cow::Borrowed(fact),
    }
}

/// A proposal of the strategy inside `layer`, as it leaves the combinator.
pub(crate) fn outward(layer: &str, proposal: Proposal) -> Proposal {
    proposal.map_tag(|tag| tag.wrap(layer, ""))
}
