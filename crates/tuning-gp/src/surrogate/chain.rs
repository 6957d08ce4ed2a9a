//! [`Chain`]: fits that begin where the last one ended, and are functions of the results alone.

use crate::{
    cube::{Columns, Table},
    model::{Hyper, Prior, fit},
};

/// No fit below this many results.
pub(crate) const FIRST: usize = 4;
/// Results are added by 1 / this many of them between fits, and at least one.
const GROWTH: usize = 20;
/// A fit from the prior's mode: of this many results at most, with this many calls of the likelihood.
const COLD: (usize, usize) = (64, 40);
/// A fit from the last one.
const WARM: (usize, usize) = (96, 8);

/// The last fit of a chain.
///
/// A fit begins where the one before it ended, which costs a third of one from the prior's mode. So that
/// this is a function of the results, and not of when it was asked, the chain has its links at
/// fixed numbers of results (every one up to 40, then every 5 %) and begins anew at each power of two:
/// one that is told a long log at once makes fifteen fits, and ends with the same numbers to the last bit.
/// Hyper-parameters need fewer results than predictions do: fits are of a part of the active set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    link: Option<Link>,
}

#[derive(Clone, Debug)]
struct Link {
    /// What the results are results of.
    of: u64,
    results: usize,
    hyper: Hyper,
}

impl Chain {
    /// Returns the hyper-parameters for this many results, at least [`FIRST`]. `data` gives the points
    /// and targets of the first of them, up to a number.
    pub(crate) fn hyper(
        &mut self,
        columns: &Columns,
        of: u64,
        results: usize,
        data: impl Fn(usize, usize) -> (Table, Vec<f64>),
    ) -> Hyper {
        let begin = FIRST.max(1 << results.max(1).ilog2());
        let known = |link: &Link| link.of == of && (begin..=results).contains(&link.results);
        let mut link = self.link.take().filter(known);
        loop {
            let next = link
                .as_ref()
                .map_or(begin, |link| link.results + (link.results / GROWTH).max(1));
            if next > results {
                break;
            }
            let cold = || (Prior::new(columns.weights()).mode(), COLD);
            let (start, (most, calls)) = link.map_or_else(cold, |link| (link.hyper, WARM));
            let (table, targets) = data(next, most);
            link = Some(Link {
                of,
                results: next,
                hyper: fit(columns, &table, &targets, &[start], calls),
            });
        }
        self.link = link;
        let found = self.link.as_ref().map(|link| link.hyper.clone());
        found.unwrap_or_else(|| Prior::new(columns.weights()).mode())
    }

    /// Returns hyper-parameters fitted from the prior's mode alone, whatever came before.
    pub(crate) fn once(
        columns: &Columns,
        results: usize,
        data: impl Fn(usize, usize) -> (Table, Vec<f64>),
    ) -> Hyper {
        let (table, targets) = data(results, COLD.0);
        let mode = Prior::new(columns.weights()).mode();
        fit(columns, &table, &targets, &[mode], COLD.1)
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::{Parameter, Seed, Space};

    use super::*;
    use crate::{cube::Cube, model::Targets, stream::Stream};

    #[test]
    fn it_does_not_depend_on_when_it_was_asked() {
        let space = Space::new([Parameter::float("x", 0.0, 1.0), Parameter::int("n", 1, 5)]);
        let cube = Cube::new(&space.unwrap());
        let columns = Columns::new(&cube);
        let mut stream = Stream::counted(Seed::new(1));
        let points: Vec<_> = (0..70).map(|_| cube.random(&mut stream)).collect();
        let losses: Vec<f64> = points.iter().map(|p| (p[0] - 0.3).powi(2) + p[1]).collect();
        let data = |n: usize, _: usize| {
            let table = Table::of(&columns, points[..n].iter().map(Vec::as_slice));
            (table, Targets::new(&losses[..n], true).values)
        };
        let mut often = Chain::default();
        for n in [4, 5, 9, 17, 18, 40, 41, 63, 66, 70] {
            let expected = Chain::default().hyper(&columns, 1, n, data);
            assert_eq!(often.hyper(&columns, 1, n, data), expected, "{n}");
            assert_eq!(often.hyper(&columns, 1, n, data), expected, "{n} again");
        }
    }
}
