//! Numbers and durations on the command line.

use std::{
    num::{IntErrorKind, ParseIntError},
    str::FromStr,
    time::Duration,
};

/// A whole number, or what is wrong with it.
pub(super) fn whole<T>(word: &str) -> Result<T, String>
where
    T: FromStr<Err = ParseIntError>,
{
    word.parse().map_err(|error: ParseIntError| {
        let wrong = match error.kind() {
            IntErrorKind::PosOverflow => "it is too large",
            IntErrorKind::Zero => "it must be at least 1",
            _ => "expected a whole number, such as 10",
        };
        wrong.to_owned()
    })
}

/// The number of a trial, or what is wrong with it.
pub(super) fn trial(word: &str) -> Result<u64, String> {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    match digits {
        true => whole(word),
        false => Err(format!(
            "expected the number of a trial; a study file comes before it, as in `{word} 7`"
        )),
    }
}

/// A duration that is longer than none, or what is wrong with it.
pub(crate) fn duration(word: &str) -> Result<Duration, String> {
    match humantime::parse_duration(word) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("write a duration with its unit, as in `90s`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::*;

    #[test]
    fn what_is_no_whole_number_is_told_in_words() {
        assert_eq!(whole::<u64>("10"), Ok(10));
        let told = |word: &str| whole::<NonZeroU64>(word).unwrap_err();
        assert_eq!(told("ten"), "expected a whole number, such as 10");
        assert_eq!(told(""), "expected a whole number, such as 10");
        assert_eq!(told("1.5"), "expected a whole number, such as 10");
        assert_eq!(told("0"), "it must be at least 1");
        assert_eq!(told("99999999999999999999"), "it is too large");
    }

    #[test]
    fn a_study_file_after_the_trial_is_told_where_it_belongs() {
        assert_eq!(trial("7"), Ok(7));
        assert_eq!(
            trial("study.yaml").unwrap_err(),
            "expected the number of a trial; a study file comes before it, as in `study.yaml 7`"
        );
        assert_eq!(
            trial("99999999999999999999").unwrap_err(),
            "it is too large"
        );
    }
}
