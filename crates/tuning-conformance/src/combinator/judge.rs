//! [`judge`]: reads a record of both sides and says which laws of combinators it breaks.

use std::collections::{BTreeMap, BTreeSet};

use tuning_core::{
    Ask, Asked, Fact, Problem, Proposal, ProposalKind, Started, Tag, TrialId, Values,
};

use super::{
    probe::{Kind, NAME, made_for},
    question::question,
    tracked::{Mode, Reported, compare, differs, once, shown},
    watch::{Answer, Note, Record},
};
use crate::{law::CombinatorLaw as Law, report::Breach, simulation::Stop, spaces::coincidence};

/// What a record shows: the laws that were looked at, and the first breach of each that is broken.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) looked: BTreeSet<Law>,
    pub(super) breaches: BTreeMap<Law, Breach>,
}

/// Reads a record of a combinator over inner strategies of this kind, whose study ended like this.
pub(super) fn judge(record: &Record, problem: &Problem, kind: Kind, stop: &Stop) -> Found {
    let mut judge = Judge {
        record,
        problem,
        kind,
        wide: coincidence(&problem.space) == 0.0,
        made: BTreeMap::new(),
        asking: None,
        asked: Vec::new(),
        pending: Vec::new(),
        trials: BTreeMap::new(),
        reports: BTreeMap::new(),
        staged: false,
        step: 0,
        found: Found::default(),
    };
    judge.read();
    judge.ended(stop);
    judge.found
}

/// What a proposal of a combinator was made of.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// The combinator's own idea, or a foreign trial.
    Other,
    /// A proposal of an inner strategy.
    Inner(&'a Proposal),
    /// A proposal of an inner strategy whose tag is broken: what follows from that is not judged.
    Spoiled,
}

struct Judge<'a> {
    record: &'a Record,
    problem: &'a Problem,
    kind: Kind,
    /// Whether equal parameters are no accident.
    wide: bool,
    /// What inner strategies have proposed, by their tags.
    made: BTreeMap<&'a str, &'a Proposal>,
    /// The question to the combinator that is not answered yet.
    asking: Option<&'a Ask>,
    /// Whom the combinator has asked for its current answer, and what it heard.
    asked: Vec<(usize, &'a Answer)>,
    /// What the combinator has proposed and was not taken yet, with what it was made of.
    pending: Vec<(&'a Proposal, Source<'a>)>,
    /// What each inner strategy can expect to hear of each trial.
    trials: BTreeMap<(usize, TrialId), Mode>,
    reports: BTreeMap<TrialId, Vec<&'a Values>>,
    /// Whether a trial with an end that an inner strategy wanted was started.
    staged: bool,
    step: usize,
    found: Found,
}

impl<'a> Judge<'a> {
    fn read(&mut self) {
        let mut happened: Option<&Fact> = None;
        let mut heard: Vec<(usize, &Fact)> = Vec::new();
        for (step, note) in self.record.notes.iter().enumerate() {
            self.step = step;
            match note {
                Note::Asked(ask) => {
                    self.asking = Some(ask);
                    self.asked.clear();
                    self.pending.clear();
                }
                Note::InnerAsked(inner, ask, answer) => self.inner_asked(*inner, ask, answer),
                Note::Answered(answer) => {
                    self.answered(answer);
                    self.asking = None;
                }
                Note::Told(fact) => {
                    happened = Some(fact);
                    heard.clear();
                }
                Note::InnerTold(inner, fact) if happened.is_some() => heard.push((*inner, fact)),
                Note::InnerTold(_, fact) => {
                    let message = format!(
                        "while nothing happened, the inner strategy was told {}",
                        shown(fact)
                    );
                    self.breach(Law::EveryFact, Breach::new(message));
                }
                Note::Settled => {
                    if let Some(fact) = happened.take() {
                        self.settle(fact, &heard);
                    }
                }
            }
        }
    }

    fn looked(&mut self, law: Law) {
        self.found.looked.insert(law);
    }

    fn breach(&mut self, law: Law, breach: Breach) {
        self.looked(law);
        let step = self.step;
        self.found
            .breaches
            .entry(law)
            .or_insert_with(|| breach.at(step));
    }

    fn inner_asked(&mut self, inner: usize, ask: &'a Ask, answer: &'a Answer) {
        self.looked(Law::Questions);
        if let Err(message) = question(self.asking, ask, self.asked.is_empty()) {
            self.breach(Law::Questions, Breach::new(message));
        }
        self.asked.push((inner, answer));
        if let Ok(Asked::Propose(proposals)) = answer {
            let tagged = |proposal: &'a Proposal| (proposal.note().as_str(), proposal);
            self.made.extend(proposals.iter().map(tagged));
        }
    }

    fn answered(&mut self, answer: &'a Answer) {
        let ends = |answer: &Answer| matches!(answer, Ok(Asked::Wait | Asked::Done));
        if self.asked.iter().any(|(_, answer)| ends(answer)) {
            self.looked(Law::Ends);
        }
        match answer {
            Ok(Asked::Propose(proposals)) => {
                for proposal in proposals {
                    let source = self.source(proposal);
                    self.pending.push((proposal, source));
                }
            }
            Ok(Asked::Done) if self.found.breaches.is_empty() => {
                let waits = |(_, answer): &(usize, &Answer)| **answer == Ok(Asked::Wait);
                let message = match self.offers().find(|offer| !offer.is_work()) {
                    Some(offer) => format!(
                        "its inner strategy asks for {:?}, and it answers `Done`: the trial stays paused",
                        offer.kind()
                    ),
                    None if self.asked.iter().any(waits) => {
                        "its inner strategy answers `Wait`, and it answers `Done`: the study ends although the \
                         inner strategy may continue"
                            .to_owned()
                    }
                    None => return,
                };
                self.breach(Law::Ends, Breach::new(message));
            }
            _ => {}
        }
    }

    /// What the inner strategies have proposed for the current answer.
    fn offers(&self) -> impl Iterator<Item = &'a Proposal> + use<'a, '_> {
        let offered = |(_, answer): &(usize, &'a Answer)| match answer {
            Ok(Asked::Propose(proposals)) => proposals.as_slice(),
            _ => &[],
        };
        self.asked.iter().flat_map(offered)
    }

    /// What an inner strategy proposed that left as this.
    fn source(&mut self, proposal: &'a Proposal) -> Source<'a> {
        let text = proposal.note().as_str();
        let innermost = text.rsplit('/').next().unwrap_or_default();
        if let Some(source) = self.made.get(innermost).copied() {
            self.looked(Law::Wrapped);
            if innermost == text {
                let message = format!("the tag `{text}` left as the inner strategy wrote it");
                self.breach(Law::Wrapped, Breach::new(message));
                return Source::Spoiled;
            }
            return Source::Inner(source);
        }
        let alike = |made: &Proposal| match (made.kind(), proposal.kind()) {
            (ProposalKind::Resume(one), ProposalKind::Resume(other)) => one == other,
            _ => {
                let key = |proposal: &Proposal| proposal.params().map(tuning_core::Params::key);
                self.wide && proposal.is_new() && key(made) == key(proposal)
            }
        };
        let Some(source) = self.offers().find(|made| alike(made)) else {
            return Source::Other;
        };
        let message = format!(
            "the inner strategy wrote the tag `{}`, and its proposal left with `{text}`",
            source.note()
        );
        self.breach(Law::Wrapped, Breach::new(message));
        Source::Spoiled
    }

    /// What the combinator proposed to make this happen.
    fn taken(&mut self, fact: &Fact) -> Source<'a> {
        let place = self.pending.iter().position(|(proposal, _)| {
            let (tag, until) = (proposal.note(), proposal.target());
            match (fact, proposal.kind()) {
                (Fact::Resumed(fact), ProposalKind::Resume(trial)) => {
                    fact.trial == *trial && fact.tag == *tag && fact.until == until
                }
                (Fact::Started(fact), _) => {
                    let same = |params: &tuning_core::Params| params.key() == fact.params.key();
                    proposal.params().is_some_and(same) && fact.tag == *tag && fact.until == until
                }
                _ => false,
            }
        });
        place.map_or(Source::Other, |place| self.pending.remove(place).1)
    }

    fn settle(&mut self, fact: &'a Fact, heard: &[(usize, &Fact)]) {
        self.looked(Law::EveryFact);
        if let Fact::Reported(reported) = fact {
            let reports = self.reports.entry(reported.trial).or_default();
            reports.push(&reported.values);
        }
        let source = self.taken(fact);
        for inner in 0..self.record.built.len() {
            let heard = heard.iter().filter(|(number, _)| *number == inner);
            let heard: Vec<&Fact> = heard.map(|(_, fact)| *fact).collect();
            let Some(trial) = fact.trial() else {
                // It is about no trial: every inner strategy is told it as it is, once.
                if heard != [fact] {
                    let other = heard.first().copied();
                    let breach = match other {
                        Some(other) => differs(fact, other),
                        None => {
                            Breach::new(format!("the inner strategy was not told {}", shown(fact)))
                        }
                    };
                    self.breach(Law::EveryFact, breach);
                }
                continue;
            };
            if let Some(other) = heard.iter().find(|other| other.trial() != fact.trial()) {
                let breach = differs(fact, other);
                self.breach(Law::EveryFact, breach);
                continue;
            }
            let own = match source {
                Source::Spoiled => {
                    self.trials.insert((inner, trial), Mode::Spoiled);
                    continue;
                }
                Source::Inner(source) if wrote(inner, source.note()) => Some(source),
                _ => None,
            };
            self.tags(fact, &heard, source, own);
            if let Fact::Started(started) = fact {
                let mode = match self.started(inner, started, &heard, own) {
                    Ok(mode) => mode,
                    Err((law, breach)) => {
                        self.breach(law, breach);
                        Mode::Spoiled
                    }
                };
                self.trials.insert((inner, trial), mode);
                continue;
            }
            self.later(inner, trial, fact, &heard);
        }
        if let Fact::Paused(paused) = fact {
            self.is_learnt(paused.trial);
        }
    }

    /// Of several inner strategies, one at least learns from a trial that pauses.
    fn is_learnt(&mut self, trial: TrialId) {
        let modes = |inner| self.trials.get(&(inner, trial)).copied();
        let modes: Vec<Mode> = (0..self.record.built.len()).filter_map(modes).collect();
        if modes.len() > 1
            && modes
                .iter()
                .all(|mode| *mode == Mode::Whole { ended: false })
        {
            let message =
                format!("trial {trial} has paused, and no inner strategy was told an end of it");
            self.breach(Law::NoFidelities, Breach::new(message));
        }
    }

    /// Tags of what starts or resumes work. Several inner strategies may be told that they have proposed what one of them
    /// did.
    fn tags(&mut self, fact: &Fact, heard: &[&Fact], source: Source<'_>, own: Option<&Proposal>) {
        let expected = own.map_or(&Tag::NONE, |own| own.note());
        let shared = match source {
            Source::Inner(source) => source.note(),
            _ => expected,
        };
        for told in heard {
            let tag = match told {
                Fact::Started(started) => &started.tag,
                Fact::Resumed(resumed) => &resumed.tag,
                _ => continue,
            };
            self.looked(Law::Unwrapped);
            if tag != expected && (own.is_some() || tag != shared) {
                let message = format!(
                    "of {}\nthe inner strategy was told the tag `{tag}` instead of `{expected}`",
                    shown(fact)
                );
                self.breach(Law::Unwrapped, Breach::new(message));
            }
        }
    }

    fn started(
        &mut self,
        inner: usize,
        started: &Started,
        heard: &[&Fact],
        own: Option<&Proposal>,
    ) -> Result<Mode, (Law, Breach)> {
        let fact = Fact::from(started.clone());
        let Fact::Started(told) = once(&fact, heard)? else {
            return Err((Law::EveryFact, differs(&fact, heard[0])));
        };
        let other = || (Law::AsTheyAre, differs(&fact, &Fact::from((*told).clone())));
        let same_space = self.record.built[inner].space == self.problem.space;
        let params = match own.and_then(Proposal::params) {
            Some(params) => Some(params),
            None => same_space.then_some(&started.params),
        };
        let forked = |own: &Proposal| matches!(own.kind(), ProposalKind::Fork(..));
        let is_other = params.is_some_and(|params| params.key() != told.params.key())
            || told.fork != started.fork
            || own.is_some_and(|own| forked(own) != started.fork.is_some());
        if is_other {
            return Err(other());
        }
        let hidden = told.until.is_none() && started.until.is_some();
        if let Some(own) = own {
            self.staged |= own.target().is_some();
            let number = made_for(own.note()).map(|(_, number)| number);
            if number.is_some_and(|number| number < started.trial) {
                let message = format!(
                    "trial {} was made for the number {}, with the seed of another trial",
                    started.trial,
                    number.unwrap_or_default()
                );
                self.breach(Law::Questions, Breach::new(message));
            }
            // Built for a problem without fidelities, it cannot ask for them.
            let stages = self.kind == Kind::Staged && self.record.built[inner].fidelity.is_some();
            if !stages && own.target().is_none() && started.until.is_some() {
                self.looked(Law::NoFidelities);
                return match hidden {
                    true => Ok(Mode::Whole { ended: false }),
                    false => Err((
                        Law::NoFidelities,
                        differs(&fact, &Fact::from((*told).clone())),
                    )),
                };
            }
        } else if hidden {
            return Ok(Mode::Whole { ended: false });
        }
        // Each of several may learn of it at a fidelity of its own.
        if self.record.built.len() > 1 && told.until.is_none() && started.until.is_none() {
            return Ok(Mode::Whole { ended: false });
        }
        self.looked(Law::AsTheyAre);
        match told.until == started.until {
            true => Ok(Mode::AsItIs),
            false => Err(other()),
        }
    }

    fn later(&mut self, inner: usize, trial: TrialId, fact: &Fact, heard: &[&Fact]) {
        let values = self.record.built[inner].objectives == self.problem.objectives;
        let reports = self.reports.get(&trial).map_or(&[][..], Vec::as_slice);
        let reported = Reported {
            all: reports,
            alone: self.record.built.len() == 1,
            values,
        };
        // What nothing else is known of is told as it is.
        let mode = self.trials.entry((inner, trial)).or_insert(Mode::AsItIs);
        if let Err((law, breach)) = compare(mode, fact, heard, &reported) {
            *mode = Mode::Spoiled;
            self.breach(law, breach);
        }
    }

    /// A study that ends badly with no other breach in it breaks law 7.
    fn ended(&mut self, stop: &Stop) {
        let refuses = self.kind == Kind::Staged && !self.staged && matches!(stop, Stop::Failed(_));
        if let Some((_, message)) = stop.breach()
            && self.found.breaches.is_empty()
            && !refuses
        {
            let message = match self.asked.last() {
                Some((_, answer)) => {
                    let last = crate::strategy::shown(answer);
                    format!("{message}\nthe last answer of the inner strategy was {last}")
                }
                None => message,
            };
            self.breach(Law::Ends, Breach::new(message));
        }
    }
}

/// Whether the inner strategy of this number wrote this tag.
fn wrote(inner: usize, tag: &Tag) -> bool {
    // The tag of resumed work names no new trial.
    tag.note(NAME)
        .and_then(|note| note.split('.').next()?.parse().ok())
        == Some(inner)
}
