//! [`Context`]: what the figures are measured with, and the rows that they return.

use std::{error::Error, future::Future};

use tokio::runtime::Runtime;

use crate::{optuna::Optuna, row::Row};

/// The rows that a figure adds to the table, or why it cannot be measured here.
pub type Rows = Result<Vec<Row>, Box<dyn Error>>;

/// What the figures are measured with.
#[derive(Debug)]
pub struct Context {
    quick: bool,
    optuna: Option<Optuna>,
    runtime: Runtime,
}

impl Context {
    /// `quick`: one round of few trials, to see that all of it works.
    ///
    /// # Errors
    /// If there is no async runtime to be had.
    pub fn new(quick: bool, optuna: Option<Optuna>) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            quick,
            optuna,
            runtime: Runtime::new()?,
        })
    }

    /// `full`, or less when it is to be quick.
    pub(super) fn size(&self, full: u64) -> u64 {
        if self.quick { full.div_ceil(10) } else { full }
    }

    /// How many times the peer and we take turns.
    pub(super) fn rounds(&self, full: usize) -> usize {
        if self.quick { 1 } else { full }
    }

    /// The peer, if it is there.
    pub(super) fn optuna(&self) -> Option<&Optuna> {
        self.optuna.as_ref()
    }

    pub(super) fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }
}
