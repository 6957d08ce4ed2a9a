//! CMA-ES keeps the laws.

use tuning_cmaes::CmaEsConfig;
use tuning_core::StrategyConfig;

#[test]
fn cmaes_keeps_the_laws() {
    tuning_conformance::strategy(|problem| CmaEsConfig::default().build(problem)).check();
}
