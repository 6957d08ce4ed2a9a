//! The laws of journals about two writers, and about a writer that is interrupted.

use tuning_core::{Entry, Journal, JournalError, Seq};

use super::store::{Looked, Store, append, begins, broken, holds};
use crate::{block_on::poll_once, entries::plain};

pub(super) async fn rivals<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (name, mut first) = store.fresh()?;
    let mut log = plain(2, 1);
    append(&mut first, 0, &log).await?;
    let Ok(mut second) = store.try_open(&name) else {
        // Refused; the first continues as if nothing had happened.
        append(&mut first, 2, &plain(1, 2)).await?;
        log.extend(plain(1, 2));
        return holds(&mut first, &log, "after a second opener was refused").await;
    };
    let mut refused = 0;
    for round in 0..6_u64 {
        let head = log.len() as u64;
        let (winner, loser) = match round % 2 {
            0 => (&mut first, &mut second),
            _ => (&mut second, &mut first),
        };
        let new = plain(2, 10 + round);
        match winner.append(Seq::new(head), &new).await {
            Ok(_) => log.extend(new),
            Err(JournalError::Busy { .. }) => refused += 1,
            Err(error) => {
                return Err(broken(format!(
                    "two openers, round {round}: an append behind the true head {head} failed: {error}"
                )));
            }
        }
        match loser.append(Seq::new(head), &plain(1, 100 + round)).await {
            Err(JournalError::Conflict { .. } | JournalError::Busy { .. }) => {}
            Err(error) => {
                return Err(broken(format!(
                    "two openers, round {round}: the slower append is not a conflict but fails: {error}"
                )));
            }
            Ok(_) if log.len() as u64 == head => log.extend(plain(1, 100 + round)),
            Ok(_) => {
                return Err(broken(format!(
                    "two openers, round {round}: both appended behind the head {head}"
                )));
            }
        }
        holds(&mut first, &log, "with two openers, the first one reading").await?;
        holds(
            &mut second,
            &log,
            "with two openers, the second one reading",
        )
        .await?;
    }
    if refused == 6 {
        return Err(broken("with two openers, neither can append any more"));
    }
    Ok(())
}

pub(super) async fn cancelled<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (name, mut journal) = store.fresh()?;
    let mut log: Vec<Entry> = Vec::new();
    for round in 0..8_u64 {
        let head = log.len() as u64;
        let lost = plain(40, 1_000 + round);
        // Whether it was done is not known: its future is dropped after a first poll, or before it.
        if round % 4 == 3 {
            drop(journal.append(Seq::new(head), &lost));
        } else {
            poll_once(journal.append(Seq::new(head), &lost));
        }
        let next = plain(1, round);
        match journal.append(Seq::new(head), &next).await {
            Ok(_) => log.extend(next),
            Err(JournalError::Conflict { head: told }) => {
                log.extend(lost);
                if told.get() != log.len() as u64 {
                    return Err(broken(format!(
                        "an append of 40 entries behind {head} was dropped, and the head is {told}: \
                         neither all nor none of it was written"
                    )));
                }
            }
            Err(error) => {
                return Err(broken(format!(
                    "after an append was dropped, the next one failed: {error}"
                )));
            }
        }
        holds(&mut journal, &log, "after an append was dropped").await?;
    }
    drop(journal);
    match store.try_open(&name) {
        Ok(mut journal) => begins(&mut journal, &log, "after dropped appends, opened again").await,
        Err(_) => Ok(()), // law 7's matter
    }
}
