//! `resumes: false`: no strategy pauses the trials of a program that always begins anew.

use tuning_core::{PrunerConfig as _, StrategyConfig as _};
use tuning_file::{Extensions, Format, StudyFile, StudyReader};

const STUDY: &str = "
command: [echo, loss=1]
parameters: {x: {min: 0.0, max: 1.0}}
fidelity: {min: 1, max: 81}
objective: {name: loss, direction: minimize}
";

fn read(more: &str) -> Result<StudyFile, String> {
    let extensions = Extensions::default();
    let study = format!("{STUDY}{more}\n");
    let read = StudyReader::new(&extensions).text(Format::Yaml, &study);
    read.map_err(|error| error.to_string())
}

#[test]
fn a_strategy_that_pauses_trials_is_refused_at_its_place_with_the_remedy() {
    for name in [
        "asha",
        "successive_halving",
        "hyperband",
        "freeze_thaw",
        "pbt",
    ] {
        assert!(read(&format!("strategy: {name}")).is_ok(), "{name}");
        let refused = read(&format!("strategy: {name}\nresumes: false")).unwrap_err();
        let expected = format!(
            "strategy `{name}` pauses trials and resumes them, but trials of this study cannot resume (`resumes: false`): choose \
             another strategy and `pruner: asha`, which stops trials at the same rungs"
        );
        assert!(refused.contains(&expected), "{refused}");
        assert!(refused.contains("6:"), "{refused}");
    }
}

#[test]
fn the_remedy_is_accepted_and_no_trial_is_asked_to_pause() {
    for strategy in ["random", "tpe", "gp", "auto"] {
        let more = format!("strategy: {strategy}\nresumes: false\npruner: asha");
        let file = read(&more).unwrap();
        let spec = file.identity.strategy.clone();
        assert_eq!(spec.name, strategy);
        assert_ne!(
            spec,
            read(&format!("strategy: {strategy}"))
                .unwrap()
                .identity
                .strategy
        );
        assert!(file.strategy.build(&file.problem()).is_ok());
    }
}

#[test]
fn without_a_choice_trials_are_stopped_at_the_rungs_of_asha() {
    let pruner = |more: &str| {
        let file = read(more).unwrap();
        file.pruner.map(|pruner| pruner.spec().name)
    };
    assert_eq!(pruner("resumes: false").as_deref(), Some("asha"));
    assert_eq!(pruner("resumes: true"), None);
    assert_eq!(pruner(""), None);
    assert_eq!(
        pruner("resumes: false\npruner: never").as_deref(),
        Some("never")
    );
    assert_eq!(pruner("resumes: false\nstrategy: tpe"), None);
}
