//! [`SettingError`]: a setting of a study that makes no sense.

use thiserror::Error;

/// A setting of a study makes no sense: its objectives, the range of its fidelities, or its order. The message
/// says what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SettingError {
    message: String,
}

impl SettingError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}
