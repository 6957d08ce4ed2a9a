//! The session from its first line to its last: opens the study, answers line by line, and ends cleanly
//! whatever ends it.

use std::path::Path;

use tuning_core::Trials;
use tuning_runtime::{MemoryJournal, Study, StudyError};

use tuning_file::{Extensions, StudyFile, StudyReader, document::Node};

use super::{
    answer::Answer,
    lines::{AHEAD, Line},
    ranking::Ranking,
    refusal::Refusal,
    request::Request,
    session::{Session, ended, is_fatal},
    wire::Wire,
};
use crate::{
    args::AskTellArgs,
    commands::run::{Observers, accept_loss, say_amended},
    error::CliError,
    exit::Exit,
    output::{Output, say, say_error},
    signals::Signals,
};

/// What a study that comes as a line would be called as a file: it gives the name, and the folder of its paths.
const INLINE: &str = "study.json";

/// How many bytes of answers wait for one commit, at most.
const MOST: usize = 1 << 20;

/// Keys that speak of how a command is run.
const OF_COMMANDS: [&str; 6] = [
    "command",
    "workdir",
    "env",
    "reports",
    "trial_timeout",
    "grace",
];

/// Serves one session.
pub(super) async fn run(
    args: &AskTellArgs,
    extensions: &Extensions,
    out: &mut Output,
) -> Result<Exit, CliError> {
    let mut signals = Signals::listen().map_err(CliError::Start)?;
    let mut wire = Wire::new(out).map_err(CliError::Start)?;
    let opened = match &args.file {
        Some(path) => {
            let overrides = args.settings.overrides();
            let file = reader(extensions).overrides(&overrides).file(path)?;
            if file.settings.trial_timeout.is_some() {
                say("`trial_timeout`: not used, since the client evaluates the trials");
            }
            let journal = (!args.no_journal).then(|| file.journal.place());
            let (study, memory) = open(args, &file, journal.is_some()).await?;
            Some((file, journal, memory, study, false))
        }
        None => first(args, extensions, &mut wire, &mut signals).await?,
    };
    let Some((file, journal, memory, study, asked)) = opened else {
        return Ok(Exit::Done);
    };
    let kept = (journal, memory);
    serve(&file, kept, study, asked, &mut wire, &mut signals).await
}

/// The study, where it is kept or else its log, and whether a line asked for it.
type Opened = (
    StudyFile,
    Option<String>,
    Option<MemoryJournal>,
    Study,
    bool,
);

/// Answers until a study is open; none if there will be none.
async fn first(
    args: &AskTellArgs,
    extensions: &Extensions,
    wire: &mut Wire<'_>,
    signals: &mut Signals,
) -> Result<Option<Opened>, CliError> {
    while let Some(line) = wire.next(signals).await? {
        let refusal = match wire.request(line, None) {
            Ok(Request::Study(node)) => match from_line(args, extensions, node).await {
                Ok(opened) => return Ok(Some(opened)),
                Err(refusal) => refusal,
            },
            Ok(Request::End) => {
                wire.answer(&Answer::Ended { ended: None })?;
                return Ok(None);
            }
            Ok(_) => Refusal::new(
                "no study is open: send `{\"study\": {…}}` first, as a study file describes it, or start with \
                 `tune ask-tell FILE`",
            ),
            Err(refusal) => refusal,
        };
        wire.refuse(refusal)?;
    }
    Ok(None)
}

async fn from_line(
    args: &AskTellArgs,
    extensions: &Extensions,
    node: Node,
) -> Result<Opened, Refusal> {
    let named = node.get("journal").is_some() || args.settings.names_journal();
    let unused: Vec<&str> = OF_COMMANDS
        .into_iter()
        .filter(|key| node.get(key).is_some())
        .collect();
    if !unused.is_empty() {
        say(format_args!(
            "`{}`: not used, since the client evaluates the trials",
            unused.join("`, `")
        ));
    }
    let overrides = args.settings.overrides();
    let file = reader(extensions)
        .overrides(&overrides)
        .node(node, Path::new(INLINE))?;
    let journal = (named && !args.no_journal).then(|| file.journal.place());
    let study = open(args, &file, journal.is_some()).await;
    let (study, memory) = study.map_err(|error| Refusal::new(error.to_string()))?;
    Ok((file, journal, memory, study, true))
}

async fn open(
    args: &AskTellArgs,
    file: &StudyFile,
    kept: bool,
) -> Result<(Study, Option<MemoryJournal>), CliError> {
    if kept && args.accept_loss {
        accept_loss(file)?;
    }
    let memory = (!kept).then(MemoryJournal::new);
    let builder = match &memory {
        None => file.builder()?,
        Some(memory) => file.in_memory().journal(memory.clone()),
    };
    if !args.amend {
        return Ok((builder.open().await?, memory));
    }
    let study = builder.amend().open().await?;
    say_amended(&study);
    Ok((study, memory))
}

/// Reads studies whose trials a client evaluates.
fn reader(extensions: &Extensions) -> StudyReader<'_> {
    StudyReader::new(extensions).functions()
}

/// Answers until the client or its input ends the session.
async fn serve(
    file: &StudyFile,
    (journal, memory): (Option<String>, Option<MemoryJournal>),
    mut study: Study,
    asked: bool,
    wire: &mut Wire<'_>,
    signals: &mut Signals,
) -> Result<Exit, CliError> {
    let ranking = ranking(file, &mut study).await?;
    let observers = Observers::subscribe(&study, file, false)?;
    let manual = study.manual().await?;
    let mut session = Session::new(file, journal, memory, manual, ranking);
    let served = if asked {
        wire.answer(&session.ready())
    } else {
        Ok(())
    };
    let served = match served {
        Ok(()) => converse(&mut session, wire, signals).await,
        Err(error) => Err(error),
    };
    let exit = match served {
        Ok(Said::Broken) => {
            // Observers still see what is durable; why it is broken was said.
            let _ = session.close().await;
            return Ok(Exit::Failed);
        }
        Ok(Said::Interrupted) => Exit::Stopped,
        // The client is gone: that ends the session as the end of its input does.
        Ok(_) | Err(CliError::Output(_)) => Exit::Done,
        Err(error) => return Err(error),
    };
    let summary = session.close().await?;
    drop(observers);
    match served {
        Ok(Said::End) => wire.answer(&ended(file, &summary))?,
        Ok(_) => {}
        Err(error) => return Err(error),
    }
    Ok(exit)
}

/// What ended a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// The client said so, and waits for an answer.
    End,
    /// The client's input ended.
    Nothing,
    /// A signal came.
    Interrupted,
    /// The study cannot continue; the client knows.
    Broken,
}

/// The completed trials by rank; none if they can be read from the journal once they are asked for: of a long study that
/// takes a while.
async fn ranking(file: &StudyFile, study: &mut Study) -> Result<Option<Ranking>, CliError> {
    let is_new = study.progress().counts().completed == 0;
    let readable = || file.journal.reader(Some(&file.settings.name)).is_ok();
    if !is_new && readable() {
        return Ok(None);
    }
    let trials = match is_new {
        true => Trials::new(),
        false => study.trials().await?,
    };
    Ok(Some(Ranking::new(file.objectives().clone(), &trials)))
}

async fn converse(
    session: &mut Session<'_>,
    wire: &mut Wire<'_>,
    signals: &mut Signals,
) -> Result<Said, CliError> {
    loop {
        let line = match wire.next(signals).await? {
            Some(line) => line,
            None if wire.interrupted() => return Ok(Said::Interrupted),
            None => return Ok(Said::Nothing),
        };
        let said = group(session, wire, line).await?;
        // Answers are sent once what they rest on is on the disk.
        if let Err(error) = session.commit().await {
            wire.forget();
            broken(wire, error)?;
            return Ok(Said::Broken);
        }
        match said {
            Group::Answered => wire.send()?,
            // Its own answer comes behind those of the lines before it.
            Group::End => return Ok(Said::End),
            Group::Failed(error) => {
                broken(wire, error)?;
                return Ok(Said::Broken);
            }
        }
    }
}

/// How a group of lines ended.
enum Group {
    Answered,
    /// The last line ends the session.
    End,
    /// The study cannot continue after this.
    Failed(StudyError),
}

/// Answers a line and those that have come with it. The answers wait for one commit together.
async fn group(
    session: &mut Session<'_>,
    wire: &mut Wire<'_>,
    first: Line,
) -> Result<Group, CliError> {
    let objectives = session.file().objectives().clone();
    session.defer();
    let mut next = Some(first);
    let mut answered = 0;
    while let Some(line) = next {
        match wire.request(line, Some(&objectives)) {
            Err(refusal) => wire.hold_refusal(refusal)?,
            Ok(request) => match session.answer(request).await {
                Ok(Some(Answer::Error { error })) => wire.hold_refusal(error)?,
                Ok(Some(answer)) => wire.hold(&answer)?,
                Ok(None) => return Ok(Group::End),
                Err(error) if is_fatal(&error) => return Ok(Group::Failed(error)),
                Err(error) => wire.hold_refusal(Refusal::new(error))?,
            },
        }
        answered += 1;
        next = match answered < AHEAD && wire.held() < MOST {
            true => wire.ready()?,
            false => None,
        };
    }
    Ok(Group::Answered)
}

/// Tells everybody that the study cannot continue.
fn broken(wire: &mut Wire<'_>, error: StudyError) -> Result<(), CliError> {
    let error = CliError::Study(error);
    say_error(&error);
    wire.refuse(Refusal::new(&error).fatal())
}
