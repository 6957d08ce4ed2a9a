//! [`FinalTable`]: the best trials of a study, when a session ends.

mod layout;
mod ranking;

use std::{
    fmt,
    io::{self, IsTerminal as _, Write},
};

use async_trait::async_trait;
use tuning_core::{Closed, Event, EventKind, Objectives, Observer, ObserverError, Progress};

use self::{
    layout::{Look, draw},
    ranking::Ranking,
};
use crate::{
    layout::wrapped,
    watched::Watched,
    wording::{format_duration, printable},
};

/// Prints a table of the best trials when a session ends: the best five, or the front of several
/// objectives, with their parameters, values and durations, below a line that says why it ended.
///
/// It prints to stdout, as wide as the terminal, with a bold head (no bold with `NO_COLOR`); elsewhere every line is as long as it
/// needs to be. What does not fit is laid out as [`Table`](crate::Table) says.
///
/// Of the sessions before this one it knows the best trial only, unless it is told their events, too.
///
/// # Example
/// ```
/// # use tuning_core::*;
/// # use tuning_observers::FinalTable;
/// # let params = Space::new([Parameter::int("layers", 1, 4)])?.params([("layers", 2)])?;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// // In a hand-written loop the study is not announced: say what is optimised.
/// let mut table = FinalTable::new().rows(10).objectives(Objectives::maximize("accuracy")?);
/// let kinds: [EventKind; 3] = [
///     Started::new(TrialId::new(0), params).into(),
///     Ended::new(TrialId::new(0), Outcome::Completed(Values::one(0.9)?)).into(),
///     EventKind::Closed(Box::new(Closed::new(EndReason::Exhausted, Counts::default(), None))),
/// ];
/// for (at, kind) in (1..).zip(kinds) {
///     table.observe(&Event::new("mnist".into(), Seq::new(at), at, kind)).await?;
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FinalTable {
    watched: Watched,
    ranking: Ranking,
    out: Box<dyn Write + Send>,
    look: Look,
    /// How many events did not come.
    missed: u64,
}

impl FinalTable {
    /// A table on stdout.
    #[must_use]
    pub fn new() -> Self {
        let look = if io::stdout().is_terminal() {
            Look::terminal()
        } else {
            Look::plain()
        };
        Self {
            watched: Watched::new(),
            ranking: Ranking::default(),
            out: Box::new(io::stdout()),
            look,
            missed: 0,
        }
    }

    /// Writes plain text to this writer.
    #[must_use]
    pub fn to(mut self, out: impl Write + Send + 'static) -> Self {
        self.out = Box::new(out);
        let width = self.look.width;
        self.look = Look::plain();
        self.look.width = width;
        self
    }

    /// Shows at most this many trials: five of a single objective, and twenty of a front if
    /// this is not said.
    #[must_use]
    pub fn rows(mut self, rows: usize) -> Self {
        self.ranking.limit = Some(rows);
        self
    }

    /// Sets how many characters a line may have: as many as the terminal's, or any number elsewhere, if this is not said.
    #[must_use]
    pub fn width(mut self, width: u16) -> Self {
        self.look.width = Some(width.into());
        self
    }

    /// Sets the objectives of the study. They are needed only where no
    /// [`Created`](EventKind::Created) event tells them; without, only the best trial is known.
    #[must_use]
    pub fn objectives(mut self, objectives: Objectives) -> Self {
        self.watched.inform(objectives);
        self
    }

    fn print(&mut self, event: &Event, closed: &Closed) -> io::Result<()> {
        let head = format!(
            "{}: {} after {}: {}",
            event.study,
            closed.reason,
            format_duration(self.watched.elapsed()),
            closed.counts
        );
        let head = printable(&head);
        let mut text = match self.look.room() {
            Some(width) => wrapped(&head, width),
            None => head.into_owned(),
        };
        text.push('\n');
        let rows = self.ranking.rows(&self.watched);
        if rows.is_empty() {
            text.push_str("no trial has a value\n");
        } else {
            text.push_str(&draw(self.watched.objectives(), &rows, self.look));
            text.push('\n');
        }
        let front = self.watched.front().len();
        if front > rows.len() {
            text.push_str(&format!("and {} more on the front\n", front - rows.len()));
        }
        if self.missed > 0 {
            text.push_str(&format!(
                "{} events were missed: trials may be missing here\n",
                self.missed
            ));
        }
        // In one piece: others write to the same place.
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }
}

impl Default for FinalTable {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Observer for FinalTable {
    fn name(&self) -> &str {
        "table"
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.watched.begin(so_far);
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        let over = self.watched.apply(event);
        self.ranking
            .apply(&self.watched, &event.kind, over.as_ref());
        match &event.kind {
            EventKind::Closed(closed) => self
                .print(event, closed)
                .map_err(ObserverError::from_source),
            _ => Ok(()),
        }
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        self.missed = self.missed.saturating_add(events);
        Ok(())
    }
}

impl fmt::Debug for FinalTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FinalTable").finish_non_exhaustive()
    }
}
