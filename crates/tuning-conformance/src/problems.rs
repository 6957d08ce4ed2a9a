//! Problems for strategies: the awkward spaces, each with several kinds of objectives and fidelities.

use tuning_core::{Budget, FidelityRange, Objective, Objectives, Problem, Space};

use crate::spaces::{NamedSpace, spaces};

/// A problem with a name to say where a law broke.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NamedProblem {
    /// Its name: that of the space, a slash, and the kind of objectives.
    pub name: String,
    /// The problem.
    pub problem: Problem,
}

impl NamedProblem {
    /// A problem of your own, for [`StrategyKit::problems`](crate::StrategyKit::problems).
    #[must_use]
    pub fn new(name: impl Into<String>, problem: Problem) -> Self {
        Self {
            name: name.into(),
            problem,
        }
    }
}

/// What is optimised, and whether trials report along the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Min,
    Max,
    Two,
    Fidelity,
}

const KINDS: [Kind; 4] = [Kind::Min, Kind::Max, Kind::Two, Kind::Fidelity];

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            Self::Two => "two",
            Self::Fidelity => "fidelity",
        }
    }

    fn problem(self, space: Space) -> Problem {
        let objectives = match self {
            Self::Min => Objectives::minimize("loss"),
            Self::Max => Objectives::maximize("accuracy"),
            Self::Two => {
                Objectives::new([Objective::minimize("loss"), Objective::maximize("speed")])
            }
            Self::Fidelity => Objectives::minimize("loss"),
        };
        let objectives = objectives.unwrap_or_else(|error| unreachable!("{error}"));
        let range = (self == Self::Fidelity).then(|| FidelityRange::new(1, 27));
        let range = range.map(|range| range.unwrap_or_else(|error| unreachable!("{error}")));
        Problem::new(space, objectives).fidelity(range)
    }
}

fn named(space: &NamedSpace, kind: Kind, trials: u64) -> NamedProblem {
    NamedProblem {
        name: format!("{}/{}", space.name, kind.name()),
        problem: kind
            .problem(space.space.clone())
            .budget(Budget::trials(trials)),
    }
}

/// Every awkward space with every kind: one objective to minimise (`/min`), one to maximise (`/max`),
/// two (`/two`), and one along fidelities 1 to 27 (`/fidelity`). `trials`: the budget of each.
#[must_use]
pub fn problems(trials: u64) -> Vec<NamedProblem> {
    let spaces = spaces();
    let all = spaces
        .iter()
        .flat_map(|space| KINDS.map(|kind| named(space, kind, trials)));
    all.collect()
}

/// The problems that a kit takes unless it is told otherwise: the plain spaces with every kind, the
/// others with one objective to minimise, along fidelities, and one of the other two kinds in turn.
pub(crate) fn selection(trials: u64) -> Vec<NamedProblem> {
    const PLAIN: usize = 4;
    let mut chosen = Vec::new();
    for (place, space) in spaces().iter().enumerate() {
        let turn = if place % 2 == 0 { Kind::Max } else { Kind::Two };
        for kind in KINDS {
            let other = matches!(kind, Kind::Max | Kind::Two);
            if place < PLAIN || !other || kind == turn {
                chosen.push(named(space, kind, trials));
            }
        }
    }
    chosen
}
