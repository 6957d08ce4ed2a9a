//! [`Genome`]: parameters as genes, numbers of the unit interval.

use tuning_core::{Params, ParamsError, ParamsKey, Space};
use tuning_toolkit::{Kind, Stream};

/// The unit-cube coordinates of a trial's parameters, in the space's order; none for inactive ones.
pub(crate) type Genes = Vec<Option<f64>>;

/// A space as genes.
#[derive(Clone, Debug)]
pub(crate) struct Genome {
    space: Space,
    kinds: Vec<Kind>,
}

impl Genome {
    pub(crate) fn new(space: &Space) -> Self {
        Self {
            kinds: space
                .parameters()
                .iter()
                .map(|parameter| Kind::of(parameter.domain()))
                .collect(),
            space: space.clone(),
        }
    }

    pub(crate) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// How many genes can be changed; at least 1, to divide by.
    pub(crate) fn free(&self) -> usize {
        self.kinds
            .iter()
            .filter(|kind| **kind != Kind::Constant)
            .count()
            .max(1)
    }

    /// A point of the space, each as likely as any other.
    pub(crate) fn anywhere(&self, stream: &mut Stream) -> Vec<f64> {
        self.kinds.iter().map(|_| stream.unit()).collect()
    }

    pub(crate) fn decode(&self, genes: &[f64]) -> Result<Params, ParamsError> {
        self.space.decode(genes)
    }

    /// The genes of these parameters, and what tells them from others; none if they are of another space.
    pub(crate) fn encode(&self, params: &Params) -> Option<(Genes, ParamsKey)> {
        let params = self.space.align(params).ok()?;
        Some((self.space.encode(&params), params.key()))
    }
}

/// Another of this many choices than the one at `u`, each as likely; the middle of its part of the interval.
pub(crate) fn other_choice(u: f64, choices: usize, stream: &mut Stream) -> f64 {
    let present = ((u * choices as f64) as usize).min(choices - 1);
    let step = 1 + stream.below(choices - 1);
    (((present + step) % choices) as f64 + 0.5) / choices as f64
}

/// A number that left the interval comes back between the border and where it was (Zhang & Sanderson 2009,
/// JADE, §III).
pub(crate) fn come_back(v: f64, from: f64) -> f64 {
    match v {
        _ if v.is_nan() => from,
        _ if v < 0.0 => from / 2.0,
        _ if v > 1.0 => from.midpoint(1.0),
        _ => v,
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Seed};

    use super::*;

    fn genome() -> Genome {
        let space = Space::new([
            Parameter::categorical("kind", ["a", "b", "c"]),
            Parameter::float("x", 1e-4, 1.0).log().when("kind", ["a"]),
            Parameter::int("n", 3, 3),
            Parameter::int("m", 0, 9),
        ]);
        Genome::new(&space.unwrap())
    }

    #[test]
    fn genes_are_of_the_kinds_of_their_domains() {
        let genome = genome();
        let kinds = [
            Kind::Choices(3),
            Kind::Continuum,
            Kind::Constant,
            Kind::Cells(10),
        ];
        assert_eq!((genome.kinds(), genome.free()), (&kinds[..], 3));
    }

    #[test]
    fn inactive_genes_are_none() {
        let genome = genome();
        let genes = |u: f64| {
            genome
                .encode(&genome.decode(&[u, 0.25, 0.5, 0.5]).unwrap())
                .unwrap()
                .0
        };
        assert!(genes(0.9)[1].is_none());
        assert!(genes(0.1)[1].is_some_and(|x| (x - 0.25).abs() < 1e-12));
    }

    #[test]
    fn another_choice_is_another_one() {
        let mut stream = Stream::new(Seed::new(1));
        let mut counts = [0; 4];
        for _ in 0..3000 {
            counts[(other_choice(0.3, 4, &mut stream) * 4.0) as usize] += 1;
        }
        assert!(
            counts[1] == 0 && [0, 2, 3].iter().all(|k| counts[*k] > 850),
            "{counts:?}"
        );
    }

    #[test]
    fn numbers_come_back_inside() {
        assert_eq!(
            [-3.0, 0.5, 7.0, f64::NAN].map(|v| come_back(v, 0.4)),
            [0.2, 0.5, 0.7, 0.4]
        );
    }
}
