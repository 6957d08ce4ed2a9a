//! [`block_on`]: waits for a future on this thread; no runtime.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
    time::{Duration, Instant},
};

use crate::simulation::panic_message;

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits for a future on this thread, forever or this long; none if that was too short.
pub(crate) fn block_on<F: Future>(future: F, patience: Option<Duration>) -> Option<F::Output> {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    let begun = Instant::now();
    loop {
        // A wake between poll and park is not lost: park then returns at once.
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return Some(output);
        }
        match patience {
            None => thread::park(),
            Some(patience) => thread::park_timeout(patience.checked_sub(begun.elapsed())?),
        }
    }
}

/// The future's output, or the message of its panic.
pub(crate) async fn caught<F: Future>(future: F) -> Result<F::Output, String> {
    let mut future = pin!(future);
    poll_fn(|context| {
        let poll = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)));
        match poll {
            Ok(poll) => poll.map(Ok),
            Err(payload) => Poll::Ready(Err(panic_message(&*payload))),
        }
    })
    .await
}

/// Polls a future once and drops it; whether it was ready.
pub(crate) fn poll_once<F: Future>(future: F) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    pin!(future).poll(&mut context).is_ready()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_another_thread() {
        let (sender, receiver) = std::sync::mpsc::channel::<Waker>();
        let other = thread::spawn(move || receiver.recv().map(Waker::wake));
        let mut polls = 0;
        let wait = poll_fn(|context| {
            polls += 1;
            if polls == 1 {
                sender.send(context.waker().clone()).unwrap();
                return Poll::Pending;
            }
            Poll::Ready("woken")
        });
        assert_eq!(block_on(wait, None), Some("woken"));
        other.join().unwrap().unwrap();
    }

    #[test]
    fn patience_ends() {
        let never = std::future::pending::<()>();
        assert_eq!(block_on(never, Some(Duration::from_millis(5))), None);
    }
}
