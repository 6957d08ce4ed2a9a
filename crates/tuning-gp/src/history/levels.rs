//! [`Level`]: what was measured at one fidelity.

/// Results at one fidelity, in the order in which they were told.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    objectives: usize,
    rows: Vec<u32>,
    losses: Vec<f64>,
    /// The results that no other one dominates, of several objectives only.
    front: Vec<u32>,
}

impl Level {
    pub(crate) fn new(objectives: usize) -> Self {
        Self {
            objectives,
            rows: Vec::new(),
            losses: Vec::new(),
            front: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, row: u32, losses: &[f64]) {
        if self.objectives > 1 {
            self.admit(losses);
        }
        self.rows.push(row);
        self.losses.extend_from_slice(losses);
    }

    /// Keeps the front: what comes next, unless it is dominated, and what it does not dominate.
    fn admit(&mut self, losses: &[f64]) {
        let no_better = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| a >= b);
        if self
            .front
            .iter()
            .any(|k| no_better(losses, self.losses(*k as usize)))
        {
            return;
        }
        let mut front = std::mem::take(&mut self.front);
        front.retain(|k| !no_better(self.losses(*k as usize), losses));
        front.push(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.front = front;
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
        self.front.iter().map(|k| self.losses(*k as usize))
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
