//! [`WebhookError`]: why a webhook cannot be built.

use thiserror::Error;

/// A [`Webhook`](super::Webhook) cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// It is not a URL to post to.
    #[error("`{url}` is not a URL to post to: {why}")]
    Url {
        /// What was set.
        url: String,
        /// What is wrong with it.
        why: String,
    },
    /// This program was built without TLS.
    #[error(
        "`{url}` needs TLS, but this program was built without it: build it with the feature `webhook-tls`, or use `http://`"
    )]
    NoTls {
        /// What was set.
        url: String,
    },
    /// It is not a header, or one that is set by the webhook itself.
    #[error("the header `{name}` {why}")]
    Header {
        /// Its name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The secret is empty.
    #[error("the secret is empty: anyone could sign with it")]
    NoSecret,
}
