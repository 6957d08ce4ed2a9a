//! Trying failed trials again: as new trials with the same parameters, since a trial that has ended is never evaluated again.

use std::collections::BTreeSet;

use tuning_core::{FailureKind, Tag, Trial, TrialId, TrialState};

use super::Study;
use crate::error::StudyError;

impl Study {
    /// Lets the next run try failed trials again, before anything that the strategy proposes and whatever the limits of the budget: each as
    /// a new trial with the same parameters, whose tag is `retry:` and the number of the failed one. Returns which ones these are.
    ///
    /// Without a list, that is all that failed, but for those that were tried again already, were cancelled, or whose
    /// parameters are not allowed together.
    ///
    /// # Errors
    /// [`StudyError::Invalid`] if one of the list has not failed, and what reading the journal may say.
    pub async fn retry_failed(
        &mut self,
        trials: Option<&[TrialId]>,
    ) -> Result<Vec<TrialId>, StudyError> {
        let all = self.trials().await?;
        let again: Vec<&Trial> = match trials {
            None => {
                let retried: BTreeSet<TrialId> = all.iter().filter_map(retries).collect();
                let is_due = |trial: &&Trial| {
                    let kind = trial.failure.as_ref().map(|failure| failure.kind);
                    trial.state == TrialState::Failed
                        && !matches!(kind, Some(FailureKind::Cancelled | FailureKind::Infeasible))
                        && !retried.contains(&trial.id)
                };
                all.iter().filter(is_due).collect()
            }
            Some(trials) => {
                let failed = |trial: &TrialId| {
                    let state = all.get(*trial).map(|trial| trial.state);
                    match all
                        .get(*trial)
                        .filter(|_| state == Some(TrialState::Failed))
                    {
                        Some(trial) => Ok(trial),
                        None => Err(self.has_not_failed(*trial, state)),
                    }
                };
                trials.iter().map(failed).collect::<Result<_, _>>()?
            }
        };
        let mut enqueued = Vec::with_capacity(again.len());
        for trial in again {
            let tag = Tag::new(Tag::RETRY, trial.id);
            let carried = self
                .amended
                .as_ref()
                .map(|amended| amended.carry(&trial.params));
            let params = match carried {
                Some(Ok(params)) => params,
                _ => trial.params.clone(),
            };
            // Of all that failed, those that do not lie in an amended space are left out.
            if trials.is_none() && self.spec.space.align(&params).is_err() {
                continue;
            }
            self.ledger.enqueue(&params, tag)?;
            enqueued.push(trial.id);
        }
        Ok(enqueued)
    }

    fn has_not_failed(&self, trial: TrialId, state: Option<TrialState>) -> StudyError {
        let state = match state {
            None => "there is no such trial".to_owned(),
            Some(state) => format!("it is {state}"),
        };
        StudyError::Invalid {
            study: self.name.to_string(),
            message: format!(
                "trial {trial} cannot be tried again, since {state}: name trials that failed"
            ),
        }
    }
}

/// The trial that this one tries again, if it does.
fn retries(trial: &Trial) -> Option<TrialId> {
    trial.tag.note_as::<u64>(Tag::RETRY).map(TrialId::new)
}
