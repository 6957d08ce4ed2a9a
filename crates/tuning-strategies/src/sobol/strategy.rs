//! [`Sobol`]: walks along the sequence, one coordinate per parameter.

use std::cell::{RefCell, RefMut};

use tuning_core::{Ask, Asked, Fact, Proposal, Seed, Space, Strategy, StrategyError};
use tuning_toolkit::refine;

use super::{
    NAME,
    sequence::{Scramble, Sequence, WIDTH, unit},
};
use crate::position::Position;

/// Quasi-random search: the points of an Owen-scrambled Sobol sequence, one dimension per parameter.
///
/// Of the first 2^k points, each of the 2^k equal parts of every (unconditional) parameter's range has
/// exactly one. A conditional parameter keeps its coordinate for itself and drops it where it is
/// inactive. It never skips points and takes any number of them, powers of two being the best; it
/// never ends by itself (before 2^32 points), so give the study a budget.
///
/// Points depend on the study's seed and on the number of the strategy's own trials before them;
/// results and other people's trials change nothing.
#[derive(Clone, Debug)]
pub struct Sobol {
    space: Space,
    sequence: Sequence,
    scramble: bool,
    position: Position,
    /// A cache: the scramble of the study that last asked.
    scrambled_by: RefCell<Option<Scramble>>,
}

impl Sobol {
    pub(super) fn new(space: Space, scramble: bool) -> Self {
        Self {
            sequence: Sequence::new(space.len()),
            space,
            scramble,
            position: Position::new(NAME),
            scrambled_by: RefCell::new(None),
        }
    }

    /// What scrambles the points of a study with this seed, if anything does.
    fn scrambled_by(&self, study: Seed) -> RefMut<'_, Option<Scramble>> {
        let seed = study.named(NAME);
        let mut scramble = self.scrambled_by.borrow_mut();
        let is_old = scramble.as_ref().is_none_or(|cached| cached.seed() != seed);
        if self.scramble && is_old {
            *scramble = Some(Scramble::new(seed, self.space.len()));
        }
        scramble
    }
}

impl Strategy for Sobol {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let scramble = self.scrambled_by(ask.study_seed());
        let first = self.position.next();
        let mut point = vec![0; self.space.len()];
        let mut proposals = Vec::with_capacity(ask.slots().get().min(1024));
        for index in (first..).take(ask.slots().get()) {
            let Ok(number) = u32::try_from(index) else {
                break;
            };
            self.sequence.point(number, &mut point);
            if let Some(scramble) = &*scramble {
                scramble.apply(&mut point);
            }
            let params = self
                .space
                .assign(|i, domain| domain.decode(refine(domain, unit(point[i]), WIDTH)))?;
            proposals.push(Proposal::start(params).tag(self.position.tag(index)));
        }
        Ok(if proposals.is_empty() {
            Asked::Done
        } else {
            Asked::Propose(proposals)
        })
    }

    fn tell(&mut self, fact: &Fact) {
        self.position.tell(fact);
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use tuning_core::{Objectives, Parameter, Problem, Started, StrategyConfig, Tag, TrialId};

    use super::*;
    use crate::SobolConfig;

    fn problem(n: usize) -> Problem {
        let space = Space::new((0..n).map(|k| Parameter::int(format!("x{k}"), 0, 15))).unwrap();
        Problem::new(space, Objectives::minimize("loss").unwrap())
    }

    fn ask(sobol: &mut Sobol, slots: usize, seed: u64) -> Vec<Proposal> {
        let slots = NonZeroUsize::new(slots).unwrap();
        match sobol
            .ask(&Ask::new(slots, TrialId::new(0), Seed::new(seed)))
            .unwrap()
        {
            Asked::Propose(proposals) => proposals,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn sixteen_points_take_each_of_sixteen_values_once() {
        for scramble in [false, true] {
            let mut sobol = SobolConfig::default()
                .scramble(scramble)
                .build(&problem(5))
                .unwrap();
            let proposals = ask(&mut sobol, 16, 7);
            for d in 0..5 {
                let name = format!("x{d}");
                let mut values: Vec<_> = proposals
                    .iter()
                    .map(|p| p.params().unwrap().int(&name).unwrap())
                    .collect();
                values.sort_unstable();
                assert_eq!(
                    values,
                    (0..16).collect::<Vec<_>>(),
                    "{name}, scrambled: {scramble}"
                );
            }
        }
    }

    #[test]
    fn it_goes_on_behind_its_own_trials() {
        let mut sobol = SobolConfig::default().build(&problem(2)).unwrap();
        let all = ask(&mut sobol, 8, 7);
        let params = all[0].params().unwrap().clone();
        let mut tell = |tag| {
            sobol.tell(
                &Started::new(TrialId::new(0), params.clone())
                    .tag(tag)
                    .into(),
            );
            ask(&mut sobol, 1, 7)[0].clone()
        };
        assert_eq!(tell(Tag::NONE), all[0], "a foreign trial");
        assert_eq!(tell(all[0].note().clone()), all[1]);
        assert_eq!(tell(all[1].note().clone()), all[2]);
    }

    #[test]
    fn the_scramble_follows_the_study_seed() {
        let mut sobol = SobolConfig::default().build(&problem(3)).unwrap();
        let one = ask(&mut sobol, 16, 1);
        assert_ne!(ask(&mut sobol, 16, 2), one);
        assert_eq!(ask(&mut sobol, 16, 1), one);
    }

    #[test]
    fn it_has_a_thousand_dimensions_and_refuses_more() {
        assert!(SobolConfig::default().build(&problem(1000)).is_ok());
        let error = SobolConfig::default()
            .build(&problem(1001))
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "strategy `sobol` has at most 1000 dimensions, and the space has 1001 parameters: use `random`, which is \
             as good in so many dimensions"
        );
    }

    #[test]
    fn behind_the_last_point_it_is_done() {
        let mut sobol = SobolConfig::default().build(&problem(1)).unwrap();
        let params = ask(&mut sobol, 1, 1)[0].params().unwrap().clone();
        let mut tell = |index: u64| {
            let started = Started::new(TrialId::new(0), params.clone()).tag(Tag::new(NAME, index));
            sobol.tell(&started.into());
            let slots = NonZeroUsize::new(4).unwrap();
            sobol
                .ask(&Ask::new(slots, TrialId::new(0), Seed::new(1)))
                .unwrap()
        };
        assert!(matches!(tell((1 << 32) - 2), Asked::Propose(last) if last.len() == 1));
        assert_eq!(tell((1 << 32) - 1), Asked::Done);
    }
}
