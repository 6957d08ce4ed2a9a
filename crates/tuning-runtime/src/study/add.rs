//! Adding trials that were evaluated elsewhere.

use tuning_core::{AddedTrial, EndReason, TrialId};

use super::Study;
use crate::error::StudyError;

impl Study {
    /// Adds trials that were evaluated elsewhere, all of them or none, and returns their numbers once they are in the journal. An
    /// earlier study, a paper, a default that is in use: the strategy learns from them before it proposes anything more.
    ///
    /// They are trials like any other, with a tag that says `added`: they count for the best trial, and in every list and export. They
    /// use up nothing of the budget, unless that [counts all](tuning_core::Counted::All). The journal has them as a session of its own, in which
    /// nothing is evaluated; observers of the builder wait for the first run.
    ///
    /// # Errors
    /// [`StudyError::Tell`] if one of them cannot be added, since its parameters do not lie in the space or it has too few or too many
    /// values: then none is, and nothing has changed. Others if the journal fails.
    ///
    /// # Example
    /// ```
    /// use tuning_core::{AddedTrial, Outcome, Parameter, Space, Values};
    /// use tuning_runtime::{Study, blocking};
    /// # use tuning_core::*;
    /// # struct Random;
    /// # impl StrategyConfig for Random {
    /// #     type Strategy = RandomSearch;
    /// #     fn spec(&self) -> Spec { Spec::new("random") }
    /// #     fn build(&self, p: &Problem) -> Result<RandomSearch, Unsupported> { Ok(RandomSearch(p.space.clone())) }
    /// # }
    /// # struct RandomSearch(Space);
    /// # impl Strategy for RandomSearch {
    /// #     fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
    /// #         Ok(Asked::Propose(vec![Proposal::start(self.0.decode(&[ask.seed(0).unit()]).unwrap())]))
    /// #     }
    /// #     fn tell(&mut self, _: &Fact) {}
    /// # }
    ///
    /// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let space = Space::new([Parameter::float("x", -2.0, 2.0)])?;
    /// let mut study = Study::builder("bowl", space.clone()).minimize("loss").strategy(Random).trials(20).open().await?;
    /// let known = AddedTrial::new(space.params([("x", 0.5)])?, Outcome::Completed(Values::one(0.25)?));
    /// study.add([known.note("an earlier study")]).await?;
    /// let summary = study.run(blocking(|trial| trial.params().float("x").map(|x| x * x))).await?;
    /// assert_eq!(summary.counts.completed, 21);
    /// # Ok(()) }
    /// ```
    pub async fn add(
        &mut self,
        trials: impl IntoIterator<Item = AddedTrial>,
    ) -> Result<Vec<TrialId>, StudyError> {
        let trials: Vec<_> = trials.into_iter().collect();
        if trials.is_empty() {
            return Ok(Vec::new());
        }
        if self.amended.is_some() {
            // It is amended first, in a session of its own.
            let session = self.begin_unobserved()?;
            self.open_session()?;
            self.ledger.close(EndReason::Stopped);
            session.writer().append(self.ledger.take_entries()).await;
            self.end(session, Ok(EndReason::Stopped)).await?;
        }
        let opened = self.opened();
        let added = self.ledger.add(trials, Some(opened))?;
        let session = self.begin_unobserved()?;
        self.ledger.close(EndReason::Stopped);
        // In one piece: all of it is in the journal, or nothing.
        session.writer().append(self.ledger.take_entries()).await;
        self.end(session, Ok(EndReason::Stopped)).await?;
        Ok(added)
    }
}
