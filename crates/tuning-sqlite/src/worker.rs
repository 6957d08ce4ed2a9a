//! [`Worker`]: a thread that owns a value and does blocking work on it, for callers that must not block.
//!
//! It needs no async runtime: work goes in by a channel of the standard library, answers come back by a
//! oneshot channel that any executor can wait for.

use std::{
    io,
    sync::mpsc::{self, Sender},
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

type Job<T> = Box<dyn FnOnce(&mut T) + Send>;

/// Owns a `T` on a thread of its own. Dropping it waits for the work in hand and drops the `T`.
#[derive(Debug)]
pub(crate) struct Worker<T> {
    // None only while it is dropped.
    jobs: Option<Sender<Job<T>>>,
    thread: Option<JoinHandle<()>>,
}

/// The thread is gone: work on it has panicked.
#[derive(Debug)]
pub(crate) struct Gone;

impl<T: Send + 'static> Worker<T> {
    /// Moves the value to a thread of this name.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(crate) fn spawn(name: &str, mut value: T) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel::<Job<T>>();
        let thread = thread::Builder::new()
            .name(name.replace('\0', ""))
            .spawn(move || queue.into_iter().for_each(|job| job(&mut value)))?;
        Ok(Self {
            jobs: Some(jobs),
            thread: Some(thread),
        })
    }

    /// Does the work there, in the order of the calls, and returns its result. If the future is dropped
    /// midway, the work is done nevertheless.
    ///
    /// # Errors
    /// If the thread is gone.
    pub(crate) async fn call<R: Send + 'static>(
        &self,
        work: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, Gone> {
        let (answer, result) = oneshot::channel();
        let job: Job<T> = Box::new(move |value| {
            // The receiver may be gone.
            let _ = answer.send(work(value));
        });
        let jobs = self.jobs.as_ref().ok_or(Gone)?;
        jobs.send(job).map_err(|_| Gone)?;
        result.await.map_err(|_| Gone)
    }
}

impl<T> Drop for Worker<T> {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported to the caller.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_in_the_order_of_the_calls() {
        let worker = Worker::spawn("test", Vec::new()).unwrap();
        drop(worker.call(|list| list.push(0))); // never polled: never begun
        for n in 1..4 {
            worker.call(move |list| list.push(n)).await.unwrap();
        }
        assert_eq!(worker.call(|list| list.clone()).await.unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_panic_is_told_to_the_caller_and_to_those_after_it() {
        let worker = Worker::spawn("test", 0_u32).unwrap();
        let panicked = worker.call(|n| 1_u32.checked_div(*n).expect("it is 0"));
        assert!(panicked.await.is_err());
        assert!(worker.call(|n| *n).await.is_err());
    }
}
