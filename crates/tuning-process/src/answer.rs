//! What the program answers: read as text, checked as far as its own words and the space go.

use serde_json::{Map, Value};
use tuning_core::{
    Asked, Fidelity, IllegalProposal, Literal, Params, ParamsError, Proposal, Space, Tag, TrialId,
};

use crate::{PROTOCOL, config::NAME, number};

/// What it said of the problem.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Greeting {
    Ready,
    /// It cannot handle the problem.
    Unsupported(String),
    /// It cannot continue.
    Fails(String),
}

/// What an ask came to.
#[derive(Debug)]
pub(crate) enum Reply {
    Asked(Asked),
    /// It can be read, but not be done.
    Illegal(IllegalProposal),
    /// It cannot continue.
    Fails(String),
}

/// Why a line means nothing.
pub(crate) type Nonsense = String;

/// Reads the answer to a problem.
pub(crate) fn greeting(line: &str) -> Result<Greeting, Nonsense> {
    let expected = "`{\"ready\": true}` or `{\"unsupported\": \"the reason\"}`";
    let mut answer = object(line, expected)?;
    if let Some(why) = failure(&mut answer)? {
        return Ok(Greeting::Fails(why));
    }
    let greeting = match (answer.remove("ready"), answer.remove("unsupported")) {
        (Some(Value::Bool(true)), None) => Greeting::Ready,
        (Some(Value::Object(about)), None) => match about.get("protocol") {
            None => Greeting::Ready,
            Some(version) if *version == PROTOCOL => Greeting::Ready,
            Some(version) => {
                return Err(format!(
                    "it speaks protocol {}, but only protocol {PROTOCOL} is supported",
                    short(&version.to_string())
                ));
            }
        },
        (None, Some(Value::String(why))) => Greeting::Unsupported(why),
        _ => return Err(format!("expected {expected}")),
    };
    nothing_else(&answer, "the answer", &["ready", "unsupported", "error"])?;
    Ok(greeting)
}

/// Reads the answer to an ask for up to `slots` proposals.
pub(crate) fn reply(line: &str, slots: usize, space: &Space) -> Result<Reply, Nonsense> {
    let expected =
        "`{\"asked\": [{\"params\": {…}}]}`, `{\"asked\": \"wait\"}` or `{\"asked\": \"done\"}`";
    let mut answer = object(line, expected)?;
    if let Some(why) = failure(&mut answer)? {
        return Ok(Reply::Fails(why));
    }
    let asked = answer.remove("asked");
    nothing_else(&answer, "the answer", &["asked", "error"])?;
    let proposals = match asked {
        Some(Value::String(word)) if word == "wait" => return Ok(Reply::Asked(Asked::Wait)),
        Some(Value::String(word)) if word == "done" => return Ok(Reply::Asked(Asked::Done)),
        Some(Value::Array(proposals)) => proposals,
        _ => return Err(format!("expected {expected}")),
    };
    if proposals.is_empty() {
        return Ok(Reply::Illegal(IllegalProposal::Empty));
    }
    let gives_up = |value: &&Value| value.get("give_up").is_some_and(|trial| !trial.is_null());
    let proposed = proposals.len() - proposals.iter().filter(gives_up).count();
    if proposed > slots {
        return Ok(Reply::Illegal(IllegalProposal::TooMany { proposed, slots }));
    }
    let mut read = Vec::with_capacity(proposals.len());
    for (place, value) in proposals.into_iter().enumerate() {
        match proposal(value, &format!("`asked[{place}]`"), space)? {
            Ok(proposal) => read.push(proposal),
            Err(error) => return Ok(Reply::Illegal(error.into())),
        }
    }
    Ok(Reply::Asked(Asked::Propose(read)))
}

/// The inner error: parameters that can be read, but do not lie in the space.
fn proposal(
    value: Value,
    place: &str,
    space: &Space,
) -> Result<Result<Proposal, ParamsError>, Nonsense> {
    const KEYS: [&str; 6] = ["params", "until", "resume", "fork", "give_up", "tag"];
    let Value::Object(mut fields) = value else {
        return Err(format!(
            "{place} is {}: expected an object such as `{{\"params\": {{…}}}}`",
            shown(&value)
        ));
    };
    let params = fields.remove("params");
    let until = count(fields.remove("until"), place, "until")?;
    let resume = count(fields.remove("resume"), place, "resume")?;
    let fork = count(fields.remove("fork"), place, "fork")?;
    let give_up = count(fields.remove("give_up"), place, "give_up")?;
    let tag = match fields.remove("tag") {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(tag)) => tag,
        Some(Value::Number(number)) => number.to_string(),
        Some(other) => {
            return Err(format!(
                "`tag` of {place} is {}: expected a string",
                shown(&other)
            ));
        }
    };
    nothing_else(&fields, place, &KEYS)?;
    if let Some(trial) = give_up {
        let more = [
            params.is_some(),
            resume.is_some(),
            fork.is_some(),
            until.is_some(),
        ];
        if more.contains(&true) {
            return Err(format!(
                "{place} has `give_up` and something else to do: a trial that is given up ends; make two proposals of it"
            ));
        }
        return Ok(Ok(
            Proposal::give_up(TrialId::new(trial)).tag(Tag::new(NAME, tag))
        ));
    }
    let proposal = match (params, resume, fork) {
        (None, Some(trial), None) => Ok(Proposal::resume(TrialId::new(trial))),
        (Some(params), None, None) => point(params, place, space)?.map(Proposal::start),
        (Some(params), None, Some(trial)) => {
            let donor = TrialId::new(trial);
            point(params, place, space)?.map(|params| Proposal::fork(donor, params))
        }
        (None, ..) => {
            return Err(format!(
                "{place} has no `params`: give every active parameter its value, or `resume` a paused trial"
            ));
        }
        (Some(_), Some(_), _) => {
            return Err(format!(
                "{place} has both `params` and `resume`: a resumed trial keeps its own"
            ));
        }
    };
    let tag = Tag::new(NAME, tag);
    Ok(proposal.map(|proposal| proposal.until(until.map(Fidelity::new)).tag(tag)))
}

fn point(
    params: Value,
    place: &str,
    space: &Space,
) -> Result<Result<Params, ParamsError>, Nonsense> {
    let Value::Object(params) = params else {
        return Err(format!(
            "`params` of {place} is {}: expected an object from names to values",
            shown(&params)
        ));
    };
    let mut values = Vec::with_capacity(params.len());
    for (name, value) in params {
        let literal: Literal = serde_json::from_value(value).map_err(|error| {
            let error = error.to_string();
            format!(
                "parameter `{}` of {place} cannot be used: {}",
                short(&name),
                short(&error)
            )
        })?;
        values.push((name, literal));
    }
    Ok(space.params(values))
}

fn object(line: &str, expected: &str) -> Result<Map<String, Value>, Nonsense> {
    match serde_json::from_str(line) {
        Ok(Value::Object(object)) => match number::inexact(line) {
            Some(number) => Err(format!(
                "it has a number that cannot be taken as it is written: {}",
                number.chars().take(40).collect::<String>()
            )),
            None => Ok(object),
        },
        Ok(other) => Err(format!("it is {}: expected {expected}", shown(&other))),
        Err(error) => Err(format!(
            "it is not JSON ({error}): expected {expected}; anything that is not an answer belongs on standard error"
        )),
    }
}

fn failure(answer: &mut Map<String, Value>) -> Result<Option<String>, Nonsense> {
    match answer.remove("error") {
        None => Ok(None),
        Some(Value::String(why)) => Ok(Some(why)),
        Some(Value::Object(error)) => match error.get("message") {
            Some(Value::String(why)) => Ok(Some(why.clone())),
            _ => Err("`error` has no `message`".to_owned()),
        },
        Some(other) => Err(format!(
            "`error` is {}: expected the reason, as a string",
            shown(&other)
        )),
    }
}

fn count(value: Option<Value>, place: &str, key: &str) -> Result<Option<u64>, Nonsense> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_u64().map(Some).ok_or_else(|| {
            format!(
                "`{key}` of {place} is {}: expected a whole number, not negative",
                shown(&value)
            )
        }),
    }
}

fn nothing_else(left: &Map<String, Value>, place: &str, known: &[&str]) -> Result<(), Nonsense> {
    match left.keys().next() {
        None => Ok(()),
        Some(key) => Err(format!(
            "unknown key `{}` in {place}: there are `{}`",
            short(key),
            known.join("`, `")
        )),
    }
}

/// The beginning of a text: an answer may be as long as 16 MiB, and a reason is read by people.
fn short(text: &str) -> String {
    const SHOWN: usize = 80;
    let mut short: String = text.chars().take(SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A value in words.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
        Value::String(text) => format!("the string `{}`", short(text)),
        other => format!("`{}`", short(&other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tuning_core::Parameter;

    fn space() -> Space {
        Space::new([
            Parameter::float("lr", 0.0, 1.0),
            Parameter::categorical("opt", ["adam", "sgd"]),
            Parameter::int("n", 1, 9).when("opt", ["sgd"]),
        ])
        .unwrap()
    }

    fn read(line: &str) -> String {
        match reply(line, 2, &space()) {
            Ok(Reply::Asked(Asked::Propose(proposals))) => proposals
                .iter()
                .map(|p| {
                    let params = p.params().map_or("-".to_owned(), ToString::to_string);
                    format!(
                        "{params} until {:?} tag {}{}",
                        p.target().map(Fidelity::get),
                        p.note(),
                        if p.is_work() { "" } else { " given up" }
                    )
                })
                .collect::<Vec<_>>()
                .join("; "),
            Ok(Reply::Asked(asked)) => format!("{asked:?}"),
            Ok(Reply::Illegal(error)) => format!("illegal: {error}"),
            Ok(Reply::Fails(why)) => format!("fails: {why}"),
            Err(nonsense) => format!("nonsense: {nonsense}"),
        }
    }

    #[test]
    fn proposals_are_read_and_what_is_wrong_with_them_is_told() {
        let check = |line: &str, expect: &str| {
            let found = read(line);
            assert!(found.starts_with(expect), "{line}\n{found}");
        };
        check(
            r#"{"asked": [{"params": {"opt": "sgd", "n": 2.0, "lr": 1}, "tag": "a"}, {"params": {"opt": "adam", "lr": 0.5}, "until": 3}]}"#,
            "lr=1 opt=sgd n=2 until None tag process:a; lr=0.5 opt=adam until Some(3) tag process:",
        );
        check(
            r#"{"asked": [{"resume": 3, "until": 9}]}"#,
            "- until Some(9)",
        );
        check(
            r#"{"asked": [{"fork": 3, "params": {"lr": 0, "opt": "adam"}}]}"#,
            "lr=0 opt=adam",
        );
        // What is given up takes no slot: three proposals for two slots.
        check(
            r#"{"asked": [{"give_up": 3, "tag": "poor"}, {"resume": 4}, {"resume": 5}]}"#,
            "- until None tag process:poor given up; - until None tag process:; - until None tag process:",
        );
        check(
            r#"{"asked": [{"give_up": 3, "until": 9}]}"#,
            "nonsense: `asked[0]` has `give_up` and something else to do",
        );
        check(
            r#"{"asked": [{"give_up": 3, "params": {"lr": 0, "opt": "adam"}}]}"#,
            "nonsense: `asked[0]` has `give_up` and something else to do",
        );
        check(
            r#"{"asked": [{"give_up": 3}, {"resume": 1}, {"resume": 2}, {"resume": 4}]}"#,
            "illegal: 3 proposals for 2 slot(s)",
        );
        check(r#"{"asked": "wait"}"#, "Wait");
        check(r#"{"asked": "done"}"#, "Done");
        check(r#"{"error": "no idea"}"#, "fails: no idea");
        check(r#"{"error": {"message": "no idea"}}"#, "fails: no idea");
        check(r#"{"asked": []}"#, "illegal: an empty list");
        check(
            r#"{"asked": [1, 2, 3]}"#,
            "illegal: 3 proposals for 2 slot(s)",
        );
        check(
            r#"{"asked": [{"params": {"lr": 2, "opt": "adam"}}]}"#,
            "illegal: parameters outside the space: parameter `lr`",
        );
        check(
            r#"{"asked": [{"params": {"lr": 0.5}}]}"#,
            "illegal: parameters outside the space",
        );
        check(
            r#"{"asked": [{"params": {"lr": 0.5, "opt": "adam", "n": 1}}]}"#,
            "illegal: parameters outside",
        );
        check("hello", "nonsense: it is not JSON");
        check("[1]", "nonsense: it is a list: expected `{\"asked\"");
        check(
            r#"{"aksed": []}"#,
            "nonsense: unknown key `aksed` in the answer: there are `asked`",
        );
        check(r#"{"asked": "later"}"#, "nonsense: expected `{\"asked\"");
        check(
            r#"{"asked": [7]}"#,
            "nonsense: `asked[0]` is `7`: expected an object",
        );
        check(
            r#"{"asked": [{"parms": {}}]}"#,
            "nonsense: unknown key `parms` in `asked[0]`: there are `params`",
        );
        check(
            r#"{"asked": [{"until": 3}]}"#,
            "nonsense: `asked[0]` has no `params`",
        );
        check(
            r#"{"asked": [{"params": {"lr": null, "opt": "adam"}}]}"#,
            "illegal: parameters outside the space: parameter `lr` is null",
        );
        check(
            r#"{"asked": [{"params": {}, "until": -1}]}"#,
            "nonsense: `until` of `asked[0]` is `-1`",
        );
        check(
            r#"{"asked": [{"params": {}, "resume": 1}]}"#,
            "nonsense: `asked[0]` has both",
        );
        check(
            r#"{"asked": [{"params": [1]}]}"#,
            "nonsense: `params` of `asked[0]` is a list",
        );
    }

    #[test]
    fn a_long_or_deep_answer_is_refused_in_few_words() {
        let long = "x".repeat(1 << 20);
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        for line in [
            format!("\"{long}\""),
            format!("{{\"{long}\": 1}}"),
            format!("{{\"asked\": [\"{long}\"]}}"),
            format!("{{\"asked\": [{{\"params\": {{}}, \"until\": \"{long}\"}}]}}"),
            format!("{{\"asked\": {deep}}}"),
            format!("{{\"asked\": [{{\"params\": {{\"lr\": {deep}}}}}]}}"),
            deep,
        ] {
            let found = read(&line);
            assert!(found.starts_with("nonsense: "), "{}", short(&found));
            assert!(found.len() < 1000, "{} bytes", found.len());
        }
        for about in [
            format!("{{\"protocol\": \"{long}\"}}"),
            format!("{{\"protocol\": {{\"{long}\": 1}}}}"),
        ] {
            let refused = greeting(&format!("{{\"ready\": {about}}}")).unwrap_err();
            assert!(refused.len() < 1000, "{} bytes", refused.len());
        }
        // As many keys as there are: in one pass.
        let many: String = (0..200_000).map(|n| format!(",\"k{n}\":1")).collect();
        let found = read(&format!("{{\"asked\": \"wait\"{many}}}"));
        assert!(
            found.starts_with("nonsense: unknown key `k"),
            "{}",
            short(&found)
        );
    }

    #[test]
    fn a_program_is_ready_or_says_why_not() {
        assert_eq!(greeting(r#"{"ready": true}"#), Ok(Greeting::Ready));
        assert_eq!(
            greeting(r#"{"ready": {"protocol": 1, "name": "mine"}}"#),
            Ok(Greeting::Ready)
        );
        let why = Greeting::Unsupported("two objectives are too many".to_owned());
        assert_eq!(
            greeting(r#"{"unsupported": "two objectives are too many"}"#),
            Ok(why)
        );
        for line in [
            r#"{"ready": false}"#,
            "{}",
            "ready",
            r#"{"ready": true, "x": 1}"#,
            r#"{"ready": {"protocol": 2}}"#,
        ] {
            assert!(greeting(line).is_err(), "{line}");
        }
    }
}
