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

/// The study is the same with 1, 2 and 8 workers, and killed.
fn check(strategy: &str) {
    let alone = export(strategy, "1", false);
    assert_eq!(alone.lines().count(), 25, "{strategy}: {alone}");
    for workers in ["2", "8"] {
        let several = export(strategy, workers, false);
        assert_eq!(several, alone, "{strategy}, {workers} workers");
    }
    assert_eq!(export(strategy, "2", true), alone, "{strategy}, killed");
}

/// A test for each strategy, so that they run side by side.
macro_rules! tests {
    ($($strategy:ident),* $(,)?) => {
        /// The strategies that have a test.
        const TESTED: &[&str] = &[$(stringify!($strategy)),*];

        mod any_number_of_workers_makes_the_same_bytes {
            $(
                #[test]
                fn $strategy() {
                    super::check(stringify!($strategy));
                }
            )*
        }
    };
}

tests!(
    asha,
    auto,
    cmaes,
    de,
    dedup,
    enqueue,
    freeze_thaw,
    gp,
    grid,
    hyperband,
    nsga2,
    pbt,
    random,
    regularised_evolution,
    sobol,
    successive_halving,
    tpe,
);

#[test]
fn every_strategy_has_a_test() {
    let registry = Folder::new().ends_with(0, &["strategies", "--json"]).stdout;
    let registry: serde_json::Value = serde_json::from_str(&registry).unwrap();
    let registry = registry.as_array().unwrap().iter();
    let names = registry.map(|strategy| strategy["name"].as_str().unwrap());
    // That one needs a program: see `programs`.
    let mut names: Vec<_> = names.filter(|name| *name != "process").collect();
    names.sort_unstable();
    assert_eq!(names, TESTED);
}
