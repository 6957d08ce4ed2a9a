//! Laws 8 and 9: what a combinator's configuration says of the one inside it.

use tuning_core::{Literal, Problem, Spec};

use super::probe::{MARK, NAME, REFUSAL};
use crate::report::Breach;

/// `spec`: that of the combinator over a probe with this mark.
pub(super) fn spec(spec: impl Fn(i64) -> Spec) -> Result<(), Breach> {
    let [one, other] = [1, 2].map(&spec);
    let prefixes = prefixes(&one);
    let kept = |prefix: &String| {
        let name = format!("{prefix}.{MARK}");
        let value = |spec: &Spec| spec.options.get(&name).cloned();
        value(&one) == Some(1.into()) && value(&other) == Some(2.into())
    };
    if prefixes.iter().any(kept) {
        return Ok(());
    }
    let message = match prefixes.as_slice() {
        [] => format!("over a strategy `{NAME}`, no option ends in `.name` and is `{NAME}`: {one}"),
        _ => format!("the option `{MARK}: 1` of the inner strategy is not in it: {one}"),
    };
    Err(Breach::new(message))
}

/// Where the probe stands in a combinator of this spec.
fn prefixes(spec: &Spec) -> Vec<String> {
    let prefix = |(name, value): (&String, &Literal)| {
        let prefix = name.strip_suffix(".name")?;
        (*value == Literal::from(NAME)).then(|| prefix.to_owned())
    };
    spec.options.iter().filter_map(prefix).collect()
}

/// `build`: whether the combinator over a strategy that refuses everything takes a problem. `spec`: that of the
/// combinator.
pub(super) fn refusal(
    problem: &Problem,
    spec: &Spec,
    build: impl Fn(&Problem) -> Option<String>,
) -> Result<(), Breach> {
    let Some(error) = build(problem) else {
        return Err(Breach::new(format!(
            "the inner strategy refuses the problem (it {REFUSAL}), and the combinator takes it"
        )));
    };
    let unsaid = |part: &str| {
        Err(Breach::new(format!(
            "the inner strategy's refusal became this, which does not say `{part}`: {error}"
        )))
    };
    if let Some(part) = [NAME, REFUSAL].iter().find(|part| !error.contains(**part)) {
        return unsaid(part);
    }
    // Without a place in the spec there is none to name: that is the matter of law 8.
    let places = prefixes(spec);
    match places.first() {
        Some(place) if !places.iter().any(|place| error.contains(&**place)) => unsaid(place),
        _ => Ok(()),
    }
}
