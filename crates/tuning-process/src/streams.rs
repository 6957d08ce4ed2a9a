//! The three streams of a program, each on a thread of its own, so that none of them can hold up another.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read, Write},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, SyncSender, channel, sync_channel},
    },
    thread,
};

/// The longest line that is taken for an answer.
pub(crate) const LONGEST: usize = 16 << 20;
/// How much of standard error is kept: its end.
const TAIL: usize = 4096;

/// What came on standard output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// Complete lines that came together, without their ends.
    Lines(Vec<Vec<u8>>),
    /// A line is longer than [`LONGEST`]; nothing more is read.
    TooLong,
    /// The stream has ended, perhaps in the middle of a line.
    End(Vec<u8>),
}

/// Sends what is given to it to a program; its stdin is closed when this is dropped.
pub(crate) fn write(mut stdin: impl Write + Send + 'static) -> io::Result<Sender<Vec<u8>>> {
    let (sender, chunks) = channel::<Vec<u8>>();
    thread::Builder::new()
        .name("strategy-stdin".to_owned())
        .spawn(move || {
            for chunk in chunks {
                // A program that does not listen any more: its answers will say why.
                if stdin
                    .write_all(&chunk)
                    .and_then(|()| stdin.flush())
                    .is_err()
                {
                    break;
                }
            }
        })?;
    Ok(sender)
}

/// Hears what a program answers. One that says more than it was asked for has to wait, as for any pipe.
pub(crate) fn read(stdout: impl Read + Send + 'static) -> io::Result<Receiver<Heard>> {
    let (sender, heard) = sync_channel(1);
    thread::Builder::new()
        .name("strategy-stdout".to_owned())
        .spawn(move || listen(BufReader::with_capacity(64 << 10, stdout), &sender))?;
    Ok(heard)
}

fn listen(mut stdout: impl BufRead, sender: &SyncSender<Heard>) {
    let mut partial: Vec<u8> = Vec::new();
    loop {
        let chunk = match stdout.fill_buf() {
            Ok(chunk) => chunk,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // As good as ended.
            Err(_) => &[],
        };
        if chunk.is_empty() {
            _ = sender.send(Heard::End(partial));
            return;
        }
        let read = chunk.len();
        let mut lines = Vec::new();
        let mut parts = chunk.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = parts.next() {
            partial.extend_from_slice(part);
            if parts.peek().is_some() {
                lines.push(std::mem::take(&mut partial));
            }
        }
        stdout.consume(read);
        if partial.len() > LONGEST || lines.iter().any(|line| line.len() > LONGEST) {
            _ = sender.send(Heard::TooLong);
            return;
        }
        if !lines.is_empty() && sender.send(Heard::Lines(lines)).is_err() {
            return;
        }
    }
}

/// The end of what a program says on standard error.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tail(Arc<Mutex<VecDeque<u8>>>);

impl Tail {
    /// Carries a stream away, however much it is; the receiver learns of its end.
    pub(crate) fn of(mut stderr: impl Read + Send + 'static) -> io::Result<(Self, Receiver<()>)> {
        let tail = Self::default();
        let (sender, ended) = sync_channel(1);
        let kept = tail.clone();
        thread::Builder::new()
            .name("strategy-stderr".to_owned())
            .spawn(move || {
                let mut buffer = vec![0; 64 << 10];
                loop {
                    match stderr.read(&mut buffer) {
                        Ok(0) => break,
                        Ok(n) => kept.push(&buffer[..n]),
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(_) => break,
                    }
                }
                _ = sender.send(());
            })?;
        Ok((tail, ended))
    }

    fn push(&self, bytes: &[u8]) {
        let mut tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tail.extend(&bytes[bytes.len().saturating_sub(TAIL)..]);
        let excess = tail.len().saturating_sub(TAIL);
        tail.drain(..excess);
    }

    /// As text, from the beginning of a line if it is not all of it.
    pub(crate) fn text(&self) -> String {
        let tail = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: Vec<u8> = tail.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let text = match text.split_once('\n') {
            Some((_, rest)) if bytes.len() >= TAIL && !rest.trim().is_empty() => rest,
            _ => &text,
        };
        text.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_come_together_are_heard_together() {
        let heard = read(&b"one\ntwo\nthr"[..]).unwrap();
        let lines = Heard::Lines(vec![b"one".to_vec(), b"two".to_vec()]);
        assert_eq!(heard.recv(), Ok(lines));
        assert_eq!(heard.recv(), Ok(Heard::End(b"thr".to_vec())));
    }

    #[test]
    fn an_endless_line_is_given_up() {
        let heard = read(io::repeat(b'x')).unwrap();
        assert_eq!(heard.recv(), Ok(Heard::TooLong));
    }

    #[test]
    fn of_a_long_standard_error_the_end_is_kept() {
        let lines: String = (0..100_000).map(|n| format!("line {n}\n")).collect();
        let (tail, ended) = Tail::of(io::Cursor::new(lines)).unwrap();
        ended.recv().unwrap();
        let text = tail.text();
        assert!(
            text.starts_with("line ") && text.ends_with("line 99999"),
            "{text}"
        );
        assert!(text.len() < TAIL);
    }
}
