//! Observers from closures: [`callback`] for synchronous ones, [`handler`] for asynchronous ones.

use std::{borrow::Cow, error::Error, fmt, future::Future};

use async_trait::async_trait;
use thiserror::Error;
use tuning_core::{Event, Observer, ObserverError};

/// Returns an observer that calls `f` with each event. `f` returns nothing, or a `Result<(), E>`.
///
/// It is called on the observer's own task: keep it short, or use [`handler`].
///
/// # Example
/// ```
/// use tuning_core::{Event, EventKind, Fact};
/// use tuning_observers::callback;
///
/// let mut ended = 0;
/// let observer = callback(move |event: &Event| {
///     if let EventKind::Fact(Fact::Ended(_)) = event.kind {
///         ended += 1;
///     }
/// });
/// ```
pub fn callback<F, R>(f: F) -> Callback<F>
where
    F: FnMut(&Event) -> R + Send,
    R: IntoObserved,
{
    Callback {
        name: "callback".into(),
        f,
    }
}

/// Returns an observer that awaits `f` with each event. Its future returns nothing, or a `Result<(), E>`.
///
/// # Example
/// ```
/// use tuning_core::{Event, EventKind};
/// use tuning_observers::handler;
/// # async fn send_mail(_: String) -> std::io::Result<()> { Ok(()) }
///
/// let observer = handler(|event: Event| async move {
///     match &event.kind {
///         EventKind::Closed(closed) => send_mail(closed.to_string()).await,
///         _ => Ok(()),
///     }
/// })
/// .named("mail");
/// ```
pub fn handler<F, T, R>(f: F) -> Handler<F>
where
    F: FnMut(Event) -> T + Send,
    T: Future<Output = R> + Send,
    R: IntoObserved,
{
    Handler {
        name: "handler".into(),
        f,
    }
}

/// The observer that [`callback`] returns.
pub struct Callback<F> {
    name: Cow<'static, str>,
    f: F,
}

/// The observer that [`handler`] returns.
pub struct Handler<F> {
    name: Cow<'static, str>,
    f: F,
}

impl<F> Callback<F> {
    /// Sets its name in summaries.
    #[must_use]
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }
}

impl<F> Handler<F> {
    /// Sets its name in summaries.
    #[must_use]
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = name.into();
        self
    }
}

#[async_trait]
impl<F, R> Observer for Callback<F>
where
    F: FnMut(&Event) -> R + Send,
    R: IntoObserved,
{
    fn name(&self) -> &str {
        &self.name
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        (self.f)(event).into_observed()
    }
}

#[async_trait]
impl<F, T, R> Observer for Handler<F>
where
    F: FnMut(Event) -> T + Send,
    T: Future<Output = R> + Send,
    R: IntoObserved,
{
    fn name(&self) -> &str {
        &self.name
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        (self.f)(event.clone()).await.into_observed()
    }
}

/// What a closure that observes may return: nothing, or a `Result<(), E>` with any usual error.
pub trait IntoObserved {
    /// Whether it observed the event.
    ///
    /// # Errors
    /// If the closure failed.
    fn into_observed(self) -> Result<(), ObserverError>;
}

impl IntoObserved for () {
    fn into_observed(self) -> Result<(), ObserverError> {
        Ok(())
    }
}

impl<E: Into<Box<dyn Error + Send + Sync>>> IntoObserved for Result<(), E> {
    fn into_observed(self) -> Result<(), ObserverError> {
        self.map_err(|error| ObserverError::from_source(Boxed(error.into())))
    }
}

impl<F> fmt::Debug for Callback<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Callback").field(&self.name).finish()
    }
}

impl<F> fmt::Debug for Handler<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Handler").field(&self.name).finish()
    }
}

/// A boxed error as an error: the box itself is none.
#[derive(Debug, Error)]
#[error(transparent)]
struct Boxed(Box<dyn Error + Send + Sync>);
