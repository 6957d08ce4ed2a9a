//! [`copy`]: a database as it would be had its damaged places of the `-wal` never mattered.
//!
//! SQLite believes a `-wal` up to the first frame whose checksum is wrong. But each frame holds a whole page, pages are
//! written again and again, and each frame can be checked by itself, from the checksum that stands in the frame before it.
//! So the newest intact version of each page is taken. Whether what comes of it is right, the notes on the entries tell.
//! The format is that of <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use crate::regular;

const WAL_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The last bit says in which order the bytes of a number are summed.
const MAGIC: u32 = 0x377f_0682;

/// Copies the database at `from` to `to`, with all that is intact of its `-wal`.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    copied(from, to)?;
    let mut wal = from.as_os_str().to_owned();
    wal.push("-wal");
    let Ok(mut wal) = regular::open(Path::new(&wal), OpenOptions::new().read(true)) else {
        return Ok(());
    };
    let mut header = [0; WAL_HEADER];
    if wal.read_exact(&mut header).is_err() {
        return Ok(());
    }
    let mut database = OpenOptions::new().read(true).write(true).open(to)?;
    let page = page_size(&mut database)?.unwrap_or(number(&header, 8));
    if !(512..=65536).contains(&page) || !page.is_power_of_two() {
        return Ok(());
    }
    let frames = Frames::of(wal, &header, page as usize)?;
    frames.apply(&mut database)
}

/// Copies the database at `from` to `to` with its `-wal`, for SQLite to make of it what it can.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn copy_as_it_is(from: &Path, to: &Path) -> io::Result<()> {
    let wal = |path: &Path| {
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        wal
    };
    copied(from, to)?;
    match copied(Path::new(&wal(from)), Path::new(&wal(to))) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn copied(from: &Path, to: &Path) -> io::Result<()> {
    let mut from = regular::open(from, OpenOptions::new().read(true))?;
    io::copy(&mut from, &mut File::create_new(to)?).map(drop)
}

/// The frames of a `-wal` that belong together and are intact, each with its place.
struct Frames {
    wal: File,
    page: usize,
    frames: Vec<Frame>,
}

/// A page, and how many the database has if it ends a transaction.
#[derive(Clone, Copy)]
struct Frame {
    place: u64,
    page: u32,
    commits: u32,
    salt: [u8; 8],
}

impl Frames {
    fn of(mut wal: File, header: &[u8], page: usize) -> io::Result<Self> {
        let big = number(header, 0) | 1 == MAGIC | 1 && number(header, 0) & 1 == 1;
        let salt: [u8; 8] = array(header, 16);
        let mut before = [number(header, 24), number(header, 28)];
        let mut bytes = vec![0; FRAME_HEADER + page];
        let mut frames = Vec::new();
        let mut place = WAL_HEADER as u64;
        while wal.read_exact(&mut bytes).is_ok() {
            let frame = Frame {
                place: place + FRAME_HEADER as u64,
                page: number(&bytes, 0),
                commits: number(&bytes, 4),
                salt: array(&bytes, 8),
            };
            let stored = [number(&bytes, 16), number(&bytes, 20)];
            let mut sum = summed(before, &bytes[..8], big);
            sum = summed(sum, &bytes[FRAME_HEADER..], big);
            if sum == stored && frame.page > 0 {
                frames.push(frame);
            }
            before = stored;
            place += bytes.len() as u64;
        }
        // Behind the newest frames there may be older ones, of another salt. The first is of the newest.
        let known = frames.iter().any(|frame| frame.salt == salt);
        let salt = match frames.first() {
            Some(first) if !known => first.salt,
            _ => salt,
        };
        frames.retain(|frame| frame.salt == salt);
        Ok(Self { wal, page, frames })
    }

    /// Writes the pages of all transactions that were committed.
    fn apply(mut self, database: &mut File) -> io::Result<()> {
        let Some(last) = self.frames.iter().rposition(|frame| frame.commits > 0) else {
            return Ok(());
        };
        let pages = self.frames[last].commits;
        let mut bytes = vec![0; self.page];
        for frame in &self.frames[..=last] {
            if frame.page <= pages {
                self.wal.seek(SeekFrom::Start(frame.place))?;
                self.wal.read_exact(&mut bytes)?;
                database.seek(SeekFrom::Start(
                    u64::from(frame.page - 1) * self.page as u64,
                ))?;
                database.write_all(&bytes)?;
            }
        }
        database.set_len(u64::from(pages) * self.page as u64)
    }
}

/// The size of the pages of a database; none if its first page is in its `-wal`.
fn page_size(database: &mut File) -> io::Result<Option<u32>> {
    let mut header = [0; 18];
    if database.read_exact(&mut header).is_err() {
        return Ok(None);
    }
    Ok(match u16::from_be_bytes(array(&header, 16)) {
        1 => Some(65536),
        size => Some(u32::from(size)),
    })
}

/// The checksum of a `-wal`, continued over more bytes.
fn summed([mut a, mut b]: [u32; 2], bytes: &[u8], big: bool) -> [u32; 2] {
    let word = |at: usize| match big {
        true => u32::from_be_bytes(array(bytes, at)),
        false => u32::from_le_bytes(array(bytes, at)),
    };
    for at in (0..bytes.len() / 8 * 8).step_by(8) {
        a = a.wrapping_add(word(at)).wrapping_add(b);
        b = b.wrapping_add(word(at + 4)).wrapping_add(a);
    }
    [a, b]
}

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(array(bytes, at))
}

/// The bytes from this place; zeros beyond the end.
fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let found = bytes
        .get(at..at + N)
        .and_then(|bytes| bytes.try_into().ok());
    found.unwrap_or([0; N])
}
