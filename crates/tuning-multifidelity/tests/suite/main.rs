//! The laws, and what pruners decide.

mod asha;
mod freeze_thaw;
mod laws;
mod optuna;
mod population;
mod pruned;
mod pruners;
mod resource;
mod rounds;
mod schedulers;
mod stopping;
mod studies;
mod view;
