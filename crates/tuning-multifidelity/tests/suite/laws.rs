//! Every pruner of this crate keeps the laws.

use tuning_multifidelity::NeverConfig;

#[test]
fn the_pruner_that_stops_nothing_keeps_the_laws() {
    tuning_conformance::pruner(NeverConfig::default()).check();
}
