//! [`Channel`]: the events of a study for one receiver that gets all of them.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use futures_util::{Stream, stream};
use tokio::sync::mpsc;
use tuning_core::{Event, Observer, ObserverError};

/// Passes all events on to one receiver. It waits while `capacity` of them are not received yet, so
/// nothing is lost on the way; see [`Broadcast`](crate::Broadcast) for listeners that may lag.
///
/// If the study delivers to it with losses, what was dropped is a gap in the numbers of the events.
/// Once the receiver is gone, events are passed over.
///
/// # Example
/// ```
/// # use tuning_core::{Budget, Event, EventKind, Observer, Opened, Seq};
/// use tuning_observers::Channel;
///
/// # fn event(n: u64) -> Event {
/// #     let kind = EventKind::Opened(Box::new(Opened::new(n, Budget::unlimited(), 1)));
/// #     Event::new("mnist".into(), Seq::new(n), n, kind)
/// # }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (mut channel, mut events) = Channel::new(16);
/// channel.observe(&event(1)).await?;
/// drop(channel); // as a study does at its end
///
/// while let Some(event) = events.recv().await {
///     println!("{}: {}", event.study, event.kind.name());
/// }
/// # Ok::<(), tuning_core::ObserverError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Channel {
    sender: mpsc::Sender<Arc<Event>>,
}

impl Channel {
    /// An observer and its receiver, with at most `capacity` events between them, at least one.
    #[must_use]
    pub fn new(capacity: usize) -> (Self, Events) {
        let (sender, receiver) =
            mpsc::channel(capacity.clamp(1, tokio::sync::Semaphore::MAX_PERMITS));
        (Self { sender }, Events { receiver })
    }
}

#[async_trait]
impl Observer for Channel {
    fn name(&self) -> &str {
        "channel"
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        if let Ok(place) = self.sender.reserve().await {
            place.send(Arc::new(event.clone()));
        }
        Ok(())
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").finish_non_exhaustive()
    }
}

/// Receives the events of a [`Channel`].
pub struct Events {
    receiver: mpsc::Receiver<Arc<Event>>,
}

impl Events {
    /// Waits for the next event; none when the channel is over. If the future is dropped, no event is
    /// lost.
    pub async fn recv(&mut self) -> Option<Arc<Event>> {
        self.receiver.recv().await
    }

    /// Returns the next event if it is there.
    pub fn try_recv(&mut self) -> Option<Arc<Event>> {
        self.receiver.try_recv().ok()
    }

    /// Turns it into a stream.
    pub fn into_stream(self) -> impl Stream<Item = Arc<Event>> + Send + 'static {
        stream::unfold(self, async |mut this| Some((this.recv().await?, this)))
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}
