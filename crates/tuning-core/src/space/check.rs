//! What makes a declaration a search space: every malformed one is refused here, and nowhere else.

use super::{
    domain::{Choices, Domain, Scale},
    error::SpaceError,
    float::FloatDomain,
    int::IntDomain,
    nearest::nearest,
    parameter::Parameter,
    scalar::Scalar,
};

/// The parent of a parameter and the choices of it that make the parameter active.
pub(super) type Parent = Option<(usize, Box<[u32]>)>;

/// Judges the parameters; returns their resolved conditions.
pub(super) fn check(parameters: &[Parameter]) -> Result<Box<[Parent]>, SpaceError> {
    if parameters.is_empty() {
        return Err(SpaceError::Empty);
    }
    for (index, parameter) in parameters.iter().enumerate() {
        if parameter.name.trim().is_empty() {
            return Err(SpaceError::Unnamed { index });
        }
        if parameters[..index].iter().any(|p| p.name == parameter.name) {
            return Err(SpaceError::Duplicate {
                parameter: parameter.name.to_string(),
            });
        }
        check_domain(parameter)?;
    }
    (0..parameters.len())
        .map(|index| resolve(parameters, index))
        .collect()
}

fn check_domain(parameter: &Parameter) -> Result<(), SpaceError> {
    let name = || parameter.name.to_string();
    if let Some(setting) = parameter.misplaced {
        let kind = match parameter.domain {
            Domain::Int(_) => "integers",
            Domain::Float(_) => "numbers",
            _ => "a list of choices",
        };
        return Err(SpaceError::DoesNotApply {
            parameter: name(),
            setting,
            kind,
        });
    }
    match &parameter.domain {
        Domain::Float(domain) => check_float(name(), domain),
        Domain::Int(domain) => check_int(name(), domain),
        Domain::Categorical(choices) | Domain::Ordered(choices) => check_choices(name(), choices),
    }
}

fn check_float(parameter: String, domain: &FloatDomain) -> Result<(), SpaceError> {
    let (low, high) = (domain.low(), domain.high());
    for value in [low, high] {
        if !value.is_finite() {
            return Err(SpaceError::NonFinite { parameter, value });
        }
    }
    let (from, to) = (Scalar::Float(low), Scalar::Float(high));
    if low > high {
        return Err(SpaceError::Reversed {
            parameter,
            low: from,
            high: to,
        });
    }
    if domain.scale() == Scale::Log && low <= 0.0 {
        return Err(SpaceError::LogOfNonPositive {
            parameter,
            low: from,
        });
    }
    let Some(step) = domain.step() else {
        return Ok(());
    };
    if !(step > 0.0 && step.is_finite()) {
        let step = Scalar::Float(step);
        return Err(SpaceError::Step { parameter, step });
    }
    if domain.scale() == Scale::Log {
        return Err(SpaceError::LogWithStep { parameter });
    }
    let steps = (high - low) / step;
    if steps.is_nan() || steps >= 9_007_199_254_740_992.0 {
        let step = Scalar::Float(step);
        return Err(SpaceError::TooManySteps { parameter, step });
    }
    if (steps - steps.round()).abs() > 1e-9 * steps.max(1.0) {
        return Err(SpaceError::StepDoesNotFit {
            parameter,
            step: Scalar::Float(step),
            low: from,
            high: to,
            fits: Scalar::Float(low + steps.floor() * step),
        });
    }
    Ok(())
}

fn check_int(parameter: String, domain: &IntDomain) -> Result<(), SpaceError> {
    let (low, high, step) = (domain.low(), domain.high(), domain.step());
    if low > high {
        return Err(SpaceError::Reversed {
            parameter,
            low: low.into(),
            high: high.into(),
        });
    }
    let Some(span) = high.checked_sub(low) else {
        return Err(SpaceError::TooWide {
            parameter,
            low,
            high,
        });
    };
    if domain.scale() == Scale::Log && low <= 0 {
        return Err(SpaceError::LogOfNonPositive {
            parameter,
            low: low.into(),
        });
    }
    if step <= 0 {
        let step = step.into();
        return Err(SpaceError::Step { parameter, step });
    }
    if domain.scale() == Scale::Log && step != 1 {
        return Err(SpaceError::LogWithStep { parameter });
    }
    if span % step != 0 {
        return Err(SpaceError::StepDoesNotFit {
            parameter,
            step: step.into(),
            low: low.into(),
            high: high.into(),
            fits: (low + span / step * step).into(),
        });
    }
    Ok(())
}

fn check_choices(parameter: String, choices: &Choices) -> Result<(), SpaceError> {
    if choices.is_empty() {
        return Err(SpaceError::NoChoices { parameter });
    }
    if u32::try_from(choices.len()).is_err() {
        let count = choices.len();
        return Err(SpaceError::TooManyChoices { parameter, count });
    }
    for (index, choice) in choices.iter().enumerate() {
        let choice = || choice.clone();
        if matches!(choice(), Scalar::Float(value) if !value.is_finite()) {
            let choice = choice();
            return Err(SpaceError::NonFiniteChoice { parameter, choice });
        }
        if choices[..index]
            .iter()
            .any(|other| other.same_choice(&choice()))
        {
            let choice = choice();
            return Err(SpaceError::DuplicateChoice { parameter, choice });
        }
    }
    Ok(())
}

fn resolve(parameters: &[Parameter], index: usize) -> Result<Parent, SpaceError> {
    let Some(condition) = &parameters[index].condition else {
        return Ok(None);
    };
    let parameter = parameters[index].name.to_string();
    let parent = condition.parent.to_string();
    let place = parameters.iter().position(|p| p.name == condition.parent);
    let Some(place) = place else {
        let nearest = nearest(&parent, parameters[..index].iter().map(|p| &*p.name));
        return Err(SpaceError::UnknownParent {
            nearest: nearest.map(str::to_owned),
            parameter,
            parent,
        });
    };
    if place >= index {
        return Err(SpaceError::LaterParent { parameter, parent });
    }
    let Domain::Categorical(choices) = &parameters[place].domain else {
        return Err(SpaceError::NonCategoricalParent { parameter, parent });
    };
    if condition.values.is_empty() {
        return Err(SpaceError::EmptyCondition { parameter, parent });
    }
    let mut active = Vec::with_capacity(condition.values.len());
    for value in &condition.values {
        let Some(choice) = choices.position(value) else {
            return Err(SpaceError::UnknownParentValue {
                parameter,
                parent,
                value: value.clone(),
                choices: parameters[place].domain.to_string(),
            });
        };
        active.push(choice);
    }
    active.sort_unstable();
    active.dedup();
    Ok(Some((place, active.into())))
}
