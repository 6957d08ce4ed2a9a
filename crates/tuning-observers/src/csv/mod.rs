//! [`Csv`]: the trials of a study as a file of comma-separated values, a row for each that has ended.

mod columns;

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, BufWriter, Write},
    path::Path,
};

use async_trait::async_trait;
use tuning_core::{
    Ended, Event, EventKind, Fact, Objective, Objectives, Observer, ObserverError, Progress, Space,
};

use self::columns::Columns;
use crate::tail::{self, Seen};

/// Writes a row for each trial that ends, in the order in which they end, below a head.
///
/// The columns: `trial`, `state`, the objectives, the parameters, `seconds` (of all its work, without
/// failed attempts), `retries`, `failure`, `metrics` (a JSON object), `ended_at_millis` and `seq` (the time
/// and the number of the event). Empty is what a trial does not have: a parameter that is not active, the
/// values of one that never reported. A trial that did not complete has the values of its last report.
/// Numbers keep all their digits, and a row is one line: line breaks in a reason become `\n`. A
/// parameter that is called like another column appears as `param.NAME`, an objective as
/// `objective.NAME`.
///
/// A file grows from session to session. A row that is there is not written again, and half a row that a
/// crash has left is removed: with durable delivery a file has each trial exactly once.
///
/// The columns come from the study's first event, from [`space`](Self::space), or from the file.
///
/// # Example
/// ```
/// # use tuning_core::*;
/// # use tuning_observers::Csv;
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("trials.csv");
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let space = Space::new([Parameter::int("layers", 1, 4)])?;
/// let loss = Objectives::minimize("loss")?;
/// let mut file = Csv::append(&path)?.space(space.clone(), loss)?;
/// let kinds: [EventKind; 2] = [
///     Started::new(TrialId::new(0), space.params([("layers", 2)])?).into(),
///     Ended::new(TrialId::new(0), Outcome::Completed(Values::one(0.25)?)).into(),
/// ];
/// for (n, kind) in (1..).zip(kinds) {
///     file.observe(&Event::new("mnist".into(), Seq::new(n), n, kind)).await?;
/// }
/// file.flush().await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// assert_eq!(
///     std::fs::read_to_string(&path)?,
///     "trial,state,loss,layers,seconds,retries,failure,metrics,ended_at_millis,seq\n\
///      0,completed,0.25,2,,0,,,2,2\n",
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Csv {
    out: BufWriter<Box<dyn Write + Send>>,
    progress: Progress,
    columns: Option<Columns>,
    /// The head that is in the file already.
    head: Option<Vec<String>>,
    /// The number and the time of the last row in the file.
    seen: Option<(u64, u64)>,
    /// The last event of the study that was seen, in the file or in the buffer.
    written: Option<Seen>,
}

impl Csv {
    /// Appends to this file; creates it if it is not there.
    ///
    /// # Errors
    /// If it cannot be opened for reading and writing, or is not a file of this kind.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let head = match tail::first_line(&mut file)? {
            None => None,
            Some(line) => columns::read_head(&line).map_err(|message| {
                let message = format!("`{}` {message}: name another file", path.display());
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?,
        };
        // Only now: it is one of ours.
        tail::remove_torn_line(&mut file)?;
        let seen = match &head {
            Some(_) => last_row(&mut file)?,
            None => None,
        };
        let mut this = Self::to(file);
        this.head = head;
        this.seen = seen;
        Ok(this)
    }

    /// Writes to this writer, with a head.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static) -> Self {
        const CAPACITY: usize = 64 << 10;
        let unknown = Objectives::new([Objective::minimize("value")]);
        Self {
            out: BufWriter::with_capacity(CAPACITY, Box::new(out)),
            progress: Progress::new(unknown.expect("one objective with a name is legal")),
            columns: None,
            head: None,
            seen: None,
            written: None,
        }
    }

    /// Sets the space and the objectives of the study. They are needed only where no
    /// [`Created`](EventKind::Created) event tells them and the file has no head yet.
    ///
    /// # Errors
    /// If the file is one of another study: its head differs.
    pub fn space(mut self, space: Space, objectives: Objectives) -> io::Result<Self> {
        self.inform(&space, &objectives)
            .map_err(|message| io::Error::new(io::ErrorKind::InvalidData, message))?;
        self.progress = Progress::new(objectives);
        Ok(self)
    }

    fn inform(&mut self, space: &Space, objectives: &Objectives) -> Result<(), String> {
        if self.columns.is_some() {
            return Ok(());
        }
        let columns = Columns::new(space, objectives);
        match &self.head {
            Some(head) if *head != columns.names() => Err(format!(
                "the file has the columns `{}`, and the study has `{}`: name another file",
                head.join(","),
                columns.names().join(",")
            )),
            Some(_) => {
                self.columns = Some(columns);
                Ok(())
            }
            // At once: the next to write this file may not know the space.
            None => {
                let head = row(columns.names());
                self.out.write_all(&head).map_err(|e| e.to_string())?;
                self.head = Some(columns.names().to_vec());
                self.columns = Some(columns);
                Ok(())
            }
        }
    }

    fn write(&mut self, event: &Event, ended: &Ended) -> Result<(), ObserverError> {
        let in_file = self
            .seen
            .is_some_and(|(seq, at)| event.seq.get() <= seq && event.at_millis <= at);
        let in_buffer = self.written.as_ref().is_some_and(|seen| seen.covers(event));
        let trial = self.progress.apply(event.at_millis, &event.kind);
        if in_file || in_buffer {
            return Ok(());
        }
        // One that was started before anything was seen: nothing of it is known.
        let Some(trial) = trial else { return Ok(()) };
        let columns = match (&self.columns, &self.head) {
            (Some(columns), _) => columns,
            (None, Some(head)) => {
                let columns = Columns::of_head(head, self.progress.objectives());
                self.columns.insert(columns)
            }
            (None, None) => {
                return Err(ObserverError::new(
                    "the parameters are not known: give it the `space`, or let it see the study from the start",
                ));
            }
        };
        // A row goes into the buffer as a whole or, if the file takes no more, not at all.
        self.out
            .write_all(&row(&columns.cells(event, ended, &trial)))
            .map_err(ObserverError::from_source)?;
        self.written = Some(Seen::of(event));
        Ok(())
    }
}

#[async_trait]
impl Observer for Csv {
    fn name(&self) -> &str {
        "csv"
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.progress = so_far.clone();
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        match &event.kind {
            EventKind::Created(spec) => {
                self.inform(&spec.space, &spec.objectives)
                    .map_err(ObserverError::new)?;
                self.progress = Progress::new(spec.objectives.clone());
                Ok(())
            }
            EventKind::Fact(Fact::Ended(ended)) => self.write(event, ended),
            kind => {
                self.progress.apply(event.at_millis, kind);
                Ok(())
            }
        }
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        self.out.flush().map_err(ObserverError::from_source)
    }
}

impl fmt::Debug for Csv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Csv")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

fn row<T: AsRef<[u8]>>(cells: &[T]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(cells)
        .expect("memory takes a row of any length");
    writer.into_inner().expect("memory takes what is left")
}

/// The number and the time in the last row, if there is one below the head.
fn last_row(file: &mut File) -> io::Result<Option<(u64, u64)>> {
    let row = tail::last_line(file)?.and_then(|line| columns::parse(&line));
    Ok(row.and_then(|row| {
        let [.., at, seq] = &row[..] else { return None };
        Some((seq.parse().ok()?, at.parse().ok()?))
    }))
}
