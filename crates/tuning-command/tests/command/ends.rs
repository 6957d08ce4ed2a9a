//! How programs end: by themselves, asked to, or killed; and that no process survives.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::support::{Answer, Bench, Link, completed, dead, failed, pid, runs, until};
use tuning_core::{Evaluator as _, FailureKind, Outcome, StopReason, Verdict};

/// A program with two helpers, one of which holds the pipes.
const FAMILY: &str =
    "sleep 1000 & echo $! > helper; (sleep 1000; true) & echo $! > other; echo $$ > leader
    echo epoch=1 loss=1; wait";

#[tokio::test]
async fn a_stopped_program_takes_its_helpers_along() {
    for (reason, kind) in [
        (StopReason::TimedOut, FailureKind::TimedOut),
        (StopReason::Cancelled, FailureKind::Cancelled),
        (StopReason::Stopping, FailureKind::Cancelled),
    ] {
        let bench = Bench::new();
        let link = Link::new([(1, Answer::Ask(reason))]);
        let outcome = bench
            .run_with(&bench.script(FAMILY), bench.work(0), &link)
            .await;
        failed(&outcome, kind, &[]);
        for name in ["leader", "helper", "other"] {
            dead(pid(&bench.path(name))).await;
        }
        assert!(!bench.path("trials/000000/process.json").exists());
    }
}

#[tokio::test]
async fn a_driver_that_never_answers_does_not_hold_the_program() {
    let bench = Bench::new();
    let link = Link::new([(1, Answer::Hang(StopReason::TimedOut))]);
    let outcome = bench
        .run_with(&bench.script(FAMILY), bench.work(0), &link)
        .await;
    failed(&outcome, FailureKind::TimedOut, &[]);
    let link = Link::new([(1, Answer::Hang(StopReason::TimedOut))]);
    let outcome = bench
        .run_with(&bench.script("echo epoch=1 loss=1"), bench.work(0), &link)
        .await;
    failed(&outcome, FailureKind::TimedOut, &[]);
}

#[tokio::test]
async fn a_program_may_use_its_grace() {
    let bench = Bench::new();
    let link = Link::new([(1, Answer::Verdict(Verdict::Stop))]);
    // It writes more than a pipe holds while it ends: its output is still carried.
    let script = "trap 'yes | head -c 300000; echo saved > saved; exit' TERM; echo epoch=1 loss=1
        while true; do sleep 0.01; done";
    let outcome = bench
        .run_with(&bench.script(script), bench.work(0), &link)
        .await;
    assert_eq!(outcome, Outcome::Stopped);
    assert_eq!(bench.read("saved"), "saved\n");
    let log = fs::metadata(bench.path("trials/000000/stdout.log")).unwrap();
    assert!(log.len() > 300_000);
}

#[tokio::test]
async fn a_stubborn_program_is_killed_after_its_grace() {
    let bench = Bench::new();
    for grace in [Duration::ZERO, Duration::from_millis(100)] {
        let link = Link::new([(1, Answer::Ask(StopReason::TimedOut))]);
        let script =
            "trap '' TERM; echo $$ > leader; echo epoch=1 loss=1; while true; do sleep 1000; done";
        let spec = bench.script(script).grace(grace);
        let start = Instant::now();
        let outcome = bench.run_with(&spec, bench.work(0), &link).await;
        failed(&outcome, FailureKind::TimedOut, &[]);
        assert!(start.elapsed() >= grace);
        dead(pid(&bench.path("leader"))).await;
    }
}

#[tokio::test]
async fn a_dropped_evaluation_kills_all_at_once_and_leaves_no_zombie() {
    let bench = Bench::new();
    let link = Link::new([]);
    let script = format!("trap '' TERM; {FAMILY}");
    let evaluator = bench.script(&script).build(&bench.space).unwrap();
    let mut evaluation = evaluator.evaluate(bench.trial(bench.work(0), &link));
    tokio::select! {
        outcome = &mut evaluation => panic!("{outcome:?}"),
        () = link.reported() => {}
    }
    let leader = pid(&bench.path("leader"));
    assert!(runs(leader));
    drop(evaluation);
    for name in ["leader", "helper", "other"] {
        dead(pid(&bench.path(name))).await;
    }
    let parent = format!("\nPPid:\t{}\n", std::process::id());
    until("the leader to be reaped", || {
        let status = fs::read_to_string(format!("/proc/{leader}/status"));
        !status.is_ok_and(|status| status.contains(&parent))
    })
    .await;
    // The next attempt is not disturbed by what is left of this one.
    assert_eq!(bench.outcome("echo loss=1").await, completed(&[1.0]));
}

#[tokio::test]
async fn helpers_that_outlive_the_program_are_killed() {
    let bench = Bench::new();
    let start = Instant::now();
    let outcome = bench
        .outcome("sleep 1000 & echo $! > helper; echo loss=1")
        .await;
    assert_eq!(outcome, completed(&[1.0]));
    assert!(start.elapsed() < Duration::from_secs(30));
    dead(pid(&bench.path("helper"))).await;
}

#[tokio::test]
async fn what_the_group_writes_after_the_program_has_exited_counts() {
    let bench = Bench::new();
    // As `exec > >(tee train.log)` in bash does: what filters the output outlives the program. This one
    // waits until the program was reaped, however busy the machine is.
    let script = "mkfifo pipe; (cat pipe > kept; while kill -0 $$ 2>/dev/null; do sleep 0.01; done; cat kept) &
        exec > pipe; echo epoch=1 loss=0.9; echo epoch=2 loss=0.1";
    for _ in 0..3 {
        let link = Link::new([]);
        let outcome = bench
            .run_with(&bench.script(script), bench.work(0), &link)
            .await;
        assert_eq!(outcome, completed(&[0.1]));
        assert_eq!(link.reports(), [(1, vec![0.9]), (2, vec![0.1])]);
        fs::remove_file(bench.path("pipe")).unwrap();
    }
    // So does the end of standard error, which says why a program failed.
    let script =
        "(while kill -0 $$ 2>/dev/null; do sleep 0.01; done; echo 'no such layer' >&2) & exit 3";
    let outcome = bench.outcome(script).await;
    failed(&outcome, FailureKind::Error, &["code 3", "no such layer"]);
}

#[tokio::test]
async fn a_trial_that_is_cancelled_while_its_group_finishes_keeps_its_result() {
    let bench = Bench::new();
    let link = Link::new([]);
    let spec = bench.script(
        "(yes > /dev/null; true) & echo $! > helper; echo epoch=1 loss=0.5; echo $$ > leader",
    );
    let evaluator = spec.build(&bench.space).unwrap();
    let evaluation = evaluator.evaluate(bench.trial(bench.work(0), &link));
    let cancel = async {
        let leader = bench.path("leader");
        until("the program to be reaped", || {
            fs::read_to_string(&leader).is_ok_and(|pid| {
                pid.ends_with('\n') && !Path::new("/proc").join(pid.trim()).exists()
            })
        })
        .await;
        link.ask(StopReason::Cancelled);
    };
    let (outcome, ()) = tokio::join!(evaluation, cancel);
    assert_eq!(outcome, completed(&[0.5]));
    dead(pid(&bench.path("helper"))).await;
}

#[tokio::test]
async fn a_process_that_left_the_group_neither_holds_the_trial_nor_decides_its_result() {
    let bench = Bench::new();
    // It speaks once the evaluation is over, or sees that its pipe is closed.
    let script = "setsid sh -c 'echo $$ > helper; while [ ! -e over ]; do sleep 0.01; done; echo \"{\\\"loss\\\": 99}\"' &
        while [ ! -s helper ]; do sleep 0.01; done; echo loss=0.5";
    assert_eq!(bench.outcome(script).await, completed(&[0.5]));
    let helper = pid(&bench.path("helper"));
    assert!(runs(helper), "the trial did not wait for it");
    fs::write(bench.path("over"), "").unwrap();
    dead(helper).await;
    assert!(!bench.read("trials/000000/stdout.log").contains("99"));
}

#[tokio::test]
async fn a_process_that_left_the_group_and_writes_without_end_cannot_hold_the_trial() {
    let bench = Bench::new();
    // What it says may be mixed into the output, but not into the result file.
    let script = "setsid sh -c 'echo $$ > helper; exec yes' &
        while [ ! -s helper ]; do sleep 0.01; done; echo loss=1 > $TUNE_RESULT";
    assert_eq!(bench.outcome(script).await, completed(&[1.0]));
    // The closed pipe ends it.
    dead(pid(&bench.path("helper"))).await;
}

#[tokio::test]
async fn a_program_that_closes_its_output_is_still_waited_for() {
    let bench = Bench::new();
    let script = "echo loss=1; exec >&- 2>&-; sleep 0.1; touch done";
    assert_eq!(bench.outcome(script).await, completed(&[1.0]));
    assert!(bench.path("done").exists());
}

/// Not a test: the tuner that the next test starts, and kills.
#[tokio::test]
async fn tuner() {
    let Some(folder) = std::env::var_os("TUNER_TO_KILL") else {
        return;
    };
    let bench = Bench::new();
    let script = format!("trap '' TERM PIPE; {FAMILY}");
    let spec = bench
        .script(&script)
        .workdir(&folder)
        .trials_dir(Path::new(&folder).join("trials"));
    let outcome = bench.run(&spec, bench.work(0)).await;
    panic!("it was not killed: {outcome:?}");
}

#[tokio::test]
async fn what_a_killed_tuner_left_is_killed_before_its_trial_runs_again() {
    let bench = Bench::new();
    let mut tuner = Command::new(std::env::current_exe().unwrap())
        .args(["ends::tuner", "--exact"])
        .env("TUNER_TO_KILL", bench.folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let log = bench.path("trials/000000/stdout.log");
    until("a report", || {
        fs::metadata(&log).is_ok_and(|log| log.len() > 0)
    })
    .await;
    tuner.kill().unwrap();
    tuner.wait().unwrap();

    let (leader, helper) = (pid(&bench.path("leader")), pid(&bench.path("helper")));
    assert!(runs(leader) && runs(helper));
    let note = bench.path("trials/000000/process.json");
    assert!(
        fs::read_to_string(&note)
            .unwrap()
            .contains(&format!("{leader}"))
    );
    // It is over before the next attempt begins, but for what is not reaped.
    let script = format!("grep State /proc/{leader}/status | grep -v Z || echo loss=1");
    assert_eq!(bench.outcome(&script).await, completed(&[1.0]));
    assert!(!runs(leader) && !note.exists());
    dead(helper).await;
}

#[tokio::test]
async fn a_stranger_with_the_number_of_an_old_program_is_left_alone() {
    let bench = Bench::new();
    let mut stranger = Command::new("sleep").arg("1000").spawn().unwrap();
    fs::create_dir_all(bench.path("trials/000000")).unwrap();
    let note = format!(r#"{{"pid": {}, "started": 1, "boot": "x"}}"#, stranger.id());
    fs::write(bench.path("trials/000000/process.json"), note).unwrap();
    assert_eq!(bench.outcome("echo loss=1").await, completed(&[1.0]));
    assert!(runs(stranger.id()));
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}
