//! The figures: each measures one promise and returns a row of the table for each of its numbers.

mod ask_tell;
mod build;
mod context;
mod driver;
mod memory;
mod models;
mod observers;
mod parallel;
mod proposals;
mod resume;
mod soak;
mod sqlite;
mod start;

pub use self::context::{Context, Rows};

/// One figure, or a few that are measured together.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Its name, for `--only`.
    pub name: &'static str,
    /// What it measures.
    pub about: &'static str,
    /// Whether Optuna is measured beside us.
    pub has_peer: bool,
    /// Measures it.
    pub run: fn(&Context) -> Rows,
}

/// All figures, in the order of the table.
pub const FIGURES: &[Figure] = &[
    Figure {
        name: "proposals",
        about: "proposals of random, grid and Sobol search through `dyn Strategy`",
        has_peer: false,
        run: proposals::run,
    },
    Figure {
        name: "models",
        about: "asks of TPE, the Gaussian process and CMA-ES, TPE beside its peers",
        has_peer: true,
        run: models::run,
    },
    Figure {
        name: "driver",
        about: "what a trial costs when its objective costs nothing",
        has_peer: true,
        run: driver::run,
    },
    Figure {
        name: "sqlite",
        about: "the same with a durable journal",
        has_peer: true,
        run: sqlite::run,
    },
    Figure {
        name: "observers",
        about: "events to three observers, and a scrape of a study's metrics",
        has_peer: false,
        run: observers::run,
    },
    Figure {
        name: "parallel",
        about: "how busy eight workers are kept, also with an observer that hangs",
        has_peer: true,
        run: parallel::run,
    },
    Figure {
        name: "resume",
        about: "opening a study of 100,000 trials",
        has_peer: false,
        run: resume::run,
    },
    Figure {
        name: "memory",
        about: "how memory grows with the trials",
        has_peer: false,
        run: memory::run,
    },
    Figure {
        name: "soak",
        about: "a study of 1,000,000 trials in five sessions",
        has_peer: false,
        run: soak::run,
    },
    Figure {
        name: "ask-tell",
        about: "a round trip of `tune ask-tell`, in memory and durable, and many lines at once",
        has_peer: false,
        run: ask_tell::run,
    },
    Figure {
        name: "start",
        about: "`tune --version`",
        has_peer: false,
        run: start::run,
    },
    Figure {
        name: "build",
        about: "building tuning-core from nothing",
        has_peer: false,
        run: build::run,
    },
];
