//! What makes a declaration a search space: every malformed one is refused here, and nowhere else.

use std::{cell::Cell, collections::BTreeMap};

use super::{
    choices::{self, Places},
    domain::Domain,
    error::Flaw,
    float::{FloatDomain, Misfit},
    int::IntDomain,
    literal::Literal,
    outcomes::MOST_STEPS_OF_SPACE,
    parameter::{Fault, Parameter},
    resolve::{self, Known},
    rule::Rule,
};

/// The most parameters that a space may have: conditions look for their parents, and models for the correlations of all.
const MOST_PARAMETERS: usize = 10_000;

/// Judges the parameters; returns their resolved conditions. What was looked up among choices stays in `places`.
pub(super) fn check(parameters: &[Parameter], places: &[Places]) -> Result<Box<[Rule]>, Flaw> {
    if parameters.is_empty() {
        return Err(Flaw::Empty);
    }
    if parameters.len() > MOST_PARAMETERS {
        let count = parameters.len();
        return Err(Flaw::TooManyParameters { count });
    }
    let mut names = BTreeMap::new();
    for (index, parameter) in parameters.iter().enumerate() {
        if parameter.name.trim().is_empty() {
            return Err(Flaw::Unnamed { index });
        }
        if names.insert(&*parameter.name, index).is_some() {
            return Err(Flaw::Duplicate {
                parameter: parameter.name.to_string(),
            });
        }
        check_domain(parameter)?;
    }
    let known = Known {
        parameters,
        names: &names,
        places,
        steps: &Cell::new(MOST_STEPS_OF_SPACE),
    };
    let mut rules = Vec::with_capacity(parameters.len());
    for index in 0..parameters.len() {
        rules.push(resolve::resolve(known, &rules, index)?);
    }
    Ok(rules.into())
}

fn check_domain(parameter: &Parameter) -> Result<(), Flaw> {
    let name = || parameter.name.to_string();
    match parameter.fault {
        None => {}
        Some(Fault::TooLarge(value)) => {
            let parameter = name();
            return Err(Flaw::TooLarge { parameter, value });
        }
        Some(Fault::Unreadable(choice, expected)) => {
            let choice = parameter.domain.choices().and_then(|all| all.get(choice));
            return Err(Flaw::UnreadableChoice {
                parameter: name(),
                choice: choice.cloned().unwrap_or(Literal::Null),
                expected,
            });
        }
        Some(Fault::Misplaced(setting)) => {
            let kind = match parameter.domain {
                Domain::Int(_) => "integers",
                Domain::Float(_) => "numbers",
                _ => "a list of choices",
            };
            return Err(Flaw::DoesNotApply {
                parameter: name(),
                setting,
                kind,
            });
        }
    }
    match &parameter.domain {
        Domain::Float(domain) => check_float(name(), domain),
        Domain::Int(domain) => check_int(name(), domain),
        Domain::Categorical(choices) | Domain::Ordered(choices) => check_choices(name(), choices),
    }
}

fn check_float(parameter: String, domain: &FloatDomain) -> Result<(), Flaw> {
    let (low, high) = (domain.low(), domain.high());
    for value in [low, high] {
        if !value.is_finite() {
            return Err(Flaw::NonFinite { parameter, value });
        }
    }
    let (from, to) = (Literal::Float(low), Literal::Float(high));
    if low > high {
        return Err(Flaw::Reversed {
            parameter,
            low: from,
            high: to,
        });
    }
    if domain.is_log() && low <= 0.0 {
        return Err(Flaw::LogOfNonPositive {
            parameter,
            low: from,
        });
    }
    let Some(step) = domain.step() else {
        return Ok(());
    };
    if !(step > 0.0 && step.is_finite()) {
        let step = Literal::Float(step);
        return Err(Flaw::Step { parameter, step });
    }
    if domain.is_log() {
        return Err(Flaw::LogWithStep { parameter });
    }
    let step = Literal::Float(step);
    match domain.misfit() {
        None => Ok(()),
        Some(Misfit::TooFine) => Err(Flaw::TooManySteps { parameter, step }),
        Some(Misfit::Between { fits }) => Err(Flaw::StepDoesNotFit {
            parameter,
            step,
            low: from,
            high: to,
            fits: Literal::Float(fits),
        }),
    }
}

fn check_int(parameter: String, domain: &IntDomain) -> Result<(), Flaw> {
    let (low, high, step) = (domain.low(), domain.high(), domain.step());
    if low > high {
        return Err(Flaw::Reversed {
            parameter,
            low: low.into(),
            high: high.into(),
        });
    }
    let Some(span) = high.checked_sub(low) else {
        return Err(Flaw::TooWide {
            parameter,
            low,
            high,
        });
    };
    if domain.is_log() && low <= 0 {
        return Err(Flaw::LogOfNonPositive {
            parameter,
            low: low.into(),
        });
    }
    if step <= 0 {
        let step = step.into();
        return Err(Flaw::Step { parameter, step });
    }
    if domain.is_log() && step != 1 {
        return Err(Flaw::LogWithStep { parameter });
    }
    if span % step != 0 {
        return Err(Flaw::StepDoesNotFit {
            parameter,
            step: step.into(),
            low: low.into(),
            high: high.into(),
            fits: (low + span / step * step).into(),
        });
    }
    Ok(())
}

fn check_choices(parameter: String, choices: &[Literal]) -> Result<(), Flaw> {
    if choices.is_empty() {
        return Err(Flaw::NoChoices { parameter });
    }
    if u32::try_from(choices.len()).is_err() {
        let count = choices.len();
        return Err(Flaw::TooManyChoices { parameter, count });
    }
    for (index, choice) in choices.iter().enumerate() {
        if let Some(value) = choice.non_finite() {
            let choice = Literal::Float(value);
            return Err(Flaw::NonFiniteChoice { parameter, choice });
        }
        if choice.is_too_large() {
            return Err(Flaw::ChoiceTooLarge { parameter, index });
        }
    }
    match choices::twice(choices).cloned() {
        Some(choice) => Err(Flaw::DuplicateChoice { parameter, choice }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::space::Space;

    /// The whole message: it names the parameter, the value and the remedy.
    fn check(parameters: impl IntoIterator<Item = Parameter>, expect: &str) {
        match Space::new(parameters) {
            Ok(space) => panic!("{space:?} was accepted, expected: {expect}"),
            Err(error) => assert_eq!(error.to_string(), expect),
        }
    }

    fn opt() -> Parameter {
        Parameter::categorical("opt", ["adam", "sgd"])
    }

    #[test]
    fn a_space_needs_parameters_with_names_of_their_own() {
        check(
            [],
            "the search space is empty: declare at least one parameter",
        );
        check(
            [Parameter::bool("a"), Parameter::bool(" ")],
            "parameter 1 has an empty name: give it one",
        );
        check(
            [Parameter::bool("a"), Parameter::int("a", 0, 1)],
            "parameter `a` is declared twice: rename or remove one",
        );
    }

    #[test]
    fn malformed_ranges_are_refused_with_the_remedy() {
        let float = |low, high| Parameter::float("lr", low, high);
        let int = |low, high| Parameter::int("n", low, high);
        check(
            [float(0.0, f64::INFINITY)],
            "parameter `lr`: inf as `min` or `max` is not a finite number: use a finite one",
        );
        check(
            [float(f64::NAN, 1.0)],
            "parameter `lr`: NaN as `min` or `max` is not a finite number: use a finite one",
        );
        check(
            [float(0.1, 1e-5)],
            "parameter `lr`: `min` 0.1 is greater than `max` 1e-5: swap them",
        );
        check(
            [int(3, 1)],
            "parameter `n`: `min` 3 is greater than `max` 1: swap them",
        );
        check(
            [float(0.0, 1.0).log()],
            "parameter `lr`: a log scale begins above 0, not at 0: raise `min`, or use a linear scale",
        );
        check(
            [int(0, 9).log()],
            "parameter `n`: a log scale begins above 0, not at 0: raise `min`, or use a linear scale",
        );
        check(
            [int(i64::MIN, 0)],
            "parameter `n`: the range from `min` -9223372036854775808 to `max` 0 is wider than 2^63 - 1: narrow it",
        );
    }

    #[test]
    fn malformed_steps_are_refused_with_the_remedy() {
        let float = |low, high, step: f64| Parameter::float("lr", low, high).step(step);
        let int = |low, high, step: f64| Parameter::int("n", low, high).step(step);
        for (step, shown) in [(0.0, "0"), (-0.5, "-0.5"), (f64::NAN, "NaN")] {
            check(
                [float(0.0, 1.0, step)],
                &format!("parameter `lr`: step {shown} must be greater than 0"),
            );
        }
        check(
            [int(0, 1, -1.0)],
            "parameter `n`: step -1 must be greater than 0",
        );
        check(
            [float(0.0, 1.0, 0.3)],
            "parameter `lr`: step 0.3 does not lead from `min` 0 to `max` 1: set `max` to 0.9, or use another step",
        );
        check(
            [float(0.0, 1e10 + 0.5, 1.0)],
            "parameter `lr`: step 1 does not lead from `min` 0 to `max` 10000000000.5: set `max` to 10000000000, or use another step",
        );
        check(
            [int(0, 10, 3.0)],
            "parameter `n`: step 3 does not lead from `min` 0 to `max` 10: set `max` to 9, or use another step",
        );
        check(
            [float(1.0, 2.0, 0.1).log()],
            "parameter `lr`: step and log do not go together: use one, or list the values with an ordered list",
        );
        check(
            [int(1, 3, 2.0).log()],
            "parameter `n`: step and log do not go together: use one, or list the values with an ordered list",
        );
        for (low, high, step) in [(0.0, 1.0, 1e-17), (1e16, 1e16 + 100.0, 0.5)] {
            check(
                [float(low, high, step)],
                &format!(
                    "parameter `lr`: step {} is too fine to tell the values of the range apart: use a larger step",
                    Literal::Float(step)
                ),
            );
        }
        check(
            [int(0, 1, 0.5)],
            "parameter `n`: a step that is not a whole number does not apply to integers: remove it",
        );
        check(
            [opt().step(1.0)],
            "parameter `opt`: step does not apply to a list of choices: remove it",
        );
        check(
            [Parameter::ordered("o", [1, 2]).log()],
            "parameter `o`: log does not apply to a list of choices: remove it",
        );
    }

    #[test]
    fn steps_that_do_not_fit_name_one_that_does() {
        for (low, high, step) in [(-10.2, 10.25, 0.1), (0.0, 1.0, 0.7), (1e6, 1e6 + 1.0, 0.3)] {
            match super::check(
                &[Parameter::float("x", low, high).step(step)],
                &choices::places(1),
            ) {
                Err(Flaw::StepDoesNotFit { fits, .. }) => {
                    let fits = fits.as_f64().unwrap();
                    assert!(fits <= high && high - fits < step);
                    assert!(Space::new([Parameter::float("x", low, fits).step(step)]).is_ok());
                }
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn malformed_choices_are_refused_with_the_remedy() {
        check(
            [Parameter::ordered("o", Vec::<i64>::new())],
            "parameter `o` has no choices: list at least one",
        );
        check(
            [Parameter::categorical("c", ["a", "b", "a"])],
            "parameter `c`: choice `a` occurs twice: remove one",
        );
        check(
            [Parameter::ordered(
                "o",
                [Literal::from(1), Literal::from(1.0)],
            )],
            "parameter `o`: choice `1` occurs twice: remove one",
        );
        check(
            [Parameter::ordered("o", [1.0, f64::INFINITY])],
            "parameter `o`: choice inf is not a finite number: use a string instead",
        );
        let mut deep = Literal::Null;
        for _ in 0..40 {
            deep = vec![deep].into();
        }
        check(
            [Parameter::categorical("c", [Literal::from("a"), deep])],
            "parameter `c`: choice number 1 is nested more than 32 deep, or holds more than 10000 values: keep it in \
             a file, and use its name",
        );
        check(
            [Parameter::categorical("c", [vec![1.0], vec![f64::NAN]])],
            "parameter `c`: choice NaN is not a finite number: use a string instead",
        );
        check(
            [Parameter::categorical(
                "c",
                [vec![1.into()], vec![Literal::from(1.0)]],
            )],
            "parameter `c`: choice `[1.0]` occurs twice: remove one",
        );
        let distinct = Parameter::categorical(
            "c",
            [Literal::from(1), Literal::from("1"), Literal::from(true)],
        );
        assert!(Space::new([distinct]).is_ok());
        let neighbours = Parameter::ordered("c", [1_i64 << 53, (1 << 53) + 1]);
        assert!(Space::new([neighbours]).is_ok());
    }
}
