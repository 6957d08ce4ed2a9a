//! [`ConfigSpace`]: a space that is written in the JSON of the Python package ConfigSpace.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Deserializer, de::Error as _};

use super::{
    choices::{self, Places},
    condition::{Condition, Test},
    literal::Literal,
    parameter::Parameter,
    tree::Space,
};

/// Reads a space from the JSON that ConfigSpace writes, of all versions of the format.
///
/// Parameters come in its order, but after those that decide whether they are active. Its defaults are
/// left out. What a [`Space`] cannot say is refused by name: distributions other than uniform ones,
/// unequal weights, and clauses that forbid combinations of several parameters. A clause that forbids
/// choices of one parameter removes them.
///
/// # Example
/// ```
/// use tuning_core::{ConfigSpace, Space};
///
/// let ConfigSpace(space) = serde_json::from_str(
///     r#"{
///         "hyperparameters": [
///             {"name": "depth", "type": "uniform_int", "lower": 1, "upper": 9, "log": false},
///             {"name": "booster", "type": "categorical", "choices": ["linear", "tree"]}
///         ],
///         "conditions": [{"child": "depth", "parent": "booster", "type": "EQ", "value": "tree"}],
///         "forbiddens": []
///     }"#,
/// )?;
/// assert_eq!(
///     format!("{space:?}"),
///     r#"{"booster": "one of linear, tree", "depth": "int 1 to 9 when `booster` is `tree`"}"#,
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigSpace(
    /// The space.
    pub Space,
);

impl<'de> Deserialize<'de> for ConfigSpace {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let form = Form::deserialize(deserializer)?;
        form.space().map(Self).map_err(D::Error::custom)
    }
}

// https://automl.github.io/ConfigSpace: versions 0.2 to 0.4 of the format; what is not named here says
// where a file comes from, or what was meant by it.
#[derive(Deserialize)]
struct Form {
    hyperparameters: Vec<Hyperparameter>,
    #[serde(default)]
    conditions: Vec<Link>,
    #[serde(default)]
    forbiddens: Vec<Clause>,
}

#[derive(Deserialize)]
struct Hyperparameter {
    name: Arc<str>,
    #[serde(rename = "type")]
    kind: String,
    lower: Option<Literal>,
    upper: Option<Literal>,
    #[serde(default)]
    log: bool,
    q: Option<Literal>,
    choices: Option<Vec<Literal>>,
    sequence: Option<Vec<Literal>>,
    #[serde(alias = "probabilities")]
    weights: Option<Vec<f64>>,
    #[serde(default, deserialize_with = "given")]
    value: Option<Literal>,
}

/// A condition: a test of a parent, or several joined.
#[derive(Deserialize)]
struct Link {
    child: Option<Arc<str>>,
    parent: Option<Arc<str>>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "given")]
    value: Option<Literal>,
    values: Option<Vec<Literal>>,
    #[serde(default)]
    conditions: Vec<Link>,
}

/// What is forbidden.
#[derive(Deserialize)]
struct Clause {
    #[serde(rename = "type")]
    kind: String,
    name: Option<Arc<str>>,
    #[serde(default, deserialize_with = "given")]
    value: Option<Literal>,
    values: Option<Vec<Literal>>,
    #[serde(default)]
    clauses: Vec<Clause>,
    left: Option<Arc<str>>,
    right: Option<Arc<str>>,
}

/// A value that is there, be it `null`.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Literal>, D::Error> {
    Literal::deserialize(deserializer).map(Some)
}

/// A parameter, and the places of its choices.
type Parent<'a> = (&'a Parameter, &'a Places);

impl Form {
    fn space(self) -> Result<Space, String> {
        let forbidden = forbidden(&self.forbiddens);
        let mut left = Vec::with_capacity(self.hyperparameters.len());
        for hyperparameter in self.hyperparameters {
            let none = BTreeSet::new();
            let forbidden = forbidden.get(&*hyperparameter.name).unwrap_or(&none);
            left.push(hyperparameter.parameter(forbidden)?);
        }
        // Of equal names, which are refused at the end, the first one.
        let places = left.iter().enumerate().rev();
        let places: BTreeMap<Arc<str>, usize> = places
            .map(|(place, parameter)| (Arc::clone(&parameter.name), place))
            .collect();
        for clause in &self.forbiddens {
            let single = clause.single().and_then(|(name, _)| {
                let place = places.get(name);
                place.and_then(|&place| left[place].domain.choices())
            });
            if single.is_none() {
                return Err(format!(
                    "the combination `{}` is forbidden, which a space cannot express: remove the clause, and let the \
                     objective fail for such values as infeasible",
                    clause.shown()
                ));
            }
        }
        let choices = choices::places(left.len());
        for link in &self.conditions {
            let child = link.child.as_deref().unwrap_or_default();
            let find = |name: &str| places.get(name).map(|&at| (&left[at], &choices[at]));
            let condition = link.condition(child, &find)?;
            let Some(&place) = places.get(child) else {
                return Err(format!(
                    "a condition names the child `{child}`, which does not exist"
                ));
            };
            let parameter = left[place].clone();
            left[place] = parameter.active_if(condition);
        }
        let parameters = in_order(left, &places)?;
        Space::new(parameters).map_err(|error| error.to_string())
    }
}

/// The parameters in their order, but after those that decide whether they are active.
fn in_order(
    parameters: Vec<Parameter>,
    places: &BTreeMap<Arc<str>, usize>,
) -> Result<Vec<Parameter>, String> {
    let mut waiting_for = vec![BTreeSet::new(); parameters.len()];
    let mut children = vec![Vec::new(); parameters.len()];
    for (place, parameter) in parameters.iter().enumerate() {
        if let Some(condition) = &parameter.condition {
            condition.visit(&mut |parent| {
                if let Some(&parent) = places.get(parent)
                    && waiting_for[place].insert(parent)
                {
                    children[parent].push(place);
                }
            });
        }
    }
    let ready = |place: &usize| waiting_for[*place].is_empty();
    let mut ready: BTreeSet<usize> = (0..parameters.len()).filter(ready).collect();
    let mut left: Vec<Option<Parameter>> = parameters.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(left.len());
    while let Some(next) = ready.pop_first() {
        ordered.extend(left[next].take());
        for &child in &children[next] {
            waiting_for[child].remove(&next);
            if waiting_for[child].is_empty() {
                ready.insert(child);
            }
        }
    }
    match left.into_iter().flatten().next() {
        None => Ok(ordered),
        Some(waits) => Err(format!(
            "the condition of `{}` depends on itself: remove one of the conditions",
            waits.name
        )),
    }
}

impl Hyperparameter {
    /// The parameter without the choices of these keys.
    fn parameter(self, forbidden: &BTreeSet<String>) -> Result<Parameter, String> {
        let name = &self.name;
        if let Some(weights) = &self.weights
            && weights.windows(2).any(|pair| pair[0] != pair[1])
        {
            return Err(format!(
                "`{name}` has choices of unequal weights, which a space cannot express: remove them"
            ));
        }
        let number = |bound: &Option<Literal>, which: &str| {
            let number = bound.as_ref().and_then(Literal::as_f64);
            number.ok_or_else(|| format!("`{which}` of `{name}` is not a number"))
        };
        let whole = |bound: &Option<Literal>, which: &str| {
            let whole = bound.as_ref().and_then(Literal::as_i64);
            whole.ok_or_else(|| format!("`{which}` of `{name}` is not an integer"))
        };
        let list = |list: Option<Vec<Literal>>, which: &str| {
            let mut list = list.ok_or_else(|| format!("`{name}` has no `{which}`"))?;
            if !forbidden.is_empty() {
                list.retain(|choice| !forbidden.contains(&choice.key()));
            }
            Ok::<_, String>(list)
        };
        let range = match &*self.kind {
            "uniform_float" => {
                let (low, high) = (number(&self.lower, "lower")?, number(&self.upper, "upper")?);
                Parameter::float(Arc::clone(name), low, high)
            }
            "uniform_int" => {
                let (low, high) = (whole(&self.lower, "lower")?, whole(&self.upper, "upper")?);
                Parameter::int(Arc::clone(name), low, high)
            }
            "categorical" => {
                let choices = list(self.choices, "choices")?;
                return Ok(Parameter::categorical(Arc::clone(name), choices));
            }
            "ordinal" => {
                let sequence = list(self.sequence, "sequence")?;
                return Ok(Parameter::ordered(Arc::clone(name), sequence));
            }
            "constant" | "unparametrized" => {
                let value = self
                    .value
                    .ok_or_else(|| format!("`{name}` has no `value`"))?;
                return Ok(Parameter::categorical(Arc::clone(name), [value]));
            }
            other => {
                return Err(format!(
                    "`{name}` is a `{other}`, which a space cannot express: use `uniform_float`, `uniform_int`, \
                     `categorical`, `ordinal` or `constant`"
                ));
            }
        };
        let range = match self.log {
            true => range.log(),
            false => range,
        };
        match self.q {
            None | Some(Literal::Null) => Ok(range),
            Some(q) => {
                let step = number(&Some(q), "q")?;
                Ok(range.step(step))
            }
        }
    }
}

impl Link {
    fn condition<'a>(
        &self,
        child: &str,
        find: &impl Fn(&str) -> Option<Parent<'a>>,
    ) -> Result<Condition, String> {
        let parts = || -> Result<Vec<Condition>, String> {
            let parts = self.conditions.iter();
            parts.map(|part| part.condition(child, find)).collect()
        };
        match &*self.kind {
            "AND" => return parts().map(Condition::All),
            "OR" => return parts().map(Condition::Any),
            _ => {}
        }
        let missing = |what: &str| format!("the condition of `{child}` has no `{what}`");
        let parent = self.parent.clone().ok_or_else(|| missing("parent"))?;
        let value = || self.value.clone().ok_or_else(|| missing("value"));
        let test = match &*self.kind {
            "EQ" => Test::from(value()?),
            "NEQ" => Test::not([value()?]),
            "LT" => Test::from(..value()?),
            "GT" => Test::above(value()?),
            "IN" => {
                let values = self.values.clone().ok_or_else(|| missing("values"))?;
                Test::OneOf(still_there(values, find(&parent)))
            }
            other => {
                return Err(format!(
                    "the condition of `{child}` is a `{other}`: there are `EQ`, `NEQ`, `IN`, `LT`, `GT`, `AND` and \
                     `OR`"
                ));
            }
        };
        Ok(Condition::when(parent, test))
    }
}

/// The values without those that are forbidden, unless none would be left.
fn still_there(values: Vec<Literal>, parent: Option<Parent<'_>>) -> Vec<Literal> {
    let Some((places, choices)) =
        parent.and_then(|(parent, places)| Some((places, parent.domain.choices()?)))
    else {
        return values;
    };
    let is_there = |value: &&Literal| places.position(choices, value).is_some();
    let left: Vec<Literal> = values.iter().filter(is_there).cloned().collect();
    if left.is_empty() { values } else { left }
}

/// The keys of the values that each parameter must not have, whatever the others.
fn forbidden(clauses: &[Clause]) -> BTreeMap<&str, BTreeSet<String>> {
    let mut forbidden: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (name, values) in clauses.iter().filter_map(Clause::single) {
        let keys = values.iter().map(Literal::key);
        forbidden.entry(name).or_default().extend(keys);
    }
    forbidden
}

impl Clause {
    /// The only parameter that it speaks of, and the values that are forbidden.
    fn single(&self) -> Option<(&Arc<str>, Vec<Literal>)> {
        let name = self.name.as_ref()?;
        match &*self.kind {
            "EQUALS" => Some((name, vec![self.value.clone()?])),
            "IN" => Some((name, self.values.clone()?)),
            _ => None,
        }
    }

    fn shown(&self) -> String {
        let names = |name: &Option<Arc<str>>| name.as_deref().unwrap_or("?").to_owned();
        match (&*self.kind, self.single()) {
            ("AND", _) => {
                let parts: Vec<String> = self.clauses.iter().map(Self::shown).collect();
                parts.join(" and ")
            }
            (_, Some((name, values))) => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                format!("{name} = {}", values.join(" or "))
            }
            (kind, None) => format!("{} {kind} {}", names(&self.left), names(&self.right)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Space, String> {
        let read = serde_json::from_str::<ConfigSpace>(text);
        read.map(|ConfigSpace(space)| space)
            .map_err(|error| error.to_string())
    }

    /// What ConfigSpace 1.2.0 writes (format 0.4), without one clause that is refused below.
    const WRITTEN: &str = r#"{
        "name": "demo",
        "hyperparameters": [
            {"type": "constant", "name": "fixed", "value": 3, "meta": null},
            {"type": "uniform_int", "name": "layers", "lower": 1, "upper": 4, "default_value": 2, "log": false,
             "meta": null},
            {"type": "uniform_float", "name": "lr", "lower": 1e-05, "upper": 0.1, "default_value": 0.001,
             "log": true, "meta": null},
            {"type": "categorical", "name": "mixed", "choices": [true, 2, "x", null], "weights": null,
             "default_value": true, "meta": null},
            {"type": "categorical", "name": "opt", "choices": ["adam", "sgd", "rmsprop"], "weights": [1, 1, 1],
             "default_value": "rmsprop", "meta": null},
            {"type": "ordinal", "name": "size", "sequence": ["s", "m", "l"], "default_value": "s", "meta": null},
            {"type": "uniform_float", "name": "m", "lower": 0.0, "upper": 1.0, "default_value": 0.5, "log": false,
             "meta": null},
            {"type": "uniform_int", "name": "u", "lower": 1, "upper": 64, "default_value": 8, "log": true,
             "meta": null},
            {"type": "uniform_float", "name": "n", "lower": -3, "upper": 3, "log": false}
        ],
        "conditions": [
            {"type": "AND", "child": "m", "conditions": [
                {"type": "GT", "child": "m", "parent": "layers", "value": 1},
                {"type": "IN", "child": "m", "parent": "opt", "values": ["sgd", "rmsprop"]}
            ]},
            {"type": "LT", "child": "n", "parent": "size", "value": "l"},
            {"type": "OR", "child": "u", "conditions": [
                {"type": "EQ", "child": "u", "parent": "size", "value": "l"},
                {"type": "NEQ", "child": "u", "parent": "opt", "value": "adam"}
            ]}
        ],
        "forbiddens": [{"type": "EQUALS", "name": "size", "value": "m"}],
        "python_module_version": "1.2.0",
        "format_version": 0.4
    }"#;

    #[test]
    fn everything_that_a_space_can_say_is_read() {
        let expect = Space::new([
            Parameter::categorical("fixed", [3]),
            Parameter::int("layers", 1, 4),
            Parameter::float("lr", 1e-5, 0.1).log(),
            Parameter::categorical("mixed", [true.into(), 2.into(), "x".into(), Literal::Null]),
            Parameter::categorical("opt", ["adam", "sgd", "rmsprop"]),
            Parameter::ordered("size", ["s", "l"]),
            Parameter::float("m", 0.0, 1.0)
                .when("layers", Test::above(1))
                .when("opt", ["sgd", "rmsprop"]),
            Parameter::int("u", 1, 64).log().active_if(
                Condition::when("size", "l").or(Condition::when("opt", Test::not(["adam"]))),
            ),
            Parameter::float("n", -3.0, 3.0).when("size", .."l"),
        ]);
        assert_eq!(read(WRITTEN).unwrap(), expect.unwrap());
    }

    #[test]
    fn children_come_after_their_parents() {
        let text = r#"{"hyperparameters": [
            {"name": "a", "type": "uniform_float", "log": false, "lower": 0, "upper": 1, "q": 0.5},
            {"name": "b", "type": "categorical", "choices": ["x", "y"], "probabilities": null},
            {"name": "c", "type": "unparametrized", "value": "z"}
        ], "conditions": [
            {"child": "a", "parent": "b", "type": "IN", "values": ["x"]}
        ], "forbiddens": [], "python_module_version": "0.4.18", "json_format_version": 0.2}"#;
        let expect = Space::new([
            Parameter::categorical("b", ["x", "y"]),
            Parameter::float("a", 0.0, 1.0).step(0.5).when("b", ["x"]),
            Parameter::categorical("c", ["z"]),
        ]);
        assert_eq!(read(text).unwrap(), expect.unwrap());
    }

    #[test]
    fn what_a_space_cannot_say_is_refused_by_name() {
        let check = |hyperparameters: &str, rest: &str, expect: &str| {
            let text = format!(r#"{{"hyperparameters": [{hyperparameters}]{rest}}}"#);
            let error = read(&text).unwrap_err();
            assert!(error.starts_with(expect), "{error}");
        };
        check(
            r#"{"name": "n", "type": "normal_float", "mu": 0, "sigma": 1}"#,
            "",
            "`n` is a `normal_float`, which a space cannot express: use `uniform_float`",
        );
        check(
            r#"{"name": "c", "type": "categorical", "choices": [1, 2], "weights": [1, 2]}"#,
            "",
            "`c` has choices of unequal weights",
        );
        let two = r#"{"name": "a", "type": "uniform_int", "lower": 0, "upper": 9},
                     {"name": "b", "type": "categorical", "choices": [1, 2]}"#;
        check(
            two,
            r#", "forbiddens": [{"type": "AND", "clauses": [
                {"type": "EQUALS", "name": "a", "value": 3}, {"type": "IN", "name": "b", "values": [1, 2]}
            ]}]"#,
            "the combination `a = 3 and b = 1 or 2` is forbidden, which a space cannot express: remove the clause",
        );
        check(
            two,
            r#", "forbiddens": [{"type": "RELATION_LT", "left": "a", "right": "b"}]"#,
            "the combination `a RELATION_LT b` is forbidden",
        );
        check(
            two,
            r#", "forbiddens": [{"type": "EQUALS", "name": "a", "value": 3}]"#,
            "the combination `a = 3` is forbidden",
        );
        check(
            two,
            r#", "conditions": [
                {"child": "a", "parent": "b", "type": "EQ", "value": 1},
                {"child": "b", "parent": "a", "type": "EQ", "value": 1}
            ]"#,
            "the condition of `a` depends on itself",
        );
        check(
            two,
            r#", "conditions": [{"child": "a", "parent": "b", "type": "EQ", "value": 3}]"#,
            "parameter `a` is active when `b` is `3`, which it never is: choose from 1, 2",
        );
    }

    #[test]
    fn a_large_space_is_read_in_time_in_proportion() {
        const MANY: usize = 20_000;
        let list = |of: &dyn Fn(usize) -> String| (0..MANY).map(of).collect::<Vec<_>>().join(",");
        let choices = list(&|k| format!("\"c{k}\""));
        let forbidden = list(&|k| {
            format!(
                r#"{{"type": "EQUALS", "name": "x", "value": "c{}"}}"#,
                k / 2
            )
        });
        let all_but_one = choices.rsplit_once(',').unwrap().0;
        let link =
            format!(r#"{{"child": "y", "parent": "x", "type": "IN", "values": [{all_but_one}]}}"#);
        let text = format!(
            r#"{{"hyperparameters": [
                {{"name": "x", "type": "categorical", "choices": [{choices}]}},
                {{"name": "y", "type": "uniform_int", "lower": 0, "upper": 1, "log": false}},
                {{"name": "z", "type": "categorical", "choices": [1, 2]}}
            ], "conditions": [{link}], "forbiddens": [{forbidden}]}}"#
        );
        let space = read(&text).unwrap();
        // What is forbidden is neither a choice nor in a condition any more.
        assert_eq!(
            space.parameters()[0].domain.choices().unwrap().len(),
            MANY / 2
        );
        assert_eq!(space.parents(1), [0]);
        // Each parameter waits for the one behind it.
        let chain = 30;
        let parameters: Vec<_> = (0..chain)
            .map(|k| format!(r#"{{"name": "p{k}", "type": "categorical", "choices": [0, 1]}}"#))
            .collect();
        let links: Vec<_> = (1..chain)
            .map(|k| {
                format!(
                    r#"{{"child": "p{}", "parent": "p{k}", "type": "EQ", "value": 1}}"#,
                    k - 1
                )
            })
            .collect();
        let text = format!(
            r#"{{"hyperparameters": [{}], "conditions": [{}]}}"#,
            parameters.join(","),
            links.join(",")
        );
        let space = read(&text).unwrap();
        assert_eq!(&*space.parameters()[0].name, "p29");
    }
}
