//! With `as-proposed` a study is the same, byte by byte, for any number of workers and across a kill.

#![cfg(unix)]

use crate::support::{Folder, STUDY};

/// Trials that finish in a wild order.
const TRIAL: &str = "\
sleep 0.0$(( (TUNE_TRIAL * 7) % 5 ))
echo \"$TUNE_TRIAL\" >> done.log
echo \"step=${TUNE_UNTIL:-9} loss=$1\"
";

/// Runs a study in a folder of its own and exports what must not depend on chance.
fn export(strategy: &str, workers: &str, killed: bool) -> String {
    let folder = Folder::with_study();
    folder.write("trial.sh", TRIAL);
    let study = format!("{STUDY}fidelity: {{min: 1, max: 9}}\n");
    folder.write("study.yaml", &study);
    let option = format!("{{name: {strategy}}}");
    let args = [
        "run",
        "study.yaml",
        "--order",
        "as-proposed",
        "--strategy",
        &option,
        "--workers",
        workers,
        "--trials",
        "24",
    ];
    if killed {
        let mut child = folder.start(&args, &[]);
        folder.wait_for_lines("done.log", 9);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    folder.ends_with(0, &args);
    folder
        .ends_with(
            0,
            &[
                "export",
                "study.yaml",
                "--columns",
                "trial,state,values,parameters,tag",
            ],
        )
        .stdout
}

#[test]
fn any_number_of_workers_makes_the_same_bytes_for_every_strategy() {
    let registry = Folder::new().ends_with(0, &["strategies", "--json"]).stdout;
    let registry: serde_json::Value = serde_json::from_str(&registry).unwrap();
    for strategy in registry.as_array().unwrap() {
        let strategy = strategy["name"].as_str().unwrap();
        if strategy == "process" {
            // It needs a program: see `programs`.
            continue;
        }
        let alone = export(strategy, "1", false);
        assert_eq!(alone.lines().count(), 25, "{strategy}: {alone}");
        for workers in ["2", "8"] {
            assert_eq!(
                export(strategy, workers, false),
                alone,
                "{strategy}, {workers} workers"
            );
        }
        assert_eq!(export(strategy, "2", true), alone, "{strategy}, killed");
    }
}
