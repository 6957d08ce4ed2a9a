//! Law 12: a batch holds no needless duplicates.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use tuning_core::{AskTell, Asked, Params, ParamsKey, ProposalKind, Turn};

use super::{
    follow::{ask, cuts, tell},
    lab::{Lab, Scene},
};
use crate::{
    law::Law,
    report::{Breach, Finding},
    simulation::{Call, Run},
    spaces::coincidence,
};

/// How many proposals are looked at together.
const BATCH: usize = 8;

/// Draws by pure chance may coincide; the law looks only where they do so in fewer than one of a
/// thousand batches.
const CHANCE: f64 = 1e-3;

pub(super) fn duplicates(lab: &Lab<'_>) -> Finding {
    let nothing = "no space was wide enough, or nothing was proposed together";
    lab.each(Law::Duplicates, &lab.scenes, nothing, |scene, run| {
        let pairs = (BATCH * (BATCH - 1) / 2) as f64;
        if pairs * coincidence(&scene.problem.space) > CHANCE {
            return Ok(false);
        }
        let mut together = false;
        for slots in [BATCH, 1] {
            together |= in_flight(lab, scene, slots)?;
        }
        together |= later(lab, scene, run)?;
        Ok(together)
    })
}

/// Fills eight workers, by one ask or by eight.
fn in_flight(lab: &Lab<'_>, scene: &Scene, slots: usize) -> Result<bool, Breach> {
    let strategy = lab.build(&scene.problem)?;
    let mut study = AskTell::new(scene.problem.clone(), strategy, scene.seed);
    let mut batch = Vec::new();
    let slots = NonZeroUsize::MIN.saturating_add(slots - 1);
    while batch.len() < BATCH {
        match study.ask(slots) {
            Ok(Turn::Work(work)) => batch.extend(work.into_iter().map(|work| work.params)),
            _ => break,
        }
    }
    distinct(&batch, "in flight together at the start of a study")?;
    Ok(batch.len() > 1)
}

/// Asks for eight at several places of the record.
fn later(lab: &Lab<'_>, scene: &Scene, run: &Run) -> Result<bool, Breach> {
    let mut together = false;
    for cut in cuts(&run.calls, 3) {
        let Call::Ask(question, _) = &run.calls[cut] else {
            continue;
        };
        let mut strategy = lab.build(&scene.problem)?;
        tell(&mut strategy, &run.calls[..cut]);
        let question = question.with_slots(NonZeroUsize::MIN.saturating_add(BATCH - 1));
        let Ok(Asked::Propose(proposals)) = ask(&mut strategy, &question) else {
            continue;
        };
        let started = proposals
            .iter()
            .filter_map(|proposal| match proposal.kind() {
                ProposalKind::Start(params) => Some(params.clone()),
                _ => None,
            });
        let batch: Vec<_> = started.collect();
        distinct(&batch, "of one answer").map_err(|breach| breach.at(cut))?;
        together |= batch.len() > 1;
    }
    Ok(together)
}

fn distinct(batch: &[Params], where_from: &str) -> Result<(), Breach> {
    let mut seen: BTreeMap<ParamsKey, usize> = BTreeMap::new();
    for (place, params) in batch.iter().enumerate() {
        if let Some(first) = seen.insert(params.key(), place) {
            return Err(Breach::new(format!(
                "proposals {first} and {place} of {} {where_from} are the same, {params}, \
                 although the space is wide",
                batch.len()
            )));
        }
    }
    Ok(())
}
