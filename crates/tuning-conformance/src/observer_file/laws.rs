//! One function for each law.

use std::{fs, io, path::Path};

use tuning_core::Event;

use super::{
    kit::Open,
    session::{Looked, Session},
    story::story,
};
use crate::report::Breach;

/// When the studies of the kit begin.
const BEGINS: u64 = 1_700_000_000_000;

fn events() -> Vec<Event> {
    story("conformance", BEGINS)
}

/// The file of a study that was never interrupted.
async fn whole(open: &Open<'_>, path: &Path, events: &[Event]) -> Looked<Vec<u8>> {
    remove(path)?;
    let mut session = Session::open(open, path, events, 0).await?;
    fine(
        session.deliver(events.len(), false).await,
        "being told a whole study",
    )?;
    drop(session);
    let whole = read(path)?;
    match whole.is_empty() {
        false => Ok(whole),
        true => Err(Breach::new("nothing is in the file of a whole study")),
    }
}

/// Closed and opened again behind each event, and told again what it may have taken.
pub(super) async fn once(open: &Open<'_>, path: &Path) -> Looked {
    let events = events();
    let whole = whole(open, path, &events).await?;
    for repeated in [0, 1, 9] {
        remove(path)?;
        for until in 1..=events.len() {
            let cursor = (until - 1_usize).saturating_sub(repeated);
            let mut session = Session::open(open, path, &events, cursor).await?;
            fine(session.repeat(repeated).await, "being told again")?;
            fine(session.deliver(until, true).await, "being told an event")?;
        }
        same(
            &whole,
            path,
            &format!("closed behind each event, where {repeated} were told again"),
        )?;
    }
    // One that buffers and is told the same twice within a session.
    remove(path)?;
    let mut session = Session::open(open, path, &events, 0).await?;
    fine(session.deliver(9, false).await, "being told an event")?;
    fine(session.begin_to_deliver(5).await, "being told an event")?;
    session.again().await?;
    fine(
        session.deliver(events.len(), true).await,
        "being told an event",
    )?;
    drop(session);
    same(&whole, path, "asked what it keeps while it buffers")
}

/// Cut behind any byte, by a crash or a full disk; or lengthened by a disk that lost power.
pub(super) async fn torn(open: &Open<'_>, path: &Path) -> Looked {
    let events = events();
    let whole = whole(open, path, &events).await?;
    let ends = whole.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let ends: Vec<usize> = ends.map(|(place, _)| place).collect();
    let near = |end: &usize| [end.saturating_sub(1), *end, end + 1, end + 2, end + 13];
    let cuts = [0, 1, 2, 9].into_iter().chain(ends.iter().flat_map(near));
    for cut in cuts.filter(|cut| *cut <= whole.len()) {
        for blank in [0, 7] {
            let mut left = whole[..cut].to_vec();
            left.extend(std::iter::repeat_n(0, blank));
            io(fs::write(path, left))?;
            // The journal may know of less than is in the file, or of more.
            for cursor in [events.len(), events.len() / 2] {
                let mut session = Session::open(open, path, &events, cursor).await?;
                fine(
                    session.deliver(events.len(), false).await,
                    "being told an event",
                )?;
                drop(session);
                same(
                    &whole,
                    path,
                    &format!("cut behind byte {cut}, with {blank} zeros there"),
                )?;
                if cut == whole.len() {
                    break;
                }
            }
        }
    }
    Ok(())
}

/// Removed, replaced or emptied while it is open.
pub(super) async fn gone(open: &Open<'_>, path: &Path) -> Looked {
    let events = events();
    let whole = whole(open, path, &events).await?;
    let half = events.len() / 2;
    for how in ["removed", "replaced", "emptied"] {
        remove(path)?;
        let mut session = Session::open(open, path, &events, 0).await?;
        fine(session.deliver(half, true).await, "being told an event")?;
        match how {
            "removed" => remove(path)?,
            "replaced" => {
                let other = path.with_extension("other");
                io(fs::write(&other, ""))?;
                io(fs::rename(other, path))?;
            }
            _ => io(fs::write(path, ""))?,
        }
        if session.deliver(events.len(), false).await.is_ok() {
            return Err(Breach::new(format!(
                "its file was {how}, and it took and flushed events as if nothing were"
            )));
        }
        session.again().await?;
        fine(
            session.deliver(events.len(), false).await,
            "being told again",
        )?;
        drop(session);
        same(&whole, path, &format!("{how} while it was open"))?;
    }
    Ok(())
}

/// Opened by two at once.
pub(super) async fn alone(open: &Open<'_>, path: &Path) -> Looked {
    let events = events();
    remove(path)?;
    let mut first = Session::open(open, path, &events, 0).await?;
    fine(first.deliver(3, true).await, "being told an event")?;
    if open(path).is_ok() {
        return Err(Breach::new(
            "a file that another observer has open was opened, too",
        ));
    }
    fine(
        first.deliver(events.len(), true).await,
        "being told an event",
    )?;
    drop(first);
    let second = Session::open(open, path, &events, events.len()).await?;
    drop(second);
    Ok(())
}

/// A file of something else.
pub(super) async fn foreign(open: &Open<'_>, path: &Path) -> Looked {
    let events = events();
    let mut noted = whole(open, path, &events).await?;
    noted.extend(b"my notes\n");
    let files: [&[u8]; 4] = [
        b"name,age\nme,7\n",
        b"my notes, without an end",
        b"# A heading\n\ntext\n",
        &noted,
    ];
    for text in files {
        io(fs::write(path, text))?;
        let opened = open(path);
        let shown = String::from_utf8_lossy(&text[text.len().saturating_sub(30)..]).into_owned();
        if opened.is_ok() {
            return Err(Breach::new(format!(
                "a file that ends with {shown:?} was opened as one of its own"
            )));
        }
        drop(opened);
        if read(path)? != text {
            return Err(Breach::new(format!(
                "a file that ends with {shown:?} was refused and changed"
            )));
        }
    }
    Ok(())
}

fn same(whole: &[u8], path: &Path, how: &str) -> Looked {
    let found = read(path)?;
    if found == whole {
        return Ok(());
    }
    let lines = |text: &[u8]| -> Vec<String> {
        let text = String::from_utf8_lossy(text);
        text.split_inclusive('\n').map(str::to_owned).collect()
    };
    let (expect, found) = (lines(whole), lines(&found));
    let first = (0..).find(|k| expect.get(*k) != found.get(*k)).unwrap_or(0);
    let show = |lines: &[String]| match lines.get(first) {
        Some(line) => format!("{line:?}"),
        None => "nothing".to_owned(),
    };
    Err(Breach::new(format!(
        "{how}: line {} is\n{}\nand, where it was never interrupted,\n{}",
        first + 1,
        show(&found),
        show(&expect)
    )))
}

fn fine(result: Result<(), String>, what: &str) -> Looked {
    result.map_err(|error| Breach::new(format!("{what} failed: {error}")))
}

fn io<T>(result: io::Result<T>) -> Looked<T> {
    result.map_err(|error| Breach::new(format!("the folder of the kit cannot be used: {error}")))
}

fn read(path: &Path) -> Looked<Vec<u8>> {
    match fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        read => io(read),
    }
}

fn remove(path: &Path) -> Looked {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => io(removed),
    }
}
