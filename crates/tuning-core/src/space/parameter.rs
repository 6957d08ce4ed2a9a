//! [`Parameter`]: a declaration of what is tuned.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::{
    choices,
    condition::{Condition, Test},
    domain::Domain,
    float::FloatDomain,
    int::IntDomain,
    literal::Literal,
    scale::Scale,
};

/// A parameter to tune: a declaration, judged when a [`Space`](super::Space) is made of it.
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Space};
///
/// let space = Space::new([
///     Parameter::float("lr", 1e-5, 1e-1).log(),
///     Parameter::int("layers", 1, 4),
///     Parameter::ordered("batch", [32, 64, 128]),
///     Parameter::categorical("optimizer", ["adam", "sgd"]),
///     Parameter::float("momentum", 0.0, 0.99).when("optimizer", ["sgd"]),
/// ])?;
/// # assert_eq!(space.len(), 5);
/// # Ok::<(), tuning_core::SpaceError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub(super) name: Arc<str>,
    pub(super) domain: Domain,
    pub(super) condition: Option<Condition>,
    pub(super) fault: Option<Fault>,
}

/// What is wrong with a declaration that its domain does not show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// A setting was called on a kind of parameter that does not have it.
    Misplaced(&'static str),
    /// The choice at this place is not a value of the type that is called so.
    Unreadable(usize, &'static str),
    /// A bound or a step is not an integer of 64 bits.
    TooLarge(u64),
}

impl Parameter {
    /// Numbers from `low` to `high`, both included.
    #[must_use]
    pub fn float(name: impl Into<Arc<str>>, low: f64, high: f64) -> Self {
        let domain = FloatDomain::declare(low, high, Scale::Linear, None);
        Self::of(name, Domain::Float(domain))
    }

    /// Integers from `low` to `high`, both included.
    #[must_use]
    pub fn int(name: impl Into<Arc<str>>, low: i64, high: i64) -> Self {
        let domain = IntDomain::declare(low, high, Scale::Linear, 1);
        Self::of(name, Domain::Int(domain))
    }

    /// One of these, in no order.
    #[must_use]
    pub fn categorical(
        name: impl Into<Arc<str>>,
        choices: impl IntoIterator<Item = impl Into<Literal>>,
    ) -> Self {
        Self::of(name, Domain::Categorical(choices::declare(choices)))
    }

    /// Yes or no: the choices `false` and `true`.
    #[must_use]
    pub fn bool(name: impl Into<Arc<str>>) -> Self {
        Self::categorical(name, [false, true])
    }

    /// One of these, in an order that means something.
    #[must_use]
    pub fn ordered(
        name: impl Into<Arc<str>>,
        choices: impl IntoIterator<Item = impl Into<Literal>>,
    ) -> Self {
        Self::of(name, Domain::Ordered(choices::declare(choices)))
    }

    pub(super) fn of(name: impl Into<Arc<str>>, domain: Domain) -> Self {
        Self {
            name: name.into(),
            domain,
            condition: None,
            fault: None,
        }
    }

    /// Puts it on a logarithmic scale, for numbers and integers above zero.
    #[must_use]
    pub fn log(mut self) -> Self {
        match &mut self.domain {
            Domain::Float(d) => *d = FloatDomain::declare(d.low(), d.high(), Scale::Log, d.step()),
            Domain::Int(d) => *d = IntDomain::declare(d.low(), d.high(), Scale::Log, d.step()),
            _ => self.fault = Some(Fault::Misplaced("log")),
        }
        self
    }

    /// Takes values in steps from `low` to `high`, which must be a whole number of steps away.
    /// For integers, give a whole number.
    #[must_use]
    pub fn step(mut self, step: impl Into<f64>) -> Self {
        let step = step.into();
        match &mut self.domain {
            Domain::Float(d) => *d = FloatDomain::declare(d.low(), d.high(), d.scale(), Some(step)),
            Domain::Int(d) if step.fract() == 0.0 && step.abs() < 2_f64.powi(63) => {
                *d = IntDomain::declare(d.low(), d.high(), d.scale(), step as i64);
            }
            Domain::Int(_) => {
                self.fault = Some(Fault::Misplaced("a step that is not a whole number"));
            }
            _ => self.fault = Some(Fault::Misplaced("step")),
        }
        self
    }

    /// Takes integers in steps, exactly.
    pub(super) fn whole_step(mut self, step: i64) -> Self {
        if let Domain::Int(d) = &mut self.domain {
            *d = IntDomain::declare(d.low(), d.high(), d.scale(), step);
        }
        self
    }

    /// Integers with a bound or a step that is too large for them.
    pub(super) fn too_large(number: u64) -> Self {
        Self {
            fault: Some(Fault::TooLarge(number)),
            ..Self::int("", 0, 0)
        }
    }

    /// Makes it active only when the parameter `parent` is active and has such a value: `"sgd"`,
    /// `["sgd", "rmsprop"]`, `2..`, `Test::not(["adam"])`. Called again, both must hold.
    ///
    /// The parent is declared earlier. When it is inactive, so is its child.
    #[must_use]
    pub fn when(self, parent: impl Into<Arc<str>>, test: impl Into<Test>) -> Self {
        self.active_if(Condition::when(parent, test))
    }

    /// Makes it active only when this condition holds, too.
    #[must_use]
    pub fn active_if(mut self, condition: Condition) -> Self {
        self.condition = Some(match self.condition {
            Some(other) => other.and(condition),
            None => condition,
        });
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values that it can take.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// When it is active; always if absent.
    #[must_use]
    pub fn condition(&self) -> Option<&Condition> {
        self.condition.as_ref()
    }
}

/// How a parameter stands in a journal: stable from the first version on.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    name: Arc<str>,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    low: Option<Literal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    high: Option<Literal>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    log: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<Literal>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    choices: Vec<Literal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    when: Option<Condition>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Float,
    Int,
    Categorical,
    Ordered,
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut form = Form {
            name: Arc::clone(&self.name),
            kind: Kind::Categorical,
            low: None,
            high: None,
            log: false,
            step: None,
            choices: Vec::new(),
            when: self.condition.clone(),
        };
        match &self.domain {
            Domain::Float(domain) => {
                form.kind = Kind::Float;
                form.low = Some(domain.low().into());
                form.high = Some(domain.high().into());
                form.log = domain.is_log();
                form.step = domain.step().map(Literal::Float);
            }
            Domain::Int(domain) => {
                form.kind = Kind::Int;
                form.low = Some(domain.low().into());
                form.high = Some(domain.high().into());
                form.log = domain.is_log();
                form.step = (domain.step() != 1).then(|| domain.step().into());
            }
            Domain::Categorical(choices) => form.choices = choices.to_vec(),
            Domain::Ordered(choices) => {
                form.kind = Kind::Ordered;
                form.choices = choices.to_vec();
            }
        }
        form.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Parameter {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(deserializer)?;
        let name = Arc::clone(&form.name);
        let bound = |bound: &Option<Literal>, which| match bound {
            Some(bound) => Ok(bound.clone()),
            None => Err(D::Error::custom(format!(
                "parameter `{name}` has no `{which}`"
            ))),
        };
        let wrong = || {
            let kind = match form.kind {
                Kind::Int => "an integer",
                _ => "a number",
            };
            D::Error::custom(format!(
                "parameter `{name}`: a bound or the step is not {kind}"
            ))
        };
        let ranged = form.low.is_some() || form.high.is_some();
        let stray = match form.kind {
            Kind::Float | Kind::Int if !form.choices.is_empty() => Some("choices"),
            Kind::Categorical | Kind::Ordered if ranged => Some("bounds"),
            _ => None,
        };
        if let Some(stray) = stray {
            let message = format!("parameter `{name}` has {stray}, which its kind does not have");
            return Err(D::Error::custom(message));
        }
        let mut parameter = match form.kind {
            Kind::Float => {
                let low = bound(&form.low, "low")?.as_f64().ok_or_else(wrong)?;
                let high = bound(&form.high, "high")?.as_f64().ok_or_else(wrong)?;
                Self::float(Arc::clone(&name), low, high)
            }
            Kind::Int => {
                let low = bound(&form.low, "low")?.as_i64().ok_or_else(wrong)?;
                let high = bound(&form.high, "high")?.as_i64().ok_or_else(wrong)?;
                Self::int(Arc::clone(&name), low, high)
            }
            Kind::Categorical => Self::categorical(Arc::clone(&name), form.choices),
            Kind::Ordered => Self::ordered(Arc::clone(&name), form.choices),
        };
        if form.log {
            parameter = parameter.log();
        }
        if let Some(step) = form.step {
            parameter = match form.kind {
                Kind::Int => parameter.whole_step(step.as_i64().ok_or_else(wrong)?),
                _ => parameter.step(step.as_f64().ok_or_else(wrong)?),
            };
        }
        parameter.condition = form.when;
        Ok(parameter)
    }
}
