//! Watches a study with two observers of your own, and steers it from one of them.
//!
//! `Notebook` writes a line for each trial that is better than all before it. It is delivered to durably: its
//! place is kept in the journal, so the second run resumes where the first one left it. `Patience` stops a
//! study whose trials fail one after the other: it holds the study's handle.
//!
//! ```text
//! cargo run --release -p hypertuning --example observer
//! cargo test --release -p hypertuning --example observer
//! ```

#![expect(clippy::print_stdout, reason = "an example shows what came out")]

use std::{
    error::Error,
    fs::{File, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use hypertuning::{
    Best, Objectives, ObserverError, Progress, Seq, prelude::*, runtime::StudyHandle,
};

/// Writes a line for each new best trial to a file. (After a crash the last ones may be there twice.)
#[derive(Debug)]
pub(crate) struct Notebook {
    file: File,
    /// What it has not written yet: the bus asks for it when it has nothing more to tell.
    page: String,
    /// How the study stands by what it has seen.
    progress: Progress,
    seen: Seq,
}

impl Notebook {
    pub(crate) fn append(path: &Path, objectives: Objectives) -> io::Result<Self> {
        let file = OpenOptions::new().append(true).create(true).open(path)?;
        Ok(Self {
            file,
            page: String::new(),
            progress: Progress::new(objectives),
            seen: Seq::ZERO,
        })
    }
}

#[async_trait]
impl Observer for Notebook {
    /// Summaries know it by this name, and so does the journal: keep it.
    fn name(&self) -> &str {
        "notebook"
    }

    /// How the study stood before the first event that it is told.
    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.progress = so_far.clone();
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        if event.seq <= self.seen {
            return Ok(()); // told again, since the flush after it has failed
        }
        self.seen = event.seq;
        let before = self.progress.best().map(|best| best.trial);
        self.progress.apply(event.at_millis, &event.kind);
        let is_new = |best: &&Best| best.at.is_none() && before != Some(best.trial);
        if let Some(best) = self.progress.best().filter(is_new) {
            let (trial, value) = (best.trial, best.values.first());
            self.page.push_str(&format!("trial {trial}: {value:.6}\n"));
        }
        Ok(())
    }

    /// Its place moves on only when this has worked.
    async fn flush(&mut self) -> Result<(), ObserverError> {
        self.file
            .write_all(self.page.as_bytes())
            .and_then(|()| self.file.sync_data())
            .map_err(ObserverError::from_source)?;
        self.page.clear();
        Ok(())
    }
}

/// Stops a study when this many trials in a row have failed.
#[derive(Debug)]
pub(crate) struct Patience {
    limit: u32,
    failed: u32,
    study: StudyHandle,
}

#[async_trait]
impl Observer for Patience {
    fn name(&self) -> &str {
        "patience"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        if let EventKind::Fact(Fact::Ended(ended)) = &event.kind {
            let has_failed = ended.outcome.failure().is_some();
            self.failed = if has_failed { self.failed + 1 } else { 0 };
            if self.failed == self.limit {
                self.study.stop(); // those that run may end
            }
        }
        Ok(())
    }
}

/// One session of a study with this budget, whose trials all fail from `broken_from` on.
pub(crate) async fn session(
    folder: &Path,
    budget: Budget,
    broken_from: u64,
) -> Result<Summary, Box<dyn Error>> {
    let space = Space::new([Parameter::float("x", -1.0, 1.0)])?;
    let mut study = Study::builder("watched", space)
        .minimize("loss")
        .strategy(SobolConfig::default())
        .budget(budget)
        .workers(1)
        .journal(SqliteJournal::open(folder.join("study.db"), "watched")?)
        .open()
        .await?;
    let handle = study.handle();
    let patience = Patience {
        limit: 5,
        failed: 0,
        study: handle.clone(),
    };
    // A subscription ends when it is dropped.
    let _patience = handle.subscribe(patience, Delivery::lossless());
    let objectives = study.spec().objectives.clone();
    let notebook = Notebook::append(&folder.join("notebook.txt"), objectives)?;
    let _notebook = handle.subscribe(notebook, Delivery::durable());
    let objective = blocking(move |trial| {
        if trial.id().get() >= broken_from {
            return Err("the machine has caught fire".into());
        }
        Ok::<_, Box<dyn Error + Send + Sync>>(trial.params().float("x")?.abs())
    });
    let summary = study.run(objective).await?;
    for status in handle.observer_statuses() {
        println!(
            "{}: {} events delivered, {} dropped, {} failures, circuit {}",
            status.observer, status.delivered, status.dropped, status.failed, status.circuit
        );
    }
    Ok(summary)
}

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let first = session(folder.path(), Budget::unlimited(), 20).await?;
    println!("{first}\n");
    let more = Budget::trials(first.counts.started + 80);
    println!("{}\n", session(folder.path(), more, u64::MAX).await?);
    let notes = std::fs::read_to_string(folder.path().join("notebook.txt"))?;
    print!("the notebook of both:\n{notes}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use hypertuning::EndReason;

    use super::*;

    #[test]
    fn it_keeps_the_laws() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notebook.txt");
        let objectives = || Objectives::minimize("loss").unwrap();
        tuning_conformance::observer(|| Notebook::append(&path, objectives()).unwrap()).check();
    }

    #[tokio::test]
    async fn one_stops_the_study_and_the_other_goes_on_where_it_was() {
        let folder = tempfile::tempdir().unwrap();
        // Without a budget it ends when `Patience` has stopped it, however late that comes.
        let first = session(folder.path(), Budget::unlimited(), 20)
            .await
            .unwrap();
        assert_eq!(first.reason, EndReason::Stopped);
        assert!(first.counts.failed >= 5, "{first}");
        let trials = first.counts.started + 80;
        let second = session(folder.path(), Budget::trials(trials), u64::MAX)
            .await
            .unwrap();
        assert_eq!(second.reason, EndReason::Trials);
        assert_eq!(second.counts.started, trials);

        let notes = std::fs::read_to_string(folder.path().join("notebook.txt")).unwrap();
        let losses: Vec<f64> = notes
            .lines()
            .map(|line| line.split_once(": ").unwrap().1.parse().unwrap())
            .collect();
        assert!(losses.len() > 2, "{notes}");
        assert!(losses.is_sorted_by(|a, b| a > b), "each once: {notes}");
        let best = second.best.unwrap().values.first();
        assert!((losses.last().unwrap() - best).abs() < 1e-6, "{notes}");
    }
}
