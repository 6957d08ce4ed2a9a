//! Proposals per second and core, through `dyn Strategy`: asked for alone, and asked for and told.

use std::{error::Error, hint::black_box, num::NonZeroUsize};

use tuning_core::{Ask, Asked, Proposal, Seed, Started, Strategy, StrategyConfig, TrialId};

use super::context::{Context, Rows};
use crate::{
    measure::thread_cpu,
    row::{Row, Target},
    workload,
};

const SLOTS: NonZeroUsize = NonZeroUsize::new(64).unwrap();
const TARGET: Target = Target::AtLeast(1e6);

pub(super) fn run(context: &Context) -> Rows {
    let n = context.size(500_000);
    let mut rows = Vec::new();
    for (name, config) in workload::strategies() {
        for tells in [false, true] {
            let mut rates = Vec::new();
            for _ in 0..context.rounds(5) {
                let mut strategy = config.build(&workload::problem())?;
                // The CPU time of this thread: other people's load does not slow it down (much).
                let began = thread_cpu();
                let proposed = propose(&mut *strategy, n, tells)?;
                rates.push(proposed as f64 / (thread_cpu() - began));
            }
            let what = if tells {
                "ask and tell `Started`"
            } else {
                "ask for 64"
            };
            rows.push(Row::new(format!("{name}: {what}"), "proposals/s", rates).target(TARGET));
        }
    }
    Ok(rows)
}

/// Asks for at least `n` proposals; returns for how many.
fn propose(strategy: &mut dyn Strategy, n: u64, tells: bool) -> Result<u64, Box<dyn Error>> {
    let mut next = TrialId::new(0);
    while next.get() < n {
        let asked = strategy.ask(&Ask::new(SLOTS, next, Seed::new(1)))?;
        let Asked::Propose(proposals) = asked else {
            return Err("the strategy has nothing more to propose".into());
        };
        if tells {
            for (trial, proposal) in (next.get()..).zip(proposals.iter()) {
                strategy.tell(&started(trial, proposal).into());
            }
        }
        next = next.plus(proposals.len() as u64);
        black_box(proposals);
    }
    Ok(next.get())
}

fn started(trial: u64, proposal: &Proposal) -> Started {
    let params = proposal.params().expect("these strategies resume nothing");
    Started::new(TrialId::new(trial), params.clone()).tag(proposal.note().clone())
}
