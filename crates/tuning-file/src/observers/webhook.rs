//! `webhook`: what happens as HTTP requests.

use std::{collections::BTreeMap, env, error::Error, str::FromStr as _, sync::Arc, time::Duration};

use tuning_observers::{Topic, Webhook, WebhookError};
use tuning_runtime::Study;

use super::config::{ObserverConfig, Watching};
use crate::{
    document::{Item, Key, Keys, Shape},
    kinds::{Kind, Options},
    limits,
    words::word,
};

/// All topics of a webhook.
const TOPICS: &[&str] = &{
    let mut names = [""; Topic::ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = Topic::ALL[index].as_str();
        index += 1;
    }
    names
};

static KEYS: Keys = Keys::new(
    "a URL, or a mapping such as `{url: \"https://…\", events: [new_best]}`",
    &[
        Key::new("url", Shape::Text, "The URL to post to.").required(),
        Key::new(
            "events",
            Shape::Filled(&Shape::Word(TOPICS)),
            "What to post about.",
        )
        .default("[\"new_best\", \"study_ended\"]")
        .synonyms(&["on", "topics", "event"]),
        Key::new(
            "secret_env",
            Shape::Text,
            "The environment variable that holds the secret to sign requests with.",
        ),
        Key::new(
            "headers",
            Shape::Names(&Shape::Text),
            "Further headers; for one that is a secret, write `${env:NAME}`.",
        ),
        Key::new("timeout", Shape::Duration, "How long one request may take.").default("\"10s\""),
        Key::new(
            "retries",
            Shape::Count(0, limits::RETRIES),
            "How often a request that fails is repeated at once.",
        )
        .default("2"),
    ],
);

pub(super) fn kind() -> Kind<dyn ObserverConfig> {
    Kind::new(
        "webhook",
        "What happens as HTTP requests: the URL to post to.",
        &KEYS,
        |options| Some(Arc::new(Hook::read(options)?) as Arc<dyn ObserverConfig>),
    )
    .short("url")
    .synonyms(&["http"])
}

/// What is posted where.
#[derive(Debug)]
struct Hook {
    url: String,
    topics: Vec<Topic>,
    /// The environment variable that holds the secret.
    secret_env: Option<String>,
    headers: BTreeMap<String, String>,
    timeout: Option<Duration>,
    retries: Option<u32>,
}

impl Hook {
    fn read(options: &Options<'_>) -> Option<Self> {
        let url = options
            .need("url", "say where to post to, as in `url: \"https://…\"`")
            .and_then(|item| url(&item));
        let topics = options.read_if_said("events", topics);
        let secret_env = options.read_if_said("secret_env", secret_env);
        let headers = options.read_if_said("headers", headers);
        let timeout = options.read_if_said("timeout", Item::duration);
        let retries = options.read_if_said("retries", |item| item.count(0..=limits::RETRIES));
        Some(Self {
            url: url?,
            topics: topics?.unwrap_or_else(|| vec![Topic::NewBest, Topic::StudyEnded]),
            secret_env: secret_env?,
            headers: headers?.unwrap_or_default(),
            timeout: timeout?,
            retries: retries?.map(|retries| u32::try_from(retries).unwrap_or(u32::MAX)),
        })
    }
}

fn url(item: &Item<'_>) -> Option<String> {
    let url = item.text("the URL to post to")?;
    match Webhook::to(&url) {
        Ok(_) => Some(url),
        // Not the URL itself: those of chat services are secrets.
        Err(WebhookError::Url { why, .. }) => {
            item.wrong(format_args!("is not a URL to post to: {why}"))
        }
        Err(WebhookError::NoTls { .. }) => item.wrong(
            "needs TLS, but this program was built without it: build it with the feature `webhook-tls`, or use \
             `http://`",
        ),
        Err(error) => item.wrong(format_args!("cannot be used: {error}")),
    }
}

fn topics(item: &Item<'_>) -> Option<Vec<Topic>> {
    let items = item.list("a list of events, such as `[new_best, study_ended]`")?;
    if items.is_empty() {
        return item.wrong("is empty: name what to post about, or remove the webhook");
    }
    let read: Vec<_> = items
        .iter()
        .map(|item| Topic::from_str(word(item, TOPICS)?).ok())
        .collect();
    read.into_iter().collect()
}

/// The name of a variable that is set. Its value is read when the study begins, and shown nowhere.
fn secret_env(item: &Item<'_>) -> Option<String> {
    let name = item.text("the name of an environment variable")?;
    if name.contains(['=', '\0', '$']) {
        return item.expected("the name of an environment variable");
    }
    match env::var_os(&name) {
        Some(value) if !value.is_empty() => Some(name),
        Some(_) => item.wrong(format_args!(
            "names the environment variable `{name}`, which is empty: set it to the secret"
        )),
        None => item.wrong(format_args!(
            "names the environment variable `{name}`, which is not set: set it to the secret"
        )),
    }
}

fn headers(item: &Item<'_>) -> Option<BTreeMap<String, String>> {
    let entries = item.names("a mapping from names to strings, such as `{X-Team: vision}`")?;
    let read: Vec<_> = entries
        .into_iter()
        .map(|(name, item)| {
            let value = item.text("a string")?;
            // Any URL will do to judge a header.
            match Webhook::to("http://localhost/").and_then(|hook| hook.header(name, &value)) {
                Ok(_) => Some((name.to_owned(), value)),
                Err(error) => item.wrong(format_args!("cannot be used: {error}")),
            }
        })
        .collect();
    read.into_iter().collect()
}

impl ObserverConfig for Hook {
    fn watch(&self, study: &Study) -> Result<Watching, Box<dyn Error + Send + Sync>> {
        let mut webhook = Webhook::to(&self.url)?
            .on(self.topics.iter().copied())
            .objectives(study.spec().objectives.clone());
        for (name, value) in &self.headers {
            webhook = webhook.header(name, value)?;
        }
        if let Some(variable) = &self.secret_env {
            let secret = env::var_os(variable).unwrap_or_default();
            webhook = webhook.secret(secret.into_encoded_bytes())?;
        }
        if let Some(timeout) = self.timeout {
            webhook = webhook.timeout(timeout);
        }
        if let Some(retries) = self.retries {
            webhook = webhook.retries(retries);
        }
        Ok(Watching::by(webhook))
    }
}
