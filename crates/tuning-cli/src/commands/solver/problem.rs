//! From a problem of kurobako to one of ours, and from our parameters back to its list of numbers.

use std::num::NonZeroUsize;

use tuning_core::{
    FidelityRange, Literal, Objective, Objectives, Parameter, Params, Problem, Space,
};

use super::{
    message::{Distribution, Kind, ProblemSpec, Range, Variable},
    refused::Refused,
};

/// How many trials may be in flight, as a hint: kurobako does not say.
const PARALLELISM: NonZeroUsize = NonZeroUsize::MIN;

/// Our form of a problem. A trial has fidelities if there is more than one step.
pub(super) fn read(spec: &ProblemSpec) -> Result<Problem, Refused> {
    let parameters: Result<Vec<_>, _> = spec.params_domain.iter().map(parameter).collect();
    let space = Space::new(parameters?).map_err(|error| incapable(&error))?;
    let values = spec.values_domain.iter();
    let objectives = Objectives::new(values.map(|value| Objective::minimize(&*value.name)))
        .map_err(|error| incapable(&error))?;
    let (first, last) = (spec.steps.first(), spec.steps.last());
    let fidelity = (last > first)
        .then(|| FidelityRange::new(first, last))
        .transpose()
        .map_err(|error| incapable(&error))?;
    Ok(Problem::new(space, objectives)
        .fidelity(fidelity)
        .parallelism(PARALLELISM))
}

fn parameter(variable: &Variable) -> Result<Parameter, Refused> {
    let name = &*variable.name;
    if variable.constraint.is_some() {
        let message =
            format!("parameter `{name}` has a constraint, a script that only kurobako can run");
        return Err(Refused::new(Kind::Incapable, message));
    }
    let parameter = match &variable.range {
        Range::Continuous {
            low: Some(low),
            high: Some(high),
            // Theirs excludes the upper end.
        } => Parameter::float(name, *low, high.next_down().max(*low)),
        Range::Continuous { .. } => {
            let message =
                format!("parameter `{name}` has no bounds: only bounded ones can be searched");
            return Err(Refused::new(Kind::Incapable, message));
        }
        Range::Discrete { low, high } => {
            Parameter::int(name, *low, high.saturating_sub(1).max(*low))
        }
        Range::Categorical { choices } => {
            return Ok(Parameter::categorical(
                name,
                choices.iter().map(String::as_str),
            ));
        }
    };
    Ok(match variable.distribution {
        Distribution::Uniform => parameter,
        Distribution::LogUniform => parameter.log(),
    })
}

/// Parameters as kurobako's numbers.
pub(super) fn numbers(params: &Params, domain: &[Variable]) -> Vec<Option<f64>> {
    let number = |variable: &Variable| match (params.get(&variable.name)?, &variable.range) {
        (Literal::Str(choice), Range::Categorical { choices }) => {
            let place = choices.iter().position(|known| **known == *choice)?;
            Some(place as f64)
        }
        (literal, _) => literal.as_f64(),
    };
    domain.iter().map(number).collect()
}

/// A small problem for each capability that a solver may have. Constraints are none of them: they are scripts.
pub(super) fn samples() -> Vec<(&'static str, Problem)> {
    let one = |parameter: Parameter| (parameter, 1);
    let samples = [
        ("UNIFORM_CONTINUOUS", one(Parameter::float("x", 0.0, 1.0))),
        ("UNIFORM_DISCRETE", one(Parameter::int("x", 1, 9))),
        (
            "LOG_UNIFORM_CONTINUOUS",
            one(Parameter::float("x", 0.1, 1.0).log()),
        ),
        ("LOG_UNIFORM_DISCRETE", one(Parameter::int("x", 1, 9).log())),
        ("CATEGORICAL", one(Parameter::categorical("x", ["a", "b"]))),
        ("MULTI_OBJECTIVE", (Parameter::float("x", 0.0, 1.0), 2)),
    ];
    samples
        .into_iter()
        .filter_map(|(capability, (parameter, values))| {
            let space = Space::new([parameter]).ok()?;
            let values = (0..values).map(|n| Objective::minimize(format!("value {n}")));
            let objectives = Objectives::new(values).ok()?;
            Some((capability, Problem::new(space, objectives)))
        })
        .collect()
}

fn incapable(error: &dyn std::fmt::Display) -> Refused {
    Refused::new(Kind::Incapable, error.to_string())
}
