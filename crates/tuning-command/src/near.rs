//! [`near_miss`]: what is wrong with a line that may have been meant as a result.

use tuning_core::{Objectives, nearest};

use crate::{line::Line, quantity::quoted};

/// A line that may have been meant as a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Near {
    /// How likely it was meant.
    pub(crate) rank: u8,
    /// The line, and what is wrong with it.
    pub(crate) advice: String,
}

impl Near {
    /// The one that was meant more likely; of two alike, the second.
    pub(crate) fn better(first: Option<Self>, second: Option<Self>) -> Option<Self> {
        match (&first, &second) {
            (Some(a), Some(b)) if a.rank > b.rank => first,
            (_, None) => first,
            _ => second,
        }
    }

    /// A line whose end was never read.
    pub(crate) fn too_long(longest: usize) -> Self {
        Self {
            rank: 3,
            advice: format!("of a line that is longer than {longest} bytes, the rest was not read"),
        }
    }
}

/// A longer line is not looked at: it is a result that went wrong only by a rare chance.
const LONGEST: usize = 2000;

/// Says what is wrong with a line that may have been meant as a result, but names no objective as it must.
pub(crate) fn near_miss(bytes: &[u8], objectives: &Objectives) -> Option<Near> {
    // Without a digit there is no number in it.
    if bytes.len() > LONGEST || !bytes.iter().any(u8::is_ascii_digit) {
        return None;
    }
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim();
    let (rank, what) = written(text, objectives).or_else(|| named(text, objectives))?;
    let advice = format!("the line {} {what}", quoted(text));
    Some(Near { rank, advice })
}

/// What is wrong with the way in which it is written.
fn written(text: &str, objectives: &Objectives) -> Option<(u8, String)> {
    let names = |text: &str| mention(text, objectives).is_some() || text.parse::<f64>().is_ok();
    if let Some(rest) = text.strip_prefix('\u{feff}') {
        let what = "begins with a byte order mark (BOM): write UTF-8 without one";
        return names(rest).then(|| (5, what.to_owned()));
    }
    if text.contains('\0') {
        let what = "has NUL bytes in it, as UTF-16 has: write UTF-8";
        return names(&text.replace('\0', "")).then(|| (5, what.to_owned()));
    }
    if text.contains('\u{1b}') {
        let what = "has colours or other control codes of a terminal in it: print it without them";
        return names(&uncoloured(text)).then(|| (4, what.to_owned()));
    }
    let within = |quote: char| {
        let key = |name: &str| text.contains(&format!("{quote}{name}{quote}"));
        objectives.iter().any(|objective| key(&objective.name))
    };
    if text.starts_with('{') && within('\'') {
        let meant = quoted(&text.replace('\'', "\""));
        let what = format!(
            "is how Python prints a dictionary: did you mean {meant}? print `json.dumps(…)` of it"
        );
        return Some((5, what));
    }
    if text.starts_with(['{', '[']) && within('"') {
        let what = "names an objective inside of a list or another object: put it into one object, at the top";
        return Some((4, what.to_owned()));
    }
    if text.starts_with('"') && within('"') {
        let what = "is a part of a JSON object: print the whole object on one line";
        return Some((4, what.to_owned()));
    }
    None
}

/// The text without the sequences that begin with ESC and end with a letter.
fn uncoloured(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| c.is_ascii_alphabetic());
        plain.push_str(end.map_or("", |end| &part[end + 1..]));
    }
    plain
}

/// What is wrong with its names.
fn named(text: &str, objectives: &Objectives) -> Option<(u8, String)> {
    let line = Line::parse(text.as_bytes(), objectives);
    for (name, _) in line
        .iter()
        .filter(|line| line.whole)
        .flat_map(|line| &line.members)
    {
        let lower = name.to_lowercase();
        let same = |objective: &&tuning_core::Objective| objective.name.to_lowercase() == lower;
        if let Some(objective) = objectives.iter().find(same) {
            let objective = &objective.name;
            return Some((
                4,
                format!(
                    "says `{name}`: did you mean `{objective}`? names must be the same to the letter"
                ),
            ));
        }
        let known = objectives.iter().map(|objective| &*objective.name);
        if let Some(objective) = nearest(name, known) {
            return Some((
                3,
                format!("says {}: did you mean `{objective}`?", quoted(name)),
            ));
        }
    }
    if text.parse::<f64>().is_ok() {
        let example = match &objectives[..] {
            [objective] => format!("did you mean `{}={text}`?", objective.name),
            _ => "name the objective that it is of".to_owned(),
        };
        return Some((2, format!("is a bare number: {example}")));
    }
    let name = mention(text, objectives)?;
    Some((
        3,
        format!("has other words in it: print `{name}=…` on a line of its own"),
    ))
}

/// The objective after whose name, whatever its case, an `=` or a `:` and a number follow.
fn mention<'o>(text: &str, objectives: &'o Objectives) -> Option<&'o str> {
    let lower = text.to_lowercase();
    let follows = |rest: &str| {
        let rest = rest.trim_start_matches(['"', '\'', ' ', '\t']);
        let number = rest.strip_prefix(['=', ':']).map(str::trim_start);
        number
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)))
    };
    let mentions = |name: &str| {
        let name = name.to_lowercase();
        let mut places = lower.match_indices(&name);
        places.any(|(at, _)| {
            let before = lower[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                && follows(&lower[at + name.len()..])
        })
    };
    let mut names = objectives.iter().map(|objective| &*objective.name);
    names.find(|name| mentions(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_told_as_what_they_are() {
        let loss = Objectives::minimize("loss").unwrap();
        let check = |line: &str, expect: &str| {
            let near = near_miss(line.as_bytes(), &loss);
            let advice = near.map_or(String::new(), |near| near.advice);
            assert!(advice.contains(expect), "{line}: {advice}");
            assert_eq!(advice.is_empty(), expect.is_empty(), "{line}: {advice}");
        };
        check("Loss: 0.5", "says `Loss`: did you mean `loss`?");
        check("{\"LOSS\": 0.5}", "says `LOSS`: did you mean `loss`?");
        check(
            "{'loss': 0.5}",
            "did you mean `{\"loss\": 0.5}`? print `json.dumps(…)`",
        );
        check("\u{feff}{\"loss\": 0.5}", "byte order mark");
        check("\u{feff}0.5", "byte order mark");
        check("l\0o\0s\0s\0=\u{0}5\0", "UTF-16");
        check("\u{1b}[1mloss=0.5\u{1b}[0m", "control codes");
        check("los=0.5", "says `los`: did you mean `loss`?");
        check("0.5", "a bare number: did you mean `loss=0.5`?");
        check("[{\"loss\": 0.5}]", "at the top");
        check("{\"metrics\": {\"loss\": 0.5}}", "at the top");
        check("\"loss\": 0.5", "part of a JSON object");
        check("Epoch 3: loss=0.41", "print `loss=…` on a line of its own");
        check(
            "best loss = 0.3 so far",
            "print `loss=…` on a line of its own",
        );
        for other in ["", "epoch 3 of 9", "weightloss 3", "done", "7 of 9"] {
            check(other, "");
        }
    }
}
