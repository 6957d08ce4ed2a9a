//! [`History`]: a pruner, and the life of some trials, from a seed.

use serde_json::{Value, json};
use tuning_core::{Objectives, Outcome, Pruner, PrunerConfig, Seed, Values};
use tuning_multifidelity::{
    MedianConfig, PatienceConfig, PercentileConfig, ThresholdConfig, WilcoxonConfig,
};
use tuning_toolkit::{Counter, Stream};

use crate::pruned::{Pruned, failed, problem_of};

/// A pruner, and the life of some trials that it judges.
pub(super) struct History {
    pub(super) name: &'static str,
    is_maximised: bool,
    rule: Rule,
    events: Vec<Event>,
}

/// A pruner, by its options.
enum Rule {
    Median(MedianConfig),
    Percentile(PercentileConfig),
    Threshold(ThresholdConfig),
    Patience(PatienceConfig, Option<Box<Rule>>),
    Wilcoxon(WilcoxonConfig),
}

/// What happens; values are in the objective's own direction.
#[derive(Clone, Copy)]
enum Event {
    Started(u64),
    Reported(u64, u64, f64),
    Completed(u64, f64),
    Stopped(u64),
    Failed(u64),
}

const RULES: u64 = 5;

impl History {
    /// The history of this number: each rule in turn.
    pub(super) fn draw(number: u64) -> Self {
        let mut stream = Stream::counted(Seed::new(number).named("histories"));
        let is_maximised = stream.chance(0.5);
        let worth = Worth {
            is_whole: number % RULES != 4 && stream.chance(0.5),
            is_maximised,
        };
        let (name, rule) = match number % RULES {
            0 => ("median", Rule::median(&mut stream)),
            1 => ("percentile", Rule::percentile(&mut stream, worth)),
            2 => ("threshold", Rule::threshold(&mut stream, worth)),
            3 => ("patience", Rule::patience(&mut stream, worth)),
            _ => ("wilcoxon", Rule::wilcoxon(&mut stream)),
        };
        let longest = match name {
            "wilcoxon" => 3 + stream.below(70) as u64,
            _ => 3 + stream.below(15) as u64,
        };
        let events = events(&mut stream, worth, longest);
        Self {
            name,
            is_maximised,
            rule,
            events,
        }
    }

    /// Our verdict on each report: 1 where it stops the trial.
    pub(super) fn judged(&self) -> String {
        let objectives = match self.is_maximised {
            true => Objectives::maximize("value"),
            false => Objectives::minimize("value"),
        };
        let problem = problem_of(objectives.unwrap());
        let mut pruned = Pruned::of(self.rule.build(&problem));
        // Pruners are told losses.
        let loss = |value: f64| match self.is_maximised {
            true => -value,
            false => value,
        };
        let mut verdicts = String::new();
        for event in &self.events {
            match *event {
                Event::Started(trial) => pruned.start(trial),
                Event::Reported(trial, at, value) => {
                    verdicts.push(match pruned.stops(trial, at, loss(value)) {
                        true => '1',
                        false => '0',
                    });
                }
                Event::Completed(trial, value) => {
                    let values = Values::one(loss(value)).unwrap();
                    pruned.end(trial, Outcome::Completed(values));
                }
                Event::Stopped(trial) => pruned.end(trial, Outcome::Stopped),
                Event::Failed(trial) => pruned.end(trial, failed()),
            }
        }
        verdicts
    }

    /// What `judge.py` reads.
    pub(super) fn json(&self) -> Value {
        let event = |event: &Event| match *event {
            Event::Started(trial) => json!(["start", trial]),
            Event::Reported(trial, at, value) => json!(["report", trial, at, value]),
            Event::Completed(trial, value) => json!(["complete", trial, value]),
            Event::Stopped(trial) => json!(["stop", trial]),
            Event::Failed(trial) => json!(["fail", trial]),
        };
        json!({
            "direction": if self.is_maximised { "maximize" } else { "minimize" },
            "pruner": self.rule.json(),
            "events": self.events.iter().map(event).collect::<Vec<_>>(),
        })
    }
}

/// What values are like.
#[derive(Clone, Copy)]
struct Worth {
    /// Eighths, of which many are equal; else no two are.
    is_whole: bool,
    is_maximised: bool,
}

impl Worth {
    /// A value near this one.
    fn near(self, stream: &mut Stream<Counter>, place: f64, spread: f64) -> f64 {
        let value = place + spread * stream.normal();
        match self.is_whole {
            true => (8.0 * value).round() / 8.0,
            false => value,
        }
    }
}

impl Rule {
    fn median(stream: &mut Stream<Counter>) -> Self {
        let config = MedianConfig::default()
            .startup(stream.below(6) as u32)
            .warmup(stream.below(5) as u64)
            .interval(1 + stream.below(4) as u64)
            .min_trials(1 + stream.below(4) as u32);
        Self::Median(config)
    }

    fn percentile(stream: &mut Stream<Counter>, worth: Worth) -> Self {
        let percentile = match worth.is_whole {
            // Between eighths these are exact: Optuna counts from the other end if a value is maximised.
            true => 12.5 * stream.below(9) as f64,
            false => 100.0 * stream.unit(),
        };
        let config = PercentileConfig::default()
            .percentile(percentile)
            .startup(stream.below(6) as u32)
            .warmup(stream.below(5) as u64)
            .interval(1 + stream.below(4) as u64)
            .min_trials(1 + stream.below(4) as u32);
        Self::Percentile(config)
    }

    fn threshold(stream: &mut Stream<Counter>, worth: Worth) -> Self {
        let (lower, upper) = (
            worth.near(stream, -0.5, 0.3),
            worth.near(stream, 1.5, 0.3).max(0.5),
        );
        let which = stream.below(3);
        let config = ThresholdConfig::default()
            .lower((which != 0).then_some(lower.min(0.5)))
            .upper((which != 1).then_some(upper))
            .warmup(stream.below(5) as u64)
            .interval(1 + stream.below(4) as u64);
        Self::Threshold(config)
    }

    fn patience(stream: &mut Stream<Counter>, worth: Worth) -> Self {
        let tolerance = match stream.below(3) {
            0 => 0.0,
            _ => worth.near(stream, 0.0, 0.3).abs(),
        };
        let config = PatienceConfig::default()
            .patience(stream.below(5) as u32)
            .tolerance(tolerance);
        let inner = match stream.below(4) {
            0 => return Self::Patience(config, None),
            1 => Self::percentile(stream, worth),
            2 => Self::threshold(stream, worth),
            _ => Self::median(stream),
        };
        Self::Patience(config, Some(Box::new(inner)))
    }

    fn wilcoxon(stream: &mut Stream<Counter>) -> Self {
        let config = WilcoxonConfig::default()
            .p(0.01 + 0.4 * stream.unit())
            .startup(stream.below(8) as u32);
        Self::Wilcoxon(config)
    }

    fn build(&self, problem: &tuning_core::Problem) -> Box<dyn Pruner> {
        match self {
            Self::Median(config) => Box::new(config.build(problem).unwrap()),
            Self::Percentile(config) => Box::new(config.build(problem).unwrap()),
            Self::Threshold(config) => Box::new(config.build(problem).unwrap()),
            Self::Wilcoxon(config) => Box::new(config.build(problem).unwrap()),
            Self::Patience(config, inner) => {
                let over = match inner.as_deref() {
                    None => config.clone(),
                    Some(Self::Median(inner)) => PatienceConfig::over(inner.clone()),
                    Some(Self::Percentile(inner)) => PatienceConfig::over(inner.clone()),
                    Some(Self::Threshold(inner)) => PatienceConfig::over(inner.clone()),
                    Some(_) => unreachable!("no other is drawn"),
                };
                let over = over.patience(config.patience).tolerance(config.tolerance);
                Box::new(over.build(problem).unwrap())
            }
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Median(config) => json!({"median": config}),
            Self::Percentile(config) => json!({"percentile": config}),
            Self::Threshold(config) => json!({"threshold": config}),
            Self::Wilcoxon(config) => json!({"wilcoxon": config}),
            Self::Patience(config, inner) => json!({"patience": {
                "patience": config.patience,
                "tolerance": config.tolerance,
                "inner": inner.as_ref().map(|inner| inner.json()),
            }}),
        }
    }
}

/// The lives of some trials, up to three of them side by side: most complete, some are stopped or fail, and what is judged
/// has no influence on that.
fn events(stream: &mut Stream<Counter>, worth: Worth, longest: u64) -> Vec<Event> {
    struct Running {
        trial: u64,
        next: u64,
        level: f64,
        last: f64,
    }
    let trials = 4 + stream.below(10) as u64;
    let (first, gap) = (stream.below(3) as u64, 1 + stream.below(3));
    let sign = if worth.is_maximised { -1.0 } else { 1.0 };
    let (mut events, mut running, mut begun) = (Vec::new(), Vec::<Running>::new(), 0);
    while begun < trials || !running.is_empty() {
        if begun < trials && running.len() < 3 && (running.is_empty() || stream.chance(0.2)) {
            events.push(Event::Started(begun));
            running.push(Running {
                trial: begun,
                next: first,
                level: stream.unit(),
                last: 0.0,
            });
            begun += 1;
            continue;
        }
        let place = stream.below(running.len());
        let trial = &mut running[place];
        let (number, chance) = (trial.trial, stream.unit());
        if trial.next < longest && chance > 0.01 {
            // Most get better, at first more.
            let mean = trial.level + 1.0 / (1.0 + trial.next as f64);
            trial.last = worth.near(stream, sign * mean, 0.25);
            events.push(Event::Reported(number, trial.next, trial.last));
            trial.next += 1 + stream.below(gap) as u64;
            continue;
        }
        events.push(match stream.below(8) {
            0 => Event::Stopped(number),
            1 => Event::Failed(number),
            _ => Event::Completed(number, trial.last),
        });
        running.remove(place);
    }
    events
}

/// How many of these verdicts stop a trial.
pub(super) fn stops(verdicts: &str) -> usize {
    verdicts.matches('1').count()
}
