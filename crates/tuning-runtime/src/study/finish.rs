//! The end of a session for its observers: they see the rest, within bounds.

use std::{sync::Arc, time::Duration};

use futures_util::{
    FutureExt,
    future::{self, Either},
};
use tuning_core::Seq;

use crate::{bus::Lane, executor::Executor};

/// Lets every observer see the rest; one that is not done this long after the end is cut off.
pub(super) async fn within(linger: Duration, lanes: &[Arc<Lane>], executor: &dyn Executor) {
    close(lanes, executor);
    if !all_ended_within(linger, lanes, executor).await {
        cut_off(linger, lanes, |_, _| true);
    }
}

/// Lets every observer see the rest; one that has not taken anything for this long is cut off.
pub(super) async fn while_they_take_events(
    linger: Duration,
    lanes: &[Arc<Lane>],
    executor: &dyn Executor,
) {
    close(lanes, executor);
    let places = || lanes.iter().map(|lane| lane.status().last).collect();
    let mut before: Vec<Seq> = places();
    while !all_ended_within(linger, lanes, executor).await {
        cut_off(linger, lanes, |index, lane| {
            before[index] == lane.status().last
        });
        before = places();
    }
}

fn close(lanes: &[Arc<Lane>], executor: &dyn Executor) {
    for lane in lanes {
        lane.close();
        if lane.is_stuck(executor.now()) {
            lane.cut_off("it had not finished an event at the end");
        }
    }
}

async fn all_ended_within(linger: Duration, lanes: &[Arc<Lane>], executor: &dyn Executor) -> bool {
    let all = future::join_all(lanes.iter().map(|lane| lane.ended()));
    matches!(
        future::select(all, executor.sleep(linger)).await,
        Either::Left(_)
    )
}

/// Gives up those that have not ended and of which it is true.
fn cut_off(linger: Duration, lanes: &[Arc<Lane>], is_lost: impl Fn(usize, &Arc<Lane>) -> bool) {
    for (index, lane) in lanes.iter().enumerate() {
        if lane.ended().now_or_never().is_none() && is_lost(index, lane) {
            lane.cut_off_after(linger);
        }
    }
}
