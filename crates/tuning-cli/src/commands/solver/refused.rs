//! [`Refused`]: why kurobako gets an error for an answer.

use super::message::{Kind, Outgoing};

/// Why something cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    kind: Kind,
    message: String,
}

impl Refused {
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { kind, message }
    }
}

impl From<Refused> for Outgoing {
    fn from(Refused { kind, message }: Refused) -> Self {
        Self::ErrorReply { kind, message }
    }
}
