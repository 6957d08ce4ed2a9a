//! [`Broadcast`]: the events of a study for any number of listeners, none of which can slow it.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use futures_util::{Stream, stream};
use thiserror::Error;
use tokio::sync::broadcast;
use tuning_core::{Event, Observer, ObserverError};

/// Passes events on to its listeners. It keeps the last `capacity` of them; a listener that falls
/// further behind is told how many it missed and continues with the oldest that is kept. What this
/// observer itself was not delivered, its listeners are told as missed, too.
///
/// # Example
/// ```
/// # use tuning_core::{Budget, Event, EventKind, Observer, Opened, Seq};
/// use tuning_observers::{Broadcast, Lagged};
///
/// # fn event(n: u64) -> Event {
/// #     let kind = EventKind::Opened(Box::new(Opened::new(n, Budget::unlimited(), 1)));
/// #     Event::new("mnist".into(), Seq::new(n), n, kind)
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let mut broadcast = Broadcast::new(2);
/// let mut listener = broadcast.subscribe();
/// for n in 1..=5 {
///     broadcast.observe(&event(n)).await?;
/// }
/// drop(broadcast); // as a study does at its end
///
/// assert_eq!(listener.recv().await, Some(Err(Lagged { missed: 3 })));
/// assert_eq!(listener.recv().await.unwrap()?.seq, Seq::new(4));
/// assert_eq!(listener.recv().await.unwrap()?.seq, Seq::new(5));
/// assert_eq!(listener.recv().await, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Broadcast {
    sender: broadcast::Sender<Item>,
}

type Item = Result<Arc<Event>, Lagged>;

impl Broadcast {
    /// Keeps the last `capacity` events, at least one, rounded up to a power of two.
    #[must_use]
    pub fn new(capacity: usize) -> Self {
        // More than this would be memory, not a queue.
        const MOST: usize = 1 << 20;
        Self {
            sender: broadcast::Sender::new(capacity.clamp(1, MOST)),
        }
    }

    /// Returns a listener for all events from now on.
    #[must_use]
    pub fn subscribe(&self) -> Subscription {
        Subscription {
            receiver: self.sender.subscribe(),
        }
    }

    /// Returns what makes listeners later on, when the study owns this observer. It keeps nothing
    /// open: listeners are told the end of the study all the same.
    #[must_use]
    pub fn subscriber(&self) -> Subscriber {
        Subscriber {
            sender: self.sender.downgrade(),
        }
    }
}

#[async_trait]
impl Observer for Broadcast {
    fn name(&self) -> &str {
        "broadcast"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        if self.sender.receiver_count() > 0 {
            // It fails only if the last listener has left meanwhile.
            let _ = self.sender.send(Ok(Arc::new(event.clone())));
        }
        Ok(())
    }

    async fn missed(&mut self, events: u64) -> Result<(), ObserverError> {
        // It fails only without a listener.
        let _ = self.sender.send(Err(Lagged { missed: events }));
        Ok(())
    }
}

impl fmt::Debug for Broadcast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broadcast")
            .field("listeners", &self.sender.receiver_count())
            .finish_non_exhaustive()
    }
}

/// Makes listeners of a [`Broadcast`] that is elsewhere.
#[derive(Clone)]
pub struct Subscriber {
    sender: broadcast::WeakSender<Item>,
}

impl Subscriber {
    /// Returns a listener for all events from now on; none if the broadcast is over.
    #[must_use]
    pub fn subscribe(&self) -> Option<Subscription> {
        self.sender.upgrade().map(|sender| Subscription {
            receiver: sender.subscribe(),
        })
    }
}

impl fmt::Debug for Subscriber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").finish_non_exhaustive()
    }
}

/// Listens to a [`Broadcast`].
pub struct Subscription {
    receiver: broadcast::Receiver<Item>,
}

impl Subscription {
    /// Waits for the next event; none when the broadcast is over. If the future is dropped, no event
    /// is lost.
    pub async fn recv(&mut self) -> Option<Result<Arc<Event>, Lagged>> {
        match self.receiver.recv().await {
            Ok(item) => Some(item),
            Err(broadcast::error::RecvError::Lagged(missed)) => Some(Err(Lagged { missed })),
            Err(broadcast::error::RecvError::Closed) => None,
        }
    }

    /// Turns it into a stream.
    pub fn into_stream(self) -> impl Stream<Item = Result<Arc<Event>, Lagged>> + Send + 'static {
        stream::unfold(self, async |mut this| Some((this.recv().await?, this)))
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("waiting", &self.receiver.len())
            .finish_non_exhaustive()
    }
}

/// A listener was too slow. The next event it receives is the oldest that is still kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{missed} events were missed: receive faster, or keep more of them")]
pub struct Lagged {
    /// How many events it did not get.
    pub missed: u64,
}
