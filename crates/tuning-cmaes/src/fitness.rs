//! [`Fitness`]: how a trial came out, as what generations are ordered by.

/// How a trial came out, best first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fitness {
    /// It has this loss.
    Measured(f64),
    /// It was stopped early; the last loss it reported, if any.
    Stopped(Option<f64>),
    /// It has no value.
    Failed,
}

impl Fitness {
    /// Its loss, if it was measured to the end.
    pub(crate) fn loss(self) -> Option<f64> {
        match self {
            Self::Measured(loss) => Some(loss),
            _ => None,
        }
    }

    /// What orders them: measured before stopped before failed, then by loss. Equal keys are ties.
    pub(crate) fn key(self) -> (u8, f64) {
        match self {
            Self::Measured(loss) => (0, loss + 0.0),
            Self::Stopped(Some(loss)) => (1, loss + 0.0),
            Self::Stopped(None) => (2, 0.0),
            Self::Failed => (3, 0.0),
        }
    }
}
