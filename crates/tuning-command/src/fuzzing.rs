//! What a reader of output promises, whatever a program prints. Built for the fuzzer and for tests alone.

use tuning_core::{Failure, Objective, Objectives};

use crate::{
    output::{LineSplitter, Tail},
    result_file,
    results::Results,
};

/// The largest reason of a failure.
const LONGEST: usize = 4096;

/// Checks one output, which is also taken for a result file.
///
/// # Panics
/// If a promise is broken.
pub fn check(bytes: &[u8]) {
    let lines = lines(bytes.chunks(bytes.len().max(1)));
    assert_eq!(lines, self::lines(bytes.chunks(7)), "cut in another way");
    for names in [&["loss"][..], &["loss", "a b", "größe"]] {
        let objectives = names.iter().map(|name| Objective::minimize(*name));
        let objectives = Objectives::new(objectives).expect("the names differ");
        let keys = vec!["epoch".to_owned(), "step".to_owned()];
        let mut results = Results::new(objectives, keys, false);
        for line in &lines {
            if hear(&mut results, line).is_err() {
                break;
            }
        }
        ended(&results, bytes);
        let read = result_file::read(&results, bytes);
        match read {
            Ok((values, metrics)) => {
                assert_eq!(values.len(), names.len());
                assert!(values.as_slice().iter().all(|value| value.is_finite()));
                assert!(metrics.iter().all(|(_, value)| !value.is_infinite()));
            }
            Err(failure) => told(&failure),
        }
    }
}

fn lines<'a>(chunks: impl Iterator<Item = &'a [u8]>) -> Vec<Vec<u8>> {
    let mut splitter = LineSplitter::default();
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    for chunk in chunks {
        let mut rest = chunk;
        while let Some(after) = splitter.next(rest, &mut line) {
            lines.push(line.clone());
            rest = after;
        }
    }
    lines.extend(splitter.finish());
    lines
}

fn hear(results: &mut Results, line: &[u8]) -> Result<(), Failure> {
    let Some(measured) = results.hear(line) else {
        return Ok(());
    };
    for (name, value) in &measured.metrics {
        assert!(!value.is_infinite(), "{name}={value}");
    }
    for value in measured.values.iter().flatten() {
        match value {
            Ok(value) => assert!(value.is_finite(), "{value}"),
            Err(failure) => told(failure),
        }
    }
    let (report, refused) = (measured.report(), measured.refused());
    assert!(report.is_none() || refused.is_none(), "{measured:?}");
    results.keep(&measured).inspect_err(told)
}

fn ended(results: &Results, bytes: &[u8]) {
    let mut tail = Tail::default();
    tail.push(bytes);
    let tail = tail.text();
    let (infeasible, last) = (results.infeasible(), results.last());
    infeasible.iter().for_each(told);
    match last {
        Some(Ok(values)) => assert!(values.as_slice().iter().all(|value| value.is_finite())),
        Some(Err(failure)) => told(&failure),
        None => few_words(&results.expected(&tail)),
    }
}

fn told(failure: &Failure) {
    few_words(&failure.reason);
}

fn few_words(text: &str) {
    assert!(text.len() <= LONGEST, "{} bytes: {text}", text.len());
    let control = text.chars().find(|c| c.is_control());
    assert_eq!(control, None, "{text:?}");
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn what_the_fuzzer_begins_with_keeps_the_promises() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds/program_output");
        // A package has no seeds.
        for seed in fs::read_dir(seeds).into_iter().flatten() {
            check(&fs::read(seed.unwrap().path()).unwrap());
        }
    }
}
