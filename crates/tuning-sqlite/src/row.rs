//! One entry as a row of the table `events`: its kind as a word, its content as JSON.
//!
//! The kind chooses the type before the content is read, so no entry goes through serde's buffer for
//! untagged enums: that makes resuming a long study several times faster.

use std::io;

use serde::{Serialize, de::DeserializeOwned, ser::Error as _};
use serde_json::ser::Formatter;
use tuning_core::{Entry, EventKind, Fact, JournalError, Seq};

/// An entry, ready to be written.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) at_millis: i64,
    pub(crate) known: i64,
    pub(crate) kind: &'static str,
    pub(crate) trial: Option<i64>,
    pub(crate) body: String,
}

/// A row as it stands in the table, encoded or read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawRow<'a> {
    pub(crate) at_millis: i64,
    pub(crate) known: i64,
    pub(crate) kind: &'a str,
    pub(crate) trial: Option<i64>,
    pub(crate) body: &'a str,
}

impl Row {
    /// The row as it will stand in the table.
    pub(crate) fn raw(&self) -> RawRow<'_> {
        RawRow {
            at_millis: self.at_millis,
            known: self.known,
            kind: self.kind,
            trial: self.trial,
            body: &self.body,
        }
    }

    /// Encodes an entry.
    ///
    /// # Errors
    /// If it would not read back equal: JSON has no NaN and no infinity.
    pub(crate) fn encode(entry: &Entry) -> Result<Self, JournalError> {
        let kind = &entry.kind;
        let body = match kind {
            EventKind::Created(spec) => checked(spec),
            EventKind::Opened(opened) => checked(opened),
            EventKind::Closed(closed) => checked(closed),
            EventKind::Retried(retried) => strict(retried),
            EventKind::Missing(missing) => strict(missing),
            EventKind::Amended(amended) => checked(amended),
            EventKind::Warned(warned) => strict(warned),
            // A parameter may be `null`, since a choice can be: then it is read back, too.
            EventKind::Fact(Fact::Started(fact)) => strict(fact).or_else(|_| checked(fact)),
            EventKind::Fact(Fact::Resumed(fact)) => strict(fact),
            EventKind::Fact(Fact::Reported(fact)) => strict(fact),
            EventKind::Fact(Fact::Paused(fact)) => strict(fact),
            EventKind::Fact(Fact::Ended(fact)) => strict(fact),
            EventKind::Fact(Fact::Budgeted(fact)) => strict(fact),
            _ => {
                return Err(JournalError::Unsupported(
                    "store an entry of a kind it does not know",
                ));
            }
        };
        let body = body.map_err(|error| {
            let whose = kind
                .trial()
                .map_or_else(String::new, |trial| format!(" of trial {trial}"));
            let message = format!(
                "the entry `{}`{whose} cannot be stored as JSON: see that all its numbers are finite",
                kind.name()
            );
            JournalError::unavailable(message, error)
        })?;
        Ok(Self {
            at_millis: to_sql(entry.at_millis),
            known: to_sql(entry.known),
            kind: kind.name(),
            trial: kind.trial().map(|trial| to_sql(trial.get())),
            body,
        })
    }
}

/// Decodes the entry at `seq`.
///
/// # Errors
/// [`JournalError::Corrupt`] if its kind is unknown or its content is not what the kind says.
pub(crate) fn decode(seq: Seq, row: RawRow<'_>) -> Result<Entry, JournalError> {
    let RawRow {
        at_millis,
        known,
        kind,
        body,
        ..
    } = row;
    let decoded = match kind {
        "created" => serde_json::from_str(body).map(EventKind::Created),
        "opened" => serde_json::from_str(body).map(EventKind::Opened),
        "retried" => serde_json::from_str(body).map(EventKind::Retried),
        "closed" => serde_json::from_str(body).map(EventKind::Closed),
        "missing" => serde_json::from_str(body).map(EventKind::Missing),
        "amended" => serde_json::from_str(body).map(EventKind::Amended),
        "warned" => serde_json::from_str(body).map(EventKind::Warned),
        "started" => serde_json::from_str(body).map(|fact| Fact::Started(fact).into()),
        "resumed" => serde_json::from_str(body).map(|fact| Fact::Resumed(fact).into()),
        "reported" => serde_json::from_str(body).map(|fact| Fact::Reported(fact).into()),
        "paused" => serde_json::from_str(body).map(|fact| Fact::Paused(fact).into()),
        "ended" => serde_json::from_str(body).map(|fact| Fact::Ended(fact).into()),
        "budgeted" => serde_json::from_str(body).map(|fact| Fact::Budgeted(fact).into()),
        _ => {
            let message = format!(
                "its kind is `{kind}`, which this version does not know: it was written by a newer \
                 version of tuning; use that one"
            );
            return Err(JournalError::Corrupt { seq, message });
        }
    };
    match decoded {
        Ok(kind) => Ok(Entry::new(from_sql(at_millis), kind).known(from_sql(known))),
        Err(error) => {
            let message = format!("`{kind}` with this content makes no sense: {error}");
            Err(JournalError::Corrupt { seq, message })
        }
    }
}

/// SQLite's integers are signed: the same 64 bits, so that every number comes back.
pub(crate) const fn to_sql(number: u64) -> i64 {
    number.cast_signed()
}

/// The inverse of [`to_sql`].
pub(crate) const fn from_sql(number: i64) -> u64 {
    number.cast_unsigned()
}

const NOT_FINITE: &str = "a number is NaN or infinite";

/// Rare entries hold options and limits of any kind: read them back before they are written forever.
fn checked<T>(value: &T) -> serde_json::Result<String>
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    let body = serde_json::to_string(value)?;
    if serde_json::from_str::<T>(&body)? == *value {
        Ok(body)
    } else {
        Err(serde_json::Error::custom(NOT_FINITE))
    }
}

/// The many entries of trials hold no `null`, unless a number is not finite or a choice is `null`.
fn strict<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let mut body = Vec::with_capacity(256);
    value.serialize(&mut serde_json::Serializer::with_formatter(
        &mut body, NoNull,
    ))?;
    Ok(String::from_utf8(body).expect("serde_json writes UTF-8"))
}

/// Compact JSON in which `null`, serde_json's word for NaN and infinity, is an error.
struct NoNull;

impl Formatter for NoNull {
    fn write_null<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::InvalidData, NOT_FINITE))
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Budget, Opened, Reported, TrialId, Values};

    use super::*;

    fn round_trip(entry: &Entry) -> Entry {
        let row = Row::encode(entry).unwrap();
        decode(Seq::new(1), row.raw()).unwrap()
    }

    #[test]
    fn numbers_read_back_to_the_last_bit() {
        let numbers = [
            0.1,
            -0.0,
            5e-324,
            f64::MAX,
            f64::MIN_POSITIVE,
            1.0,
            1e21,
            0.1 + 0.2,
        ];
        let values = Values::new(numbers).unwrap();
        let entry = Entry::new(
            u64::MAX,
            Reported::new(TrialId::new(u64::MAX), 3.into(), values).into(),
        );
        let again = round_trip(&entry);
        assert_eq!(again, entry);
        let EventKind::Fact(Fact::Reported(reported)) = again.kind else {
            panic!("it was a report");
        };
        let bits = reported.values.as_slice().iter().map(|x| x.to_bits());
        assert!(bits.eq(numbers.iter().map(|x| x.to_bits())));
    }

    #[test]
    fn what_would_not_read_back_is_refused() {
        let opened = Opened::new(1, Budget::trials(3).target(f64::INFINITY), 2);
        let entry = Entry::new(0, EventKind::Opened(Box::new(opened)));
        let error = Row::encode(&entry).unwrap_err().to_string();
        assert!(
            error.contains("`opened`") && error.contains("finite"),
            "{error}"
        );
        assert!(strict(&[1.0, f64::NAN]).is_err());
        assert_eq!(strict(&[1.0, -0.0]).unwrap(), "[1.0,-0.0]");
    }

    fn raw<'a>(kind: &'a str, body: &'a str) -> RawRow<'a> {
        RawRow {
            at_millis: 0,
            known: 0,
            kind,
            trial: None,
            body,
        }
    }

    #[test]
    fn an_unknown_kind_was_written_by_a_newer_version() {
        let error = decode(Seq::new(4), raw("teleported", "{}"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("entry 4") && error.contains("newer version"),
            "{error}"
        );
    }

    #[test]
    fn content_that_is_damaged_names_its_place() {
        let error = decode(Seq::new(9), raw("ended", "{\"trial\":")).unwrap_err();
        assert!(matches!(error, JournalError::Corrupt { seq, .. } if seq == Seq::new(9)));
    }
}
