//! [`Pump`]: carries what a program writes into its log, and [`Listener`]: hears what it says.

use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    select,
    sync::{oneshot, watch},
    time::{Duration, sleep},
};
use tuning_core::{Failure, Fidelity, Interrupted, RunningTrial};

use crate::{
    line::Line,
    output::{LineSplitter, Tail},
    results::Results,
};

/// After the program has ended its pipes end too, unless a process that left its group holds them
/// open. Then they are given up when nothing came for this long, or this many bytes too many.
const IDLE: Duration = Duration::from_millis(500);
const EXCESS: usize = 4 << 20;

const CHUNK: usize = 64 * 1024;

/// Where an evaluation stands.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Phase {
    /// What the program says does not count any more.
    pub(crate) deaf: bool,
    /// The program has ended.
    pub(crate) exited: bool,
}

/// Carries one stream of a program into its log.
///
/// It reads no faster than it writes: a program that prints more than that has to wait, as for any
/// pipe.
#[derive(Debug)]
pub(crate) struct Pump<R> {
    pipe: R,
    /// None after a write failed: a full disk ends the log, not the trial.
    log: Option<File>,
    phase: watch::Receiver<Phase>,
    buffer: Box<[u8]>,
    excess: usize,
    tail: Tail,
}

impl<R: AsyncRead + Unpin> Pump<R> {
    pub(crate) fn new(pipe: R, log: std::fs::File, phase: watch::Receiver<Phase>) -> Self {
        Self {
            pipe,
            log: Some(File::from_std(log)),
            phase,
            buffer: vec![0; CHUNK].into(),
            excess: 0,
            tail: Tail::default(),
        }
    }

    /// Carries everything until the stream ends.
    pub(crate) async fn run(&mut self) {
        while !self.next().await.is_empty() {}
    }

    /// Carries everything until the stream ends, and lets a listener hear it.
    pub(crate) async fn run_with(&mut self, listener: &mut Listener<'_>) {
        loop {
            let chunk = self.next().await;
            if chunk.is_empty() {
                break;
            }
            listener.hear(chunk).await;
        }
        listener.finish().await;
    }

    /// The end of what was carried, as text.
    pub(crate) fn tail(&self) -> String {
        self.tail.text()
    }

    /// The next bytes, which are in the log already; none at the end.
    async fn next(&mut self) -> &[u8] {
        let mut phase = self.phase.clone();
        let given_up = async {
            // An error means that the evaluation has ended.
            drop(phase.wait_for(|phase| phase.exited).await);
            sleep(IDLE).await;
        };
        let mut n = select! {
            biased;
            n = self.pipe.read(&mut self.buffer) => n.unwrap_or(0),
            () = given_up => 0,
        };
        if self.phase.borrow().exited {
            self.excess += n;
            if self.excess > EXCESS {
                n = 0;
            }
        }
        let chunk = &self.buffer[..n];
        if let Some(log) = &mut self.log {
            let written = match n {
                0 => log.flush().await,
                _ => log.write_all(chunk).await,
            };
            if written.is_err() {
                self.log = None;
            }
        }
        self.tail.push(chunk);
        chunk
    }
}

/// What was said that ends a program.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Decision {
    /// A verdict.
    Stop,
    /// The program ran on although it had reached its `until`.
    Overrun,
    /// A value that is not a number.
    Fail(Failure),
}

/// Hears what a program says on its standard output.
#[derive(Debug)]
pub(crate) struct Listener<'a> {
    trial: &'a RunningTrial,
    results: Results,
    phase: watch::Receiver<Phase>,
    decision: Option<oneshot::Sender<Decision>>,
    paused: Option<Fidelity>,
    lines: LineSplitter,
    line: Vec<u8>,
}

impl<'a> Listener<'a> {
    pub(crate) fn new(
        trial: &'a RunningTrial,
        results: Results,
        phase: watch::Receiver<Phase>,
        decision: oneshot::Sender<Decision>,
    ) -> Self {
        Self {
            trial,
            results,
            phase,
            decision: Some(decision),
            paused: None,
            lines: LineSplitter::default(),
            line: Vec::new(),
        }
    }

    /// What was measured.
    pub(crate) fn results(&self) -> &Results {
        &self.results
    }

    async fn hear(&mut self, mut chunk: &[u8]) {
        while self.listens() {
            let Some(rest) = self.lines.next(chunk, &mut self.line) else {
                return;
            };
            chunk = rest;
            if let Some(line) = Line::parse(&self.line) {
                self.take(line).await;
            }
        }
    }

    async fn finish(&mut self) {
        let last = self.lines.finish();
        if let Some(line) = last.as_deref().and_then(Line::parse)
            && self.listens()
        {
            self.take(line).await;
        }
    }

    fn listens(&self) -> bool {
        self.decision.is_some() && !self.phase.borrow().deaf
    }

    async fn take(&mut self, line: Line) {
        let measured = self.results.read(line);
        let report = measured.report();
        if let (Some(paused), Some((at, _))) = (self.paused, &report)
            && *at > paused
        {
            return self.decide(Decision::Overrun);
        }
        self.results.keep(&measured);
        for (name, value) in &measured.metrics {
            self.trial.metric(name, *value);
        }
        if let Some((at, values)) = report
            && self.paused.is_none()
        {
            self.report(at, values).await;
        }
    }

    async fn report(&mut self, at: Fidelity, values: Vec<f64>) {
        if let Err(failure) = self.trial.objectives().check(values.clone()) {
            let reason = format!("{} at {at}", failure.reason);
            return self.decide(Decision::Fail(Failure::new(failure.kind, reason)));
        }
        let deaf = async { drop(self.phase.wait_for(|phase| phase.deaf).await) };
        let answer = select! {
            answer = self.trial.report(at, values) => answer,
            () = deaf => return,
        };
        match answer {
            Ok(()) => {}
            Err(Interrupted::Paused) => self.paused = Some(at),
            Err(_) => self.decide(Decision::Stop),
        }
    }

    fn decide(&mut self, decision: Decision) {
        if let Some(decide) = self.decision.take() {
            // It does not matter if the evaluation ends anyway.
            _ = decide.send(decision);
        }
    }
}
