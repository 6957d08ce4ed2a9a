//! [`Surrogate`]: the model that proposals are made with, and [`Surrogates`], which makes it of the facts.

use tuning_core::Seed;

use super::{
    active::active,
    caution::doubted,
    chain::{Chain, FIRST},
    region::Region,
    scalar::scalarise,
};
use crate::{
    acquisition::Feasibility,
    cube::{Columns, Cube, Table},
    history::{History, Level},
    model::{Hyper, Posterior, Scratch, Targets},
    stream::Stream,
};

/// Several objectives are fitted anew for each proposal: fewer results have to do.
const MOST_OF_SEVERAL: usize = 128;
/// This many trials tell where trials fail: half of them failed.
const VERDICTS: usize = 128;
/// A trial counts as one that does not fail from this mean label on; failures have the label 0, others 1.
const BOUNDARY: f64 = 0.6;
/// This many of the best points are searched around.
const CENTRES: usize = 5;

/// How much is modelled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Results that the model rests on, at most.
    pub(crate) observations: usize,
    /// From how many results on it is trusted near the best point only.
    pub(crate) trust_region_after: usize,
    /// Whether losses are warped.
    pub(crate) warp: bool,
}

/// What is known of the objective.
#[derive(Clone, Debug)]
pub(crate) struct Surrogate {
    /// Larger is better.
    pub(crate) process: Posterior,
    pub(crate) feasibility: Option<Feasibility>,
    /// The largest mean at a measured point.
    pub(crate) best: f64,
    /// The points with the largest means, best first.
    pub(crate) centres: Vec<Vec<f64>>,
    /// How far one has to go along each axis for a different value.
    pub(crate) lengths: Vec<f64>,
    pub(crate) region: Option<Region>,
}

impl Surrogate {
    /// Takes its own mean at a point for a measurement.
    pub(crate) fn believe(&mut self, point: &[f64], scratch: &mut Scratch) {
        self.process.believe(point, scratch);
    }
}

/// Makes surrogates, and keeps what the next one can begin with: caches of functions of the facts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surrogates {
    chain: Chain,
    verdicts: Chain,
    last: Option<(u64, Surrogate)>,
}

impl Surrogates {
    /// The surrogate for these facts; none while there are too few results. Several objectives
    /// become one by weights drawn from the seed.
    pub(crate) fn surrogate(
        &mut self,
        cube: &Cube,
        columns: &Columns,
        history: &History,
        limits: Limits,
        seed: Seed,
    ) -> Option<Surrogate> {
        let single = history.objectives() == 1;
        if let Some((version, last)) = &self.last
            && single
            && *version == history.version()
        {
            return Some(last.clone());
        }
        let (at, level) = enough(cube, history)?;
        let several: Vec<f64>;
        let losses = match level.single() {
            Some(losses) => losses,
            None => {
                let mut stream = Stream::counted(seed.named("weights"));
                several = scalarise(level, history.objectives(), &mut stream);
                &several
            }
        };
        let most = if single {
            limits.observations
        } else {
            limits.observations.min(MOST_OF_SEVERAL)
        };
        let data = |results: usize, most: usize| {
            let known = (history, level, &losses[..results]);
            data(columns, known, limits.warp, most)
        };
        let (table, targets) = data(losses.len(), most);
        let hyper = if single {
            let fitted = self.fitted(columns, (history, at, level), losses, limits);
            doubted(fitted, losses)
        } else {
            let fitted = |results: usize, few: usize| data(results, few.min(most));
            Chain::once(columns, losses.len(), fitted)
        };
        let process = Posterior::new(columns, table, targets, &hyper)?;
        let means = process.means_at_data();
        let mut order: Vec<usize> = (0..means.len()).collect();
        order.sort_by(|a, b| means[*b].total_cmp(&means[*a]).then(a.cmp(b)));
        let places = active(losses, most);
        let point = |k: &usize| history.point(level.row(places[*k])).to_vec();
        let surrogate = Surrogate {
            best: means[order[0]],
            centres: order.iter().take(CENTRES).map(point).collect(),
            lengths: lengths(cube, columns, &hyper.weights()),
            region: level
                .single()
                .and_then(|losses| Region::of(losses, limits.trust_region_after, cube.free())),
            feasibility: self.feasibility(columns, history),
            process,
        };
        if single {
            self.last = Some((history.version(), surrogate.clone()));
        }
        Some(surrogate)
    }

    /// The share of the targets' variance that the last fit takes for noise. None with several objectives, and while
    /// there are too few results.
    pub(crate) fn noise_share(
        &mut self,
        cube: &Cube,
        columns: &Columns,
        history: &History,
        limits: Limits,
    ) -> Option<f64> {
        let (at, level) = enough(cube, history)?;
        let losses = level.single()?;
        let hyper = self.fitted(columns, (history, at, level), losses, limits);
        Some(hyper.noise() / (hyper.noise() + hyper.variance()))
    }

    /// The hyper-parameters for a single objective.
    fn fitted(
        &mut self,
        columns: &Columns,
        (history, at, level): (&History, u64, &Level),
        losses: &[f64],
        limits: Limits,
    ) -> Hyper {
        let data = |results: usize, few: usize| {
            let known = (history, level, &losses[..results]);
            data(columns, known, limits.warp, few.min(limits.observations))
        };
        self.chain.hyper(columns, at, losses.len(), data)
    }

    /// Where trials fail: a process of 1 for those that did not and 0 for those that did.
    fn feasibility(&mut self, columns: &Columns, history: &History) -> Option<Feasibility> {
        let verdicts = history.verdicts();
        if verdicts.iter().all(|(_, good)| *good) || verdicts.iter().all(|(_, good)| !*good) {
            return None;
        }
        let data = |results: usize, most: usize| {
            let told = &verdicts[..results];
            let last = |wanted: bool| {
                let places = (0..told.len()).rev().filter(move |k| told[*k].1 == wanted);
                places.take(most / 2)
            };
            let mut places: Vec<usize> = last(true).chain(last(false)).collect();
            places.sort_unstable();
            let points = places.iter().map(|k| history.point(told[*k].0 as usize));
            let labels: Vec<f64> = places
                .iter()
                .map(|k| f64::from(u8::from(told[*k].1)))
                .collect();
            (Table::of(columns, points), labels)
        };
        let standard = |labels: &[f64]| {
            let share = labels.iter().sum::<f64>() / labels.len() as f64;
            let deviation = (share * (1.0 - share)).sqrt().max(0.1);
            (share, deviation)
        };
        let standardised = |results: usize, most: usize| {
            let (table, labels) = data(results, most);
            let (share, deviation) = standard(&labels);
            (
                table,
                labels
                    .iter()
                    .map(|label| (label - share) / deviation)
                    .collect(),
            )
        };
        let hyper = self
            .verdicts
            .hyper(columns, 0, verdicts.len(), standardised);
        let (share, deviation) = standard(&data(verdicts.len(), VERDICTS).1);
        let (table, targets) = standardised(verdicts.len(), VERDICTS);
        Some(Feasibility {
            process: Posterior::new(columns, table, targets, &hyper)?,
            threshold: (BOUNDARY - share) / deviation,
        })
    }
}

/// What is modelled, once there is enough of it.
fn enough<'a>(cube: &Cube, history: &'a History) -> Option<(u64, &'a Level)> {
    let view = history.view((cube.free() + 3).max(8));
    view.filter(|(_, level)| level.len() >= FIRST)
}

/// The points and targets of the active set of these losses, at most this many.
fn data(
    columns: &Columns,
    (history, level, losses): (&History, &Level, &[f64]),
    warp: bool,
    most: usize,
) -> (Table, Vec<f64>) {
    let places = active(losses, most);
    let targets: Vec<f64> = places.iter().map(|k| losses[*k]).collect();
    let points = places.iter().map(|k| history.point(level.row(*k)));
    (
        Table::of(columns, points),
        Targets::new(&targets, warp).values,
    )
}

/// Lengths of the kernel along each axis, within the cube's size; 1 where there is no length.
fn lengths(cube: &Cube, columns: &Columns, weights: &[f64]) -> Vec<f64> {
    let mut lengths = vec![1.0; cube.len()];
    for column in columns.iter().filter(|column| !column.is_label()) {
        lengths[column.axis] = (1.0 / weights[column.weight].sqrt()).clamp(0.02, 2.0);
    }
    lengths
}
