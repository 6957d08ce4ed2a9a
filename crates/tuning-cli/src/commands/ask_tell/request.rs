//! [`Request`]: what a client may say. Everything that can be checked without the study is checked here.

use std::num::NonZeroUsize;

use tuning_core::{
    Failure, FailureKind, Fidelity, Literal, Metrics, Objectives, Outcome, TrialId, Values,
};

use tuning_file::{
    document::{Fields, Format, Item, Key, Keys, Node, Reading, Shape},
    limits,
};

use super::refusal::Refusal;

/// How long problems may be together: they are sent twice, one by one and in a row.
const LONGEST: usize = 1900;

/// The version of the protocol.
pub(super) const PROTOCOL: u64 = 1;

/// What a line asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Request {
    /// Open this study.
    Study(Node),
    /// Up to this many pieces of work.
    Ask(NonZeroUsize),
    /// What does the trial do, now that it has measured this?
    Report {
        trial: TrialId,
        at: Fidelity,
        values: Values,
        metrics: Metrics,
    },
    /// The result of a piece of work.
    Tell {
        trial: TrialId,
        outcome: Outcome,
        metrics: Metrics,
    },
    /// A trial with these parameters that was evaluated elsewhere.
    Add {
        point: Vec<(String, Literal)>,
        outcome: Outcome,
        metrics: Metrics,
    },
    /// Trials with these parameters, before anything that the strategy proposes.
    Enqueue(Vec<Vec<(String, Literal)>>),
    /// The best trials, up to this number.
    Best(usize),
    /// These trials, or all of them.
    Trials(Option<Vec<TrialId>>),
    /// How the study stands.
    Status,
    /// The session is over.
    End,
}

const VERBS: &[&str] = &[
    "study", "ask", "report", "tell", "enqueue", "best", "trials", "status", "end",
];

static REQUEST: Keys = Keys::new(
    "a request",
    &[
        Key::new("study", Shape::Names(&Shape::Scalar), "Open this study."),
        Key::new(
            "ask",
            Shape::Count(1, limits::ASK),
            "Up to this many pieces of work.",
        ),
        Key::new("report", Shape::Map(&REPORT), "What a trial has measured."),
        Key::new("tell", Shape::Map(&TELL), "The result of a piece of work."),
        Key::new(
            "enqueue",
            Shape::List(&Shape::Names(&Shape::Json)),
            "Parameters of trials to be handed out next.",
        ),
        Key::new(
            "best",
            Shape::Count(1, limits::BEST),
            "The best trials, up to this number.",
        ),
        Key::new(
            "trials",
            Shape::Any(&[Shape::Flag, Shape::List(&Shape::Count(0, limits::NUMBERS))]),
            "These trials, or all of them.",
        ),
        Key::new("status", Shape::Flag, "How the study stands."),
        Key::new("end", Shape::Flag, "The session is over."),
        Key::new(
            "protocol",
            Shape::Count(1, limits::NUMBERS),
            "The version of the protocol.",
        ),
    ],
);

static REPORT: Keys = Keys::new(
    "a mapping such as `{\"trial\": 0, \"at\": 3, \"values\": {\"loss\": 1.2}}`",
    &[
        Key::new("trial", Shape::Count(0, limits::NUMBERS), "Its number."),
        Key::new(
            "at",
            Shape::Count(0, limits::RESOURCE),
            "How much resource it has used.",
        ),
        Key::new("values", Shape::Names(&Shape::Number), "By objective."),
        Key::new(
            "metrics",
            Shape::Names(&Shape::Number),
            "What else was measured.",
        ),
    ],
);

static TELL: Keys = Keys::new(
    "a mapping such as `{\"trial\": 0, \"values\": {\"loss\": 1.2}}`",
    &[
        Key::new("trial", Shape::Count(0, limits::NUMBERS), "Its number."),
        Key::new(
            "params",
            Shape::Names(&Shape::Json),
            "Of one that was evaluated elsewhere: its parameters.",
        ),
        Key::new("values", Shape::Names(&Shape::Number), "By objective."),
        Key::new("failed", Shape::Text, "The reason why there are none."),
        Key::new("kind", Shape::Text, "The class of the failure."),
        Key::new("stopped", Shape::Flag, "It ended as it was told to."),
        Key::new(
            "metrics",
            Shape::Names(&Shape::Number),
            "What else was measured.",
        ),
    ],
);

impl Request {
    /// Reads a line. Values need to know the `objectives`; before a study is open there are none.
    pub(super) fn parse(line: &str, objectives: Option<&Objectives>) -> Result<Self, Refusal> {
        if line.trim().is_empty() {
            return Err(Refusal::new(
                "the line is empty: a request is a JSON object such as `{\"ask\": 1}`",
            ));
        }
        let root = Format::Json.parse(line).map_err(|problem| {
            let mut problem = problem;
            problem.message = format!("cannot read the line: {}{}", problem.message, hint(line));
            problem
        })?;
        let reading = Reading::default();
        let item = Item::root(&root, &reading);
        if !item.is_map() {
            let message = format!(
                "a request is a JSON object such as `{{\"ask\": 1}}`, not {}",
                root.value
            );
            return Err(Refusal::new(message));
        }
        match Self::read(&item, objectives) {
            Some(request) if reading.problems.is_empty() => Ok(request),
            _ => Err(reading.problems.take(LONGEST).into()),
        }
    }

    fn read(item: &Item<'_>, objectives: Option<&Objectives>) -> Option<Self> {
        let fields = item.fields(&REQUEST)?;
        if let Some(protocol) = fields.get("protocol")
            && protocol.count(0..=limits::NUMBERS)? != PROTOCOL
        {
            let message = format!("is not {PROTOCOL}, the only version that is supported");
            return protocol.wrong(message);
        }
        let said: Vec<&str> = VERBS
            .iter()
            .copied()
            .filter(|verb| fields.get(verb).is_some())
            .collect();
        let [verb] = said[..] else {
            if fields.has_unknown() {
                return None;
            }
            let message = match &said[..] {
                [] => format!(
                    "the request says nothing: write one of `{}`",
                    VERBS.join("`, `")
                ),
                several => format!("a request is one thing, not `{}`", several.join("` and `")),
            };
            return item.problem(item.place(), message);
        };
        let what = fields.get(verb)?;
        match verb {
            "study" => what
                .is_map()
                .then(|| Self::Study(what.node().clone()))
                .or_else(|| what.expected("a study as a study file describes it")),
            "ask" => {
                let slots = usize::try_from(what.count(1..=limits::ASK)?).ok();
                slots.and_then(NonZeroUsize::new).map(Self::Ask)
            }
            "report" => report(&what, objectives),
            "tell" => tell(&what, objectives),
            "enqueue" => enqueue(&what),
            "trials" => trials(&what).map(Self::Trials),
            "best" => usize::try_from(what.count(1..=limits::BEST)?)
                .ok()
                .map(Self::Best),
            "status" => is_true(&what).map(|()| Self::Status),
            _ => is_true(&what).map(|()| Self::End),
        }
    }
}

fn enqueue(item: &Item<'_>) -> Option<Request> {
    const EXPECTED: &str =
        "a list of trials, each with a value for every active parameter, such as `[{\"lr\": 0.1}]`";
    let points: Option<Vec<_>> = item.list(EXPECTED)?.iter().map(point).collect();
    match points? {
        points if points.is_empty() => item.wrong("is empty: name at least one trial"),
        points if points.len() as u64 > limits::ASK => item.wrong(format_args!(
            "has too many trials: at most {} at once",
            limits::ASK
        )),
        points => Some(Request::Enqueue(points)),
    }
}

fn trials(item: &Item<'_>) -> Option<Option<Vec<TrialId>>> {
    if !item.is_list() {
        const EXPECTED: &str = "`true`, or a list of numbers of trials, such as `[3, 7]`";
        return match item.node().value {
            tuning_file::document::Value::Scalar(Literal::Bool(true)) => Some(None),
            _ => item.expected(EXPECTED),
        };
    }
    let numbers = item.list("a list of numbers of trials")?;
    let number = |item: &Item<'_>| item.count(0..=limits::NUMBERS).map(TrialId::new);
    numbers
        .iter()
        .map(number)
        .collect::<Option<Vec<_>>>()
        .map(Some)
}

fn report(item: &Item<'_>, objectives: Option<&Objectives>) -> Option<Request> {
    let fields = item.fields(&REPORT)?;
    let trial = trial(&fields);
    let at = fields
        .need(
            "at",
            "say how much resource the trial has used, such as epochs",
        )
        .and_then(|at| at.count(0..=limits::RESOURCE))
        .map(Fidelity::new);
    let values = fields
        .need("values", "say what was measured there")
        .and_then(|item| values(&item, objectives));
    let metrics = metrics(&fields);
    Some(Request::Report {
        trial: trial?,
        at: at?,
        values: values?,
        metrics: metrics?,
    })
}

fn tell(item: &Item<'_>, objectives: Option<&Objectives>) -> Option<Request> {
    let fields = item.fields(&TELL)?;
    let params = fields.get("params");
    let trial = match (&params, fields.get("trial")) {
        (Some(_), None) => None,
        (Some(params), Some(_)) => {
            params.wrong("stands beside a `trial`, which has its parameters: leave one of them out")
        }
        (None, _) => trial(&fields),
    };
    let point = params.as_ref().map(point);
    let metrics = metrics(&fields);
    let kind = fields.get("kind");
    let results = ["values", "failed", "stopped"].map(|key| fields.get(key));
    let outcome = match &results {
        [Some(item), None, None] => values(item, objectives).map(Outcome::Completed),
        [None, Some(item), None] => failure(item, kind.as_ref()).map(Outcome::Failed),
        [None, None, Some(item)] => is_true(item).map(|()| Outcome::Stopped),
        _ if fields.has_unknown() => None,
        [None, None, None] => item.wrong(
            "has no result: give `values`, or `\"failed\": \"the reason\"`, or `\"stopped\": true` after a verdict \
             to stop or to pause",
        ),
        _ => item.wrong("has more than one result: give one of `values`, `failed` and `stopped`"),
    };
    if let (Some(kind), None) = (&kind, &results[1]) {
        kind.wrong::<()>("belongs to a failure: give `failed` with it");
    }
    match point {
        Some(point) => Some(Request::Add {
            point: point?,
            outcome: outcome?,
            metrics: metrics?,
        }),
        None => Some(Request::Tell {
            trial: trial?,
            outcome: outcome?,
            metrics: metrics?,
        }),
    }
}

/// Values by the names of parameters.
fn point(item: &Item<'_>) -> Option<Vec<(String, Literal)>> {
    let values = item.names("a value for each active parameter, such as `{\"lr\": 0.1}`")?;
    let value = |(name, item): &(&str, Item<'_>)| Some(((*name).to_owned(), item.any_value()?));
    values.iter().map(value).collect()
}

fn trial(fields: &Fields<'_>) -> Option<TrialId> {
    let item = fields.need(
        "trial",
        "say which trial it is, by the number that it was given, or give the `params` of one that was evaluated elsewhere",
    )?;
    item.count(0..=limits::NUMBERS).map(TrialId::new)
}

/// A value for each objective, and nothing else.
fn values(item: &Item<'_>, objectives: Option<&Objectives>) -> Option<Values> {
    let Some(objectives) = objectives else {
        return Values::new([]).ok(); // no study is open: that is what will be told
    };
    let names: Vec<&str> = objectives.iter().map(|o| o.name.as_str()).collect();
    let all = names.join("`, `");
    let expected = format!("a mapping from the study's objectives (`{all}`) to numbers");
    let mut found = vec![None; names.len()];
    let mut complete = true;
    for (name, value) in item.names(&expected)? {
        match names.iter().position(|known| *known == name) {
            Some(place) => found[place] = Some(number(&value)),
            None => {
                complete = false;
                let advice = match tuning_core::nearest(name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => {
                        format!("there are `{all}`; what else was measured belongs in `metrics`")
                    }
                };
                value.wrong::<()>(format_args!("is not an objective of the study: {advice}"));
            }
        }
    }
    if !complete {
        return None;
    }
    for (name, found) in names.iter().zip(&found) {
        if found.is_none() {
            item.wrong::<()>(format_args!(
                "has no `{name}`: give every objective its value (`{all}`)"
            ));
        }
    }
    let numbers: Option<Vec<f64>> = found.into_iter().map(Option::flatten).collect();
    Values::new(numbers?).ok()
}

fn number(item: &Item<'_>) -> Option<f64> {
    use tuning_file::document::Value::{Large, Scalar};
    let is_number = match &item.node().value {
        Scalar(Literal::Int(_)) | Large(_) => true,
        Scalar(Literal::Float(value)) => value.is_finite(),
        _ => false,
    };
    match is_number {
        true => item.number(),
        false => item.expected(
            "a number (a trial without one has failed: tell `\"failed\": \"the reason\"`, with `\"kind\": \
             \"non_finite\"` if it was NaN)",
        ),
    }
}

fn metrics(fields: &Fields<'_>) -> Option<Metrics> {
    let Some(item) = fields.get("metrics") else {
        return Some(Metrics::default());
    };
    let mut metrics = Metrics::default();
    for (name, value) in item.names("a mapping from names to numbers")? {
        metrics.set(name, value.number()?);
    }
    Some(metrics)
}

fn failure(item: &Item<'_>, kind: Option<&Item<'_>>) -> Option<Failure> {
    let reason = item.text("the reason, as a string");
    let kind = match kind {
        None => Some(FailureKind::Error),
        Some(item) => {
            let names = FailureKind::ALL.map(FailureKind::as_str);
            let expected = format!("one of `{}`", names.join("`, `"));
            let text = item.text(&expected)?;
            match FailureKind::ALL
                .into_iter()
                .find(|kind| kind.as_str() == text)
            {
                Some(kind) => Some(kind),
                None => item.expected(expected),
            }
        }
    };
    Some(Failure::new(kind?, reason?))
}

fn is_true(item: &Item<'_>) -> Option<()> {
    match item.node().value {
        tuning_file::document::Value::Scalar(tuning_core::Literal::Bool(true)) => Some(()),
        _ => item.expected("`true`"),
    }
}

/// What many libraries write for numbers that JSON has no way to write.
fn hint(line: &str) -> &'static str {
    let words = |word: &str| {
        line.split(|c: char| !c.is_alphanumeric())
            .any(|part| part == word)
    };
    match ["NaN", "Infinity", "nan", "inf"].into_iter().any(words) {
        true => {
            " (JSON has neither NaN nor Infinity: tell such a trial as `\"failed\": \"the reason\"`, with `\"kind\": \
             \"non_finite\"`)"
        }
        false => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tuning_core::Objective;

    fn parse(line: &str) -> Result<Request, String> {
        let objectives = [Objective::minimize("loss"), Objective::maximize("accuracy")];
        let objectives = Objectives::new(objectives).unwrap();
        Request::parse(line, Some(&objectives)).map_err(|refusal| {
            let refusal = serde_json::to_value(refusal).unwrap();
            let message = refusal["message"].as_str().unwrap_or_default();
            format!("{}: {message}", refusal["column"])
        })
    }

    #[test]
    fn values_are_found_by_name_in_whatever_order() {
        let line = r#"{"tell": {"trial": 3, "values": {"accuracy": 1, "loss": 0.5}, "metrics": {"usd": 2}}}"#;
        let outcome = Outcome::Completed(Values::new([0.5, 1.0]).unwrap());
        let expect = Request::Tell {
            trial: TrialId::new(3),
            outcome,
            metrics: Metrics::from_iter([("usd", 2.0)]),
        };
        assert_eq!(parse(line), Ok(expect));
    }

    #[test]
    fn failures_have_a_kind_and_a_reason() {
        let line = r#"{"tell": {"trial": 3, "failed": "no memory", "kind": "lost"}}"#;
        let Ok(Request::Tell { outcome, .. }) = parse(line) else {
            panic!("it is right")
        };
        assert_eq!(outcome, Outcome::failed(FailureKind::Lost, "no memory"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_column_and_what_to_do() {
        let report: Vec<String> = [
            "",
            "ask",
            "[1]",
            r#"{"ask": 0}"#,
            r#"{"ask": "one"}"#,
            r#"{"aks": 1}"#,
            r#"{}"#,
            r#"{"ask": 1, "best": 1}"#,
            r#"{"ask": 1, "ask": 1}"#,
            r#"{"ask": 1, "protocol": 2}"#,
            r#"{"study": "study.yaml"}"#,
            r#"{"end": false}"#,
            r#"{"tell": {"trial": 0, "values": {"loss": NaN, "accuracy": 1}}}"#,
            r#"{"tell": {"trial": 0, "values": {"loss": null, "accuracy": "0.5"}}}"#,
            r#"{"tell": {"trial": 0, "values": {"los": 1, "accuracy": 1}}}"#,
            r#"{"tell": {"trial": 0, "values": {"loss": 1, "accuracy": 1, "seconds": 3}}}"#,
            r#"{"tell": {"trial": 0, "values": {"loss": 1}}}"#,
            r#"{"tell": {"trial": 0, "values": [1, 2]}}"#,
            r#"{"tell": {"trial": 0}}"#,
            r#"{"tell": {"trial": 0, "failed": "x", "stopped": true}}"#,
            r#"{"tell": {"trial": 0, "failed": true}}"#,
            r#"{"tell": {"trial": 0, "failed": "x", "kind": "oops"}}"#,
            r#"{"tell": {"trial": 0, "stopped": true, "kind": "lost"}}"#,
            r#"{"tell": {"trail": 0, "values": {"loss": 1, "accuracy": 1}}}"#,
            r#"{"tell": {"trial": -1, "values": {"loss": 1e999, "accuracy": 1}}}"#,
            r#"{"report": {"trial": 0, "values": {"loss": 1, "accuracy": 1}, "metrics": {"a": "b"}}}"#,
        ]
        .into_iter()
        .map(|line| {
            let error = parse(line).expect_err(line);
            format!("{line}\n    {error}\n")
        })
        .collect();
        insta::assert_snapshot!(report.concat());
    }
}
