//! [`Auto`]: the strategy.

use std::{fmt, num::NonZeroUsize};

use tuning_core::{Ask, Asked, Fact, Strategy, StrategyError};

use tuning_gp::Gp;

use crate::{
    NAME,
    expert::Expert,
    gradual::Gradual,
    history::History,
    plan::{Plan, Reason},
};

/// The automatic strategy. Its tags read `auto:gp, few results yet/…`: who proposed the trial, and why.
pub struct Auto(Kind);

/// What studies differ in.
enum Kind {
    /// Trials run to their end.
    Whole(Portfolio),
    /// Trials can be compared on their way.
    Gradual(Gradual),
}

/// The portfolio for trials that run to their end.
struct Portfolio {
    plan: Plan,
    history: History,
    members: Members,
}

/// The members of the portfolio, the Gaussian process by its type: it also tells how noisy results are.
#[derive(Default)]
pub(crate) struct Members {
    pub(crate) gp: Option<Gp>,
    pub(crate) others: Vec<(Expert, Box<dyn Strategy>)>,
}

impl Members {
    /// Who they are, in the order in which they are asked.
    pub(crate) fn names(&self) -> Vec<Expert> {
        let gp = self.gp.iter().map(|_| Expert::Gp);
        gp.chain(self.others.iter().map(|(expert, _)| *expert))
            .collect()
    }

    fn iter(&self) -> impl Iterator<Item = (Expert, &dyn Strategy)> {
        let gp = self.gp.iter();
        let gp = gp.map(|gp| (Expert::Gp, gp as &dyn Strategy));
        let others = self.others.iter();
        gp.chain(others.map(|(expert, member)| (*expert, &**member)))
    }

    fn iter_mut(&mut self) -> impl Iterator<Item = (Expert, &mut dyn Strategy)> {
        let gp = self.gp.iter_mut();
        let gp = gp.map(|gp| (Expert::Gp, gp as &mut dyn Strategy));
        let others = self.others.iter_mut();
        gp.chain(others.map(|(expert, member)| (*expert, &mut **member as &mut dyn Strategy)))
    }
}

impl Auto {
    pub(crate) fn whole(plan: Plan, members: Members) -> Self {
        Self(Kind::Whole(Portfolio {
            plan,
            history: History::default(),
            members,
        }))
    }

    pub(crate) fn gradual(gradual: Gradual) -> Self {
        Self(Kind::Gradual(gradual))
    }
}

impl Portfolio {
    /// How many of the next trials the same member is asked for: it sees its own proposals of one answer, not those of
    /// the others.
    fn run(&self, ask: &Ask) -> (Expert, Reason, NonZeroUsize) {
        let gp = self.members.gp.as_ref();
        let gp = gp.filter(|_| self.plan.is_led_by_gp(&self.history));
        let noise = gp.and_then(Gp::noise_share);
        let who = |n| {
            let (trial, seed) = (ask.trial(n).get(), ask.seed(n));
            self.plan.choose(&self.history, noise, trial, seed)
        };
        let first = who(0);
        let more = (1..ask.slots().get()).take_while(|n| who(*n) == first);
        let slots = NonZeroUsize::MIN.saturating_add(more.count());
        (first.0, first.1, slots)
    }
}

impl Strategy for Auto {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        match &self.0 {
            Kind::Whole(portfolio) => portfolio.ask(ask),
            Kind::Gradual(gradual) => gradual.ask(ask),
        }
    }

    fn tell(&mut self, fact: &Fact) {
        match &mut self.0 {
            Kind::Whole(portfolio) => portfolio.tell(fact),
            Kind::Gradual(gradual) => gradual.tell(fact),
        }
    }
}

impl Portfolio {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let (expert, reason, slots) = self.run(ask);
        let ask = ask.with_slots(slots);
        let mut answer = Asked::Done;
        // If the one that is meant has nothing, the others are asked in their order.
        let first = |member: &(Expert, &dyn Strategy)| member.0 == expert;
        let (meant, others): (Vec<_>, Vec<_>) = self.members.iter().partition(first);
        for (expert, member) in meant.into_iter().chain(others) {
            match member.ask(&ask)? {
                Asked::Done => {}
                asked @ Asked::Propose(_) => {
                    let note = format!("{}, {reason}", expert.name());
                    return Ok(asked.map(|proposal| proposal.wrapped(NAME, &note)));
                }
                other => answer = other,
            }
        }
        Ok(answer)
    }

    fn tell(&mut self, fact: &Fact) {
        let author = author(fact);
        self.history.tell(fact, author);
        for (expert, member) in self.members.iter_mut() {
            if author == Some(expert) {
                member.tell(&fact.unwrapped(NAME));
            } else {
                member.tell(&fact.untagged());
            }
        }
    }
}

/// Which member proposed this work.
fn author(fact: &Fact) -> Option<Expert> {
    let (note, _) = fact.tag()?.unwrap(NAME)?;
    note.split(',').next().and_then(Expert::of)
}

impl fmt::Debug for Auto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Whole(portfolio) => f
                .debug_struct("Auto")
                .field("plan", &portfolio.plan)
                .field("results", &portfolio.history.results())
                .finish_non_exhaustive(),
            Kind::Gradual(gradual) => gradual.fmt(f),
        }
    }
}
