//! [`Seams`]: what stands between a study and the world.

use std::sync::Arc;

use tuning_core::{Evaluator, Journal, JournalReader, Observer};
use tuning_runtime::{StudyBuilder, Summary};

/// What stands between a study and the world. All of it is sound by default; a broken twin puts something of its own in
/// one place, to show that the invariants notice. Each method is called once in a session, but for `observer`, which is
/// called for each durable one, and `reader`, which is called at the end.
pub trait Seams: Sync {
    /// What is run.
    fn study(&self, study: StudyBuilder) -> StudyBuilder {
        study
    }

    /// Where its log goes.
    fn journal(&self, journal: Box<dyn Journal>) -> Box<dyn Journal> {
        journal
    }

    /// What evaluates its trials.
    fn evaluator(&self, evaluator: Arc<dyn Evaluator>) -> Arc<dyn Evaluator> {
        evaluator
    }

    /// Who delivers to a durable observer.
    fn observer(&self, observer: Box<dyn Observer>) -> Box<dyn Observer> {
        observer
    }

    /// Who delivers to a lossy observer.
    fn lossy(&self, observer: Box<dyn Observer>) -> Box<dyn Observer> {
        observer
    }

    /// Who reads its log at the end.
    fn reader(&self, reader: Box<dyn JournalReader>) -> Box<dyn JournalReader> {
        reader
    }

    /// What it says of a session that has ended.
    fn summary(&self, summary: Summary) -> Summary {
        summary
    }
}

/// All of it is sound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sound;

impl Seams for Sound {}
