//! Strategies of four families (and random search), written against core's public items alone as a
//! third party would, keep the laws.

mod asha;
mod evolution;
mod giving_up;
mod neighbours;
mod population;
mod random;

use tuning_conformance::{Finding, Law, NamedProblem, combinator, strategy};
use tuning_core::{Problem, Spec, StrategyConfig, Unsupported};

#[test]
fn random_search_keeps_the_laws() {
    strategy(random::Random::build).seeds(4).check();
}

#[test]
fn evolution_in_generations_keeps_the_laws() {
    strategy(evolution::Evolution::build).seeds(4).check();
}

#[test]
fn a_model_with_pending_trials_keeps_the_laws() {
    strategy(neighbours::Neighbours::build).check();
}

#[test]
fn promotion_over_another_strategy_keeps_the_laws() {
    strategy(|problem| asha::Asha::over(problem, random::Random::build(problem)?))
        .seeds(4)
        .check();
    strategy(|problem| asha::Asha::over(problem, evolution::Evolution::build(problem)?)).check();
    combinator(AshaConfig).check();
}

#[test]
fn a_population_that_forks_keeps_the_laws() {
    strategy(population::Population::build).seeds(4).check();
}

#[test]
fn giving_up_takes_no_slot() {
    strategy(giving_up::GivingUp::build).seeds(4).check();
}

#[test]
fn a_strategy_that_refuses_fidelities_is_tried_on_the_other_problems() {
    let plain = |problem: &Problem| match problem.fidelity {
        Some(_) => Err(Unsupported::new(
            "plain",
            "cannot use fidelities: leave them out",
        )),
        None => random::Random::build(problem),
    };
    let report = strategy(plain).report();
    assert!(report.is_ok(), "{report}");
    let kept = |(_, finding): &&(Law, Finding)| *finding == Finding::Kept;
    // All but the laws of what it never proposes and of a configuration that it has not.
    assert_eq!(
        report.findings().iter().filter(kept).count(),
        14,
        "{report}"
    );
    assert!(!report.refused().is_empty(), "{report}");
    for (name, _) in report.refused() {
        assert!(name.ends_with("/fidelity"), "{name}");
    }
}

#[test]
fn what_a_strategy_refuses_is_in_the_report() {
    let report = strategy(asha_over_random)
        .only(Law::AskTwice)
        .spaces(["floats"])
        .report();
    assert_eq!(report.refused().len(), 3);
    let text = report.to_string();
    assert!(
        text.contains(
            "strategy `asha` needs fidelities: declare a range of them: floats/min floats/max"
        ),
        "{text}"
    );
}

#[test]
fn problems_of_ones_own_are_taken() {
    let space = tuning_core::Space::new([tuning_core::Parameter::int("n", 1, 3)]).unwrap();
    let objectives = tuning_core::Objectives::minimize("loss").unwrap();
    let mine = NamedProblem::new("mine", Problem::new(space, objectives));
    strategy(random::Random::build)
        .problems([mine])
        .seed(7)
        .trials(9)
        .check();
}

fn asha_over_random(problem: &Problem) -> Result<asha::Asha<random::Random>, Unsupported> {
    asha::Asha::over(problem, random::Random::build(problem)?)
}

/// What builds an [`asha::Asha`].
struct AshaConfig<C>(C);

impl<C: StrategyConfig> StrategyConfig for AshaConfig<C> {
    type Strategy = asha::Asha<C::Strategy>;

    fn spec(&self) -> Spec {
        Spec::new("asha").option("inner", self.0.spec())
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        let inner = self.0.build(problem);
        asha::Asha::over(problem, inner.map_err(|error| error.within("inner"))?)
    }
}
