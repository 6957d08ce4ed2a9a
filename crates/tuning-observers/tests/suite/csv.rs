//! The file of trials as comma-separated values.

#![cfg(feature = "csv")]

use std::{collections::BTreeMap, fs, path::Path};

use crate::support::{BrokenPipe, Sink, block_on, deliver, front, out_of_the_blue, two_sessions};
use tuning_core::{
    Amended, Ended, Event, EventKind, Metrics, Objectives, Observer, Outcome, Parameter, Progress,
    Seq, Space, Spec, Started, StudySpec, TrialId, Trials, Values,
};
use tuning_observers::Csv;

fn read(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

#[test]
fn each_trial_that_ended_is_a_row_below_a_head_from_the_space() {
    let sink = Sink::default();
    deliver(&mut Csv::to(sink.clone()), &two_sessions().events);
    insta::assert_snapshot!(sink.text());
    let sink = Sink::default();
    deliver(&mut Csv::to(sink.clone()), &front().events);
    insta::assert_snapshot!("front", sink.text());
}

#[test]
fn the_rows_say_what_the_trials_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trials.csv");
    let events = two_sessions().events;
    deliver(&mut Csv::append(&path).unwrap(), &events);
    let mut trials = Trials::new();
    for event in &events {
        trials.apply(event.at_millis, &event.kind);
    }
    let rows = read(&path);
    assert_eq!(rows.len(), trials.len());
    for row in rows {
        let trial: u64 = row["trial"].parse().unwrap();
        let trial = trials.get(TrialId::new(trial)).unwrap();
        assert_eq!(row["state"], trial.state.as_str());
        let number = |name: &str| row[name].parse::<f64>().ok();
        assert_eq!(number("loss"), trial.values.as_ref().map(Values::first));
        assert_eq!(number("lr"), trial.params.float("lr").ok());
        assert_eq!(number("momentum"), trial.params.float("momentum").ok());
        assert_eq!(number("seconds"), Some(trial.took_micros as f64 / 1e6));
        assert_eq!(row["retries"], trial.retries.to_string());
        assert_eq!(row["failure"].is_empty(), trial.failure.is_none());
        let ended = trial.ended_at_millis.unwrap().to_string();
        assert_eq!(row["ended_at_millis"], ended);
    }
}

#[test]
fn a_file_grows_from_session_to_session_and_no_row_comes_twice() {
    let folder = tempfile::tempdir().unwrap();
    let (once, path) = (folder.path().join("once.csv"), folder.path().join("a.csv"));
    let events = two_sessions().events;
    deliver(&mut Csv::append(&once).unwrap(), &events);
    let once = fs::read_to_string(once).unwrap();
    // Killed after each event, with half a row behind it; and what was not acknowledged comes again.
    for again in [0, 1, 7] {
        fs::remove_file(&path).ok();
        let mut progress = Progress::new(Objectives::minimize("loss").unwrap());
        let mut from = 0;
        for to in 1..=events.len() {
            let mut file = Csv::append(&path).unwrap();
            block_on(file.begin(&progress)).unwrap();
            deliver(&mut file, &events[from..to]);
            drop(file);
            let torn = fs::read_to_string(&path).unwrap() + ["", "17,comp", "1"][to % 3];
            fs::write(&path, torn).unwrap();
            let cursor = to.saturating_sub(again);
            for event in &events[from..cursor.max(from)] {
                progress.apply(event.at_millis, &event.kind);
            }
            from = cursor.max(from);
        }
        drop(Csv::append(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), once, "{again} again");
    }
}

#[test]
fn of_a_study_whose_space_was_amended_a_file_has_the_columns_that_it_was_begun_with() {
    let folder = tempfile::tempdir().unwrap();
    let loss = || Objectives::minimize("loss").unwrap();
    let old = Space::new([Parameter::int("layers", 1, 4)]).unwrap();
    let new = Space::new([
        Parameter::int("layers", 1, 8),
        Parameter::float("dropout", 0.0, 0.5),
    ])
    .unwrap();
    let end = |trial: u64, space: &Space| -> [EventKind; 2] {
        let params = space.decode(&vec![0.5; space.len()]).unwrap();
        let id = TrialId::new(trial);
        let completed = Outcome::Completed(Values::one(0.5).unwrap());
        [
            Started::new(id, params).into(),
            Ended::new(id, completed).into(),
        ]
    };
    let spec = StudySpec::new(old.clone(), loss(), Spec::new("random"));
    let mut kinds = vec![EventKind::Created(Box::new(spec))];
    kinds.extend(end(0, &old));
    kinds.push(EventKind::Amended(Box::new(
        Amended::new(new.clone()).default("dropout", 0.0),
    )));
    kinds.extend(end(1, &new));
    let events: Vec<Event> = (1..)
        .zip(kinds)
        .map(|(n, kind)| Event::new("mnist".into(), Seq::new(n), n, kind))
        .collect();
    // One that continues with the old columns has no place for the new parameter, one of the new space is told all.
    let path = |name: &str| folder.path().join(name);
    deliver(&mut Csv::append(path("old.csv")).unwrap(), &events);
    let mut file = Csv::append(path("new.csv")).unwrap();
    file = file.space(new.clone(), loss()).unwrap();
    deliver(&mut file, &events);
    let row = |name: &str, row: usize, column: &str| read(&path(name))[row].get(column).cloned();
    assert_eq!(read(&path("old.csv")).len(), 2);
    assert_eq!(row("old.csv", 1, "dropout"), None);
    assert_eq!(row("old.csv", 1, "layers").as_deref(), Some("5"));
    assert_eq!(row("new.csv", 0, "dropout").as_deref(), Some(""));
    assert_eq!(row("new.csv", 1, "dropout").as_deref(), Some("0.25"));
    // The old file is not one of the new space.
    let error = Csv::append(path("old.csv")).unwrap().space(new, loss());
    let error = error.unwrap_err().to_string();
    assert!(
        error.contains("and the study has `trial,state,loss,layers,dropout,"),
        "{error}"
    );
}

#[test]
fn a_study_that_is_begun_anew_goes_below_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trials.csv");
    let mut events = two_sessions().events;
    deliver(&mut Csv::append(&path).unwrap(), &events);
    let rows = read(&path).len();
    for event in &mut events {
        event.at_millis += 86_400_000;
    }
    deliver(&mut Csv::append(&path).unwrap(), &events);
    assert_eq!(read(&path).len(), 2 * rows);
}

#[test]
fn awkward_names_and_texts_stay_in_their_cells() {
    let space = Space::new([
        Parameter::categorical("state", ["a,\"b\"\nc", "ü"]),
        Parameter::int("loss", 1, 3),
        Parameter::float("size", 0.0, 1.0),
    ])
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trials.csv");
    let mut file = Csv::append(&path)
        .unwrap()
        .space(space.clone(), Objectives::minimize("loss").unwrap())
        .unwrap();
    let params = space.decode(&[0.0, 0.5, 0.1 + 0.2]).unwrap();
    let mut ended = Ended::new(
        TrialId::new(0),
        Outcome::failed(
            tuning_core::FailureKind::Error,
            "out of\r\n\"memory\", he said",
        ),
    );
    ended.metrics = Metrics::from_iter([("a,b", 0.1), ("c", 1e300)]);
    let kinds: [EventKind; 2] = [Started::new(TrialId::new(0), params).into(), ended.into()];
    let events: Vec<Event> = (1..)
        .zip(kinds)
        .map(|(n, kind)| Event::new("odd".into(), Seq::new(n), n, kind))
        .collect();
    deliver(&mut file, &events);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().count(), 2, "{text}");
    let row = &read(&path)[0];
    assert_eq!(row["param.state"], "a,\"b\"\\nc");
    assert_eq!((&*row["objective.loss"], &*row["param.loss"]), ("", "2"));
    assert_eq!(row["size"], "0.30000000000000004");
    assert_eq!(row["failure"], "error: out of\\r\\n\"memory\", he said");
    assert_eq!(row["metrics"], "{\"a,b\":0.1,\"c\":1e+300}");
    // Another process continues with the head alone.
    drop(file);
    let mut file = Csv::append(&path).unwrap();
    let later: Vec<Event> = events
        .into_iter()
        .map(|mut event| {
            event.at_millis += 10;
            event
        })
        .collect();
    deliver(&mut file, &later);
    assert_eq!(read(&path)[1]["param.state"], "a,\"b\"\\nc");
}

#[test]
fn a_file_of_something_else_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.csv");
    for text in [
        "name,age\nme,7\n",
        "my notes, without an end",
        "\n",
        "trial,state\n",
    ] {
        fs::write(&path, text).unwrap();
        let error = Csv::append(&path).unwrap_err().to_string();
        assert!(
            error.contains("mine.csv` is not a file of trials"),
            "{error}"
        );
        assert!(error.contains("name another file"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
    for torn in ["", "tri", "trial,state,lo"] {
        fs::write(&path, torn).unwrap();
        deliver(&mut Csv::append(&path).unwrap(), &two_sessions().events);
        assert_eq!(read(&path).len(), 12);
    }
    // That of another study.
    let space = Space::new([Parameter::int("layers", 1, 4)]).unwrap();
    let error = Csv::append(&path)
        .unwrap()
        .space(space, Objectives::minimize("loss").unwrap())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("and the study has `trial,state,loss,layers,"),
        "{error}"
    );
    let mut file = Csv::append(&path).unwrap();
    let error = block_on(file.observe(&front().events[0])).unwrap_err();
    assert!(error.to_string().contains("name another file"), "{error}");
    assert!(Csv::append(folder.path()).is_err());
}

#[test]
fn without_a_space_it_says_what_is_missing() {
    let mut file = Csv::to(Sink::default());
    let events = out_of_the_blue().events;
    let errors: Vec<String> = events
        .iter()
        .filter_map(|event| block_on(file.observe(event)).err())
        .map(|error| error.to_string())
        .collect();
    assert!(!errors.is_empty());
    assert!(
        errors
            .iter()
            .all(|error| error.contains("give it the `space`")),
        "{errors:?}"
    );
}

#[test]
fn facts_out_of_the_blue_are_survived_and_a_full_disk_is_told() {
    let story = out_of_the_blue();
    let loss = || Objectives::minimize("loss").unwrap();
    let sink = Sink::default();
    let mut file = Csv::to(sink.clone())
        .space(story.space.clone(), loss())
        .unwrap();
    deliver(&mut file, &story.events);
    assert_eq!(sink.text().lines().count(), 3, "{}", sink.text());
    let mut file = Csv::to(BrokenPipe)
        .space(story.space.clone(), loss())
        .unwrap();
    block_on(async {
        for event in &story.events {
            file.observe(event).await.unwrap();
        }
        assert!(file.flush().await.is_err());
    });
}
