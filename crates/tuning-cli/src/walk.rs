//! [`Walk`]: the trials of a study one after the other, in the order of their numbers, without all of them in memory.
//!
//! It reads the journal twice: once to learn which entry is the last of each trial, and once to hand each trial on as soon
//! as nothing more comes of it and of those before it. So it holds the trials that run side by side, and sixteen bytes for
//! each other one.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
};

use tuning_core::{
    Amended, Entry, EventKind, Fact, Fidelity, JournalReader, Metrics, Seq, Space, StudySpec,
    Trial, TrialId, Trials, Values,
};
use tuning_file::Extensions;

use crate::{args::StudyArgs, error::CliError, view::Place, wait::wait};

/// How many entries are read at once.
const PAGE: usize = 1024;

/// What a trial reported on its way.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) at_millis: u64,
    pub(crate) at: Fidelity,
    pub(crate) values: Values,
    pub(crate) metrics: Metrics,
}

/// The trials of a study, as its journal had them when this was opened.
pub(crate) struct Walk {
    reader: Box<dyn JournalReader>,
    spec: StudySpec,
    /// The place of the last entry of each trial, in the order of their numbers.
    last: Vec<(TrialId, u64)>,
    head: u64,
    metrics: BTreeSet<String>,
    /// The parameters that it had before, and that trials have which do not fit it any more.
    dropped: Vec<String>,
    /// The spaces that trials lie in, the present one first.
    spaces: Vec<Space>,
    /// How the space was amended, behind which entries.
    amendments: Vec<(u64, Amended)>,
}

impl Walk {
    /// Opens the study that the command line names.
    pub(crate) fn of(args: &StudyArgs, extensions: &Extensions) -> Result<Self, CliError> {
        let place = Place::of(args, extensions)?;
        place.must_be_there(args)?;
        let (mut reader, _) = place.open()?;
        let mut walk = Self {
            spec: wait(reader.spec())??,
            reader,
            last: Vec::new(),
            head: u64::MAX,
            metrics: BTreeSet::new(),
            dropped: Vec::new(),
            spaces: Vec::new(),
            amendments: Vec::new(),
        };
        let (mut last, mut metrics) = (Vec::<(TrialId, u64)>::new(), BTreeSet::new());
        let mut amendments = Vec::new();
        walk.head = walk.entries(|seq, entry| {
            if let EventKind::Amended(amended) = &entry.kind {
                amendments.push((seq, (**amended).clone()));
            }
            if let Some(trial) = entry.kind.trial() {
                // They start in the order of their numbers, of which a repaired journal may lack some.
                match place_of(&last, trial) {
                    Ok(place) => last[place].1 = seq,
                    Err(place) => last.insert(place, (trial, seq)),
                }
            }
            for (name, _) in measured(&entry.kind).into_iter().flat_map(Metrics::iter) {
                if !metrics.contains(name) {
                    metrics.insert(name.to_owned());
                }
            }
            Ok(())
        })?;
        (walk.last, walk.metrics) = (last, metrics);
        if let Some((_, amended)) = amendments.last() {
            let before = std::mem::replace(&mut walk.spec.space, amended.space.clone());
            if amended.outside > 0 {
                let spaces = amendments.iter().map(|(_, amended)| amended.space.clone());
                walk.spaces = [before].into_iter().chain(spaces).collect();
            }
            for parameter in walk.spaces.iter().flat_map(|space| space.parameters()) {
                let name = parameter.name().to_owned();
                let is_known = walk.spec.space.index_of(&name).is_some();
                if !is_known && !walk.dropped.contains(&name) {
                    walk.dropped.push(name);
                }
            }
        }
        walk.spaces.insert(0, walk.spec.space.clone());
        walk.amendments = amendments;
        Ok(walk)
    }

    /// What makes it this study.
    pub(crate) fn spec(&self) -> &StudySpec {
        &self.spec
    }

    /// The parameters that it had before its space was amended, if trials have them that do not fit any more.
    pub(crate) fn dropped(&self) -> &[String] {
        &self.dropped
    }

    /// The spaces that its trials lie in: the present one and, if trials do not fit it, those before.
    pub(crate) fn spaces(&self) -> &[Space] {
        &self.spaces
    }

    /// The names of all metrics that its trials measured.
    pub(crate) fn metrics(&self) -> &BTreeSet<String> {
        &self.metrics
    }

    /// Visits every trial until that fails.
    ///
    /// # Errors
    /// If the journal cannot be read. Inside is what the visit says.
    pub(crate) fn each(
        &mut self,
        mut visit: impl FnMut(&Trial) -> io::Result<()>,
    ) -> Result<io::Result<()>, CliError> {
        self.visit(false, |trial, _| visit(trial))
    }

    /// Visits every trial with what it reported, until that fails.
    ///
    /// # Errors
    /// If the journal cannot be read. Inside is what the visit says.
    pub(crate) fn each_with_reports(
        &mut self,
        visit: impl FnMut(&Trial, &[Told]) -> io::Result<()>,
    ) -> Result<io::Result<()>, CliError> {
        self.visit(true, visit)
    }

    fn visit(
        &mut self,
        with_reports: bool,
        mut visit: impl FnMut(&Trial, &[Told]) -> io::Result<()>,
    ) -> Result<io::Result<()>, CliError> {
        let last = std::mem::take(&mut self.last);
        let spec = self.spec.clone();
        let amendments = std::mem::take(&mut self.amendments);
        let mut open: BTreeMap<TrialId, (u64, Trials, Vec<Told>)> = BTreeMap::new();
        let mut visited = Ok(());
        let walked = self.entries(|seq, mut entry| {
            let Some(id) = entry.kind.trial() else {
                return Ok(());
            };
            if let EventKind::Fact(Fact::Started(started)) = &mut entry.kind
                && let Ok(params) = spec.space.align(&started.params)
            {
                started.params = params;
            }
            let fresh = || (seq, Trials::new(), Vec::new());
            let (_, trials, told) = open.entry(id).or_insert_with(fresh);
            trials.apply(entry.at_millis, &entry.kind);
            if let EventKind::Fact(Fact::Reported(reported)) = entry.kind
                && with_reports
            {
                told.push(Told {
                    at_millis: entry.at_millis,
                    at: reported.at,
                    values: reported.values,
                    metrics: reported.metrics,
                });
            }
            while let Some(first) = open.first_entry() {
                let end = place_of(&last, *first.key()).map(|place| last[place].1);
                if end.is_ok_and(|end| end > seq) {
                    break;
                }
                let (since, trials, told) = first.remove();
                for mut trial in trials {
                    for (_, amended) in amendments.iter().filter(|(seq, _)| *seq > since) {
                        trial.carry(amended);
                    }
                    visited = visit(&trial, &told);
                    if visited.is_err() {
                        return Err(());
                    }
                }
            }
            Ok(())
        });
        (self.last, self.amendments) = (last, amendments);
        walked?;
        Ok(visited)
    }

    /// Visits the entries up to the head with their places, until that fails; returns the place of the last one.
    fn entries(
        &mut self,
        mut visit: impl FnMut(u64, Entry) -> Result<(), ()>,
    ) -> Result<u64, CliError> {
        let mut at = 0;
        while at < self.head {
            let left = usize::try_from(self.head - at).unwrap_or(usize::MAX);
            let entries = wait(self.reader.read(Seq::new(at), PAGE.min(left)))??;
            if entries.is_empty() {
                break;
            }
            for entry in entries {
                at += 1;
                if visit(at, entry).is_err() {
                    return Ok(at);
                }
            }
        }
        Ok(at)
    }
}

fn place_of(last: &[(TrialId, u64)], trial: TrialId) -> Result<usize, usize> {
    last.binary_search_by_key(&trial, |(trial, _)| *trial)
}

/// What an entry says that was measured besides the objectives.
fn measured(kind: &EventKind) -> Option<&Metrics> {
    match kind {
        EventKind::Fact(Fact::Reported(reported)) => Some(&reported.metrics),
        EventKind::Fact(Fact::Paused(paused)) => Some(&paused.metrics),
        EventKind::Fact(Fact::Ended(ended)) => Some(&ended.metrics),
        _ => None,
    }
}
