//! [`Level`]: what was measured at one fidelity.

use tuning_toolkit::pareto::Front;

/// Results at one fidelity, in the order in which they were told.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    objectives: usize,
    rows: Vec<u32>,
    losses: Vec<f64>,
    /// The results that no other one dominates, of several objectives only.
    front: Front,
}

impl Level {
    pub(crate) fn new(objectives: usize) -> Self {
        Self {
            objectives,
            rows: Vec::new(),
            losses: Vec::new(),
            front: Front::default(),
        }
    }

    pub(crate) fn push(&mut self, row: u32, losses: &[f64]) {
        if self.objectives > 1 {
            self.front.admit(losses);
        }
        self.rows.push(row);
        self.losses.extend_from_slice(losses);
    }

    /// How many results there are.
    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    /// The point of result `k`, as the number of its row.
    pub(crate) fn row(&self, k: usize) -> usize {
        self.rows[k] as usize
    }

    /// The losses of result `k`, one per objective.
    pub(crate) fn losses(&self, k: usize) -> &[f64] {
        &self.losses[k * self.objectives..(k + 1) * self.objectives]
    }

    /// All losses of a single objective.
    pub(crate) fn single(&self) -> Option<&[f64]> {
        (self.objectives == 1).then_some(&self.losses)
    }

    /// The results that no other one dominates, of several objectives.
    pub(crate) fn front(&self) -> impl Iterator<Item = &[f64]> {
        self.front.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_front_holds_what_nothing_dominates() {
        let mut level = Level::new(2);
        for losses in [
            [3.0, 3.0],
            [1.0, 5.0],
            [5.0, 1.0],
            [3.0, 3.0],
            [2.0, 2.0],
            [4.0, 2.0],
        ] {
            level.push(0, &losses);
        }
        let front: Vec<_> = level.front().map(<[f64]>::to_vec).collect();
        assert_eq!(front, [[1.0, 5.0], [5.0, 1.0], [2.0, 2.0]]);
        assert_eq!(level.len(), 6);
    }
}
