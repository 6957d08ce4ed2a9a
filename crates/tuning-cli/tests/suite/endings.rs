//! Signals, and what is no file: no command leaves a program behind, and none waits for a FIFO.

#![cfg(unix)]

use std::{
    fs,
    os::unix::process::ExitStatusExt as _,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::support::{Done, Folder, PATIENCE, STUDY, gone, signal, signal_until_it_ends, wait};

#[track_caller]
fn ended(child: &mut Child, what: &str) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            panic!("{what} hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn no_command_leaves_a_strategys_program_behind_when_a_signal_ends_it() {
    let folder = Folder::new();
    let mark = format!("62.3{}", std::process::id());
    // It ends with nothing but a signal of its own.
    let script = format!("trap '' INT HUP; echo $$ >> started; while :; do sleep {mark}; done\n");
    folder.write("hang.sh", &script);
    let study = "parameters: {x: {min: 0, max: 1.0}}\nobjective: {name: loss, direction: minimize}\n\
                 command: [\"true\"]\njournal: none\nbudget: {trials: 1}\nstrategy: {command: [sh, hang.sh]}\n";
    folder.write("hang.yaml", study);
    let validate = ["validate", "hang.yaml"].as_slice();
    let check = ["check-strategy", "--", "sh", "hang.sh"].as_slice();
    // The command sees its program die, too, and must not end first: that was seen once in some hundred times.
    let cases = [
        (validate, "INT", 2),
        (validate, "TERM", 15),
        (validate, "HUP", 1),
        (check, "INT", 2),
        (check, "INT", 2),
        (check, "TERM", 15),
    ];
    for (n, (args, name, number)) in cases.into_iter().enumerate() {
        let mut child = folder.start(args, &[]);
        folder.wait_for_lines("started", n + 1);
        signal(&child, name);
        let status = ended(&mut child, name);
        // A shell that runs it in a loop sees that it is to end, too.
        assert_eq!(
            status.signal(),
            Some(number),
            "{args:?}, {name}: {status:?}"
        );
        gone(&mark);
    }
}

#[test]
fn what_was_ignored_when_it_began_is_ignored() {
    let folder = Folder::with_study();
    folder.write(
        "trial.sh",
        "echo \"$TUNE_TRIAL\" >> started.log\nuntil test -e go; do sleep 0.02; done\necho loss=$1\n",
    );
    let tune = env!("CARGO_BIN_EXE_tune");
    // What `nohup` does.
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' HUP; exec \"$0\" run study.yaml", tune])
        .current_dir(folder.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = shell.spawn().unwrap();
    folder.wait_for_lines("started.log", 2);
    for _ in 0..4 {
        signal(&child, "HUP");
    }
    folder.write("go", "");
    let done = wait(child);
    assert_eq!(done.code, Some(0), "{done:#?}");
    assert_eq!(folder.numbers("started.log"), [0, 1, 2, 3, 4, 5]);
}

fn fifo(folder: &Folder, name: &str) {
    let path = folder.path(name);
    if let Some(above) = path.parent() {
        fs::create_dir_all(above).unwrap();
    }
    let _ = fs::remove_file(&path);
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
}

/// Runs a command to its end, whatever that is.
#[track_caller]
fn ends(folder: &Folder, args: &[&str]) -> Done {
    let mut child = folder.start(args, &[]);
    ended(&mut child, &format!("{args:?}"));
    wait(child)
}

#[test]
fn no_command_waits_for_a_fifo_in_the_place_of_a_file() {
    let study = format!("name: digits\njournal: study.db\n{STUDY}");
    let all: &[&[&str]] = &[
        &["run", "study.yaml", "--trials", "8"],
        &["status", "study.yaml"],
        &["export", "study.yaml"],
        &["repair", "study.yaml"],
        &["ask-tell", "study.yaml"],
    ];
    let places = [
        ("study.db", 5),
        ("study.db-wal", 5),
        ("study.db-shm", 5),
        ("study.db.digits.sums", 4),
        // Who only looks takes no lock.
        ("study.db.digits.lock.pid", 1),
        // What cannot be read names no owner, and is written anew.
        ("study.trials/digits/owner.json", 0),
        ("study.trials/digits/owner.lock", 1),
    ];
    for (place, refused) in places {
        let folder = Folder::with_study();
        folder.write("study.yaml", &study);
        if place != "study.db" {
            folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
        }
        fifo(&folder, place);
        let mut refusals = 0;
        for args in all {
            let done = ends(&folder, args);
            if done.code != Some(0) {
                assert!(
                    done.stderr.contains("FIFO") || done.stderr.contains("not a regular file"),
                    "{place}, {args:?}: {done:#?}"
                );
                refusals += 1;
            }
        }
        assert!(refusals >= refused, "{place}: {refusals}");
    }
}

#[test]
fn what_a_study_writes_beside_its_journal_is_no_fifo_that_is_waited_for() {
    for (observer, code) in [
        ("{log: out}", 1),
        // What is no file takes lines as they come.
        ("{jsonl: out}", 0),
        ("{csv: out}", 0),
    ] {
        let folder = Folder::with_study();
        folder.write("study.yaml", &format!("{STUDY}observers: [{observer}]\n"));
        fifo(&folder, "out");
        let done = ends(&folder, &["run", "study.yaml"]);
        assert_eq!(done.code, Some(code), "{observer}: {done:#?}");
    }
    // An output that is named may be a pipe: a signal ends the wait for who reads it.
    let folder = Folder::with_study();
    folder.ends_with(0, &["run", "study.yaml", "--quiet"]);
    fifo(&folder, "out.csv");
    let mut child = folder.start(&["export", "study.yaml", "-o", "out.csv"], &[]);
    let mut read = Command::new("cat");
    read.arg(folder.path("out.csv")).stdout(Stdio::piped());
    let read = wait(read.spawn().unwrap());
    assert!(ended(&mut child, "export").success());
    assert_eq!(read.stdout.lines().count(), 7, "{read:#?}");
    let mut child = folder.start(&["export", "study.yaml", "-o", "out.csv"], &[]);
    // It may not be there yet: then the signal ends it all the same.
    let status = signal_until_it_ends(&mut child, "INT", "export");
    assert_eq!(status.signal(), Some(2));
}

#[test]
fn an_observers_flush_that_hangs_ends_with_the_third_signal_and_the_next_session_loses_nothing() {
    const TRIALS: usize = 20;
    for kind in ["jsonl", "csv"] {
        let folder = Folder::with_study();
        // More than a pipe without a reader takes.
        let metrics = "awk 'BEGIN { printf \"{\\\"loss\\\": 0.5\"; for (n = 0; n < 150; n++) printf \", \
                       \\\"a_metric_with_quite_a_long_name_so_that_a_pipe_is_full_early_%d\\\": %d\", n, n; print \"}\" }'\n";
        folder.write("trial.sh", metrics);
        folder.write(
            "study.yaml",
            &format!("{STUDY}observers: [{{{kind}: out}}]\n"),
        );
        fifo(&folder, "out");
        let run = |trials: usize| {
            vec![
                "run".to_owned(),
                "study.yaml".to_owned(),
                "--trials".to_owned(),
                trials.to_string(),
            ]
        };
        let args = run(TRIALS);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut child = folder.start(&args, &[]);
        let began = Instant::now();
        while completed(&folder) < TRIALS {
            assert!(began.elapsed() < PATIENCE, "{kind}: the study waits for it");
            thread::sleep(Duration::from_millis(5));
        }
        let status = signal_until_it_ends(&mut child, "INT", kind);
        let done = wait(child);
        assert!(
            status.code() == Some(130) || done.stderr.contains("left for the next session"),
            "{kind}: {status:?}, {done:#?}"
        );

        fs::remove_file(folder.path("out")).unwrap();
        let args = run(TRIALS + 1);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let next = folder.ends_with(0, &args);
        assert!(
            next.stderr
                .contains(&format!("resumes: {TRIALS} finished trials are kept")),
            "{kind}: {next:#?}"
        );
        assert_eq!(completed(&folder), TRIALS + 1);
        let out = folder.read("out");
        match kind {
            "jsonl" => {
                let seq = |line: &str| {
                    let event: serde_json::Value = serde_json::from_str(line).unwrap();
                    event["seq"].as_u64().unwrap()
                };
                let seqs: Vec<u64> = out.lines().map(seq).collect();
                assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
                assert!(out.lines().last().unwrap().contains("closed"), "{out}");
            }
            _ => assert_eq!(out.lines().count(), 1 + TRIALS + 1, "{out}"),
        }
    }
}

fn completed(folder: &Folder) -> usize {
    let export = ["export", "study.yaml", "--columns", "trial,state"];
    let csv = folder.tune(&export).stdout;
    csv.lines()
        .filter(|line| line.ends_with(",completed"))
        .count()
}
