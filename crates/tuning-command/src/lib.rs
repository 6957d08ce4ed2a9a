//! Trials that are programs: [`CommandSpec`] says what to run, [`CommandEvaluator`] runs it.
//!
//! ```
//! use tuning_core::{Parameter, Space};
//! use tuning_command::{Argument, CommandSpec};
//!
//! let space = Space::new([Parameter::float("lr", 1e-5, 1e-1).log()])?;
//! # let folder = std::env::temp_dir();
//! let evaluator = CommandSpec::new(["python", "train.py", "--lr", "${lr}"])
//!     .group(["--epochs", "${until}"])
//!     .env("OMP_NUM_THREADS", "1")
//!     .trials_dir(folder.join("trials"))
//!     .build(&space)?;
//! # let _ = evaluator;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What a program is given
//!
//! Arguments: `${name}` stands for the value of a parameter, or for one of `${trial}`, `${seed}`,
//! `${seed_64}`, `${attempt}`, `${trial_dir}`, `${checkpoint_dir}`, `${result}`, `${until}` and
//! `${from}`; a parameter of the same name comes first. `$$` is a `$`. Numbers are written so that they read
//! back exactly. A value is always (a part of) one argument, whatever it contains (a NUL byte is
//! refused before the first trial, since no argument can have one). For what happens
//! to arguments of inactive parameters see [`Argument`]; for shell scripts see
//! [`CommandLine::Shell`].
//!
//! Environment, besides that of the tuner:
//!
//! | variable | its value |
//! |---|---|
//! | `TUNE_TRIAL` | the number of the trial |
//! | `TUNE_ATTEMPT` | 0, or how often this piece of work was tried before |
//! | `TUNE_PARAMS` | a JSON object of the active parameters |
//! | `TUNE_SEED` | the trial's seed, an unsigned 32-bit number as NumPy takes it: the same in every attempt |
//! | `TUNE_SEED_64` | the whole seed, an unsigned 64-bit number, of which `TUNE_SEED` is the lower half |
//! | `TUNE_TRIAL_DIR` | the trial's own folder |
//! | `TUNE_CHECKPOINT_DIR` | where to save and to find checkpoints, see below |
//! | `TUNE_RESULT` | the path of a file that the program may write its result to |
//! | `TUNE_UNTIL` | the step to run until; unset if it is to run to its end |
//! | `TUNE_FROM` | the step that the checkpoint is of; unset if there is none |
//! | `TUNE_STUDY` | the name of the study; unset if it has none |
//! | `PYTHONUNBUFFERED` | `1` unless it is set already: else reports come when it is too late to act on them |
//!
//! Standard input is empty. The program leads a process group of its own.
//!
//! # What a program gives back
//!
//! 1. The file `TUNE_RESULT`, if the program wrote it: a JSON object with all objectives, lines as on
//!    standard output, or one bare number if there is one objective.
//! 2. Else what it printed on standard output. A line by itself is looked at if it is a JSON object
//!    (`{"epoch": 3, "loss": 0.41}`), or nothing but `name=value` pairs with blanks or commas between
//!    them (`epoch=3, loss=0.41`); `name: value` pairs count too in a line that names an objective or a
//!    step. Of each objective the last value counts. A line with all objectives and a step is a report,
//!    on which the strategy or a pruner may stop the program. The step is the first of `fidelity`,
//!    `epoch`, `step`, `iteration` in the line, a whole number: how many are *finished*, so 1 after the
//!    first epoch ([`CommandSpec::zero_based`] for loops that say 0). Other numbers are kept as metrics,
//!    up to 10,000 names. All other lines are just output.
//! 3. `{"infeasible": "the reason"}` or `infeasible=the reason`, in either place: the parameters are not
//!    allowed together. Any value says so but `false`, `0`, `null` and an empty list or object.
//!
//! One rule holds in both places and for JSON and pairs alike: **a line that names an objective without
//! a finite number fails the trial**, with that line in the reason. `NaN`, `Infinity`, `nan`, `inf`
//! (bare or quoted), `null`, `None`, nothing at all (`loss=`), a number too large for a float, a string
//! (`"0.5"`), a list, a decimal comma (`0,5`) and a broken JSON object are all that. With a step the
//! trial fails at once; without one a later line may still give the value. Leave an objective out of a
//! line that has no value for it.
//!
//! Where no line gives a result, the reason says which one came near it (`Loss: 0.5`, `los=0.5`,
//! `{'loss': 0.5}`, a bare `0.5`), and why it was not read.
//!
//! What the program and its process group write counts until the group is gone. When the program itself
//! has exited, the rest of its group (such as `tee`) has ten seconds to finish, or two in which it
//! writes nothing and waits; then it is killed. A process that has left the group (`setsid`) is not
//! waited for: what it writes after the group is gone is not read.
//!
//! An exit code other than 0, or a signal, fails the trial, whatever it had measured. The
//! reason has the end of standard error, or the end of standard output if there is none. If the
//! folder of the trials takes no files by then (a full or read-only disk, a lost permission), the
//! trial is not charged with it: the session ends with that error, and the trial runs again when the
//! study resumes.
//!
//! # Checkpoints
//!
//! Every piece of work has a folder of its own for its checkpoints: `checkpoint/27` in the trial's
//! folder for work until step 27, `checkpoint/end` for work to the end. A program saves there what
//! it needs to continue, and looks there at its start for what to continue from. A resumed trial finds
//! a copy of what the trial's work before left, a forked one a copy of the other trial's, a retried
//! one what the failed attempt left. So the checkpoints of a paused trial never change.
//!
//! What a failed attempt left may lead nowhere: a program that died between its last checkpoint and the
//! line about it finds that there is nothing left to do, and half a checkpoint cannot be read. So a
//! retried program that ends and has measured nothing runs again at once, with the checkpoint that the
//! first attempt found. One that has measured something and fails keeps what it has saved.
//!
//! A program that knows nothing of checkpoints starts over, and reports again the steps that its trial had already reached.
//! Those reports are ignored and later ones are taken, so the result is right and takes longer. The person is warned once
//! ([`Warning::Repeated`](tuning_core::Warning::Repeated)).
//!
//! If the checkpoint of a paused trial was deleted, the trial starts anew: the folder is empty and
//! `TUNE_FROM` unset.
//!
//! Checkpoints that no work can need are removed at once: all of a trial when the strategy gives it up, and
//! of a trial that resumes those before the one that it resumes from. Those of the last two pieces of work stay,
//! also when the trial has ended: they are what it was trained for, and other trials may begin with them. Logs
//! stay.
//!
//! # How a program ends
//!
//! By itself, at the latest at `TUNE_UNTIL`. When it is to be stopped (a pruner's verdict, a
//! timeout, a cancelled study, a report of a step beyond the one at which it was paused) its
//! process group gets SIGTERM and, after [`CommandSpec::grace`], SIGKILL. A program that has
//! reported `TUNE_UNTIL` and reports nothing more is given all the time it takes to save its
//! checkpoint. What is left of the group after the time above is killed, at once if the program was to
//! be stopped or all outputs are closed; only a process that has left the group (`setsid`) escapes. A dropped evaluation kills the group at
//! once. If the tuner itself is killed, the programs that survive it are killed, with their groups,
//! before their trials run again (on Linux, where they can be told from strangers with the same
//! number).
//!
//! # Files
//!
//! In `<trials_dir>/<trial, six digits>`: `stdout.log` and `stderr.log` (whole, byte by byte,
//! attempts one after the other; if the disk is full they end early and the trial continues),
//! `trial.json` (whose folder this is), `result`, `checkpoint/`, and `process.json` while the
//! program runs. None of them is opened unless it is a regular file. A folder of the same number from another study (other parameters, seed or study
//! name) is set aside as `<trial>.stale-<n>`.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod argument;
mod checkpoint;
mod error;
mod evaluator;
mod explain;
mod folder;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
mod group;
mod intake;
mod line;
mod near;
mod output;
mod owner;
mod process;
mod pump;
mod quantity;
mod record;
mod regular;
mod result_file;
mod results;
mod shell;
mod spec;
mod stat;
mod template;
mod variables;

pub use argument::{Argument, CommandLine};
pub use error::{CommandError, Place};
pub use evaluator::CommandEvaluator;
pub use folder::{STDERR_LOG, STDOUT_LOG, TrialFolder, trial_dir};
pub use group::ProcessGroup;
pub use owner::TrialsFolder;
pub use regular::open_regular;
pub use spec::CommandSpec;
