//! The laws of strategies, journals and observers as functions that a test calls.
