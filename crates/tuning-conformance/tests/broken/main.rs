//! Each law can fail: for every law a twin that is sound but for one fault, and the kit finds that
//! fault, says where it is, and blames no other law.

mod combinators;
mod configs;
mod described;
mod halving;
mod journals;
mod ladder;
mod observer_files;
mod observers;
mod options;
mod pruners;
mod readers;
mod rounds;
mod rungs;
mod schedulers;
mod strategies;
mod twin;

use tuning_conformance::{Lawlike, Report};

/// Exactly this law is broken, and the report says all of `words` about it.
#[track_caller]
fn breaks_only<L: Lawlike>(report: &Report<L>, law: L, words: &[&str]) {
    assert_eq!(report.broken(), [law], "\n{report}");
    let text = report.to_string();
    let said = |word: &&str| text.contains(*word);
    let unsaid: Vec<_> = words.iter().filter(|word| !said(word)).collect();
    assert!(
        unsaid.is_empty(),
        "the report does not say {unsaid:?}:\n{text}"
    );
    for word in [law.statement(), law.remedy(), "repeat: "] {
        assert!(text.contains(word), "{word}\n{text}");
    }
}
