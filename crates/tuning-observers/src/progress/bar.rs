//! [`Bar`]: progress as a bar on a terminal. Between events it moves by a clock.

use std::{
    fmt,
    io::Write,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle};
use tuning_core::{Event, EventKind};

use super::{bar_line::BarLine, status};
use crate::{layout::wrapped, watched::Watched, wording::printable};

const WITH_BUDGET: &str = "{line}";
const WITHOUT: &str = "{spinner:.cyan} {line}";
/// What the spinner and the blank behind it take.
const SPINNER: usize = 2;
const TICK: Duration = Duration::from_millis(200);

pub(super) struct Bar {
    bar: ProgressBar,
    line: Arc<Mutex<Option<BarLine>>>,
    /// The same terminal, for lines that stay.
    out: Mutex<Box<dyn Write + Send>>,
    /// How wide the terminal is at the moment.
    width: Arc<dyn Fn() -> usize + Send + Sync>,
}

impl Bar {
    pub(super) fn new(
        target: ProgressDrawTarget,
        out: impl Write + Send + 'static,
        width: impl Fn() -> usize + Send + Sync + 'static,
    ) -> Self {
        let nothing = ProgressStyle::with_template("").expect("it is empty");
        Self {
            // Before the study opens there is nothing to draw.
            bar: ProgressBar::with_draw_target(None, target)
                .with_style(nothing)
                .with_finish(ProgressFinish::Abandon),
            line: Arc::default(),
            out: Mutex::new(Box::new(out)),
            width: Arc::new(width),
        }
    }

    /// The bar itself, to write above it.
    pub(super) fn shared(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// Shows how the study stands after the event.
    pub(super) fn show(&self, watched: &Watched, event: &Event) {
        match &event.kind {
            EventKind::Opened(_) => self.open(watched, event),
            EventKind::Closed(closed) => {
                self.bar.finish_and_clear();
                self.say(&status::closed(watched, event, closed));
            }
            EventKind::Warned(warned) => {
                let line = format!("{}: warning: {warned}", event.study);
                self.bar.suspend(|| self.say(&line));
            }
            _ => self.update(watched, event),
        }
    }

    /// Writes a line that stays.
    fn say(&self, line: &str) {
        let line = wrapped(&printable(line), (self.width)());
        // By ourselves: indicatif fills lines up with blanks. A terminal that is gone needs no bar either.
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    }

    fn open(&self, watched: &Watched, event: &Event) {
        self.bar.reset();
        self.bar.set_style(self.style(watched));
        match watched.goal().of {
            Some(of) => self.bar.set_length(of),
            None => self.bar.unset_length(),
        }
        self.update(watched, event);
        self.bar.enable_steady_tick(TICK);
    }

    fn update(&self, watched: &Watched, event: &Event) {
        let line = BarLine::new(&event.study, watched);
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
        self.bar.set_position(watched.goal().done);
    }

    fn style(&self, watched: &Watched) -> ProgressStyle {
        let (line, width) = (Arc::clone(&self.line), Arc::clone(&self.width));
        let (template, taken) = match watched.goal().of {
            Some(_) => (WITH_BUDGET, 0),
            None => (WITHOUT, SPINNER),
        };
        ProgressStyle::with_template(template)
            .expect("the templates are constants and tested")
            .with_key(
                "line",
                move |_: &ProgressState, out: &mut dyn fmt::Write| {
                    if let Some(line) = &*line.lock().unwrap_or_else(PoisonError::into_inner) {
                        let room = width().saturating_sub(taken);
                        let _ = out.write_str(&line.fit(room, Instant::now()));
                    }
                },
            )
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use indicatif::{InMemoryTerm, TermLike as _};
    use tuning_core::*;

    use super::*;

    /// The screen as a writer.
    struct Screen(InMemoryTerm);

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.write_str(&String::from_utf8_lossy(bytes))?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            self.0.flush()
        }
    }

    /// Each event has a number of its own.
    static NUMBERS: AtomicU64 = AtomicU64::new(1);

    fn show(bar: &Bar, watched: &mut Watched, at_millis: u64, kind: impl Into<EventKind>) {
        let seq = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let event = Event::new("mnist".into(), Seq::new(seq), at_millis, kind.into());
        watched.apply(&event);
        bar.show(watched, &event);
        bar.bar.force_draw();
    }

    /// A terminal with this many columns, and a bar on it.
    fn screen(columns: u16) -> (InMemoryTerm, Bar, Watched) {
        let terminal = InMemoryTerm::new(6, columns);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let bar = Bar::new(target, Screen(terminal.clone()), move || columns.into());
        (terminal, bar, Watched::new())
    }

    /// What a terminal of 100 columns shows before and after the end of a small study.
    fn shown(budget: Budget) -> (String, String) {
        let (terminal, bar, mut watched) = screen(100);
        watched.inform(Objectives::minimize("loss").unwrap());
        let opened = EventKind::Opened(Box::new(Opened::new(1, budget, 2)));
        show(&bar, &mut watched, 0, opened);
        let space = Space::new([Parameter::int("layers", 1, 4)]).unwrap();
        for trial in [0, 1, 2].map(TrialId::new) {
            let params = space.params([("layers", 2)]).unwrap();
            show(&bar, &mut watched, 0, Started::new(trial, params));
        }
        let values = Values::one(0.25).unwrap();
        show(
            &bar,
            &mut watched,
            60_000,
            Ended::new(TrialId::new(0), Outcome::Completed(values)),
        );
        let failed = Outcome::failed(FailureKind::Error, "");
        show(
            &bar,
            &mut watched,
            120_000,
            Ended::new(TrialId::new(1), failed),
        );
        let before = terminal.contents();
        let (counts, best) = (watched.counts(), watched.best().cloned());
        let closed = EventKind::Closed(Box::new(Closed::new(EndReason::Stopped, counts, best)));
        show(&bar, &mut watched, 120_000, closed);
        (before, terminal.contents())
    }

    #[test]
    fn a_budget_of_trials_makes_a_bar() {
        let (before, after) = shown(Budget::trials(4));
        assert!(
            before.starts_with("mnist ━━━━━━━━━━╸───────── 2/4 2m"),
            "{before}"
        );
        let parts = "left · best loss 0.25 (trial 0) · 1 failed · 1 running …";
        assert!(before.ends_with(parts), "{before}");
        assert_eq!(
            after,
            "mnist: stopped after 2m: 1 completed, 1 failed, 1 running; best loss 0.25 (trial 0: layers=2)"
        );
    }

    #[test]
    fn the_bar_tells_the_newest_reason() {
        let (terminal, bar, mut watched) = screen(140);
        watched.inform(Objectives::minimize("loss").unwrap());
        let opened = EventKind::Opened(Box::new(Opened::new(1, Budget::unlimited(), 2)));
        show(&bar, &mut watched, 0, opened);
        let space = Space::new([Parameter::int("layers", 1, 4)]).unwrap();
        for (trial, reason) in [
            (0, "no data"),
            (
                1,
                "it exited with code 1; the end of its standard error:\n\
                Traceback (most recent call last):\nKeyError: 'lr'",
            ),
        ] {
            let params = space.params([("layers", 2)]).unwrap();
            show(
                &bar,
                &mut watched,
                0,
                Started::new(TrialId::new(trial), params),
            );
            let failed = Outcome::failed(FailureKind::Error, reason);
            show(
                &bar,
                &mut watched,
                1000,
                Ended::new(TrialId::new(trial), failed),
            );
        }
        let shown = terminal.contents();
        assert!(
            shown.contains("2 failed · trial 1 failed: it exited with code 1: KeyError: 'lr'"),
            "{shown}"
        );
    }

    #[test]
    fn a_budget_of_resource_makes_a_bar_of_what_trials_have_used() {
        let (terminal, bar, mut watched) = screen(100);
        watched.inform(Objectives::minimize("loss").unwrap());
        let budget = Budget::unlimited().resource(12);
        let opened = EventKind::Opened(Box::new(Opened::new(1, budget, 2)));
        show(&bar, &mut watched, 0, opened);
        assert!(
            terminal.contents().contains(" 0/12 units"),
            "{}",
            terminal.contents()
        );
        let space = Space::new([Parameter::int("layers", 1, 4)]).unwrap();
        let params = || space.params([("layers", 2)]).unwrap();
        let (id, at) = (TrialId::new, Fidelity::new);
        let values = || Values::one(0.25).unwrap();
        // Two to 3, of which one reports on its way, and goes on.
        show(
            &bar,
            &mut watched,
            0,
            Started::new(id(0), params()).until(at(3)),
        );
        show(&bar, &mut watched, 0, Reported::new(id(0), at(2), values()));
        show(&bar, &mut watched, 0, Paused::new(id(0), at(3), values()));
        show(
            &bar,
            &mut watched,
            0,
            Started::new(id(1), params()).until(at(3)),
        );
        show(
            &bar,
            &mut watched,
            60_000,
            Paused::new(id(1), at(3), values()),
        );
        let shown = terminal.contents();
        assert!(
            shown.starts_with("mnist ━━━━━━━━━━╸───────── 6/12 units 1m"),
            "{shown}"
        );
        show(&bar, &mut watched, 60_000, Resumed::new(id(0), at(6)));
        show(
            &bar,
            &mut watched,
            90_000,
            Reported::new(id(0), at(5), values()),
        );
        let shown = terminal.contents();
        assert!(shown.contains(" 8/12 units 1m 3"), "{shown}");
        // Eight took 90 seconds.
        assert_eq!(watched.left(), Some(Duration::from_secs(45)));
    }

    #[test]
    fn a_warning_stays_above_the_bar() {
        let (terminal, bar, mut watched) = screen(100);
        let opened = EventKind::Opened(Box::new(Opened::new(1, Budget::trials(4), 2)));
        show(&bar, &mut watched, 0, opened);
        let warning = Warning::Beyond {
            until: Fidelity::new(3),
            at: Fidelity::new(5),
        };
        let warned = EventKind::Warned(Warned::new(TrialId::new(7), warning));
        show(&bar, &mut watched, 0, warned);
        let shown = terminal.contents();
        let (first, rest) = shown.split_once('\n').unwrap();
        assert!(
            first
                .starts_with("mnist: warning: trial 7 was to run until step 3 and reported step 5"),
            "{shown}"
        );
        assert!(rest.contains("mnist ──────────"), "{shown}");
    }

    #[test]
    fn without_one_it_is_a_spinner() {
        let (before, _) = shown(Budget::unlimited());
        assert!(
            before.contains("mnist 2 trials 2m · best loss 0.25"),
            "{before}"
        );
    }
}
