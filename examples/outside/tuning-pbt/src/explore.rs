//! Where points come from: anywhere, or near the parameters of another member.

use tuning_core::{Params, ParamsError, Seed, Space};
use tuning_toolkit::{Kind, Stream};

use crate::PbtConfig;

/// A point anywhere in the space.
pub(crate) fn anywhere(space: &Space, seed: Seed) -> Result<Params, ParamsError> {
    let mut stream = Stream::new(seed);
    let point: Vec<f64> = (0..space.len()).map(|_| stream.unit()).collect();
    space.decode(&point)
}

/// The parameters of a copy: each one moves by a step or is drawn anew.
// Jaderberg et al. 2017, section 4.1, multiply by 0.8 or 1.2; a step in the unit cube is that for a parameter on a
// logarithmic scale, and fits the others as well.
pub(crate) fn near(
    space: &Space,
    params: &Params,
    config: &PbtConfig,
    seed: Seed,
) -> Result<Params, ParamsError> {
    let mut stream = Stream::new(seed);
    let mut coordinate = |(place, kind): (Option<f64>, Kind)| {
        // Each coordinate takes three numbers, whatever becomes of it.
        let (anew, up, u) = (
            stream.chance(config.resample),
            stream.chance(0.5),
            stream.unit(),
        );
        match (place, kind) {
            (Some(place), Kind::Cells(_) | Kind::Continuum) if !anew => {
                let moved = if up {
                    place + config.step * u
                } else {
                    place - config.step * u
                };
                // Back into the unit interval where that is outside.
                if moved > 1.0 {
                    2.0 - moved
                } else {
                    moved.abs()
                }
            }
            (Some(place), _) if !anew => place,
            _ => u,
        }
    };
    let kinds = space.parameters().iter().map(|p| Kind::of(p.domain()));
    let point: Vec<f64> = space
        .encode(params)
        .into_iter()
        .zip(kinds)
        .map(&mut coordinate)
        .collect();
    space.decode(&point)
}
