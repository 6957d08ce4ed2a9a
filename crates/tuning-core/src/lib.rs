//! Search spaces, trials, facts, events and the narrow traits of hyper-parameter tuning.
