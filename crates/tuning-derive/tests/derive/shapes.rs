//! Every shape that a type can have, beside the space that one would write by hand.

use tuning_core::{Parameter, ParamsError, Space, Tunable};
use tuning_derive::Tunable;

use crate::support::{check_space, check_value, names, params};

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Plain {
    #[tune(range = 1e-5..=0.1, log)]
    lr: f64,
    #[tune(range = 0.0..=0.9, step = 0.1)]
    momentum: f32,
    #[tune(range = 1..=64, log)]
    layers: usize,
    #[tune(range = -10..=10, step = 5)]
    shift: i8,
    #[tune(choices = ["relu", "tanh"])]
    activation: String,
    #[tune(ordered = [16, 32, 64])]
    batch: u32,
    #[tune(choices = [0.5, 1.0])]
    scale: f64,
    bias: bool,
}

#[test]
fn a_struct_is_the_space_of_its_fields() {
    check_space::<Plain>([
        Parameter::float("lr", 1e-5, 0.1).log(),
        Parameter::float("momentum", 0.0, 0.9).step(0.1),
        Parameter::int("layers", 1, 64).log(),
        Parameter::int("shift", -10, 10).step(5),
        Parameter::categorical("activation", ["relu", "tanh"]),
        Parameter::ordered("batch", [16, 32, 64]),
        Parameter::categorical("scale", [0.5, 1.0]),
        Parameter::bool("bias"),
    ]);
    let plain = Plain {
        lr: 0.01,
        momentum: 0.3,
        layers: 7,
        shift: -5,
        activation: "tanh".to_owned(),
        batch: 64,
        scale: 1.0,
        bias: true,
    };
    check_value(
        &plain,
        "lr=0.01 momentum=0.3 layers=7 shift=-5 activation=tanh batch=64 scale=1 bias=true",
    );
}

#[derive(Clone, Debug, PartialEq, Tunable)]
enum Optimizer {
    Adam,
    Sgd {
        #[tune(range = 0.0..=0.99)]
        momentum: f64,
        nesterov: bool,
    },
    Rotated(#[tune(range = 1..=9)] u8),
    Planned(Schedule),
    Pair(#[tune(range = 0.0..=1.0)] f64, Schedule),
}

#[derive(Clone, Debug, PartialEq, Tunable)]
enum Schedule {
    Constant,
    Step {
        #[tune(range = 1..=100)]
        every: u16,
    },
}

#[test]
fn an_enum_is_a_choice_whose_variants_have_parameters_of_their_own() {
    let of = |variant| move |parameter: Parameter| parameter.when("optimizer", [variant]);
    let step = |name, parent| Parameter::int(name, 1, 100).when(parent, ["step"]);
    let schedule = |name| Parameter::categorical(name, ["constant", "step"]);
    check_space::<Optimizer>([
        Parameter::categorical("optimizer", ["adam", "sgd", "rotated", "planned", "pair"]),
        of("sgd")(Parameter::float("optimizer.sgd.momentum", 0.0, 0.99)),
        of("sgd")(Parameter::bool("optimizer.sgd.nesterov")),
        of("rotated")(Parameter::int("optimizer.rotated", 1, 9)),
        of("planned")(schedule("optimizer.planned")),
        step("optimizer.planned.step.every", "optimizer.planned"),
        of("pair")(Parameter::float("optimizer.pair.0", 0.0, 1.0)),
        of("pair")(schedule("optimizer.pair.1")),
        step("optimizer.pair.1.step.every", "optimizer.pair.1"),
    ]);
    let step = || Schedule::Step { every: 30 };
    let sgd = Optimizer::Sgd {
        momentum: 0.5,
        nesterov: false,
    };
    check_value(&Optimizer::Adam, "optimizer=adam");
    check_value(
        &sgd,
        "optimizer=sgd optimizer.sgd.momentum=0.5 optimizer.sgd.nesterov=false",
    );
    check_value(
        &Optimizer::Rotated(3),
        "optimizer=rotated optimizer.rotated=3",
    );
    check_value(
        &Optimizer::Planned(step()),
        "optimizer=planned optimizer.planned=step optimizer.planned.step.every=30",
    );
    check_value(
        &Optimizer::Pair(0.25, Schedule::Constant),
        "optimizer=pair optimizer.pair.0=0.25 optimizer.pair.1=constant",
    );
}

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Training {
    plan: Schedule,
    optimizer: Box<Optimizer>,
    #[tune(flatten)]
    limits: Limits,
    noise: Option<Schedule>,
    #[tune(range = 0.0..=0.5)]
    dropout: Option<f64>,
    #[tune(range = 8..=256, log)]
    widths: [u32; 2],
    #[tune(choices = ["l1", "l2"])]
    penalties: [Option<String>; 1],
    schedules: [Schedule; 1],
    #[tune(skip = 7)]
    version: u8,
    #[tune(skip)]
    note: String,
}

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Limits {
    #[tune(range = 1..=10)]
    patience: u8,
    #[tune(flatten)]
    clip: Clip,
}

#[derive(Clone, Debug, PartialEq, Tunable)]
enum Clip {
    Off,
    At(#[tune(range = 0.1..=10.0, log)] f64),
}

#[test]
fn types_nest_and_each_parameter_is_called_by_the_path_to_it() {
    let expect = [
        "plan",
        "plan.step.every",
        "optimizer",
        "optimizer.sgd.momentum",
        "optimizer.sgd.nesterov",
        "optimizer.rotated",
        "optimizer.planned",
        "optimizer.planned.step.every",
        "optimizer.pair.0",
        "optimizer.pair.1",
        "optimizer.pair.1.step.every",
        "patience",
        "clip",
        "clip.at",
        "noise",
        "noise.value",
        "noise.value.step.every",
        "dropout",
        "dropout.value",
        "widths.0",
        "widths.1",
        "penalties.0",
        "penalties.0.value",
        "schedules.0",
        "schedules.0.step.every",
    ];
    assert_eq!(names::<Training>(), expect);
    let training = Training {
        plan: Schedule::Constant,
        optimizer: Box::new(Optimizer::Adam),
        limits: Limits {
            patience: 3,
            clip: Clip::At(1.0),
        },
        noise: Some(Schedule::Step { every: 9 }),
        dropout: None,
        widths: [8, 16],
        penalties: [Some("l2".to_owned())],
        schedules: [Schedule::Constant],
        version: 7,
        note: String::new(),
    };
    check_value(
        &training,
        "plan=constant optimizer=adam patience=3 clip=at clip.at=1 noise=true noise.value=step \
         noise.value.step.every=9 dropout=false widths.0=8 widths.1=16 penalties.0=true \
         penalties.0.value=l2 schedules.0=constant",
    );
}

#[test]
fn what_is_active_is_what_the_variant_holds() {
    let space = Space::of::<Optimizer>().unwrap();
    let active = |value: Optimizer| {
        let params = value.to_params(&space).unwrap();
        let names = params.iter().map(|(name, _)| name.to_owned());
        names.skip(1).collect::<Vec<_>>()
    };
    assert!(active(Optimizer::Adam).is_empty());
    assert_eq!(active(Optimizer::Rotated(1)), ["optimizer.rotated"]);
    assert_eq!(
        active(Optimizer::Planned(Schedule::Constant)),
        ["optimizer.planned"]
    );
    for corner in [0.0, 0.3, 0.5, 0.7, 1.0] {
        let params = space.decode(&vec![corner; space.len()]).unwrap();
        let value = Optimizer::from_params(&params).unwrap();
        assert_eq!(value.to_params(&space).unwrap(), params);
    }
}

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Rate(#[tune(range = 1e-5..=0.1, log)] f64);

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Wrapped(Schedule, #[tune(skip)] std::marker::PhantomData<fn()>);

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Both {
    rate: Rate,
    plan: Wrapped,
    point: Point,
    nothing: Nothing,
}

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Point(#[tune(range = 0..=9)] i64, #[tune(range = 0..=9)] i64);

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Nothing;

#[test]
fn a_type_around_a_single_one_stands_at_its_place() {
    assert_eq!(names::<Rate>(), ["rate"]);
    assert_eq!(names::<Wrapped>(), ["schedule", "schedule.step.every"]);
    let expect = ["rate", "plan", "plan.step.every", "point.0", "point.1"];
    assert_eq!(names::<Both>(), expect);
    let both = Both {
        rate: Rate(0.01),
        plan: Wrapped(Schedule::Constant, std::marker::PhantomData),
        point: Point(3, 4),
        nothing: Nothing,
    };
    check_value(&both, "rate=0.01 plan=constant point.0=3 point.1=4");
    check_value(&Rate(0.1), "rate=0.1");
}

#[derive(Clone, Debug, PartialEq, Tunable)]
#[tune(ordered)]
enum Size {
    Small,
    Medium,
    #[tune(skip)]
    Custom(Vec<u8>),
    Large,
}

#[test]
fn an_ordered_enum_is_an_ordered_list_and_a_skipped_variant_no_choice() {
    check_space::<Size>([Parameter::ordered("size", ["small", "medium", "large"])]);
    check_value(&Size::Large, "size=large");
    let space = Space::of::<Size>().unwrap();
    let error = Size::Custom(Vec::new()).to_params(&space).unwrap_err();
    assert_eq!(
        error.to_string(),
        "parameter `size` is custom, which is not in its domain (one of small, medium, large (ordered))"
    );
}

const WIDTHS: [u32; 3] = [8, 16, 32];
const RATES: std::ops::RangeInclusive<f64> = 1e-4..=1.0;

#[derive(Clone, Debug, PartialEq, Tunable)]
struct Computed {
    #[tune(choices = WIDTHS)]
    width: u32,
    #[tune(ordered = ["a", "b"].map(|text| text))]
    text: String,
    #[tune(range = RATES, log)]
    rate: f64,
    #[tune(range = 1..=WIDTHS.len() as u64, step = WIDTHS.len() as u64 - 1)]
    depth: u64,
}

#[test]
fn what_an_attribute_says_may_be_computed() {
    check_space::<Computed>([
        Parameter::categorical("width", [8, 16, 32]),
        Parameter::ordered("text", ["a", "b"]),
        Parameter::float("rate", 1e-4, 1.0).log(),
        Parameter::int("depth", 1, 3).step(2),
    ]);
}

const ZERO: f64 = 0.0;

#[derive(Debug, Tunable)]
struct LogOfZero {
    #[tune(range = ZERO..=1.0, log)]
    rate: f64,
}

#[derive(Debug, Tunable)]
struct TooLarge {
    #[tune(range = 0..=u64::MAX)]
    seed: u64,
}

#[derive(Debug, Tunable)]
struct Twice {
    #[tune(range = 0.0..=1.0)]
    patience: f64,
    #[tune(flatten)]
    limits: Limits,
}

#[derive(Debug, Tunable)]
struct Chain {
    #[tune(range = 0.0..=1.0)]
    x: f64,
    next: Option<Box<Chain>>,
}

#[test]
fn what_shows_only_at_run_time_is_an_error_of_the_space() {
    fn check<T: Tunable>(expect: &str) -> String {
        let error = Space::of::<T>().unwrap_err().to_string();
        assert!(error.starts_with(expect), "{error}");
        error
    }
    check::<LogOfZero>("parameter `rate`: a log scale begins above 0, not at 0: raise `min`");
    check::<TooLarge>("parameter `seed`: 18446744073709551615 is larger than 2^63 - 1");
    check::<Twice>("parameter `patience` is declared twice: rename or remove one");
    check::<Nothing>("the search space is empty");
    let error = check::<Chain>("`next.value.next.value");
    assert!(
        error.contains("is nested more than 64 types deep"),
        "{error}"
    );
}

#[test]
fn parameters_of_another_type_are_told() {
    let other = params::<Schedule>(&[("schedule", "constant".into())]);
    let unknown = Optimizer::from_params(&other).unwrap_err().to_string();
    assert_eq!(unknown, "there is no parameter `optimizer`");

    let space = Space::new([Parameter::categorical("schedule", ["constant", "cosine"])]).unwrap();
    let cosine = space.params([("schedule", "cosine")]).unwrap();
    let error = Schedule::from_params(&cosine).unwrap_err();
    assert_eq!(
        error.to_string(),
        "parameter `schedule` is cosine, which is not in its domain (one of constant, step)"
    );

    let space = Space::new([Parameter::int("rate", 0, 300), Parameter::int("x", 0, 300)]).unwrap();
    let params = space.params([("rate", 256), ("x", 0)]).unwrap();
    #[derive(Debug, Tunable)]
    struct Byte {
        #[tune(range = 0..=255)]
        rate: u8,
    }
    let error = Byte::from_params(&params).unwrap_err();
    assert_eq!(
        error.to_string(),
        "parameter `rate` is 256, which is not a u8"
    );
}

#[test]
fn a_value_outside_of_its_domain_is_no_point() {
    let space = Space::of::<Rate>().unwrap();
    for value in [0.2, f64::NAN, -1.0] {
        let error = Rate(value).to_params(&space).unwrap_err();
        assert!(matches!(error, ParamsError::OutOfDomain { .. }), "{error}");
    }
    let space = Space::of::<Both>().unwrap();
    let error = Rate(0.1).to_params(&space).unwrap_err();
    assert!(matches!(error, ParamsError::Missing { .. }), "{error}");
}
