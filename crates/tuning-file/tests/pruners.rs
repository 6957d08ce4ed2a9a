//! A pruner of a program's own: it is named, read, refused and used as those of the crate, also over programs.

use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tuning_core::{
    ConfigOption, Fact, Problem, Pruner, PrunerConfig, Spec, StudyView, TrialId, TrialState,
    Unsupported, Verdict,
};
use tuning_file::{Extensions, Format, StudyFile, StudyReader};
use tuning_runtime::blocking;

/// `pruner: {name: cut, above: 0.5}`: stops what reports more than that.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct CutConfig {
    above: f64,
}

impl Default for CutConfig {
    fn default() -> Self {
        Self { above: 0.5 }
    }
}

impl PrunerConfig for CutConfig {
    type Pruner = Cut;

    fn spec(&self) -> Spec {
        Spec::new("cut").options(self.options())
    }

    fn options(&self) -> Vec<ConfigOption> {
        let about = "what may be reported at most";
        vec![
            ConfigOption::new("above", self.above, about)
                .at_least(0.0)
                .below(1e6),
        ]
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

/// The same by an author who describes no option: `build` alone knows what it takes.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PlainConfig {
    above: f64,
    note: String,
}

impl PrunerConfig for PlainConfig {
    type Pruner = Cut;

    fn spec(&self) -> Spec {
        let spec = Spec::new("plain").option("above", self.above);
        spec.option("note", self.note.as_str())
    }

    fn build(&self, _: &Problem) -> Result<Cut, Unsupported> {
        if self.above < 0.0 {
            let message = format!("cannot cut `above` {}: use 0 or more", self.above);
            return Err(Unsupported::pruner("plain", message));
        }
        if self.note.is_empty() {
            let message = "has nothing to say";
            return Err(Unsupported::pruner("plain", message));
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

const STUDY: &str = "
parameters: {x: {min: 0, max: 9}}
objective: {name: loss, direction: minimize}
strategy: random
budget: {trials: 12}
workers: 2
seed: 7
";

fn extensions() -> Extensions {
    Extensions::default()
        .pruner::<CutConfig>("cut", "what reports more than that is stopped")
        .pruner::<PlainConfig>("plain", "the same")
}

fn read(text: &str) -> Result<StudyFile, String> {
    StudyReader::new(&extensions())
        .functions()
        .text(
            Format::Yaml,
            &format!("{STUDY}journal: memory\npruner: {text}\n"),
        )
        .map_err(|error| error.to_string())
}

#[test]
fn it_is_named_as_a_strategy_is() {
    for (text, expected) in [
        ("never", "never"),
        ("{name: never}", "never"),
        ("cut", "cut (above: 0.5)"),
        ("{name: cut}", "cut (above: 0.5)"),
        ("{name: cut, above: 0.25}", "cut (above: 0.25)"),
    ] {
        let file = read(text).unwrap();
        let pruner = file.identity.pruner.expect("it was named");
        assert_eq!(pruner.to_string(), expected, "{text}");
    }
}

#[test]
fn those_of_this_crate_are_read_with_their_options_and_within_each_other() {
    for (text, expected) in [
        (
            "median",
            "median (interval: 1, min_trials: 1, startup: 5, warmup: 0)",
        ),
        (
            "{name: percentile, percentile: 25, warmup: 5}",
            "percentile (interval: 1, min_trials: 1, percentile: 25, startup: 5, warmup: 5)",
        ),
        (
            "{name: threshold, upper: 10}",
            "threshold (interval: 1, lower: null, upper: 10, warmup: 0)",
        ),
        ("wilcoxon", "wilcoxon (p: 0.1, startup: 2)"),
        ("asha", "asha (min_resource: null, reduction_factor: 3)"),
        (
            "{name: asha, min_resource: 2}",
            "asha (min_resource: 2, reduction_factor: 3)",
        ),
        (
            "patience",
            "patience (inner: null, patience: 3, tolerance: 0)",
        ),
        (
            "{name: patience, patience: 2, tolerance: 0.5, inner: {name: cut, above: 1}}",
            "patience (inner.above: 1, inner.name: cut, patience: 2, tolerance: 0.5)",
        ),
        (
            "{name: after, step: 5, inner: never}",
            "after (inner.name: never, step: 5)",
        ),
    ] {
        let pruner = read(text).unwrap().identity.pruner.expect("it was named");
        assert_eq!(pruner.to_string(), expected, "{text}");
    }
    for name in ["any", "all"] {
        let of = "[median, {name: cut, above: 1}]";
        let read = |text: &str| read(text).unwrap().identity.pruner.expect("it was named");
        let pruner = read(&format!("{{name: {name}, of: {of}}}"));
        assert_eq!(pruner, read(&format!("{{{name}: {of}}}")), "in short");
        let pruner = pruner.to_string();
        let parts = ["name: median", "name: cut", "above: 1"];
        assert!(parts.iter().all(|part| pruner.contains(part)), "{pruner}");
    }
}

#[test]
fn what_makes_no_sense_in_a_part_is_told_there() {
    for (text, expected) in [
        (
            "{name: patience, inner: {name: cut, above: -1}}",
            "`pruner.inner` has an option `above` that cannot be `-1`",
        ),
        (
            "{name: any, of: [median, medan]}",
            "`pruner.of.1` is `medan`, but there is no such pruner: did you mean `median`?",
        ),
        (
            "{name: all, of: []}",
            "`pruner.of` is empty: name one pruner at least",
        ),
        (
            "{name: after, inner: median}",
            "`pruner` has no `step`: say from which step on, as in `step: 5`",
        ),
        (
            "{name: patience, tolerance: -1}",
            "`pruner` has an option `tolerance` that cannot be `-1`: it must be at least 0",
        ),
        (
            "threshold",
            "study:9:9: pruner `threshold` needs `lower` or `upper`",
        ),
        (
            "{name: after, step: 2, inner: threshold}",
            "study:9:39: `inner`: pruner `threshold` needs `lower` or `upper`",
        ),
        (
            "{name: patience, inner: {name: all, of: [median, {name: plain, note: x, above: -1}]}}",
            "study:9:88: `inner.of.1`: pruner `plain` cannot cut `above` -1: use 0 or more",
        ),
        (
            "{any: [median, {name: plain, above: 1}]}",
            "study:9:24: `of.1`: pruner `plain` has nothing to say",
        ),
        (
            "{any: [median, medan]}",
            "study:9:24: `pruner.any.1` is `medan`, but there is no such pruner: did you mean `median`?",
        ),
        (
            "{all: []}",
            "`pruner.all` is empty: name one pruner at least",
        ),
        (
            "{any: median}",
            "`pruner.any` is the string `median`: expected a list of pruners",
        ),
        (
            "{any: [median], all: [never]}",
            "`pruner` has no `name`: name the pruner",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    for (text, expected) in [
        (
            "cutt",
            "study:9:9: `pruner` is `cutt`, but there is no such pruner: did you mean `cut`?",
        ),
        (
            "{name: quartile}",
            "study:9:16: `pruner.name` is `quartile`, but there is no such pruner: there are `median`, `percentile`, `threshold`, `wilcoxon`, `patience`, `after`, `any`, `all`, `asha`, `never`, `cut`, `plain`",
        ),
        (
            "{name: cut, abve: 1}",
            "study:9:21: `pruner` has no option `abve`: did you mean `above`?",
        ),
        (
            "{name: cut, above: much}",
            "study:9:28: `pruner` has an option `above` that cannot be `\"much\"`",
        ),
        (
            "{name: cut, above: -1}",
            "study:9:28: `pruner` has an option `above` that cannot be `-1`: it must be at least 0 and below 1000000",
        ),
        (
            "{name: cut, above: 1000000}",
            "study:9:28: `pruner` has an option `above` that cannot be `1000000`: it must be at least 0 and below 1000000",
        ),
        (
            "{name: plain, note: x, above: -1}",
            "study:9:39: pruner `plain` cannot cut `above` -1: use 0 or more",
        ),
        (
            "{name: plain, above: 1}",
            "study:9:9: pruner `plain` has nothing to say",
        ),
        (
            "{name: never, above: 1}",
            "`pruner` has no option `above`: it has no options",
        ),
        (
            "{above: 1}",
            "`pruner` has no `name`: name the pruner, as in `{name: …}`",
        ),
        (
            "[cut]",
            "`pruner` is a list: expected the name of a pruner, such as `median`, or a mapping of its `name` and options",
        ),
        // It compares trials at steps as a strategy does.
        (
            "hyperband",
            "`pruner`: a strategy compares trials at the steps of a ladder here: write `strategy: hyperband` and",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}

#[test]
fn options_of_a_pruner_are_what_they_are_said_to_be() {
    let read = |given: &_| serde_json::from_value::<CutConfig>(serde_json::json!(given));
    tuning_conformance::pruner_options(read).check();
}

#[test]
fn that_of_an_included_file_can_be_taken_away() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "base.yaml",
        &format!("{STUDY}pruner: {{name: cut, above: 0.25}}\n"),
    );
    for (text, expected) in [
        ("", Some("cut (above: 0.25)")),
        ("pruner: {above: 0.75}", Some("cut (above: 0.75)")),
        ("pruner: {name: never}", Some("never")),
        ("pruner: never", Some("never")),
        ("pruner: null", None),
        ("pruner: {any: [never]}", Some("any (of.0.name: never)")),
    ] {
        write("study.yaml", &format!("include: base.yaml\n{text}\n"));
        let extensions = extensions();
        let file = StudyReader::new(&extensions)
            .functions()
            .file(folder.path().join("study.yaml"));
        let pruner = file
            .unwrap()
            .identity
            .pruner
            .map(|pruner| pruner.to_string());
        assert_eq!(pruner.as_deref(), expected, "{text}");
    }
}

/// A trial that reports what it is given, and then waits for its end if it is a bad one.
const TRIAL: &str = "\
echo \"step=1 loss=$1\"
if [ $1 -gt 4 ]; then exec sleep 600; fi
echo \"loss=$1\"
";

fn folder(rest: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("trial.sh"), TRIAL).unwrap();
    write(&folder, rest);
    folder
}

fn write(folder: &TempDir, rest: &str) {
    let text = format!("{STUDY}command: [sh, trial.sh, \"${{x}}\"]\n{rest}\n");
    std::fs::write(folder.path().join("study.yaml"), text).unwrap();
}

fn file(folder: &TempDir) -> StudyFile {
    let extensions = extensions();
    StudyReader::new(&extensions)
        .file(folder.path().join("study.yaml"))
        .unwrap()
}

async fn view(file: &StudyFile) -> StudyView {
    let journal = file.journal.file().expect("it is one");
    let mut reader =
        tuning_sqlite::SqliteStudyReader::open(journal, Some(&file.settings.name)).unwrap();
    StudyView::read(&mut reader).await.unwrap()
}

#[cfg(unix)]
#[tokio::test]
async fn programs_that_are_pruned_are_stopped() {
    let folder = folder("pruner: {name: cut, above: 4}");
    let file = file(&folder);
    let summary = file.run().await.unwrap();
    assert!(summary.counts.stopped > 0 && summary.counts.completed > 0);
    assert_eq!(summary.counts.stopped + summary.counts.completed, 12);
    let view = view(&file).await;
    for trial in view.trials().iter() {
        let x = trial.params.float("x").unwrap();
        let state = match x > 4.0 {
            true => TrialState::Stopped,
            false => TrialState::Completed,
        };
        assert_eq!(trial.state, state, "{trial:?}");
    }
    assert_eq!(
        view.spec().pruner,
        Some(Spec::new("cut").option("above", 4.0))
    );
}

#[cfg(unix)]
#[tokio::test]
async fn a_study_goes_on_under_its_own_pruner_alone() {
    let folder = folder("pruner: {name: cut, above: 4}\njournal: kept.db");
    let mut first = file(&folder);
    first.settings.budget.trials = Some(6);
    first.run().await.unwrap();
    let change = |rest: &str| write(&folder, &format!("journal: kept.db\n{rest}"));
    for (rest, expected) in [
        ("pruner: never", "pruner: `cut` became `never`"),
        (
            "pruner: {name: cut, above: 5}",
            "pruner option `above`: `4` became `5`",
        ),
        ("", "pruner: `cut` became none"),
    ] {
        change(rest);
        let error = file(&folder).run().await.unwrap_err().to_string();
        assert!(error.contains(expected), "{rest}: {error}");
    }
    change("pruner: {name: cut, above: 4}");
    assert_eq!(file(&folder).run().await.unwrap().counts.ended(), 12);
}

#[tokio::test]
async fn functions_that_are_pruned_are_stopped() {
    let file = read("{name: cut, above: 4}").unwrap();
    let mut study = file.in_memory().open().await.unwrap();
    let objective = blocking(|trial| {
        let x = trial.params().float("x")?;
        trial.report(1, x)?;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(x)
    });
    let counts = study.run(objective).await.unwrap().counts;
    assert!(counts.stopped > 0 && counts.completed > 0);
    assert_eq!(counts.stopped + counts.completed, 12);
}
