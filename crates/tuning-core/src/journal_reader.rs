//! [`JournalReader`]: reads a study's log beside its writer. It knows no clock: how often to look
//! is up to its caller.

use async_trait::async_trait;

use crate::{Entry, EventKind, JournalError, ObserverStatus, Seq, StudySpec};

/// Reads the log of one study, while the study runs or later.
///
/// Reports, dashboards and exports stand on it; [`StudyView`](crate::StudyView) is the fold of all that it
/// tells.
///
/// # For callers
/// - Any number of readers may be open beside one writer, and none makes it wait.
/// - To follow a study, read on behind the last entry that you have seen. An empty answer says that there is
///   nothing more yet, and costs little: look again after a while.
///
/// # For implementors
/// - Write [`#[async_trait]`](crate::async_trait) above the `impl`. Without it the compiler says that lifetimes do
///   not match.
/// - `read` sees every append that returned before the call, in the numbering of the
///   [`Journal`](crate::Journal), and no entry of an append that is not durable yet.
/// - What was read never changes, and reads back equal, numbers to the last bit.
/// - A reader changes nothing, and refuses no append: the writer works as if there were none.
#[async_trait]
pub trait JournalReader: Send {
    /// Reads up to `limit` entries behind `after`, in order; none if there is nothing more yet.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] or [`JournalError::Unavailable`].
    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError>;

    /// Returns the number of the last entry; 0 before the first.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`].
    async fn head(&mut self) -> Result<Seq, JournalError>;

    /// Returns the last stored status of each observer, in the order of their names; none if the journal
    /// keeps none.
    ///
    /// # Errors
    /// [`JournalError::Corrupt`] or [`JournalError::Unavailable`].
    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        Ok(Vec::new())
    }

    /// Returns the identity of the study: what its first entry says.
    ///
    /// # Errors
    /// [`JournalError::Unavailable`] if the study has not begun; [`JournalError::Corrupt`] if its log does
    /// not begin as a study does, or is of a newer format.
    async fn spec(&mut self) -> Result<StudySpec, JournalError> {
        let corrupt = |message: String| JournalError::Corrupt {
            seq: Seq::new(1),
            message,
        };
        match self.read(Seq::ZERO, 1).await?.pop().map(|entry| entry.kind) {
            Some(EventKind::Created(spec)) if spec.format > StudySpec::FORMAT => {
                Err(corrupt(format!(
                    "its format is {}, but this version knows formats up to {}: use a newer version",
                    spec.format,
                    StudySpec::FORMAT
                )))
            }
            Some(EventKind::Created(spec)) => Ok(*spec),
            Some(other) => Err(corrupt(format!(
                "the first entry must be `created`, but it is `{}`",
                other.name()
            ))),
            None => Err(JournalError::Unavailable {
                message: "the study has not begun: its log is empty".to_owned(),
                source: None,
            }),
        }
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<R: JournalReader + ?Sized> JournalReader for Box<R> {
    async fn read(&mut self, after: Seq, limit: usize) -> Result<Vec<Entry>, JournalError> {
        (**self).read(after, limit).await
    }

    async fn head(&mut self) -> Result<Seq, JournalError> {
        (**self).head().await
    }

    async fn observer_statuses(&mut self) -> Result<Vec<ObserverStatus>, JournalError> {
        (**self).observer_statuses().await
    }

    async fn spec(&mut self) -> Result<StudySpec, JournalError> {
        (**self).spec().await
    }
}
