//! [`ObserverConfig`]: what the options of a kind of observer become, and [`Watching`]: what that makes.

use std::{
    any::Any, error::Error, fmt, future::Future, path::Path, pin::Pin, sync::Arc, time::Duration,
};

use tuning_core::Observer;
use tuning_runtime::{Delivery, Study};

/// An observer that is not there yet.
///
/// # For implementors
/// - Reading a study file opens nothing: only [`watch`](Self::watch) opens files and ports.
/// - [`watch`](Self::watch) may be called once for each session of a study, and for several studies.
///
/// Both promises are laws in `tuning-conformance`.
///
/// # For callers
/// Call `watch` when the study is open: its identity is that of the journal then.
pub trait ObserverConfig: Any + fmt::Debug + Send + Sync {
    /// Makes the observer of a study that is open.
    ///
    /// # Errors
    /// If it cannot watch; the error says what to do.
    fn watch(&self, study: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>>;

    /// What it is promised if the file does not say it.
    fn delivery(&self) -> Delivery {
        Delivery::durable()
    }

    /// Whether several of its kind would be in each other's way.
    fn is_alone(&self) -> bool {
        false
    }

    /// The same for another study that is made of this one, such as the same with another seed; none if one can
    /// serve both.
    fn marked(&self, mark: &str) -> Option<Arc<dyn ObserverConfig>> {
        let _ = mark;
        None
    }
}

/// An observer that is ready.
pub struct Watching {
    pub(super) observer: Box<dyn Observer>,
    pub(super) notice: Option<String>,
    pub(super) linger: Option<Linger>,
}

/// What may be waited for when a run has ended, so that its end is seen.
#[derive(Clone)]
pub struct Linger {
    patience: Duration,
    wait: Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>,
}

impl Watching {
    /// By this observer.
    pub fn by(observer: impl Observer + 'static) -> Self {
        Self {
            observer: Box::new(observer),
            notice: None,
            linger: None,
        }
    }

    /// The observer itself.
    #[must_use]
    pub fn into_observer(self) -> Box<dyn Observer> {
        self.observer
    }

    /// The same with something that people want to know when it begins, such as a port that the system chose.
    #[must_use]
    pub fn notice(mut self, notice: impl Into<String>) -> Self {
        self.notice = Some(notice.into());
        self
    }

    /// The same with something to wait for when the run has ended, at most this long.
    #[must_use]
    pub fn linger<F>(
        mut self,
        patience: Duration,
        wait: impl Fn() -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.linger = Some(Linger {
            patience,
            wait: Arc::new(move || Box::pin(wait())),
        });
        self
    }
}

impl Linger {
    /// The longest that it waits.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.patience
    }

    /// Waits.
    pub async fn wait(self) {
        (self.wait)().await;
    }
}

impl fmt::Debug for Watching {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watching")
            .field("observer", &self.observer.name())
            .field("notice", &self.notice)
            .field("linger", &self.linger)
            .finish()
    }
}

impl fmt::Debug for Linger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Linger").field(&self.patience).finish()
    }
}

/// That a file cannot be written, for errors of observers that write one.
pub(super) fn cannot_write(path: &Path, error: &dyn fmt::Display) -> Box<dyn Error + Send + Sync> {
    format!("cannot write `{}`: {error}", path.display()).into()
}
