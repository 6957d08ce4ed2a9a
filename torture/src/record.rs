//! [`Record`]: what was seen of a study from outside: by its evaluator, its observers and its caller.

use std::collections::BTreeMap;

use tuning_core::{Entry, Outcome, TrialId};
use tuning_runtime::Summary;

/// What was seen of a study from outside.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its journal at the end.
    pub entries: Vec<Entry>,
    /// Each session that ended by itself.
    pub sessions: Vec<Session>,
    /// Each piece of work that was begun.
    pub begun: Vec<Begun>,
    /// Events as a lossless observer saw them, with the session: their numbers, and what they say.
    pub acknowledged: Vec<(u32, u64, String)>,
    /// The results that a manual session has taken: the trial, and its outcome.
    pub answered: Vec<(TrialId, Outcome)>,
    /// The numbers of the events as a durable observer took them, in order.
    pub durable: Vec<u64>,
    /// Of a lossy observer in each session that ended by itself: how many events it saw, and how many it was told that
    /// it had missed.
    pub lossy: BTreeMap<u32, (u64, u64)>,
    /// The files of durable observers at the end: events, and trials.
    pub jsonl: String,
    /// The file of trials.
    pub csv: String,
    /// How many steps all sessions took together.
    pub steps: u64,
    /// What struck it, session by session.
    pub faults: Vec<String>,
    /// What should never happen, and is not to be seen in the rest.
    pub broken: Vec<String>,
}

/// A session that ended by itself.
#[derive(Clone, Debug)]
pub struct Session {
    /// Its number, from 0, among all that were begun.
    pub number: u32,
    /// Whether anything struck it.
    pub struck: bool,
    /// How it ended.
    pub ended: Result<Summary, String>,
    /// How many entries the journal had then.
    pub entries: usize,
}

/// A piece of work that was begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// The session.
    pub session: u32,
    /// The trial.
    pub trial: TrialId,
    /// Its parameters.
    pub params: String,
    /// Which attempt.
    pub attempt: u32,
    /// Whether its journal said then that the trial had ended.
    pub had_ended: bool,
    /// What it came to, if it did.
    pub value: Option<f64>,
}
