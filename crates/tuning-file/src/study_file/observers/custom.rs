//! Observers that the program has brought: their options are read by their own types.

use super::{Kind, ObserverSpec};
use crate::{
    document::{Item, Value},
    extensions::{ObserverKinds, OptionsError},
};

/// Reads `{KIND: {…}}` and `{KIND: null}` of such a kind; the outer option says whether it is one.
pub(super) fn read(item: &Item<'_>, kinds: &ObserverKinds) -> Option<Option<ObserverSpec>> {
    let Value::Map(entries) = &item.node().value else {
        return None;
    };
    let is_kind = |kind: &str| kinds.names().any(|name| name == kind);
    let entry = entries.iter().find(|entry| is_kind(&entry.key))?;
    if let Some(other) = entries.iter().find(|other| other.key != entry.key) {
        let (kind, other, place) = (&entry.key, &other.key, &other.place);
        let message = format!(
            "unknown key `{other}` in `{}`: options of `{kind}` stand below it",
            item.path()
        );
        return Some(item.problem(place, message));
    }
    let fields = item.any_fields()?;
    let options = fields.get(&entry.key)?;
    Some(config(&options, &entry.key, kinds))
}

/// Reads `KIND` alone.
pub(super) fn without_options(
    item: &Item<'_>,
    kind: &str,
    kinds: &ObserverKinds,
) -> Option<Option<ObserverSpec>> {
    let config = kinds.read(kind, &serde_json::Map::new())?;
    Some(match config {
        Ok(config) => Some(spec(config)),
        Err(error) => item.wrong(format_args!("cannot be read: {error}")),
    })
}

fn config(item: &Item<'_>, kind: &str, kinds: &ObserverKinds) -> Option<ObserverSpec> {
    let given = match item.json()? {
        serde_json::Value::Null => serde_json::Map::new(),
        serde_json::Value::Object(given) => given,
        _ => return item.expected(format_args!("the options of `{kind}`, a mapping")),
    };
    match kinds.read(kind, &given)? {
        Ok(config) => Some(spec(config)),
        Err(error) => {
            let option = match &error {
                OptionsError::Unknown { option, .. } | OptionsError::Wrong { option, .. } => option,
                OptionsError::Inconsistent { .. } => return item.wrong(format_args!("{error}")),
            };
            let Value::Map(entries) = &item.node().value else {
                return item.wrong(format_args!("{error}"));
            };
            let entry = entries.iter().find(|entry| entry.key == *option);
            let place = entry.map_or(item.place(), |entry| match error {
                OptionsError::Unknown { .. } => &entry.place,
                _ => &entry.node.place,
            });
            item.problem(place, format!("`{}` {error}", item.path()))
        }
    }
}

fn spec(config: crate::extensions::ObserverConfig) -> ObserverSpec {
    let delivery = config.delivery();
    ObserverSpec::new(Kind::Custom(config), delivery)
}

#[cfg(test)]
mod tests {
    use std::io;

    use serde::{Deserialize, Serialize};
    use tuning_observers::JsonLines;
    use tuning_runtime::Delivery;

    use super::*;
    use crate::{Extensions, study_file::load};

    #[derive(Debug, Serialize, Deserialize)]
    struct Mail {
        to: String,
        every: u64,
    }

    impl Default for Mail {
        fn default() -> Self {
            Self {
                to: "root".to_owned(),
                every: 1,
            }
        }
    }

    fn extensions() -> Extensions {
        let make = |mail: Mail| {
            if mail.to.is_empty() {
                return Err(io::Error::other("nobody to write to"));
            }
            Ok(JsonLines::to(io::sink()))
        };
        Extensions::default().observer("mail", Delivery::lossless(), make)
    }

    /// The observers of a study file, or what is said of it.
    fn observers(text: &str) -> Result<Vec<ObserverSpec>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.yaml");
        let study = "command: [ls]\nparameters: {x: {min: 0.0, max: 1.0}}\nobjective: {name: l, direction: minimize}\n";
        std::fs::write(&path, format!("{study}observers: {text}\n")).unwrap();
        let loaded = load(&path, &[], &extensions());
        loaded
            .map(|file| file.observers)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_kind_that_the_program_brings_is_read_and_made() {
        for text in [
            "[mail]",
            "[{mail: null}]",
            "[{mail: {to: me, every: 3}}]",
            "[progress, {mail: {}}]",
        ] {
            let observers = observers(text).unwrap();
            let spec = observers.last().unwrap();
            assert_eq!(spec.delivery, Delivery::lossless());
            let Kind::Custom(config) = &spec.kind else {
                panic!("{spec:?}");
            };
            assert_eq!(config.kind(), "mail");
            assert_eq!(config.make().unwrap().name(), "json lines");
        }
        let nobody = observers("[{mail: {to: \"\"}}]").unwrap();
        let Kind::Custom(config) = &nobody[0].kind else {
            panic!("{nobody:?}");
        };
        let error = config.make().err().unwrap();
        assert_eq!(error.to_string(), "nobody to write to");
    }

    #[test]
    fn what_makes_no_sense_is_told_with_its_place() {
        for (text, expected) in [
            (
                "[{mail: {evry: 3}}]",
                "study.yaml:4:21: `observers.0.mail` has no option `evry`: did you mean `every`?",
            ),
            (
                "[{mail: {to: me, every: -3}}]",
                "study.yaml:4:36: `observers.0.mail` has an option `every` that cannot be `-3`",
            ),
            (
                "[{mail: me}]",
                "study.yaml:4:20: `observers.0.mail` is the text `me`: expected the options of `mail`, a mapping",
            ),
            (
                "[{mail: {}, every: 3}]",
                "study.yaml:4:24: unknown key `every` in `observers.0`: options of `mail` stand below it",
            ),
            ("[mial]", "did you mean `mail`?"),
            (
                "[{jsonl: a}, mail, {jsonl: b}]",
                "`observers.2` is a second `jsonl` without a name",
            ),
        ] {
            let error = observers(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
