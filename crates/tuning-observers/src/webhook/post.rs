//! [`Post`]: a request, signed, repeated while that makes sense.

use std::{fmt::Write as _, time::Duration};

use backon::{BlockingRetryable as _, ExponentialBuilder};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tuning_core::Event;
use ureq::{
    Agent,
    http::{HeaderName, HeaderValue, StatusCode, Uri},
};

use super::{error::WebhookError, topic::Topic};

/// The headers that the webhook sets.
const OWN: [&str; 9] = [
    "connection",
    "content-length",
    "content-type",
    "host",
    "idempotency-key",
    "transfer-encoding",
    "tuning-seq",
    "tuning-signature",
    "tuning-topics",
];
const TIMEOUT: Duration = Duration::from_secs(10);
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// How much of an answer is told when it is an error.
const SHOWN: usize = 200;

/// Where and how requests are sent.
pub(super) struct Post {
    url: Uri,
    headers: Vec<(HeaderName, HeaderValue)>,
    secret: Option<Vec<u8>>,
    pub(super) retries: usize,
    agent: Agent,
}

/// A request has failed.
#[derive(Debug)]
struct Failed {
    message: String,
    /// Whether another attempt may do better.
    passing: bool,
}

impl Post {
    pub(super) fn to(url: &str) -> Result<Self, WebhookError> {
        let refused = |why: &str| WebhookError::Url {
            url: url.to_owned(),
            why: why.to_owned(),
        };
        let uri: Uri = url
            .parse()
            .map_err(|error: ureq::http::uri::InvalidUri| refused(&error.to_string()))?;
        match uri.scheme_str() {
            Some("http") => {}
            Some("https") if cfg!(feature = "webhook-tls") => {}
            Some("https") => {
                return Err(WebhookError::NoTls {
                    url: url.to_owned(),
                });
            }
            _ => {
                return Err(refused("it starts with neither `http://` nor `https://`"));
            }
        }
        if uri.host().is_none_or(str::is_empty) {
            return Err(refused("it names no host"));
        }
        Ok(Self {
            url: uri,
            headers: Vec::new(),
            secret: None,
            retries: 2,
            agent: agent(TIMEOUT),
        })
    }

    /// The host and its port, if one is named. The rest of a URL may be a secret.
    pub(super) fn host(&self) -> String {
        let host = self.url.host().unwrap_or_default();
        match self.url.port_u16() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    pub(super) fn header(&mut self, name: &str, value: &str) -> Result<(), WebhookError> {
        let refused = |why: &str| WebhookError::Header {
            name: name.to_owned(),
            why: why.to_owned(),
        };
        let header: HeaderName = name
            .parse()
            .map_err(|_| refused("does not have the name of a header"))?;
        if OWN.contains(&header.as_str()) {
            return Err(refused("is set by the webhook itself"));
        }
        let mut value: HeaderValue = value
            .parse()
            .map_err(|_| refused("has a value with characters that a header cannot have"))?;
        value.set_sensitive(true);
        self.headers.push((header, value));
        Ok(())
    }

    pub(super) fn secret(&mut self, secret: &[u8]) -> Result<(), WebhookError> {
        if secret.is_empty() {
            return Err(WebhookError::NoSecret);
        }
        self.secret = Some(secret.to_vec());
        Ok(())
    }

    pub(super) fn timeout(&mut self, timeout: Duration) {
        self.agent = agent(timeout);
    }

    /// Sends until it arrives, or that makes no sense any more.
    ///
    /// # Errors
    /// With the reason of the last attempt.
    pub(super) fn send(&self, event: &Event, topics: &[Topic], body: &[u8]) -> Result<(), String> {
        let waits = ExponentialBuilder::default()
            .with_min_delay(FIRST_WAIT)
            .with_max_delay(TIMEOUT)
            .with_max_times(self.retries);
        let sent = (|| self.attempt(event, topics, body))
            .retry(waits)
            .when(|failed| failed.passing)
            .call();
        sent.map_err(|failed| format!("posting to {}: {}", self.host(), failed.message))
    }

    fn attempt(&self, event: &Event, topics: &[Topic], body: &[u8]) -> Result<(), Failed> {
        let topics: Vec<&str> = topics.iter().map(|topic| topic.as_str()).collect();
        let mut request = self
            .agent
            .post(&self.url)
            .header("Content-Type", "application/json")
            .header("Tuning-Seq", event.seq.to_string())
            .header("Tuning-Topics", topics.join(","))
            .header("Idempotency-Key", key(event));
        if let Some(secret) = &self.secret {
            request = request.header("Tuning-Signature", signature(secret, body));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let mut answer = request.send(body).map_err(|error| Failed {
            message: error.to_string(),
            passing: true,
        })?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let text = answer
            .body_mut()
            .with_config()
            .limit(16 << 10)
            .lossy_utf8(true)
            .read_to_string()
            .unwrap_or_default();
        Err(Failed {
            message: refusal(status, &text),
            passing: status.is_server_error() || [408, 425, 429].contains(&status.as_u16()),
        })
    }
}

fn agent(timeout: Duration) -> Agent {
    Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        // A redirected POST becomes a GET without a body: that would lose the event without a word.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("tuning/", env!("CARGO_PKG_VERSION")))
        .build()
        .new_agent()
}

fn refusal(status: StatusCode, text: &str) -> String {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(SHOWN).collect();
    match (status.is_redirection(), text.as_str()) {
        (true, _) => {
            format!("the answer is {status}: redirects are not followed; name the final URL")
        }
        (false, "") => format!("the answer is {status}"),
        (false, text) => format!("the answer is {status}: {text}"),
    }
}

/// What is the same whenever this event is sent, and is not that of any other event.
fn key(event: &Event) -> String {
    let mut key = String::new();
    for byte in event.study.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            key.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(key, "%{byte:02X}");
        }
    }
    let _ = write!(key, "/{}/{}", event.seq, event.at_millis);
    key
}

/// RFC 2104 with SHA-256, as hexadecimal digits.
fn signature(secret: &[u8], body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("a key of any length will do");
    mac.update(body);
    let mut text = "sha256=".to_owned();
    for byte in mac.finalize().into_bytes() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use tuning_core::{Counts, EndReason, EventKind, Seq};

    use super::*;

    #[test]
    fn signatures_are_those_of_others() {
        let check = |secret: &str, body: &str, digits: &str| {
            let signature = signature(secret.as_bytes(), body.as_bytes());
            assert_eq!(signature, format!("sha256={digits}"));
        };
        // GitHub's documentation, "Validating webhook deliveries".
        check(
            "It's a Secret to Everybody",
            "Hello, World!",
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        );
        // RFC 4231, test case 2.
        check(
            "Jefe",
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        );
    }

    #[test]
    fn the_key_of_an_event_is_plain_text() {
        let closed = Box::new(tuning_core::Closed::new(
            EndReason::Trials,
            Counts::default(),
            None,
        ));
        let event = Event::new("a/b ü".into(), Seq::new(7), 9, EventKind::Closed(closed));
        assert_eq!(key(&event), "a%2Fb%20%C3%BC/7/9");
    }
}
