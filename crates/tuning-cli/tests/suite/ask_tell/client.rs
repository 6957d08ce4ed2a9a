//! A client: one line out, one line in.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

use serde_json::{Value, json};

use crate::support::{Done, Folder, wait};

/// A running `tune ask-tell`.
pub(crate) struct Client {
    child: Child,
    // None once the input has ended.
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

impl Client {
    pub(crate) fn start(folder: &Folder, args: &[&str]) -> Self {
        let mut command = folder.command(&[&["ask-tell"], args].concat());
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Self {
            stdin: child.stdin.take(),
            stdout: BufReader::new(child.stdout.take().unwrap()),
            child,
        }
    }

    /// Sends a line and returns its answer.
    #[track_caller]
    pub(crate) fn line(&mut self, line: &str) -> Value {
        let stdin = self.stdin.as_mut().expect("the input has not ended");
        writeln!(stdin, "{line}").unwrap();
        stdin.flush().unwrap();
        self.answer()
            .unwrap_or_else(|| panic!("no answer to {line}"))
    }

    /// Sends lines at once and returns their answers.
    #[track_caller]
    pub(crate) fn lines(&mut self, lines: &[String]) -> Vec<Value> {
        let stdin = self.stdin.as_mut().expect("the input has not ended");
        stdin
            .write_all((lines.join("\n") + "\n").as_bytes())
            .unwrap();
        stdin.flush().unwrap();
        let answer = |line| {
            self.answer()
                .unwrap_or_else(|| panic!("no answer to {line}"))
        };
        lines.iter().map(answer).collect()
    }

    #[track_caller]
    pub(crate) fn send(&mut self, request: Value) -> Value {
        self.line(&request.to_string())
    }

    /// The next line of the output; none at its end.
    #[track_caller]
    pub(crate) fn answer(&mut self) -> Option<Value> {
        let mut answer = String::new();
        self.stdout.read_line(&mut answer).unwrap();
        (!answer.is_empty()).then(|| {
            serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
        })
    }

    /// The work that an ask for `n` gives.
    #[track_caller]
    pub(crate) fn ask(&mut self, n: usize) -> Vec<Value> {
        let answer = self.send(json!({ "ask": n }));
        match &answer["asked"] {
            Value::Array(work) => work.clone(),
            _ => panic!("{answer}"),
        }
    }

    #[track_caller]
    pub(crate) fn tell(&mut self, trial: &Value, loss: f64) {
        let answer = self.send(json!({"tell": {"trial": trial, "values": {"loss": loss}}}));
        assert_eq!(&answer["told"], trial, "{answer}");
    }

    /// Evaluates one trial at a time until the study is done; returns the answer that says so.
    #[track_caller]
    pub(crate) fn finish(&mut self, loss: impl Fn(&Value) -> f64) -> Value {
        loop {
            let answer = self.send(json!({"ask": 1}));
            let Value::Array(work) = &answer["asked"] else {
                return answer;
            };
            for work in work {
                self.tell(&work["trial"], loss(&work["params"]));
            }
        }
    }

    pub(crate) fn child(&self) -> &Child {
        &self.child
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the input; what the program still writes to stdout, and how it ends.
    pub(crate) fn end(mut self) -> Done {
        drop(self.stdin.take());
        let mut rest = String::new();
        std::io::Read::read_to_string(&mut self.stdout, &mut rest).unwrap();
        Done {
            stdout: rest,
            ..wait(self.child)
        }
    }
}

/// A study as a line.
pub(crate) fn study() -> Value {
    json!({"study": {
        "name": "bowl",
        "parameters": {"x": {"min": -2.0, "max": 2.0}, "kind": {"values": ["a", "b"]}},
        "objective": {"name": "loss", "direction": "minimize"},
        "budget": {"trials": 12},
        "seed": 7,
        "workers": 1,
    }})
}

/// Its loss.
pub(crate) fn loss(params: &Value) -> f64 {
    let x = params["x"].as_f64().unwrap();
    (x - 1.0).powi(2) + f64::from(u8::from(params["kind"] == "b"))
}
