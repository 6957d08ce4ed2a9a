//! [`Executor`]: where tasks, threads and time come from, so that the driver knows none of them.

use std::{
    fmt,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use futures_util::future::BoxFuture;
use tokio::runtime::Handle;

/// Where tasks, threads and time come from: tokio, or the [simulator](crate::sim::SimExecutor).
pub trait Executor: Send + Sync + fmt::Debug {
    /// Runs a task in the background.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Runs a task that may block its thread (an observer's) where it blocks nothing else.
    fn spawn_apart(&self, name: &str, task: BoxFuture<'static, ()>) {
        let _ = name;
        self.spawn(task);
    }

    /// Runs a job that computes for long, off the async threads.
    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>);

    /// Resolves after this long.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// The time since the start of 1970 (UTC). It never goes backwards.
    fn now(&self) -> Duration;
}

/// A duration as entries hold it.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Tasks and time of a tokio runtime.
#[derive(Clone)]
pub struct TokioExecutor {
    handle: Handle,
    // The wall clock once, the monotonic clock from there on: time never goes backwards.
    epoch: Duration,
    since: Instant,
}

impl TokioExecutor {
    /// The runtime of the current task, if there is one.
    #[must_use]
    pub fn current() -> Option<Self> {
        Handle::try_current().ok().map(Self::new)
    }

    /// This runtime. It needs its time driver (`enable_time`).
    #[must_use]
    pub fn new(handle: Handle) -> Self {
        Self {
            handle,
            epoch: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
            since: Instant::now(),
        }
    }
}

impl Executor for TokioExecutor {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        self.handle.spawn(task);
    }

    fn spawn_apart(&self, name: &str, task: BoxFuture<'static, ()>) {
        let handle = self.handle.clone();
        let thread = std::thread::Builder::new().name(name.to_owned());
        let spawned = thread.spawn({
            let handle = handle.clone();
            move || handle.block_on(task)
        });
        // Out of threads: the task is lost with its closure, and its receiver learns so.
        drop(spawned);
    }

    fn spawn_blocking(&self, job: Box<dyn FnOnce() + Send>) {
        self.handle.spawn_blocking(job);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let _guard = self.handle.enter();
        Box::pin(tokio::time::sleep(duration))
    }

    fn now(&self) -> Duration {
        self.epoch + self.since.elapsed()
    }
}

impl fmt::Debug for TokioExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokioExecutor").finish_non_exhaustive()
    }
}
