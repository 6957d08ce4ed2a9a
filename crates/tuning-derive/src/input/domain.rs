//! [`Domain`]: which values a field may have, as far as its attribute says so. What is written out is
//! judged here; what is computed, when the space is made.

use syn::{Expr, RangeLimits, Type, spanned::Spanned as _};

use super::{
    literal::Literal,
    types::{Kind, innermost, is_named},
};
use crate::{errors::Errors, settings::Settings};

/// The settings that say which values a field may have.
pub(crate) const SETTINGS: &[&str] = &["range", "log", "step", "choices", "ordered"];

/// Which values a field may have.
pub(crate) enum Domain {
    /// `false` and `true`, without an attribute.
    Bool,
    /// Numbers.
    Range {
        ends: Ends,
        log: bool,
        step: Option<Box<Expr>>,
    },
    /// A list.
    Choices { list: Expr, ordered: bool },
}

/// The ends of a range.
pub(crate) enum Ends {
    /// `low..=high`.
    Written(Box<Expr>, Box<Expr>),
    /// An expression whose value is a `RangeInclusive`.
    Computed(Box<Expr>),
}

impl Domain {
    /// Takes what says which values a field may have; none if nothing does.
    pub(crate) fn read(settings: &mut Settings, ty: &Type, errors: &mut Errors) -> Option<Self> {
        let kind = Kind::of(innermost(ty));
        check_range_of_type(settings, ty, kind, errors)?;
        let lists = settings.first(&["choices", "ordered"]);
        let Some(range) = settings.span("range") else {
            for name in ["log", "step"] {
                if let Some((span, _)) = settings.maybe(name) {
                    let message = match lists {
                        Some((list, _)) => {
                            format!("`{name}` does not apply to `{list}`: remove it")
                        }
                        None => format!("`{name}` needs a range: add `range = low..=high`"),
                    };
                    errors.at(span, message);
                }
            }
            return list(settings, kind, errors);
        };
        if let Some((list, _)) = lists {
            errors.at(
                range,
                format!("`range` and `{list}` do not go together: use one"),
            );
        }
        range_of(settings, kind, errors)
    }

    /// Whether its values are numbers of a range.
    pub(crate) fn is_range(&self) -> bool {
        matches!(self, Self::Range { .. })
    }

    /// Judges a default that is written out.
    pub(crate) fn check_default(&self, default: &Expr, ty: &Type, errors: &mut Errors) {
        let default = content(default);
        let Some(value) = Literal::of(default) else {
            return;
        };
        if !check_kind([default], Kind::of(innermost(ty)), errors) {
            return;
        }
        match self {
            Self::Range {
                ends: Ends::Written(low, high),
                ..
            } => {
                let (low, high) = (Literal::of(low), Literal::of(high));
                let below = |a: &Literal, b: &Literal| match (a.number(), b.number()) {
                    (Some(a), Some(b)) => a < b,
                    _ => false,
                };
                if low.is_some_and(|low| below(&value, &low))
                    || high.is_some_and(|high| below(&high, &value))
                {
                    let message =
                        format!("the default {value} is not in the range: choose another");
                    errors.at(default.span(), message);
                }
            }
            Self::Choices {
                list: Expr::Array(list),
                ..
            } => {
                let choices: Option<Vec<Literal>> = list.elems.iter().map(Literal::of).collect();
                if choices.is_some_and(|all| !all.iter().any(|choice| choice.same(&value))) {
                    let message = format!("the default {value} is not one of the choices: add it");
                    errors.at(default.span(), message);
                }
            }
            _ => {}
        }
    }
}

/// What is in `Some(…)`, else the expression itself.
fn content(expr: &Expr) -> &Expr {
    match expr {
        Expr::Call(call) if call.args.len() == 1 && is_some(&call.func) => &call.args[0],
        _ => expr,
    }
}

fn is_some(function: &Expr) -> bool {
    matches!(function, Expr::Path(path) if path.path.is_ident("Some"))
}

fn list(settings: &mut Settings, kind: Option<Kind>, errors: &mut Errors) -> Option<Domain> {
    let (name, _) = settings.first(&["choices", "ordered"])?;
    let (other, ordered) = match name {
        "choices" => ("ordered", false),
        _ => ("choices", true),
    };
    if let Some((span, _)) = settings.maybe(other) {
        let message = "`choices` and `ordered` do not go together: use `ordered` if the order means something";
        errors.at(span, message);
    }
    let list = settings.value(name, "[16, 32, 64]", errors)?;
    if let Expr::Array(array) = &list {
        if array.elems.is_empty() {
            errors.at(list.span(), "there are no choices: list at least one");
        }
        check_kind(&array.elems, kind, errors);
        let mut seen: Vec<Literal> = Vec::new();
        for elem in &array.elems {
            let Some(choice) = Literal::of(elem) else {
                continue;
            };
            if seen.iter().any(|other| other.same(&choice)) {
                let message = format!("choice {choice} occurs twice: remove one");
                errors.at(elem.span(), message);
            }
            seen.push(choice);
        }
    }
    Some(Domain::Choices { list, ordered })
}

fn range_of(settings: &mut Settings, kind: Option<Kind>, errors: &mut Errors) -> Option<Domain> {
    let range = settings.value("range", "1e-5..=0.1", errors);
    let log = settings.flag("log", errors);
    let step_span = settings.span("step");
    let step = settings.value("step", "0.1", errors).map(Box::new);
    if let (Some(_), Some(span)) = (log, step_span) {
        let message =
            "`step` and `log` do not go together: use one, or list the values with `ordered`";
        errors.at(span, message);
    }
    let ends = match range? {
        Expr::Range(range) => {
            let message = match (&range.start, &range.end, range.limits) {
                (Some(low), Some(high), RangeLimits::Closed(_)) => {
                    let all = [Some(&**low), Some(&**high), step.as_deref()];
                    if check_kind(all.into_iter().flatten(), kind, errors) {
                        check_range(low, high, log.is_some(), step.as_deref(), errors);
                    }
                    let (low, high) = (low.clone(), high.clone());
                    let (log, ends) = (log.is_some(), Ends::Written(low, high));
                    return Some(Domain::Range { ends, log, step });
                }
                (Some(_), Some(_), RangeLimits::HalfOpen(_)) => {
                    "a range includes both its ends: write `low..=high`"
                }
                _ => "a range has two ends: write `low..=high`",
            };
            errors.at(range.span(), message);
            return None;
        }
        computed => Ends::Computed(Box::new(computed)),
    };
    let log = log.is_some();
    Some(Domain::Range { ends, log, step })
}

/// Tells what the type itself rules out; none if it does.
fn check_range_of_type(
    settings: &Settings,
    ty: &Type,
    kind: Option<Kind>,
    errors: &mut Errors,
) -> Option<()> {
    let inner = innermost(ty);
    let (name, span) = settings.first(SETTINGS)?;
    if is_named(inner, "i128") || is_named(inner, "u128") {
        let message = "a study keeps integers of 64 bits: use `i64` or `u64`";
        errors.at(inner.span(), message);
        return None;
    }
    if name == "range" && matches!(kind, Some(Kind::Text | Kind::Bool)) {
        let message = "`range` is for numbers: use `choices = [..]`, or `ordered = [..]`";
        errors.at(span, message);
        return None;
    }
    Some(())
}

/// Tells which literals are of another kind than the field; whether there are none.
fn check_kind<'a>(
    values: impl IntoIterator<Item = &'a Expr>,
    kind: Option<Kind>,
    errors: &mut Errors,
) -> bool {
    let mut fits = true;
    for value in values {
        let literal = Literal::of(value);
        if let Some(message) = kind
            .zip(literal)
            .and_then(|(kind, value)| kind.mismatch(&value))
        {
            errors.at(value.span(), message);
            fits = false;
        }
    }
    fits
}

/// Judges what is written out: the rules are those of `Space::new`, in its words.
fn check_range(low: &Expr, high: &Expr, log: bool, step: Option<&Expr>, errors: &mut Errors) {
    let ends = (Literal::of(low), Literal::of(high));
    if let (Some(from), Some(to)) = &ends
        && let (Some(a), Some(b)) = (from.number(), to.number())
        && a > b
    {
        let message = format!(
            "the lower end {from} is greater than the upper end {to}: write `{to}..={from}`"
        );
        errors.at(low.span(), message);
        return;
    }
    if log
        && let Some(from) = &ends.0
        && from.number().is_some_and(|low| low <= 0.0)
    {
        let message = format!(
            "a log scale begins above 0, not at {from}: raise the lower end, or use a linear scale"
        );
        errors.at(low.span(), message);
    }
    let Some((step, size)) = step.and_then(|step| Some((step, Literal::of(step)?))) else {
        return;
    };
    if size.number().is_some_and(|step| step <= 0.0) {
        errors.at(step.span(), format!("step {size} must be greater than 0"));
    } else if let (Some(from), Some(to)) = &ends
        && !leads(from, to, &size)
    {
        let message = format!(
            "step {size} does not lead from {from} to {to}: use another step, or another end"
        );
        errors.at(step.span(), message);
    }
}

/// Whether whole steps lead from one end to the other, as far as a look at the digits can tell:
/// `Space::new` has the last word.
fn leads(from: &Literal, to: &Literal, step: &Literal) -> bool {
    if let (Some(from), Some(to), Some(step)) = (from.int(), to.int(), step.int()) {
        return (to - from) % step == 0;
    }
    let (Some(from), Some(to), Some(step)) = (from.number(), to.number(), step.number()) else {
        return true;
    };
    let steps = (to - from) / step;
    (steps - steps.round()).abs() <= 1e-6 * steps.abs().max(1.0)
}
