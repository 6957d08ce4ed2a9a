//! What this crate's strategies refuse alike.

use tuning_core::{Problem, Unsupported};

pub(crate) fn one_objective(strategy: &str, problem: &Problem) -> Result<(), Unsupported> {
    match problem.objectives.len() {
        1 => Ok(()),
        objectives => Err(Unsupported::new(
            strategy,
            format!(
                "optimises one objective, and the problem has {objectives}: use `nsga2`, or let the evaluator weigh \
                 them into one"
            ),
        )),
    }
}
