//! Grids whose points are listed: `grid: {lr: [1e-4, 1e-3]}`, and the same among the options of the strategy.

use tuning_file::{Extensions, FileError, Format, StudyFile, StudyReader};

const STUDY: &str = "\
parameters:
  lr: {min: 1e-5, max: 0.1, log: true}
  layers: {min: 1, max: 8}
  opt: {values: [adam, sgd, 3]}
objective: {name: loss, direction: minimize}
";

fn read(more: &str) -> Result<StudyFile, FileError> {
    let text = format!("{STUDY}{more}");
    let extensions = Extensions::default();
    let reader = StudyReader::new(&extensions).functions();
    reader.text(Format::Yaml, &text)
}

fn spec(more: &str) -> String {
    read(more)
        .unwrap_or_else(|error| panic!("{more}: {error}"))
        .identity
        .strategy
        .to_string()
}

#[test]
fn a_grid_takes_the_points_that_are_listed() {
    let listed = "grid (points.lr.0: 0.0001, points.lr.1: 0.001, points.opt.0: 3, resolution: 11, shuffle: false)";
    let points = "{lr: [1e-4, 1e-3], opt: [3]}";
    assert_eq!(spec(&format!("grid: {points}\n")), listed);
    assert_eq!(spec(&format!("grid: {points}\nstrategy: grid\n")), listed);
    assert_eq!(
        spec(&format!("strategy: {{name: grid, points: {points}}}\n")),
        listed
    );
    assert_eq!(
        spec(&format!(
            "grid: {points}\nstrategy: {{name: grid, shuffle: true}}\n"
        )),
        listed.replace("false", "true")
    );
    // As ever without.
    assert_eq!(
        spec("strategy: grid\n"),
        "grid (resolution: 11, shuffle: false)"
    );
}

#[test]
fn what_is_no_value_of_its_parameter_is_refused_at_its_place() {
    let check = |more: &str, place: &str, expect: &str| {
        let error = read(more).unwrap_err().to_string();
        assert!(
            error.contains(place) && error.contains(expect),
            "{more}: {error}"
        );
    };
    check(
        "grid: {lr: [1e-4, 0.5]}\n",
        "study:6:19: ",
        "`grid.lr.1` is `0.5`, which is not in the domain of `lr` (float 1e-5 to 0.1, log)",
    );
    check(
        "grid: {lr: [1e-4, fast]}\n",
        "study:6:19: ",
        "`grid.lr.1` is `fast`, which is not in the domain of `lr`",
    );
    check(
        "grid: {layers: [2.5]}\n",
        "study:6:17: ",
        "`grid.layers.0` is `2.5`",
    );
    check(
        "grid: {opt: [sdg]}\n",
        "study:6:14: ",
        "`grid.opt.0` is `sdg`, which is not in the domain of `opt`",
    );
    check(
        "grid: {lrr: [1e-4]}\n",
        "study:6:13: ",
        "`grid.lrr` is not a parameter of the study: did you mean `lr`?",
    );
    check(
        "grid: {lr: [1e-4, 1e-3, 1e-4]}\n",
        "study:6:25: ",
        "`grid.lr.2` is 0.0001 once more: remove one",
    );
    check(
        "grid: {lr: []}\n",
        "study:6:12: ",
        "`grid.lr` is empty: give it at least one value",
    );
    check(
        "grid: {lr: 1e-4}\n",
        "study:6:12: ",
        "expected a list of values",
    );
    check(
        "grid: [1e-4]\n",
        "study:6:7: ",
        "expected lists of values by the names of parameters",
    );
    check(
        "strategy: {name: grid, points: {lr: [0.5]}}\n",
        "study:6:38: ",
        "`strategy.points.lr.0` is `0.5`",
    );
    check(
        "grid: {lr: [1e-4]}\nstrategy: tpe\n",
        "study:6:7: ",
        "but `strategy` is another one: remove one of them",
    );
    check(
        "grid: {lr: [1e-4]}\nstrategy: {name: grid, points: {lr: [1e-3]}}\n",
        "study:6:7: ",
        "stands beside `strategy.points`, which says the same: remove one",
    );
    check(
        "strategy: {name: grid, points: {lr: [1e-3]}, resolution_of: {lr: 3}}\n",
        "study:6:",
        "both `points` and a `resolution_of` for parameter `lr`: remove one",
    );
}
