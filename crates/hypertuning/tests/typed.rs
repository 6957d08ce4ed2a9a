//! Spaces that are types, with `hypertuning` as the only dependency: `hypertuning::prelude` has all it takes.

#[path = "../examples/typed.rs"]
mod example;

use example::{Model, Weights};
use hypertuning::prelude::*;

#[test]
fn the_example_runs() {
    example::main().unwrap();
}

#[tokio::test]
async fn the_best_value_is_better_than_what_was_tried_first() {
    let handbook = Model::Neighbours {
        k: 5,
        weights: Weights::Equal,
    };
    let (first, error_of_first) = example::tune(1).await.unwrap();
    assert_eq!(first, handbook);
    let (best, error) = example::tune(100).await.unwrap();
    assert_ne!(best, handbook);
    assert!(error < error_of_first, "{error} of {best:?}");
    assert_eq!(example::tune(100).await.unwrap(), (best, error));
}

#[test]
fn names_are_the_paths_to_the_fields() {
    let space = Space::of::<Model>().unwrap();
    let names: Vec<&str> = space.parameters().iter().map(Parameter::name).collect();
    let expect = [
        "model",
        "model.neighbours.k",
        "model.neighbours.weights",
        "model.neighbours.weights.gaussian.width",
        "model.polynomial.degree",
        "model.polynomial.penalty",
        "model.polynomial.penalty.value",
    ];
    assert_eq!(names, expect);
}

mod narrow {
    //! What a user has who names the trait and the macro alone.

    use hypertuning::Tunable;

    #[derive(Debug, PartialEq, Tunable)]
    pub(super) struct Rate {
        #[tune(range = 0.0..=1.0, default = 0.5)]
        pub(super) rate: f64,
    }
}

#[test]
fn the_trait_and_the_macro_have_one_name() {
    use hypertuning::Tunable as _;
    let rate = narrow::Rate::default_value().unwrap();
    assert_eq!(rate, narrow::Rate { rate: 0.5 });
}
