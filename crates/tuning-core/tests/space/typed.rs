//! Types that are spaces, written by hand: what an author outside of the project relies on. The crate
//! `tuning-derive` tests every shape that a type can have.

use tuning_core::{
    Parameter, ParamsError, Space, Tunable,
    typed::{Leaf, Leaves, Ranged, Scope, Sink, Source},
};

/// A parameter that depends on its neighbour.
#[derive(Clone, Debug, PartialEq)]
struct Regularised {
    penalty: String,
    strength: Option<f64>,
}

impl Tunable for Regularised {
    fn declare(scope: &mut Scope<'_>) {
        scope.parameter(Parameter::categorical("penalty", ["none", "l1", "l2"]));
        let strength = Parameter::float("strength", 1e-6, 1.0).log();
        scope.parameter(strength.when("penalty", ["l1", "l2"]));
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        let penalty: String = source.at("penalty").value()?;
        let strength = match &*penalty {
            "none" => None,
            _ => Some(source.at("strength").value()?),
        };
        Ok(Self { penalty, strength })
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        sink.at("penalty").value(&self.penalty);
        if let Some(strength) = &self.strength {
            sink.at("strength").value(strength);
        }
    }
}

/// A choice with content of every kind.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Off,
    On([Regularised; 2], Option<u8>),
}

impl Tunable for Stage {
    fn declare(scope: &mut Scope<'_>) {
        let mut scope = scope.named("stage");
        let mut choice = scope.choice(["off", "on"]);
        let mut on = choice.when("on", "with");
        on.at("parts").tunable::<[Regularised; 2]>();
        on.leaves::<Option<u8>>(u8::range(1, 9));
        on.flat().named("extra").tunable::<bool>();
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        let source = source.named("stage");
        match &*source.choice()? {
            "off" => Ok(Self::Off),
            "on" => {
                let on = source.at("with");
                on.flat().named("extra").tunable::<bool>()?;
                Ok(Self::On(on.at("parts").tunable()?, on.leaves()?))
            }
            other => Err(source.no_choice(other, &["off", "on"])),
        }
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        let mut sink = sink.named("stage");
        match self {
            Self::Off => sink.choice("off"),
            Self::On(parts, size) => {
                sink.choice("on");
                let mut on = sink.at("with");
                on.at("parts").tunable(parts);
                on.leaves(size);
                on.flat().named("extra").tunable(&true);
            }
        }
    }
}

#[test]
fn names_and_conditions_are_completed_by_what_is_around() {
    let part = |place: u8| {
        let name = |name: &str| format!("stage.with.parts.{place}.{name}");
        let penalty = Parameter::categorical(name("penalty"), ["none", "l1", "l2"]);
        let strength = Parameter::float(name("strength"), 1e-6, 1.0).log();
        [
            penalty.when("stage", ["on"]),
            strength.when(name("penalty"), ["l1", "l2"]),
        ]
    };
    let rest = [
        Parameter::bool("stage.with").when("stage", ["on"]),
        Parameter::int("stage.with.value", 1, 9).when("stage.with", [true]),
        Parameter::bool("stage.with.extra").when("stage", ["on"]),
    ];
    let parameters = [Parameter::categorical("stage", ["off", "on"])]
        .into_iter()
        .chain((0..2).flat_map(part))
        .chain(rest);
    let space = Space::of::<Stage>().unwrap();
    assert_eq!(space, Space::new(parameters).unwrap());

    let part = |penalty: &str, strength| Regularised {
        penalty: penalty.to_owned(),
        strength,
    };
    for stage in [
        Stage::Off,
        Stage::On([part("none", None), part("l2", Some(0.5))], Some(3)),
        Stage::On([part("l1", Some(1.0)), part("none", None)], None),
    ] {
        let params = stage.to_params(&space).unwrap();
        assert_eq!(Stage::from_params(&params).unwrap(), stage);
    }
}

#[test]
fn a_value_that_contradicts_its_space_is_told() {
    let space = Space::of::<Regularised>().unwrap();
    let check = |penalty: &str, strength, expect: &str| {
        let penalty = penalty.to_owned();
        let error = Regularised { penalty, strength }.to_params(&space);
        assert_eq!(error.unwrap_err().to_string(), expect);
    };
    check(
        "none",
        Some(0.5),
        "parameter `strength` has a value but is active only when `penalty` is `l1` or `l2`: remove it",
    );
    check(
        "l2",
        None,
        "parameter `strength` has no value: give it one of its domain (float 1e-6 to 1, log)",
    );
    check(
        "l3",
        None,
        "parameter `penalty` is l3, which is not in its domain (one of none, l1, l2)",
    );
}

/// One value in a range: as a field that a macro declares.
#[derive(Debug)]
struct One<T>(T);

impl<T: Leaves<Leaf = L>, L: Ranged + From<u8>> Tunable for One<T> {
    fn declare(scope: &mut Scope<'_>) {
        let range = L::step(L::range(L::from(1), L::from(9)), L::from(4));
        scope.named("one").leaves::<T>(range);
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        source.named("one").leaves().map(Self)
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        sink.named("one").leaves(&self.0);
    }
}

#[test]
fn every_number_can_have_a_range() {
    fn check<L: Leaf + Ranged + From<u8>>(expect: Parameter) {
        let space = Space::of::<One<L>>().unwrap();
        assert_eq!(space, Space::new([expect]).unwrap());
    }
    check::<u8>(Parameter::int("one", 1, 9).step(4));
    check::<i64>(Parameter::int("one", 1, 9).step(4));
    check::<usize>(Parameter::int("one", 1, 9).step(4));
    check::<f32>(Parameter::float("one", 1.0, 9.0).step(4.0));
    check::<f64>(Parameter::float("one", 1.0, 9.0).step(4.0));
}

/// Integers that no study can hold, as a range and as a value.
struct Huge(u64);

impl Tunable for Huge {
    fn declare(scope: &mut Scope<'_>) {
        scope
            .at("step")
            .leaves::<u64>(u64::step(u64::range(0, 9), u64::MAX));
    }

    fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
        source.at("step").value().map(Self)
    }

    fn write_to(&self, sink: &mut Sink<'_>) {
        sink.at("step").value(&self.0);
    }
}

#[test]
fn integers_that_are_too_large_are_refused() {
    assert_eq!(
        Space::of::<Huge>().unwrap_err().to_string(),
        "parameter `step`: 18446744073709551615 is larger than 2^63 - 1, the largest integer: use a smaller one"
    );
    let space = Space::new([Parameter::int("step", 0, i64::MAX)]).unwrap();
    for value in [1 << 63, u64::MAX] {
        let error = Huge(value).to_params(&space).unwrap_err();
        assert!(matches!(error, ParamsError::OutOfDomain { .. }), "{error}");
    }
    let params = Huge(i64::MAX as u64).to_params(&space).unwrap();
    assert_eq!(Huge::from_params(&params).unwrap().0, i64::MAX as u64);
}

/// A type that has no end.
struct Endless;

impl Tunable for Endless {
    fn declare(scope: &mut Scope<'_>) {
        scope.at("left").tunable::<Self>();
        scope.at("right").tunable::<Self>();
    }

    fn read_from(_: &Source<'_>) -> Result<Self, ParamsError> {
        Ok(Self)
    }

    fn write_to(&self, _: &mut Sink<'_>) {}
}

#[test]
fn a_type_that_contains_itself_is_refused_at_once() {
    let error = Space::of::<Endless>().unwrap_err();
    let expect = "is nested more than 64 types deep: if a type contains itself, leave that part out of the space";
    assert!(error.to_string().ends_with(expect), "{error}");
}
