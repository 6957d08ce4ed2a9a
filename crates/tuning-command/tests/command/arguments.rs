//! What a program is given.

use std::collections::BTreeMap;

use crate::support::{Bench, completed};
use tuning_command::{Argument, CommandError, CommandLine, CommandSpec, Place};
use tuning_core::{Fidelity, Parameter, Params, Seed, Space, TrialId, Work};

/// Prints its arguments, each in a line of its own in a file, between brackets.
const SHOW: &str = r#"for a in "$@"; do printf '[%s]\n' "$a"; done > shown; echo loss=1"#;

async fn shown(bench: &Bench, arguments: &[Argument], params: Params) -> String {
    let mut spec = bench.script(SHOW);
    for argument in arguments {
        spec = spec.arg(argument.clone());
    }
    let work = Work::new(TrialId::new(7), params, Seed::new(u64::MAX));
    assert_eq!(bench.run(&spec, work).await, completed(&[1.0]));
    bench.read("shown")
}

#[tokio::test]
async fn values_are_written_so_that_they_read_back() {
    let bench = Bench::new();
    let arguments = [
        "--lr=${lr}",
        "${opt}",
        "${trial}-${seed}-${seed_64}",
        "$$ $HOME",
        "${attempt}",
    ];
    let shown = shown(&bench, &arguments.map(Argument::from), bench.sgd()).await;
    assert_eq!(
        shown,
        format!(
            "[--lr=1e-7]\n[sgd]\n[7-{}-{}]\n[$ $HOME]\n[0]\n",
            u32::MAX,
            u64::MAX
        )
    );
}

#[tokio::test]
async fn what_belongs_to_an_inactive_parameter_vanishes() {
    let bench = Bench::new();
    let arguments = [
        Argument::from("--momentum"),
        "${momentum}".into(),
        "--opt".into(),
        "--nesterov=${momentum}".into(),
        ["--verbose"].into(),
        "${momentum}".into(),
        ["--beta", "${momentum}", "x"].into(),
        "--epochs".into(),
        "${until}".into(),
    ];
    let sgd = shown(&bench, &arguments, bench.sgd()).await;
    assert_eq!(
        sgd,
        "[--momentum]\n[0.1]\n[--opt]\n[--nesterov=0.1]\n[--verbose]\n[0.1]\n[--beta]\n[0.1]\n[x]\n"
    );
    let adam = shown(&bench, &arguments[..7], bench.adam()).await;
    assert_eq!(adam, "[--verbose]\n", "`--opt` seems to wait for a value");
}

const NASTY: [&str; 8] = [
    "; touch injected",
    "$(touch injected)",
    "`touch injected`",
    "a  b",
    "'\"",
    "line\nbreak",
    "*",
    "",
];

fn nasty_space() -> Space {
    Space::new([Parameter::categorical("text", NASTY)]).unwrap()
}

#[tokio::test]
async fn a_value_is_never_a_command_nor_two_arguments() {
    let mut bench = Bench::new();
    bench.space = nasty_space();
    let direct = bench.script(SHOW).arg("${text}").arg("--text=${text}");
    let script = r#"show() { for a in "$@"; do printf '[%s]\n' "$a"; done; }
show ${text} --text=${text} "${text}" '${text}' "$(show ${text})" > shown; echo loss=1"#;
    let shell = bench.spec(CommandSpec::shell(script));
    for text in NASTY {
        let params = bench.space.params([("text", text)]).unwrap();
        let work = Work::new(TrialId::new(0), params, Seed::new(0));
        assert_eq!(
            bench.run(&direct, work.clone()).await,
            completed(&[1.0]),
            "{text}"
        );
        assert_eq!(bench.read("shown"), format!("[{text}]\n[--text={text}]\n"));
        assert_eq!(bench.run(&shell, work).await, completed(&[1.0]), "{text}");
        let expect = format!("[{text}]\n[--text={text}]\n[{text}]\n[{text}]\n[[{text}]]\n");
        assert_eq!(bench.read("shown"), expect);
    }
    assert!(!bench.path("injected").exists());
}

#[tokio::test]
async fn in_a_shell_script_the_shell_keeps_its_own_variables() {
    let bench = Bench::new();
    let script = r#"x=1; [ -n "${momentum}" ] || echo none > shown; echo "$x $${x} ${opt}" >> shown; echo loss=${lr}"#;
    let spec = bench.spec(CommandSpec::shell(script));
    assert_eq!(bench.run(&spec, bench.work(0)).await, completed(&[0.1]));
    assert_eq!(bench.read("shown"), "none\n1 1 adam\n");
}

#[tokio::test]
async fn the_environment_tells_all_about_the_work() {
    let bench = Bench::new();
    let spec = bench
        .script("env > shown; cat; echo loss=1")
        .study("digits")
        .env("THREADS", "${trial}x")
        .env("MOMENTUM", "${momentum}");
    let environment = |bench: &Bench| -> BTreeMap<String, String> {
        let shown = bench.read("shown");
        let pairs = shown.lines().filter_map(|line| line.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    };
    let mut work = bench.work(12);
    assert_eq!(bench.run(&spec, work.clone()).await, completed(&[1.0]));
    let found = environment(&bench);
    let folder = bench.trials().join("000012");
    for (name, value) in [
        ("TUNE_TRIAL", "12"),
        ("TUNE_ATTEMPT", "0"),
        ("TUNE_PARAMS", r#"{"lr":0.1,"opt":"adam"}"#),
        ("TUNE_SEED", "4294967295"),
        ("TUNE_SEED_64", "18446744073709551615"),
        ("TUNE_TRIAL_DIR", folder.to_str().unwrap()),
        (
            "TUNE_CHECKPOINT_DIR",
            folder.join("checkpoint/end").to_str().unwrap(),
        ),
        ("TUNE_RESULT", folder.join("result").to_str().unwrap()),
        ("TUNE_STUDY", "digits"),
        ("THREADS", "12x"),
        ("PYTHONUNBUFFERED", "1"),
    ] {
        assert_eq!(found.get(name).map(String::as_str), Some(value), "{name}");
    }
    for name in ["TUNE_UNTIL", "TUNE_FROM", "MOMENTUM"] {
        assert_eq!(found.get(name), None, "{name}");
    }
    work.until = Some(Fidelity::new(3));
    work.attempt = 2;
    bench.run(&spec, work).await;
    let found = environment(&bench);
    assert_eq!((&*found["TUNE_UNTIL"], &*found["TUNE_ATTEMPT"]), ("3", "2"));
}

#[test]
fn a_wrong_command_is_refused_before_the_first_trial() {
    let bench = Bench::new();
    let check = |spec: CommandSpec, expect: &str| {
        let error = spec.check(&bench.space).unwrap_err();
        assert_eq!(error.to_string(), expect);
    };
    check(
        CommandSpec::new(["train", "--lr", "${lrr}"]),
        "argument 2 `${lrr}`: unknown placeholder `${lrr}`: did you mean `${lr}`? \
         (write `$${lrr}` for the literal text)",
    );
    check(
        CommandSpec::new(["train"]).group(["--m", "${weight_decay}"]),
        "argument 2 `${weight_decay}`: unknown placeholder `${weight_decay}`: name a parameter of the space, \
         or write `$${weight_decay}` for the literal text",
    );
    check(
        CommandSpec::new(["train", "${lr"]),
        "argument 1 `${lr`: a `${` has no `}`: close it, or write `$${` for the literal text",
    );
    check(
        CommandSpec::new(["./${momentum}"]),
        "program `./${momentum}`: the program depends on `${momentum}`, which has no value in some trials: \
         choose the program by a parameter that is always active",
    );
    check(
        CommandSpec::new(["train"]).env("TUNE_SEED", "1"),
        "environment variable `TUNE_SEED` is set by the tuner: choose another name",
    );
    check(
        CommandSpec::new(["train"]).env("A=B", "1"),
        "environment variable `A=B`: a name must not be empty, and must not contain `=` or NUL",
    );
    let empty = CommandSpec::new([] as [&str; 0]).check(&bench.space);
    assert!(matches!(empty, Err(CommandError::Empty)));
    let script = CommandSpec::shell("train ${HOME}").check(&bench.space);
    assert!(matches!(
        script,
        Err(CommandError::UnknownPlaceholder {
            place: Place::Script,
            ..
        })
    ));
    assert!(
        CommandSpec::new(["./${opt}", "${trial_dir}", "${result}"])
            .check(&bench.space)
            .is_ok()
    );
}

#[test]
fn a_nul_byte_is_refused_where_it_cannot_work() {
    let space = Space::new([
        Parameter::categorical("good", ["a", "b"]),
        Parameter::categorical("bad", ["a", "b\0c"]),
    ])
    .unwrap();
    let check = |spec: CommandSpec, expect: &str| {
        let error = spec.check(&space).unwrap_err().to_string();
        assert!(
            error.starts_with(expect) && error.contains("NUL byte"),
            "{error}"
        );
        assert!(!error.contains('\0'), "{error:?}");
    };
    check(
        CommandSpec::new(["a\0b"]),
        "program `a\u{fffd}b`: \"a\\0b\" has",
    );
    check(
        CommandSpec::new(["a", "--x=${bad}"]),
        "argument 1 `--x=${bad}`: \"b\\0c\" has",
    );
    check(CommandSpec::new(["a"]).group(["b\0"]), "argument 1");
    check(CommandSpec::shell("a ${bad}"), "shell command");
    check(
        CommandSpec::new(["a"]).env("A", "${bad}"),
        "environment variable `A`",
    );
    check(
        CommandSpec::new(["a"]).workdir("\0"),
        "the working directory",
    );
    check(
        CommandSpec::new(["a"]).trials_dir("\0"),
        "the folder of the trials",
    );
    check(
        CommandSpec::new(["a"]).study("s\0"),
        "the name of the study",
    );
    // In TUNE_PARAMS it is written `\u0000`.
    assert!(CommandSpec::new(["a", "${good}"]).check(&space).is_ok());
}

#[test]
fn a_parameter_hides_a_placeholder_of_the_same_name() {
    let space = Space::new([
        Parameter::categorical("kind", ["a", "b"]),
        Parameter::int("seed", 0, 9).when("kind", ["a"]),
    ])
    .unwrap();
    let error = CommandSpec::new(["./${seed}"]).check(&space).unwrap_err();
    assert!(matches!(error, CommandError::ConditionalProgram { .. }));
}

#[test]
fn a_command_line_is_a_list_or_a_string() {
    let line: CommandLine = serde_json::from_str(r#"["a", ["-m", "${m}"]]"#).unwrap();
    let expect = vec![Argument::from("a"), ["-m", "${m}"].into()];
    assert_eq!(line, CommandLine::Arguments(expect));
    let line: CommandLine = serde_json::from_str(r#""a | b""#).unwrap();
    assert_eq!(line, CommandLine::Shell("a | b".to_owned()));
}
