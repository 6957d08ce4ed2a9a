//! The law of standings: how observers stand, beside the entries.

use tuning_core::{Circuit, Journal, JournalError, Seq, Standing};

use super::store::{Looked, Store, append, broken, holds, read};
use crate::{entries::plain, report::Finding};

pub(super) async fn standings<J: Journal>(store: &mut Store<'_, J>) -> Looked {
    let (name, mut journal) = store.fresh()?;
    append(&mut journal, 0, &plain(9, 1)).await?;
    expect(&all(&mut journal).await?, &[], "of no observer")?;
    // In the order of their names, and not of their lives.
    let names = ["", "Log", "größe/日本語 it's \"x\"", "log"];
    let mut stored: Vec<Standing> = Vec::new();
    for observer in ["log", "größe/日本語 it's \"x\"", "", "Log"] {
        for delivered in [1, u64::MAX] {
            let standing = standing(observer, delivered);
            set(&mut journal, &standing).await?;
            stored.retain(|other| other.observer != observer);
            stored.push(standing);
            stored.sort_by_key(|standing| names.iter().position(|name| *name == standing.observer));
            let when = match delivered {
                1 => "after one was stored",
                _ => "after one was stored twice",
            };
            expect(&all(&mut journal).await?, &stored, when)?;
        }
    }
    holds(&mut journal, &plain(9, 1), "after standings were stored").await?;
    drop(journal);
    let Ok(mut journal) = store.try_open(&name) else {
        return Ok(()); // law 7's matter
    };
    if read(&mut journal, 0, 1).await?.is_empty() {
        return Ok(()); // law 7's matter
    }
    expect(&all(&mut journal).await?, &stored, "opened again")
}

fn standing(observer: &str, delivered: u64) -> Standing {
    let mut standing = Standing::new(observer, "durable");
    standing.session = 3;
    standing.at_millis = 1_700_000_000_000;
    standing.delivered = delivered;
    standing.dropped = 1;
    standing.failed = 2;
    standing.last = Seq::new(delivered);
    if delivered > 1 {
        standing.circuit = Circuit::HalfOpen;
        standing.given_up = Some("it's \"stuck\"\n".to_owned());
        standing.last_error = Some("größe 日本語 🦀 \\".to_owned());
    }
    standing
}

async fn all<J: Journal>(journal: &mut J) -> Result<Vec<Standing>, Finding> {
    match journal.standings().await {
        Ok(standings) => Ok(standings),
        Err(JournalError::Unsupported(_)) => {
            Err(Finding::Skipped("it keeps no standings".to_owned()))
        }
        Err(error) => Err(broken(format!("the standings cannot be read: {error}"))),
    }
}

async fn set<J: Journal>(journal: &mut J, standing: &Standing) -> Looked {
    let stored = journal.set_standing(standing).await;
    stored.map_err(|error| {
        broken(format!(
            "the standing of `{}` cannot be stored: {error}",
            standing.observer
        ))
    })
}

fn expect(found: &[Standing], expected: &[Standing], when: &str) -> Looked {
    if found.len() != expected.len() {
        return Err(broken(format!(
            "{when}, there are {} standings instead of {}",
            found.len(),
            expected.len()
        )));
    }
    match found.iter().zip(expected).find(|(a, b)| a != b) {
        None => Ok(()),
        Some((found, expected)) => Err(broken(format!(
            "{when}, a standing is another one:\nstored {expected:?}\nread   {found:?}"
        ))),
    }
}
