//! What a reader of answers promises, whatever a strategy's program says. Built for the fuzzer and for tests alone.

use tuning_core::{Asked, Parameter, Space};

use crate::answer::{self, Greeting, Reply};

/// The most that an ask is for.
const SLOTS: usize = 3;
/// The largest reason why an answer means nothing.
const LONGEST: usize = 4096;

/// Checks one line, as the answer to a problem and to an ask.
///
/// # Panics
/// If a promise is broken.
pub fn check(bytes: &[u8]) {
    let line = String::from_utf8_lossy(bytes);
    match answer::greeting(&line) {
        Ok(Greeting::Ready | Greeting::Unsupported(_) | Greeting::Fails(_)) => {}
        Err(nonsense) => few_words(&nonsense),
    }
    let space = space();
    match answer::reply(&line, SLOTS, &space) {
        Ok(Reply::Asked(Asked::Propose(proposals))) => {
            assert!(!proposals.is_empty());
            let work = proposals.iter().filter(|proposal| proposal.is_work());
            assert!(work.count() <= SLOTS, "{proposals:?}");
            for params in proposals.iter().filter_map(|proposal| proposal.params()) {
                // What was taken is a point of the space, to the last bit.
                let again = space
                    .params(params.iter())
                    .expect("it was a point of the space");
                assert_eq!(again, *params);
            }
        }
        Ok(Reply::Asked(_) | Reply::Fails(_)) => {}
        Ok(Reply::Illegal(error)) => few_words(&error.to_string()),
        Err(nonsense) => few_words(&nonsense),
    }
}

fn space() -> Space {
    Space::new([
        Parameter::float("lr", 1e-5, 1.0).log(),
        Parameter::categorical("opt", ["adam", "sgd"]),
        Parameter::int("n", 1, 9).when("opt", ["sgd"]),
        Parameter::int("seed", 0, i64::MAX),
        Parameter::bool("flag"),
    ])
    .expect("a space")
}

fn few_words(text: &str) {
    assert!(text.len() <= LONGEST, "{} bytes: {text}", text.len());
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn what_the_fuzzer_begins_with_keeps_the_promises() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/strategy_answers");
        // A package has no seeds.
        for seed in fs::read_dir(seeds).into_iter().flatten() {
            check(&fs::read(seed.unwrap().path()).unwrap());
        }
    }
}
