//! The laws of places where studies are kept.

use tuning_core::{
    Entry, EventKind, Journal, JournalError, JournalReader, Objectives, Parameter, Seq, Space,
    Spec, StudySpec,
};

use super::kit::{ConfigKit, Looked, broken, waited};
use crate::{
    entries::{difference, plain},
    law::{JournalConfigLaw, Lawlike},
    report::Finding,
};

/// A place where studies are kept, as the laws see it: a few lines around the configuration of a journal, such as
/// tuning-file's `JournalConfig`, whose methods these are.
pub trait JournalPlace {
    /// Opens the log of this study, which may be new.
    ///
    /// # Errors
    /// Those of the configuration.
    fn open(&self, study: &str) -> Result<Box<dyn Journal>, JournalError>;

    /// The same place with a mark.
    fn marked(&self, mark: &str) -> Self;

    /// The studies that have begun; none if there is no such place yet.
    ///
    /// # Errors
    /// Those of the configuration.
    fn studies(&self) -> Result<Option<Vec<String>>, JournalError>;

    /// Opens a study to be read, the only one without a name, and returns its name.
    ///
    /// # Errors
    /// Those of the configuration.
    fn reader(&self, study: Option<&str>)
    -> Result<(String, Box<dyn JournalReader>), JournalError>;

    /// Removes a study.
    ///
    /// # Errors
    /// Those of the configuration.
    fn remove(&self, study: &str) -> Result<(), JournalError>;

    /// Opens what is intact of a study; returns its name, and whether anything is wrong with it.
    ///
    /// # Errors
    /// Those of the configuration.
    fn salvage(
        &self,
        study: Option<&str>,
    ) -> Result<(String, Box<dyn JournalReader>, bool), JournalError>;

    /// Lets a study continue that has lost entries.
    ///
    /// # Errors
    /// Those of the configuration.
    fn accept_loss(&self, study: &str) -> Result<(), JournalError>;
}

/// The laws of places where studies are kept. `make` gets a name and describes a place of that name, where nothing is kept
/// yet.
pub fn journal_config<'a, P, M>(make: M) -> ConfigKit<'a, JournalConfigLaw>
where
    P: JournalPlace + 'a,
    M: Fn(&str) -> P + 'a,
{
    let look = move |law: JournalConfigLaw| {
        let place = make(law.name());
        waited(async {
            match law {
                JournalConfigLaw::Idle => idle(&place),
                JournalConfigLaw::Kept => kept(&place).await,
                JournalConfigLaw::Marked => marked(&place).await,
                JournalConfigLaw::Studies => studies(&place).await,
                JournalConfigLaw::Reader => reader(&place).await,
                JournalConfigLaw::Remove => remove(&place).await,
                JournalConfigLaw::Salvage => salvage(&place).await,
            }
        })
    };
    ConfigKit::new("journal_config", Box::new(look))
}

fn idle<P: JournalPlace>(place: &P) -> Looked {
    match can(place.studies())? {
        None => Ok(()),
        Some(studies) => Err(broken(format!(
            "it was only described, and is there already, with the studies {studies:?}"
        ))),
    }
}

async fn kept<P: JournalPlace>(place: &P) -> Looked {
    let (one, log_of_one) = begun(place, "one", 3).await?;
    let (two, log_of_two) = begun(place, "two", 5).await?;
    drop((one, two));
    for (study, log) in [("one", log_of_one), ("two", log_of_two)] {
        let mut again = done(place.open(study), || format!("opening `{study}` again"))?;
        let found = done(again.read(Seq::ZERO, 1000).await, || {
            format!("reading `{study}`")
        })?;
        equal(&log, &found, &format!("`{study}`, opened again"))?;
    }
    Ok(())
}

async fn marked<P: JournalPlace>(place: &P) -> Looked {
    let (_journal, _) = begun(place, "study", 3).await?;
    let mut journals = Vec::new();
    for mark in ["left", "right"] {
        let (other, how) = (place.marked(mark), format!("the place marked `{mark}`"));
        // A place that refuses a second writer would do so here if it were the same one.
        let mut journal = done(other.open("study"), || format!("opening {how}"))?;
        let found = done(journal.read(Seq::ZERO, 1000).await, || {
            format!("reading {how}")
        })?;
        equal(&[], &found, &how)?;
        let new = plain(2, 7);
        done(journal.append(Seq::ZERO, &new).await, || {
            format!("writing to {how}")
        })?;
        journals.push(journal);
    }
    Ok(())
}

async fn studies<P: JournalPlace>(place: &P) -> Looked {
    can(place.studies())?;
    let (_zeta, _) = begun(place, "zeta", 1).await?;
    let (_alpha, _) = begun(place, "alpha", 1).await?;
    match can(place.studies())? {
        Some(names) if names == ["zeta", "alpha"] => Ok(()),
        names => Err(broken(format!(
            "the studies `zeta` and `alpha` have begun, and those that it names are {names:?}"
        ))),
    }
}

async fn reader<P: JournalPlace>(place: &P) -> Looked {
    let (_one, log_of_one) = begun(place, "one", 3).await?;
    let check = async |asked: Option<&str>, expected: &str, log: &[Entry]| {
        let (name, mut reader) = can(place.reader(asked))?;
        let how = format!("the reader of {asked:?}");
        if name != expected {
            return Err(broken(format!("{how} is that of `{name}`")));
        }
        let found = done(reader.read(Seq::ZERO, 1000).await, || {
            format!("a read by {how}")
        })?;
        equal(log, &found, &how)
    };
    check(Some("one"), "one", &log_of_one).await?;
    check(None, "one", &log_of_one).await?;
    let (_two, log_of_two) = begun(place, "two", 5).await?;
    check(Some("one"), "one", &log_of_one).await?;
    check(Some("two"), "two", &log_of_two).await?;
    match place.reader(None) {
        Ok((name, _)) => {
            return Err(broken(format!(
                "there are two studies, and without a name it reads `{name}`"
            )));
        }
        Err(error) => {
            let message = error.to_string();
            if !(message.contains("one") && message.contains("two")) {
                return Err(broken(format!(
                    "there are two studies, and the refusal does not name them: {message}"
                )));
            }
        }
    }
    match place.reader(Some("three")) {
        Ok(_) => Err(broken("it reads a study `three`, which there is not")),
        Err(_) => Ok(()),
    }
}

async fn remove<P: JournalPlace>(place: &P) -> Looked {
    let (one, _) = begun(place, "one", 3).await?;
    let (two, log) = begun(place, "two", 5).await?;
    drop((one, two));
    can(place.remove("one"))?;
    let left = can(place.studies())?;
    if left.as_deref() != Some(&["two".to_owned()]) {
        return Err(broken(format!(
            "`one` of two studies was removed, and the studies that are left are {left:?}"
        )));
    }
    let (_, mut two) = can(place.reader(Some("two")))?;
    let found = done(two.read(Seq::ZERO, 1000).await, || {
        "reading the other study".to_owned()
    })?;
    equal(&log, &found, "the study that was not removed")?;
    let mut one = done(place.open("one"), || "opening what was removed".to_owned())?;
    let found = done(one.read(Seq::ZERO, 1000).await, || {
        "reading what was removed".to_owned()
    })?;
    equal(&[], &found, "the study that was removed")?;
    match place.remove("three") {
        Ok(()) => Err(broken("it removes a study `three`, which there is not")),
        Err(_) => Ok(()),
    }
}

async fn salvage<P: JournalPlace>(place: &P) -> Looked {
    let (one, log) = begun(place, "one", 5).await?;
    drop(one);
    for when in ["", ", after its loss was accepted"] {
        let (name, mut reader, is_damaged) = can(place.salvage(Some("one")))?;
        if name != "one" || is_damaged {
            return Err(broken(format!(
                "`one` is whole{when}, and what is intact is told as `{name}`, damaged: {is_damaged}"
            )));
        }
        let found = done(reader.read(Seq::ZERO, 1000).await, || {
            "reading what is intact".to_owned()
        })?;
        equal(
            &log,
            &found,
            &format!("what is intact of a whole study{when}"),
        )?;
        can(place.accept_loss("one"))?;
        let mut again = done(place.open("one"), || {
            "opening it after its loss was accepted".to_owned()
        })?;
        let found = done(again.read(Seq::ZERO, 1000).await, || {
            "reading it after its loss was accepted".to_owned()
        })?;
        if found.is_empty() {
            return Ok(()); // law 2's matter
        }
        equal(&log, &found, "a study whose loss was accepted")?;
    }
    Ok(())
}

/// A study with a few entries, whose journal is open.
async fn begun<P: JournalPlace>(
    place: &P,
    study: &str,
    entries: usize,
) -> Result<(Box<dyn Journal>, Vec<Entry>), Finding> {
    let spec = spec().map_err(|error| broken(error.to_string()))?;
    let mut log = vec![Entry::new(7, EventKind::Created(Box::new(spec)))];
    log.extend(plain(entries, 1));
    let mut journal = done(place.open(study), || format!("opening `{study}`"))?;
    done(journal.append(Seq::ZERO, &log).await, || {
        format!("writing to `{study}`")
    })?;
    Ok((journal, log))
}

fn spec() -> Result<StudySpec, Box<dyn std::error::Error>> {
    let space = Space::new([Parameter::float("lr", 1e-5, 0.1).log()])?;
    Ok(StudySpec::new(
        space,
        Objectives::minimize("loss")?,
        Spec::new("random"),
    ))
}

fn done<T>(result: Result<T, JournalError>, what: impl FnOnce() -> String) -> Result<T, Finding> {
    result.map_err(|error| broken(format!("{} failed: {error}", what())))
}

/// The same for what a place need not be able to do.
fn can<T>(result: Result<T, JournalError>) -> Result<T, Finding> {
    match result {
        Err(JournalError::Unsupported(what)) => {
            Err(Finding::Skipped(format!("it cannot {what}, as it says")))
        }
        other => done(other, || "what it says that it can do".to_owned()),
    }
}

fn equal(expected: &[Entry], found: &[Entry], what: &str) -> Looked {
    let differs = expected
        .iter()
        .zip(found)
        .any(|(expected, found)| difference(expected, found).is_some());
    if differs || expected.len() != found.len() {
        return Err(broken(format!(
            "{what}: expected {} entries, found {} others",
            expected.len(),
            found.len()
        )));
    }
    Ok(())
}
