//! One study in three ways: a program by `tune run`, a client of `tune ask-tell`, and a function in Rust. Each starts, pauses,
//! resumes and gives up the same trials, with the same values. The program is this test itself, started once more.

#![cfg(unix)]

use std::{
    collections::BTreeMap,
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use tuning_core::{Fidelity, FidelityRange, Order, Parameter, Seed, Space};
use tuning_multifidelity::AshaConfig;
use tuning_runtime::{BlockingTrial, Study, blocking};
use tuning_sqlite::SqliteJournal;
use tuning_tpe::TpeConfig;

use crate::{
    ask_tell::client::Client,
    support::{Folder, finish},
};

const STUDY: &str = "\
parameters:
  x: {min: 0.0, max: 1.0}
  rate: {min: 0.05, max: 0.9}
objective: {name: loss, direction: minimize}
fidelity: {min: 1, max: 27}
strategy: {name: asha, inner: tpe, min_resource: 1}
budget: {trials: 30}
seed: 7
";

const EPOCHS: u64 = 27;

/// What is trained: a weight that comes closer to `x` in each epoch. A trial that resumed without its checkpoint would
/// report other losses.
#[derive(Clone, Copy, Debug, Default)]
struct Model {
    epoch: u64,
    weight: f64,
}

impl Model {
    /// Only operations that every machine rounds alike.
    fn train(&mut self, x: f64, rate: f64) -> f64 {
        self.epoch += 1;
        self.weight += rate * (x - self.weight);
        let off = self.weight - 0.6;
        off * off + 0.1 * rate
    }

    fn load(path: &Path) -> Self {
        let Ok(saved) = fs::read_to_string(path) else {
            return Self::default();
        };
        let (epoch, weight) = serde_json::from_str(&saved).unwrap();
        Self { epoch, weight }
    }

    fn save(self, path: &Path) {
        fs::write(path, json!([self.epoch, self.weight]).to_string()).unwrap();
    }
}

fn number(params: &Value, name: &str) -> f64 {
    params[name].as_f64().unwrap()
}

/// What says that this process is the program of a trial.
const MARK: &str = "THREE_WAYS";

/// The program, if this process is to be one.
#[test]
fn the_program() {
    if env::var_os(MARK).is_none() {
        return;
    }
    let variable = |name: &str| env::var(name).ok();
    let params: Value = serde_json::from_str(&variable("TUNE_PARAMS").unwrap()).unwrap();
    let until = variable("TUNE_UNTIL").map_or(EPOCHS, |until| until.parse().unwrap());
    let from = variable("TUNE_FROM").map_or(0, |from| from.parse().unwrap());
    let path = PathBuf::from(variable("TUNE_CHECKPOINT_DIR").unwrap()).join("model.json");
    let mut model = Model::load(&path);
    assert_eq!(model.epoch, from, "the checkpoint is that of TUNE_FROM");
    let mut out = std::io::stdout();
    // Behind what the harness has written.
    writeln!(out).unwrap();
    while model.epoch < until {
        let loss = model.train(number(&params, "x"), number(&params, "rate"));
        model.save(&path);
        writeln!(out, "{}", json!({"epoch": model.epoch, "loss": loss})).unwrap();
    }
    std::process::exit(0);
}

fn by_run(folder: &Folder, workers: usize, order: Order) {
    let program = env::current_exe().unwrap();
    let program = json!([program, "--exact", "three_ways::the_program", "--nocapture"]);
    folder.write("commanded.yaml", &format!("{STUDY}command: {program}\n"));
    let (workers, order) = (workers.to_string(), order.to_string());
    let options = ["--workers", &workers, "--order", &order];
    let run = ["run", "commanded.yaml", "--journal", "run.db"];
    let mut command = folder.command(&[&run[..], &options].concat());
    command.env(MARK, "1");
    let done = finish(command);
    assert_eq!(done.code, Some(0), "{done:#?}");
}

fn by_ask_tell(folder: &Folder, workers: usize, order: Order) {
    folder.write("asked.yaml", STUDY);
    let (number_of, order) = (workers.to_string(), order.to_string());
    let options = ["--workers", &number_of, "--order", &order];
    let study = ["asked.yaml", "--journal", "ask-tell.db"];
    let mut client = Client::start(folder, &[&study[..], &options].concat());
    let mut models = BTreeMap::<u64, Model>::new();
    let mut in_hand: Vec<Value> = Vec::new();
    loop {
        while in_hand.len() < workers {
            let answer = client.send(json!({"ask": workers - in_hand.len()}));
            match &answer["asked"] {
                Value::Array(work) => in_hand.extend(work.iter().cloned()),
                _ => break,
            }
        }
        // What was asked for last is done first.
        let Some(work) = in_hand.pop() else {
            break;
        };
        let model = models.entry(work["trial"].as_u64().unwrap()).or_default();
        assert_eq!(model.epoch, work["from"].as_u64().unwrap_or(0), "{work}");
        let until = work["until"].as_u64().unwrap_or(EPOCHS);
        let mut loss = f64::NAN;
        while model.epoch < until {
            loss = model.train(
                number(&work["params"], "x"),
                number(&work["params"], "rate"),
            );
            let report =
                json!({"trial": work["trial"], "at": model.epoch, "values": {"loss": loss}});
            let answer = client.send(json!({ "report": report }));
            let is_last = model.epoch == until && work["until"].is_u64();
            let verdict = if is_last { "pause" } else { "continue" };
            assert_eq!(answer["verdict"], verdict, "{work}");
        }
        client.tell(&work["trial"], loss);
    }
    assert_eq!(client.send(json!({"ask": 1}))["asked"], "done");
    assert_eq!(client.end().code, Some(0));
}

/// The function: what `blocking` takes.
fn objective(trial: &BlockingTrial) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let (x, rate) = (trial.params().float("x")?, trial.params().float("rate")?);
    let path = trial.checkpoint_dir()?.join("model.json");
    let mut model = Model::load(&path);
    let until = trial.until().map_or(EPOCHS, Fidelity::get);
    let mut loss = f64::NAN;
    while model.epoch < until {
        loss = model.train(x, rate);
        model.save(&path);
        trial.report(model.epoch, loss)?;
    }
    Ok(loss)
}

fn by_function(folder: &Folder, workers: usize, order: Order) {
    let space = Space::new([
        Parameter::float("x", 0.0, 1.0),
        Parameter::float("rate", 0.05, 0.9),
    ]);
    let study = Study::builder("by-function", space.unwrap())
        .minimize("loss")
        .fidelity(FidelityRange::new(1, EPOCHS).unwrap())
        .strategy(AshaConfig::over(TpeConfig::default()).min_resource(1))
        .trials(30)
        .workers(workers)
        .order(order)
        .seed(Seed::new(7))
        .journal(SqliteJournal::open(folder.path("function.db"), "by-function").unwrap());
    let function = blocking(objective).checkpoints(folder.path("checkpoints"), "by-function");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async { study.open().await.unwrap().run(function).await.unwrap() });
}

/// All trials as they are exported, without times.
fn export(folder: &Folder, journal: &str) -> String {
    let columns = "trial,state,values,parameters,resource,stopped_by,retries,tag,failure";
    let export = ["export", journal, "--columns", columns];
    folder.ends_with(0, &export).stdout
}

/// What happened to the trials, without times: in its order or, where that is a matter of chance, trial by trial.
fn facts(folder: &Folder, journal: &str, by_trial: bool) -> Vec<Value> {
    let kinds = "started,resumed,reported,paused,ended";
    let events = folder.ends_with(0, &["events", journal, "--json", "--kind", kinds]);
    let parse = |line: &str| -> Value {
        let mut event: Value = serde_json::from_str(line).unwrap();
        let fields = event.as_object_mut().unwrap();
        for differs in ["study", "seq", "at_millis", "took_micros"] {
            fields.remove(differs);
        }
        event
    };
    let mut facts: Vec<Value> = events.stdout.lines().map(parse).collect();
    if by_trial {
        facts.sort_by_key(|fact| fact["trial"].as_u64());
    }
    facts
}

fn check(workers: usize, order: Order) {
    let folder = Folder::new();
    by_run(&folder, workers, order);
    by_ask_tell(&folder, workers, order);
    by_function(&folder, workers, order);
    let by_trial = workers > 1;
    let exported = export(&folder, "run.db");
    let happened = facts(&folder, "run.db", by_trial);
    for journal in ["ask-tell.db", "function.db"] {
        assert_eq!(
            export(&folder, journal),
            exported,
            "{journal}, {workers} workers"
        );
        for (other, run) in facts(&folder, journal, by_trial).iter().zip(&happened) {
            assert_eq!(other, run, "{journal}, {workers} workers");
        }
        let count = facts(&folder, journal, by_trial).len();
        assert_eq!(count, happened.len(), "{journal}, {workers} workers");
    }

    // It is a study in which there was something to decide.
    assert_eq!(exported.lines().count(), 31, "{exported}");
    let resumed = |until: &Value| {
        let is_one = |fact: &&Value| fact["event"] == "resumed" && fact["until"] == *until;
        happened.iter().filter(is_one).count()
    };
    for until in [json!(3), json!(9), Value::Null] {
        assert!(resumed(&until) > 0, "until {until}: {happened:#?}");
    }
    let of = |column: &str| {
        exported
            .lines()
            .filter(|line| line.contains(column))
            .count()
    };
    assert!(of(",given up,") > 0 && of(",completed,") > 0, "{exported}");
}

#[test]
fn a_program_a_client_and_a_function_run_the_same_asha_study() {
    check(1, Order::AsFinished);
}

#[test]
fn as_proposed_they_do_so_with_several_workers_too() {
    check(3, Order::AS_PROPOSED);
}
