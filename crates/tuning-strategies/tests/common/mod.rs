//! Generated spaces with conditions, and a driver that only starts trials.

use std::num::NonZeroUsize;

use proptest::prelude::*;
use tuning_core::{
    Ask, Asked, Condition, Fact, Objectives, Parameter, Problem, Proposal, Seed, Space, Started,
    Strategy as _, StrategyConfig, Test, TrialId,
};

/// What a parameter is made of: its kind, a size, and two tests of parents, each with a mask of values.
type Sketch = (u8, i64, Option<[(usize, u8); 2]>);

/// Spaces of one to six parameters, conditional ones among them; all finite, or some not.
pub(crate) fn spaces(finite: bool) -> impl Strategy<Value = Space> {
    let kinds = if finite { 0_u8..6 } else { 0_u8..8 };
    let tests = any::<[(usize, u8); 2]>();
    let condition = prop_oneof![Just(None), tests.prop_map(Some)];
    let sketch = (kinds, 1_i64..5, condition);
    prop::collection::vec(sketch, 1..7).prop_map(|sketches| space(&sketches))
}

fn space(sketches: &[Sketch]) -> Space {
    let mut parameters: Vec<Parameter> = Vec::new();
    for (index, &(kind, size, condition)) in sketches.iter().enumerate() {
        let name = format!("p{index}");
        let mut parameter = match kind {
            // Twice as likely as the others: these can be parents.
            0 | 1 => Parameter::categorical(name, 0..size),
            2 => Parameter::int(name, -1, size),
            3 => Parameter::int(name, 1, size).log(),
            4 => Parameter::float(name, 0.0, size as f64).step(0.5),
            5 => Parameter::ordered(name, (0..size).map(|k| 2_i64.pow(k as u32))),
            6 => Parameter::float(name, -1.0, size as f64),
            _ => Parameter::float(name, 1e-3, size as f64).log(),
        };
        parameters.push(parameter.clone());
        let Some([a, b]) = condition.filter(|_| index > 0) else {
            continue;
        };
        let test = |(which, mask): (usize, u8)| test(&parameters[which % index], mask);
        parameter = parameter.active_if(match b.1 % 4 {
            0 => test(a).and(test(b)),
            1 => test(a).or(test(b)),
            _ => test(a),
        });
        let bare = std::mem::replace(&mut parameters[index], parameter);
        if Space::new(parameters.iter().cloned()).is_err() {
            parameters[index] = bare; // the condition never or always holds
        }
    }
    Space::new(parameters).expect("a generated space is well formed")
}

/// Numbers are compared, choices named.
fn test(parent: &Parameter, mask: u8) -> Condition {
    let domain = parent.domain();
    let literal = |place: u8| {
        let count = domain.cardinality().unwrap_or(9);
        let value = domain.value_at(u64::from(place) % count);
        domain.literal(value.unwrap_or_else(|| domain.decode(f64::from(place % 9) / 8.0)))
    };
    let test = match mask % 4 {
        0 if domain.is_ordered() => Test::from(literal(mask / 4)..),
        1 if domain.is_ordered() => Test::from(..literal(mask / 4)),
        2 => Test::not([literal(mask / 4)]),
        _ => Test::from([literal(mask / 4), literal(mask / 32)]),
    };
    Condition::when(parent.name(), test)
}

pub(crate) fn problem(space: &Space) -> Problem {
    Problem::new(
        space.clone(),
        Objectives::minimize("loss").expect("one name"),
    )
}

/// A study in which every trial that is proposed is started, and no more.
pub(crate) struct Run {
    strategy: Box<dyn tuning_core::Strategy>,
    pub(crate) seed: Seed,
    pub(crate) facts: Vec<Fact>,
    pub(crate) proposals: Vec<Proposal>,
    pub(crate) done: bool,
}

impl Run {
    pub(crate) fn new<C: StrategyConfig>(config: &C, space: &Space, seed: u64) -> Self {
        Self {
            strategy: Box::new(
                config
                    .build(&problem(space))
                    .expect("it can handle the space"),
            ),
            seed: Seed::new(seed),
            facts: Vec::new(),
            proposals: Vec::new(),
            done: false,
        }
    }

    /// Tells what another strategy has done.
    pub(crate) fn tell(&mut self, fact: Fact) {
        self.strategy.tell(&fact);
        self.facts.push(fact);
    }

    /// Asks (twice, for the same answer) and starts what is proposed.
    pub(crate) fn step(&mut self, slots: usize) {
        let slots = NonZeroUsize::new(slots).expect("at least one slot");
        let trial = TrialId::new(self.facts.len() as u64);
        let ask = Ask::new(slots, trial, self.seed);
        let asked = self.strategy.ask(&ask).expect("it can continue");
        assert_eq!(
            asked,
            self.strategy.ask(&ask).expect("it can continue"),
            "asked twice"
        );
        let Asked::Propose(proposals) = asked else {
            // Nothing ever ends here, so a combinator may wait for that.
            self.done = true;
            return;
        };
        assert!(!self.done, "done is final");
        assert!((1..=slots.get()).contains(&proposals.len()));
        for proposal in proposals {
            let params = proposal.params().expect("nothing to resume").clone();
            let trial = TrialId::new(self.facts.len() as u64);
            self.tell(
                Started::new(trial, params)
                    .tag(proposal.note().clone())
                    .into(),
            );
            self.proposals.push(proposal);
        }
    }

    /// Goes on until it is done or has this many facts, in batches of these sizes in turn.
    pub(crate) fn run(&mut self, facts: usize, batches: &[usize]) {
        for batch in batches.iter().cycle() {
            if self.done || self.facts.len() >= facts {
                break;
            }
            self.step(*batch);
        }
    }
}
