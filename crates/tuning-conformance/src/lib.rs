//! The promises of tuning-core's traits, as tests.
//!
#![doc = include_str!("../README.md")]

mod block_on;
mod combinator;
mod config;
mod entries;
mod guard;
mod journal;
mod landscape;
mod law;
mod observer;
mod observer_file;
mod options;
mod problems;
mod pruner;
mod report;
mod scheduler;
mod selection;
mod simulation;
mod spaces;
mod strategy;

pub use combinator::{CombinatorKit, combinator};
pub use config::{ConfigKit, JournalPlace, evaluator_config, journal_config, observer_config};
pub use entries::entries;
pub use journal::{JournalKit, journal};
pub use landscape::Landscape;
pub use law::{
    CombinatorLaw, EvaluatorConfigLaw, JournalConfigLaw, JournalLaw, Law, Lawlike,
    ObserverConfigLaw, ObserverFileLaw, ObserverLaw, OptionLaw, PrunerLaw, SchedulerLaw,
};
pub use observer::{ObserverKit, observer};
pub use observer_file::{ObserverFileKit, observer_file};
pub use options::{OptionsKit, options, pruner_options};
pub use problems::{NamedProblem, problems};
pub use pruner::{PrunerKit, pruner};
pub use report::{Breach, Finding, Report};
pub use scheduler::{Promotion, SchedulerKit, scheduler};
pub use simulation::{Call, Life, Run, Simulation, Stop};
pub use spaces::{NamedSpace, spaces};
pub use strategy::{StrategyKit, strategy};
