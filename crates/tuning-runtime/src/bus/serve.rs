//! [`start`]: the task that serves an observer on its lane. Whatever the observer does stays in there.

use std::{pin::pin, sync::Arc};

use futures_util::future;
use tuning_core::Observer;

use super::{
    delivery::Delivery,
    durable,
    lane::{Lane, Shared, SoFar},
    live,
};

/// Puts an observer on a lane of its own, under this name. `so_far`: the study before its first event.
pub(super) fn start(
    observer: Box<dyn Observer>,
    name: String,
    delivery: Delivery,
    so_far: SoFar,
    shared: &Shared,
) -> Arc<Lane> {
    let lane = Lane::new(name, delivery, so_far.head, shared);
    let thread = format!("observer {}", lane.name);
    let ended = EndedOnDrop(Arc::clone(&lane));
    let task = async move {
        let lane = Arc::clone(&ended.0);
        let serve = async {
            match delivery {
                Delivery::Durable => durable::serve(&lane, observer, so_far).await,
                _ => live::serve(&lane, observer, so_far.progress).await,
            }
        };
        future::select(pin!(serve), pin!(lane.aborted())).await;
    };
    shared.executor.spawn_apart(&thread, Box::pin(task));
    lane
}

/// Marks the lane as ended when its task is gone, in whatever way.
struct EndedOnDrop(Arc<Lane>);

impl Drop for EndedOnDrop {
    fn drop(&mut self) {
        self.0.end();
    }
}
