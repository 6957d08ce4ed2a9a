//! Events for other tasks of the program.

#![cfg(feature = "channel")]

use crate::support::{block_on, deliver, two_sessions};
use futures_util::{StreamExt as _, future::join, pin_mut};
use tuning_core::{Observer, Seq};
use tuning_observers::{Broadcast, Channel, Lagged};

#[test]
fn a_listener_that_lags_is_told_how_many_it_missed() {
    let events = two_sessions().events;
    let mut broadcast = Broadcast::new(4);
    let (mut slow, mut fast) = (broadcast.subscribe(), broadcast.subscribe());
    let missed = events.len() as u64 - 4;
    block_on(async {
        for event in &events {
            broadcast.observe(event).await.unwrap();
            let received = fast.recv().await.unwrap().unwrap();
            assert_eq!(*received, *event);
        }
        drop(broadcast);
        assert_eq!(slow.recv().await, Some(Err(Lagged { missed })));
        let next = slow.recv().await.unwrap().unwrap();
        assert_eq!(next.seq, Seq::new(missed + 1));
        assert_eq!(slow.into_stream().count().await, 3);
        assert_eq!(fast.recv().await, None);
    });
}

#[test]
fn what_the_broadcast_missed_itself_is_told_too() {
    let events = two_sessions().events;
    let mut broadcast = Broadcast::new(4);
    let mut listener = broadcast.subscribe();
    block_on(async {
        broadcast.missed(17).await.unwrap();
        broadcast.observe(&events[0]).await.unwrap();
        assert_eq!(listener.recv().await, Some(Err(Lagged { missed: 17 })));
        assert!(listener.recv().await.unwrap().is_ok());
    });
}

#[test]
fn listeners_may_come_late_and_leave_early() {
    let events = two_sessions().events;
    let mut broadcast = Broadcast::new(0);
    let subscriber = broadcast.subscriber();
    deliver(&mut broadcast, &events[..3]); // no receiver
    let mut late = subscriber.subscribe().unwrap();
    drop(subscriber.clone().subscribe());
    deliver(&mut broadcast, &events[3..4]);
    drop(broadcast);
    assert!(subscriber.subscribe().is_none());
    block_on(async {
        assert_eq!(late.recv().await.unwrap().unwrap().seq, Seq::new(4));
        assert_eq!(late.recv().await, None);
    });
}

#[test]
fn a_channel_waits_for_its_receiver_and_loses_nothing() {
    let events = two_sessions().events;
    let (mut channel, received) = Channel::new(1);
    block_on(async {
        let stream = received.into_stream();
        pin_mut!(stream);
        let send = async {
            for event in &events {
                channel.observe(event).await.unwrap();
            }
            drop(channel);
        };
        let ((), received) = join(send, stream.collect::<Vec<_>>()).await;
        assert!(received.iter().map(|event| &**event).eq(&events));
    });
}

#[test]
fn a_channel_without_receiver_does_no_harm() {
    let events = two_sessions().events;
    let (mut channel, mut received) = Channel::new(0);
    assert_eq!(received.try_recv(), None);
    deliver(&mut channel, &events[..1]);
    assert_eq!(received.try_recv().unwrap().seq, Seq::new(1));
    drop(received);
    deliver(&mut channel, &events);
}
