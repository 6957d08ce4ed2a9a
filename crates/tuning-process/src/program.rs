//! [`Program`]: a running program that is told things and asked for answers, one line each.

use std::{
    io,
    process::{Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use crate::{
    config::{ProcessConfig, TIMEOUT},
    error::{ProcessError, ProtocolError},
    group::{Group, SharedGroup},
    streams::{self, Heard, Tail},
};

/// How long a program that has closed its output may take to end, and one whose input has ended.
const GRACE: Duration = Duration::from_secs(2);
/// How often a program that takes its time is looked after.
const LOOK: Duration = Duration::from_millis(100);
/// How long its last words may take to arrive after it was killed: others may hold its pipe.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A running program. Dropped, it is asked to end by the end of its input, and then killed with its group.
#[derive(Debug)]
pub(crate) struct Program {
    group: SharedGroup,
    // None once its input has ended.
    stdin: Option<Sender<Vec<u8>>>,
    stdout: Receiver<Heard>,
    stderr: Tail,
    stderr_ended: Receiver<()>,
    shown: String,
    timeout: Duration,
}

impl Program {
    /// Starts the program of a configuration.
    pub(crate) fn start(config: &ProcessConfig) -> io::Result<Self> {
        let missing = || io::Error::new(io::ErrorKind::InvalidInput, "the command is empty");
        let (program, arguments) = config.command.split_first().ok_or_else(missing)?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(folder) = &config.workdir {
            command.current_dir(folder);
        }
        if std::env::var_os("PYTHONUNBUFFERED").is_none() {
            command.env("PYTHONUNBUFFERED", "1");
        }
        let mut group = Group::spawn(&mut command)?;
        let child = group.child();
        let piped = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = piped else {
            return Err(io::Error::other("the system provides no pipes"));
        };
        let (stderr, stderr_ended) = Tail::of(stderr)?;
        Ok(Self {
            stdin: Some(streams::write(stdin)?),
            stdout: streams::read(stdout)?,
            stderr,
            stderr_ended,
            group: SharedGroup::new(group),
            shown: config.shown(),
            timeout: config.timeout.unwrap_or(TIMEOUT),
        })
    }

    /// Its processes, for another thread that may have to end them.
    pub(crate) fn group(&self) -> &SharedGroup {
        &self.group
    }

    /// Tells it something that wants no answer.
    pub(crate) fn tell(&self, lines: Vec<u8>) {
        if let Some(stdin) = &self.stdin {
            // It may be gone: the next answer will say so.
            _ = stdin.send(lines);
        }
    }

    /// Tells it lines, of which the last one, `sent`, wants an answer, and waits for that.
    pub(crate) fn ask(&mut self, lines: Vec<u8>, sent: &str) -> Result<String, Box<ProcessError>> {
        let early = self.stdout.try_recv();
        if let Ok(Heard::Lines(lines)) = early {
            return Err(self.broken(ProtocolError::Unasked, sent, &lines.join(&b'\n')));
        }
        let heard = match early {
            Ok(ended) => Ok(ended),
            Err(_) => {
                self.tell(lines);
                self.hear()
            }
        };
        let (what, came) = match heard {
            Ok(Heard::Lines(mut lines)) if lines.len() == 1 => {
                match String::from_utf8(lines.remove(0)) {
                    Ok(line) => return Ok(line),
                    Err(error) => {
                        let message = "it is not UTF-8".to_owned();
                        (ProtocolError::Nonsense(message), error.into_bytes())
                    }
                }
            }
            Ok(Heard::Lines(lines)) => (ProtocolError::Lines(lines.len()), lines.join(&b'\n')),
            Ok(Heard::TooLong) => (ProtocolError::TooLong, Vec::new()),
            Ok(Heard::End(rest)) => (ProtocolError::Ended(self.group.end(GRACE)), rest),
            Err(RecvTimeoutError::Timeout) => (ProtocolError::TimedOut(self.timeout), Vec::new()),
            Err(RecvTimeoutError::Disconnected) => {
                let how = "was ended before".to_owned();
                (ProtocolError::Ended(how), Vec::new())
            }
        };
        Err(self.broken(what, sent, &came))
    }

    /// Waits for an answer; also for one of a program that has ended, while others hold its pipe.
    fn hear(&mut self) -> Result<Heard, RecvTimeoutError> {
        let asked = Instant::now();
        loop {
            let left = self.timeout.saturating_sub(asked.elapsed());
            match self.stdout.recv_timeout(left.min(LOOK)) {
                Err(RecvTimeoutError::Timeout) if self.group.has_ended() => {
                    // Its last words may have come since.
                    return Ok(self.stdout.try_recv().unwrap_or(Heard::End(Vec::new())));
                }
                Err(RecvTimeoutError::Timeout) if left > LOOK => {}
                heard => return heard,
            }
        }
    }

    /// Whether it has said something that it was not asked for, or has ended.
    pub(crate) fn is_restless(&self) -> bool {
        self.stdout.try_recv().is_ok()
    }

    /// The error about an answer. After a protocol error the program is of no use any more: it is killed.
    pub(crate) fn broken(
        &mut self,
        what: ProtocolError,
        sent: &str,
        came: &[u8],
    ) -> Box<ProcessError> {
        if !what.is_harmless() {
            self.stdin = None;
            self.group.end(Duration::ZERO);
            // Late or not, what is there is told.
            _ = self.stderr_ended.recv_timeout(LAST_WORDS);
        }
        let stderr = self.stderr.text();
        Box::new(ProcessError::new(&self.shown, what, sent, came, stderr))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if self.stdin.take().is_some() {
            // What it still says is of no interest, but must not keep it from ending.
            while let Ok(heard) = self.stdout.recv_timeout(GRACE) {
                if !matches!(heard, Heard::Lines(_)) {
                    self.group.end(GRACE);
                    return;
                }
            }
        }
        // `Group` kills the rest.
    }
}
