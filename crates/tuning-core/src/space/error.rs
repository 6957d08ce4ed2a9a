//! What can be wrong with a space, and with parameters in it.

use std::fmt;

use thiserror::Error;

use super::literal::Literal;

/// A space is malformed: the message says which parameter, what is wrong with it, and what to do.
#[derive(Clone, Debug, PartialEq, Error)]
#[error(transparent)]
pub struct SpaceError(Box<Flaw>);

impl SpaceError {
    pub(super) fn new(flaw: Flaw) -> Self {
        Self(Box::new(flaw))
    }
}

/// What is wrong with a space.
#[derive(Clone, Debug, PartialEq, Error)]
pub(super) enum Flaw {
    /// It has no parameter.
    #[error("the search space is empty: declare at least one parameter")]
    Empty,
    /// There are too many parameters.
    #[error("the search space has {count} parameters: at most 10000 are possible")]
    TooManyParameters {
        /// How many there are.
        count: usize,
    },
    /// A parameter has no name.
    #[error("parameter {index} has an empty name: give it one")]
    Unnamed {
        /// Its place among the parameters.
        index: usize,
    },
    /// Two parameters have the same name.
    #[error("parameter `{parameter}` is declared twice: rename or remove one")]
    Duplicate {
        /// The name.
        parameter: String,
    },
    /// A bound is NaN or infinite.
    #[error(
        "parameter `{parameter}`: {value} as `min` or `max` is not a finite number: use a finite one"
    )]
    NonFinite {
        /// The parameter.
        parameter: String,
        /// The bound.
        value: f64,
    },
    /// The lower bound is above the upper one.
    #[error("parameter `{parameter}`: `min` {low} is greater than `max` {high}: swap them")]
    Reversed {
        /// The parameter.
        parameter: String,
        /// The lower bound.
        low: Literal,
        /// The upper bound.
        high: Literal,
    },
    /// A logarithmic range includes zero or less.
    #[error(
        "parameter `{parameter}`: a log scale begins above 0, not at {low}: raise `min`, or use a linear scale"
    )]
    LogOfNonPositive {
        /// The parameter.
        parameter: String,
        /// The lower bound.
        low: Literal,
    },
    /// A step is zero, negative or not a number.
    #[error("parameter `{parameter}`: step {step} must be greater than 0")]
    Step {
        /// The parameter.
        parameter: String,
        /// The step.
        step: Literal,
    },
    /// The range is not a multiple of the step.
    #[error(
        "parameter `{parameter}`: step {step} does not lead from `min` {low} to `max` {high}: set `max` to {fits}, or use another step"
    )]
    StepDoesNotFit {
        /// The parameter.
        parameter: String,
        /// The step.
        step: Literal,
        /// The lower bound.
        low: Literal,
        /// The upper bound.
        high: Literal,
        /// The greatest upper bound below that would fit.
        fits: Literal,
    },
    /// A range has both a step and a logarithmic scale.
    #[error(
        "parameter `{parameter}`: step and log do not go together: use one, or list the values with an ordered list"
    )]
    LogWithStep {
        /// The parameter.
        parameter: String,
    },
    /// An integer range is too wide.
    #[error(
        "parameter `{parameter}`: the range from `min` {low} to `max` {high} is wider than 2^63 - 1: narrow it"
    )]
    TooWide {
        /// The parameter.
        parameter: String,
        /// The lower bound.
        low: i64,
        /// The upper bound.
        high: i64,
    },
    /// A bound or a step of integers is larger than they can be.
    #[error(
        "parameter `{parameter}`: {value} is larger than 2^63 - 1, the largest integer: use a smaller one"
    )]
    TooLarge {
        /// The parameter.
        parameter: String,
        /// The bound or the step.
        value: u64,
    },
    /// The values of a stepped range cannot be told apart: the step is less than the numbers' last digits.
    #[error(
        "parameter `{parameter}`: step {step} is too fine to tell the values of the range apart: use a larger step"
    )]
    TooManySteps {
        /// The parameter.
        parameter: String,
        /// The step.
        step: Literal,
    },
    /// A list of choices is empty.
    #[error("parameter `{parameter}` has no choices: list at least one")]
    NoChoices {
        /// The parameter.
        parameter: String,
    },
    /// A list of choices is too long.
    #[error("parameter `{parameter}` has {count} choices: at most 2^32 - 1 are possible")]
    TooManyChoices {
        /// The parameter.
        parameter: String,
        /// How many there are.
        count: usize,
    },
    /// A choice occurs twice.
    #[error("parameter `{parameter}`: choice `{choice}` occurs twice: remove one")]
    DuplicateChoice {
        /// The parameter.
        parameter: String,
        /// The choice.
        choice: Literal,
    },
    /// A choice is NaN or infinite.
    #[error(
        "parameter `{parameter}`: choice {choice} is not a finite number: use a string instead"
    )]
    NonFiniteChoice {
        /// The parameter.
        parameter: String,
        /// The choice.
        choice: Literal,
    },
    /// A choice is nested too deep, or holds too many values.
    #[error(
        "parameter `{parameter}`: choice number {index} is nested more than 32 deep, or holds more than 10000 \
         values: keep it in a file, and use its name"
    )]
    ChoiceTooLarge {
        /// The parameter.
        parameter: String,
        /// Its place among the choices, from 0.
        index: usize,
    },
    /// A choice of a typed parameter is not a value that its type reads back.
    #[error(
        "parameter `{parameter}`: choice {choice} cannot be read back as {expected}: integers end at 2^63 - 1; use \
         smaller ones, or strings"
    )]
    UnreadableChoice {
        /// The parameter.
        parameter: String,
        /// The choice.
        choice: Literal,
        /// What its type is called.
        expected: &'static str,
    },
    /// A setting does not apply to this kind of parameter.
    #[error("parameter `{parameter}`: {setting} does not apply to {kind}: remove it")]
    DoesNotApply {
        /// The parameter.
        parameter: String,
        /// The setting.
        setting: &'static str,
        /// The kind of parameter.
        kind: &'static str,
    },
    /// A condition names a parameter that does not exist.
    #[error(
        "parameter `{parameter}` depends on `{parent}`, which does not exist{}",
        crate::nearest::remedy(.nearest.as_deref(), "declare it first, or remove the condition")
    )]
    UnknownParent {
        /// The parameter.
        parameter: String,
        /// The name in its condition.
        parent: String,
        /// A parameter of nearly that name.
        nearest: Option<String>,
    },
    /// A condition names the parameter itself or one that comes later.
    #[error(
        "parameter `{parameter}` depends on `{parent}`, which is not declared before it: {}",
        if .parameter == .parent { "remove the condition".to_owned() } else { format!("move `{parent}` up") }
    )]
    LaterParent {
        /// The parameter.
        parameter: String,
        /// The name in its condition.
        parent: String,
    },
    /// A condition compares the values of a parameter that have no order.
    #[error(
        "parameter `{parameter}` is active when `{parent}` is {test}, but its values have no order ({domain}): \
         name those that make `{parameter}` active"
    )]
    NoOrder {
        /// The parameter.
        parameter: String,
        /// The name in its condition.
        parent: String,
        /// What the parent should be.
        test: String,
        /// The values of the parent.
        domain: String,
    },
    /// A condition compares numbers with something else.
    #[error(
        "parameter `{parameter}` is active when `{parent}` is {test}, but `{bound}` is not a finite number: \
         use one between the values of `{parent}` ({domain})"
    )]
    BoundIsNoNumber {
        /// The parameter.
        parameter: String,
        /// The name in its condition.
        parent: String,
        /// What the parent should be.
        test: String,
        /// The bound.
        bound: Literal,
        /// The values of the parent.
        domain: String,
    },
    /// A condition can never hold.
    #[error(
        "parameter `{parameter}` is active when {condition}, which is never true{}: change the condition, or \
         remove `{parameter}`",
        of_parent(.parent.as_ref())
    )]
    NeverActive {
        /// The parameter.
        parameter: String,
        /// Its condition, or the part of it that never holds.
        condition: String,
        /// The parent and its values, if a single test never passes.
        parent: Option<(String, String)>,
    },
    /// A condition, or a part of one, always holds.
    #[error(
        "parameter `{parameter}` is active when {condition}, which is always true{}: {}",
        of_parent(.parent.as_ref()),
        if *.whole { "remove the condition" } else { "remove that part of the condition" }
    )]
    AlwaysActive {
        /// The parameter.
        parameter: String,
        /// Its condition, or the part of it that always holds.
        condition: String,
        /// The parent and its values, if a single test always passes.
        parent: Option<(String, String)>,
        /// Whether that is all of its condition.
        whole: bool,
    },
    /// A condition joins no conditions.
    #[error(
        "parameter `{parameter}` has an empty `{group}` in its condition: name at least one condition, or \
         remove it"
    )]
    EmptyGroup {
        /// The parameter.
        parameter: String,
        /// `all` or `any`.
        group: &'static str,
    },
    /// A condition is too large.
    #[error(
        "parameter `{parameter}` has a condition of more than 1000 tests, or nested more than 32 deep: write a \
         simpler one"
    )]
    ConditionTooLarge {
        /// The parameter.
        parameter: String,
    },
    /// A condition names a value that its parent does not have.
    #[error(
        "parameter `{parameter}` is active when `{parent}` is `{value}`, which it never is: choose from {choices}"
    )]
    UnknownParentValue {
        /// The parameter.
        parameter: String,
        /// Its parent.
        parent: String,
        /// The value in its condition.
        value: Literal,
        /// The choices of the parent.
        choices: String,
    },
    /// Types are nested without an end, or nearly so.
    #[error(
        "`{place}` is nested more than 64 types deep: if a type contains itself, leave that part out of the space"
    )]
    TooDeep {
        /// Where it was given up.
        place: String,
    },
    /// A condition names no value.
    #[error(
        "parameter `{parameter}` depends on `{parent}` but names no value of it: name those that make it active"
    )]
    EmptyCondition {
        /// The parameter.
        parameter: String,
        /// Its parent.
        parent: String,
    },
}

/// ", since `layers` is int 1 to 4".
fn of_parent(parent: Option<&(String, String)>) -> String {
    parent.map_or_else(String::new, |(name, domain)| {
        format!(", since `{name}` is {domain}")
    })
}

/// Parameters do not fit a space, or are not what the caller takes them for.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ParamsError {
    /// There is no parameter of this name.
    #[error("there is no parameter `{}`{}", short(.parameter), crate::nearest::hint(.nearest.as_ref().map(short).as_deref()))]
    Unknown {
        /// The name.
        parameter: String,
        /// A parameter of nearly that name.
        nearest: Option<String>,
    },
    /// An active parameter has no value.
    #[error("parameter `{}` has no value: give it one of its domain ({})", short(.parameter), short(.domain))]
    Missing {
        /// The parameter.
        parameter: String,
        /// Its domain.
        domain: String,
    },
    /// An inactive parameter has a value.
    #[error("parameter `{}` has a value but is active only when {}: remove it", short(.parameter), short(.condition))]
    Inactive {
        /// The parameter.
        parameter: String,
        /// When it is active.
        condition: String,
    },
    /// A value is not in its domain.
    #[error("parameter `{}` is {}, which is not in its domain ({})", short(.parameter), short(.value), short(.domain))]
    OutOfDomain {
        /// The parameter.
        parameter: String,
        /// The value.
        value: String,
        /// Its domain.
        domain: String,
    },
    /// A name was given twice.
    #[error("parameter `{}` was given twice", short(.parameter))]
    Twice {
        /// The parameter.
        parameter: String,
    },
    /// A value is of another type than the caller asked for.
    #[error("parameter `{}` is {}, which is not {} {expected}", short(.parameter), short(.value), article(.expected))]
    Type {
        /// The parameter.
        parameter: String,
        /// The value.
        value: Literal,
        /// What was asked for.
        expected: &'static str,
    },
    /// The caller asked for a parameter that is not active.
    #[error("parameter `{}` is not active in this trial", short(.parameter))]
    NotActive {
        /// The parameter.
        parameter: String,
    },
    /// A point has too few or too many coordinates.
    #[error("{found} coordinate(s) for {expected}: give one for each")]
    Length {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
}

/// The article before this word.
fn article(word: &str) -> &'static str {
    match word.starts_with(['a', 'e', 'i', 'o']) {
        true => "an",
        false => "a",
    }
}

/// The beginning of what may be as long as whoever wrote it likes: a reason is read by people.
fn short(what: &impl fmt::Display) -> String {
    const SHOWN: usize = 200;
    let text = what.to_string();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use crate::space::{Literal, Parameter, Space};

    #[test]
    fn an_error_is_short_whatever_the_names_and_values_are() {
        let long = "ü".repeat(5000);
        let choices: Vec<String> = (0..3).map(|k| format!("{k}{long}")).collect();
        let space = Space::new([
            Parameter::categorical(long.clone(), choices),
            Parameter::float("x", 0.0, 1.0).when(&*long, [format!("0{long}")]),
        ])
        .unwrap();
        let nested = Literal::List([long.as_str().into()].into());
        let named = |name: &str, value: Literal| [(name.to_owned(), value)];
        for error in [
            space
                .params(named(&format!("{long}?"), 1.into()))
                .unwrap_err(),
            space.params(named(&long, nested.clone())).unwrap_err(),
            space.params(named("x", nested)).unwrap_err(),
            space.params(named("x", 0.5.into())).unwrap_err(),
        ] {
            let told = error.to_string();
            assert!(told.chars().count() < 1000, "{told}");
        }
        let choice = Literal::from(format!("1{long}"));
        let params = space.params([(long.clone(), choice)]).unwrap();
        let told = params.float(&long).unwrap_err().to_string();
        assert!(told.chars().count() < 1000 && told.contains("ü…"), "{told}");
    }
}
