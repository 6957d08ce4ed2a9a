//! The laws of journals that one writer can check.

use tuning_core::{Journal, JournalError, Seq};

use super::store::{Looked, Store, append, begins, broken, conflicts, equal, holds, read};
use crate::{
    entries::{entries, plain},
    report::Finding,
};

pub(super) async fn head<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (_, mut journal) = store.fresh()?;
    let none = read(&mut journal, 0, 10).await?;
    equal(&[], &none, "in a new journal")?;
    let mut head = 0;
    for n in [1, 3, 2] {
        let told = append(&mut journal, head, &plain(n, head)).await?;
        let before = head;
        head += n as u64;
        if told != head {
            return Err(broken(format!(
                "an append of {n} entries behind {before} returned the head {told} instead of {head}"
            )));
        }
    }
    Ok(())
}

pub(super) async fn reads<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (_, mut journal) = store.fresh()?;
    let log = plain(12, 1);
    append(&mut journal, 0, &log[..5]).await?;
    append(&mut journal, 5, &log[5..]).await?;
    for after in [0, 1, 4, 5, 6, 11, 12] {
        for limit in [1, 3, 12, 100, usize::MAX] {
            let found = read(&mut journal, after, limit).await?;
            let rest = &log[after as usize..];
            let expected = &rest[..rest.len().min(limit)];
            equal(
                expected,
                &found,
                &format!("reading up to {limit} entries behind {after} of 12"),
            )?;
        }
    }
    Ok(())
}

pub(super) async fn conflict<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (_, mut journal) = store.fresh()?;
    conflicts(&mut journal, 1, 0, &plain(2, 9)).await?;
    holds(&mut journal, &[], "after a conflict in a new journal").await?;
    let log = plain(4, 1);
    append(&mut journal, 0, &log).await?;
    for at in [0, 3, 5, 40] {
        conflicts(&mut journal, at, 4, &plain(3, 9)).await?;
        holds(
            &mut journal,
            &log,
            &format!("after a conflict at {at} with the head 4"),
        )
        .await?;
    }
    append(&mut journal, 4, &plain(1, 2)).await.map(drop)
}

pub(super) async fn round_trip<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (name, mut journal) = store.fresh()?;
    let all = entries();
    for (batch, after) in all.chunks(17).zip((0..).step_by(17)) {
        append(&mut journal, after, batch).await?;
    }
    holds(&mut journal, &all, "read back").await?;
    drop(journal);
    match store.try_open(&name) {
        Ok(mut journal) => begins(&mut journal, &all, "read back by another opener").await,
        Err(_) => Ok(()), // law 7's matter
    }
}

pub(super) async fn empty<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (_, mut journal) = store.fresh()?;
    append(&mut journal, 0, &[]).await?;
    holds(&mut journal, &[], "after an append of nothing").await?;
    let log = plain(3, 1);
    append(&mut journal, 0, &log).await?;
    append(&mut journal, 3, &[]).await?;
    holds(&mut journal, &log, "after an append of nothing").await
}

pub(super) async fn large<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (_, mut journal) = store.fresh()?;
    let log = plain(10_000, 1);
    append(&mut journal, 0, &log).await?;
    holds(&mut journal, &log, "after an append of 10000 entries").await
}

pub(super) async fn reopen<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (name, mut journal) = store.fresh()?;
    let mut log = Vec::new();
    for n in [2, 1, 4] {
        let new = plain(n, n as u64);
        append(&mut journal, log.len() as u64, &new).await?;
        log.extend(new);
        drop(journal);
        journal = store.reopen(&name)?;
        holds(&mut journal, &log, "after it was opened again").await?;
    }
    conflicts(&mut journal, 0, 7, &plain(1, 9)).await
}

pub(super) async fn cursors<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (name, mut journal) = store.fresh()?;
    append(&mut journal, 0, &plain(9, 1)).await?;
    let names = ["log", "", "größe/日本語 it's \"x\"", "Log"];
    match cursor(&mut journal, "log").await {
        Err(Finding::Skipped(why)) => return Err(Finding::Skipped(why)),
        found => expect(found?, None, "of a new observer")?,
    }
    for (observer, at) in names.into_iter().zip([3, 5, 7, 9]) {
        expect(
            cursor(&mut journal, observer).await?,
            None,
            "of another observer",
        )?;
        set(&mut journal, observer, 1).await?;
        set(&mut journal, observer, at).await?;
    }
    holds(&mut journal, &plain(9, 1), "after cursors were set").await?;
    for again in [false, true] {
        if again {
            drop(journal);
            let Ok(other) = store.try_open(&name) else {
                return Ok(()); // law 7's matter
            };
            journal = other;
            if read(&mut journal, 0, 1).await?.is_empty() {
                return Ok(()); // law 7's matter
            }
        }
        for (observer, at) in names.into_iter().zip([3, 5, 7, 9]) {
            let when = format!(
                "of `{observer}`{}",
                if again { ", opened again" } else { "" }
            );
            expect(cursor(&mut journal, observer).await?, Some(at), &when)?;
        }
    }
    Ok(())
}

async fn cursor<J: Journal>(journal: &mut J, observer: &str) -> Result<Option<u64>, Finding> {
    match journal.cursor(observer).await {
        Ok(at) => Ok(at.map(Seq::get)),
        Err(JournalError::Unsupported(_)) => {
            Err(Finding::Skipped("it keeps no cursors".to_owned()))
        }
        Err(error) => Err(broken(format!(
            "the cursor of `{observer}` cannot be read: {error}"
        ))),
    }
}

async fn set<J: Journal>(journal: &mut J, observer: &str, at: u64) -> Looked {
    let stored = journal.set_cursor(observer, Seq::new(at)).await;
    stored.map_err(|error| broken(format!("the cursor of `{observer}` cannot be set: {error}")))
}

fn expect(found: Option<u64>, expected: Option<u64>, whose: &str) -> Looked {
    if found == expected {
        return Ok(());
    }
    Err(broken(format!(
        "the cursor {whose} is {found:?} instead of {expected:?}"
    )))
}

pub(super) async fn unchanging<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (_, mut journal) = store.fresh()?;
    let mut log = Vec::new();
    let mut seen = Vec::new();
    for round in 0..6_u64 {
        let new = plain(1 + round as usize % 3, round);
        append(&mut journal, log.len() as u64, &new).await?;
        log.extend(new);
        seen.push(read(&mut journal, 0, log.len()).await?);
        for earlier in &seen {
            let when = format!("after append number {}", round + 1);
            equal(&log[..earlier.len()], earlier, &when)?;
        }
    }
    Ok(())
}

pub(super) async fn separate<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (_, mut one) = store.fresh()?;
    let (_, mut other) = store.fresh()?;
    let (first, second) = (plain(3, 1), plain(5, 2));
    append(&mut one, 0, &first).await?;
    holds(
        &mut other,
        &[],
        "in another journal than the one written to",
    )
    .await?;
    append(&mut other, 0, &second).await?;
    append(&mut one, 3, &plain(1, 3)).await?;
    let found = read(&mut one, 0, 3).await?;
    equal(&first, &found, "with two journals open")?;
    holds(&mut other, &second, "with two journals open").await
}
