//! [`Landscape`]: what simulated trials measure, a function of parameters, fidelity and seed alone.

use tuning_core::{Failure, FailureKind, Fidelity, Objectives, Outcome, Params, Seed, Values};

/// What a simulated trial measures.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Landscape {
    /// A bowl in the unit cube whose lowest point is off the centre and off the diagonal, with an
    /// error that shrinks as the fidelity grows.
    Bowl,
    /// The bowl upside down: what [`Bowl`](Self::Bowl) is under objectives of the other direction.
    Hill,
    /// This value, everywhere.
    Constant(f64),
    /// One of two values by chance: ties.
    Either(f64, f64),
    /// No value: every trial fails like this.
    Failing(FailureKind),
    /// No value: every trial is stopped.
    Stopped,
}

impl Landscape {
    /// What a trial with these parameters comes to at a fidelity (at its end if absent).
    #[must_use]
    pub fn outcome(
        self,
        objectives: &Objectives,
        params: &Params,
        at: Option<Fidelity>,
        seed: Seed,
    ) -> Outcome {
        match self {
            Self::Failing(kind) => return Outcome::Failed(Failure::new(kind, "simulated")),
            Self::Stopped => return Outcome::Stopped,
            _ => {}
        }
        let value = |objective: usize| match self {
            Self::Bowl => bowl(params, objective, at, seed),
            Self::Hill => -bowl(params, objective, at, seed),
            Self::Constant(value) => value,
            Self::Either(one, other) => {
                let coin = seed.named("either").derive(objective as u64).unit();
                if coin < 0.5 { one } else { other }
            }
            Self::Failing(_) | Self::Stopped => 0.0,
        };
        match Values::new((0..objectives.len()).map(value)) {
            Ok(values) => Outcome::Completed(values),
            Err(error) => Outcome::failed(FailureKind::NonFinite, error.to_string()),
        }
    }
}

fn bowl(params: &Params, objective: usize, at: Option<Fidelity>, seed: Seed) -> f64 {
    let place = params.space().encode(params);
    let centre = Seed::new(objective as u64).named("bowl");
    let mut sum = 0.0;
    for (index, place) in place.iter().enumerate() {
        let centre = 0.1 + 0.8 * centre.derive(index as u64).unit();
        sum += place.map_or(0.1, |place| (place - centre).powi(2));
    }
    let error = at.map_or(0.0, |at| {
        (seed.named("bowl").unit() - 0.5) / at.get().max(1) as f64
    });
    sum + 0.1 * error
}
