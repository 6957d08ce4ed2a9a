//! One document, followed from its first block to its last: what was done, what was left out, what went wrong.

use std::time::Instant;

use crate::documents::edit::replaced;
use crate::documents::expect::missing;
use crate::documents::place::Place;
use crate::documents::plan::{Step, Study, Task, plan, without_comment};
use crate::documents::rust::DocTests;
use crate::documents::script::Typed;
use crate::documents::study::completed;
use crate::error::Result;

/// What became of the steps of a document.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) done: usize,
    pub(crate) left_out: usize,
    pub(crate) failed: usize,
}

enum Came {
    Done(String),
    LeftOut(String, String),
    Failed(String),
}

/// A document, and what it is followed with.
pub(crate) struct Reader<'a> {
    pub(crate) document: &'a str,
    pub(crate) text: &'a str,
    pub(crate) doc_tests: &'a DocTests,
    /// None to tell what would be done.
    pub(crate) place: Option<Place>,
}

impl Reader<'_> {
    /// Does the steps in their order and prints a line for each. After a failure nothing more is done, since what comes
    /// behind may need it.
    ///
    /// # Errors
    /// When a file cannot be written or a shell not be started.
    pub(crate) fn follow(&mut self) -> Result<Tally> {
        let mut tally = Tally::default();
        for step in plan(self.text) {
            let begun = Instant::now();
            let came = self.take(&step)?;
            let at = format!("{}:{}", self.document, step.line);
            match came {
                Came::Done(what) => {
                    tally.done += 1;
                    let seconds = begun.elapsed().as_secs_f64();
                    if seconds < 0.1 {
                        println!("  ok    {at}  {what}");
                    } else {
                        println!("  ok    {at}  {what}  ({seconds:.1} s)");
                    }
                }
                Came::LeftOut(what, why) => {
                    tally.left_out += 1;
                    println!("  left  {at}  {what}: {why}");
                }
                Came::Failed(why) => {
                    tally.failed += 1;
                    println!("  FAIL  {at}  {why}");
                    break;
                }
            }
        }
        Ok(tally)
    }

    fn take(&mut self, step: &Step) -> Result<Came> {
        Ok(match &step.task {
            Task::Fault(why) => Came::Failed(why.clone()),
            Task::LeaveOut { what, why } => Came::LeftOut(what.clone(), why.clone()),
            Task::DocTested { text } => match self.doc_tests.hold(self.document, text) {
                true => Came::Done("a doc test compiles it".to_owned()),
                false => Came::Failed(
                    "no doc test compiles this example: include the document in one (`#[doc = include_str!(…)]` under \
                     `#[cfg(doctest)]`), or show an example of the crate's docs word for word, or mark it `rust,ignore`"
                        .to_owned(),
                ),
            },
            task => match &mut self.place {
                None => Came::Done(intention(task)),
                Some(place) => act(place, task)?,
            },
        })
    }
}

/// What would be done.
fn intention(task: &Task) -> String {
    match task {
        Task::Write { file, .. } => format!("write `{file}`"),
        Task::Edit { file, .. } => format!("edit `{file}`"),
        Task::Shows { file, .. } => format!("compare with `{file}`"),
        Task::Validate(Study::File(file)) => format!("tune validate {file}"),
        Task::Validate(Study::Part(_)) => "tune validate (completed)".to_owned(),
        Task::Run { typed, exit: 0 } => format!("$ {}", shown(typed)),
        Task::Run { typed, exit } => format!("$ {}  [exit code {exit}]", shown(typed)),
        _ => String::new(),
    }
}

fn shown(typed: &Typed) -> String {
    let mut lines = typed.text.lines();
    let first = without_comment(lines.next().unwrap_or_default());
    match lines.count() {
        0 => first.to_owned(),
        more => format!("{first} … ({more} more lines)"),
    }
}

fn act(place: &mut Place, task: &Task) -> Result<Came> {
    let what = intention(task);
    match task {
        Task::Write { file, text } => {
            place.write(file, text)?;
            Ok(Came::Done(what))
        }
        Task::Edit { file, text } => {
            let old = std::fs::read_to_string(place.file(file)).unwrap_or_default();
            match replaced(&old, text) {
                Ok(new) => {
                    place.write(file, &new)?;
                    Ok(Came::Done(what))
                }
                Err(why) => Ok(Came::Failed(format!("{what}: {why}"))),
            }
        }
        Task::Shows { file, text } => {
            let found = std::fs::read_to_string(place.file(file)).unwrap_or_default();
            Ok(match contains(&found, text) {
                true => Came::Done(what),
                false => Came::Failed(format!("`{file}` has other lines than these")),
            })
        }
        Task::Validate(study) => {
            let command = match study {
                Study::File(file) => format!("tune validate {file}"),
                Study::Part(text) => {
                    place.write("completed.yaml", &completed(text))?;
                    "tune validate completed.yaml".to_owned()
                }
            };
            run(place, what, &command, 0, &[])
        }
        Task::Run { typed, exit } => run(place, what, &typed.text, *exit, &typed.shown),
        _ => Ok(Came::Done(what)),
    }
}

fn run(
    place: &mut Place,
    what: String,
    command: &str,
    exit: i32,
    shown: &[String],
) -> Result<Came> {
    if let Some(program) = place.lacks(command) {
        return Ok(Came::LeftOut(
            what,
            format!("NOT HERE: `{program}` is not installed"),
        ));
    }
    let ran = place.run(command)?;
    if ran.code != Some(exit) {
        let code = ran
            .code
            .map_or("a signal".to_owned(), |code| format!("exit code {code}"));
        return Ok(Came::Failed(format!(
            "{what}\nended with {code} instead of {exit}; it said\n{}",
            ran.output
        )));
    }
    Ok(match missing(shown, &ran.output) {
        None => Came::Done(what),
        Some(line) => Came::Failed(format!(
            "{what}\ndoes not say `{line}`; it said\n{}",
            ran.output
        )),
    })
}

/// Whether the lines stand in the text, one behind the other, wherever they begin.
fn contains(text: &str, lines: &str) -> bool {
    let trimmed = |text: &str| {
        text.lines()
            .map(|line| line.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let (text, lines) = (trimmed(text), trimmed(lines));
    !lines.is_empty() && text.windows(lines.len()).any(|window| window == lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_wherever_they_are_indented() {
        assert!(contains("a\n    b\n\n    c\nd\n", "b\n\nc\n"));
        assert!(!contains("a\nb\nc\n", "a\nc\n"));
        assert!(!contains("a\n", ""));
    }

    #[test]
    fn without_a_place_nothing_is_done() -> Result {
        let text = "```sh\nfalse\ncargo install x\n```\n```rust\nx();\n```\n";
        let doc_tests = DocTests::default();
        let tally = Reader {
            document: "a.md",
            text,
            doc_tests: &doc_tests,
            place: None,
        }
        .follow()?;
        assert_eq!(
            tally,
            Tally {
                done: 1,
                left_out: 1,
                failed: 1
            }
        );
        Ok(())
    }
}
