//! Their words for keys that mean exactly the same, and how they are documented.

/// Which map a key is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Within {
    File,
    Objective,
    Parameter,
}

/// A key that means exactly what one of ours means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alias {
    pub within: Within,
    pub theirs: &'static str,
    /// Our key; with a dot, that of a map within.
    pub ours: &'static str,
}

const fn file(theirs: &'static str, ours: &'static str) -> Alias {
    let within = Within::File;
    Alias {
        within,
        theirs,
        ours,
    }
}

const fn objective(theirs: &'static str) -> Alias {
    let (within, ours) = (Within::Objective, "direction");
    Alias {
        within,
        theirs,
        ours,
    }
}

const fn parameter(theirs: &'static str, ours: &'static str) -> Alias {
    let within = Within::Parameter;
    Alias {
        within,
        theirs,
        ours,
    }
}

/// All of them.
pub(crate) const ALIASES: &[Alias] = &[
    file("extends", "include"),
    file("study_name", "name"),
    file("search_space", "parameters"),
    file("metric", "objective"),
    file("run_cap", "budget.trials"),
    file("max_trials", "budget.trials"),
    file("max_evals", "budget.trials"),
    file("num_samples", "budget.trials"),
    file("n_jobs", "workers"),
    file("max_concurrent_trials", "workers"),
    objective("goal"),
    objective("mode"),
    parameter("low", "min"),
    parameter("lower", "min"),
    parameter("minval", "min"),
    parameter("high", "max"),
    parameter("upper", "max"),
    parameter("maxval", "max"),
    parameter("choices", "values"),
    parameter("vals", "values"),
    parameter("val", "value"),
    parameter("log_scale", "log"),
    parameter("is_ordered", "ordered"),
    parameter("value_type", "type"),
    parameter("distribution", "type"),
];
