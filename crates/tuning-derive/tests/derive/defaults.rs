//! The value that is worth trying first.

use tuning_core::Tunable;
use tuning_derive::Tunable;

use crate::support::check_value;

#[derive(Debug, PartialEq, Tunable)]
struct Training {
    #[tune(range = 1e-5..=0.1, log, default = 1e-3)]
    lr: f64,
    #[tune(choices = ["relu", "tanh"], default = "tanh")]
    activation: String,
    #[tune(range = 0.0..=0.5, default = Some(0.2))]
    dropout: Option<f64>,
    #[tune(default)]
    bias: bool,
    optimizer: Optimizer,
    schedule: Option<Optimizer>,
    layers: [Optimizer; 2],
    #[tune(skip = 3)]
    version: u8,
}

#[derive(Debug, PartialEq, Tunable)]
enum Optimizer {
    Adam,
    #[tune(default)]
    Sgd {
        #[tune(range = 0.0..=0.99, default = 0.9)]
        momentum: f64,
    },
}

#[test]
fn a_type_has_a_default_if_all_its_parts_have_one() {
    let sgd = || Optimizer::Sgd { momentum: 0.9 };
    let training = Training {
        lr: 1e-3,
        activation: "tanh".to_owned(),
        dropout: Some(0.2),
        bias: false,
        optimizer: sgd(),
        schedule: None,
        layers: [sgd(), sgd()],
        version: 3,
    };
    assert_eq!(Training::default_value(), Some(training));
    check_value(
        &Optimizer::default_value().unwrap(),
        "optimizer=sgd optimizer.sgd.momentum=0.9",
    );
}

#[derive(Debug, Default, PartialEq, Tunable)]
#[tune(default)]
struct Own {
    #[tune(range = 0..=9)]
    k: u8,
}

#[derive(Debug, Default, PartialEq, Tunable)]
#[tune(default)]
enum Kind {
    #[default]
    Plain,
    Other,
}

#[derive(Debug, PartialEq, Tunable)]
struct OfDefaults {
    own: Box<Own>,
    #[tune(default = Kind::Other)]
    kind: Kind,
}

#[test]
fn the_default_of_a_type_is_taken_where_it_says_so() {
    let expect = OfDefaults {
        own: Box::new(Own { k: 0 }),
        kind: Kind::Other,
    };
    assert_eq!(OfDefaults::default_value(), Some(expect));
    assert_eq!(Kind::default_value(), Some(Kind::Plain));
}

#[derive(Debug, PartialEq, Tunable)]
enum Undecided {
    One,
    Two,
}

#[derive(Debug, PartialEq, Tunable)]
struct Around {
    inner: Undecided,
}

#[test]
fn a_type_whose_parts_do_not_say_has_none() {
    assert_eq!(Undecided::default_value(), None);
    assert_eq!(Around::default_value(), None);
    let one = Around {
        inner: Undecided::One,
    };
    let two = Around {
        inner: Undecided::Two,
    };
    check_value(&one, "inner=one");
    check_value(&two, "inner=two");
}
