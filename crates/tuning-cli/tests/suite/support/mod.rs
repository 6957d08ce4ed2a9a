//! A folder with a study in it, and the program that runs there.

#[cfg(target_os = "linux")]
pub(crate) mod screen;
pub(crate) mod sink;
pub(crate) mod timeless;

use std::{
    fs,
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A trial that notes its number in `done.log` when it is done. `$1` is its loss. From trial `HELD` on, it waits for the file
/// `go`; `DELAY` is for one that is to be killed.
pub(crate) const TRIAL: &str = "\
echo \"$TUNE_TRIAL\" >> started.log
while [ \"$TUNE_TRIAL\" -ge \"${HELD:-1000000}\" ] && [ ! -e go ]; do sleep 0.02; done
sleep \"${DELAY:-0}\"
echo \"$TUNE_TRIAL\" >> done.log
echo \"loss=$1\"
";

/// Long enough for a machine that is busy with other things.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// A study of `trial.sh`.
pub(crate) const STUDY: &str = "\
command: [sh, trial.sh, \"${x}\", \"${kind}\"]
parameters:
  x: {min: 0.0, max: 1.0}
  kind: {values: [a, b, c]}
objective: {name: loss, direction: minimize}
budget: {trials: 6}
workers: 2
seed: 7
";

/// Whether there is a Python; if not, says loudly what is skipped.
pub(crate) fn python(what_for: &str) -> bool {
    let found = Command::new("python3").arg("--version").output();
    let found = found.is_ok_and(|output| output.status.success());
    if !found {
        // Not `eprintln!`: this is not to be swallowed with the output of a test that passes.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: there is no `python3` to run {what_for} with"
        );
    }
    found
}

/// A folder for one test.
pub(crate) struct Folder {
    dir: TempDir,
}

/// How a program ended.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// With `trial.sh` and `study.yaml`.
    pub(crate) fn with_study() -> Self {
        let folder = Self::new();
        folder.write("trial.sh", TRIAL);
        folder.write("study.yaml", STUDY);
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// The lines of a file, sorted as numbers.
    pub(crate) fn numbers(&self, name: &str) -> Vec<u64> {
        let mut numbers: Vec<u64> = self
            .read(name)
            .lines()
            .map(|line| line.parse().unwrap())
            .collect();
        numbers.sort_unstable();
        numbers
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tune"));
        // As if it was found on the PATH: hints show the program as it was called.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::arg0(&mut command, "tune");
        command
            .args(args)
            .current_dir(self.dir.path())
            .env("NO_COLOR", "1");
        command
    }

    /// Runs the program to its end.
    pub(crate) fn tune(&self, args: &[&str]) -> Done {
        finish(self.command(args))
    }

    /// Runs the program, which must end with this code.
    #[track_caller]
    pub(crate) fn ends_with(&self, code: i32, args: &[&str]) -> Done {
        let done = self.tune(args);
        assert_eq!(done.code, Some(code), "tune {args:?}: {done:#?}");
        done
    }

    /// Starts the program.
    pub(crate) fn start(&self, args: &[&str], envs: &[(&str, &str)]) -> Child {
        let mut command = self.command(args);
        command
            .envs(envs.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.spawn().unwrap()
    }

    /// Waits until a file has this many lines.
    #[track_caller]
    pub(crate) fn wait_for_lines(&self, name: &str, lines: usize) {
        let began = Instant::now();
        while self.read(name).lines().count() < lines {
            assert!(
                began.elapsed() < PATIENCE,
                "`{name}` has: {}",
                self.read(name)
            );
            thread::sleep(Duration::from_millis(5));
        }
    }
}

pub(crate) fn finish(mut command: Command) -> Done {
    let output = command.stdin(Stdio::null()).output().unwrap();
    Done {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn wait(child: Child) -> Done {
    let output = child.wait_with_output().unwrap();
    Done {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Reads what a program that runs says on its stderr, until it has said this; returns what was read. One that neither says it
/// nor ends is killed.
#[track_caller]
pub(crate) fn heard(child: &mut Child, words: &str) -> String {
    heard_within(child, words, PATIENCE)
}

#[track_caller]
fn heard_within(child: &mut Child, words: &str, patience: Duration) -> String {
    let mut stderr = child.stderr.take().unwrap();
    let (says, hears) = mpsc::channel();
    let end = words.as_bytes().to_owned();
    let listener = thread::spawn(move || {
        let (mut said, mut byte) = (Vec::new(), [0]);
        // No byte more than needed: the rest is for who waits for its end.
        while !said.ends_with(&end) && stderr.read(&mut byte).is_ok_and(|read| read == 1) {
            said.push(byte[0]);
            let _ = says.send(byte[0]);
        }
        stderr
    });
    let began = Instant::now();
    let mut said = Vec::new();
    while !said.ends_with(words.as_bytes()) {
        match hears.recv_timeout(patience.saturating_sub(began.elapsed())) {
            Ok(byte) => said.push(byte),
            Err(why) => {
                let _ = child.kill();
                let said = String::from_utf8_lossy(&said);
                panic!("`{words}` was not heard ({why}), but: {said}");
            }
        }
    }
    child.stderr = Some(listener.join().unwrap());
    String::from_utf8(said).unwrap()
}

#[test]
fn who_neither_speaks_nor_ends_is_not_listened_to_for_ever() {
    let start = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let mut child = start("echo one two >&2; echo three >&2");
    assert_eq!(heard(&mut child, "two"), "one two");
    assert_eq!(wait(child).stderr, "\nthree\n", "the rest is left");
    for (script, patience) in [
        ("echo one >&2; exec sleep 600", Duration::from_millis(300)),
        ("echo one >&2", PATIENCE),
    ] {
        let mut child = start(script);
        let listen = || heard_within(&mut child, "two", patience);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(listen)).unwrap_err();
        let message = panicked.downcast_ref::<String>().unwrap();
        assert!(message.contains("but: one"), "{message}");
        child.wait().unwrap();
    }
}

/// Sends a signal until the program ends: those that come together may count as one, and one that comes while its handler is
/// being set up may be lost.
#[track_caller]
pub(crate) fn signal_until_it_ends(child: &mut Child, name: &str, what: &str) -> ExitStatus {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(began.elapsed() < PATIENCE, "{what} hangs");
        signal(child, name);
        thread::sleep(Duration::from_millis(100));
    }
}

/// Waits until no process has this in its command line: one that is killed needs a moment.
#[track_caller]
pub(crate) fn gone(mark: &str) {
    let began = Instant::now();
    while processes_with(mark) > 0 {
        assert!(began.elapsed() < PATIENCE, "`{mark}` is left behind");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal by its name.
pub(crate) fn signal(child: &Child, name: &str) {
    let kill = Command::new("kill")
        .arg(format!("-{name}"))
        .arg(child.id().to_string())
        .status();
    assert!(kill.unwrap().success());
}

/// How many processes have this in their command line.
pub(crate) fn processes_with(text: &str) -> usize {
    let of = |path: &Path| fs::read(path.join("cmdline")).unwrap_or_default();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|process| String::from_utf8_lossy(&of(&process.path())).contains(text))
        .count()
}
