//! [`StudyHandle`]: steers a study while it runs.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::UnboundedSender;
use tuning_core::{Observer, ObserverStatus, TrialId};

use crate::{
    bus::{Bus, Delivery, Subscription},
    driver::{Message, Stop},
};

/// Steers a study while it runs. Cheap to clone, and good from any thread.
#[derive(Clone, Debug)]
pub struct StudyHandle {
    sender: UnboundedSender<Message>,
    bus: Arc<Mutex<Arc<Bus>>>,
}

impl StudyHandle {
    pub(super) fn new(sender: UnboundedSender<Message>, bus: Arc<Bus>) -> Self {
        Self {
            sender,
            bus: Arc::new(Mutex::new(bus)),
        }
    }

    /// Ends the study gracefully: no trial is started any more, those that run may end.
    pub fn stop(&self) {
        self.send(Message::Stop(Stop::Gracefully));
    }

    /// Ends the study at once: running trials are stopped, and evaluated again when it resumes.
    pub fn stop_now(&self) {
        self.send(Message::Stop(Stop::Now));
    }

    /// Cancels a running or paused trial; it fails as cancelled. One that has ended stays as it is.
    pub fn cancel(&self, trial: TrialId) {
        self.send(Message::Cancel(trial));
    }

    /// Lets an observer watch from now on, until the subscription is dropped or the run ends.
    pub fn subscribe(&self, observer: impl Observer + 'static, delivery: Delivery) -> Subscription {
        let bus = Arc::clone(&self.bus.lock().unwrap_or_else(PoisonError::into_inner));
        let lane = bus.add(Box::new(observer), delivery);
        Subscription::new(bus, lane)
    }

    /// The statuses of the observers of the session that runs, or of the one that is over.
    #[must_use]
    pub fn observer_statuses(&self) -> Vec<ObserverStatus> {
        let bus = Arc::clone(&self.bus.lock().unwrap_or_else(PoisonError::into_inner));
        bus.observer_statuses()
    }

    pub(super) fn sender(&self) -> UnboundedSender<Message> {
        self.sender.clone()
    }

    pub(super) fn move_to(&self, bus: Arc<Bus>) {
        *self.bus.lock().unwrap_or_else(PoisonError::into_inner) = bus;
    }

    fn send(&self, message: Message) {
        // A study that is gone needs no steering.
        let _ = self.sender.send(message);
    }
}
