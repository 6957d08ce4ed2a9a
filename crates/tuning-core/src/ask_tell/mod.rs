//! [`AskTell`]: a study without threads, clock or I/O. It decides; its caller does the work.
//!
//! The runtime's driver, the tests of the laws, and a hand-written loop all stand on this one machine:
//! it checks proposals, numbers trials, keeps results in line, flips signs and applies the budget.

mod added;
mod asking;
mod astray;
mod error;
mod failures;
mod fold;
mod in_line;
mod limits;
mod machine;
mod outside;

pub use added::AddedTrial;
pub use error::{AskError, IllegalProposal, ReplayError, TellError};
pub use machine::{AskTell, Turn};
