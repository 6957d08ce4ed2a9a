//! Sessions of a study: stopped, killed, resumed, extended, and refused.

#![cfg(unix)]

use std::time::Instant;

use crate::support::{
    Folder, PATIENCE, gone, heard, processes_with, signal, signal_until_it_ends, wait,
};

#[test]
fn after_kill_9_finished_trials_are_kept_and_only_unfinished_ones_run_again() {
    let folder = Folder::with_study();
    let args = ["run", "study.yaml", "--trials", "60"];
    let mut child = folder.start(&args, &[("HELD", "10")]);
    folder.wait_for_lines("done.log", 8);
    let began = Instant::now();
    while completed(&folder).len() < 6 {
        assert!(began.elapsed() < PATIENCE, "nothing is kept");
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let status = folder.ends_with(0, &["status", "study.yaml"]).stdout;
    assert!(status.contains("interrupted"), "{status}");
    let kept: Vec<u64> = completed(&folder);
    assert!(kept.len() >= 6, "{kept:?}");

    let run = folder.tune(&args);
    assert_eq!(run.code, Some(0), "{run:#?}");
    let line = format!(
        "study `study` resumes: {} finished trials are kept",
        kept.len()
    );
    assert!(run.stderr.contains(&line), "{run:#?}");
    let done = folder.numbers("done.log");
    for trial in &kept {
        assert_eq!(
            done.iter().filter(|number| *number == trial).count(),
            1,
            "trial {trial} ran again"
        );
    }
    assert_eq!(completed(&folder), (0..60).collect::<Vec<_>>());
}

fn completed(folder: &Folder) -> Vec<u64> {
    let csv = folder
        .ends_with(0, &["export", "study.yaml", "--columns", "trial,state"])
        .stdout;
    csv.lines()
        .filter_map(|line| line.strip_suffix(",completed")?.parse().ok())
        .collect()
}

#[test]
fn a_second_process_is_refused_and_readers_are_welcome() {
    let folder = Folder::with_study();
    let child = folder.start(&["run", "study.yaml"], &[("HELD", "0")]);
    folder.wait_for_lines("started.log", 1);
    let second = folder.ends_with(1, &["run", "study.yaml"]);
    let expect = format!("is being run by process {}", child.id());
    assert!(second.stderr.contains(&expect), "{second:#?}");
    let status = folder.ends_with(0, &["status", "study.yaml"]).stdout;
    assert!(
        status.contains(&format!("running (process {})", child.id())),
        "{status}"
    );
    folder.ends_with(0, &["trials", "study.yaml"]);
    folder.write("go", "");
    assert_eq!(wait(child).code, Some(0));
    assert_eq!(folder.numbers("done.log"), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn a_larger_budget_goes_on_and_the_same_one_does_nothing() {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml"]);
    let entries = folder.ends_with(0, &["validate", "study.yaml"]).stdout;
    let again = folder.ends_with(0, &["run", "study.yaml"]);
    assert!(
        again.stderr.contains("has already finished") && again.stderr.contains("--trials 12"),
        "{again:#?}"
    );
    assert!(again.stdout.contains("6 completed"), "{again:#?}");
    assert_eq!(
        folder.ends_with(0, &["validate", "study.yaml"]).stdout,
        entries,
        "nothing was written"
    );
    assert_eq!(folder.numbers("done.log").len(), 6);

    let more = folder.ends_with(0, &["run", "study.yaml", "--trials", "9"]);
    assert!(
        more.stderr.contains("resumes: 6 finished trials are kept"),
        "{more:#?}"
    );
    assert_eq!(folder.numbers("done.log"), (0..9).collect::<Vec<_>>());
    // What ends by itself has ended, too.
    let grid = [
        "run",
        "study.yaml",
        "--strategy",
        "{name: grid, resolution: 2}",
        "--journal",
        "grid.db",
    ];
    let grid = [&grid[..], &["--set", "budget={}"]].concat();
    assert!(
        folder
            .ends_with(0, &grid)
            .stdout
            .contains("nothing more to propose")
    );
    assert!(
        folder
            .ends_with(0, &grid)
            .stderr
            .contains("has already finished")
    );
}

#[test]
fn a_changed_study_is_refused_with_what_has_changed() {
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml"]);
    let mut report = String::new();
    for change in [
        "parameters.x.max=2.0",
        "parameters.new={min: 1, max: 2}",
        "objective.direction=maximize",
        "seed=8",
        "strategy=sobol",
        "enqueue=[{x: 0.5, kind: a}]",
    ] {
        for command in ["run", "validate"] {
            let done = folder.ends_with(2, &[command, "study.yaml", "--set", change]);
            assert!(done.stderr.contains("change it back"), "{done:#?}");
            if command == "run" {
                report.push_str(&format!("$ tune run --set '{change}'\n{}\n", done.stderr));
            }
        }
    }
    insta::assert_snapshot!(report);
    folder.ends_with(
        0,
        &["run", "study.yaml", "--set", "workers=1", "--trials", "7"],
    );
}

#[test]
fn ctrl_c_lets_running_trials_finish() {
    let folder = Folder::with_study();
    let mut child = folder.start(&["run", "study.yaml", "--trials", "50"], &[("HELD", "0")]);
    folder.wait_for_lines("started.log", 2);
    signal(&child, "INT");
    heard(
        &mut child,
        "waiting for 2 running trials; press ctrl-c again",
    );
    folder.write("go", "");
    let done = wait(child);
    assert_eq!(done.code, Some(3), "{done:#?}");
    assert_eq!(folder.numbers("done.log"), [0, 1]);
    let status = folder.ends_with(0, &["status", "study.yaml"]).stdout;
    assert!(
        status.contains("stopped") && status.contains("2 completed"),
        "{status}"
    );
    folder.ends_with(0, &["run", "study.yaml", "--trials", "4"]);
    assert_eq!(folder.numbers("done.log"), [0, 1, 2, 3]);
}

#[test]
fn sigterm_is_as_gentle_as_ctrl_c() {
    let folder = Folder::with_study();
    let mut child = folder.start(&["run", "study.yaml"], &[("HELD", "0")]);
    folder.wait_for_lines("started.log", 2);
    signal(&child, "TERM");
    heard(&mut child, "waiting for 2 running trials");
    folder.write("go", "");
    assert_eq!(wait(child).code, Some(3));
    assert_eq!(folder.numbers("done.log"), [0, 1]);
}

#[test]
fn ctrl_c_twice_stops_at_once_and_leaves_no_process_behind() {
    let folder = Folder::with_study();
    let mut child = folder.start(&["run", "study.yaml"], &[("DELAY", "9876.51")]);
    folder.wait_for_lines("started.log", 2);
    signal(&child, "INT");
    heard(&mut child, "press ctrl-c again to stop at once");
    signal(&child, "INT");
    // Not in the two hours and a half that the trials take.
    let done = wait(child);
    assert_eq!(done.code, Some(3), "{done:#?}");
    assert!(
        done.stderr.contains("stopping 2 running trials"),
        "{done:#?}"
    );
    assert_eq!(processes_with("9876.51"), 0);
    assert!(folder.read("done.log").is_empty());
    let run = folder.ends_with(0, &["run", "study.yaml"]);
    assert!(
        run.stderr
            .contains("0 finished trials are kept, 2 unfinished ones are run again"),
        "{run:#?}"
    );
    assert_eq!(folder.numbers("done.log"), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn ctrl_c_three_times_leaves_at_once_even_with_stubborn_trials() {
    let folder = Folder::with_study();
    folder.write(
        "trial.sh",
        "trap '' TERM\necho 1 >> started.log\nwhile :; do sleep 0.0987653; done\n",
    );
    let mut child = folder.start(&["run", "study.yaml"], &[]);
    folder.wait_for_lines("started.log", 2);
    for answer in [
        "press ctrl-c again to stop at once",
        "stopping 2 running trials",
    ] {
        signal(&child, "INT");
        heard(&mut child, answer);
    }
    signal(&child, "INT");
    assert_eq!(wait(child).code, Some(130));
    gone("0.0987653");
}

#[test]
fn trials_that_take_too_long_fail_and_are_tried_again_if_wanted() {
    let folder = Folder::with_study();
    folder.write(
        "trial.sh",
        "[ \"$TUNE_ATTEMPT\" = 0 ] && sleep 30\necho loss=1\n",
    );
    let args = ["run", "study.yaml", "--trials", "2", "--trial-timeout"];
    folder.ends_with(4, &[&args[..], &["50ms"]].concat());
    assert!(
        folder
            .ends_with(0, &["trials", "study.yaml"])
            .stdout
            .contains("timed out")
    );
    // Time enough for the attempt that does not sleep, on a busy machine, too.
    let retry = [
        "3s",
        "--journal",
        "again.db",
        "--set",
        "retry={timed_out: 1, backoff: {first: 10ms}}",
    ];
    folder.ends_with(0, &[&args[..], &retry].concat());
    assert!(
        folder
            .ends_with(0, &["trials", "again.db"])
            .stdout
            .contains("retries")
    );
}

#[test]
fn a_journal_that_cannot_be_written_is_told_before_any_trial() {
    let folder = Folder::with_study();
    for path in ["nowhere/study.db", "/dev/null/study.db", "trial.sh"] {
        let done = folder.ends_with(1, &["run", "study.yaml", "--journal", path]);
        assert!(done.stderr.contains(path), "{done:#?}");
    }
    assert!(folder.read("started.log").is_empty());
}

#[test]
fn a_study_of_several_objectives_has_a_front() {
    let folder = Folder::with_study();
    folder.write(
        "trial.sh",
        "echo \"loss=$1, size=$(echo \"$1\" | awk '{print 1-$1}')\"\n",
    );
    let objectives = "[{name: loss, direction: minimize}, {name: size, direction: minimize}]";
    let study = crate::support::STUDY.replace(
        "objective: {name: loss, direction: minimize}",
        &format!("objectives: {objectives}"),
    );
    folder.write("study.yaml", &study);
    let run = folder.ends_with(0, &["run", "study.yaml"]);
    assert!(
        run.stdout
            .contains("and 1 more that no other one dominates"),
        "{run:#?}"
    );
    assert_eq!(
        folder
            .ends_with(0, &["best", "study.yaml"])
            .stdout
            .lines()
            .count(),
        7
    );
    assert_eq!(
        folder
            .ends_with(0, &["best", "study.yaml", "-n", "2"])
            .stdout
            .lines()
            .count(),
        3
    );
}

#[test]
fn every_wait_ends_with_the_third_signal() {
    let folder = Folder::with_study();
    // A strategy's program that never answers: it is waited for in the middle of a call.
    let mark = format!("61.7{}", std::process::id());
    let script = format!("echo $$ >> started; while :; do sleep {mark}; done\n");
    folder.write("hang.sh", &script);
    let study = "parameters: {x: {min: 0, max: 1.0}}\nobjective: {name: loss, direction: minimize}\ncommand: [\"true\"]
journal: none\nbudget: {trials: 1}\nstrategy: {command: [sh, hang.sh]}\n";
    folder.write("hang.yaml", study);
    for (n, args) in [["run", "hang.yaml"], ["ask-tell", "hang.yaml"]]
        .iter()
        .enumerate()
    {
        let mut command = folder.command(args);
        let stdin = std::process::Stdio::piped();
        let mut child = command.stdin(stdin).spawn().unwrap();
        folder.wait_for_lines("started", n + 1);
        let status = signal_until_it_ends(&mut child, "INT", &args.join(" "));
        assert!(!status.success(), "{status:?}");
        gone(&mark);
    }
}
