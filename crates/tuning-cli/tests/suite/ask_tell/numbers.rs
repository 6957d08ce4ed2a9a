//! A number is what is written, or it is refused: alike in YAML, TOML and JSON, and over `tune ask-tell`.

use serde_json::{Value, json};
use tuning_core::Literal;
use tuning_file::{Extensions, Format, StudyReader};

use crate::{
    ask_tell::client::{self, Client},
    support::Folder,
};

/// What a value comes to.
#[derive(Clone, Copy, Debug)]
enum Is {
    Int(i64),
    Float(f64),
    /// The string as it is written.
    Text,
    /// With these words among the reasons.
    Refused(&'static str),
}

use Is::{Float, Int, Refused, Text};

const TOO_LARGE: Is = Refused("integers go from -2^63 to 2^63 - 1");
const HUGE: Is = Refused("too large for a number");
const TINY: Is = Refused("too small to be told from zero");
const ZEROS: Is = Refused("begins with a zero");
/// By the grammar of the format.
const NO: Is = Refused("");

/// As it is written, and what it is in YAML, TOML and JSON.
const TABLE: &[(&str, [Is; 3])] = &[
    ("0", [Int(0); 3]),
    ("-0", [Int(0); 3]),
    ("7", [Int(7); 3]),
    ("-7", [Int(-7); 3]),
    ("+5", [Int(5), Int(5), NO]),
    ("1_000", [Int(1000), Int(1000), NO]),
    ("0x10", [Int(16), Int(16), NO]),
    ("0o7", [Int(7), Int(7), NO]),
    ("0b11", [Int(3), Int(3), NO]),
    ("00", [ZEROS, NO, NO]),
    ("03", [ZEROS, NO, NO]),
    ("-03", [ZEROS, NO, NO]),
    ("03.5", [ZEROS, NO, NO]),
    ("9007199254740993", [Int(9_007_199_254_740_993); 3]),
    ("9223372036854775807", [Int(i64::MAX); 3]),
    ("-9223372036854775808", [Int(i64::MIN); 3]),
    ("9223372036854775808", [TOO_LARGE; 3]),
    ("-9223372036854775809", [TOO_LARGE; 3]),
    ("18446744073709551615", [TOO_LARGE; 3]),
    ("18446744073709551616", [TOO_LARGE; 3]),
    ("0xffffffffffffffffff", [TOO_LARGE, TOO_LARGE, NO]),
    ("1.0", [Float(1.0); 3]),
    ("-0.0", [Float(-0.0); 3]),
    ("1e3", [Float(1000.0); 3]),
    ("1E-5", [Float(1e-5); 3]),
    ("1_000.5", [Float(1000.5), Float(1000.5), NO]),
    (".5", [Float(0.5), NO, NO]),
    ("5.", [Float(5.0), NO, NO]),
    (
        "18446744073709551616.0",
        [Float(18_446_744_073_709_551_616.0); 3],
    ),
    ("4.9e-324", [Float(5e-324); 3]),
    ("1e400", [HUGE; 3]),
    ("-1e309", [HUGE; 3]),
    ("1e-400", [TINY; 3]),
    (".inf", [Refused("not a finite number"), NO, NO]),
    ("inf", [Text, Refused("not a finite number"), NO]),
    ("NaN", [Text, NO, NO]),
    ("yes", [Text, NO, NO]),
    ("on", [Text, NO, NO]),
    ("1:30", [Text, NO, NO]),
    ("12px", [Text, NO, NO]),
    (
        "2024-01-01",
        [Text, Refused("quote it if it is a string"), NO],
    ),
    (
        "12:30:00",
        [Text, Refused("quote it if it is a string"), NO],
    ),
    ("!!float 1", [Float(1.0), NO, NO]),
    ("!!int 1.5", [Refused("not what its tag"), NO, NO]),
    (
        "!!timestamp 2024-01-01",
        [Refused("means nothing here"), NO, NO],
    ),
];

fn study(format: Format, value: &str) -> String {
    match format {
        Format::Yaml => format!(
            "parameters:\n  x: {{value: {value}}}\nobjective: {{name: loss, direction: minimize}}\n"
        ),
        Format::Toml => format!(
            "parameters.x.value = {value}\n[objective]\nname = \"loss\"\ndirection = \"minimize\"\n"
        ),
        Format::Json => format!(
            "{{\"parameters\": {{\"x\": {{\"value\": {value}}}}}, \"objective\": {{\"name\": \"loss\", \
             \"direction\": \"minimize\"}}}}"
        ),
    }
}

#[track_caller]
fn check(what: &str, found: Result<Literal, String>, written: &str, expect: Is) {
    let is_it = match (&found, expect) {
        (Ok(Literal::Int(value)), Int(expect)) => *value == expect,
        (Ok(Literal::Float(value)), Float(expect)) => value.to_bits() == expect.to_bits(),
        (Ok(Literal::Str(text)), Text) => &**text == written,
        (Err(message), Refused(words)) => message.contains(words),
        _ => false,
    };
    assert!(
        is_it,
        "{written} {what}: expected {expect:?}, not {found:?}"
    );
}

#[test]
fn numbers_are_taken_exactly_or_refused_in_all_formats() {
    let long = "9".repeat(300);
    let more = [(&*long, [TOO_LARGE; 3])];
    let extensions = Extensions::default();
    for (written, expect) in TABLE.iter().copied().chain(more) {
        for (format, expect) in [Format::Yaml, Format::Toml, Format::Json]
            .into_iter()
            .zip(expect)
        {
            let read = StudyReader::new(&extensions)
                .functions()
                .text(format, &study(format, written));
            let found = match read {
                Ok(file) => Ok(file.settings.space.parameters()[0]
                    .domain()
                    .choices()
                    .unwrap()[0]
                    .clone()),
                Err(error) => Err(error.to_string()),
            };
            check(&format!("as {format:?}"), found, written, expect);
        }
    }
}

#[test]
fn numbers_are_taken_exactly_or_refused_over_ask_tell() {
    let folder = Folder::new();
    for (written, [_, _, expect]) in TABLE.iter().copied() {
        let mut client = Client::start(&folder, &[]);
        let ready = client.line(&format!("{{\"study\": {}}}", study(Format::Json, written)));
        let found = match ready["error"]["message"].as_str() {
            Some(message) => Err(message.to_owned()),
            None => {
                let asked = client.ask(1);
                Ok(serde_json::from_value(asked[0]["params"]["x"].clone()).unwrap())
            }
        };
        check("over ask-tell", found, written, expect);
        client.send(json!({"end": true}));
    }
}

/// The domain of a range with these bounds, or what is wrong with it.
fn range(format: Format, bounds: [&str; 2]) -> String {
    let [min, max] = bounds;
    let text = match format {
        Format::Yaml => format!(
            "parameters: {{x: {{min: {min}, max: {max}}}}}\nobjective: {{name: loss, direction: minimize}}\n"
        ),
        Format::Toml => format!(
            "parameters.x = {{min = {min}, max = {max}}}\nobjective = {{name = \"loss\", direction = \"minimize\"}}\n"
        ),
        Format::Json => format!(
            "{{\"parameters\": {{\"x\": {{\"min\": {min}, \"max\": {max}}}}}, \"objective\": {{\"name\": \"loss\", \"direction\": \"minimize\"}}}}"
        ),
    };
    let extensions = Extensions::default();
    match StudyReader::new(&extensions)
        .functions()
        .text(format, &text)
    {
        Ok(file) => file.settings.space.parameters()[0].domain().to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn bounds_keep_their_kind_and_their_last_digit() {
    for (bounds, expect) in [
        (["0", "9223372036854775807"], "int 0 to 9223372036854775807"),
        (
            ["-4611686018427387905", "4611686018427387902"],
            "int -4611686018427387905 to 4611686018427387902",
        ),
        (["0", "9007199254740993"], "int 0 to 9007199254740993"),
        (
            ["0", "9223372036854775808"],
            "integers go from -2^63 to 2^63 - 1",
        ),
        (
            ["-9223372036854775809", "0"],
            "integers go from -2^63 to 2^63 - 1",
        ),
        (["0", "1.0"], "float 0 to 1"),
        (["0.5", "9007199254740992"], "float 0.5 to 9007199254740992"),
        (
            ["0.5", "9007199254740993"],
            "which a float cannot be exactly",
        ),
        (["0.5", "1e400"], "too large for a number"),
        (["1e-400", "1.0"], "too small to be told from zero"),
    ] {
        for format in [Format::Yaml, Format::Toml, Format::Json] {
            let found = range(format, bounds);
            assert!(found.contains(expect), "{bounds:?} as {format:?}: {found}");
        }
    }
    for bounds in [["00", "03"], ["0", "03"], ["00.0", "1.0"]] {
        assert!(
            range(Format::Yaml, bounds).contains("begins with a zero"),
            "{bounds:?}"
        );
    }
}

/// What is told of `value` as a loss, and as a metric.
fn told(value: &str) -> [Value; 2] {
    let folder = Folder::new();
    let mut client = Client::start(&folder, &[]);
    client.send(client::study());
    let trial = client.ask(1)[0]["trial"].clone();
    let metric = client.line(&format!(
        "{{\"report\": {{\"trial\": {trial}, \"at\": 1, \"values\": {{\"loss\": 1}}, \"metrics\": {{\"m\": {value}}}}}}}"
    ));
    let loss = client.line(&format!(
        "{{\"tell\": {{\"trial\": {trial}, \"values\": {{\"loss\": {value}}}}}}}"
    ));
    [loss, metric]
}

#[test]
fn results_are_taken_exactly_or_refused() {
    for value in [
        "0",
        "-3",
        "9007199254740992",
        "4611686018427387904",
        "0.1",
        "1e300",
    ] {
        for answer in told(value) {
            assert!(answer["error"].is_null(), "{value}: {answer}");
        }
    }
    for (value, words) in [
        (
            "9007199254740993",
            "which a float cannot be exactly: write the float that is meant",
        ),
        (
            "9223372036854775808",
            "which has more than 64 bits: write the float that is meant",
        ),
        ("1e400", "too large for a number"),
        ("1e-400", "too small to be told from zero"),
    ] {
        for answer in told(value) {
            let message = answer["error"]["message"].as_str().unwrap_or_default();
            assert!(message.contains(words), "{value}: {answer}");
        }
    }
}

#[test]
fn seeds_have_64_bits_without_a_sign_everywhere() {
    let folder = Folder::with_study();
    let most = u64::MAX.to_string();
    for seed in ["0", "9223372036854775808", &most] {
        let file = folder
            .read("study.yaml")
            .replace("seed: 7", &format!("seed: {seed}"));
        folder.write("seeded.yaml", &file);
        let json = |args: &[&str]| {
            let done = folder.ends_with(0, args);
            serde_json::from_str::<Value>(&done.stdout).unwrap()
        };
        let from_file = json(&["validate", "seeded.yaml", "--json"]);
        let from_option = json(&["validate", "study.yaml", "--json", "--seed", seed]);
        let from_set = json(&[
            "validate",
            "study.yaml",
            "--json",
            "--set",
            &format!("seed={seed}"),
        ]);
        for validated in [from_file, from_option, from_set] {
            assert_eq!(validated["file"]["seed"].to_string(), seed, "{validated}");
        }
        // The journal keeps it, too, or it could not be resumed.
        let journal = format!("seed-{seed}.db");
        for _ in 0..2 {
            folder.ends_with(0, &["run", "seeded.yaml", "--quiet", "--journal", &journal]);
        }
        let mut client = Client::start(&folder, &["--seed", seed]);
        let ready = client.send(client::study());
        assert_eq!(ready["ready"]["seed"].to_string(), *seed, "{ready}");
        client.send(json!({"end": true}));
    }
    for wrong in ["-1", "18446744073709551616", "1.0", "1e3", "abc", "true"] {
        let option = format!("--seed={wrong}");
        let done = folder.ends_with(2, &["validate", "study.yaml", &option]);
        let expected = "expected a whole number from 0 to 18446744073709551615";
        assert!(
            done.stderr.contains("`seed` is ") && done.stderr.contains(expected),
            "{wrong}: {}",
            done.stderr
        );
    }
}
