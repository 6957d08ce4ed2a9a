//! [`Scheduler`]: what decides by intermediate results, with settings that suit a short study.

use std::fmt;

use tuning_multifidelity::{
    AshaConfig, AshaStoppingConfig, FreezeThawConfig, HyperbandConfig, PbtConfig,
    SuccessiveHalvingConfig,
};
use tuning_runtime::StudyBuilder;
use tuning_strategies::RandomConfig;
use tuning_tpe::TpeConfig;

/// What decides by intermediate results which trials continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduler {
    /// ASHA by promotion.
    Asha,
    /// ASHA around a strategy that learns from results.
    AshaOverTpe,
    /// ASHA as a pruner.
    AshaStopping,
    /// Synchronous successive halving.
    SuccessiveHalving,
    /// Hyperband.
    Hyperband,
    /// Population based training.
    Pbt,
    /// A model of learning curves.
    FreezeThaw,
}

impl Scheduler {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Asha,
        Self::AshaOverTpe,
        Self::AshaStopping,
        Self::SuccessiveHalving,
        Self::Hyperband,
        Self::Pbt,
        Self::FreezeThaw,
    ];

    /// Its name in messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Asha => "asha",
            Self::AshaOverTpe => "asha over tpe",
            Self::AshaStopping => "asha_stopping",
            Self::SuccessiveHalving => "successive_halving",
            Self::Hyperband => "hyperband",
            Self::Pbt => "pbt",
            Self::FreezeThaw => "freeze_thaw",
        }
    }

    /// Whether it is a pruner, and not a strategy.
    #[must_use]
    pub fn is_a_pruner(self) -> bool {
        matches!(self, Self::AshaStopping)
    }

    /// The study with it. Its fidelities begin at 1.
    #[must_use]
    pub fn schedules(self, study: StudyBuilder) -> StudyBuilder {
        let random = RandomConfig::default();
        match self {
            Self::Asha => study.strategy(AshaConfig::over(random).min_resource(1)),
            Self::AshaOverTpe => {
                study.strategy(AshaConfig::over(TpeConfig::default()).min_resource(1))
            }
            Self::AshaStopping => study
                .strategy(random)
                .pruner(AshaStoppingConfig::default().min_resource(1)),
            Self::SuccessiveHalving => {
                study.strategy(SuccessiveHalvingConfig::over(random).min_resource(1))
            }
            Self::Hyperband => study.strategy(HyperbandConfig::over(random)),
            Self::Pbt => study.strategy(PbtConfig::default().population(8).interval(3)),
            Self::FreezeThaw => study.strategy(
                FreezeThawConfig::default()
                    .startup(4)
                    .min_resource(1)
                    .candidates(16)
                    .max_observations(32),
            ),
        }
    }
}

impl fmt::Display for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
