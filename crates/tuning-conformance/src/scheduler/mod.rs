//! The laws of schedulers: [`SchedulerKit`], the studies that it makes, and one function per law.

mod kit;
mod laws;
mod promotion;
mod rungs;
mod scene;
mod stages;
mod walk;

pub use kit::{SchedulerKit, scheduler};
pub use promotion::Promotion;
