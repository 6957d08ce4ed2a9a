//! [`Order`]: in which order a strategy learns results.

use std::{fmt, num::NonZeroUsize, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::SettingError;

/// In which order the results of parallel work are told to the strategy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Order {
    /// As they arrive: the lowest latency. The journal makes the study replayable, but another run
    /// may see a different order.
    #[default]
    AsFinished,
    /// In the order in which the work was proposed: proposal *k* sees exactly the results of the work
    /// up to *k* − `lag` (and further ones, one by one, only while the strategy says that it waits). So any
    /// number of workers up to `lag` makes bit-identical decisions, and more would have nothing to do.
    AsProposed {
        /// How many pieces of work can be in flight at once.
        lag: NonZeroUsize,
    },
}

/// The lag of `as-proposed` without a number.
const DEFAULT_LAG: NonZeroUsize = NonZeroUsize::new(8).expect("8 is not 0");

impl Order {
    /// Results in the order of the proposals, with up to 8 pieces of work in flight.
    pub const AS_PROPOSED: Self = Self::AsProposed { lag: DEFAULT_LAG };
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsFinished => f.write_str("as-finished"),
            Self::AsProposed { lag } => write!(f, "as-proposed:{lag}"),
        }
    }
}

fn unknown(text: &str) -> SettingError {
    SettingError::new(format!(
        "unknown order `{text}`: write `as-finished`, `as-proposed`, or `as-proposed:N` for up to N trials in flight"
    ))
}

impl FromStr for Order {
    type Err = SettingError;

    fn from_str(text: &str) -> Result<Self, SettingError> {
        match text.split_once(':') {
            None if text == "as-finished" => Ok(Self::AsFinished),
            None if text == "as-proposed" => Ok(Self::AS_PROPOSED),
            Some(("as-proposed", lag)) => match lag.parse() {
                Ok(lag) => Ok(Self::AsProposed { lag }),
                Err(_) => Err(unknown(text)),
            },
            _ => Err(unknown(text)),
        }
    }
}

impl TryFrom<String> for Order {
    type Error = SettingError;

    fn try_from(text: String) -> Result<Self, SettingError> {
        text.parse()
    }
}

impl From<Order> for String {
    fn from(order: Order) -> Self {
        order.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_order_are_the_same_thing() {
        for text in ["as-finished", "as-proposed:8", "as-proposed:64"] {
            assert_eq!(text.parse::<Order>().unwrap().to_string(), text);
        }
        assert_eq!("as-proposed".parse(), Ok(Order::AS_PROPOSED));
        for text in ["", "as-proposed:0", "as-proposed:", "as-finished:3", "fifo"] {
            assert!(
                text.parse::<Order>()
                    .unwrap_err()
                    .to_string()
                    .contains("as-proposed")
            );
        }
    }
}
