//! Requests to a service: what is sent, when again, and when not.

#![cfg(feature = "webhook")]

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use crate::support::service::Service;
use crate::support::{block_on, deliver, front, out_of_the_blue, two_sessions};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tuning_core::{Event, Objectives, Observer, Progress};
use tuning_observers::{Topic, Webhook, WebhookError};

fn hook(service: &Service) -> Webhook {
    Webhook::to(&service.url()).unwrap()
}

/// The events of these numbers from 1.
fn event(number: usize) -> Event {
    two_sessions().events[number - 1].clone()
}

#[test]
fn a_request_says_what_happened_and_how_the_study_stands() {
    let service = Service::fine();
    let mut webhook = hook(&service)
        .on(Topic::ALL)
        .header("X-Team", "vision")
        .unwrap();
    deliver(&mut webhook, &two_sessions().events);
    let requests = service.requests();
    assert!(service.numbers().iter().copied().eq(1..=35));
    let show = |number: usize| {
        let request = &requests[number - 1];
        let names = [
            "tuning-seq",
            "tuning-topics",
            "idempotency-key",
            "content-type",
            "x-team",
        ];
        let headers = names.map(|name| format!("{name}: {}", request.headers[name]));
        let body = serde_json::to_string_pretty(&request.json()).unwrap();
        format!("{}\n{}\n\n{body}\n", request.line, headers.join("\n"))
    };
    let shown = [3, 7, 9, 12, 35].map(show).join("\n");
    insta::assert_snapshot!(shown);
    let agent = &requests[0].headers["user-agent"];
    assert!(agent.starts_with("tuning/"), "{agent}");
    assert!(!requests[0].headers.contains_key("tuning-signature"));
}

#[test]
fn each_topic_has_its_events() {
    let check = |topic: Topic, numbers: &[u64]| {
        let service = Service::fine();
        deliver(&mut hook(&service).on([topic]), &two_sessions().events);
        assert_eq!(service.numbers(), numbers, "{topic}");
        assert_eq!(topic.as_str().parse(), Ok(topic));
    };
    check(Topic::StudyCreated, &[1]);
    check(Topic::StudyStarted, &[2, 19]);
    check(Topic::StudyEnded, &[18, 35]);
    check(Topic::TrialRetried, &[8]);
    check(Topic::TrialFailed, &[9]);
    check(Topic::TrialReported, &[10, 12, 21]);
    check(Topic::TrialPaused, &[13]);
    check(Topic::TrialResumed, &[20]);
    check(
        Topic::TrialEnded,
        &[7, 9, 11, 15, 17, 22, 24, 26, 28, 30, 32, 34],
    );
    check(Topic::NewBest, &[7, 15, 22]);
    let service = Service::fine();
    deliver(&mut hook(&service), &two_sessions().events);
    assert_eq!(
        service.numbers(),
        [7, 15, 18, 22, 35],
        "what it tells by itself"
    );
    let error = "new_bst".parse::<Topic>().unwrap_err().to_string();
    assert!(error.contains("`new_best`"), "{error}");
    // On a front, those that join it.
    let service = Service::fine();
    deliver(&mut hook(&service).on([Topic::NewBest]), &front().events);
    assert_eq!(service.numbers(), [4, 6, 10, 12]);
}

#[test]
fn a_receiver_that_knows_the_secret_can_tell_that_it_is_whole() {
    let service = Service::fine();
    let mut webhook = hook(&service).on(Topic::ALL).secret("größe").unwrap();
    deliver(&mut webhook, &two_sessions().events[..5]);
    for request in service.requests() {
        let digits = request.headers["tuning-signature"]
            .strip_prefix("sha256=")
            .unwrap();
        let byte = |place| u8::from_str_radix(&digits[place..place + 2], 16).unwrap();
        let bytes: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
        let mut mac = Hmac::<Sha256>::new_from_slice("größe".as_bytes()).unwrap();
        mac.update(&request.body);
        mac.verify_slice(&bytes).unwrap();
    }
    assert_eq!(
        hook(&service).secret("").unwrap_err(),
        WebhookError::NoSecret
    );
}

#[test]
fn what_may_pass_is_tried_again_and_what_will_not_is_told_at_once() {
    for (status, passing) in [
        ("500 Internal Server Error", true),
        ("503 Service Unavailable", true),
        ("429 Too Many Requests", true),
        ("400 Bad Request", false),
        ("404 Not Found", false),
        ("301 Moved Permanently", false),
        ("307 Temporary Redirect", false),
    ] {
        let service = Service::start(move |_| Some((status, "no  such\nhook")));
        let mut webhook = hook(&service).on(Topic::ALL).retries(2);
        let error = block_on(webhook.observe(&event(1)))
            .unwrap_err()
            .to_string();
        let attempts = if passing { 3 } else { 1 };
        assert_eq!(service.numbers(), vec![1; attempts], "{status}");
        assert!(error.contains(&status[..3]), "{error}");
        assert!(error.contains(&service.address.to_string()), "{error}");
        assert!(!error.contains("/hook"), "a path may be a secret: {error}");
        let told = error.contains("no such hook") || error.contains("name the final URL");
        assert!(told, "{error}");
    }
    // No answer comes.
    let service = Service::start(|number| (number == 2).then_some(("200 OK", "")));
    let mut webhook = hook(&service).on(Topic::ALL).retries(2);
    block_on(webhook.observe(&event(1))).unwrap();
    assert_eq!(service.numbers(), [1, 1, 1]);
    assert!(service.requests().windows(2).all(|pair| pair[0] == pair[1]));
    // Nothing listens.
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let webhook = Webhook::to(&format!("http://{port}"))
        .unwrap()
        .on(Topic::ALL);
    assert!(block_on(webhook.retries(0).observe(&event(1))).is_err());
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for_long() {
    let deaf = TcpListener::bind("127.0.0.1:0").unwrap(); // takes connections and says nothing
    let url = format!("http://{}", deaf.local_addr().unwrap());
    let webhook = Webhook::to(&url).unwrap().on(Topic::ALL);
    let mut webhook = webhook.timeout(Duration::from_millis(50)).retries(1);
    let began = Instant::now();
    let error = block_on(webhook.observe(&event(1))).unwrap_err();
    assert!(error.to_string().contains("timeout"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn an_event_that_is_told_again_is_counted_once() {
    let events = two_sessions().events;
    let service =
        Service::start(|number| Some((if number % 3 == 2 { "200 OK" } else { "500 Oh" }, "")));
    let mut stubborn = hook(&service).on(Topic::ALL).retries(0);
    for event in &events {
        while block_on(stubborn.observe(event)).is_err() {}
    }
    let requests = service.requests();
    assert_eq!(requests.len(), 3 * events.len());
    let fine = Service::fine();
    deliver(&mut hook(&fine).on(Topic::ALL), &events);
    for (three, one) in requests.chunks(3).zip(fine.requests()) {
        for request in three {
            assert_eq!(request.json(), one.json());
            assert_eq!(
                request.headers["idempotency-key"],
                one.headers["idempotency-key"]
            );
        }
    }
}

#[test]
fn a_late_observer_begins_with_the_study_as_it_stands() {
    let events = two_sessions().events;
    let whole = Service::fine();
    deliver(&mut hook(&whole).on(Topic::ALL), &events);
    let late = Service::fine();
    let mut progress = Progress::new(Objectives::minimize("loss").unwrap());
    for event in &events[..19] {
        progress.apply(event.at_millis, &event.kind);
    }
    let mut webhook = hook(&late).on(Topic::ALL);
    block_on(webhook.begin(&progress)).unwrap();
    deliver(&mut webhook, &events[19..]);
    let bodies = |service: &Service| -> Vec<_> {
        service
            .requests()
            .iter()
            .map(crate::support::service::Request::json)
            .collect()
    };
    assert_eq!(bodies(&late), bodies(&whole)[19..]);
}

#[test]
fn odd_events_are_told_too() {
    let service = Service::fine();
    let events = out_of_the_blue().events;
    let mut webhook = hook(&service).on(Topic::ALL);
    deliver(&mut webhook, &events);
    assert_eq!(service.numbers().len(), events.len());
}

#[test]
fn urls_and_headers_that_make_no_sense_are_refused() {
    let refused = |url: &str| Webhook::to(url).unwrap_err().to_string();
    for url in [
        "",
        "example.com/hook",
        "ftp://example.com",
        "http://",
        "http:///x",
        "a b",
    ] {
        let error = refused(url);
        assert!(
            error.starts_with(&format!("`{url}` is not a URL to post to: ")),
            "{error}"
        );
    }
    let secure = Webhook::to("https://example.com:8443/x?token=abc");
    if cfg!(feature = "webhook-tls") {
        let webhook = secure.unwrap();
        assert_eq!(webhook.name(), "webhook example.com:8443");
        assert!(!format!("{webhook:?}").contains("abc"));
    } else {
        let error = secure.unwrap_err();
        assert!(matches!(error, WebhookError::NoTls { .. }), "{error}");
    }
    let header = |name: &str, value: &str| {
        let webhook = Webhook::to("http://example.com").unwrap();
        webhook.header(name, value).unwrap_err().to_string()
    };
    assert!(header("a b", "c").contains("does not have the name"));
    assert!(header("", "c").contains("does not have the name"));
    assert!(header("X-A", "a\nb").contains("has a value with characters"));
    for own in [
        "Content-Type",
        "idempotency-key",
        "TUNING-SIGNATURE",
        "Host",
    ] {
        assert!(
            header(own, "c").contains("is set by the webhook itself"),
            "{own}"
        );
    }
}

#[cfg(feature = "webhook-tls")]
#[test]
fn a_service_that_speaks_no_tls_gets_nothing_to_read() {
    let service = Service::fine();
    let url = format!("https://localhost:{}/hook", service.address.port());
    let mut webhook = Webhook::to(&url).unwrap().on(Topic::ALL).retries(0);
    assert!(block_on(webhook.observe(&event(1))).is_err());
    assert!(service.requests().is_empty());
}
