//! `cargo xtask fuzz`: the targets of `fuzz/`, on the stable compiler: the coverage that libFuzzer needs is a pass of LLVM.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::error::{Error, Result};
use crate::process::{self, cargo, succeeds};
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
Builds the fuzz targets of `fuzz/` with the compiler that is there and a C++ compiler, lets each run (or the one that is named),
and prints a table. The first build fetches and compiles libFuzzer and all dependencies: some minutes. What was
found, the inputs that lead further and the logs are kept in `target/fuzz/`; `fuzz/seeds/` is only read.
  --minutes M    each target runs this long; 1 if nothing is said, and parts of it will do (0.1)
  --list         the targets and what they check";

/// A fuzz target.
struct Target {
    name: &'static str,
    about: &'static str,
    /// The words that belong into inputs.
    dictionary: &'static str,
}

const TARGETS: &[Target] = &[
    Target {
        name: "study_yaml",
        about: "study files in YAML: accepted means the same written back; refused in few words",
        dictionary: "study",
    },
    Target {
        name: "study_toml",
        about: "the same in TOML",
        dictionary: "study",
    },
    Target {
        name: "study_json",
        about: "the same in JSON",
        dictionary: "study",
    },
    Target {
        name: "ask_tell",
        about: "conversations with `tune ask-tell`: one answer a line, one end a trial",
        dictionary: "ask_tell",
    },
    Target {
        name: "journal_rows",
        about: "rows of a database: entries or an error; what is read can be written",
        dictionary: "journal",
    },
    Target {
        name: "program_output",
        about: "what programs print, and write to TUNE_RESULT: finite numbers or a short reason",
        dictionary: "output",
    },
    Target {
        name: "strategy_answers",
        about: "what the program of a strategy answers: points of the space or a short reason",
        dictionary: "output",
    },
];

/// What libFuzzer sees of a program: its branches and comparisons.
const COVERAGE: &[&str] = &[
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// The longest input, in bytes.
const LONGEST: u32 = 4096;

/// An input that takes longer than this many seconds is a finding.
const SLOW: u32 = 20;

pub(crate) fn run(args: &[String]) -> Result {
    let Some((targets, time)) = parse(args)? else {
        for target in TARGETS {
            println!("{:<17} {}", target.name, target.about);
        }
        return Ok(());
    };
    let workspace = Workspace::load()?;
    let programs = build(&workspace, &targets)?;
    let mut ran = Vec::new();
    for target in targets {
        ran.push(fuzz(&workspace, &programs, target, time)?);
    }
    println!("\n{}", table(&ran));
    match ran.iter().filter(|ran| ran.finding.is_some()).count() {
        0 => Ok(()),
        count => Err(Error::Workspace(format!(
            "{count} of {} targets found something: mend it, and add the input as a test of its crate",
            ran.len()
        ))),
    }
}

/// The targets and how long each runs; none if they are only to be listed.
fn parse(args: &[String]) -> Result<Option<(Vec<&'static Target>, Duration)>> {
    let (mut targets, mut minutes) = (Vec::new(), 1.0);
    let mut args = args.iter().map(String::as_str);
    while let Some(arg) = args.next() {
        let (flag, value) = match arg.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (arg, None),
        };
        match flag {
            "--list" => return Ok(None),
            "--minutes" => {
                let value = value.or_else(|| args.next());
                let number = value.and_then(|value| value.parse::<f64>().ok());
                minutes = number
                    .filter(|minutes| (0.01..=100_000.0).contains(minutes))
                    .ok_or_else(|| {
                        Error::Usage("`--minutes` needs a number such as `--minutes 30`".to_owned())
                    })?;
            }
            _ if flag.starts_with('-') => {
                return Err(Error::unknown(
                    "option",
                    flag,
                    ["--minutes", "--list"].into_iter(),
                ));
            }
            name => targets.push(find(name)?),
        }
    }
    if targets.is_empty() {
        targets.extend(TARGETS);
    }
    Ok(Some((targets, Duration::from_secs_f64(minutes * 60.0))))
}

fn find(name: &str) -> Result<&'static Target> {
    TARGETS
        .iter()
        .find(|target| target.name == name)
        .ok_or_else(|| {
            Error::unknown(
                "fuzz target",
                name,
                TARGETS.iter().map(|target| target.name),
            )
        })
}

/// Builds the programs; returns their folder.
fn build(workspace: &Workspace, targets: &[&Target]) -> Result<PathBuf> {
    let mut probe = Command::new("c++");
    probe.arg("--version");
    if !succeeds(probe) {
        return Err(Error::Usage(
            "there is no `c++`: libFuzzer is written in C++, so install g++ or clang++".to_owned(),
        ));
    }
    let host = host()?;
    let folder = workspace.target_directory.join("fuzz");
    println!(
        "fuzz: libFuzzer and all dependencies are built for fuzzing into `{}`: the first time takes some minutes",
        folder.display()
    );
    same_versions(&workspace.root)?;
    // With a target, the flags are those of what is fuzzed alone, and not of build scripts and macros.
    let mut command = cargo([
        "build",
        "--release",
        "--manifest-path",
        "fuzz/Cargo.toml",
        "--target",
        &host,
    ]);
    command
        .arg("--target-dir")
        .arg(&folder)
        .env("RUSTFLAGS", COVERAGE.join(" "))
        .current_dir(&workspace.root);
    for target in targets {
        command.args(["--bin", target.name]);
    }
    process::run(command)?;
    Ok(folder.join(host).join("release"))
}

/// Lets cargo choose the versions of dependencies that the workspace has, and others only for what it does not have.
fn same_versions(root: &Path) -> Result {
    let (ours, fuzz) = (root.join("Cargo.lock"), root.join("fuzz/Cargo.lock"));
    let changed = |path: &Path| path.metadata().and_then(|file| file.modified()).ok();
    if changed(&fuzz) < changed(&ours) {
        fs::copy(&ours, &fuzz).map_err(|error| Error::file("write", &fuzz, &error))?;
    }
    Ok(())
}

/// What the compiler builds for if nothing else is said.
fn host() -> Result<String> {
    let mut rustc = Command::new("rustc");
    rustc.arg("-vV");
    let output = process::run_quietly(rustc, None)?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Error::Workspace("`rustc -vV` names no host".to_owned()))
}

/// What a run of a target came to.
#[derive(Debug, Default, PartialEq)]
struct Ran {
    name: &'static str,
    /// How many inputs were tried.
    runs: u64,
    per_second: u64,
    /// How many edges of the program were seen.
    coverage: u64,
    /// How many inputs lead to something new.
    inputs: u64,
    /// The input that broke a promise.
    finding: Option<String>,
}

fn fuzz(
    workspace: &Workspace,
    programs: &Path,
    target: &'static Target,
    time: Duration,
) -> Result<Ran> {
    let Target {
        name, dictionary, ..
    } = target;
    let folder = |kind: &str| -> Result<PathBuf> {
        let folder = workspace
            .target_directory
            .join("fuzz")
            .join(kind)
            .join(name);
        fs::create_dir_all(&folder).map_err(|error| Error::file("create", &folder, &error))?;
        Ok(folder)
    };
    let (corpus, findings) = (folder("corpus")?, folder("findings")?);
    let log = findings.join("log");
    let file = File::create(&log).map_err(|error| Error::file("create", &log, &error))?;
    let fuzz = workspace.root.join("fuzz");
    let program = programs.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let mut command = Command::new(&program);
    command
        .arg(&corpus)
        .arg(fuzz.join("seeds").join(name))
        .arg(format!("-max_total_time={}", time.as_secs().max(1)))
        .arg(format!("-max_len={LONGEST}"))
        .arg(format!("-timeout={SLOW}"))
        .args(["-print_final_stats=1", "-close_fd_mask=2"])
        .arg(format!("-artifact_prefix={}/", findings.display()))
        .arg(format!(
            "-dict={}",
            fuzz.join(format!("dictionaries/{dictionary}.dict"))
                .display()
        ))
        .stderr(file);
    println!("$ {}", process::shown(&command));
    let status = command.status().map_err(|source| Error::NotStarted {
        command: process::shown(&command),
        source,
    })?;
    let text = fs::read(&log).map_err(|error| Error::file("read", &log, &error))?;
    let mut ran = read(name, &String::from_utf8_lossy(&text));
    if !status.success() && ran.finding.is_none() {
        ran.finding = Some(format!("{status}: see `{}`", log.display()));
    }
    if let Some(input) = &ran.finding {
        // What it says was kept away from libFuzzer's own words.
        let mut again = Command::new(program);
        again.arg(input);
        println!("fuzz: {name} found `{input}`");
        let _ = process::run(again);
    }
    Ok(ran)
}

/// What libFuzzer wrote: lines such as `#65536 pulse cov: 1520 ft: 5170 corp: 301/9Kb …`.
fn read(name: &'static str, log: &str) -> Ran {
    let mut ran = Ran {
        name,
        ..Ran::default()
    };
    let after = |line: &str, word: &str| -> Option<u64> {
        let rest = line.split_once(word)?.1.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_digit());
        rest[..end.unwrap_or(rest.len())].parse().ok()
    };
    for line in log.lines() {
        if line.starts_with('#') {
            ran.coverage = after(line, " cov:").unwrap_or(ran.coverage);
            ran.inputs = after(line, " corp:").unwrap_or(ran.inputs);
        }
        ran.runs = after(line, "stat::number_of_executed_units:").unwrap_or(ran.runs);
        ran.per_second = after(line, "stat::average_exec_per_sec:").unwrap_or(ran.per_second);
        if let Some((_, input)) = line.split_once("Test unit written to ") {
            ran.finding = Some(input.trim().to_owned());
        }
    }
    ran
}

fn table(ran: &[Ran]) -> String {
    let mut text = format!(
        "{:<17} {:>12} {:>8} {:>9} {:>7}  finding\n",
        "target", "runs", "runs/s", "coverage", "inputs"
    );
    for ran in ran {
        let line = format!(
            "{:<17} {:>12} {:>8} {:>9} {:>7}  {}\n",
            ran.name,
            ran.runs,
            ran.per_second,
            ran.coverage,
            ran.inputs,
            ran.finding.as_deref().unwrap_or("none")
        );
        text.push_str(&line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_fuzzer_wrote_is_read() {
        let log = "#2\tINITED cov: 1512 ft: 1513 corp: 1/1b exec/s: 0 rss: 48Mb\n\
                   #65536\tpulse  cov: 1520 ft: 5170 corp: 301/9Kb lim: 4096 exec/s: 21845 rss: 60Mb\n\
                   Done 65536 runs in 3 second(s)\n\
                   stat::number_of_executed_units: 65536\n\
                   stat::average_exec_per_sec:     21845\n";
        let mut expect = Ran {
            name: "ask_tell",
            runs: 65536,
            per_second: 21845,
            coverage: 1520,
            inputs: 301,
            finding: None,
        };
        assert_eq!(read("ask_tell", log), expect);
        let found = format!("{log}artifact_prefix='f/'; Test unit written to f/crash-ab\n");
        expect.finding = Some("f/crash-ab".to_owned());
        assert_eq!(read("ask_tell", &found), expect);
        assert!(table(&[expect]).contains("65536    21845      1520     301  f/crash-ab"));
    }

    #[test]
    fn targets_and_minutes_are_chosen() -> Result {
        let parse = |args: &[&str]| {
            let args: Vec<String> = args.iter().map(|&arg| arg.to_owned()).collect();
            parse(&args)
        };
        let (targets, time) = parse(&["ask_tell", "--minutes", "0.5"])?.expect("no list");
        assert_eq!(targets.len(), 1);
        assert_eq!(time, Duration::from_secs(30));
        assert_eq!(
            parse(&[])?.map(|(targets, _)| targets.len()),
            Some(TARGETS.len())
        );
        assert!(parse(&["--list"])?.is_none());
        for (args, expect) in [
            (&["ask_tel"][..], "did you mean `ask_tell`"),
            (&["--minutes"], "needs a number"),
            (&["--minute=3"], "did you mean `--minutes`"),
        ] {
            let error = parse(args).err().expect("wrong").to_string();
            assert!(error.contains(expect), "{error}");
        }
        Ok(())
    }

    #[test]
    fn every_target_has_seeds_a_dictionary_and_a_program() {
        let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
        let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("a manifest");
        let programs = manifest.matches("[[bin]]").count();
        assert_eq!(programs, TARGETS.len());
        for target in TARGETS {
            assert!(manifest.contains(&format!("name = \"{}\"", target.name)));
            let seeds = fs::read_dir(fuzz.join("seeds").join(target.name)).expect("seeds");
            assert!(seeds.count() > 2, "{}", target.name);
            let dictionary = format!("dictionaries/{}.dict", target.dictionary);
            assert!(fuzz.join(dictionary).is_file(), "{}", target.name);
        }
    }
}
