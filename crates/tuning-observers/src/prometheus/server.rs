//! The endpoint: HTTP on a thread of its own, with a runtime of its own, so that it also serves a program
//! that has none. It does not know what it serves.

use std::{
    convert::Infallible,
    io,
    net::{SocketAddr, TcpListener},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use hyper::{
    Method, Request, Response, StatusCode, body::Incoming, header, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::TcpStream,
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time,
};

/// The text that is served; none once its owner is gone.
type Text = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// How long a client may take to say what it wants.
const HEADERS: Duration = Duration::from_secs(10);
/// How long answers that are on their way are waited for at the end.
const GOODBYE: Duration = Duration::from_secs(5);
/// How many clients are served at once; the others wait.
const CLIENTS: usize = 64;
/// OpenMetrics 1.0.0, "Overall Structure".
const CONTENT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The program's end of the endpoint. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    scrapes: Arc<watch::Sender<u64>>,
    begun: Arc<AtomicU64>,
    lingers: mpsc::UnboundedSender<Linger>,
}

/// Ask for the end, after one more scrape.
#[derive(Debug)]
struct Linger {
    /// How many have begun by then: they may have missed something.
    after: u64,
    patience: Duration,
    done: oneshot::Sender<bool>,
}

/// What is to be served.
#[derive(Debug)]
pub(super) struct Requests {
    listener: TcpListener,
    scrapes: Arc<watch::Sender<u64>>,
    begun: Arc<AtomicU64>,
    lingers: mpsc::UnboundedReceiver<Linger>,
}

impl Server {
    pub(super) fn new(listener: TcpListener) -> io::Result<(Self, Requests)> {
        listener.set_nonblocking(true)?;
        let (lingers, inbox) = mpsc::unbounded_channel();
        let server = Self {
            address: listener.local_addr()?,
            scrapes: Arc::new(watch::Sender::new(0)),
            begun: Arc::default(),
            lingers,
        };
        let requests = Requests {
            listener,
            scrapes: Arc::clone(&server.scrapes),
            begun: Arc::clone(&server.begun),
            lingers: inbox,
        };
        Ok((server, requests))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn scrapes(&self) -> u64 {
        *self.scrapes.borrow()
    }

    pub(super) async fn linger(&self, patience: Duration) -> bool {
        let (done, answer) = oneshot::channel();
        let asked = self.lingers.send(Linger {
            after: self.begun.load(Ordering::SeqCst),
            patience,
            done,
        });
        asked.is_ok() && answer.await.unwrap_or(false)
    }
}

impl Requests {
    /// Serves this text on a thread of its own.
    pub(super) fn serve(self, text: Text) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let listener = {
            let _guard = runtime.enter();
            tokio::net::TcpListener::from_std(self.listener)?
        };
        let endpoint = Endpoint {
            text,
            scrapes: self.scrapes,
            begun: self.begun,
        };
        thread::Builder::new()
            .name("tuning-prometheus".to_owned())
            .spawn(move || runtime.block_on(endpoint.run(listener, self.lingers)))?;
        Ok(())
    }
}

#[derive(Clone)]
struct Endpoint {
    text: Text,
    scrapes: Arc<watch::Sender<u64>>,
    begun: Arc<AtomicU64>,
}

impl Endpoint {
    async fn run(
        self,
        listener: tokio::net::TcpListener,
        mut lingers: mpsc::UnboundedReceiver<Linger>,
    ) {
        let closing = watch::Sender::new(false);
        let mut clients = JoinSet::new();
        let (last, seen) = {
            let mut end = pin!(self.end(&mut lingers));
            loop {
                tokio::select! {
                    end = &mut end => break end,
                    client = listener.accept(), if clients.len() < CLIENTS => match client {
                        Ok((stream, _)) => {
                            clients.spawn(self.clone().answer(stream, closing.subscribe()));
                        }
                        // Out of files, say: others may give some back.
                        Err(_) => time::sleep(Duration::from_millis(100)).await,
                    },
                    Some(_) = clients.join_next() => {}
                }
            }
        };
        drop(listener);
        closing.send_replace(true);
        let all = async { while clients.join_next().await.is_some() {} };
        // A client that has not read its answer by now does not want it.
        let _ = time::timeout(GOODBYE, all).await;
        if let Some(done) = last {
            let _ = done.send(seen);
        }
    }

    /// Resolves when the endpoint is not needed any more, or has lingered long enough.
    async fn end(
        &self,
        lingers: &mut mpsc::UnboundedReceiver<Linger>,
    ) -> (Option<oneshot::Sender<bool>>, bool) {
        let Some(linger) = lingers.recv().await else {
            return (None, false);
        };
        let Linger {
            after,
            patience,
            done,
        } = linger;
        let mut scrapes = self.scrapes.subscribe();
        let scraped = scrapes.wait_for(|answered| *answered > after);
        let seen = time::timeout(patience, scraped).await.is_ok();
        (Some(done), seen)
    }

    async fn answer(self, stream: TcpStream, mut closing: watch::Receiver<bool>) {
        let service = service_fn(|request| {
            let answer = self.respond(&request);
            async move { Ok::<_, Infallible>(answer) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADERS)
            .serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let closed = async { drop(closing.wait_for(|closing| *closing).await) };
        tokio::select! {
            // That a client hangs up is its own affair.
            _ = &mut connection => return,
            () = closed => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }

    fn respond(&self, request: &Request<Incoming>) -> Response<String> {
        let plain = |status, text: &str| {
            let mut response = Response::new(text.to_owned());
            *response.status_mut() = status;
            response
        };
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return plain(StatusCode::METHOD_NOT_ALLOWED, "GET it\n");
        }
        match request.uri().path() {
            "/metrics" => {
                let number = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
                let Some(text) = (self.text)() else {
                    return plain(StatusCode::SERVICE_UNAVAILABLE, "the study is over\n");
                };
                let mut response = Response::new(text);
                let content = header::HeaderValue::from_static(CONTENT);
                response.headers_mut().insert(header::CONTENT_TYPE, content);
                if request.method() == Method::GET {
                    self.scrapes.send_replace(number);
                }
                response
            }
            "/" => plain(StatusCode::OK, "a study of tuning: see /metrics\n"),
            _ => plain(StatusCode::NOT_FOUND, "there is nothing but /metrics\n"),
        }
    }
}
