//! A space that is amended: what a strategy is told of the trials so far, live and in a replay.

use tuning_core::*;

use crate::support::*;

/// From 0 to 1, where the tests' strategies search; the trials are at 0.5.
fn narrow(low: f64) -> Amended {
    let space = Space::new([Parameter::float("x", low, 2.0), Parameter::bool("new")]).unwrap();
    Amended::new(space).default("new", true)
}

fn point(x: f64) -> Params {
    let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    space.params([("x", x)]).unwrap()
}

fn carried(amended: &Amended, params: &Params) -> Option<String> {
    amended.carry(params).ok().map(|params| params.to_string())
}

#[test]
fn parameters_are_carried_where_they_fit() {
    assert_eq!(
        carried(&narrow(0.2), &point(0.5)).as_deref(),
        Some("x=0.5 new=true")
    );
    assert_eq!(carried(&narrow(0.6), &point(0.5)), None);
    let old = Space::new([
        Parameter::categorical("opt", ["adam", "sgd"]),
        Parameter::float("momentum", 0.0, 1.0).when("opt", ["sgd"]),
    ])
    .unwrap();
    let sgd = old
        .params([("opt", "sgd".into()), ("momentum", 0.9.into())] as [(_, Literal); 2])
        .unwrap();
    let adam = old.params([("opt", "adam")]).unwrap();
    // A choice more, and one less.
    let choices = |choices: &[&str]| {
        let opt = Parameter::categorical("opt", choices.iter().copied());
        Amended::new(Space::new([opt]).unwrap())
    };
    assert_eq!(
        carried(&choices(&["lion", "sgd"]), &sgd).as_deref(),
        Some("opt=sgd")
    );
    assert_eq!(carried(&choices(&["lion", "sgd"]), &adam), None);
    // Another condition: what is not active any more goes, what is from now on needs a default.
    let moved = Space::new([
        Parameter::categorical("opt", ["adam", "sgd"]),
        Parameter::float("momentum", 0.0, 1.0).when("opt", ["adam"]),
    ])
    .unwrap();
    let moved = Amended::new(moved);
    assert_eq!(carried(&moved, &sgd).as_deref(), Some("opt=sgd"));
    assert_eq!(carried(&moved, &adam), None);
    let moved = moved.default("momentum", 0.5);
    assert_eq!(
        carried(&moved, &adam).as_deref(),
        Some("opt=adam momentum=0.5")
    );
}

fn study(amendments: &[Amended], order: Order) -> AskTell<Notes> {
    let first = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
    let space = amendments
        .last()
        .map_or(first, |amended| amended.space.clone());
    let problem = Problem::new(space, Objectives::minimize("loss").unwrap());
    AskTell::new(problem, Notes::default(), Seed::new(1))
        .order(order)
        .amended(amendments.to_vec())
}

/// Proposes nothing, and notes what it is told.
#[derive(Default)]
struct Notes(Vec<Fact>);

impl Strategy for Notes {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        Ok(Asked::Done)
    }

    fn tell(&mut self, fact: &Fact) {
        self.0.push(fact.clone());
    }
}

#[test]
fn the_strategy_is_told_of_trials_that_fit_as_of_foreign_ones_and_of_no_others() {
    for order in [Order::AsFinished, proposed(3)] {
        let mut before = study(&[], order);
        let own = Tag::new("notes", 3);
        for x in [0.1, 0.5, 0.9] {
            let work = before.start(&point(x), own.clone()).unwrap();
            before
                .finish(work.trial, completed(x), Metrics::default(), 0)
                .unwrap();
        }
        let left = before.start(&point(0.2), own.clone()).unwrap();
        let taken = before.start(&point(0.7), own).unwrap();
        let log = before.take_entries(0);

        let amended = narrow(0.4);
        let mut after = study(std::slice::from_ref(&amended), order);
        for entry in log.clone() {
            after.replay(entry).unwrap();
        }
        assert_eq!(after.outside(), [left.trial]);
        let told: Vec<bool> = (0..5).map(|trial| after.is_told(id(trial))).collect();
        assert_eq!(told, [false, true, true, false, true]);
        let entry = Entry::new(0, EventKind::Amended(Box::new(amended.clone())));
        after.replay(entry.clone()).unwrap();
        after.cancel(left.trial, "outside").unwrap();
        assert_eq!(after.outside(), []);
        let params: Vec<String> = after
            .strategy()
            .0
            .iter()
            .filter_map(|fact| match fact {
                Fact::Started(started) => {
                    assert!(started.tag.is_none(), "{started:?}");
                    Some(started.params.to_string())
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            params,
            ["x=0.5 new=true", "x=0.9 new=true", "x=0.7 new=true"],
            "{order}"
        );
        let in_flight = after.in_flight();
        assert_eq!(in_flight.len(), 1);
        assert_eq!(
            (in_flight[0].trial, in_flight[0].params.to_string()),
            (taken.trial, "x=0.7 new=true".to_owned())
        );
        after
            .finish(taken.trial, completed(0.7), Metrics::default(), 0)
            .unwrap();

        // The next session knows the same.
        let mut again = study(&[amended], order);
        let rest = after.take_entries(0);
        for entry in log.into_iter().chain([entry]).chain(rest) {
            again.replay(entry).unwrap();
        }
        assert_eq!(again.strategy().0, after.strategy().0, "{order}");
        assert_eq!(again.running(), 0);
    }
}

#[test]
fn trials_that_did_not_fit_one_space_may_fit_a_later_one() {
    let mut before = study(&[], Order::AsFinished);
    before
        .add([AddedTrial::new(point(0.1), completed(0.1))])
        .unwrap();
    let log = before.take_entries(0);
    let amendments = [narrow(0.5), narrow(0.0)];
    let mut after = study(&amendments, Order::AsFinished);
    let noted = amendments.map(|amended| Entry::new(0, EventKind::Amended(Box::new(amended))));
    for entry in log.into_iter().chain(noted) {
        after.replay(entry).unwrap();
    }
    assert!(after.is_told(id(0)));
    // From now on a trial has to lie in the space.
    let outside = Started::new(id(1), point(0.5));
    assert!(after.replay(outside.into()).is_err());
}

#[test]
fn readers_see_the_trials_in_the_space_as_it_is_now() {
    let mut before = study(&[], Order::AsFinished);
    for x in [0.1, 0.5] {
        before
            .add([AddedTrial::new(point(x), completed(x))])
            .unwrap();
    }
    let spec = StudySpec::new(
        before.problem().space.clone(),
        before.problem().objectives.clone(),
        Spec::new("notes"),
    );
    let mut view = StudyView::new(spec.clone());
    view.apply(Entry::new(0, EventKind::Created(Box::new(spec))));
    before
        .take_entries(0)
        .into_iter()
        .for_each(|entry| view.apply(entry));
    let amended = narrow(0.4);
    view.apply(Entry::new(0, EventKind::Amended(Box::new(amended.clone()))));
    assert_eq!(view.spec().space, amended.space);
    let params: Vec<String> = view
        .trials()
        .iter()
        .map(|trial| trial.params.to_string())
        .collect();
    assert_eq!(
        params,
        ["x=0.1", "x=0.5 new=true"],
        "what does not fit stays as it was"
    );
    assert_eq!(view.progress().best().unwrap().params.to_string(), "x=0.1");
}
