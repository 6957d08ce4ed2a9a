//! Generated spaces with conditions, and a driver that only starts trials.

use std::num::NonZeroUsize;

use proptest::prelude::*;
use tuning_core::{
    Ask, Asked, Domain, Fact, Objectives, Parameter, Problem, Proposal, Seed, Space, Started,
    Strategy as _, StrategyConfig, TrialId,
};

/// What a parameter is made of: its kind, a size, and a parent with the choices that activate it.
type Sketch = (u8, i64, Option<(usize, u8)>);

/// Spaces of one to six parameters, conditional ones among them; all finite, or some not.
pub(crate) fn spaces(finite: bool) -> impl Strategy<Value = Space> {
    let kinds = if finite { 0_u8..6 } else { 0_u8..8 };
    let condition = prop_oneof![Just(None), (any::<usize>(), any::<u8>()).prop_map(Some)];
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
        let parents: Vec<&Parameter> = parameters
            .iter()
            .filter(|p| matches!(p.domain(), Domain::Categorical(_)))
            .collect();
        if let (Some((which, mask)), false) = (condition, parents.is_empty()) {
            let parent = parents[which % parents.len()];
            let choices = parent
                .domain()
                .choices()
                .map_or(&[][..], |choices| &**choices);
            let mut values: Vec<_> = choices
                .iter()
                .enumerate()
                .filter(|(k, _)| mask >> k & 1 == 1)
                .map(|(_, value)| value.clone())
                .collect();
            if values.is_empty() {
                values.push(choices[0].clone());
            }
            parameter = parameter.when(parent.name(), values);
        }
        parameters.push(parameter);
    }
    Space::new(parameters).expect("a generated space is well formed")
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

    /// Tells what somebody else has done.
    pub(crate) fn tell(&mut self, fact: Fact) {
        self.strategy.tell(&fact);
        self.facts.push(fact);
    }

    /// Asks (twice, for the same answer) and starts what is proposed.
    pub(crate) fn step(&mut self, slots: usize) {
        let slots = NonZeroUsize::new(slots).expect("at least one slot");
        let trial = TrialId::new(self.facts.len() as u64);
        let ask = Ask::new(slots, trial, self.seed);
        let asked = self.strategy.ask(&ask).expect("it can go on");
        assert_eq!(
            asked,
            self.strategy.ask(&ask).expect("it can go on"),
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

    /// Goes on until it is done or has so many facts, in batches of these sizes in turn.
    pub(crate) fn run(&mut self, facts: usize, batches: &[usize]) {
        for batch in batches.iter().cycle() {
            if self.done || self.facts.len() >= facts {
                break;
            }
            self.step(*batch);
        }
    }
}
