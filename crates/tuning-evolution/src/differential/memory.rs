//! [`Memory`]: which scale factors and crossover rates have worked.

use tuning_toolkit::Stream;

/// The scale factor F and the crossover rate CR of one trial.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rates {
    pub(crate) f: f64,
    pub(crate) cr: f64,
}

/// A trial that was better than its parent: its rates, and by how much if both have a loss.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Win {
    pub(crate) rates: Rates,
    pub(crate) gain: Option<f64>,
}

/// The last means of what worked, one of which guides a trial.
// Tanabe & Fukunaga 2013, "Success-History Based Parameter Adaptation for Differential Evolution", §III, with
// the weighted Lehmer mean for both rates as in L-SHADE (2014), eq. 7 to 9.
#[derive(Clone, Debug)]
pub(crate) struct Memory {
    /// A CR of none is one that came out as 0 for good ("terminal value" of L-SHADE).
    means: Vec<(f64, Option<f64>)>,
    next: usize,
}

impl Memory {
    /// This many means, all of them a half.
    pub(crate) fn new(size: usize) -> Self {
        Self {
            means: vec![(0.5, Some(0.5)); size],
            next: 0,
        }
    }

    /// The rates of a trial: F from a Cauchy distribution in (0, 1], CR from a normal one in [0, 1].
    pub(crate) fn draw(&self, stream: &mut Stream) -> Rates {
        let (mean_f, mean_cr) = self.means[stream.below(self.means.len())];
        let cr = match mean_cr {
            Some(mean) => (mean + 0.1 * stream.normal()).clamp(0.0, 1.0),
            None => 0.0,
        };
        loop {
            let f = mean_f + 0.1 * stream.cauchy();
            if f > 0.0 {
                return Rates { f: f.min(1.0), cr };
            }
        }
    }

    /// Learns what worked in one generation.
    pub(crate) fn learn(&mut self, wins: &[Win]) {
        if wins.is_empty() {
            return;
        }
        let largest = wins.iter().filter_map(|win| win.gain).fold(0.0, f64::max);
        // A part of the largest gain, so that no sum overflows; a failure overcome counts as much as that.
        let weight = |win: &Win| match win.gain {
            Some(gain) if largest > 0.0 => gain / largest,
            _ => 1.0,
        };
        let sum =
            |of: &dyn Fn(Rates) -> f64| wins.iter().map(|w| weight(w) * of(w.rates)).sum::<f64>();
        let lehmer = |of: fn(Rates) -> f64| sum(&|r| of(r) * of(r)) / sum(&|r| of(r));
        let no_crossover = wins.iter().all(|win| win.rates.cr == 0.0);
        let ended = self.means[self.next].1.is_none();
        let cr = (!no_crossover && !ended).then(|| lehmer(|r| r.cr));
        self.means[self.next] = (lehmer(|r| r.f), cr.filter(|cr| cr.is_finite()));
        self.next = (self.next + 1) % self.means.len();
    }
}

#[cfg(test)]
mod tests {
    use tuning_core::Seed;

    use super::*;

    fn win(f: f64, cr: f64, gain: f64) -> Win {
        Win {
            rates: Rates { f, cr },
            gain: Some(gain),
        }
    }

    #[test]
    fn means_are_weighted_by_gain() {
        let mut memory = Memory::new(2);
        memory.learn(&[win(0.4, 0.2, 3.0), win(0.8, 0.6, 1.0)]);
        // (3 · 0.16 + 0.64) / (3 · 0.4 + 0.8) and (3 · 0.04 + 0.36) / (3 · 0.2 + 0.6).
        let (f, cr) = memory.means[0];
        assert!((f - 0.56).abs() < 1e-12 && (cr.unwrap() - 0.4).abs() < 1e-12);
        assert_eq!(memory.means[1], (0.5, Some(0.5)), "the other is left");
        memory.learn(&[]);
        assert_eq!(memory.next, 1, "nothing learned from nothing");
    }

    #[test]
    fn huge_gains_and_overcome_failures_are_numbers() {
        let mut memory = Memory::new(1);
        let overcome = Win {
            gain: None,
            ..win(0.9, 0.5, 0.0)
        };
        memory.learn(&[win(0.3, 0.5, f64::MAX), win(0.3, 0.5, f64::MAX), overcome]);
        let (f, cr) = memory.means[0];
        assert!((0.3..0.9).contains(&f) && cr == Some(0.5), "{f} {cr:?}");
    }

    #[test]
    fn a_crossover_rate_of_zero_is_for_good() {
        let mut memory = Memory::new(1);
        memory.learn(&[win(0.5, 0.0, 1.0)]);
        memory.learn(&[win(0.5, 0.9, 1.0)]);
        assert_eq!(memory.means[0].1, None);
        assert_eq!(memory.draw(&mut Stream::new(Seed::new(1))).cr, 0.0);
    }

    #[test]
    fn rates_are_in_their_ranges() {
        let memory = Memory::new(6);
        let mut stream = Stream::new(Seed::new(1));
        for _ in 0..1000 {
            let Rates { f, cr } = memory.draw(&mut stream);
            assert!(f > 0.0 && f <= 1.0 && (0.0..=1.0).contains(&cr), "{f} {cr}");
        }
    }
}
