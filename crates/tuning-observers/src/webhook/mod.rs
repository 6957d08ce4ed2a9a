//! [`Webhook`]: what happens in a study as HTTP requests to a service of yours.

mod body;
mod error;
mod post;
mod topic;

use std::{fmt, time::Duration};

use async_trait::async_trait;
use tuning_core::{Event, Objectives, Observer, ObserverError, Progress, Seq};

pub use error::WebhookError;
pub use topic::{Topic, UnknownTopic};

use self::post::Post;
use crate::watched::Watched;

/// Posts a JSON object to a URL for each event of the chosen topics.
///
/// Let it be delivered to durably: then every such event of the study arrives, in order, whatever is down
/// for a while and whatever crashes. One may arrive twice; its `Idempotency-Key` tells.
///
/// # Request
///
/// `POST` with `Content-Type: application/json`, and
///
/// | header | content |
/// |---|---|
/// | `Tuning-Seq` | the number of the event in its study |
/// | `Tuning-Topics` | the topics that it belongs to, with commas between |
/// | `Idempotency-Key` | `STUDY/SEQ/AT_MILLIS`, percent-encoded: the same whenever the event is sent |
/// | `Tuning-Signature` | `sha256=` and, in hexadecimal digits, the HMAC-SHA256 of the body, if there is a [`secret`](Self::secret) |
/// | `User-Agent` | `tuning/VERSION`, besides your own [`header`](Self::header)s |
///
/// Any answer from 200 to 299 means that the event has arrived. After 408, 425, 429, 500 and above, and
/// when there is no answer, it is posted again, [`retries`](Self::retries) times; redirects are not followed.
/// What has not arrived then is an error, and durable delivery begins again.
///
/// # Body, version 1
///
/// ```json
/// {
///   "version": 1,
///   "topics": ["trial_ended", "new_best"],
///   "event": {"study": "mnist", "seq": 17, "at_millis": 1700000000000, "event": "ended", "trial": 4, "outcome": {"completed": [0.25]}, "took_micros": 1500000},
///   "trial": {"trial": 4, "state": "completed", "params": {"lr": 0.01}, "values": {"loss": 0.25}, "seconds": 1.5, "retries": 0},
///   "counts": {"started": 5, "running": 1, "paused": 0, "completed": 4, "stopped": 0, "failed": 0, "retries": 0},
///   "best": {"trial": 4, "params": {"lr": 0.01}, "values": {"loss": 0.25}}
/// }
/// ```
///
/// - `event` is the event in the form of the journal and of [`JsonLines`](crate::JsonLines).
/// - `trial` is there if it happened to a trial that is known: `state` is `running`, `paused`, `completed`,
///   `stopped` or `failed`; `values` those it completed with or reported last, by objective; `metrics` and
///   `failure` (`kind`, `reason`) if there are any.
/// - `counts` and `best` are how the study stands after the event; `best` may be absent, and has `at`
///   while no trial has run to its end.
///
/// Keys may be added within a version; what is there keeps its meaning.
///
/// # Example
/// ```
/// use std::time::Duration;
/// use tuning_observers::{Topic, Webhook};
///
/// let webhook = Webhook::to("http://127.0.0.1:8080/studies")?
///     .on([Topic::NewBest, Topic::StudyEnded])
///     .header("X-Team", "vision")?
///     .secret("between you and me")?
///     .timeout(Duration::from_secs(5));
/// # Ok::<(), tuning_observers::WebhookError>(())
/// ```
///
/// It blocks its thread while it posts: `tuning-runtime` gives every observer one of its own.
pub struct Webhook {
    name: String,
    topics: Vec<Topic>,
    watched: Watched,
    post: Post,
    /// An event that did not arrive: it may be told again.
    pending: Option<Message>,
}

/// What is to be posted about an event.
struct Message {
    seq: Seq,
    topics: Vec<Topic>,
    body: Vec<u8>,
}

impl Webhook {
    /// Posts to this URL, `http://…` or `https://…` (that needs the feature `webhook-tls`), about
    /// [`Topic::NewBest`] and [`Topic::StudyEnded`].
    ///
    /// # Errors
    /// If it is not such a URL.
    pub fn to(url: &str) -> Result<Self, WebhookError> {
        let post = Post::to(url)?;
        Ok(Self {
            name: format!("webhook {}", post.host()),
            topics: vec![Topic::NewBest, Topic::StudyEnded],
            watched: Watched::new(),
            post,
            pending: None,
        })
    }

    /// Sets the topics.
    #[must_use]
    pub fn on(mut self, topics: impl IntoIterator<Item = Topic>) -> Self {
        self.topics = topics.into_iter().collect();
        self.topics.sort_unstable();
        self.topics.dedup();
        self
    }

    /// Adds a header.
    ///
    /// # Errors
    /// If it is none, or one that is set here.
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, WebhookError> {
        self.post.header(name, value)?;
        Ok(self)
    }

    /// Signs requests: a receiver that knows the secret can tell that the request comes from
    /// here, and is whole.
    ///
    /// # Errors
    /// If it is empty.
    pub fn secret(mut self, secret: impl AsRef<[u8]>) -> Result<Self, WebhookError> {
        self.post.secret(secret.as_ref())?;
        Ok(self)
    }

    /// Sets how long a request may take: 10 s by default.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.post.timeout(timeout);
        self
    }

    /// Sets how often a request that fails is repeated at once, after 0.2 s, 0.4 s and so on:
    /// twice if nothing is set.
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.post.retries = retries as usize;
        self
    }

    /// Sets the objectives of the study. They are needed only where no
    /// [`Created`](tuning_core::EventKind::Created) event tells them; without, no trial is a new best.
    #[must_use]
    pub fn objectives(mut self, objectives: Objectives) -> Self {
        self.watched.inform(objectives);
        self
    }

    /// Learns one event; returns what is to be posted about it.
    fn message(&mut self, event: &Event) -> Option<Message> {
        let ended = self.watched.apply(event);
        let holds = |topic: &Topic| topic.holds(event, &self.watched);
        let topics: Vec<Topic> = self.topics.iter().copied().filter(holds).collect();
        if topics.is_empty() {
            return None;
        }
        let body = body::body(&topics, event, &self.watched, ended.as_ref());
        Some(Message {
            seq: event.seq,
            topics,
            body,
        })
    }
}

#[async_trait]
impl Observer for Webhook {
    fn name(&self) -> &str {
        &self.name
    }

    async fn begin(&mut self, so_far: &Progress) -> Result<(), ObserverError> {
        self.watched.begin(so_far);
        Ok(())
    }

    async fn observe(&mut self, event: &Event) -> Result<(), ObserverError> {
        // One that is told again is not counted again.
        let pending = self.pending.take().filter(|old| old.seq == event.seq);
        let Some(message) = pending.or_else(|| self.message(event)) else {
            return Ok(());
        };
        let sent = self.post.send(event, &message.topics, &message.body);
        if sent.is_err() {
            self.pending = Some(message);
        }
        sent.map_err(ObserverError::new)
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Neither headers nor the path: both may hold secrets.
        f.debug_struct("Webhook")
            .field("name", &self.name)
            .field("topics", &self.topics)
            .finish_non_exhaustive()
    }
}
