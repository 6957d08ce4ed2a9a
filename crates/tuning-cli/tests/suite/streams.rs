//! Lists and exports hand trials on one by one: whole, once, and in the order of their numbers, however they overlapped.

use tuning_core::{
    Ended, Entry, EventKind, Journal, Metrics, Objectives, Outcome, Parameter, Paused, Reported,
    Seq, Space, Spec, Started, StudySpec, TrialId, Values,
};
use tuning_sqlite::SqliteJournal;

use crate::support::Folder;

/// A study whose first trial ends last, whose second stays paused, and whose last one runs.
fn overlapping(folder: &Folder, trials: u64) {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let objectives = Objectives::minimize("loss").unwrap();
    let spec = StudySpec::new(space.clone(), objectives, Spec::new("random"));
    let one = |value: f64| Values::one(value).unwrap();
    let started = |n: u64| -> EventKind {
        let x = n as f64 / trials as f64;
        Started::new(TrialId::new(n), space.params([("x", x)]).unwrap()).into()
    };
    let ended = |n: u64| -> EventKind {
        let mut ended = Ended::new(TrialId::new(n), Outcome::Completed(one(n as f64)));
        if n == 7 {
            ended.metrics = Metrics::from_iter([("rare", 0.5)]);
        }
        ended.into()
    };
    let mut kinds = vec![EventKind::Created(Box::new(spec)), started(0), started(1)];
    kinds.push(Reported::new(TrialId::new(1), 3.into(), one(0.25)).into());
    kinds.push(Paused::new(TrialId::new(1), 3.into(), one(0.25)).into());
    for n in 2..trials - 1 {
        kinds.extend([started(n), ended(n)]);
    }
    kinds.extend([started(trials - 1), ended(0)]);
    let entries: Vec<Entry> = kinds.into_iter().map(|kind| Entry::new(7, kind)).collect();
    let mut journal = SqliteJournal::open(folder.path("study.db"), "study").unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let appended = journal.append(Seq::ZERO, &entries);
    runtime.unwrap().block_on(appended).unwrap();
}

#[test]
fn trials_that_overlap_are_listed_once_each_and_in_order() {
    let folder = Folder::new();
    // More than a page of entries.
    let trials = 1500;
    overlapping(&folder, trials);
    let check = |args: &[&str], expect: &dyn Fn(u64, &str) -> String| {
        let listed = folder.ends_with(0, args).stdout;
        let lines: Vec<String> = listed.lines().skip(1).map(str::to_owned).collect();
        let state = |n: u64| match n {
            1 => "paused",
            n if n + 1 == trials => "running",
            _ => "completed",
        };
        let expected: Vec<String> = (0..trials).map(|n| expect(n, state(n))).collect();
        assert!(lines == expected, "{args:?}: {}", &listed[..500]);
    };
    let rare = |n: u64| if n == 7 { "0.5" } else { "" };
    check(
        &["export", "study.db", "--columns", "trial,state,rare"],
        &|n, state| format!("{n},{state},{}", rare(n)),
    );
    check(
        &["trials", "study.db", "--columns", "trial,state"],
        &|n, state| format!("{n:>5}  {state}"),
    );
    let few = folder
        .ends_with(0, &["trials", "study.db", "-n", "2", "--json"])
        .stdout;
    let few: serde_json::Value = serde_json::from_str(&few).unwrap();
    assert_eq!(
        (few[0]["trial"].as_u64(), few[1]["state"].as_str()),
        (Some(0), Some("paused"))
    );
    assert_eq!(few.as_array().map(Vec::len), Some(2));
    let none = ["trials", "study.db", "--where", "x>2", "--json"];
    assert_eq!(folder.ends_with(0, &none).stdout, "[]\n");
    let last = folder
        .ends_with(0, &["trials", "study.db", "--reverse", "-n", "1"])
        .stdout;
    assert!(last.contains(&format!("{}  running", trials - 1)), "{last}");
}
