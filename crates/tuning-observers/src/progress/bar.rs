//! [`Bar`]: progress as a bar on a terminal. Between events it moves by a clock.

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressState, ProgressStyle};
use tuning_core::{Event, EventKind};

use super::status;
use crate::{
    watched::Watched,
    wording::{format_duration, printable},
};

const WITH_BUDGET: &str = "{prefix:.bold} {bar:20.cyan/dim} {pos}/{len} {times} {wide_msg}";
const WITHOUT: &str = "{prefix:.bold} {spinner:.cyan} {pos} trials {times} {wide_msg}";
const TICK: Duration = Duration::from_millis(200);

pub(super) struct Bar {
    bar: ProgressBar,
    times: Arc<Mutex<Times>>,
}

/// When the session began and when it will have ended, by the clock here.
#[derive(Clone, Copy)]
struct Times {
    known: Instant,
    elapsed: Duration,
    left: Option<Duration>,
}

impl Bar {
    pub(super) fn new(target: ProgressDrawTarget) -> Self {
        let times = Times {
            known: Instant::now(),
            elapsed: Duration::ZERO,
            left: None,
        };
        Self {
            bar: ProgressBar::with_draw_target(None, target).with_finish(ProgressFinish::Abandon),
            times: Arc::new(Mutex::new(times)),
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
                let line = status::closed(watched, event, closed);
                self.bar.println(printable(&line));
                self.bar.finish_and_clear();
            }
            _ => self.update(watched),
        }
    }

    fn open(&self, watched: &Watched, event: &Event) {
        self.bar.reset();
        match watched.budget().trials {
            Some(trials) => self.bar.set_length(trials),
            None => self.bar.unset_length(),
        }
        self.bar.set_prefix(printable(&event.study).into_owned());
        self.bar.set_style(self.style(watched));
        self.update(watched);
        self.bar.enable_steady_tick(TICK);
    }

    fn update(&self, watched: &Watched) {
        *self.times.lock().unwrap_or_else(PoisonError::into_inner) = Times {
            known: Instant::now(),
            elapsed: watched.elapsed(),
            left: watched.left(),
        };
        let mut parts = status::parts(watched);
        parts.extend(status::last_failure(watched));
        let message = parts.join(" · ");
        self.bar.set_message(printable(&message).into_owned());
        self.bar.set_position(watched.done());
    }

    fn style(&self, watched: &Watched) -> ProgressStyle {
        let times = Arc::clone(&self.times);
        let template = match watched.budget().trials {
            Some(_) => WITH_BUDGET,
            None => WITHOUT,
        };
        ProgressStyle::with_template(template)
            .expect("the templates are constants and tested")
            .progress_chars("━╸─") // distinct without colours, too
            .with_key(
                "times",
                move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                    let times = *times.lock().unwrap_or_else(PoisonError::into_inner);
                    let _ = out.write_str(&times.words(times.known.elapsed()));
                },
            )
    }
}

impl Times {
    /// `1m 20s, 40s left`, so long after it was known.
    fn words(self, since: Duration) -> String {
        let whole = |time: Duration| format_duration(Duration::from_secs(time.as_secs()));
        let mut words = whole(self.elapsed.saturating_add(since));
        if let Some(left) = self.left {
            let _ = write!(words, ", {} left", whole(left.saturating_sub(since)));
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use indicatif::InMemoryTerm;
    use tuning_core::*;

    use super::*;

    /// Each event has a number of its own.
    static NUMBERS: AtomicU64 = AtomicU64::new(1);

    fn show(bar: &Bar, watched: &mut Watched, at_millis: u64, kind: impl Into<EventKind>) {
        let seq = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let event = Event::new("mnist".into(), Seq::new(seq), at_millis, kind.into());
        watched.apply(&event);
        bar.show(watched, &event);
        bar.bar.force_draw();
    }

    /// What a terminal of 100 columns shows before and after the end of a small study.
    fn shown(budget: Budget) -> (String, String) {
        let terminal = InMemoryTerm::new(6, 100);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let (bar, mut watched) = (Bar::new(target), Watched::new());
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
        let parts = "best loss 0.25 (trial 0) · 1m a trial · 1 failed · 1";
        assert!(before.contains(parts), "{before}");
        assert_eq!(
            after,
            "mnist: stopped after 2m: 1 completed, 1 failed, 1 running; best loss 0.25 (trial 0: layers=2)"
        );
    }

    #[test]
    fn the_bar_tells_the_newest_reason() {
        let terminal = InMemoryTerm::new(6, 140);
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let (bar, mut watched) = (Bar::new(target), Watched::new());
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
    fn without_one_it_is_a_spinner() {
        let (before, _) = shown(Budget::unlimited());
        assert!(before.contains(" 2 trials 2m best loss 0.25"), "{before}");
    }

    #[test]
    fn between_events_the_times_go_on() {
        let times = Times {
            known: Instant::now(),
            elapsed: Duration::from_millis(80_400),
            left: Some(Duration::from_secs(40)),
        };
        assert_eq!(times.words(Duration::ZERO), "1m 20s, 40s left");
        assert_eq!(times.words(Duration::from_secs(30)), "1m 50s, 10s left");
        assert_eq!(times.words(Duration::from_secs(60)), "2m 20s, 0s left");
    }
}
