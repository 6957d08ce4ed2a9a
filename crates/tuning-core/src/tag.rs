//! [`Tag`]: a strategy's private note on its own proposal, and how combinators nest theirs around it.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

/// A strategy's note on its own proposal (grid index, generation, bracket, the reason for it).
///
/// A tag is journaled with the trial, echoed in every fact that starts or resumes work, shown to
/// people, and ignored by everyone but its author. It reads as `layer:note`; a combinator puts its own
/// layer in front of the inner one: `enqueue:0`, `dedup:/grid:17`.
///
/// # For implementors
/// - A trial whose tag is not yours is a foreign trial: learn from it, but do not count it as yours.
///   [`Tag::note_as`] reads your own note and returns none for any other.
/// - A combinator wraps every tag of its inner strategy with [`Tag::wrap`], and before it tells the
///   inner strategy, it takes its layer off with [`Tag::unwrap`]. A tag without that layer becomes
///   [`Tag::NONE`]: what a bare strategy of the inner one's kind once started is foreign inside the
///   combinator. [`Strategy`](crate::Strategy) says what else an inner strategy is told.
///
/// # Example
/// ```
/// use tuning_core::Tag;
///
/// let inner = Tag::new("grid", "17");
/// let outer = inner.wrap("asha", "0");
/// assert_eq!(outer.to_string(), "asha:0/grid:17");
///
/// let (note, rest) = outer.unwrap("asha").expect("it is ours");
/// assert_eq!((&*note, rest), ("0", Tag::new("grid", "17")));
/// assert_eq!(outer.note("grid"), None, "not the outermost layer: foreign");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Tag(Option<Arc<str>>);

impl Tag {
    /// The tag of a trial without a note.
    pub const NONE: Self = Self(None);

    /// The layer of the tag of a trial that tries a failed one again: its note is the number of that one.
    pub const RETRY: &str = "retry";

    /// The layer of the tag of a trial that was evaluated elsewhere and [added](crate::AddedTrial): its note says where it comes from.
    pub const ADDED: &str = "added";

    /// Returns the tag `layer:note`. `layer` names the strategy; both may hold any text.
    #[must_use]
    pub fn new(layer: &str, note: impl fmt::Display) -> Self {
        Self(Some(segment(layer, &note.to_string()).into()))
    }

    /// Returns this tag with `layer:note` in front of it.
    #[must_use]
    pub fn wrap(&self, layer: &str, note: impl fmt::Display) -> Self {
        let mut text = segment(layer, &note.to_string());
        if let Some(inner) = &self.0 {
            text.push('/');
            text.push_str(inner);
        }
        Self(Some(text.into()))
    }

    /// Returns the note of the outermost layer and the tag inside it, if that layer is `layer`.
    #[must_use]
    pub fn unwrap(&self, layer: &str) -> Option<(String, Self)> {
        let text = self.0.as_deref()?;
        let (head, rest) = match text.split_once('/') {
            Some((head, rest)) => (head, Self(Some(rest.into()))),
            None => (text, Self::NONE),
        };
        let (name, note) = head.split_once(':')?;
        (unescape(name) == layer).then(|| (unescape(note), rest))
    }

    /// Returns the note, if the outermost layer is `layer`.
    #[must_use]
    pub fn note(&self, layer: &str) -> Option<String> {
        self.unwrap(layer).map(|(note, _)| note)
    }

    /// Returns the note as a value, if the outermost layer is `layer` and its note reads as one: what
    /// was written with `Tag::new(layer, value)`. A note that does not read is foreign, too: another
    /// strategy may have the same name.
    ///
    /// # Example
    /// ```
    /// use tuning_core::Tag;
    ///
    /// let generation = |tag: &Tag| tag.note_as::<u64>("evolution");
    /// assert_eq!(generation(&Tag::new("evolution", 17)), Some(17));
    /// assert_eq!(generation(&Tag::new("evolution", "late")), None);
    /// assert_eq!(generation(&Tag::new("grid", 17)), None);
    /// ```
    #[must_use]
    pub fn note_as<T: FromStr>(&self, layer: &str) -> Option<T> {
        self.note(layer)?.parse().ok()
    }

    /// The layers from the outermost to the innermost, each with its note, for people. What does not read as a layer is a
    /// note without one.
    ///
    /// # Example
    /// ```
    /// use tuning_core::Tag;
    ///
    /// let tag = Tag::new("gp", "ucb").wrap("auto", "few results yet");
    /// let layers: Vec<_> = tag.layers().collect();
    /// assert_eq!(layers[0], ("auto".to_owned(), "few results yet".to_owned()));
    /// assert_eq!(layers[1], ("gp".to_owned(), "ucb".to_owned()));
    /// ```
    pub fn layers(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let parts = self.as_str().split('/').filter(|part| !part.is_empty());
        parts.map(|part| {
            let (layer, note) = part.split_once(':').unwrap_or(("", part));
            (unescape(layer), unescape(note))
        })
    }

    /// Whether it is that of a trial that was added.
    pub(crate) fn is_added(&self) -> bool {
        let rest = self.as_str().strip_prefix(Self::ADDED);
        rest.is_some_and(|rest| rest.starts_with(':'))
    }

    /// Whether there is no note at all.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }

    /// The tag as text; empty if there is none.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_deref().unwrap_or_default()
    }
}

/// `layer:note` with the three characters that have a meaning here escaped.
fn segment(layer: &str, note: &str) -> String {
    let mut text = String::with_capacity(layer.len() + 1 + note.len());
    escape(layer, true, &mut text);
    text.push(':');
    escape(note, false, &mut text);
    text
}

fn escape(part: &str, colon: bool, out: &mut String) {
    for c in part.chars() {
        match c {
            '%' => out.push_str("%25"),
            '/' => out.push_str("%2F"),
            ':' if colon => out.push_str("%3A"),
            c => out.push(c),
        }
    }
}

fn unescape(part: &str) -> String {
    if !part.contains('%') {
        return part.to_owned();
    }
    part.replace("%2F", "/")
        .replace("%3A", ":")
        .replace("%25", "%")
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<String> for Tag {
    fn from(text: String) -> Self {
        Self((!text.is_empty()).then(|| text.into()))
    }
}

impl From<Tag> for String {
    fn from(tag: Tag) -> Self {
        tag.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_layer_that_is_not_the_outermost_is_foreign() {
        let tag = Tag::new("grid", 3).wrap("dedup", "");
        assert_eq!(tag.as_str(), "dedup:/grid:3");
        assert!(tag.unwrap("grid").is_none());
        assert!(Tag::NONE.unwrap("grid").is_none());
        assert!(Tag::from("free text".to_owned()).unwrap("grid").is_none());
    }

    proptest! {
        #[test]
        fn unwrap_undoes_wrap(layer in ".*", note in ".*", inner in "[a-z]{1,5}", depth in 0_u8..3) {
            let mut tag = Tag::NONE;
            for k in 0..depth {
                tag = tag.wrap(&inner, k);
            }
            let wrapped = tag.wrap(&layer, &note);
            prop_assert_eq!(wrapped.unwrap(&layer), Some((note, tag)));
        }
    }
}
