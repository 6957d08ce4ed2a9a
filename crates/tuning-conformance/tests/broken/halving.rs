//! [`Halving`]: a combinator with one [`Slip`] or none. It starts a trial of its own, pauses those of its
//! inner strategy a third of the way, and resumes all of them.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
};

use tuning_core::{
    Ask, Asked, Ended, Fact, Fidelity, Outcome, Params, Problem, Proposal, ProposalKind, Seed,
    Spec, Started, Strategy, StrategyConfig, StrategyError, Tag, TrialId, Unsupported, Values,
};

const LAYER: &str = "halving";

/// The note on what runs as far as the inner strategy proposed.
const AS_PROPOSED: &str = "as proposed";

/// What is wrong with a combinator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slip {
    None,
    SwallowsForeigners,
    SwallowsFailures,
    TellsTwice,
    TellsInAsk,
    LeavesTagsBare,
    DropsTags,
    KeepsTagsOfOthers,
    ForgetsItsLayer,
    ForgetsAfter,
    AsksForMore,
    AsksWithAnotherSeed,
    TellsUntil,
    TellsPaused,
    TellsTheEndLate,
    TellsTheEndTwice,
    TellsAStopForAValue,
    RoundsParams,
    HidesFidelitiesThatWereAskedFor,
    StartsForks,
    ForgetsGivingUp,
    EndsWhenItWaits,
    WaitsWhenItIsDone,
    LeavesTheInnerSpecOut,
    LeavesTheInnerOptionsOut,
    SwallowsTheRefusal,
    HidesWhoRefuses,
    TakesWhatIsRefused,
}

use Slip as S;

pub(crate) struct HalvingConfig<C> {
    pub(crate) slip: Slip,
    pub(crate) inner: C,
}

impl<C: StrategyConfig> StrategyConfig for HalvingConfig<C> {
    type Strategy = Halving<Option<C::Strategy>>;

    fn spec(&self) -> Spec {
        let spec = Spec::new(LAYER);
        match self.slip {
            S::LeavesTheInnerSpecOut => spec,
            S::LeavesTheInnerOptionsOut => spec.option("inner.name", self.inner.spec().name),
            _ => spec.option("inner", self.inner.spec()),
        }
    }

    fn build(&self, problem: &Problem) -> Result<Self::Strategy, Unsupported> {
        let inner = match (self.slip, self.inner.build(problem)) {
            (S::SwallowsTheRefusal, Err(_)) => {
                return Err(Unsupported::new(LAYER, "cannot be built"));
            }
            (S::TakesWhatIsRefused, Err(_)) => None,
            (S::HidesWhoRefuses, built) => Some(built?),
            (_, built) => Some(built.map_err(|error| error.within("inner"))?),
        };
        let space = &problem.space;
        let own = space.decode(&vec![0.5; space.len()]);
        Ok(Halving {
            slip: self.slip,
            rung: problem
                .fidelity
                .map(|range| Fidelity::new(range.max().get() / 3)),
            own: own.map_err(|error| Unsupported::new(LAYER, error.to_string()))?,
            started_own: false,
            trials: BTreeMap::new(),
            running: BTreeSet::new(),
            inner: RefCell::new(inner),
        })
    }
}

/// A trial of the inner strategy that was meant to run to its end.
#[derive(Debug, Default)]
struct Trial {
    last: Option<Values>,
    paused: bool,
    told: bool,
}

#[derive(Debug)]
pub(crate) struct Halving<I> {
    slip: Slip,
    rung: Option<Fidelity>,
    own: Params,
    started_own: bool,
    trials: BTreeMap<TrialId, Trial>,
    running: BTreeSet<TrialId>,
    inner: RefCell<I>,
}

impl<I: Strategy> Halving<Option<I>> {
    fn ask_inner(&self, ask: &Ask, own: usize, resumed: usize) -> Result<Asked, StrategyError> {
        let free = ask.slots().get() - own - resumed;
        let Some(free) = NonZeroUsize::new(free) else {
            return Ok(Asked::Wait);
        };
        let question = match self.slip {
            S::ForgetsAfter => ask.with_slots(free),
            S::AsksForMore => ask.after(own, free.saturating_add(own + 1)),
            S::AsksWithAnotherSeed => {
                Ask::new(free, ask.trial(own), Seed::new(9)).with_trials_left(ask.trials_left())
            }
            _ => ask.after(own, free),
        };
        if self.slip == S::TellsInAsk
            && let Some(inner) = &mut *self.inner.borrow_mut()
        {
            inner.tell(&Started::new(ask.trial(0), self.own.clone()).into());
        }
        let inner = self.inner.borrow();
        let inner = inner.as_ref().expect("one that was refused is not asked");
        inner.ask(&question)
    }

    /// A proposal of the inner strategy as it leaves.
    fn outward(&self, proposal: Proposal) -> Proposal {
        let start = matches!(proposal.kind(), ProposalKind::Start(_));
        let hides = match self.slip {
            S::HidesFidelitiesThatWereAskedFor => start,
            _ => start && proposal.target().is_none(),
        };
        let until = match hides {
            true => self.rung,
            false => proposal.target(),
        };
        let note = if hides { "" } else { AS_PROPOSED };
        let tag = match self.slip {
            S::LeavesTagsBare => proposal.note().clone(),
            S::DropsTags => Tag::new(LAYER, note),
            _ => proposal.note().wrap(LAYER, note),
        };
        let proposal = match (self.slip, proposal.kind()) {
            (S::RoundsParams, ProposalKind::Start(params)) => {
                let space = params.space();
                let place = |place: &Option<f64>| place.map_or(0.5, |u| (u * 64.0).round() / 64.0);
                let rounded: Vec<f64> = space.encode(params).iter().map(place).collect();
                Proposal::start(space.decode(&rounded).expect("in the unit cube"))
            }
            (S::StartsForks, ProposalKind::Fork(_, params)) => Proposal::start(params.clone()),
            _ => proposal,
        };
        proposal.until(until).tag(tag)
    }

    /// The fact for the inner strategy: its own tag, or none.
    fn inward<'f>(&self, fact: &'f Fact) -> Cow<'f, Fact> {
        let ours = fact.tag().is_some_and(|tag| tag.note(LAYER).is_some());
        match self.slip {
            S::ForgetsItsLayer => Cow::Borrowed(fact),
            S::KeepsTagsOfOthers if !ours => Cow::Borrowed(fact),
            _ => fact.unwrapped(LAYER),
        }
    }

    fn tell_inner(&mut self, fact: &Fact) {
        if let Some(inner) = self.inner.get_mut() {
            inner.tell(fact);
        }
    }

    /// Whether the inner strategy meant this trial to run to its end, and it is paused on the way.
    fn starts_whole(&self, started: &Started) -> bool {
        let ours = started.tag.unwrap(LAYER);
        let hides = ours.is_some_and(|(note, inner)| note != AS_PROPOSED && !inner.is_none());
        hides && started.until.is_some()
    }
}

impl<I: Strategy> Strategy for Halving<Option<I>> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let paused = |(trial, state): (&TrialId, &Trial)| state.paused.then_some(*trial);
        let resume = |trial| Proposal::resume(trial).tag(Tag::new(LAYER, "on"));
        let slots = ask.slots().get();
        let paused = self.trials.iter().filter_map(paused).map(resume);
        let mut proposals: Vec<_> = paused.take(slots).collect();
        let resumed = proposals.len();
        let more = ask.trials_left() != Some(0);
        if more && !self.started_own && resumed < slots {
            let own = Proposal::start(self.own.clone()).tag(Tag::new(LAYER, "own"));
            proposals.push(own);
        }
        let own = proposals.len() - resumed;
        match self.ask_inner(ask, own, resumed)? {
            Asked::Propose(mut inner) => {
                inner.retain(|proposal| more || !proposal.is_new());
                let (work, ends): (Vec<_>, Vec<_>) = inner.into_iter().partition(Proposal::is_work);
                let free = slots - proposals.len();
                let work = work.into_iter().take(free);
                proposals.extend(work.map(|proposal| self.outward(proposal)));
                if self.slip != S::ForgetsGivingUp {
                    proposals.extend(ends.into_iter().map(|proposal| self.outward(proposal)));
                }
            }
            Asked::Wait if self.slip == S::EndsWhenItWaits && proposals.is_empty() => {
                return Ok(Asked::Done);
            }
            Asked::Done if self.slip == S::WaitsWhenItIsDone && proposals.is_empty() => {
                return Ok(Asked::Wait);
            }
            _ => {}
        }
        Ok(match proposals.is_empty() {
            false => Asked::Propose(proposals),
            true if self.running.is_empty() => Asked::Done,
            true => Asked::Wait,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        let Some(trial) = fact.trial() else {
            return self.tell_inner(fact);
        };
        match fact {
            Fact::Started(_) | Fact::Resumed(_) => drop(self.running.insert(trial)),
            Fact::Paused(_) | Fact::Ended(_) => drop(self.running.remove(&trial)),
            _ => {}
        }
        if let Fact::Started(started) = fact {
            self.started_own |= started.tag.note(LAYER).as_deref() == Some("own");
            if self.starts_whole(started) {
                self.trials.insert(trial, Trial::default());
                let mut inward = self.inward(fact).into_owned();
                if let Fact::Started(started) = &mut inward
                    && self.slip != S::TellsUntil
                {
                    started.until = None;
                }
                return self.tell_inner(&inward);
            }
        }
        let slip = self.slip;
        let Some(whole) = self.trials.get_mut(&trial) else {
            let mine = matches!(fact, Fact::Started(started) if started.tag.note(LAYER).is_some());
            let failure = matches!(fact, Fact::Ended(ended) if !matches!(ended.outcome, Outcome::Completed(_)));
            if slip == S::SwallowsForeigners && !mine || slip == S::SwallowsFailures && failure {
                return;
            }
            let inward = self.inward(fact);
            self.tell_inner(&inward);
            if slip == S::TellsTwice && matches!(fact, Fact::Ended(_)) {
                self.tell_inner(&inward);
            }
            return;
        };
        let inward = match fact {
            Fact::Reported(reported) => {
                whole.last = Some(reported.values.clone());
                (!whole.told).then(|| fact.clone())
            }
            Fact::Resumed(_) => {
                whole.paused = false;
                None
            }
            Fact::Paused(_) => {
                whole.paused = true;
                let outcome = match (slip, &whole.last) {
                    (S::TellsAStopForAValue, _) | (_, None) => Outcome::Stopped,
                    (_, Some(last)) => Outcome::Completed(last.clone()),
                };
                match slip {
                    S::TellsPaused => Some(fact.clone()),
                    S::TellsTheEndLate => None,
                    _ => {
                        let told = std::mem::replace(&mut whole.told, true);
                        (!told).then(|| Ended::new(trial, outcome).into())
                    }
                }
            }
            Fact::Ended(_) => {
                whole.paused = false;
                let told = std::mem::replace(&mut whole.told, true);
                (!told || slip == S::TellsTheEndTwice).then(|| fact.clone())
            }
            _ => None,
        };
        if let Some(inward) = inward {
            self.tell_inner(&inward);
        }
    }
}
