//! What the pruners of this crate refuse alike.

use tuning_core::{ConfigOption, Problem, Unsupported};

/// Refuses an option that is out of its range, and a study of several objectives: a trial that is behind in one of them
/// may be ahead in another, and nothing says which of them counts.
pub(super) fn check(
    name: &str,
    options: &[ConfigOption],
    problem: &Problem,
) -> Result<(), Unsupported> {
    for option in options {
        option.check_pruner(name)?;
    }
    match &*problem.objectives {
        [_] => Ok(()),
        several => {
            let names: Vec<&str> = several.iter().map(|objective| &*objective.name).collect();
            let names = names.join("`, `");
            let message = format!(
                "compares trials by one objective, and there are `{names}`: keep one of them, and report the others as \
                 metrics; or remove the pruner"
            );
            Err(Unsupported::pruner(name, message))
        }
    }
}
