//! The laws of observers: [`ObserverKit`] and one function per law.

use std::{fmt, sync::Arc, time::Duration};

use tuning_core::{Event, Kept, Objective, Objectives, Observer, ObserverError, Progress, Seq};

use crate::{
    block_on::{block_on, caught},
    entries::entries,
    law::ObserverLaw,
    report::{Breach, Finding, Report},
    selection::{Selection, selects},
};

/// The laws of observers for the observers that `build` builds.
///
/// # Example
/// ```
/// # use async_trait::async_trait;
/// # use tuning_core::{Event, Observer, ObserverError};
/// #[derive(Debug, Default)]
/// struct Count(u64);
///
/// #[async_trait]
/// impl Observer for Count {
///     fn name(&self) -> &str { "count" }
///     async fn observe(&mut self, _: &Event) -> Result<(), ObserverError> { self.0 += 1; Ok(()) }
/// }
///
/// tuning_conformance::observer(Count::default).check();
/// ```
pub fn observer<'a, O, B>(build: B) -> ObserverKit<'a>
where
    O: Observer + 'static,
    B: Fn() -> O + 'a,
{
    ObserverKit {
        build: Box::new(move || Box::new(build())),
        selection: Selection::all(),
    }
}

type Build<'a> = dyn Fn() -> Box<dyn Observer> + 'a;

/// The laws of observers, ready to be checked. See [`observer`].
#[must_use = "call `check`"]
pub struct ObserverKit<'a> {
    build: Box<Build<'a>>,
    selection: Selection<ObserverLaw>,
}

/// How long a handful of events may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl ObserverKit<'_> {
    selects!(ObserverLaw);

    /// Checks the laws on this thread.
    ///
    /// # Panics
    /// If a law is broken, with a report that says which, how, and what to look for.
    #[track_caller]
    pub fn check(&self) {
        self.report().unwrap();
    }

    /// Checks the laws on this thread and returns what was found out. An observer that needs a runtime
    /// finds it if the test has entered it.
    #[must_use]
    pub fn report(&self) -> Report<ObserverLaw> {
        let mut report = Report::new(0, Vec::new());
        let broken = |law| matches!(look(&*self.build, law), Finding::Broken(_));
        self.selection.look(&mut report, |law| match law {
            // One cause, one law: who cannot come late cannot begin late either.
            ObserverLaw::Begin if broken(ObserverLaw::Late) => {
                Finding::Skipped("it does not survive coming late: the matter of law 2".to_owned())
            }
            law => look(&*self.build, law),
        });
        report
    }
}

type Looked = Result<(), Breach>;

fn look(build: &Build<'_>, law: ObserverLaw) -> Finding {
    let law_of = async || match law {
        ObserverLaw::EveryEvent => every_event(&mut *build()).await,
        ObserverLaw::Late => late(&mut *build()).await,
        ObserverLaw::Flush => flush(&mut *build()).await,
        ObserverLaw::Missed => missed(&mut *build()).await,
        ObserverLaw::Name => name(&mut *build()).await,
        ObserverLaw::Begin => begin(build).await,
        ObserverLaw::Kept => kept(build).await,
    };
    let looked = block_on(caught(law_of()), Some(PATIENCE));
    let breach = match looked {
        Some(Ok(Ok(()))) => return Finding::Kept,
        Some(Ok(Err(breach))) => breach,
        Some(Err(panic)) => Breach::new(format!("it panicked: {panic}")),
        None => Breach::new(format!("it did not return within {} s", PATIENCE.as_secs())),
    };
    Finding::Broken(Breach {
        repeat: format!("observer(…).only(ObserverLaw::{law:?})"),
        ..breach
    })
}

fn events() -> Vec<Event> {
    let study: Arc<str> = "conformance".into();
    let event = |(seq, entry): (u64, tuning_core::Entry)| {
        Event::new(
            Arc::clone(&study),
            Seq::new(seq),
            entry.at_millis,
            entry.kind,
        )
    };
    (1..).zip(entries()).map(event).collect()
}

fn fine(result: Result<(), ObserverError>, what: impl FnOnce() -> String) -> Looked {
    result.map_err(|error| Breach::new(format!("{} failed: {error}", what())))
}

async fn observe(observer: &mut dyn Observer, event: &Event) -> Looked {
    let observed = observer.observe(event).await;
    fine(observed, || {
        format!("observing `{}` (event {})", event.kind.name(), event.seq)
    })
}

async fn every_event(observer: &mut dyn Observer) -> Looked {
    for event in events() {
        observe(observer, &event).await?;
    }
    fine(observer.flush().await, || "the last flush".to_owned())
}

/// No start of the study, the second half of its events twice, and the first half not at all.
async fn late(observer: &mut dyn Observer) -> Looked {
    let events = events();
    for event in &events[events.len() / 2..] {
        observe(observer, event).await?;
        observe(observer, event).await?;
    }
    // After a restart with durable delivery it hears again what it has heard before.
    for event in events.iter().rev().take(20).rev() {
        observe(observer, event).await?;
    }
    fine(observer.flush().await, || "the last flush".to_owned())
}

async fn flush(observer: &mut dyn Observer) -> Looked {
    for _ in 0..3 {
        fine(observer.flush().await, || {
            "a flush before any event".to_owned()
        })?;
    }
    for event in events() {
        observe(observer, &event).await?;
        for _ in 0..2 {
            fine(observer.flush().await, || {
                format!("a flush after event {}", event.seq)
            })?;
        }
    }
    Ok(())
}

async fn missed(observer: &mut dyn Observer) -> Looked {
    fine(observer.missed(7).await, || {
        "hearing of missed events before any other".to_owned()
    })?;
    for event in events() {
        observe(observer, &event).await?;
        for missed in [1, 0, 1_000_000] {
            fine(observer.missed(missed).await, || {
                format!("hearing of {missed} missed events")
            })?;
        }
    }
    fine(observer.flush().await, || "the last flush".to_owned())
}

/// A session that resumes a study: whatever came before, it begins with how the study stands, and
/// the first event that it observes is the one behind. One more begins twice, as after a restart.
async fn begin(build: &Build<'_>) -> Looked {
    let events = events();
    let objectives = Objectives::new([Objective::minimize("loss"), Objective::maximize("gain")])
        .map_err(|error| Breach::new(error.to_string()))?;
    let all = events.len();
    for seen in [0, 1, all / 3, all / 2, all] {
        let mut so_far = Progress::new(objectives.clone());
        for event in &events[..seen] {
            so_far.apply(event.at_millis, &event.kind);
        }
        let observer = &mut *build();
        for times in ["beginning", "beginning once more"] {
            let begun = observer.begin(&so_far).await;
            fine(begun, || format!("{times} behind {seen} of {all} events"))?;
        }
        for event in &events[seen..] {
            observe(observer, event).await?;
        }
        fine(observer.flush().await, || "the last flush".to_owned())?;
    }
    Ok(())
}

/// Asked before it was told anything, and after it has flushed what it was told.
async fn kept(build: &Build<'_>) -> Looked {
    let events = events();
    let observer = &mut *build();
    let known = kept_of(observer, "conformance").await?;
    if let Kept::Until { seq, .. } = known {
        return Err(Breach::new(format!(
            "it was told nothing, and keeps all up to event {seq}"
        )));
    }
    // The first part: one that was told to the end, which has no order of times.
    let told = &events[..events.len() / 2];
    for event in told {
        observe(observer, event).await?;
    }
    fine(observer.flush().await, || "the last flush".to_owned())?;
    match kept_of(observer, "conformance").await? {
        Kept::Until { seq, at_millis } => {
            let last = told.iter().rev().find(|event| observer.keeps(event));
            match last {
                Some(event) if event.seq == seq && event.at_millis == at_millis => {}
                Some(event) => {
                    return Err(Breach::new(format!(
                        "it keeps all up to event {seq} at {at_millis}, and the last that it keeps anything of is event \
                         {} at {}",
                        event.seq, event.at_millis
                    )));
                }
                None => {
                    return Err(Breach::new(format!(
                        "it keeps all up to event {seq}, and nothing of any event"
                    )));
                }
            }
        }
        _ => {
            // It cannot tell, or has forgotten all: that is told again.
        }
    }
    Ok(())
}

async fn kept_of(observer: &mut dyn Observer, study: &str) -> Result<Kept, Breach> {
    let kept = observer.kept(study).await;
    kept.map_err(|error| Breach::new(format!("asking what it keeps failed: {error}")))
}

async fn name(observer: &mut dyn Observer) -> Looked {
    let first = observer.name().to_owned();
    if first.trim().is_empty() {
        return Err(Breach::new("its name is empty"));
    }
    for event in events().iter().take(50) {
        observe(observer, event).await?;
    }
    if observer.name() == first {
        return Ok(());
    }
    Err(Breach::new(format!(
        "its name was `{first}` and became `{}`",
        observer.name()
    )))
}

impl fmt::Debug for ObserverKit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObserverKit")
            .field("selection", &self.selection)
            .finish_non_exhaustive()
    }
}
