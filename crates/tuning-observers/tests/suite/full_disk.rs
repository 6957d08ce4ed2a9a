//! Files on a disk that is full now and then, or hangs.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use crate::support::{block_on, two_sessions};
use tuning_core::{Event, Observer};
use tuning_observers::{Csv, JsonLines};

/// A disk with room for this many bytes.
#[derive(Clone)]
struct Disk {
    written: Arc<Mutex<Vec<u8>>>,
    room: Arc<Mutex<usize>>,
}

impl Disk {
    fn new(room: usize) -> Self {
        Self {
            written: Arc::default(),
            room: Arc::new(Mutex::new(room)),
        }
    }

    fn free(&self, bytes: usize) {
        *self.room.lock().unwrap() += bytes;
    }

    fn text(&self) -> String {
        String::from_utf8(self.written.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut room = self.room.lock().unwrap();
        let fits = bytes.len().min(*room);
        if fits == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        *room -= fits;
        self.written.lock().unwrap().extend(&bytes[..fits]);
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Tells all events in groups; those of a group that fails are told again, after some room was made.
fn deliver(observer: &mut dyn Observer, events: &[Event], disk: &Disk, freed: usize) -> u32 {
    let mut failures = 0;
    for group in events.chunks(4) {
        loop {
            let told = block_on(async {
                for event in group {
                    observer.observe(event).await?;
                }
                observer.flush().await
            });
            match told {
                Ok(()) => break,
                Err(error) => assert!(error.to_string().contains("no storage space"), "{error}"),
            }
            failures += 1;
            disk.free(freed);
        }
    }
    failures
}

#[test]
fn a4_after_a_full_disk_each_event_is_there_once() {
    let events = two_sessions().events;
    let kinds: [fn(Disk) -> Box<dyn Observer>; 2] = [
        |disk| Box::new(JsonLines::to(disk)),
        |disk| Box::new(Csv::to(disk)),
    ];
    for open in kinds {
        let large = Disk::new(usize::MAX);
        let failures = deliver(&mut *open(large.clone()), &events, &large, 0);
        assert_eq!(failures, 0);
        for (room, freed) in [(0, 1), (0, 100), (1, 7), (333, 1_000), (700, 64)] {
            let disk = Disk::new(room);
            let failures = deliver(&mut *open(disk.clone()), &events, &disk, freed);
            assert!(failures > 0);
            assert_eq!(disk.text(), large.text(), "{room} {freed}");
        }
    }
}
