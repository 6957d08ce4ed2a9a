//! The stored form of events and entries: stable, exact to the last bit, and refused with a reason.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use proptest::{prelude::any, prop_assert_eq, proptest, strategy::Strategy as _};
use tuning_core::*;

fn space() -> Space {
    Space::new([
        Parameter::float("lr", 1e-5, 1.0).log(),
        Parameter::categorical("opt", ["adam", "sgd"]),
        Parameter::int("k", 0, 9).when("opt", ["sgd"]),
    ])
    .unwrap()
}

fn id(n: u64) -> TrialId {
    TrialId::new(n)
}

fn one(value: f64) -> Values {
    Values::one(value).unwrap()
}

fn spec() -> StudySpec {
    let objectives = [Objective::minimize("loss"), Objective::maximize("accuracy")];
    let strategy = Spec::new("asha").option("eta", 3).option(
        "inner",
        Spec::new("tpe")
            .option("gamma", 0.25)
            .option("top", f64::INFINITY),
    );
    let mut spec = StudySpec::new(space(), Objectives::new(objectives).unwrap(), strategy);
    spec.fidelity = Some(FidelityRange::new(1, 27).unwrap());
    spec.order = Order::AS_PROPOSED;
    spec.seed = Seed::new(u64::MAX);
    spec
}

fn best() -> Best {
    let mut progress = Progress::new(Objectives::minimize("loss").unwrap());
    let params = space().decode(&[1.0, 0.9, 0.5]).unwrap();
    progress.apply(0, &Started::new(id(4), params).into());
    progress.apply(0, &Reported::new(id(4), Fidelity::new(3), one(0.25)).into());
    progress.best().unwrap().clone()
}

/// An event of every kind, bare and with everything that it can hold.
fn kinds() -> Vec<EventKind> {
    let params = || space().decode(&[1.0, 0.9, 0.5]).unwrap();
    let metrics = || Metrics::from_iter([("cost", 0.1), ("size", 3.0)]);
    let mut forked = Started::new(id(2), params())
        .until(Fidelity::new(9))
        .tag(Tag::new("pbt", "0/1"));
    forked.fork = Some(Fork::new(id(1), Some(Fidelity::new(3))));
    let mut resumed = Resumed::new(id(2), Fidelity::new(27));
    resumed.tag = Tag::new("asha", 1);
    let mut reported = Reported::new(id(1), Fidelity::new(3), one(0.1 + 0.2));
    reported.metrics = metrics();
    let mut paused = Paused::new(id(1), Fidelity::new(3), one(0.5));
    (paused.metrics, paused.took_micros) = (metrics(), 7);
    let mut ended = Ended::new(id(1), Outcome::Completed(one(0.5)));
    ended.took_micros = 9;
    let mut failed = Ended::new(id(1), Outcome::failed(FailureKind::TimedOut, "after 3 s"));
    failed.metrics = metrics();
    let budget = Budget::trials(100)
        .time(Duration::from_millis(1500))
        .target(-0.5)
        .no_improvement(30)
        .resource(1000)
        .cost("euros", 9.5);
    let mut counts = Counts::default();
    (counts.started, counts.completed, counts.retries) = (3, 2, 1);
    vec![
        EventKind::Created(Box::new(spec())),
        EventKind::Opened(Box::new(Opened::new(1, Budget::default(), 1))),
        EventKind::Opened(Box::new(
            Opened::new(2, budget, 8).so_far(counts, Some(best())),
        )),
        Started::new(id(1), params()).into(),
        forked.into(),
        Resumed::new(id(1), None).into(),
        resumed.into(),
        Reported::new(id(1), Fidelity::new(3), Values::new([0.25, -3.0]).unwrap()).into(),
        reported.into(),
        Paused::new(id(1), Fidelity::new(3), one(0.5)).into(),
        paused.into(),
        EventKind::Retried(Retried::new(
            id(1),
            1,
            Failure::new(FailureKind::Lost, "node 7"),
            250,
        )),
        ended.into(),
        Ended::new(id(1), Outcome::Stopped).into(),
        failed.into(),
        Budgeted::new(&Budget::unlimited()).into(),
        Budgeted::new(&Budget::trials(100).resource(1000)).into(),
        EventKind::Amended(Box::new(Amended::new(spec().space).default("extra", 0.5))),
        EventKind::Warned(Warned::new(
            id(7),
            Warning::Repeated {
                from: Fidelity::new(3),
                at: Fidelity::new(1),
            },
        )),
        EventKind::Warned(Warned::new(
            id(7),
            Warning::Beyond {
                until: Fidelity::new(3),
                at: Fidelity::new(5),
            },
        )),
        EventKind::Closed(Box::new(Closed::new(
            EndReason::NoImprovement,
            counts,
            Some(best()),
        ))),
    ]
}

fn entry(kind: EventKind) -> Entry {
    let known = match &kind {
        EventKind::Fact(Fact::Started(started)) if started.fork.is_some() => 5,
        _ => 0,
    };
    Entry::new(5, kind).known(known)
}

/// The format, line by line: it must be written like this as long as it is version 2,
/// and be read forever.
const V2: &str = include_str!("journal_v2.jsonl");

#[test]
fn every_kind_has_its_line() {
    let write = |kind| serde_json::to_string(&entry(kind)).unwrap();
    let lines: Vec<_> = kinds().into_iter().map(write).collect();
    assert_eq!(lines, V2.lines().collect::<Vec<_>>());
}

#[test]
fn version_2_of_the_format_is_read_for_ever() {
    let read = |line| serde_json::from_str::<Entry>(line).unwrap().kind;
    let read: Vec<_> = V2.lines().map(read).collect();
    assert_eq!(read, kinds());
}

#[test]
fn every_kind_reads_back_as_it_was_written() {
    for kind in kinds() {
        let entry = entry(kind.clone());
        let text = serde_json::to_string(&entry).unwrap();
        let back: Entry =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(back, entry, "{text}");
        assert_eq!(serde_json::to_string(&back).unwrap(), text);

        let event = Event::new(Arc::from("mnist"), Seq::new(3), 5, kind.clone());
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(
            serde_json::from_str::<Event>(&text).unwrap(),
            event,
            "{text}"
        );
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["event"], kind.name());
        assert_eq!(
            value.get("trial").and_then(|trial| trial.as_u64()),
            kind.trial().map(TrialId::get)
        );
    }
}

#[test]
fn an_event_is_one_flat_object() {
    let mut ended = Ended::new(id(1), Outcome::Completed(one(0.5)));
    ended.took_micros = 9;
    let event = Event::new(Arc::from("s"), Seq::new(3), 5, ended.into());
    assert_eq!(
        serde_json::to_string(&event).unwrap(),
        r#"{"study":"s","seq":3,"at_millis":5,"event":"ended","trial":1,"outcome":{"completed":[0.5]},"took_micros":9}"#
    );
}

#[test]
fn facts_and_events_have_the_same_form() {
    for kind in kinds() {
        if let EventKind::Fact(fact) = kind {
            let text = serde_json::to_string(&fact).unwrap();
            assert_eq!(
                serde_json::to_string(&EventKind::from(fact.clone())).unwrap(),
                text
            );
            assert_eq!(serde_json::from_str::<Fact>(&text).unwrap(), fact);
        }
    }
}

#[test]
fn what_may_be_absent_is_added_when_it_is_read() {
    let check = |text: &str, expect: EventKind| {
        let text = format!(r#"{{"at_millis":5,{text}}}"#);
        assert_eq!(
            serde_json::from_str::<Entry>(&text).unwrap(),
            entry(expect),
            "{text}"
        );
    };
    let stopped = Ended::new(id(1), Outcome::Stopped);
    check(
        r#""event":"ended","trial":1,"outcome":"stopped""#,
        stopped.clone().into(),
    );
    // The order of the keys means nothing, and a later version may write more of them.
    check(
        r#""outcome":"stopped","trial":1,"event":"ended","mood":"sad""#,
        stopped.into(),
    );
    check(
        r#""event":"paused","trial":1,"at":3,"values":[0.5]"#,
        Paused::new(id(1), Fidelity::new(3), one(0.5)).into(),
    );
    check(
        r#""event":"resumed","trial":1"#,
        Resumed::new(id(1), None).into(),
    );
    let reported = Reported::new(id(1), Fidelity::new(3), one(1.0));
    check(
        r#""event":"reported","trial":1,"at":3,"values":[1]"#,
        reported.into(),
    );
}

#[test]
fn a_damaged_entry_is_refused_with_the_reason() {
    let check = |text: &str, expect: &str| {
        let error = serde_json::from_str::<Entry>(text).unwrap_err().to_string();
        assert!(error.contains(expect), "{text}: {error}");
    };
    check(
        r#"{"event":"ended","trial":1,"outcome":"stopped"}"#,
        "missing field `at_millis`",
    );
    check(r#"{"at_millis":5,"trial":1}"#, "missing field `event`");
    check(
        r#"{"at_millis":5,"event":"exploded","trial":1}"#,
        "unknown variant `exploded`",
    );
    check(
        r#"{"at_millis":5,"event":"ended","trial":1}"#,
        "missing field `outcome`",
    );
    check(
        r#"{"at_millis":5,"event":"ended","trial":-1,"outcome":"stopped"}"#,
        "expected u64",
    );
    check(
        r#"{"at_millis":5,"event":"ended","trial":1,"outcome":"lost"}"#,
        "unknown variant `lost`",
    );
    check(
        r#"{"at_millis":5,"event":"reported","trial":1,"at":1,"values":[null]}"#,
        "expected f64",
    );
    check(
        r#"{"at_millis":5,"event":"started","trial":1,"params":{"a":18446744073709551615}}"#,
        "18446744073709551615 is larger than 2^63 - 1, the largest integer: write it as a string",
    );
    let mut created: serde_json::Value = serde_json::to_value(spec()).unwrap();
    created["event"] = "created".into();
    created["at_millis"] = 5.into();
    created["space"][0]["low"] = 7.into();
    check(&created.to_string(), "`min` 7 is greater than `max` 1");
}

#[test]
fn numbers_that_json_cannot_hold_do_not_spoil_a_journal() {
    let budget = Budget::trials(1)
        .cost("euros", f64::INFINITY)
        .target(f64::NEG_INFINITY);
    let opened = EventKind::Opened(Box::new(Opened::new(1, budget.clone(), 1)));
    let text = serde_json::to_string(&opened).unwrap();
    let EventKind::Opened(back) = serde_json::from_str(&text).unwrap() else {
        panic!()
    };
    assert_eq!(back.budget.cost, budget.cost);
    let strategy = Spec::new("x")
        .option("top", f64::INFINITY)
        .option("gap", f64::NAN);
    let text = serde_json::to_string(&strategy).unwrap();
    let back: Spec = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (back.differences("strategy", &strategy), back),
        (vec![], strategy)
    );
    let measured = BTreeMap::from([("loss".to_owned(), 1.0), ("gap".to_owned(), f64::NAN)]);
    let (_, metrics) = Objectives::minimize("loss")
        .unwrap()
        .pick(measured)
        .unwrap();
    let mut ended = Ended::new(id(0), Outcome::Stopped);
    ended.metrics = metrics;
    let text = serde_json::to_string(&ended).unwrap();
    assert_eq!(serde_json::from_str::<Ended>(&text).unwrap(), ended);
}

proptest! {
    #[test]
    fn numbers_come_back_to_the_last_bit(
        values in proptest::collection::vec(any::<f64>().prop_filter("finite", |v| v.is_finite()), 1..4),
        trial in any::<u64>(),
        at_millis in any::<u64>(),
        seed in any::<u64>(),
    ) {
        let mut ended = Ended::new(id(trial), Outcome::Completed(Values::new(values.clone()).unwrap()));
        ended.metrics = values.iter().map(|value| (format!("m{value}"), *value)).collect();
        ended.took_micros = seed;
        let entry = Entry::new(at_millis, ended.into());
        let text = serde_json::to_string(&entry).unwrap();
        let back: Entry = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&back, &entry);
        let EventKind::Fact(Fact::Ended(Ended { outcome: Outcome::Completed(read), .. })) = back.kind else {
            panic!()
        };
        let bits = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        prop_assert_eq!(bits(read.as_slice()), bits(&values));
    }
}

#[test]
fn a_study_is_continued_only_as_itself() {
    let check = |change: fn(&mut StudySpec), expect: &[&str]| {
        let mut other = spec();
        change(&mut other);
        assert_eq!(spec().differences(&other), expect);
    };
    check(|_| {}, &[]);
    check(
        |spec| {
            let order = ["opt", "lr", "k"];
            let of = |name: &&str| space().parameters()[space().index_of(name).unwrap()].clone();
            spec.space = Space::new(order.iter().map(of)).unwrap();
        },
        &[],
    );
    check(|spec| spec.format = 3, &["format: `2` became `3`"]);
    check(
        |spec| spec.seed = Seed::new(1),
        &["seed: `18446744073709551615` became `1`"],
    );
    check(
        |spec| spec.order = Order::AsFinished,
        &["order: `as-proposed:8` became `as-finished`"],
    );
    check(
        |spec| spec.pruner = Some(Spec::new("median")),
        &["pruner: none became `median`"],
    );
    check(
        |spec| spec.fidelity = None,
        &["fidelity: `1 to 27` became `none`"],
    );
    check(
        |spec| spec.objectives = Objectives::minimize("loss").unwrap(),
        &["objectives: `minimize loss, maximize accuracy` became `minimize loss`"],
    );
    check(
        |spec| spec.space = Space::new([Parameter::float("lr", 1e-5, 0.1).log()]).unwrap(),
        &[
            "parameter `lr`: float 1e-5 to 1, log became float 1e-5 to 0.1, log",
            "parameter `opt` was removed",
            "parameter `k` was removed",
        ],
    );
    check(
        |spec| {
            spec.strategy.options.remove("eta");
            spec.strategy = spec
                .strategy
                .clone()
                .option("inner.gamma", 0.5)
                .option("new", true);
        },
        &[
            "strategy option `eta`: `3` became absent",
            "strategy option `inner.gamma`: `0.25` became `0.5`",
            "strategy option `new`: absent became `true`",
        ],
    );
    check(
        |spec| spec.strategy = Spec::new("grid"),
        &["strategy: `asha` became `grid`"],
    );
}

/// A journal in memory holds an entry for each of them: what is rare is boxed, so that what is frequent is small.
#[cfg(target_pointer_width = "64")]
#[test]
fn an_entry_is_hardly_larger_than_the_facts_in_it() {
    let (entry, fact) = (size_of::<Entry>(), size_of::<Fact>());
    assert!(entry <= fact + 16, "{entry} bytes, a fact {fact}");
}
