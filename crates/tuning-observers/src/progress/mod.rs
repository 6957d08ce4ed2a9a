//! [`ProgressBar`]: the progress of a study, for people: a bar on a terminal, sparse lines elsewhere.

mod bar;
mod bar_line;
mod lines;
mod status;

use std::{
    fmt,
    io::{self, IsTerminal as _, Write},
};

use async_trait::async_trait;
use tuning_core::{Event, Objectives, Observer, ObserverError, Progress};

use self::{bar::Bar, lines::Lines};
use crate::{layout::stderr_width, watched::Watched};

/// Shows the progress of one study on stderr.
///
/// On a terminal it is a bar over the budget's trials or, if they have no limit, its resource (without either, a spinner), with the
/// best value, the pace, the time left, and how many trials failed and run. What the terminal has no room for is left out, also
/// after its size has changed, and an ellipsis tells of it. Elsewhere it is plain
/// lines: one for each new best, one for each tenth of the budget; by the times of the events never
/// so many that they flood a log file. Both end with a line about the whole session.
///
/// `NO_COLOR` is honoured. A stderr that is closed is an [`ObserverError`], never a panic.
///
/// # Example
/// ```
/// # use tuning_core::*;
/// # use tuning_observers::ProgressBar;
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// // In a hand-written loop the study is not announced: say what is optimised.
/// let mut progress = ProgressBar::new().plain().objectives(Objectives::maximize("accuracy")?);
/// let opened = Opened::new(1, Budget::trials(100), 4);
/// // mnist: 100 trials, 4 workers
/// progress.observe(&Event::new("mnist".into(), Seq::new(1), 0, EventKind::Opened(Box::new(opened)))).await?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct ProgressBar {
    watched: Watched,
    face: Face,
}

enum Face {
    Bar(Bar),
    Lines(Lines),
}

impl ProgressBar {
    /// A bar if stderr is a terminal, else plain lines.
    #[must_use]
    pub fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self::with(if io::stderr().is_terminal() && !dumb {
            let width = || stderr_width().unwrap_or(usize::MAX);
            let target = indicatif::ProgressDrawTarget::stderr();
            Face::Bar(Bar::new(target, io::stderr(), width))
        } else {
            Face::Lines(Lines::new(io::stderr()))
        })
    }

    /// Writes plain lines even on a terminal.
    #[must_use]
    pub fn plain(self) -> Self {
        match self.face {
            Face::Bar(_) => self.to(io::stderr()),
            Face::Lines(_) => self,
        }
    }

    /// Writes plain lines to this writer.
    #[must_use]
    pub fn to(mut self, out: impl Write + Send + 'static) -> Self {
        self.face = Face::Lines(Lines::new(out));
        self
    }

    /// Sets the objectives of the study. They are needed only where no
    /// [`Created`](tuning_core::EventKind::Created) event tells them; without, no trial is better than another.
    #[must_use]
    pub fn objectives(mut self, objectives: Objectives) -> Self {
        self.watched.inform(objectives);
        self
    }

    /// Returns a writer to stderr whose lines appear above the bar, where a log's belong.
    #[must_use]
    pub fn writer(&self) -> ProgressWriter {
        ProgressWriter {
            bar: match &self.face {
                Face::Bar(bar) => Some(bar.shared()),
                Face::Lines(_) => None,
            },
        }
    }

    fn with(face: Face) -> Self {
        Self {
            watched: Watched::new(),
            face,
        }
    }
}

impl Default for ProgressBar {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Observer for ProgressBar {
    fn name(&self) -> &str {
        "progress"
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.watched.begin(so_far);
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        self.watched.apply(event);
        match &mut self.face {
            Face::Bar(bar) => {
                bar.show(&self.watched, event);
                Ok(())
            }
            Face::Lines(lines) => lines
                .show(&self.watched, event)
                .map_err(ObserverError::from_source),
        }
    }

    async fn flush(&mut self) -> Result<(), ObserverError> {
        match &mut self.face {
            Face::Bar(_) => Ok(()),
            Face::Lines(lines) => lines.flush().map_err(ObserverError::from_source),
        }
    }
}

impl fmt::Debug for ProgressBar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let face = match self.face {
            Face::Bar(_) => "bar",
            Face::Lines(_) => "lines",
        };
        f.debug_struct("ProgressBar")
            .field("face", &face)
            .finish_non_exhaustive()
    }
}

/// Writes to stderr so that a [`ProgressBar`] stays whole below what is written: give it to whatever
/// else logs to that terminal.
///
/// # Example
/// ```
/// use tuning_observers::ProgressBar;
///
/// let progress = ProgressBar::new();
/// let writer = progress.writer();
/// let logs = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
/// ```
#[derive(Clone, Debug)]
pub struct ProgressWriter {
    bar: Option<indicatif::ProgressBar>,
}

impl Write for ProgressWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &self.bar {
            Some(bar) => bar.suspend(|| io::stderr().write(bytes)),
            None => io::stderr().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
