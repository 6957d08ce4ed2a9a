//! A service that webhooks post to, which may be down for a while.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

/// A request that was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// By their names in small letters.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn seq(&self) -> u64 {
        self.headers["tuning-seq"].parse().unwrap()
    }
}

/// What it does with a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    /// It notes it and says so.
    #[default]
    Up,
    /// It notes it, but crashes before it says so.
    Forgetful,
    /// It hangs up.
    Down,
}

#[derive(Debug, Default)]
struct State {
    mood: Mood,
    noted: Vec<Request>,
    refused: u64,
}

/// A service on a port of its own.
#[derive(Debug)]
pub(crate) struct Sink {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Sink {
    pub(crate) fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State {
            mood,
            ..State::default()
        }));
        let sink = Self {
            address,
            state: Arc::clone(&state),
        };
        thread::spawn(move || {
            for stream in listener.incoming() {
                serve(stream.unwrap(), &state);
            }
        });
        sink
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(crate) fn be(&self, mood: Mood) {
        self.lock().mood = mood;
    }

    /// What it has noted.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.lock().noted.clone()
    }

    /// Waits until it has noted this many.
    #[track_caller]
    pub(crate) fn wait_for(&self, requests: usize) {
        self.wait_until("noted", requests, |state| state.noted.len());
    }

    /// Waits until it has refused this many since it is down.
    #[track_caller]
    pub(crate) fn wait_for_refused(&self, requests: usize) {
        self.wait_until("refused", requests, |state| state.refused as usize);
    }

    #[track_caller]
    fn wait_until(&self, what: &str, count: usize, of: fn(&State) -> usize) {
        let began = Instant::now();
        while of(&self.lock()) < count {
            let patience = Duration::from_secs(60);
            assert!(
                began.elapsed() < patience,
                "not {count} {what}: {:?}",
                self.lock()
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    // A sender that is killed says no more.
    let Some(request) = read(&stream) else {
        return;
    };
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    match state.mood {
        Mood::Down => state.refused += 1,
        Mood::Forgetful => state.noted.push(request),
        Mood::Up => {
            state.noted.push(request);
            // If the receiver is gone, it is not wanted.
            let _ = write!(
                stream,
                "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
            );
        }
    }
}

fn read(stream: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(": ") {
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { headers, body })
}
