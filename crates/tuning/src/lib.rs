//! Hyper-parameter tuning: search spaces, strategies, a parallel durable runtime and observers.
