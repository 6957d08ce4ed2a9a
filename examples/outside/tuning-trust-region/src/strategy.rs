//! [`TrustRegion`]: the strategy.

use std::collections::BTreeSet;

use tuning_core::{
    Ask, Asked, Fact, Params, ParamsError, Proposal, Space, Strategy, StrategyError, Tag,
};
use tuning_toolkit::{Kind, OpenTrials, Stream, fingerprint, says_nothing};

use crate::{NAME, TrustRegionConfig, region::Region};

/// How many coordinates of the best point are changed at once, on average, in a space of many.
// Eriksson et al. 2019, section 3.1: a few coordinates of many are changed, so that a point stays close to the best.
const CHANGED: f64 = 20.0;
/// How often a point that runs already is drawn again.
const ATTEMPTS: usize = 16;

/// Search in a trust region. See the [crate](crate) and [`TrustRegionConfig`].
#[derive(Clone, Debug)]
pub struct TrustRegion {
    config: TrustRegionConfig,
    space: Space,
    kinds: Vec<Kind>,
    region: Region,
    /// What is kept of a trial: the region that proposed it, if one of ours did, its point, and its fingerprint.
    open: OpenTrials<(Option<u64>, Vec<f64>, u64)>,
}

impl TrustRegion {
    pub(crate) fn new(config: TrustRegionConfig, space: Space) -> Self {
        let kinds = space
            .parameters()
            .iter()
            .map(|p| Kind::of(p.domain()))
            .collect();
        Self {
            region: Region::new(0, config.length),
            open: OpenTrials::default(),
            config,
            space,
            kinds,
        }
    }

    /// A point of the box, or of the whole space while there is none.
    fn draw(&self, stream: &mut Stream) -> Vec<f64> {
        let Some(centre) = self.region.centre(&self.config) else {
            return self.kinds.iter().map(|_| stream.unit()).collect();
        };
        let length = self.region.length;
        let chance = CHANGED / self.kinds.len() as f64;
        let certain = stream.below(self.kinds.len()); // one coordinate changes in any case
        let coordinate = |(d, (kind, centre)): (usize, (&Kind, &f64))| {
            // Each coordinate takes two numbers, whatever becomes of it.
            let (changed, u) = (stream.chance(chance) || d == certain, stream.unit());
            match kind {
                _ if !changed => *centre,
                // There is no "near" among choices: the box bounds how many of them change.
                Kind::Choices(_) if u < length => u / length,
                Kind::Choices(_) | Kind::Constant => *centre,
                Kind::Cells(_) | Kind::Continuum => {
                    let (low, high) = (centre - length / 2.0, centre + length / 2.0);
                    let (low, high) = (low.max(0.0), high.min(1.0));
                    low + u * (high - low)
                }
            }
        };
        self.kinds
            .iter()
            .zip(centre)
            .enumerate()
            .map(coordinate)
            .collect()
    }

    /// A point that is not running yet, if the space has room for one.
    fn propose(
        &self,
        stream: &mut Stream,
        taken: &mut BTreeSet<u64>,
    ) -> Result<Params, ParamsError> {
        let mut params = self.space.decode(&self.draw(stream))?;
        for _ in 0..ATTEMPTS {
            if !taken.contains(&fingerprint(&params)) {
                break;
            }
            params = self.space.decode(&self.draw(stream))?;
        }
        taken.insert(fingerprint(&params));
        Ok(params)
    }
}

impl Strategy for TrustRegion {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let mut taken = self.open.running().map(|(_, open)| open.kept.2).collect();
        let tag = Tag::new(NAME, self.region.number);
        let propose = |n| {
            let params = self.propose(&mut Stream::new(ask.seed(n)), &mut taken)?;
            Ok(Proposal::start(params).tag(tag.clone()))
        };
        (0..ask.slots().get())
            .map(propose)
            .collect::<Result<_, ParamsError>>()
            .map(Asked::Propose)
            .map_err(StrategyError::from_source)
    }

    fn tell(&mut self, fact: &Fact) {
        self.open.follow(fact);
        match fact {
            Fact::Started(started) => {
                let places = self.space.encode(&started.params).into_iter();
                let point = places.map(|place| place.unwrap_or(0.5)).collect(); // 0.5: it is not active
                let kept = (
                    started.tag.note_as(NAME),
                    point,
                    fingerprint(&started.params),
                );
                self.open.start(started.trial, kept);
            }
            Fact::Ended(ended) => {
                let Some(open) = self.open.end(ended.trial) else {
                    return;
                };
                let (region, point, _) = open.kept;
                // A trial that was stopped early has a last report, which is not a final loss: it is a failure.
                let loss = ended.outcome.values().map(|values| values.first());
                if region == Some(self.region.number) && !says_nothing(&ended.outcome) {
                    self.region.learn(loss, point, &self.config);
                } else if region.is_none() {
                    self.region.offer(loss, point);
                }
            }
            _ => {}
        }
    }
}
