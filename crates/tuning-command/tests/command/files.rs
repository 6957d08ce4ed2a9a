//! Logs, checkpoints and whose folder is whose.

use std::fs;

use crate::support::{Bench, Link, completed, failed};
use tuning_command::CommandSpec;
use tuning_core::{
    Evaluator as _, FailureKind, Fidelity, Fork, Origin, Outcome, Seed, TrialId, Work,
};

#[tokio::test]
async fn logs_keep_every_byte_and_every_attempt() {
    let bench = Bench::new();
    let spec = bench.script("printf 'a\\377\\000b'; echo oops >&2; exit 1");
    let mut work = bench.work(3);
    bench.run(&spec, work.clone()).await;
    work.attempt = 1;
    bench.run(&spec, work).await;
    let log = fs::read(bench.path("trials/000003/stdout.log")).unwrap();
    assert_eq!(log, b"a\xff\0b\n=== until the end, attempt 1 ===\na\xff\0b");
    assert_eq!(
        bench.read("trials/000003/stderr.log"),
        "oops\n\n=== until the end, attempt 1 ===\noops\n"
    );
}

/// The most memory that this process ever had, in KiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn much_output_takes_little_memory() {
    let bench = Bench::new();
    let before = peak();
    let script = "yes a=line | head -c 40000000; head -c 40000000 /dev/zero | tr '\\0' x
        echo; yes | head -c 20000000 >&2; echo loss=1";
    assert_eq!(bench.outcome(script).await, completed(&[1.0]));
    let size = |name: &str| fs::metadata(bench.path(name)).unwrap().len();
    assert_eq!(size("trials/000000/stdout.log"), 80_000_000 + 1 + 7);
    assert_eq!(size("trials/000000/stderr.log"), 20_000_000);
    assert!(peak() - before < 16 * 1024, "{} KiB more", peak() - before);
}

/// Goes on from what it finds, and notes where it was told to start.
const TRAIN: &str = r#"c=$TUNE_CHECKPOINT_DIR; mkdir -p $c/deep
    echo "${TUNE_TRIAL}:${TUNE_FROM-none}-${TUNE_UNTIL-end}" >> $c/deep/log
    echo epoch=${TUNE_UNTIL-99} loss=1; exit ${FAIL-0}"#;

fn work(bench: &Bench, trial: u64, from: Option<u64>, until: Option<u64>) -> Work {
    let mut work = bench.work(trial);
    work.origin = from.map_or(Origin::New, |from| Origin::Resumed {
        at: Fidelity::new(from),
    });
    work.until = until.map(Fidelity::new);
    work
}

#[tokio::test]
async fn a_resumed_trial_goes_on_from_a_copy_of_its_checkpoint() {
    let bench = Bench::new();
    let spec = bench.script(TRAIN);
    for (from, until) in [(None, Some(1)), (Some(1), Some(3)), (Some(3), None)] {
        let outcome = bench.run(&spec, work(&bench, 0, from, until)).await;
        assert_eq!(outcome, completed(&[1.0]));
    }
    let path = |label: &str| format!("trials/000000/checkpoint/{label}/deep/log");
    assert_eq!(
        bench.read(&path("3")),
        "0:none-1\n0:1-3\n",
        "a paused trial's checkpoint stays as it is"
    );
    assert_eq!(bench.read(&path("end")), "0:none-1\n0:1-3\n0:3-end\n");
    assert!(!bench.path(&path("1")).exists(), "it is of no use any more");
}

#[tokio::test]
async fn a_retried_attempt_finds_what_the_failed_one_left() {
    let bench = Bench::new();
    let spec = bench.script(TRAIN);
    bench.run(&spec, work(&bench, 0, None, Some(1))).await;
    let mut second = work(&bench, 0, Some(1), Some(3));
    let outcome = bench
        .run(&spec.clone().env("FAIL", "1"), second.clone())
        .await;
    failed(&outcome, FailureKind::Error, &[]);
    second.attempt = 1;
    bench.run(&spec, second).await;
    assert_eq!(
        bench.read("trials/000000/checkpoint/3/deep/log"),
        "0:none-1\n0:1-3\n0:1-3\n"
    );
    assert_eq!(
        bench.read("trials/000000/checkpoint/1/deep/log"),
        "0:none-1\n"
    );
}

/// Goes on behind the epoch of its checkpoint, says nothing of an epoch that is in it, and dies once with the last epoch in
/// its checkpoint and the line of it not said.
const DIES_AT_ITS_END: &str = r#"cd $TUNE_CHECKPOINT_DIR; echo "from ${TUNE_FROM-none}" >> log
    epoch=$(cat epoch 2> /dev/null || echo 0)
    while [ $epoch -lt $TUNE_UNTIL ]; do
        epoch=$((epoch + 1)); echo $epoch > epoch; echo $epoch >> log
        if [ $epoch = 3 ] && [ ! -e $TUNE_TRIAL_DIR/died ]; then : > $TUNE_TRIAL_DIR/died; kill -9 $$; fi
        echo epoch=$epoch loss=$epoch
    done"#;

#[tokio::test]
async fn a_program_that_died_behind_its_checkpoint_is_done_again_from_the_step_before() {
    let bench = Bench::new();
    let spec = bench.script(DIES_AT_ITS_END);
    bench.run(&spec, work(&bench, 0, None, Some(1))).await;
    let mut fork = work(&bench, 1, None, Some(3));
    fork.origin = Origin::Forked(Fork::new(TrialId::new(0), Some(Fidelity::new(1))));
    let cases = [
        (
            work(&bench, 0, Some(1), Some(3)),
            "from none\n1\nfrom 1\n2\n3\n",
        ),
        (fork, "from none\n1\nfrom 1\n2\n3\n"),
        (work(&bench, 2, None, Some(3)), "from none\n1\n2\n3\n"),
    ];
    for (mut work, log) in cases {
        let died = bench.run(&spec, work.clone()).await;
        failed(&died, FailureKind::Error, &["SIGKILL"]);
        // What a fork began with may be gone by now.
        let evaluator = spec.clone().build(&bench.space).unwrap();
        if work.trial == TrialId::new(1) {
            evaluator.discard(TrialId::new(0)).await;
        }
        work.attempt = 1;
        let link = Link::new([]);
        assert_eq!(
            bench.run_with(&spec, work.clone(), &link).await,
            completed(&[3.0]),
            "{work:?}"
        );
        assert_eq!(link.reports().last(), Some(&(3, vec![3.0])));
        let path = format!("trials/{:06}/checkpoint/3/log", work.trial.get());
        assert_eq!(bench.read(&path), log);
    }
}

#[tokio::test]
async fn a_program_that_fails_behind_its_last_report_keeps_its_checkpoint() {
    let bench = Bench::new();
    let script =
        r#"cd $TUNE_CHECKPOINT_DIR; echo $TUNE_ATTEMPT >> log; echo epoch=1 loss=1; exit 1"#;
    let spec = bench.script(script);
    let mut work = work(&bench, 0, None, Some(3));
    for attempt in 0..3 {
        work.attempt = attempt;
        let outcome = bench.run(&spec, work.clone()).await;
        failed(&outcome, FailureKind::Error, &["exit"]);
    }
    assert_eq!(bench.read("trials/000000/checkpoint/3/log"), "0\n1\n2\n");
}

#[tokio::test]
async fn a_program_without_checkpoints_runs_once_in_each_attempt() {
    let bench = Bench::new();
    let spec = bench.script("echo $TUNE_ATTEMPT >> $TUNE_TRIAL_DIR/runs; exit 1");
    let mut work = work(&bench, 0, None, Some(3));
    for attempt in 0..3 {
        work.attempt = attempt;
        bench.run(&spec, work.clone()).await;
    }
    assert_eq!(bench.read("trials/000000/runs"), "0\n1\n2\n");
}

#[tokio::test]
async fn a_fork_begins_with_the_other_trials_checkpoint() {
    let bench = Bench::new();
    let spec = bench.script(TRAIN);
    bench.run(&spec, work(&bench, 0, None, Some(3))).await;
    bench.run(&spec, work(&bench, 1, None, None)).await;
    let mut fork = work(&bench, 2, None, Some(6));
    fork.origin = Origin::Forked(Fork::new(TrialId::new(0), Some(Fidelity::new(3))));
    bench.run(&spec, fork).await;
    assert_eq!(
        bench.read("trials/000002/checkpoint/6/deep/log"),
        "0:none-3\n2:3-6\n"
    );
    let mut fork = work(&bench, 3, None, None);
    fork.origin = Origin::Forked(Fork::new(TrialId::new(1), None));
    bench.run(&spec, fork.clone()).await;
    assert_eq!(
        bench.read("trials/000003/checkpoint/end/deep/log"),
        "1:none-end\n3:none-end\n"
    );
    fork.trial = TrialId::new(4);
    fork.origin = Origin::Forked(Fork::new(TrialId::new(77), None));
    failed(
        &bench.run(&spec, fork).await,
        FailureKind::Error,
        &["trial 77 has no checkpoint"],
    );
}

#[tokio::test]
async fn what_was_given_up_loses_its_checkpoints_and_keeps_its_logs() {
    let bench = Bench::new();
    let spec = bench.script(TRAIN).study("a");
    for (trial, until) in [(0, 1), (1, 1), (2, 1)] {
        bench
            .run(&spec, work(&bench, trial, None, Some(until)))
            .await;
    }
    let discard = async |spec: &CommandSpec, trial: u64| {
        let evaluator = spec.clone().build(&bench.space).unwrap();
        evaluator.discard(TrialId::new(trial)).await;
    };
    let has = |trial: u64, file: &str| bench.path(&format!("trials/{trial:06}/{file}")).exists();
    discard(&spec, 1).await;
    let kept: Vec<bool> = (0..3).map(|trial| has(trial, "checkpoint")).collect();
    assert_eq!(kept, [true, false, true]);
    for file in ["stdout.log", "stderr.log", "trial.json"] {
        assert!(has(1, file), "{file}");
    }
    // After a crash it is said again; and there are trials that never had a folder.
    discard(&spec, 1).await;
    discard(&spec, 77).await;
    assert!(!has(77, ""));
    // Another study's folder of the same number is not touched.
    discard(&spec.clone().study("b"), 0).await;
    assert!(has(0, "checkpoint/1/deep/log"));
}

#[tokio::test]
async fn a_fork_that_has_begun_does_not_need_the_other_trial_any_more() {
    let bench = Bench::new();
    let spec = bench.script(TRAIN);
    bench.run(&spec, work(&bench, 0, None, Some(3))).await;
    let mut fork = work(&bench, 1, None, Some(6));
    fork.origin = Origin::Forked(Fork::new(TrialId::new(0), Some(Fidelity::new(3))));
    let outcome = bench
        .run(&spec.clone().env("FAIL", "1"), fork.clone())
        .await;
    failed(&outcome, FailureKind::Error, &[]);
    let evaluator = spec.clone().build(&bench.space).unwrap();
    evaluator.discard(TrialId::new(0)).await;
    fork.attempt = 1;
    assert_eq!(bench.run(&spec, fork).await, completed(&[1.0]));
    assert_eq!(
        bench.read("trials/000001/checkpoint/6/deep/log"),
        "0:none-3\n1:3-6\n1:3-6\n"
    );
}

#[tokio::test]
async fn a_trial_whose_checkpoint_is_gone_starts_anew() {
    let bench = Bench::new();
    let spec = bench.script(TRAIN);
    assert_eq!(
        bench.run(&spec, work(&bench, 0, Some(3), Some(9))).await,
        completed(&[1.0])
    );
    assert_eq!(
        bench.read("trials/000000/checkpoint/9/deep/log"),
        "0:none-9\n"
    );
}

#[tokio::test]
async fn a_folder_of_another_study_is_set_aside() {
    let bench = Bench::new();
    let spec = bench.script(TRAIN);
    let first = work(&bench, 0, None, Some(1));
    bench.run(&spec.clone().study("a"), first.clone()).await;
    let mut other_seed = first.clone();
    other_seed.seed = Seed::new(1);
    bench
        .run(&spec.clone().study("a"), other_seed.clone())
        .await;
    assert_eq!(
        bench.read("trials/000000/checkpoint/1/deep/log"),
        "0:none-1\n"
    );
    assert_eq!(
        bench.read("trials/000000.stale-1/checkpoint/1/deep/log"),
        "0:none-1\n"
    );
    bench
        .run(&spec.clone().study("b"), other_seed.clone())
        .await;
    assert!(bench.path("trials/000000.stale-2").exists());
    // Without a name there is nothing to tell the studies apart by.
    bench.run(&spec, other_seed).await;
    assert_eq!(
        bench.read("trials/000000/checkpoint/1/deep/log"),
        "0:none-1\n0:none-1\n"
    );
}

#[tokio::test]
async fn what_is_not_a_regular_file_is_not_waited_for() {
    let bench = Bench::new();
    let check = async |script: &str, expect: &[&str]| {
        failed(&bench.outcome(script).await, FailureKind::Error, expect);
    };
    check(
        "rm -f $TUNE_RESULT; mkfifo $TUNE_RESULT; echo loss=1",
        &["000000/result", "a FIFO"],
    )
    .await;
    check(
        "ln -s /dev/zero $TUNE_RESULT; echo loss=1",
        &["000000/result", "a device"],
    )
    .await;
    check(
        "head -c 2000000 /dev/zero > $TUNE_RESULT",
        &["000000/result", "longer than"],
    )
    .await;
    // What one attempt leaves in the place of the tuner's own files, the next one finds.
    let leave = "cd $TUNE_TRIAL_DIR; until [ -e process.json ]; do sleep 0.01; done
        rm -f trial.json process.json.new process.json
        mkfifo trial.json process.json.new process.json; echo loss=1";
    assert_eq!(bench.outcome(leave).await, completed(&[1.0]));
    assert_eq!(bench.outcome("echo loss=1").await, completed(&[1.0]));
    assert!(bench.path("trials/000000.stale-1").exists());
    let leave = "cd $TUNE_TRIAL_DIR; rm stdout.log; mkfifo stdout.log; echo loss=1";
    assert_eq!(bench.outcome(leave).await, completed(&[1.0]));
    check(
        "echo loss=1",
        &["stdout.log", "a FIFO, not a regular file: remove it"],
    )
    .await;
}

#[tokio::test]
async fn what_cannot_be_written_fails_the_trial_with_the_path() {
    let bench = Bench::new();
    fs::write(bench.path("file"), "").unwrap();
    let spec = bench.script(TRAIN).trials_dir(bench.path("file/trials"));
    let outcome = bench.run(&spec, bench.work(0)).await;
    failed(&outcome, FailureKind::Error, &["file/trials/000000"]);
    let spec = bench.script("rm -rf $TUNE_RESULT; mkdir $TUNE_RESULT");
    failed(
        &bench.run(&spec, bench.work(0)).await,
        FailureKind::Error,
        &["result"],
    );
    failed(
        &bench.run(&spec, bench.work(0)).await,
        FailureKind::Error,
        &["result"],
    );
    assert_ne!(bench.run(&spec, bench.work(1)).await, Outcome::Stopped);
}
