//! [`ProcessStrategy`]: a [`Strategy`] whose decisions a program makes.

use std::{cell::RefCell, path::PathBuf};

use tuning_core::{Ask, Asked, Fact, Problem, Space, Strategy, StrategyError, Unsupported};

use crate::{
    answer::{self, Greeting, Reply},
    config::{NAME, ProcessConfig},
    error::{ProcessError, ProtocolError},
    message::{AskForm, Message, ProblemForm, Told},
    pool::ProcessPool,
    program::Program,
};

/// How many bytes of facts wait for the next ask, at most.
const BATCH: usize = 64 << 10;

/// A strategy that is a program of its own. Built by [`ProcessConfig`].
///
/// Dropping it ends the program: first by the end of its input, and after two seconds by a signal that also reaches
/// the programs that it has started itself.
#[derive(Debug)]
pub struct ProcessStrategy {
    space: Space,
    /// The program answers alike however often it is asked: what a conversation changes leaves no trace.
    conversation: RefCell<Conversation>,
}

/// What is said to the program, and what it says.
#[derive(Debug)]
struct Conversation {
    // None once it has misbehaved, or was given back.
    program: Option<Program>,
    /// What it was not told yet.
    untold: Vec<u8>,
    /// Why it cannot be asked any more.
    failed: Option<String>,
    origin: Origin,
}

/// Where the program goes when it is not needed any more.
#[derive(Debug)]
struct Origin {
    command: Vec<String>,
    workdir: Option<PathBuf>,
    pool: Option<ProcessPool>,
}

impl ProcessStrategy {
    pub(crate) fn start(config: &ProcessConfig, problem: &Problem) -> Result<Self, Unsupported> {
        let waiting = config.pool.as_ref().and_then(|pool| pool.take(config));
        let program = match waiting {
            Some(program) => program,
            None => Program::start(config).map_err(|error| {
                let command = config.shown();
                let place = match &config.workdir {
                    Some(folder) => format!(" in `{}`", folder.display()),
                    None => String::new(),
                };
                let message = format!("cannot start `{command}`{place}: {error}");
                Unsupported::new(NAME, message)
            })?,
        };
        if let Some(pool) = &config.pool {
            pool.started(&program);
        }
        let mut conversation = Conversation {
            program: Some(program),
            untold: Vec::new(),
            failed: None,
            origin: Origin {
                command: config.command.clone(),
                workdir: config.workdir.clone(),
                pool: config.pool.clone(),
            },
        };
        let form = ProblemForm::new(problem, &config.options);
        let message = Message::Problem(Box::new(form));
        match conversation.converse(&message, answer::greeting) {
            Ok(Greeting::Ready) => {}
            Ok(Greeting::Unsupported(why)) => {
                let command = config.shown();
                let message = format!("cannot handle this problem: `{command}` says: {why}");
                return Err(Unsupported::new(NAME, message));
            }
            Ok(Greeting::Fails(why)) => {
                let error = conversation.protocol_error(ProtocolError::Failed(why), "", "");
                conversation.failed = Some(error.to_string());
            }
            // No matter of the problem: it fails when it is asked.
            Err(error) => conversation.failed = Some(error.to_string()),
        }
        Ok(Self {
            space: problem.space.clone(),
            conversation: RefCell::new(conversation),
        })
    }
}

impl Conversation {
    fn ask(&mut self, ask: &Ask, space: &Space) -> Result<Asked, StrategyError> {
        if let Some(failed) = &self.failed {
            return Err(StrategyError::new(failed.clone()));
        }
        let slots = ask.slots().get();
        let message = Message::Ask(AskForm::new(ask));
        let mut line = String::new();
        let read = |answered: &str| {
            line = answered.to_owned();
            answer::reply(answered, slots, space)
        };
        let what = match self.converse(&message, read) {
            Ok(Reply::Asked(asked)) => return Ok(asked),
            Ok(Reply::Illegal(error)) => ProtocolError::Illegal(error),
            Ok(Reply::Fails(why)) => ProtocolError::Failed(why),
            Err(error) => return Err(self.fail(error)),
        };
        let mut sent = Vec::new();
        message.write(&mut sent);
        let error = self.protocol_error(what, &String::from_utf8_lossy(&sent), &line);
        Err(self.fail(error))
    }

    fn tell(&mut self, fact: &Fact) {
        if self.failed.is_some() {
            return;
        }
        if let Some(told) = Told::of(fact) {
            Message::Tell(told).write(&mut self.untold);
        }
        if self.untold.len() >= BATCH
            && let Some(program) = &self.program
        {
            program.tell(std::mem::take(&mut self.untold));
        }
    }

    /// Sends a line and reads the answer.
    fn converse<T>(
        &mut self,
        message: &Message<'_>,
        read: impl FnOnce(&str) -> Result<T, answer::Nonsense>,
    ) -> Result<T, Box<ProcessError>> {
        let start = self.untold.len();
        message.write(&mut self.untold);
        let sent = String::from_utf8_lossy(&self.untold[start..]).into_owned();
        let lines = std::mem::take(&mut self.untold);
        let Some(program) = &mut self.program else {
            let ended = ProtocolError::Ended("was ended before".to_owned());
            return Err(self.protocol_error(ended, &sent, ""));
        };
        let line = match program.ask(lines, &sent) {
            Ok(line) => line,
            Err(error) => {
                self.program = None;
                return Err(error);
            }
        };
        read(&line).map_err(|why| self.protocol_error(ProtocolError::Nonsense(why), &sent, &line))
    }

    /// The error about what it did; the program is gone afterwards, unless it can be talked to.
    fn protocol_error(&mut self, what: ProtocolError, sent: &str, came: &str) -> Box<ProcessError> {
        let harmless = what.is_harmless();
        let Some(program) = &mut self.program else {
            let command = self.origin.command.join(" ");
            let error = ProcessError::new(&command, what, sent, came.as_bytes(), String::new());
            return Box::new(error);
        };
        let error = program.broken(what, sent, came.as_bytes());
        if !harmless {
            self.program = None;
        }
        error
    }

    fn fail(&mut self, error: Box<ProcessError>) -> StrategyError {
        if !error.cause.is_harmless() {
            self.failed = Some(error.to_string());
        }
        StrategyError::from_source(*error)
    }
}

impl Strategy for ProcessStrategy {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        self.conversation.borrow_mut().ask(ask, &self.space)
    }

    fn tell(&mut self, fact: &Fact) {
        self.conversation.get_mut().tell(fact);
    }
}

impl Drop for Conversation {
    fn drop(&mut self) {
        if let (Some(program), Some(pool)) = (self.program.take(), &self.origin.pool) {
            let Origin {
                command, workdir, ..
            } = &self.origin;
            pool.give(command.clone(), workdir.clone(), program);
        }
    }
}
