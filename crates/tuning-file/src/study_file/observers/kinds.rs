//! What each kind of observer takes: from its part of the file to a [`Kind`].

use std::{collections::BTreeMap, path::Path, str::FromStr as _};

use tuning_core::nearest;
use tuning_observers::{PrometheusConfig, PrometheusError, Topic, Webhook, WebhookError};
use tuning_runtime::Delivery;

use super::{
    super::paths,
    Kind, ObserverSpec, PrometheusSpec, Target, WebhookSpec,
    keys::{DELIVERIES, FILE, LEVELS, LOG, PROMETHEUS, TOPICS, WEBHOOK},
};
use crate::document::{Fields, Item};

/// `log`, and the `level` that may stand beside it.
pub(super) fn log(item: &Item<'_>, beside: Option<&Item<'_>>, folder: &Path) -> Option<Kind> {
    const EXPECTED: &str = "`stderr`, or a path";
    let (to, within) = if item.is_map() {
        let fields = item.fields(&LOG)?;
        let to = fields.need("to", "write `to: stderr`, or the path of a file");
        (to?, fields.get("level"))
    } else {
        (item.clone(), None)
    };
    let target = match to.text(EXPECTED)?.as_str() {
        "stderr" => Target::Stderr,
        _ => Target::File(paths::path(&to, folder)?),
    };
    let level = match (within.as_ref(), beside) {
        (Some(_), Some(beside)) => {
            return beside.wrong("is there twice: keep the one within `log`");
        }
        (within, beside) => within.or(beside),
    };
    let level = match level {
        None => "info".to_owned(),
        Some(level) => word(level, LEVELS)?.to_owned(),
    };
    Some(Kind::Log { target, level })
}

/// `jsonl` and `csv`.
pub(super) fn file(
    item: &Item<'_>,
    folder: &Path,
    kind: fn(std::path::PathBuf) -> Kind,
) -> Option<ObserverSpec> {
    if !item.is_map() {
        let path = paths::path(item, folder)?;
        return Some(ObserverSpec::new(kind(path), Delivery::durable()));
    }
    let fields = item.fields(&FILE)?;
    let path = fields
        .need("path", "name the file")
        .and_then(|item| paths::path(&item, folder));
    let (name, delivery) = (name(&fields), delivery(&fields));
    let mut spec = ObserverSpec::new(kind(path?), delivery?);
    spec.name = name?;
    Some(spec)
}

pub(super) fn prometheus(item: &Item<'_>) -> Option<PrometheusSpec> {
    const ADDRESS: &str = "an address with its port, such as `127.0.0.1:9464`";
    if !item.is_map() {
        return Some(PrometheusSpec {
            listen: address(item, ADDRESS)?,
            config: PrometheusConfig::default(),
            linger: None,
        });
    }
    let fields = item.fields(&PROMETHEUS)?;
    let listen = fields
        .need("listen", "say where, as in `listen: \"127.0.0.1:9464\"`")
        .and_then(|item| address(&item, ADDRESS));
    let mut config = PrometheusConfig::default();
    let mut fine = Some(());
    if let Some(item) = fields.get("prefix") {
        fine = item
            .text("what names of metrics begin with")
            .and_then(|prefix| {
                config = config.clone().prefix(prefix);
                checked(&item, config.clone())
            });
    }
    if let Some(item) = fields.get("buckets") {
        let bounds = item.list("a list of numbers").and_then(|items| {
            let read: Vec<_> = items.iter().map(Item::number).collect();
            read.into_iter().collect::<Option<Vec<f64>>>()
        });
        let checked = bounds.and_then(|bounds| {
            config = config.clone().buckets(bounds);
            // What is wrong with the prefix has been told.
            fine.and_then(|()| checked(&item, config.clone()))
        });
        fine = fine.and(checked);
    }
    let linger = match fields.get("linger") {
        Some(item) => item.duration().map(Some),
        None => Some(None),
    };
    fine?;
    Some(PrometheusSpec {
        listen: listen?,
        config,
        linger: linger?,
    })
}

fn checked(item: &Item<'_>, config: PrometheusConfig) -> Option<()> {
    match config.build() {
        Ok(_) => Some(()),
        Err(PrometheusError::Prefix { .. }) => {
            item.expected("letters, digits and `_`, and no digit first")
        }
        Err(error) => item.wrong(format_args!("cannot be used: {error}")),
    }
}

/// An address as `HOST:PORT`; whether anybody can listen there is seen when the study begins.
fn address(item: &Item<'_>, expected: &str) -> Option<String> {
    let text = item.text(expected)?;
    match text.rsplit_once(':') {
        Some((host, port)) if !host.is_empty() && port.parse::<u16>().is_ok() => Some(text),
        _ => item.expected(expected),
    }
}

pub(super) fn webhook(item: &Item<'_>) -> Option<ObserverSpec> {
    const URL: &str = "the URL to post to";
    let mut webhook = WebhookSpec {
        url: String::new(),
        topics: vec![Topic::NewBest, Topic::StudyEnded],
        secret_env: None,
        headers: BTreeMap::new(),
        timeout: None,
        retries: None,
    };
    if !item.is_map() {
        webhook.url = url(item, URL)?;
        return Some(ObserverSpec::new(
            Kind::Webhook(webhook),
            Delivery::durable(),
        ));
    }
    let fields = item.fields(&WEBHOOK)?;
    let url = fields
        .need("url", "say where to post to, as in `url: \"https://…\"`")
        .and_then(|item| url(&item, URL));
    let topics = match fields.get("events") {
        Some(item) => topics(&item),
        None => Some(webhook.topics),
    };
    let secret_env = read(&fields, "secret_env", secret_env);
    let headers = read(&fields, "headers", headers);
    let timeout = read(&fields, "timeout", Item::duration);
    let retries = read(&fields, "retries", |item| item.count(0));
    let (name, delivery) = (name(&fields), delivery(&fields));
    let webhook = WebhookSpec {
        url: url?,
        topics: topics?,
        secret_env: secret_env?,
        headers: headers?.unwrap_or_default(),
        timeout: timeout?,
        retries: retries?.map(|retries| u32::try_from(retries).unwrap_or(u32::MAX)),
    };
    let mut spec = ObserverSpec::new(Kind::Webhook(webhook), delivery?);
    spec.name = name?;
    Some(spec)
}

fn url(item: &Item<'_>, expected: &str) -> Option<String> {
    let url = item.text(expected)?;
    match Webhook::to(&url) {
        Ok(_) => Some(url),
        // Not the URL itself: those of chat services are secrets.
        Err(WebhookError::Url { why, .. }) => {
            item.wrong(format_args!("is no URL to post to: {why}"))
        }
        Err(WebhookError::NoTls { .. }) => item.wrong(
            "needs TLS, and this program was built without: build it with the feature `webhook-tls`, or use \
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
    match std::env::var_os(&name) {
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
    let entries = item.names("a mapping from names to texts, such as `{X-Team: vision}`")?;
    let read: Vec<_> = entries
        .into_iter()
        .map(|(name, item)| {
            let value = item.text("a text")?;
            // Any URL will do to judge a header.
            match Webhook::to("http://localhost/").and_then(|hook| hook.header(name, &value)) {
                Ok(_) => Some((name.to_owned(), value)),
                Err(error) => item.wrong(format_args!("cannot be used: {error}")),
            }
        })
        .collect();
    read.into_iter().collect()
}

/// `name`, of those that the journal keeps a place for.
fn name(fields: &Fields<'_>) -> Option<Option<String>> {
    read(fields, "name", |item| item.text("a name"))
}

fn delivery(fields: &Fields<'_>) -> Option<Delivery> {
    match fields.get("delivery") {
        None => Some(Delivery::durable()),
        Some(item) => match word(&item, DELIVERIES)? {
            "lossless" => Some(Delivery::lossless()),
            "lossy" => Some(Delivery::lossy()),
            _ => Some(Delivery::durable()),
        },
    }
}

/// One of these words; another one is noted with the one that was probably meant.
fn word(item: &Item<'_>, words: &'static [&'static str]) -> Option<&'static str> {
    let expected = format!("one of `{}`", words.join("`, `"));
    let text = item.text(&expected)?;
    if let Some(word) = words.iter().find(|word| **word == text) {
        return Some(word);
    }
    match nearest(&text, words.iter().copied()) {
        Some(meant) => item.expected(format_args!("{expected}; did you mean `{meant}`?")),
        None => item.expected(expected),
    }
}

/// Reads a key that may be absent: the outer option says whether what is there is right.
fn read<'a, T>(
    fields: &Fields<'a>,
    key: &str,
    read: impl FnOnce(&Item<'a>) -> Option<T>,
) -> Option<Option<T>> {
    match fields.get(key) {
        Some(item) => read(&item).map(Some),
        None => Some(None),
    }
}
