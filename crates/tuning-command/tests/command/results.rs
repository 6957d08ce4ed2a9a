//! What is made of what a program says.

use crate::support::{Answer, Bench, Link, completed, failed};
use tuning_core::{FailureKind, Fidelity, Outcome, Verdict};

#[tokio::test]
async fn a_result_comes_in_many_forms() {
    let one = Bench::new();
    for script in [
        "echo starting; echo '{\"loss\": 0.5}'",
        "echo loss=0.5",
        "echo 'loss: 0.5'",
        "printf 'progress\\rloss=0.5'",
        "echo loss=9; echo 'loss=0.5, cost=3'; echo '{\"other\": 1}'",
        "echo 0.5 > $TUNE_RESULT",
        "echo loss=0.5 > $TUNE_RESULT; echo loss=9",
        "echo '{\"loss\": 0.5}' > $TUNE_RESULT",
        "printf '\\n' > $TUNE_RESULT; echo loss=0.5",
        "printf 'x\\377\\n'; echo loss=0.5",
    ] {
        assert_eq!(one.outcome(script).await, completed(&[0.5]), "{script}");
    }
    let two = Bench::new().objectives(&["loss", "size"]);
    for script in [
        "echo '{\"size\": 2, \"loss\": 0.5}'",
        "echo loss=9; echo size=2; echo loss=0.5",
        "printf 'size=2\\nloss=0.5' > $TUNE_RESULT",
    ] {
        assert_eq!(
            two.outcome(script).await,
            completed(&[0.5, 2.0]),
            "{script}"
        );
    }
}

#[tokio::test]
async fn without_a_result_the_reason_says_what_was_expected_and_what_came() {
    let bench = Bench::new();
    let outcome = bench.outcome("echo 'accuracy is 0.9'").await;
    let expect = [
        "no value of `loss`",
        "{\"loss\": 0.5}",
        "TUNE_RESULT",
        "accuracy is 0.9",
    ];
    failed(&outcome, FailureKind::Error, &expect);
    failed(
        &bench.outcome("").await,
        FailureKind::Error,
        &["wrote nothing"],
    );
    let outcome = bench.outcome("echo loss=9; echo done > $TUNE_RESULT").await;
    failed(
        &outcome,
        FailureKind::Error,
        &["result file", "it says: done"],
    );
    // A result that an earlier attempt wrote does not count.
    failed(
        &bench.outcome("").await,
        FailureKind::Error,
        &["no value of `loss`"],
    );
}

#[tokio::test]
async fn a_program_that_fails_is_told_by_code_signal_and_last_words() {
    let bench = Bench::new();
    let outcome = bench
        .outcome("echo loss=1; echo a >&2; echo 'Error: b' >&2; exit 3")
        .await;
    failed(
        &outcome,
        FailureKind::Error,
        &["code 3", "standard error:\na\nError: b"],
    );
    let outcome = bench.outcome("echo 'from stdout'; exit 1").await;
    failed(
        &outcome,
        FailureKind::Error,
        &["code 1", "its output:\nfrom stdout"],
    );
    failed(
        &bench.outcome("kill -9 $$").await,
        FailureKind::Error,
        &["SIGKILL"],
    );
    let outcome = bench
        .outcome("yes word | head -n 100000 >&2; echo last >&2; exit 1")
        .await;
    failed(&outcome, FailureKind::Error, &["word\nlast"]);
    assert!(outcome.failure().unwrap().reason.len() < 4096);
}

#[tokio::test]
async fn a_program_that_cannot_start_comes_with_a_remedy() {
    let bench = Bench::new();
    // Written by another process: one that this process writes may be busy while another test
    // forks.
    let files =
        "echo '#!/bin/sh' > plain; echo '#!/nowhere/python' > lost; echo 'echo loss=1' > bare
        chmod 755 lost bare; echo loss=1";
    assert_eq!(bench.outcome(files).await, completed(&[1.0]));
    for (program, expect) in [
        ("no-such-program", "installed"),
        ("./plain", "chmod +x"),
        ("./lost", "interpreter"),
        ("./bare", "#!/bin/sh"),
    ] {
        let spec = bench.spec(tuning_command::CommandSpec::new([program]));
        let outcome = bench.run(&spec, bench.work(0)).await;
        failed(&outcome, FailureKind::Error, &[program, expect]);
    }
    let spec = bench.script("").workdir("/nowhere");
    failed(
        &bench.run(&spec, bench.work(0)).await,
        FailureKind::Error,
        &["/nowhere"],
    );
}

#[tokio::test]
async fn values_that_are_not_finite_name_their_objective() {
    let bench = Bench::new();
    for script in [
        "echo '{\"loss\": NaN}'",
        "echo loss=nan",
        "echo '{\"loss\": Infinity}' > $TUNE_RESULT",
        "echo loss=1; echo loss=-inf",
    ] {
        failed(
            &bench.outcome(script).await,
            FailureKind::NonFinite,
            &["`loss`"],
        );
    }
    let outcome = bench
        .outcome("echo '{\"epoch\": 2, \"loss\": NaN}'; sleep 1000")
        .await;
    failed(
        &outcome,
        FailureKind::NonFinite,
        &["`loss` is NaN; the line was: {\"epoch\": 2, \"loss\": NaN}"],
    );
}

#[tokio::test]
async fn a_diverged_trial_does_not_keep_an_older_value() {
    let bench = Bench::new();
    for (line, kind) in [
        (r#"{"epoch":2,"loss":null}"#, FailureKind::NonFinite),
        (r#"{"epoch":2,"loss":None}"#, FailureKind::NonFinite),
        (r#"{"loss":1e999}"#, FailureKind::NonFinite),
        ("epoch=2 loss=None", FailureKind::NonFinite),
        ("epoch=2 loss=nan (diverged)", FailureKind::NonFinite),
        ("loss=", FailureKind::NonFinite),
        ("loss: -inf", FailureKind::NonFinite),
        (r#"{"loss": "0.5"}"#, FailureKind::Error),
        (r#"{"loss": 0.5"#, FailureKind::Error),
        ("loss=0,5", FailureKind::Error),
    ] {
        for script in [
            format!("echo '{{\"epoch\":1,\"loss\":0.9}}'; echo '{line}'"),
            format!("echo '{{\"epoch\":1,\"loss\":0.9}}'; echo '{line}' > $TUNE_RESULT"),
        ] {
            let outcome = bench.outcome(&script).await;
            failed(&outcome, kind, &["`loss`", line]);
        }
    }
    let digits = "7".repeat(300);
    let script = format!("echo '{{\"loss\": 0.9}}'; echo '{{\"seen\": {digits}, \"loss\": 0.1}}'");
    assert_eq!(bench.outcome(&script).await, completed(&[0.1]));
}

#[tokio::test]
async fn near_misses_are_told_as_what_they_are() {
    let bench = Bench::new();
    for (line, expect) in [
        ("Loss: 0.5", "did you mean `loss`?"),
        ("{\"LOSS\": 0.5}", "did you mean `loss`?"),
        ("los=0.5", "did you mean `loss`?"),
        ("0.5", "did you mean `loss=0.5`?"),
        ("\u{feff}{\"loss\": 0.5}", "byte order mark"),
        ("Epoch 3: loss=0.41", "on a line of its own"),
        ("{\"loss\": \"0.5\"}", "without quotes"),
        ("loss=0,5", "decimal point"),
    ] {
        // The noise around it does not hide it.
        let script =
            format!("echo 12 steps; cat <<'E'\n{line}\nE\nyes 'step 7 of 9' | head -n 1000");
        failed(
            &bench.outcome(&script).await,
            FailureKind::Error,
            &[expect, line],
        );
    }
    let script = "cat <<'E'\n{'loss': 0.5}\nE\n";
    failed(
        &bench.outcome(script).await,
        FailureKind::Error,
        &["did you mean `{\"loss\": 0.5}`? print `json.dumps(…)`"],
    );
}

#[tokio::test]
async fn a_trial_with_too_many_metrics_fails_at_once() {
    let bench = Bench::new();
    let script = "i=0; while [ $i -le 10000 ]; do echo m$i=1; i=$((i+1)); done; sleep 1000";
    let outcome = bench.outcome(script).await;
    failed(
        &outcome,
        FailureKind::Error,
        &["more than 10000 metrics", "`m10000`"],
    );
}

#[tokio::test]
async fn infeasible_parameters_are_told_apart() {
    let bench = Bench::new();
    for script in [
        "echo '{\"infeasible\": \"too big\"}'",
        "echo '{\"infeasible\": \"too big\"}'; exit 1",
        "echo '{\"infeasible\": \"too big\"}' > $TUNE_RESULT",
        "echo '{\"infeasible\": [\"too big\"]}'",
        "echo infeasible=too big",
        "echo infeasible=too big > $TUNE_RESULT",
    ] {
        failed(
            &bench.outcome(script).await,
            FailureKind::Infeasible,
            &["too big"],
        );
    }
}

#[tokio::test]
async fn reports_and_metrics_reach_the_driver_in_order() {
    let bench = Bench::new();
    let link = Link::new([]);
    let spec = bench.script(
        r#"echo '{"epoch": 1, "loss": 3, "acc": 0.5}'; echo epoch=2 loss=2; echo '{"epoch": 3, "acc": 0.7}'
           echo 'note: 7'; printf '{"epoch": 4, "loss": 1}'"#,
    );
    assert_eq!(
        bench.run_with(&spec, bench.work(0), &link).await,
        completed(&[1.0])
    );
    assert_eq!(
        link.reports(),
        [(1, vec![3.0]), (2, vec![2.0]), (4, vec![1.0])]
    );
    assert_eq!(
        link.metrics(),
        [("acc".to_owned(), 0.5), ("acc".to_owned(), 0.7)]
    );

    let link = Link::new([]);
    let spec = bench
        .script("echo epoch=0 loss=1; echo step=8 loss=2")
        .zero_based()
        .step_key("epoch");
    assert_eq!(
        bench.run_with(&spec, bench.work(0), &link).await,
        completed(&[2.0])
    );
    assert_eq!(link.reports(), [(1, vec![1.0])]);
}

const FOR_EVER: &str = "e=0; while true; do e=$((e+1)); echo epoch=$e loss=0.$e || exit; [ $e -lt 50 ] || sleep 1000; done";

#[tokio::test]
async fn a_verdict_stops_the_program() {
    let bench = Bench::new();
    let link = Link::new([(3, Answer::Verdict(Verdict::Stop))]);
    let outcome = bench
        .run_with(&bench.script(FOR_EVER), bench.work(0), &link)
        .await;
    assert_eq!(outcome, Outcome::Stopped);
    assert_eq!(link.reports().len(), 3);
}

#[tokio::test]
async fn a_verdict_on_the_last_words_counts() {
    let bench = Bench::new();
    let link = Link::new([(1, Answer::Verdict(Verdict::Stop))]);
    let spec = bench.script("printf 'epoch=1 loss=1'");
    assert_eq!(
        bench.run_with(&spec, bench.work(0), &link).await,
        Outcome::Stopped
    );
}

#[tokio::test]
async fn a_paused_program_ends_by_itself_and_saves_before() {
    let bench = Bench::new();
    let mut work = bench.work(0);
    work.until = Some(Fidelity::new(2));
    let link = Link::new([(2, Answer::Verdict(Verdict::Pause))]);
    let spec = bench.script(
        "for e in 1 2; do echo epoch=$e loss=0.$e; done; sleep 0.1; echo saved > $TUNE_CHECKPOINT_DIR/weights",
    );
    assert_eq!(bench.run_with(&spec, work, &link).await, completed(&[0.2]));
    assert_eq!(bench.read("trials/000000/checkpoint/2/weights"), "saved\n");
}

#[tokio::test]
async fn a_program_that_runs_on_after_a_pause_is_ended() {
    let bench = Bench::new();
    let mut work = bench.work(0);
    work.until = Some(Fidelity::new(2));
    let link = Link::new([(2, Answer::Verdict(Verdict::Pause))]);
    let outcome = bench.run_with(&bench.script(FOR_EVER), work, &link).await;
    assert_eq!(outcome, completed(&[0.2]));
    assert_eq!(link.reports().len(), 2);
}
