//! [`Variation`]: how two parents have a child.

use tuning_toolkit::{Kind, Stream};

use crate::genome::{Genes, other_choice};

/// How likely and how far children differ from their parents.
#[derive(Clone, Debug)]
pub(crate) struct Variation {
    pub(crate) crossover: f64,
    pub(crate) crossover_eta: f64,
    pub(crate) mutation: f64,
    pub(crate) mutation_eta: f64,
}

impl Variation {
    /// A child of two parents. A gene that one parent lacks comes from the other; one that both lack is drawn.
    pub(crate) fn child(
        &self,
        kinds: &[Kind],
        a: &Genes,
        b: &Genes,
        stream: &mut Stream,
    ) -> Vec<f64> {
        let mixes = stream.chance(self.crossover);
        let genes = kinds.iter().zip(a).zip(b);
        genes
            .map(|((kind, a), b)| {
                let gene = match (*a, *b) {
                    (Some(a), Some(b)) if mixes => match kind {
                        Kind::Cells(_) | Kind::Continuum if stream.chance(0.5) => {
                            self.cross(a, b, stream)
                        }
                        Kind::Choices(_) if stream.chance(0.5) => b,
                        _ => a,
                    },
                    (Some(gene), _) | (None, Some(gene)) => gene,
                    (None, None) => stream.unit(),
                };
                match kind {
                    _ if !stream.chance(self.mutation) => gene,
                    Kind::Constant => gene,
                    Kind::Choices(choices) => other_choice(gene, *choices, stream),
                    Kind::Cells(_) | Kind::Continuum => self.mutate(gene, stream),
                }
            })
            .collect()
    }

    /// Simulated binary crossover in `[0, 1]`: one of its two children, either with the same chance.
    // Deb & Agrawal 1995; with the spread limited by the borders as in Deb's own code for NSGA-II.
    fn cross(&self, a: f64, b: f64, stream: &mut Stream) -> f64 {
        let (low, high) = (a.min(b), a.max(b));
        let (u, lower) = (stream.unit(), stream.chance(0.5));
        let width = high - low;
        if width < 1e-14 {
            return a;
        }
        let power = 1.0 / (self.crossover_eta + 1.0);
        let room = if lower { low } else { 1.0 - high };
        let alpha = 2.0 - libm::pow(1.0 + 2.0 * room / width, -(self.crossover_eta + 1.0));
        let spread = match u * alpha <= 1.0 {
            true => libm::pow(u * alpha, power),
            false => libm::pow(1.0 / (2.0 - u * alpha), power),
        };
        let side = if lower { -1.0 } else { 1.0 };
        (low.midpoint(high) + side * spread * width / 2.0).clamp(0.0, 1.0)
    }

    /// Polynomial mutation in `[0, 1]`.
    // Deb & Goyal 1996, bounded as in Deb's own code for NSGA-II.
    fn mutate(&self, x: f64, stream: &mut Stream) -> f64 {
        let (u, eta) = (stream.unit(), self.mutation_eta + 1.0);
        let step = if u < 0.5 {
            libm::pow(
                2.0 * u + (1.0 - 2.0 * u) * libm::pow(1.0 - x, eta),
                1.0 / eta,
            ) - 1.0
        } else {
            1.0 - libm::pow(
                2.0 * (1.0 - u) + (2.0 * u - 1.0) * libm::pow(x, eta),
                1.0 / eta,
            )
        };
        (x + step).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Seed;

    use super::*;

    fn variation() -> Variation {
        Variation {
            crossover: 0.9,
            crossover_eta: 20.0,
            mutation: 0.2,
            mutation_eta: 20.0,
        }
    }

    #[test]
    fn children_lie_around_their_parents_and_inside() {
        let mut stream = Stream::new(Seed::new(1));
        let children: Vec<f64> = (0..20_000)
            .map(|_| variation().cross(0.3, 0.7, &mut stream))
            .collect();
        assert!(children.iter().all(|x| (0.0..=1.0).contains(x)));
        let mean = children.iter().sum::<f64>() / 20_000.0;
        assert!((mean - 0.5).abs() < 0.005, "{mean}");
        // With η = 20 nearly all of them are near one of their parents.
        let near = children
            .iter()
            .filter(|x| (*x - 0.3).abs() < 0.1 || (*x - 0.7).abs() < 0.1);
        assert!(near.count() > 19_000);
        let at_border = (0..1000).map(|_| variation().cross(0.0, 1.0, &mut stream));
        assert!(at_border.into_iter().all(|x| (0.0..=1.0).contains(&x)));
    }

    #[test]
    fn mutations_are_small_and_inside() {
        let mut stream = Stream::new(Seed::new(1));
        for x in [0.0, 0.02, 0.5, 1.0] {
            let mutants: Vec<f64> = (0..5000)
                .map(|_| variation().mutate(x, &mut stream))
                .collect();
            assert!(mutants.iter().all(|m| (0.0..=1.0).contains(m)));
            let mean = mutants.iter().map(|m| (m - x).abs()).sum::<f64>() / 5000.0;
            assert!(mean > 0.005 && mean < 0.06, "{x}: {mean}");
        }
    }

    #[test]
    fn a_gene_comes_from_a_parent_that_has_it() {
        let variation = Variation {
            mutation: 0.0,
            ..variation()
        };
        let kinds = [Kind::Continuum, Kind::Choices(3), Kind::Continuum];
        let (a, b) = (vec![Some(0.25), None, None], vec![None, Some(0.5), None]);
        for seed in 0..50 {
            let child = variation.child(&kinds, &a, &b, &mut Stream::new(Seed::new(seed)));
            assert_eq!((child[0], child[1]), (0.25, 0.5));
            assert!((0.0..1.0).contains(&child[2]));
        }
    }
}
