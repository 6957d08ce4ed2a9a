//! The law of the statuses of observers, which are kept beside the entries.

use tuning_core::{Circuit, Journal, JournalError, ObserverStatus, Seq};

use super::store::{Looked, Store, append, broken, holds, read};
use crate::{entries::plain, report::Finding};

pub(super) async fn statuses<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (name, mut journal) = store.fresh()?;
    append(&mut journal, 0, &plain(9, 1)).await?;
    expect(&all(&mut journal).await?, &[], "of no observer")?;
    // In the order of their names, and not of their lives.
    let names = ["", "Log", "größe/日本語 it's \"x\"", "log"];
    let mut stored: Vec<ObserverStatus> = Vec::new();
    for observer in ["log", "größe/日本語 it's \"x\"", "", "Log"] {
        for delivered in [1, u64::MAX] {
            let status = status(observer, delivered);
            set(&mut journal, &status).await?;
            stored.retain(|other| other.observer != observer);
            stored.push(status);
            stored.sort_by_key(|status| names.iter().position(|name| *name == status.observer));
            let when = match delivered {
                1 => "after one was stored",
                _ => "after one was stored twice",
            };
            expect(&all(&mut journal).await?, &stored, when)?;
        }
    }
    holds(&mut journal, &plain(9, 1), "after statuses were stored").await?;
    drop(journal);
    let Ok(mut journal) = store.try_open(&name) else {
        return Ok(()); // law 7's matter
    };
    if read(&mut journal, 0, 1).await?.is_empty() {
        return Ok(()); // law 7's matter
    }
    expect(&all(&mut journal).await?, &stored, "opened again")
}

fn status(observer: &str, delivered: u64) -> ObserverStatus {
    let mut status = ObserverStatus::new(observer, "durable");
    status.session = 3;
    status.at_millis = 1_700_000_000_000;
    status.delivered = delivered;
    status.dropped = 1;
    status.failed = 2;
    status.last = Seq::new(delivered);
    if delivered > 1 {
        status.circuit = Circuit::HalfOpen;
        status.cut_off = Some("it's \"stuck\"\n".to_owned());
        status.last_error = Some("größe 日本語 🦀 \\".to_owned());
    }
    status
}

async fn all<J: Journal>(journal: &mut J) -> Result<Vec<ObserverStatus>, Finding> {
    match journal.observer_statuses().await {
        Ok(statuses) => Ok(statuses),
        Err(JournalError::Unsupported(_)) => {
            Err(Finding::Skipped("it keeps no statuses".to_owned()))
        }
        Err(error) => Err(broken(format!("the statuses cannot be read: {error}"))),
    }
}

async fn set<J: Journal>(journal: &mut J, status: &ObserverStatus) -> Looked {
    let stored = journal.set_observer_status(status).await;
    stored.map_err(|error| {
        broken(format!(
            "the status of `{}` cannot be stored: {error}",
            status.observer
        ))
    })
}

fn expect(found: &[ObserverStatus], expected: &[ObserverStatus], when: &str) -> Looked {
    if found.len() != expected.len() {
        return Err(broken(format!(
            "{when}, there are {} statuses instead of {}",
            found.len(),
            expected.len()
        )));
    }
    match found.iter().zip(expected).find(|(a, b)| a != b) {
        None => Ok(()),
        Some((found, expected)) => Err(broken(format!(
            "{when}, a status differs:\nstored {expected:?}\nread   {found:?}"
        ))),
    }
}
