//! What all schedulers around a strategy promise, checked on the facts of whole studies, and a twin that breaks each.

use std::collections::BTreeMap;

use tuning_core::{
    Ask, Asked, Budget, Fact, Fidelity, Outcome, Proposal, ProposalKind, Seed, Strategy,
    StrategyConfig, StrategyError, TrialId, TrialState,
};
use tuning_multifidelity::{AshaConfig, HyperbandConfig, SuccessiveHalvingConfig};
use tuning_strategies::RandomConfig;

use crate::studies::{Ran, drive, problem, run};

const RUNGS: [u64; 4] = [1, 3, 9, 27];
const FACTOR: usize = 3;

/// One rung.
#[derive(Default)]
struct Rung {
    paused: BTreeMap<TrialId, f64>,
    /// All that have paused there.
    reached: Vec<(f64, TrialId)>,
    /// How many began to run there.
    begun: usize,
    resumed: usize,
}

/// Who is promoted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Best {
    /// The best third of those that have reached the rung so far; there are more of them when better trials come later.
    SoFar,
    /// The best third of each round.
    OfRounds,
}

/// The index of the highest rung at or below.
fn rung(at: Fidelity) -> usize {
    RUNGS.partition_point(|rung| *rung <= at.get()) - 1
}

/// What a study does that no scheduler does.
fn breach(ran: &Ran, best: Best) -> Option<&'static str> {
    let mut rungs: [Rung; 4] = Default::default();
    let mut places: BTreeMap<TrialId, usize> = BTreeMap::new();
    let (mut failed, mut whole_trials, mut running) = (0, 0, 0);
    let whole = RUNGS.len() - 1;
    let target = |until: Option<Fidelity>| {
        until.map_or(Some(whole), |until| {
            RUNGS[..whole].iter().position(|rung| *rung == until.get())
        })
    };
    for fact in &ran.facts {
        match fact {
            Fact::Started(started) => {
                let Some(to) = target(started.until) else {
                    return Some("a trial runs to what is no rung");
                };
                rungs[to].begun += 1;
                running += 1;
            }
            Fact::Paused(paused) => {
                let at = rung(paused.at);
                running -= 1;
                rungs[at]
                    .reached
                    .push((paused.values.first(), paused.trial));
                rungs[at].paused.insert(paused.trial, paused.values.first());
                places.insert(paused.trial, at);
            }
            Fact::Resumed(resumed) => {
                let at = places.remove(&resumed.trial).expect("it was paused");
                if target(resumed.until) != Some(at + 1) {
                    return Some("a rung is skipped");
                }
                rungs[at + 1].begun += 1;
                let from = &mut rungs[at];
                let loss = from.paused.remove(&resumed.trial).expect("it is there");
                from.resumed += 1;
                let mine = (loss, resumed.trial);
                if from
                    .paused
                    .iter()
                    .any(|(trial, loss)| (*loss, *trial) < mine)
                {
                    return Some("a better trial stays behind");
                }
                let better = from.reached.iter().filter(|other| **other < mine).count();
                let is_due = match best {
                    Best::SoFar => better < from.reached.len() / FACTOR,
                    // One more, as each round has a best trial, and another one for each that failed.
                    Best::OfRounds => from.resumed <= from.begun / FACTOR + 1 + failed,
                };
                // Where there are too few, the best one runs to its end in the end.
                let is_last = running == 0 && whole_trials == 0;
                if !is_due && !is_last {
                    return Some("more than the best third are promoted");
                }
                running += 1;
            }
            Fact::Ended(ended) => {
                match places.remove(&ended.trial) {
                    Some(at) => drop(rungs[at].paused.remove(&ended.trial)),
                    None => running -= 1,
                }
                whole_trials += usize::from(matches!(ended.outcome, Outcome::Completed(_)));
                failed += usize::from(ended.outcome.failure().is_some());
            }
            _ => {}
        }
    }
    (ran.count(TrialState::Paused) > 0).then_some("a trial stays paused")
}

/// A loss that a rung says little of, or none: this share of the work fails.
fn loss(trial: u64, at: u64, share: f64) -> Option<f64> {
    let noise = Seed::new(3).derive(trial);
    let fails = noise.named("fails").derive(at).unit() < share;
    (!fails).then(|| noise.unit() + noise.derive(at).unit() / 4.0)
}

fn check<C: StrategyConfig>(config: &C, best: Best) {
    for (trials, share) in [
        (1, 0.0),
        (5, 0.0),
        (40, 0.0),
        (100, 0.0),
        (5, 0.1),
        (60, 0.1),
    ] {
        for workers in [1, 3, 8] {
            let problem = problem(27, Budget::trials(trials));
            let ran = run(config, &problem, workers, |trial, at| {
                loss(trial, at, share)
            });
            let breach = breach(&ran, best);
            assert_eq!(
                breach, None,
                "{trials} trials, {workers} workers, {share} fail"
            );
        }
    }
}

#[test]
fn asha_keeps_what_schedulers_promise() {
    check(
        &AshaConfig::over(RandomConfig::default()).min_resource(1),
        Best::SoFar,
    );
}

#[test]
fn successive_halving_keeps_what_schedulers_promise() {
    check(
        &SuccessiveHalvingConfig::over(RandomConfig::default()).min_resource(1),
        Best::OfRounds,
    );
}

#[test]
fn hyperband_keeps_what_schedulers_promise() {
    check(
        &HyperbandConfig::over(RandomConfig::default()).min_resource(1),
        Best::OfRounds,
    );
}

/// What is wrong with a twin of ASHA.
#[derive(Clone, Copy, Debug)]
enum Slip {
    StartsBetweenRungs,
    SkipsARung,
    PromotesTheWorst,
    PromotesAll,
    GivesNothingUp,
}

/// ASHA, but for one slip.
struct Twin<S> {
    asha: S,
    slip: Slip,
    /// The losses of what is paused at the lowest rung.
    paused: BTreeMap<TrialId, f64>,
}

impl<S> Twin<S> {
    fn worst(&self) -> Option<TrialId> {
        let worst = self
            .paused
            .iter()
            .max_by(|(_, one), (_, other)| one.total_cmp(other));
        worst.map(|(trial, _)| *trial)
    }

    fn slips(&self, proposal: Proposal) -> Option<Proposal> {
        let until = proposal.target().map(Fidelity::get);
        Some(match (self.slip, proposal.kind()) {
            (Slip::StartsBetweenRungs, ProposalKind::Start(_)) => proposal.until(Fidelity::new(2)),
            (Slip::SkipsARung, ProposalKind::Resume(_)) if until == Some(3) => {
                proposal.until(Fidelity::new(9))
            }
            (Slip::PromotesTheWorst, ProposalKind::Resume(_)) if until == Some(3) => {
                let tag = proposal.note().clone();
                Proposal::resume(self.worst()?)
                    .until(Fidelity::new(3))
                    .tag(tag)
            }
            // It may be the one that is promoted.
            (Slip::GivesNothingUp | Slip::PromotesTheWorst, ProposalKind::GiveUp(_)) => {
                return None;
            }
            _ => proposal,
        })
    }
}

impl<S: Strategy> Strategy for Twin<S> {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        if let (Slip::PromotesAll, Some((trial, _))) = (self.slip, self.paused.first_key_value()) {
            let next = Proposal::resume(*trial).until(Fidelity::new(3));
            return Ok(Asked::Propose(vec![next]));
        }
        Ok(match self.asha.ask(ask)? {
            Asked::Propose(proposals) => {
                let proposals = proposals
                    .into_iter()
                    .filter_map(|proposal| self.slips(proposal));
                let proposals: Vec<_> = proposals.collect();
                match proposals.is_empty() {
                    true => Asked::Done,
                    false => Asked::Propose(proposals),
                }
            }
            other => other,
        })
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Paused(paused) if paused.at == Fidelity::new(1) => {
                self.paused.insert(paused.trial, paused.values.first());
            }
            Fact::Resumed(resumed) => drop(self.paused.remove(&resumed.trial)),
            Fact::Ended(ended) => drop(self.paused.remove(&ended.trial)),
            _ => {}
        }
        self.asha.tell(fact);
    }
}

#[test]
fn each_promise_can_be_broken() {
    for (slip, words) in [
        (Slip::StartsBetweenRungs, "a trial runs to what is no rung"),
        (Slip::SkipsARung, "a rung is skipped"),
        (Slip::PromotesTheWorst, "a better trial stays behind"),
        (Slip::PromotesAll, "more than the best third are promoted"),
        (Slip::GivesNothingUp, "a trial stays paused"),
    ] {
        let problem = problem(27, Budget::trials(20));
        let asha = AshaConfig::over(RandomConfig::default()).min_resource(1);
        let twin = Twin {
            asha: asha.build(&problem).unwrap(),
            slip,
            paused: BTreeMap::new(),
        };
        let ran = drive(twin, &problem, 1, |work, until| {
            (until, Some(Seed::new(work.trial.get()).unit()))
        });
        assert_eq!(breach(&ran, Best::SoFar), Some(words), "{slip:?}");
    }
}
