//! Trials that fail: how they are summed up, when they end a study, and how it continues.

use tuning_core::{EndReason, FailureLimit, TrialId};
use tuning_runtime::{MemoryJournal, blocking};

use crate::support::study;

#[tokio::test]
async fn failed_trials_are_grouped_by_their_reasons_in_the_summary() {
    let journal = MemoryJournal::new();
    let mut study = study(&journal).open().await.unwrap();
    let summary = study
        .run(blocking(|trial| match trial.id().get() {
            n @ 3..6 => Err(format!("no batch {n}")),
            9 => Err("the data is gone".to_owned()),
            _ => Ok(0.5),
        }))
        .await
        .unwrap();
    let groups: Vec<(u64, u64)> = summary
        .failures
        .iter()
        .map(|group| (group.count, group.first.get().min(group.last.get())))
        .collect();
    assert_eq!(groups.len(), 2, "{summary}");
    assert_eq!((groups[0].0, groups[1]), (3, (1, 9)));
    let text = summary.to_string();
    assert!(
        text.contains("failed: 3 × error: no batch ")
            && text.contains("failed: 1 × error: the data is gone (trial 9)"),
        "{text}"
    );
}

#[tokio::test]
async fn a_study_that_stopped_on_failures_continues_in_the_same_process_and_in_the_next() {
    let journal = MemoryJournal::new();
    let builder = || study(&journal).workers(1);
    let broken = || blocking(|_| Err::<f64, _>("no parameter `lrr`".to_owned()));
    let mut open = builder().open().await.unwrap();
    let summary = open.run(broken()).await.unwrap();
    assert_eq!(
        (summary.reason, summary.counts.failed),
        (EndReason::Failures, 5)
    );
    assert_eq!(open.finished(), None);
    let summary = open.run(broken()).await.unwrap();
    assert_eq!(
        (summary.reason, summary.counts.failed),
        (EndReason::Failures, 10)
    );
    drop(open);
    let mut open = builder().open().await.unwrap();
    let summary = open.run(blocking(|_| 0.5)).await.unwrap();
    assert_eq!(
        (summary.reason, summary.counts.completed),
        (EndReason::Trials, 10)
    );
    assert_eq!(open.finished(), Some(EndReason::Trials));

    let again = open.retry_failed(None).await.unwrap();
    assert_eq!(again.len(), 10);
    let summary = open.run(blocking(|_| 0.5)).await.unwrap();
    assert_eq!((summary.counts.completed, summary.counts.failed), (20, 10));
    assert_eq!(open.retry_failed(None).await.unwrap(), []);
    let error = open.retry_failed(Some(&[TrialId::new(12)])).await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("trial 12 cannot be tried again, since it is completed")
    );
    let unlikely = builder()
        .stop_on_failures(FailureLimit::InARow(0))
        .open()
        .await;
    assert!(
        unlikely
            .unwrap_err()
            .to_string()
            .contains("use at least 1, or `never`")
    );
}
