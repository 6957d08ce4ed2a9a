//! [`Proposer`]: one point, from what is known and what is already on its way.

use crate::{
    Acquisition, GpConfig,
    acquisition::{Judge, Rule},
    cube::{Columns, Cube},
    design,
    history::History,
    model::Scratch,
    search::{self, Search, SearchBounds},
    stream::Stream,
    surrogate::Surrogate,
};
use tuning_core::{Seed, TrialId};

/// How often a proposal explores, if nothing was measured since the one before it.
// Song et al. 2024, arXiv:2408.11527, section 4: of a batch, the first is for the bound and the others explore.
const EXPLORES: f64 = 0.75;
/// Inside a trust region, one of this many proposals is for the whole space.
const AT_LARGE: u64 = 8;
/// How many of the last points the first ones keep away from.
const NEIGHBOURS: usize = 64;
/// How often a point is drawn before one is proposed again that was there already.
const ATTEMPTS: usize = 64;

/// Why a point was proposed: what its trial's tag says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Startup,
    LogEi,
    Ucb,
    Explore,
}

impl Why {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Startup => "startup",
            Self::LogEi => "log_ei",
            Self::Ucb => "ucb",
            Self::Explore => "explore",
        }
    }
}

/// What a proposal is made from.
#[derive(Debug)]
pub(crate) struct Proposer<'a> {
    pub(crate) config: &'a GpConfig,
    pub(crate) cube: &'a Cube,
    pub(crate) columns: &'a Columns,
    /// All points, if they are few.
    pub(crate) all: Option<&'a [Vec<f64>]>,
    pub(crate) history: &'a History,
    /// The points of this batch before this one.
    pub(crate) taken: &'a [Vec<f64>],
}

impl Proposer<'_> {
    /// A point, and why. Without a surrogate, one far from the others.
    pub(crate) fn propose(
        &mut self,
        surrogate: Option<&mut Surrogate>,
        trial: TrialId,
        seed: Seed,
    ) -> (Vec<f64>, Why) {
        let mut stream = Stream::counted(seed);
        match surrogate {
            Some(surrogate) => self.worthwhile(surrogate, trial.get(), &mut stream),
            None => (self.spread(&mut stream), Why::Startup),
        }
    }

    fn spread(&self, stream: &mut Stream) -> Vec<f64> {
        let rows = (0..self.history.rows()).rev().take(NEIGHBOURS);
        let others: Vec<&[f64]> = rows
            .map(|row| self.history.point(row))
            .chain(self.taken.iter().rev().take(NEIGHBOURS).map(Vec::as_slice))
            .collect();
        let point = design::spread(self.cube, &others, stream);
        self.new_one([point], stream)
    }

    fn worthwhile(
        &self,
        surrogate: &mut Surrogate,
        number: u64,
        stream: &mut Stream,
    ) -> (Vec<f64>, Why) {
        let (rule, why) = self.rule(surrogate, number, stream);
        let ends = surrogate.region.zip(surrogate.centres.first());
        let bounds = ends
            .filter(|_| !number.is_multiple_of(AT_LARGE))
            .map(|(region, centre)| {
                let (lower, upper) = region.ends(centre, &surrogate.lengths);
                SearchBounds { lower, upper }
            });
        let mut judge = Judge {
            cube: self.cube,
            columns: self.columns,
            process: &mut surrogate.process,
            feasibility: surrogate.feasibility.as_mut(),
            rule,
            scratch: Scratch::default(),
        };
        let search = Search {
            centres: &surrogate.centres,
            lengths: &surrogate.lengths,
            bounds: bounds.as_ref(),
            all: self.all,
        };
        let found = search::maximise(&mut judge, &search, stream);
        (self.new_one(found, stream), why)
    }

    /// What the proposal is to be good for.
    fn rule(&self, surrogate: &Surrogate, number: u64, stream: &mut Stream) -> (Rule, Why) {
        let unmeasured = self.history.fresh() + self.taken.len();
        if unmeasured > 0 && stream.chance(EXPLORES) {
            let mut scratch = Scratch::default();
            let mean = |point: &Vec<f64>| surrogate.process.predict(point, &mut scratch).0;
            let threshold = surrogate.centres.first().map_or(0.0, mean);
            return (Rule::Explore { threshold }, Why::Explore);
        }
        let improvement = Rule::Improvement {
            best: surrogate.best,
        };
        let bound = Rule::Bound {
            deviations: self.config.ucb_beta,
        };
        match self.config.acquisition {
            Acquisition::LogEi => (improvement, Why::LogEi),
            Acquisition::Ucb => (bound, Why::Ucb),
            Acquisition::Alternate if number % 2 == 1 => (improvement, Why::LogEi),
            Acquisition::Alternate => (bound, Why::Ucb),
        }
    }

    /// The first of these, as values of the space have it, where no trial was; else another such point;
    /// else the first.
    fn new_one(&self, found: impl IntoIterator<Item = Vec<f64>>, stream: &mut Stream) -> Vec<f64> {
        let mut first = None;
        let is_new = |point: &[f64]| {
            let key = Cube::key(point);
            !self.history.is_seen(key) && self.taken.iter().all(|other| Cube::key(other) != key)
        };
        for point in found {
            let settled = self.settle(&point);
            if is_new(&settled) {
                return settled;
            }
            first.get_or_insert(settled);
        }
        for _ in 0..ATTEMPTS {
            let point = self.settle(&self.cube.random(stream));
            if is_new(&point) {
                return point;
            }
        }
        first.unwrap_or_else(|| self.cube.random(stream))
    }

    fn settle(&self, point: &[f64]) -> Vec<f64> {
        let params = self.cube.params(point);
        params.map_or_else(|_| point.to_vec(), |params| self.cube.point(&params))
    }
}
