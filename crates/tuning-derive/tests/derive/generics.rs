//! Types with parameters of their own: what they ask of them is what their fields need.

use std::{fmt::Debug, marker::PhantomData};

use tuning_core::{Literal, Parameter, Tunable, typed::Leaf, typed::Ranged};
use tuning_derive::Tunable;

use crate::support::{check_space, check_value, names};

#[derive(Debug, PartialEq, Tunable)]
struct Pipeline<M, const N: usize, Unused = ()>
where
    M: Debug,
{
    model: M,
    stages: [Stage<M>; N],
    #[tune(skip)]
    unused: PhantomData<Unused>,
}

#[derive(Debug, PartialEq, Tunable)]
enum Stage<M> {
    Model(M),
    Nothing,
}

#[derive(Debug, PartialEq, Tunable)]
struct Model {
    #[tune(range = 1..=5)]
    depth: u8,
}

/// Neither `Tunable` nor anything else.
#[derive(Debug, PartialEq)]
struct Marker;

#[test]
fn what_is_generic_is_as_tunable_as_its_parameters() {
    let expect = [
        "model.depth",
        "stages.0",
        "stages.0.model.depth",
        "stages.1",
        "stages.1.model.depth",
    ];
    assert_eq!(names::<Pipeline<Model, 2, Marker>>(), expect);
    let pipeline = Pipeline::<Model, 1, Marker> {
        model: Model { depth: 2 },
        stages: [Stage::Model(Model { depth: 3 })],
        unused: PhantomData,
    };
    check_value(
        &pipeline,
        "model.depth=2 stages.0=model stages.0.model.depth=3",
    );
    let nothing = Pipeline::<Model, 1> {
        model: Model { depth: 2 },
        stages: [Stage::Nothing],
        unused: PhantomData,
    };
    check_value(&nothing, "model.depth=2 stages.0=nothing");
}

trait Unit {
    const LOWEST: Self;
    const HIGHEST: Self;
}

/// A leaf of your own.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Celsius(i32);

impl Unit for Celsius {
    const LOWEST: Self = Self(-273);
    const HIGHEST: Self = Self(100);
}

impl Unit for f64 {
    const LOWEST: Self = 0.0;
    const HIGHEST: Self = 1.0;
}

impl Leaf for Celsius {
    const NAME: &'static str = "temperature";
    type Written = Self;

    fn to_literal(&self) -> Literal {
        self.0.into()
    }

    fn from_literal(literal: &Literal) -> Option<Self> {
        i32::from_literal(literal).map(Self)
    }
}

impl Ranged for Celsius {
    fn range(low: Self, high: Self) -> Parameter {
        i32::range(low.0, high.0)
    }

    fn step(range: Parameter, step: Self) -> Parameter {
        i32::step(range, step.0)
    }
}

#[derive(Debug, PartialEq, Tunable)]
struct Oven<T: Unit> {
    #[tune(range = T::LOWEST..=T::HIGHEST)]
    heat: T,
}

#[derive(Debug, PartialEq, Tunable)]
struct Kitchen {
    #[tune(choices = [Celsius(4), Celsius(8)])]
    fridge: Celsius,
    #[tune(range = Celsius(100)..=Celsius(250), step = Celsius(10))]
    pans: [Option<Celsius>; 1],
}

#[test]
fn a_leaf_of_ones_own_is_as_good_as_a_number() {
    check_space::<Kitchen>([
        Parameter::categorical("fridge", [4, 8]),
        Parameter::bool("pans.0"),
        Parameter::int("pans.0.value", 100, 250)
            .step(10)
            .when("pans.0", [true]),
    ]);
    check_space::<Oven<Celsius>>([Parameter::int("heat", -273, 100)]);
    check_space::<Oven<f64>>([Parameter::float("heat", 0.0, 1.0)]);
    check_value(&Oven { heat: Celsius(20) }, "heat=20");
}

#[derive(Debug, Tunable)]
struct Borrowed<'a, 'b: 'a> {
    #[tune(range = 0.0..=1.0)]
    x: f64,
    #[tune(skip = "data")]
    name: &'a str,
    #[tune(skip)]
    other: Option<&'b str>,
}

#[test]
fn lifetimes_stay_where_they_are() {
    assert_eq!(names::<Borrowed<'_, '_>>(), ["x"]);
    let space = tuning_core::Space::of::<Borrowed<'static, 'static>>().unwrap();
    let value = Borrowed::from_params(&space.decode(&[0.5]).unwrap()).unwrap();
    assert_eq!((value.x, value.name, value.other), (0.5, "data", None));
}
