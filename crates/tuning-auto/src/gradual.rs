//! [`Gradual`]: who leads a study whose trials can be compared on their way.

use tuning_core::{
    Ask, Asked, Fact, Problem, Strategy, StrategyConfig, StrategyError, Unsupported,
};
use tuning_multifidelity::{Asha, AshaConfig, FreezeThaw, FreezeThawConfig};
use tuning_tpe::{Tpe, TpeConfig};

use crate::NAME;

/// A budget for more trials than this, or for the resource of more whole ones than `WHOLE`, is led by ranks: a decision
/// of the model costs milliseconds, and it rests on 250 points of curves however many there are.
const TRIALS: u64 = 1000;
const WHOLE: u64 = 200;

/// Who leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leader {
    /// A model of learning curves.
    Model,
    /// Ranks over TPE.
    Ranks,
}

impl Leader {
    /// Its name and why it leads, as the tag of a trial has them.
    fn note(self) -> &'static str {
        match self {
            Self::Model => "freeze_thaw, trials report on their way",
            Self::Ranks => "asha, trials report on their way and there are many",
        }
    }
}

/// The two strategies for one objective with a fidelity, and which of them leads: the one that started the first trial
/// of a study keeps it, for it alone resumes its trials.
#[derive(Debug)]
pub(crate) struct Gradual {
    model: Option<FreezeThaw>,
    ranks: Asha<Tpe>,
    /// The fidelity of a whole trial.
    whole: u64,
    many: bool,
    led: Option<Leader>,
}

impl Gradual {
    /// For the problem, if it has one objective and a fidelity. `model`: whether models of the whole function may lead.
    ///
    /// # Errors
    /// If TPE, which takes every space, refuses this one.
    pub(crate) fn new(problem: &Problem, model: bool) -> Result<Option<Self>, Unsupported> {
        let Some(range) = problem.fidelity.filter(|_| problem.objectives.len() == 1) else {
            return Ok(None);
        };
        Ok(Some(Self {
            model: if model {
                FreezeThawConfig::default().build(problem).ok()
            } else {
                None
            },
            ranks: AshaConfig::over(TpeConfig::default()).build(problem)?,
            whole: range.max().get(),
            many: false,
            led: None,
        }))
    }

    fn leader(&self) -> Leader {
        let chosen = if self.many {
            Leader::Ranks
        } else {
            Leader::Model
        };
        match self.led.unwrap_or(chosen) {
            Leader::Model if self.model.is_some() => Leader::Model,
            _ => Leader::Ranks,
        }
    }

    pub(crate) fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let leader = self.leader();
        let asked = match (&self.model, leader) {
            (Some(model), Leader::Model) => model.ask(ask),
            _ => self.ranks.ask(ask),
        };
        Ok(asked?.map(|proposal| proposal.wrapped(NAME, leader.note())))
    }

    pub(crate) fn tell(&mut self, fact: &Fact) {
        if let Fact::Budgeted(budgeted) = fact {
            let resource = budgeted
                .resource
                .is_some_and(|resource| resource / self.whole > WHOLE);
            self.many = resource || budgeted.trials.is_some_and(|trials| trials > TRIALS);
        }
        let note = fact.tag().and_then(|tag| tag.note(NAME));
        let author = [Leader::Model, Leader::Ranks];
        let author = author
            .into_iter()
            .find(|leader| note.as_deref() == Some(leader.note()));
        self.led = self.led.or(author);
        let told = |leader| match author {
            Some(author) if author == leader => fact.unwrapped(NAME),
            _ => fact.untagged(),
        };
        match (&mut self.model, self.led) {
            (Some(model), None) => {
                model.tell(&told(Leader::Model));
                self.ranks.tell(&told(Leader::Ranks));
            }
            (Some(model), Some(Leader::Model)) => model.tell(&told(Leader::Model)),
            _ => self.ranks.tell(&told(Leader::Ranks)),
        }
    }
}
