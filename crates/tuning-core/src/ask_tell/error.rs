//! What can go wrong between a driver, a strategy and a log.

use thiserror::Error;

use crate::{Fidelity, StrategyError, TrialId, space::ParamsError};

/// Asking for work failed: the study cannot continue.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AskError {
    /// The strategy gave up.
    #[error("the strategy failed: {0}")]
    Strategy(#[from] StrategyError),
    /// The strategy waits although nothing is in flight.
    #[error("the strategy waits although no trial is in flight: it would wait forever")]
    Deadlock,
    /// The strategy proposed something that cannot be done.
    #[error("the strategy made an illegal proposal: {0}")]
    Illegal(#[from] IllegalProposal),
}

/// A proposal that cannot be done: the strategy breaks a law.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum IllegalProposal {
    /// It proposed more than it was asked for.
    #[error("{proposed} proposals for {slots} slot(s)")]
    TooMany {
        /// How many it proposed.
        proposed: usize,
        /// How many were wanted.
        slots: usize,
    },
    /// It proposed an empty list instead of waiting.
    #[error("an empty list of proposals: answer `Wait` or `Done` instead")]
    Empty,
    /// The parameters are not in the space.
    #[error("parameters outside the space: {0}")]
    Params(#[from] ParamsError),
    /// The trial to resume is not paused.
    #[error("trial {trial} is to be resumed, but it is not paused")]
    NotPaused {
        /// The trial.
        trial: TrialId,
    },
    /// The trial to give up is not paused.
    #[error("trial {trial} is to be given up, but it is not paused")]
    NothingToGiveUp {
        /// The trial.
        trial: TrialId,
    },
    /// The trial to fork from is unknown, running or given up.
    #[error("trial {trial} is to be forked, but it is neither paused nor ended, or was given up")]
    NotForkable {
        /// The trial.
        trial: TrialId,
    },
    /// The fidelity is not above the one that was reached.
    #[error("trial {trial} is to run until {until}, but has reached {at} already")]
    NotHigher {
        /// The trial.
        trial: TrialId,
        /// The fidelity it has reached.
        at: Fidelity,
        /// The fidelity proposed.
        until: Fidelity,
    },
    /// The study has no fidelities, or not this one.
    #[error(
        "a trial is to run until fidelity {until}, but the study's fidelities are {range}: declare them"
    )]
    Fidelity {
        /// The fidelity proposed.
        until: Fidelity,
        /// What the study has.
        range: String,
    },
}

/// A result cannot be taken.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TellError {
    /// The trial is not being evaluated.
    #[error("trial {trial} is not running: it was never started, is paused, or has ended")]
    NotRunning {
        /// The trial.
        trial: TrialId,
    },
    /// The trial is neither being evaluated nor paused.
    #[error("trial {trial} is not open: it was never started, or has ended")]
    NotOpen {
        /// The trial.
        trial: TrialId,
    },
    /// The parameters of a trial from elsewhere are not in the space.
    #[error("parameters outside the space: {0}")]
    Params(#[from] ParamsError),
    /// There are too few or too many values.
    #[error("{found} value(s) for {expected} objective(s)")]
    Count {
        /// How many there are.
        found: usize,
        /// How many objectives there are.
        expected: usize,
    },
    /// One of several trials that were to be added cannot be, so none was.
    #[error("nothing was added: number {number} of {of}: {source}")]
    Add {
        /// Which one it is, from 1.
        number: usize,
        /// How many were to be added.
        of: usize,
        /// Why.
        source: Box<TellError>,
    },
}

/// A log does not fit together.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// A trial's parameters do not lie in the space.
    #[error("trial {trial}: {source}")]
    Params {
        /// The trial.
        trial: TrialId,
        /// Why.
        source: ParamsError,
    },
    /// A fact contradicts those before it.
    #[error("{}{message}", .trial.map_or_else(String::new, |trial| format!("trial {trial}: ")))]
    Inconsistent {
        /// The trial, if it is a fact of one.
        trial: Option<TrialId>,
        /// Why.
        message: &'static str,
    },
}
