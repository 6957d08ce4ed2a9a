//! A program `tune` with a pruner and a kind of journal of its own: both are used as those that come with it. The
//! program is this test itself, started once more.

#![cfg(unix)]

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Command, ExitCode, Stdio},
    sync::Arc,
};

use crate::support::{Done, Folder, finish};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tuning_cli::Extensions;
use tuning_core::{
    ConfigOption, Fact, Journal, JournalError, JournalReader, Problem, Pruner, PrunerConfig, Spec,
    TrialId, Unsupported, Verdict,
};
use tuning_file::{JournalConfig, Kind};
use tuning_sqlite::{SqliteJournal, SqliteReader, SqliteStudyReader};

/// `pruner: {name: cut, above: 4}`: stops what reports more than that.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CutConfig {
    above: f64,
}

impl PrunerConfig for CutConfig {
    type Pruner = Cut;

    fn spec(&self) -> Spec {
        Spec::new("cut").options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let about = "what may be reported at most";
        vec![ConfigOption::new("above", self.above, about).at_least(0.0)]
    }

    fn build(&self, _: &Problem) -> Result<Cut, Unsupported> {
        for option in self.options() {
            option.check_pruner("cut")?;
        }
        Ok(Cut {
            above: self.above,
            cut: Vec::new(),
        })
    }
}

#[derive(Clone, Debug)]
struct Cut {
    above: f64,
    cut: Vec<TrialId>,
}

impl Pruner for Cut {
    fn tell(&mut self, fact: &Fact) {
        if let Fact::Reported(reported) = fact
            && reported.values.first() > self.above
        {
            self.cut.push(reported.trial);
        }
    }

    fn judge(&self, trial: TrialId) -> Verdict {
        match self.cut.contains(&trial) {
            true => Verdict::Stop,
            false => Verdict::Continue,
        }
    }

    fn boxed_clone(&self) -> Box<dyn Pruner> {
        Box::new(self.clone())
    }
}

/// `journal: {shelf: {row: left}}`: a place that has a name and is no file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Shelf {
    row: String,
}

impl Shelf {
    fn path(&self) -> PathBuf {
        PathBuf::from(format!("{}.shelf", self.row))
    }
}

impl JournalConfig for Shelf {
    fn open(&self, study: &str) -> Result<Box<dyn Journal>, JournalError> {
        Ok(Box::new(SqliteJournal::open(self.path(), study)?))
    }

    fn studies(&self) -> Result<Option<Vec<String>>, JournalError> {
        if !self.path().exists() {
            return Ok(None);
        }
        let studies = SqliteReader::open(self.path())?.studies()?;
        Ok(Some(studies.into_iter().map(|info| info.name).collect()))
    }

    fn reader(
        &self,
        study: Option<&str>,
    ) -> Result<(String, Box<dyn JournalReader>), JournalError> {
        let reader = SqliteStudyReader::open(self.path(), study)?;
        Ok((reader.study().to_owned(), Box::new(reader)))
    }

    fn remove(&self, study: &str) -> Result<(), JournalError> {
        SqliteJournal::remove(self.path(), study).map(drop)
    }

    fn place(&self) -> String {
        format!("shelf {}", self.row)
    }

    fn marked(&self, mark: &str) -> Arc<dyn JournalConfig> {
        Arc::new(Self {
            row: format!("{}-{mark}", self.row),
        })
    }
}

/// Where the arguments of the program are, if this is one.
const ARGUMENTS: &str = "TUNE_GUEST";
/// What the program prints first: the harness has printed something already.
const BEGIN: &str = "=== the program begins";

/// The program, if this process is to be one.
#[test]
fn the_program() {
    let Ok(arguments) = env::var(ARGUMENTS) else {
        return;
    };
    let arguments: Vec<String> = serde_json::from_str(&arguments).unwrap();
    writeln!(std::io::stdout(), "\n{BEGIN}").unwrap();
    let shelf = Kind::typed("shelf", "A shelf.", |shelf: Shelf| {
        Ok::<_, std::convert::Infallible>(Arc::new(shelf) as Arc<dyn JournalConfig>)
    });
    let extensions = Extensions::default()
        .pruner::<CutConfig>("cut", "what reports more than that is stopped")
        .journal_kind(shelf);
    let code = tuning_cli::main_from(extensions, arguments);
    let number = (0..=4).find(|number| ExitCode::from(*number) == code);
    std::process::exit(number.map_or(101, i32::from));
}

fn command(folder: &Folder, args: &[&str]) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    let args: Vec<&str> = [&["tune"], args].concat();
    command
        .args(["--exact", "guests::the_program", "--nocapture"])
        .current_dir(folder.path(""))
        .env(ARGUMENTS, json!(args).to_string())
        .env("NO_COLOR", "1");
    command
}

#[track_caller]
fn tune(folder: &Folder, code: i32, args: &[&str]) -> Done {
    let mut done = finish(command(folder, args));
    assert_eq!(done.code, Some(code), "tune {args:?}: {done:#?}");
    let (_, output) = done.stdout.split_once(BEGIN).expect("it has begun");
    done.stdout = output.trim_start().to_owned();
    done
}

/// A trial that reports what it is given, and then waits for its end if that is bad.
const TRIAL: &str = "\
echo \"step=1 loss=$1\"
if [ $1 -gt 4 ]; then exec sleep 600; fi
echo \"loss=$1\"
";

fn folder(rest: &str) -> Folder {
    let folder = Folder::new();
    folder.write("trial.sh", TRIAL);
    folder.write(
        "study.yaml",
        &format!(
            "command: [sh, trial.sh, \"${{x}}\"]\n\
             parameters: {{x: {{min: 0, max: 9}}}}\n\
             objective: {{name: loss, direction: minimize}}\n\
             strategy: random\n\
             budget: {{trials: 12}}\n\
             workers: 2\n\
             seed: 7\n\
             pruner: {{name: cut, above: 4}}\n\
             {rest}\n"
        ),
    );
    folder
}

fn parsed(done: &Done) -> Value {
    serde_json::from_str(&done.stdout).unwrap_or_else(|error| panic!("{error}: {done:#?}"))
}

#[test]
fn programs_that_are_pruned_are_stopped_everywhere() {
    let folder = folder("");
    let checked = tune(&folder, 0, &["validate", "study.yaml"]).stdout;
    assert!(checked.contains("pruner      cut (above: 4)"), "{checked}");
    let begun = tune(&folder, 0, &["run", "study.yaml", "--no-progress"]);
    assert!(
        begun.stderr.contains("pruner: cut (above: 4)"),
        "{begun:#?}"
    );

    let status = parsed(&tune(&folder, 0, &["status", "study.yaml", "--json"]));
    let count = |state: &str| status["counts"][state].as_u64().unwrap();
    assert!(
        count("stopped") > 0 && count("completed") > 0,
        "{status:#?}"
    );
    assert_eq!(count("stopped") + count("completed"), 12);
    assert_eq!(
        status["pruner"],
        json!({"name": "cut", "options": {"above": 4.0}})
    );
    let shown = tune(&folder, 0, &["status", "study.yaml"]).stdout;
    assert!(shown.contains("pruner    cut (above: 4)"), "{shown}");

    let columns = ["--columns", "state,parameters", "--format", "json"];
    let export = [&["export", "study.yaml"], &columns[..]].concat();
    let export = parsed(&tune(&folder, 0, &export));
    let rows = export.as_array().unwrap();
    assert_eq!(rows.len(), 12);
    for row in rows {
        let expected = match row["x"].as_i64().unwrap() {
            5.. => "stopped",
            _ => "completed",
        };
        assert_eq!(row["state"], expected, "{row}");
    }

    let other = ["run", "study.yaml", "--pruner", "never"];
    let refused = tune(&folder, 2, &other).stderr;
    assert!(
        refused.contains("pruner: `cut` became `never`"),
        "{refused}"
    );
    let more = ["run", "study.yaml", "--trials", "14", "--no-progress"];
    tune(&folder, 0, &more);
}

#[test]
fn the_pruner_is_listed() {
    let folder = Folder::new();
    let list = tune(&folder, 0, &["pruners"]).stdout;
    assert!(list.contains("never") && list.contains("cut"), "{list}");
    let one = tune(&folder, 0, &["pruners", "cut"]).stdout;
    assert!(
        one.contains(
            "pruner:\n      name: cut\n      above: 0.0   # what may be reported at most (at least 0)"
        ),
        "{one}"
    );
    let unknown = tune(&folder, 2, &["pruners", "cutt"]).stderr;
    assert!(unknown.contains("did you mean `cut`?"), "{unknown}");
}

#[test]
fn an_option_of_a_pruner_that_is_out_of_its_range_is_told_at_the_option() {
    let folder = folder("");
    let refused = tune(
        &folder,
        2,
        &["validate", "study.yaml", "--set", "pruner.above=-1"],
    )
    .stderr;
    assert!(
        refused
            .contains("`pruner` has an option `above` that cannot be `-1`: it must be at least 0"),
        "{refused}"
    );
}

#[test]
fn a_client_of_ask_tell_is_told_to_stop_and_its_trial_is_stopped() {
    let folder = folder("");
    let mut child = command(&folder, &["ask-tell", "study.yaml"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines
        .by_ref()
        .find(|line| line.as_ref().unwrap().contains(BEGIN))
        .expect("it begins")
        .unwrap();
    let mut send = |request: Value| -> Value {
        writeln!(stdin, "{request}").unwrap();
        serde_json::from_str(&lines.next().expect("an answer").unwrap()).unwrap()
    };
    let status = send(json!({"status": true}));
    assert_eq!(status["status"]["pruner"]["name"], "cut", "{status}");
    let asked = send(json!({"ask": 2}));
    for (trial, (loss, verdict, state)) in
        [(9.0, "stop", "stopped"), (1.0, "continue", "completed")]
            .into_iter()
            .enumerate()
    {
        assert_eq!(asked["asked"][trial]["trial"], trial, "{asked}");
        let report = json!({"report": {"trial": trial, "at": 1, "values": {"loss": loss}}});
        assert_eq!(send(report)["verdict"], verdict);
        // Values, as if it had not been stopped.
        let tell = json!({"tell": {"trial": trial, "values": {"loss": loss}}});
        assert_eq!(send(tell)["state"], state);
    }
    let ended = send(json!({"end": true}));
    assert_eq!(ended["ended"]["counts"]["stopped"], 1, "{ended}");
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_journal_of_a_guest_is_read_listed_and_cleaned_like_any_other() {
    let folder = folder("journal: {shelf: {row: left}}");
    let unbegun = tune(&folder, 2, &["status", "study.yaml"]).stderr;
    assert!(
        unbegun.contains("has not begun: there is no journal `shelf left`"),
        "{unbegun}"
    );
    let created = tune(&folder, 0, &["validate", "study.yaml"]).stdout;
    assert!(
        created.contains("shelf left (will be created)"),
        "{created}"
    );
    tune(&folder, 0, &["run", "study.yaml", "--no-progress"]);
    let held = tune(&folder, 0, &["validate", "study.yaml"]).stdout;
    assert!(held.contains("shelf left (holds this study: "), "{held}");
    let status = tune(&folder, 0, &["status", "study.yaml"]).stdout;
    assert!(status.contains("study in shelf left"), "{status}");
    for args in [
        &["best", "study.yaml", "--json"][..],
        &["trials", "study.yaml", "--json"],
        &["export", "study.yaml"],
        &["events", "study.yaml", "--follow"],
    ] {
        assert!(!tune(&folder, 0, args).stdout.is_empty(), "{args:?}");
    }
    assert!(folder.path("trials/study/000000").exists());
    tune(&folder, 0, &["clean", "study.yaml", "--all", "--yes"]);
    assert!(!folder.path("trials").exists() && !folder.path("left.shelf").exists());
}
