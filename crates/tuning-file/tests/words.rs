//! What is said of files that are wrong is said in words of files: no type of Rust, no word of a library.

use std::fs;

use tuning_file::{Extensions, Format, StudyReader};

/// Words that mean something to authors of the program alone. A space on both sides stands for whole words.
const FOREIGN: &[&str] = &[
    "Option<",
    "Vec<",
    "String",
    "&str",
    "struct ",
    "enum ",
    "tuple ",
    "variant",
    "visitor",
    "serde",
    "untagged",
    "deserializ",
    "invalid type",
    "invalid value",
    " u8",
    " u16",
    " u32",
    " u64",
    " i64",
    " f64",
    " usize",
    "Nodes",
    "Some(",
    " None",
    "Ok(",
    "Err(",
    "Error {",
    "::",
    "unwrap",
    "panick",
    "Scalar",
    "Literal",
    " low ",
    " high ",
    "`low`",
    "`high`",
    "recursion",
    "node,",
    "sequence",
    "map:",
];

/// A good study, but for the lines that begin like these.
fn with(lines: &str) -> String {
    const GOOD: [&str; 2] = [
        "parameters: {x: {min: 0.0, max: 1.0}}\n",
        "objective: {name: loss, direction: minimize}\n",
    ];
    let key = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let kept = GOOD
        .iter()
        .filter(|good| !lines.lines().any(|line| key(line) == key(good)));
    kept.copied().chain([lines]).collect()
}

/// Lines of YAML, each of which makes a good study wrong.
const WRONG: &[&str] = &[
    "parameters: {x: {min: 1.0, max: 0.0}}",
    "parameters: {x: {min: 3, max: 1}}",
    "parameters: {x: {min: 0.0, max: 1.0, log: true}}",
    "parameters: {x: {min: 0, max: 5, log: true}}",
    "parameters: {x: {min: 0.0, max: 1.0, step: 0.3}}",
    "parameters: {x: {min: 0, max: 10, step: 3}}",
    "parameters: {x: {min: 1.0, max: 2.0, step: 0.5, log: true}}",
    "parameters: {x: {min: 0.0, max: 1.0, step: -1.0}}",
    "parameters: {x: {min: -9223372036854775808, max: 9223372036854775807}}",
    "parameters: {x: {min: 0, max: 18446744073709551616}}",
    "parameters: {x: {min: 9007199254740993, max: 1e17}}",
    "parameters: {x: {min: .inf, max: 1.0}}",
    "parameters: {x: {min: a, max: [1]}}",
    "parameters: {x: {values: []}}",
    "parameters: {x: {values: [1, 1]}}",
    "parameters: {x: {values: [.nan]}}",
    "parameters: {x: {values: 7}}",
    "parameters: {x: {values: [a], when: {y: b}}}",
    "parameters: {x: {values: [a, b]}, y: {value: 1, when: {x: {above: 3}}}}",
    "parameters: {x: {values: [a, b]}, y: {value: 1, when: {x: c}}}",
    "parameters: {x: 3}",
    "parameters: [x]",
    "parameters: {}",
    "parameters: {configspace: none.json}",
    "parameters: {configspace: text.json}",
    "parameters: {configspace: number.json}",
    "parameters: {configspace: odd.json}",
    "parameters: {configspace: odder.json}",
    "objective: 7",
    "objective: {name: 7, direction: up}",
    "objectives: []",
    "strategy: {name: grid, resolution: 1.5}",
    "strategy: {name: grid, resolution: -1}",
    "strategy: {name: grid, resolution: 18446744073709551615}",
    "strategy: {name: grid, resolution: {a: 1}}",
    "strategy: {name: grid, resolution_of: [1]}",
    "strategy: {name: grid, resolution_of: {x: many}}",
    "strategy: {name: grid, shuffle: 1}",
    "strategy: {name: grid, points: [1]}",
    "strategy: {name: grid, points: {x: many}}",
    "strategy: {name: grid, points: {x: [2.0]}}",
    "grid: {x: [fast]}",
    "grid: 3",
    "strategy: {name: tpe, gamma: x}",
    "strategy: {name: tpe, gamma: [1, 2]}",
    "strategy: {name: tpe, n_startup_trials: 99999999999}",
    "strategy: {name: gp, acquisition: best}",
    "strategy: {name: gp, acquisition: 3}",
    "strategy: {name: cmaes, covariance: {a: 1}}",
    "strategy: {name: cmaes, earlier: 7}",
    "strategy: {name: cmaes, earlier: [7]}",
    "strategy: {name: cmaes, earlier: [{}]}",
    "strategy: {name: cmaes, restart: [ipop]}",
    "strategy: {name: de, population: null}",
    "strategy: {name: dedup, inner: 7}",
    "strategy: {name: dedup, inner: {name: grid, resolution: x}}",
    "strategy: {name: dedup, attempts: -1}",
    "strategy: {name: nothing}",
    "strategy: {command: 7}",
    "strategy: {command: [a], timeout: soon}",
    "strategy: 7",
    "pruner: 7",
    "pruner: {name: never, a: 1}",
    "enqueue: [{x: 7}]",
    "enqueue: [7]",
    "enqueue: [{x: 18446744073709551616}]",
    "budget: {trials: 0.5}",
    "budget: {trials: -1}",
    "budget: {trials: 99999999999999999999}",
    "budget: {time: 5}",
    "budget: {time: 9999999y}",
    "budget: {cost: 3}",
    "workers: 1000000000",
    "workers: 2.0",
    "order: later",
    "order: as-proposed:99999999",
    "seed: -1",
    "seed: 18446744073709551616",
    "fidelity: {min: 5, max: 3}",
    "fidelity: 7",
    "retry: {error: 100000}",
    "retry: {backoff: {factor: 0.5}}",
    "journal: {sqlite: 7}",
    "journal: {nothing: 7}",
    "journal: [a]",
    "observers: [7]",
    "observers: [{jsonl: 7}]",
    "observers: [{jsonl: a, delivery: fast}]",
    "observers: [{prometheus: {listen: x}}]",
    "observers: [{prometheus: {listen: \"127.0.0.1:0\", buckets: [2, 1]}}]",
    "observers: [{webhook: {url: 7, retries: 99999}}]",
    "observers: [{csv: {}}]",
    "include: none.yaml",
    "include: [7]",
    "include: number.json",
    "name: [a]",
    "name: *a",
    "name: &a [*a]",
    "name: !odd a",
    "name: \"a",
    "name: [a",
    "name: {a",
    "name: a\n  b: c",
    "name: a\n\tb",
    "? [a]\n: b",
    "- a",
    "<<: 3",
    "name: a\nname: b",
    "name: 03",
    "name: 1e400",
    "grace: 0s",
    "unknown: 1",
];

/// Texts of the other two formats.
const OTHER: &[(Format, &str)] = &[
    (Format::Toml, "a = "),
    (Format::Toml, "a = 1\na = 2"),
    (Format::Toml, "[a]\n[a]"),
    (Format::Toml, "a = 1e400"),
    (Format::Toml, "a = 2024-01-01"),
    (Format::Toml, "a.b = 1\na = 2"),
    (Format::Toml, "a = \"\\q\""),
    (Format::Toml, "a = 007"),
    (Format::Toml, "= 1"),
    (Format::Toml, "a = {b = 1"),
    (Format::Json, ""),
    (Format::Json, "{"),
    (Format::Json, "{\"a\": }"),
    (Format::Json, "{\"a\": 1,}"),
    (Format::Json, "{\"a\": 01}"),
    (Format::Json, "{\"a\": 1 \"b\": 2}"),
    (Format::Json, "{\"a\": NaN}"),
    (Format::Json, "{\"a\": \"\\ud800\"}"),
    (Format::Json, "{a: 1}"),
    (Format::Json, "{'a': 1}"),
    (Format::Json, "[1]"),
    (Format::Json, "{\"a\": 1} x"),
    (Format::Json, "{\"a\": \"\n\"}"),
    (Format::Json, "{\"a\": nope}"),
];

#[test]
fn errors_speak_the_words_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    file("text.json", "\"text\"");
    file("number.json", "7");
    file(
        "odd.json",
        r#"{"hyperparameters": {"a": 1}, "conditions": [], "forbiddens": []}"#,
    );
    file(
        "odder.json",
        r#"{"hyperparameters": [{"type": "uniform_float", "name": 7, "lower": []}]}"#,
    );
    let extensions = Extensions::default();
    let mut bad = Vec::new();
    let mut check = |name: &str, text: &str| {
        file(name, text);
        let path = folder.path().join(name);
        let error = match StudyReader::new(&extensions).functions().file(&path) {
            Ok(_) => "nothing is said".to_owned(),
            Err(error) => error.to_string(),
        };
        // What is shown of the file is the user's own.
        let is_ours = |line: &&str| !line.starts_with("  ");
        let said: Vec<&str> = error.lines().filter(is_ours).collect();
        let said = said.join("\n");
        let mut foreign = FOREIGN
            .iter()
            .filter(|word| said.contains(**word))
            .peekable();
        if foreign.peek().is_some() || said == "nothing is said" {
            bad.push(format!(
                "{text}\n    {said}\n    {:?}",
                foreign.collect::<Vec<_>>()
            ));
        }
    };
    for lines in WRONG {
        check("study.yaml", &with(&format!("{lines}\n")));
    }
    for (format, text) in OTHER {
        check(
            if *format == Format::Toml {
                "study.toml"
            } else {
                "study.json"
            },
            text,
        );
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
