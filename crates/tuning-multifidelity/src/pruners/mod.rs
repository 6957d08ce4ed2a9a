//! Judges of running trials: what is stopped by its reports.

mod after;
mod combine;
mod curves;
mod median;
mod moments;
mod never;
mod patience;
mod percentile;
mod ranked;
mod several;
mod shared;
mod signed_rank;
mod threshold;
mod wilcoxon;

pub use after::{After, AfterConfig};
pub use combine::Combine;
pub use median::MedianConfig;
pub use never::{Never, NeverConfig};
pub use patience::{Patience, PatienceConfig};
pub use percentile::{Percentile, PercentileConfig};
pub use several::{AllOf, AllOfConfig, AnyOf, AnyOfConfig};
pub use shared::SharedPrunerConfig;
pub use threshold::{Threshold, ThresholdConfig};
pub use wilcoxon::{Wilcoxon, WilcoxonConfig};
