//! What there is to do for each block of a document, decided without doing it.

use crate::documents::elsewhere;
use crate::documents::fence::{Fence, fences};
use crate::documents::script::{self, Typed};

/// One thing to do for a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// Its line in the document.
    pub(crate) line: usize,
    pub(crate) task: Task,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Task {
    /// Write this file into the reader's folder.
    Write { file: String, text: String },
    /// Replace functions of a file by those of the same name.
    Edit { file: String, text: String },
    /// See that the text is in this file.
    Shows { file: String, text: String },
    /// Check a study file that has a name, or a part of one.
    Validate(Study),
    /// Run a command, and compare its exit code and its output.
    Run { typed: Typed, exit: i32 },
    /// An example in Rust that a doc test has to hold.
    DocTested { text: String },
    /// Nothing, for this reason.
    LeaveOut { what: String, why: String },
    /// The document itself is at fault.
    Fault(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Study {
    /// The file of this name.
    File(String),
    /// This text of a study file, whole or in part.
    Part(String),
}

const SHELLS: &[&str] = &["sh", "bash", "shell"];

/// Words that a block may bear, but for those of rustdoc.
const WORDS: &[&str] = &["file", "edits", "shows", "exit", "skip"];

/// The steps of a document in their order.
pub(crate) fn plan(text: &str) -> Vec<Step> {
    fences(text).iter().flat_map(steps).collect()
}

fn steps(fence: &Fence) -> Vec<Step> {
    let step = |task| {
        vec![Step {
            line: fence.line,
            task,
        }]
    };
    let text = || fence.text.clone();
    if fence.has("skip") {
        return step(match &fence.reason {
            Some(why) if !why.trim().is_empty() => leave_out(fence, why),
            _ => Task::Fault("a block that is skipped says why: skip (REASON)".to_owned()),
        });
    }
    if let Some(fault) = unknown_word(fence) {
        return step(Task::Fault(fault));
    }
    if let Some(file) = fence.value("edits") {
        let file = file.to_owned();
        return step(Task::Edit { file, text: text() });
    }
    if let Some(file) = fence.value("shows") {
        let file = file.to_owned();
        return step(Task::Shows { file, text: text() });
    }
    match &*fence.language {
        "rust" => match fence.file() {
            Some(file) => step(write(file, fence)),
            None if fence.has("ignore") => step(leave_out(fence, "rustdoc is told to ignore it")),
            None => step(Task::DocTested { text: text() }),
        },
        shell if SHELLS.contains(&shell) && !script::is_session(&fence.text) => {
            commands(fence, script::lines(&fence.text, fence.line))
        }
        shell if SHELLS.contains(&shell) || matches!(shell, "console" | "text" | "") => {
            match script::is_session(&fence.text) {
                true => commands(fence, script::session(&fence.text, fence.line)),
                false => step(leave_out(fence, "no line of it has a `$ ` in front")),
            }
        }
        "yaml" | "toml" | "json" => match fence.file() {
            Some(file) => {
                let mut steps = step(write(file, fence));
                if is_study(&fence.text) {
                    let study = Task::Validate(Study::File(file.to_owned()));
                    steps.extend(step(study));
                }
                steps
            }
            None if fence.language == "yaml" => step(Task::Validate(Study::Part(text()))),
            None => step(leave_out(fence, EXCERPT)),
        },
        _ => match fence.file() {
            Some(file) => step(write(file, fence)),
            None => step(leave_out(fence, EXCERPT)),
        },
    }
}

const EXCERPT: &str = "an excerpt: its first line names no file";

fn write(file: &str, fence: &Fence) -> Task {
    Task::Write {
        file: file.to_owned(),
        text: fence.text.clone(),
    }
}

fn leave_out(fence: &Fence, why: &str) -> Task {
    let first = fence.text.lines().find(|line| !line.trim().is_empty());
    Task::LeaveOut {
        what: format!("{} `{}`", fence.language, first.unwrap_or_default().trim())
            .trim_start()
            .to_owned(),
        why: why.to_owned(),
    }
}

fn commands(fence: &Fence, typed: Vec<Typed>) -> Vec<Step> {
    let wanted = match fence.value("exit").map(str::parse) {
        None => 0,
        Some(Ok(code)) => code,
        Some(Err(_)) => {
            let task = Task::Fault("`exit:` takes a number, such as `exit:2`".to_owned());
            return vec![Step {
                line: fence.line,
                task,
            }];
        }
    };
    let count = typed.len();
    typed
        .into_iter()
        .enumerate()
        .map(|(place, typed)| Step {
            line: typed.line,
            task: match elsewhere::why(&typed.text) {
                Some(why) => Task::LeaveOut {
                    what: format!("`{}`", without_comment(&typed.text)),
                    why: why.to_owned(),
                },
                // The exit code of a block is that of its last command.
                None => Task::Run {
                    typed,
                    exit: if place + 1 == count { wanted } else { 0 },
                },
            },
        })
        .collect()
}

pub(crate) fn without_comment(command: &str) -> &str {
    command.split(" #").next().unwrap_or_default().trim_end()
}

/// Whether a file has what only a study file has.
fn is_study(text: &str) -> bool {
    let marks = [
        "parameters:",
        "[parameters",
        "\"parameters\"",
        "parameters.",
    ];
    text.lines()
        .any(|line| marks.iter().any(|mark| line.trim_start().starts_with(mark)))
}

/// A word that means nothing here, unless rustdoc knows it.
fn unknown_word(fence: &Fence) -> Option<String> {
    let unknown = fence.words.iter().find(|word| {
        let name = word.split_once(':').map_or(word.as_str(), |(name, _)| name);
        fence.language != "rust" && !WORDS.contains(&name)
    })?;
    Some(format!(
        "`{unknown}` means nothing here: a block may bear file:NAME, edits:NAME, shows:NAME, exit:CODE or skip (REASON)"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(text: &str) -> Task {
        let mut steps = plan(text);
        assert_eq!(steps.len(), 1, "{steps:?}");
        steps.remove(0).task
    }

    fn left_out(text: &str) -> String {
        match only(text) {
            Task::LeaveOut { what, why } => format!("{what}: {why}"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_kind_of_block_has_its_task() {
        assert!(matches!(
            only("```sh\ntune init\n```"),
            Task::Run { exit: 0, .. }
        ));
        assert!(matches!(only("```\n$ tune init\n```"), Task::Run { .. }));
        assert!(matches!(
            only("```python\n# train.py\n```"),
            Task::Write { .. }
        ));
        assert!(matches!(
            only("```yaml\nbudget: {trials: 3}\n```"),
            Task::Validate(Study::Part(_))
        ));
        assert!(matches!(
            only("```rust\nfn main() {}\n```"),
            Task::DocTested { .. }
        ));
        assert!(matches!(
            only("```rust edits:src/lib.rs\nfn ask() {}\n```"),
            Task::Edit { .. }
        ));
        assert!(matches!(
            only("```rust shows:src/lib.rs\nfn ask() {}\n```"),
            Task::Shows { .. }
        ));
        let study = plan("```yaml\n# study.yaml\nparameters: {}\n```");
        assert!(matches!(study[0].task, Task::Write { .. }));
        assert_eq!(
            study[1].task,
            Task::Validate(Study::File("study.yaml".to_owned()))
        );
    }

    #[test]
    fn what_is_left_out_says_why() {
        assert_eq!(
            left_out("```text\na drawing\n```"),
            "text `a drawing`: no line of it has a `$ ` in front"
        );
        assert_eq!(
            left_out("```sh skip (needs a cluster)\nsbatch x\n```"),
            "sh `sbatch x`: needs a cluster"
        );
        assert!(left_out("```json\n{}\n```").contains("names no file"));
        assert!(left_out("```rust,ignore\nx\n```").contains("ignore"));
        assert!(
            left_out("```sh\ncargo install --path x # now\n```")
                .starts_with("`cargo install --path x`: ")
        );
    }

    #[test]
    fn a_wrong_word_is_a_fault() {
        for text in [
            "```sh skip\nx\n```",
            "```sh skip ()\nx\n```",
            "```sh exti:2\nx\n```",
            "```sh exit:two\nx\n```",
        ] {
            assert!(matches!(only(text), Task::Fault(_)), "{text}");
        }
    }

    #[test]
    fn the_last_command_has_the_exit_code() {
        let exits: Vec<_> = plan("```sh exit:3\na\nb\n```")
            .into_iter()
            .map(|step| match step.task {
                Task::Run { exit, .. } => exit,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(exits, [0, 3]);
    }
}
