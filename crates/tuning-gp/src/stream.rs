//! [`Stream`]: the random numbers of this strategy.

use tuning_toolkit::Counter;

/// Those that count: a proposal begins several streams, and most of them for a few numbers.
pub(crate) type Stream = tuning_toolkit::Stream<Counter>;
