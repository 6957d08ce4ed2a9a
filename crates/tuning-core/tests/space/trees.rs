//! Conditions: what is inactive is absent; counting, features, differences and the stored form.

use std::ops::Bound;

use proptest::prelude::*;
use tuning_core::{Condition, Domain, Literal, Parameter, Params, Space, Test};

use crate::support::{point, small_space, space};

/// Whether the parameter of this name is active, by its declaration alone.
fn active(space: &Space, name: &str, params: &Params) -> bool {
    let place = space.index_of(name).unwrap();
    let condition = space.parameters()[place].condition();
    condition.is_none_or(|condition| holds(space, condition, params))
}

fn holds(space: &Space, condition: &Condition, params: &Params) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(space, part, params)),
        Condition::Any(parts) => parts.iter().any(|part| holds(space, part, params)),
        Condition::Is { parent, test } => {
            let domain = space.parameters()[space.index_of(parent).unwrap()].domain();
            let value = params.get(parent).filter(|_| active(space, parent, params));
            value.is_some_and(|value| passes(domain, test, &value))
        }
        other => panic!("{other:?}"),
    }
}

fn passes(domain: &Domain, test: &Test, value: &Literal) -> bool {
    let choices = domain.choices();
    let numeric = choices.is_none_or(|choices| choices.iter().all(|c| c.as_f64().is_some()));
    let compare = |a: &Literal, b: &Literal| match (a, b) {
        (Literal::Int(a), Literal::Int(b)) => a.cmp(b),
        _ if numeric => a
            .as_f64()
            .unwrap()
            .partial_cmp(&b.as_f64().unwrap())
            .unwrap(),
        _ => {
            let place = |literal| choices.unwrap().iter().position(|c| c == literal).unwrap();
            place(a).cmp(&place(b))
        }
    };
    match test {
        Test::OneOf(values) => values.contains(value),
        Test::NoneOf(values) => !values.contains(value),
        Test::Between { lower, upper } => {
            (match lower {
                Bound::Included(bound) => compare(value, bound).is_ge(),
                Bound::Excluded(bound) => compare(value, bound).is_gt(),
                Bound::Unbounded => true,
            }) && match upper {
                Bound::Included(bound) => compare(value, bound).is_le(),
                Bound::Excluded(bound) => compare(value, bound).is_lt(),
                Bound::Unbounded => true,
            }
        }
        other => panic!("{other:?}"),
    }
}

/// The places of the values, in the order of the parameters; 0 for what is inactive.
fn places(space: &Space, params: &Params) -> Vec<u64> {
    let place = |(index, parameter): (usize, &Parameter)| {
        let value = params.value(index);
        value.map_or(0, |value| parameter.domain().index_of(value).unwrap())
    };
    space.parameters().iter().enumerate().map(place).collect()
}

fn all(space: &Space) -> std::collections::BTreeSet<tuning_core::ParamsKey> {
    all_points(space).iter().map(Params::key).collect()
}

/// Every point of a space of few values, some of them more than once, by trying all coordinates.
fn all_points(space: &Space) -> Vec<Params> {
    let sizes: Vec<u64> = space
        .parameters()
        .iter()
        .map(|p| p.domain().cardinality().unwrap())
        .collect();
    let mut points = Vec::new();
    for mut n in 0..sizes.iter().product() {
        let point: Vec<f64> = sizes
            .iter()
            .map(|size| {
                let k = n % size;
                n /= size;
                (k as f64 + 0.5) / *size as f64
            })
            .collect();
        points.push(space.decode(&point).unwrap());
    }
    points
}

/// The same parameters in another order, parents still before children.
fn shuffled(space: &Space, keys: &[u8]) -> Space {
    let mut rest: Vec<_> = space.parameters().to_vec();
    let mut done: Vec<Parameter> = Vec::new();
    let mut turn = 0;
    while !rest.is_empty() {
        let ready: Vec<usize> = (0..rest.len())
            .filter(|place| {
                let index = space.index_of(rest[*place].name()).unwrap();
                let mut parents = space.parents(index).iter();
                parents.all(|parent| {
                    let name = space.parameters()[*parent].name();
                    done.iter().any(|p| p.name() == name)
                })
            })
            .collect();
        let pick = ready[usize::from(keys[turn % keys.len()]) % ready.len()];
        done.push(rest.remove(pick));
        turn += 1;
    }
    Space::new(done).unwrap()
}

proptest! {
    #[test]
    fn exactly_the_active_parameters_have_values(space in space(), point in point()) {
        let params = space.decode(&point[..space.len()]).unwrap();
        for (place, parameter) in space.parameters().iter().enumerate() {
            let expect = active(&space, parameter.name(), &params);
            prop_assert_eq!(params.is_active(place), expect, "{} in {}", parameter.name(), &params);
            prop_assert_eq!(params.get(parameter.name()).is_some(), expect);
        }
        prop_assert_eq!(space.check(&params), Ok(()));
    }

    #[test]
    fn choosing_one_by_one_is_decoding(space in space(), point in point()) {
        let decoded = space.decode(&point[..space.len()]).unwrap();
        let mut asked = Vec::new();
        let assigned = space.assign(|index, domain| { asked.push(index); domain.decode(point[index]) }).unwrap();
        prop_assert_eq!(assigned.values(), decoded.values());
        let active: Vec<_> = (0..space.len()).filter(|place| decoded.is_active(*place)).collect();
        prop_assert_eq!(asked, active);
    }

    #[test]
    fn encode_has_a_place_for_every_active_parameter(space in space(), point in point()) {
        let params = space.decode(&point[..space.len()]).unwrap();
        let places = space.encode(&params);
        for (place, coordinate) in places.iter().enumerate() {
            prop_assert_eq!(coordinate.is_some(), params.is_active(place));
        }
        let point: Vec<_> = places.iter().map(|u| u.unwrap_or(0.0)).collect();
        let again = space.decode(&point).unwrap();
        for (place, parameter) in space.parameters().iter().enumerate() {
            // A continuum may lose its last digit, and with it what depends on that.
            let same = |parent: &usize| again.value(*parent) == params.value(*parent);
            let countable = parameter.domain().cardinality().is_some_and(|count| count < 1 << 40);
            if countable && space.parents(place).iter().all(same) {
                prop_assert_eq!(again.value(place), params.value(place));
            }
        }
    }

    #[test]
    fn cardinality_is_the_number_of_distinct_points(space in small_space()) {
        prop_assert_eq!(space.cardinality(), Some(all(&space).len() as u128));
    }

    #[test]
    fn a_lattice_numbers_every_point_once_and_in_order(space in small_space()) {
        let domain = |index: usize| space.parameters()[index].domain();
        let value = |index: usize, k: u64| domain(index).value_at(k).unwrap();
        let lattice = space.lattice(|index| domain(index).cardinality(), value).unwrap();
        prop_assert_eq!(Some(lattice.points()), space.cardinality());
        let at = |number: u128| lattice.at(number, value).unwrap();
        let points: Vec<_> = (0..lattice.points()).map(at).collect();
        prop_assert_eq!(points.iter().map(Params::key).collect::<std::collections::BTreeSet<_>>(), all(&space));
        let keys: Vec<_> = points.iter().map(|params| places(&space, params)).collect();
        prop_assert!(keys.is_sorted_by(|a, b| a < b), "{:?}", keys);
    }

    #[test]
    fn what_can_be_active_is_what_some_point_has(space in small_space()) {
        let points = all_points(&space);
        for index in 0..space.len() {
            let at = |params: &&Params| params.is_active(index);
            prop_assert!(points.iter().any(|params| at(&params)), "{} never is", space.parameters()[index].name());
            for parent in space.parents(index) {
                for params in points.iter().filter(at) {
                    prop_assert!(space.can_be_active(index, *parent, params.value(*parent)));
                }
            }
        }
    }

    #[test]
    fn the_stored_form_is_the_space(space in space()) {
        let text = serde_json::to_string(&space).unwrap();
        let back: Space = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&back, &space);
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), text);
        prop_assert!(space.differences(&back).is_empty());
    }

    #[test]
    fn another_order_is_the_same_space_for_people(space in space(), keys in proptest::collection::vec(any::<u8>(), 8), point in point()) {
        let other = shuffled(&space, &keys);
        prop_assert!(space.differences(&other).is_empty());
        prop_assert_eq!(space.cardinality(), other.cardinality());
        let params = space.decode(&point[..space.len()]).unwrap();
        let aligned = other.align(&params).unwrap();
        prop_assert_eq!(&aligned, &params);
        let back = space.align(&aligned).unwrap();
        prop_assert_eq!(back.values(), params.values());
        prop_assert_eq!(space.encode(&aligned), space.encode(&params));
    }

    #[test]
    fn features_are_columns_that_read_back(space in space(), point in point(), inactive in -2.0..2.0) {
        let features = space.features();
        let params = space.decode(&point[..space.len()]).unwrap();
        let mut row = vec![f64::NAN; features.width()];
        features.encode(&params, &mut row, inactive).unwrap();
        prop_assert!(row.iter().all(|column| (0.0..=1.0).contains(column) || *column == inactive));
        let mut next = 0;
        for (place, parameter) in space.parameters().iter().enumerate() {
            let columns = features.columns(place);
            prop_assert_eq!(columns.start, next);
            next = columns.end;
            if let (Domain::Categorical(_), true) = (parameter.domain(), params.is_active(place)) {
                prop_assert_eq!(row[columns].iter().sum::<f64>(), 1.0);
            }
        }
        prop_assert_eq!(next, features.width());
        let back = features.decode(&row).unwrap();
        for (place, parameter) in space.parameters().iter().enumerate() {
            let same = |parent: &usize| back.value(*parent) == params.value(*parent);
            let countable = parameter.domain().cardinality().is_some_and(|count| count < 1 << 40);
            if countable && space.parents(place).iter().all(same) {
                prop_assert_eq!(back.value(place), params.value(place));
            }
        }
    }
}

fn nested() -> Space {
    Space::new([
        Parameter::categorical("model", ["linear", "net", "tree"]),
        Parameter::int("depth", 1, 3).when("model", ["tree"]),
        Parameter::categorical("optimizer", ["adam", "sgd"]).when("model", ["net"]),
        Parameter::float("momentum", 0.0, 0.9)
            .step(0.3)
            .when("optimizer", ["sgd"]),
        Parameter::bool("bias").when("model", ["net", "linear"]),
    ])
    .unwrap()
}

#[test]
fn grandchildren_need_their_whole_line() {
    let space = nested();
    let show = |point: [f64; 5]| space.decode(&point).unwrap().to_string();
    assert_eq!(show([0.0, 0.5, 0.9, 0.9, 0.9]), "model=linear bias=true");
    assert_eq!(show([0.9, 0.5, 0.9, 0.9, 0.9]), "model=tree depth=2");
    assert_eq!(
        show([0.5, 0.5, 0.9, 0.9, 0.0]),
        "model=net optimizer=sgd momentum=0.9 bias=false"
    );
    assert_eq!(
        show([0.5, 0.5, 0.1, 0.9, 0.0]),
        "model=net optimizer=adam bias=false"
    );
    // linear × 2 + tree × 3 + net × (adam + sgd × 4) × 2
    assert_eq!(space.cardinality(), Some(2 + 3 + 5 * 2));
}

#[test]
fn continua_are_not_counted_and_large_counts_stay_at_the_largest() {
    let space = Space::new([
        Parameter::categorical("kind", ["a", "b"]),
        Parameter::float("x", 0.0, 1.0).when("kind", ["a"]),
        Parameter::float("y", 0.0, 1.0),
    ])
    .unwrap();
    assert_eq!(space.cardinality(), None);
    let many = (0..30).map(|n| Parameter::int(format!("n{n}"), 0, i64::MAX));
    assert_eq!(Space::new(many).unwrap().cardinality(), Some(u128::MAX));
    let wide = Space::new([
        Parameter::int("n", 0, 1 << 60),
        Parameter::bool("b").when("n", Test::above(1 << 20)),
    ]);
    assert_eq!(
        wide.unwrap().cardinality(),
        Some((1 << 61) + 2 - (1 << 20) - 1)
    );
}

#[test]
fn thousands_of_conditions_are_counted_at_once() {
    let root = Parameter::categorical("root", 0..1000_i64);
    let leaf = |k: i64| Parameter::bool(format!("b{k}")).when("root", [k]);
    let space = Space::new([root].into_iter().chain((0..1000).map(leaf))).unwrap();
    assert_eq!(space.cardinality(), Some(2000));
    // A chain in which each depends on the two before it.
    let link = |k: usize| match k {
        0 | 1 => Parameter::bool(format!("b{k}")),
        _ => Parameter::bool(format!("b{k}")).active_if(
            Condition::when(format!("b{}", k - 1), true)
                .or(Condition::when(format!("b{}", k - 2), true)),
        ),
    };
    let space = Space::new((0..100).map(link)).unwrap();
    assert!(space.cardinality().is_some_and(|points| points > 1 << 50));
}

#[test]
fn features_take_the_largest_column_and_the_first_of_equals() {
    let space = Space::new([Parameter::categorical("c", ["a", "b", "c"])]).unwrap();
    let features = space.features();
    let check = |row: [f64; 3], expect: &str| {
        assert_eq!(features.decode(&row).unwrap().to_string(), expect);
    };
    check([0.1, 0.3, 0.2], "c=b");
    check([0.3, 0.3, 0.2], "c=a");
    check([f64::NAN, 0.1, 0.2], "c=c");
    check([f64::NAN; 3], "c=a");
    check([-1.0, -2.0, -3.0], "c=a");
    assert!(features.decode(&[0.0; 2]).is_err());
    let mut row = [0.0; 4];
    let params = space.decode(&[0.0]).unwrap();
    assert!(features.encode(&params, &mut row, 0.0).is_err());
    assert_eq!((features.columns(0), features.columns(1)), (0..3, 0..0));
    assert_eq!(features.columns(usize::MAX), 0..0);
}

#[test]
fn each_difference_is_told_once() {
    let old = Space::new([
        Parameter::float("lr", 0.0, 1.0),
        Parameter::categorical("opt", ["adam", "sgd", "lion"]),
        Parameter::float("m", 0.0, 1.0).when("opt", ["sgd", "lion"]),
        Parameter::int("gone", 0, 1),
    ])
    .unwrap();
    let new = Space::new([
        Parameter::categorical("opt", ["adam", "sgd", "lion"]),
        Parameter::float("lr", 0.0, 1.0).step(0.5),
        Parameter::float("m", 0.0, 1.0).when("opt", ["sgd"]),
        Parameter::bool("new"),
    ])
    .unwrap();
    assert_eq!(
        old.differences(&new),
        [
            "parameter `lr`: float 0 to 1 became float 0 to 1, step 0.5",
            "parameter `m` was active when `opt` is `sgd` or `lion`, now when `opt` is `sgd`",
            "parameter `gone` was removed",
            "parameter `new` was added",
        ]
    );
    let always = Space::new([
        Parameter::float("lr", 0.0, 1.0),
        Parameter::categorical("opt", ["adam", "sgd", "lion"]),
        Parameter::float("m", 0.0, 1.0),
        Parameter::int("gone", 0, 1),
    ])
    .unwrap();
    assert_eq!(
        old.differences(&always),
        ["parameter `m` was active when `opt` is `sgd` or `lion`, now always"]
    );
}

#[test]
fn conditions_are_sets() {
    let space = |values: &[&str]| {
        Space::new([
            Parameter::categorical("opt", ["a", "b", "c"]),
            Parameter::bool("x").when("opt", values.to_vec()),
        ])
        .unwrap()
    };
    let none: [&str; 0] = [];
    assert_eq!(space(&["a", "b"]).differences(&space(&["b", "a"])), none);
    assert_eq!(space(&["a", "a"]).differences(&space(&["a"])), none);
    assert_eq!(space(&["a", "a"]).differences(&space(&["a", "b"])).len(), 1);
}

#[test]
fn conditions_that_mean_the_same_are_the_same() {
    let space = |condition: Condition| {
        Space::new([
            Parameter::int("layers", 1, 4),
            Parameter::categorical("opt", ["a", "b", "c"]),
            Parameter::bool("x").active_if(condition),
        ])
        .unwrap()
    };
    let same = |a: Condition, b: Condition| {
        let told = space(a).differences(&space(b));
        assert!(told.is_empty(), "{told:?}");
    };
    let when = |parent: &str, test: Test| Condition::when(parent, test);
    same(
        when("layers", (2..).into()),
        when("layers", [2, 3, 4].into()),
    );
    same(
        when("opt", Test::not(["a"])),
        when("opt", ["c", "b"].into()),
    );
    let (deep, sgd) = (when("layers", (2..).into()), when("opt", "a".into()));
    same(deep.clone().and(sgd.clone()), sgd.clone().and(deep.clone()));
    let both = space(deep.clone().and(sgd.clone()));
    assert_eq!(both.differences(&space(deep.or(sgd))).len(), 1);
}

#[test]
fn a_number_that_became_a_text_is_a_difference_that_can_be_seen() {
    let old = Space::new([Parameter::categorical("n", [1, 2])]).unwrap();
    let new = Space::new([Parameter::categorical("n", ["1", "2"])]).unwrap();
    let told = old.differences(&new).join("; ");
    let (before, after) = told.split_once(" became ").unwrap();
    assert_ne!(before.trim_start_matches("parameter `n`: "), after);
}

#[test]
fn the_stored_form_is_short_and_stable() {
    let space = Space::new([
        Parameter::float("lr", 1e-5, 1.0).log(),
        Parameter::float("decay", 0.0, 1.0).step(0.1),
        Parameter::int("units", 1, 64).log(),
        Parameter::int("depth", 0, 9).step(3),
        Parameter::ordered("batch", [Literal::from(1), Literal::from(2.5)]),
        Parameter::bool("bias"),
        Parameter::categorical("opt", ["adam", "sgd"]),
        Parameter::int("seed", -1, 1).when("opt", ["sgd"]),
    ])
    .unwrap();
    let lines: Vec<_> = space
        .parameters()
        .iter()
        .map(|p| serde_json::to_string(p).unwrap())
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    {"name":"lr","kind":"float","low":0.00001,"high":1.0,"log":true}
    {"name":"decay","kind":"float","low":0.0,"high":1.0,"step":0.1}
    {"name":"units","kind":"int","low":1,"high":64,"log":true}
    {"name":"depth","kind":"int","low":0,"high":9,"step":3}
    {"name":"batch","kind":"ordered","choices":[1,2.5]}
    {"name":"bias","kind":"categorical","choices":[false,true]}
    {"name":"opt","kind":"categorical","choices":["adam","sgd"]}
    {"name":"seed","kind":"int","low":-1,"high":1,"when":{"parent":"opt","values":["sgd"]}}
    "#);
}

#[test]
fn malformed_stored_forms_are_refused_with_the_reason() {
    let check = |text: &str, expect: &str| {
        let error = serde_json::from_str::<Space>(text).unwrap_err().to_string();
        assert!(error.contains(expect), "{text}: {error}");
    };
    check("[]", "the search space is empty");
    check("{}", "invalid type");
    check(
        r#"[{"kind":"int","low":0,"high":1}]"#,
        "missing field `name`",
    );
    check(r#"[{"name":"x","low":0,"high":1}]"#, "missing field `kind`");
    check(
        r#"[{"name":"x","kind":"float","low":0}]"#,
        "parameter `x` has no `high`",
    );
    check(
        r#"[{"name":"x","kind":"float","low":"a","high":1}]"#,
        "parameter `x`: a bound or the step is not a number",
    );
    check(
        r#"[{"name":"x","kind":"int","low":0.5,"high":1}]"#,
        "parameter `x`: a bound or the step is not an integer",
    );
    check(
        r#"[{"name":"x","kind":"int","low":0,"high":4,"step":"2"}]"#,
        "not an integer",
    );
    check(
        r#"[{"name":"x","kind":"int","low":2,"high":1}]"#,
        "swap them",
    );
    check(
        r#"[{"name":"x","kind":"int","low":0,"high":1,"lo":1}]"#,
        "unknown field `lo`",
    );
    check(
        r#"[{"name":"x","kind":"number","low":0,"high":1}]"#,
        "unknown variant `number`",
    );
    check(r#"[{"name":"x","kind":"categorical"}]"#, "has no choices");
    check(
        r#"[{"name":"x","kind":"categorical","choices":["a"],"low":1}]"#,
        "has bounds, which its kind does not have",
    );
    check(
        r#"[{"name":"x","kind":"int","low":0,"high":1,"choices":[1]}]"#,
        "has choices, which its kind does not have",
    );
    check(
        r#"[{"name":"x","kind":"ordered","choices":["a"],"log":true}]"#,
        "log does not apply",
    );
    check(
        r#"[{"name":"x","kind":"int","low":0,"high":1,"when":{"parent":"y","values":[1]}}]"#,
        "depends on `y`",
    );
    check(
        r#"[{"name":"x","kind":"int","low":0,"high":1,"when":{"parent":"y","values":[1],"nor":true}}]"#,
        "unknown field `nor`",
    );
}

#[test]
fn a_space_is_shown_with_its_conditions() {
    let shown = format!("{:?}", nested());
    assert!(
        shown.contains(r#""depth": "int 1 to 3 when `model` is `tree`""#),
        "{shown}"
    );
    let nested = nested();
    let parents: Vec<_> = (0..5).map(|place| nested.parents(place)).collect();
    assert_eq!(parents, [&[][..], &[0], &[0], &[2], &[0]]);
    assert!(nested.is_conditional());
}
