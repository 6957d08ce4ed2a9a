//! [`Combine`]: pruners out of pruners, as one would say it.

use tuning_core::PrunerConfig;

use super::{
    after::AfterConfig,
    patience::PatienceConfig,
    several::{AllOfConfig, AnyOfConfig},
    shared::shared,
};

/// Puts configurations of pruners together. All of them have it, a guest's, too.
///
/// # Example
/// ```
/// use tuning_core::PrunerConfig;
/// use tuning_multifidelity::{Combine as _, MedianConfig, ThresholdConfig};
///
/// // A loss above 100 ends a trial at once; one that is behind and has stopped to improve, from 5 on.
/// let behind = MedianConfig::default().patient(3).after(5);
/// let config = ThresholdConfig::default().upper(100.0).or(behind);
/// assert_eq!(config.spec().name, "any");
/// ```
pub trait Combine: PrunerConfig + Sized + 'static {
    /// Lets it stop a trial from this fidelity on.
    #[must_use]
    fn after(self, step: u64) -> AfterConfig {
        AfterConfig::over(self, step)
    }

    /// Lets it stop a trial only when it has not got better for this many reports and one.
    #[must_use]
    fn patient(self, reports: u32) -> PatienceConfig {
        PatienceConfig::over(self).patience(reports)
    }

    /// Stops what both of them stop.
    #[must_use]
    fn and(self, other: impl PrunerConfig + 'static) -> AllOfConfig {
        AllOfConfig::of([shared(self), shared(other)])
    }

    /// Stops what one of them stops.
    #[must_use]
    fn or(self, other: impl PrunerConfig + 'static) -> AnyOfConfig {
        AnyOfConfig::of([shared(self), shared(other)])
    }
}

impl<C: PrunerConfig + 'static> Combine for C {}
