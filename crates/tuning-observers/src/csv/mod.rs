//! [`Csv`]: the trials of a study as a file of comma-separated values, a row for each that has ended.

mod columns;

use std::{
    borrow::Cow,
    fmt,
    io::{self, Write},
    path::Path,
};

use async_trait::async_trait;
use tuning_core::{
    Ended, Event, EventKind, Fact, Kept, Objective, Objectives, Observer, ObserverError, OpenTrial,
    Progress, Seq, Space,
};

use self::columns::Columns;
use crate::{
    lines::{Format, Lines, Seen},
    wording::inert,
};

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
/// A file grows from session to session. A row that is there is not written again, half a row that a crash or a full
/// disk has left is removed, and what the file lacks is asked for again ([`kept`](Observer::kept)): with durable
/// delivery a file has each trial exactly once, also one that was removed, replaced or cut meanwhile, which is
/// told as a failure and then written anew. One observer writes a file at a time.
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
    lines: Lines<Trials>,
    progress: Progress,
    columns: Option<Columns>,
    /// The head that is in the file already.
    head: Option<Vec<String>>,
    /// The last row that was in the file.
    seen: Option<Seen>,
    /// The last event that was folded since: one that is told again counts once.
    folded: Seq,
    /// Whether cells that begin as formulas are made inert.
    safe: bool,
}

impl Csv {
    /// Appends to this file; creates it if it is not there. What a process that was killed has left of a row is
    /// removed.
    ///
    /// # Errors
    /// If it cannot be opened for reading and writing, is not a file of this kind, or another study or program writes
    /// it.
    pub fn append(path: impl AsRef<Path>) -> io::Result<Self> {
        let mut this = Self::over(Lines::append(path.as_ref())?);
        this.look()?;
        Ok(this)
    }

    /// Writes to this writer, with a head.
    #[must_use]
    pub fn to(out: impl Write + Send + 'static) -> Self {
        Self::over(Lines::to(out))
    }

    fn over(lines: Lines<Trials>) -> Self {
        let unknown = Objectives::new([Objective::minimize("value")]);
        Self {
            lines,
            progress: Progress::new(unknown.expect("one objective with a name is legal")),
            columns: None,
            head: None,
            seen: None,
            folded: Seq::ZERO,
            safe: false,
        }
    }

    /// Makes cells that begin as formulas (`=`, `+`, `-`, `@`, a tab) and are no numbers [inert](crate::inert): for
    /// people who open the file in a spreadsheet. Without it each cell holds exactly what the study does.
    #[must_use]
    pub fn safe(mut self, safe: bool) -> Self {
        self.safe = safe;
        self
    }

    /// Looks for the head and the last row of the file.
    fn look(&mut self) -> io::Result<()> {
        let head = self.lines.first()?;
        self.head = head.and_then(|line| columns::head(&line));
        self.seen = self.lines.find_last(columns::last_event)?;
        Ok(())
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
        self.check_head(&columns)?;
        // Also where there are no rows yet: the next to write this file may not know the space.
        self.lines.set_head(row(columns.names()));
        self.columns = Some(columns);
        Ok(())
    }

    fn check_head(&self, columns: &Columns) -> Result<(), String> {
        match &self.head {
            Some(head) if *head != columns.names() => Err(format!(
                "the file has the columns `{}`, and the study has `{}`: name another file",
                head.join(","),
                columns.names().join(",")
            )),
            _ => Ok(()),
        }
    }

    fn has_folded(&self, event: &Event) -> bool {
        event.seq <= self.folded
    }

    /// Whether the row of this event was in the file.
    fn has(&mut self, event: &Event) -> io::Result<bool> {
        let Some(seen) = &self.seen else {
            return Ok(false);
        };
        if !seen.may_cover(event) {
            return Ok(seen.covers(event));
        }
        let is_it = |line: &[u8]| columns::last_event(line).filter(|seen| seen.is(event));
        let found = self.lines.find_last(is_it)?.is_some();
        if !found {
            self.seen = None; // begun anew under the old name: the file has none of it
        }
        Ok(found)
    }

    /// Learns one event; returns the trial that ended with it.
    fn fold(&mut self, event: &Event) -> Option<OpenTrial> {
        if self.has_folded(event) {
            return None;
        }
        self.folded = event.seq;
        self.progress.apply(event.at_millis, &event.kind)
    }

    fn learn_columns(&mut self) -> Result<(), ObserverError> {
        match (&self.columns, &self.head) {
            (Some(_), _) => Ok(()),
            (None, Some(head)) => {
                self.columns = Some(Columns::of_head(head, self.progress.objectives()));
                Ok(())
            }
            (None, None) => Err(ObserverError::new(
                "the parameters are not known: give it the `space`, or let it see the study from the start",
            )),
        }
    }

    fn write(&mut self, event: &Event, ended: &Ended) -> Result<(), ObserverError> {
        if self.has_folded(event) {
            return Ok(());
        }
        // First all that may fail: what is told again finds everything as it was.
        let is_written = self.has(event).map_err(ObserverError::from_source)?;
        // One that was started before anything was seen: nothing of it is known.
        if is_written || self.progress.trial(ended.trial).is_none() {
            self.fold(event);
            return Ok(());
        }
        self.learn_columns()?;
        self.lines.make_room().map_err(ObserverError::from_source)?;
        let (Some(trial), Some(columns)) = (self.fold(event), &self.columns) else {
            return Ok(());
        };
        let mut cells = columns.cells(event, ended, &trial);
        if self.safe {
            cells.iter_mut().for_each(make_inert);
        }
        self.lines.push(&row(&cells));
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
        self.folded = Seq::ZERO;
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        match &event.kind {
            EventKind::Created(spec) => {
                self.inform(&spec.space, &spec.objectives)
                    .map_err(ObserverError::new)?;
                if !self.has_folded(event) {
                    self.progress = Progress::new(spec.objectives.clone());
                    self.folded = event.seq;
                }
                Ok(())
            }
            EventKind::Fact(Fact::Ended(ended)) => self.write(event, ended),
            _ => {
                self.fold(event);
                Ok(())
            }
        }
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        self.lines.flush().map_err(ObserverError::from_source)
    }

    async fn kept(&mut self, _study: &str) -> Result<Kept, ObserverError> {
        let is_file = self
            .lines
            .look_again()
            .map_err(ObserverError::from_source)?;
        if !is_file {
            return Ok(Kept::Unknown);
        }
        self.look().map_err(ObserverError::from_source)?;
        if let Some(columns) = &self.columns {
            self.check_head(columns).map_err(ObserverError::new)?;
        }
        Ok(self.seen.as_ref().map_or(Kept::Nothing, Seen::kept))
    }

    fn keeps(&mut self, event: &Event) -> bool {
        matches!(event.kind, EventKind::Fact(Fact::Ended(_)))
    }
}

impl fmt::Debug for Csv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Csv")
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

fn make_inert(cell: &mut String) {
    if let Cow::Owned(inert) = inert(cell) {
        *cell = inert;
    }
}

fn row<T: AsRef<[u8]>>(cells: &[T]) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(cells)
        .expect("memory takes a row of any length");
    writer.into_inner().expect("memory takes what is left")
}

/// Lines that are rows of trials.
#[derive(Debug)]
struct Trials;

impl Format for Trials {
    const LINE: &'static str = "row of a trial";
    const FILE: &'static str = "file of trials";

    fn is_first(line: &[u8]) -> bool {
        columns::head(line).is_some()
    }

    fn is_whole(line: &[u8]) -> bool {
        columns::last_event(line).is_some()
    }

    fn is_piece(line: &[u8], ended: bool) -> bool {
        columns::is_piece_of_row(line) || !ended && columns::is_piece_of_head(line)
    }
}
