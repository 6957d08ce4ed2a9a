//! Whole files as ConfigSpace 0.4 wrote them for benchmarks: one of several learners, each with parameters of its own,
//! and one of the training of a network.

use tuning_core::{ConfigSpace, Parameter, Space};

fn read(text: &str) -> Space {
    let ConfigSpace(space) = serde_json::from_str(text).unwrap();
    space
}

#[test]
fn a_file_of_several_learners_is_read() {
    let space = read(include_str!("configspace/learners.json"));
    let of = |learner: &str, parameter: Parameter| parameter.when("learner", learner);
    let expect = Space::new([
        Parameter::categorical("learner", ["linear", "forest", "boosting"]),
        Parameter::float("train.share", 0.03, 1.0),
        of(
            "linear",
            Parameter::float(
                "linear.ridge",
                0.000_100_000_000_000_000_09,
                999.999_999_999_999_8,
            )
            .log(),
        ),
        of("forest", Parameter::float("forest.power", 0.0, 1.0)),
        of(
            "forest",
            Parameter::categorical("forest.rule", ["best", "random"]),
        ),
        of("boosting", Parameter::int("boosting.rounds", 7, 2981).log()),
        of(
            "boosting",
            Parameter::categorical("boosting.booster", ["line", "tree", "dart"]),
        ),
        // That the parent's own condition is said once more changes nothing.
        Parameter::int("boosting.depth", 1, 15).when("boosting.booster", ["tree", "dart"]),
        Parameter::int("forest.splits", 1, 100).when("forest.rule", "random"),
        Parameter::float("boosting.drop", 0.0, 1.0).when("boosting.booster", "dart"),
    ]);
    let expect = expect.unwrap();
    let names = |space: &Space| -> Vec<String> {
        let all = space.parameters().iter();
        all.map(|parameter| parameter.name().to_owned()).collect()
    };
    assert_eq!(names(&space), names(&expect));
    for k in 0..200_u32 {
        let u = |d: usize| (f64::from(k) * 0.618_033_988_75 + d as f64 * 0.414_213_562_37).fract();
        let point: Vec<f64> = (0..space.len()).map(u).collect();
        let [found, expected] = [&space, &expect].map(|space| space.decode(&point).unwrap());
        assert_eq!(found.to_string(), expected.to_string());
    }
}

#[test]
fn a_file_of_a_network_is_read() {
    let space = read(include_str!("configspace/training.json"));
    let edge = |name: &str| Parameter::categorical(name, ["pool", "skip", "convolution"]);
    let expect = Space::new([
        Parameter::categorical("dataset", ["digits"]),
        Parameter::int("batch_size", 16, 512).log(),
        Parameter::float(
            "learning_rate",
            0.000_100_000_000_000_000_09,
            0.100_000_000_000_000_02,
        )
        .log(),
        Parameter::categorical("inputs_3", ["0_1", "0_2", "1_2"]),
        edge("edge_2").when("inputs_3", ["0_1", "0_2"]),
        edge("edge_3").when("inputs_3", ["0_1", "1_2"]),
    ]);
    assert_eq!(space, expect.unwrap());
}
