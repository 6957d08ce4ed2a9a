//! [`Summary`]: the best values of several seeds, and how they are spread.

use serde_json::{Value, json};
use tuning_core::{Counts, Direction, Objective, Objectives, Seed};
use tuning_file::StudyFile;
use tuning_observers::{Importance, Table, TableColumn, format_value};

use crate::{
    commands::run::session::Ended,
    output::{Dressed, Style},
    table::fit,
};

/// What one seed came to.
#[derive(Debug)]
pub(super) struct Repeated {
    seed: Seed,
    journal: String,
    ended: String,
    counts: Counts,
    /// The best value of each objective; none if no trial has one.
    best: Vec<Option<f64>>,
    object: Option<Value>,
}

impl Repeated {
    pub(super) fn new(seed: Seed, study: &StudyFile, ended: &Ended) -> Self {
        Self {
            seed,
            journal: study.journal.place(),
            ended: ended.reason.to_string(),
            counts: ended.counts,
            best: ended.best.clone(),
            object: ended.object.clone(),
        }
    }
}

/// What all seeds came to.
#[derive(Debug)]
pub(super) struct Summary<'a> {
    study: &'a str,
    objectives: &'a Objectives,
    repeats: Vec<Repeated>,
}

impl<'a> Summary<'a> {
    pub(super) fn new(study: &'a str, objectives: &'a Objectives) -> Self {
        Self {
            study,
            objectives,
            repeats: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, repeated: Repeated) {
        self.repeats.push(repeated);
    }

    /// A row for each seed, and a line for each objective.
    pub(super) fn table(&self, style: Style) -> Dressed {
        let names = self.objectives.iter().map(|objective| &*objective.name);
        let heads = [
            TableColumn::number("seed"),
            TableColumn::text("ended"),
            TableColumn::number("completed").importance(Importance::Detail),
        ];
        let journal = TableColumn::text("journal").importance(Importance::Extra);
        let names = names.map(TableColumn::number);
        let mut table = Table::new(heads.into_iter().chain(names).chain([journal]));
        for repeated in &self.repeats {
            table.row(row(repeated));
        }
        let mut text = fit(&table, style, "`tune list` shows the journals");
        for (objective, spread) in self.spreads() {
            let name = &objective.name;
            let line = match spread {
                Some(spread) => format!("best {name} of a seed: {}", spread.as_text()),
                None => format!("no seed has a value of {name}"),
            };
            let line = Dressed::plain(&line).wrapped(style.width);
            text = text.text("\n").and(&line);
        }
        text
    }

    pub(super) fn as_json(&self) -> Value {
        let repeats: Vec<Value> = self.repeats.iter().map(as_json).collect();
        let objectives: Vec<Value> = self
            .spreads()
            .map(|(objective, spread)| {
                let mut object = json!(objective);
                object["spread"] = spread.map_or(Value::Null, |spread| spread.as_json());
                object
            })
            .collect();
        json!({"study": self.study, "repeats": repeats, "objectives": objectives})
    }

    fn spreads(&self) -> impl Iterator<Item = (&Objective, Option<Spread>)> {
        self.objectives
            .iter()
            .enumerate()
            .map(|(at, objective)| (objective, self.spread(at, objective.direction)))
    }

    fn spread(&self, objective: usize, direction: Direction) -> Option<Spread> {
        let values = self
            .repeats
            .iter()
            .filter_map(|repeated| Some(((*repeated.best.get(objective)?)?, repeated.seed)));
        Spread::of(values.collect(), direction)
    }
}

fn row(repeated: &Repeated) -> Vec<String> {
    let best = repeated.best.iter();
    let best = best.map(|value| value.map_or_else(String::new, format_value));
    [
        repeated.seed.to_string(),
        repeated.ended.clone(),
        repeated.counts.completed.to_string(),
    ]
    .into_iter()
    .chain(best)
    .chain([repeated.journal.clone()])
    .collect()
}

fn as_json(repeated: &Repeated) -> Value {
    let mut object = repeated.object.clone().unwrap_or_else(|| json!({}));
    object["seed"] = json!(repeated.seed);
    object["best_values"] = json!(repeated.best);
    object
}

/// How values are spread, each with its seed.
#[derive(Debug, PartialEq)]
struct Spread {
    best: (f64, Seed),
    worst: (f64, Seed),
    /// The three quartiles: the second one is the median.
    quartiles: [f64; 3],
    seeds: usize,
}

impl Spread {
    /// None if there are no values. Of equal ones the first seed's counts.
    fn of(mut values: Vec<(f64, Seed)>, direction: Direction) -> Option<Self> {
        values.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let sorted: Vec<f64> = values.iter().map(|(value, _)| *value).collect();
        let (&least, &most) = (values.first()?, values.last()?);
        let first_with = |value: f64| values.iter().copied().find(|(other, _)| *other == value);
        let (best, worst) = match direction {
            Direction::Maximize => (most, least),
            _ => (least, most),
        };
        Some(Self {
            best: first_with(best.0).unwrap_or(best),
            worst: first_with(worst.0).unwrap_or(worst),
            quartiles: [0.25, 0.5, 0.75].map(|share| quantile(&sorted, share)),
            seeds: sorted.len(),
        })
    }

    fn as_text(&self) -> String {
        let [lower, median, upper] = self.quartiles.map(format_value);
        format!(
            "median {median}, quartiles {lower} and {upper}, best {} (seed {}), worst {} (seed {})",
            format_value(self.best.0),
            self.best.1,
            format_value(self.worst.0),
            self.worst.1
        )
    }

    fn as_json(&self) -> Value {
        let [lower, median, upper] = self.quartiles;
        let of = |(value, seed): (f64, Seed)| json!({"value": value, "seed": seed});
        json!({
            "seeds": self.seeds,
            "lower_quartile": lower,
            "median": median,
            "upper_quartile": upper,
            "best": of(self.best),
            "worst": of(self.worst),
        })
    }
}

/// The quantile of sorted values, of which there is at least one, between neighbours by a straight line:
/// Hyndman & Fan 1996, "Sample Quantiles in Statistical Packages", definition 7, as NumPy and R have it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let at = share * (sorted.len() - 1) as f64;
    let (below, part) = (at.floor() as usize, at.fract());
    let value = sorted[below];
    match sorted.get(below + 1) {
        // Not value + part * (next - value): that may overflow, and a part of nothing of infinity is NaN.
        Some(next) if part > 0.0 => value * (1.0 - part) + next * part,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(values: &[f64], direction: Direction) -> Spread {
        let seeds = (7..).map(Seed::new);
        Spread::of(values.iter().copied().zip(seeds).collect(), direction).unwrap()
    }

    #[test]
    fn quartiles_are_those_of_numpy() {
        // numpy.quantile(values, [0.25, 0.5, 0.75])
        for (values, expect) in [
            (&[3.0][..], [3.0, 3.0, 3.0]),
            (&[2.0, 1.0], [1.25, 1.5, 1.75]),
            (&[1.0, 3.0, 2.0], [1.5, 2.0, 2.5]),
            (&[4.0, 1.0, 3.0, 2.0], [1.75, 2.5, 3.25]),
            (&[10.0, 0.0, 5.0, 2.5, 7.5], [2.5, 5.0, 7.5]),
        ] {
            assert_eq!(
                spread(values, Direction::Minimize).quartiles,
                expect,
                "{values:?}"
            );
        }
        let huge = spread(&[f64::MIN, f64::MAX], Direction::Minimize);
        assert_eq!(huge.quartiles[1], 0.0);
    }

    #[test]
    fn the_best_is_that_of_the_direction_and_of_the_first_seed() {
        let seed = Seed::new;
        let values = [2.0, 1.0, 1.0, 3.0, 3.0];
        let down = spread(&values, Direction::Minimize);
        assert_eq!((down.best, down.worst), ((1.0, seed(8)), (3.0, seed(10))));
        let up = spread(&values, Direction::Maximize);
        assert_eq!((up.best, up.worst), ((3.0, seed(10)), (1.0, seed(8))));
        assert_eq!(Spread::of(Vec::new(), Direction::Minimize), None);
    }
}
