//! [`FailedTrials`]: which trials `--retry-failed` tries again.

use std::{collections::BTreeSet, ffi::OsString};

use tuning_core::TrialId;

/// All that failed.
pub(crate) const ALL_TRIALS: &str = "all";

const OPTION: &str = "--retry-failed";

/// How many trials a range may have.
const MOST: u64 = 1_000_000;

/// Which trials are tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FailedTrials(Option<Vec<TrialId>>);

impl FailedTrials {
    /// Those of a list; none if it is all that failed.
    pub(crate) fn listed(&self) -> Option<&[TrialId]> {
        self.0.as_deref()
    }

    /// Reads `all`, or numbers and ranges of them such as `3,7-9`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text == ALL_TRIALS {
            return Ok(Self(None));
        }
        let (mut trials, mut named) = (Vec::new(), BTreeSet::new());
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let number = |text: &str| text.trim().parse::<u64>();
            let (Ok(first), Ok(last)) = (number(first), number(last)) else {
                return Err("name trials by their numbers, as in `3,7-9`".to_owned());
            };
            if first > last || last - first >= MOST {
                return Err(format!(
                    "`{part}` is no range of trials: write it as in `7-9`"
                ));
            }
            // Named twice, a trial is tried once.
            let new = (first..=last).filter(|number| named.insert(*number));
            trials.extend(new.map(TrialId::new));
        }
        Ok(Self(Some(trials)))
    }
}

/// The arguments with `all` behind the option where no list follows it, but the study file, another option or nothing.
pub(crate) fn complete(args: impl Iterator<Item = OsString>) -> impl Iterator<Item = OsString> {
    let mut args = args.peekable();
    std::iter::from_fn(move || {
        let arg = args.next()?;
        let is_list = |next: &OsString| {
            let next = next.to_string_lossy();
            next == ALL_TRIALS || next.starts_with(|c: char| c.is_ascii_digit())
        };
        if arg == OPTION && !args.peek().is_some_and(is_list) {
            return Some(format!("{OPTION}={ALL_TRIALS}").into());
        }
        Some(arg)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_are_named_by_numbers_and_ranges() {
        let listed = |text: &str| {
            let trials = FailedTrials::parse(text).unwrap();
            let numbers = trials
                .listed()
                .map(|trials| trials.iter().map(|trial| trial.get()));
            numbers.map(Iterator::collect::<Vec<_>>)
        };
        assert_eq!(listed("all"), None);
        assert_eq!(listed("7"), Some(vec![7]));
        assert_eq!(listed("3, 7-9,8"), Some(vec![3, 7, 8, 9]));
        let most = format!("0-{}", MOST - 1);
        assert_eq!(listed(&most).unwrap().len() as u64, MOST);
        for text in ["", "x", "3,", "9-7", "-3", "0-99999999999", "1.5"] {
            assert!(FailedTrials::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_study_file_may_stand_on_either_side_of_the_option() {
        let completed = |line: &str| {
            let args = line.split(' ').map(OsString::from);
            let args: Vec<_> = complete(args).collect();
            args.join(" ".as_ref()).into_string().unwrap()
        };
        let all = "tune run --retry-failed=all study.yaml";
        assert_eq!(completed("tune run --retry-failed study.yaml"), all);
        assert_eq!(completed(all), all);
        assert_eq!(
            completed("tune run --retry-failed --quiet"),
            "tune run --retry-failed=all --quiet"
        );
        for line in [
            "tune run study.yaml --retry-failed 3,7",
            "tune run --retry-failed 3-9 study.yaml",
            "tune run --retry-failed=3 study.yaml",
        ] {
            assert_eq!(completed(line), line);
        }
    }
}
