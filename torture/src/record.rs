//! [`Record`]: what was seen of a study from outside: by its evaluator, its observers and its caller.

use std::collections::BTreeMap;

use tuning_core::{Entry, TrialId};
use tuning_runtime::Summary;

/// What was seen of a study from outside.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its journal at the end.
    pub entries: Vec<Entry>,
    /// The same as a reader tells it.
    pub read: Vec<Entry>,
    /// How many entries the journal had after each session that was begun.
    pub lengths: Vec<usize>,
    /// Each session that ended by itself.
    pub sessions: Vec<Session>,
    /// Each piece of work that was begun.
    pub begun: Vec<Begun>,
    /// Events as a lossless observer saw them, with the session: their numbers, and what they say.
    pub acknowledged: Vec<(u32, u64, String)>,
    /// The results that manual sessions have taken: the session, and the trial, which has ended or paused with it.
    pub answered: Vec<(u32, TrialId)>,
    /// What a durable observer was told, in order.
    pub durable: Vec<Taken>,
    /// What a lossy observer was told in each session.
    pub lossy: BTreeMap<u32, Vec<Shown>>,
    /// The files of durable observers at the end: events, and trials.
    pub jsonl: String,
    /// The file of trials.
    pub csv: String,
    /// What a durable observer of events wrote to a writer in each session, whose disk was full now and then.
    pub written: BTreeMap<u32, Vec<u8>>,
    /// What struck it, session by session.
    pub faults: Vec<String>,
    /// What should never happen, and is not to be seen in the rest.
    pub broken: Vec<String>,
}

/// What a durable observer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// The event of this number.
    Event(u64),
    /// It was asked what it keeps: what comes next may be told again.
    Asked,
}

/// What a lossy observer was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The event of this number.
    Event(u64),
    /// How many it has missed.
    Missed(u64),
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
    /// Those that its journal had when the session was over; none if the trial was not in it.
    pub kept: Option<String>,
    /// The fidelity from which it was resumed or forked, if it was.
    pub from: Option<u64>,
    /// Which attempt.
    pub attempt: u32,
    /// Whether its journal said then that the trial had ended.
    pub had_ended: bool,
    /// Whether it was told that its start is durable.
    pub durable: bool,
    /// Whether its journal did not have it then.
    pub early: bool,
    /// The first of the values of each of its reports, and of its result.
    pub said: Vec<f64>,
}
