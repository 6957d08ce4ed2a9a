//! `tune run` with a scheduler, killed at any moment: trials pause at rungs, and resume from their checkpoints.

use std::path::Path;

use super::{
    Happened,
    folder::Folder,
    run::{RUN, kill, same},
};
use crate::dice::Dice;

/// A training of nine steps that saves a checkpoint after each, and begins where the one that it finds says.
const TRIAL: &str = r#"
step=$(cat "$TUNE_CHECKPOINT_DIR/step" 2>/dev/null || echo 0)
while [ "$step" -lt "${TUNE_UNTIL:-9}" ]; do
  step=$((step + 1))
  sleep "0.00$2"
  echo "$step" > "$TUNE_CHECKPOINT_DIR/new" && mv "$TUNE_CHECKPOINT_DIR/new" "$TUNE_CHECKPOINT_DIR/step"
  echo "$1 $2 $step" | awk '{ print "epoch=" $3, "loss=" $1 + $2 / (5 + $3) }'
done
"#;

/// `auto` asks freeze-thaw.
const STRATEGIES: [&str; 5] = [
    "auto",
    "{name: asha, min_resource: 1}",
    "{name: successive_halving, min_resource: 1}",
    "{name: hyperband, min_resource: 1}",
    "{name: pbt, population: 4, interval: 3}",
];

/// A study with a scheduler in a folder.
fn folder(
    tune: &Path,
    strategy: &str,
    trials: u64,
    seed: u64,
    workers: u64,
) -> Result<Folder, String> {
    let folder = Folder::new(tune)?;
    folder.write("trial.sh", TRIAL)?;
    let study = format!(
        "\
command: [sh, trial.sh, \"${{x}}\", \"${{pace}}\"]
parameters:
  x: {{min: 0.0, max: 1.0}}
  pace: {{min: 0, max: 9}}
  kind: {{values: [a, b, c]}}
objective: {{name: loss, direction: minimize}}
fidelity: {{min: 1, max: 9}}
strategy: {strategy}
order: as-proposed
budget: {{trials: {trials}}}
seed: {seed}
workers: {workers}
observers: [{{jsonl: events.jsonl}}, {{csv: trials.csv}}]
"
    );
    folder.write("study.yaml", &study)?;
    Ok(folder)
}

/// What a study that nothing happens to decides with one worker is what one with 1, 2 or 8 workers decides that is killed
/// again and again.
pub(super) fn killed(tune: &Path, dice: &mut Dice) -> Result<Happened, String> {
    let (strategy, workers) = (dice.pick(&STRATEGIES), dice.pick(&[1, 2, 8]));
    let (trials, seed) = (10 + dice.below(20), dice.below(1_000));
    let calm = folder(tune, strategy, trials, seed, 1)?;
    calm.says(&RUN)?;
    let expect = calm.decided()?;
    let folder = folder(tune, strategy, trials, seed, workers)?;
    let mut done = Happened::default();
    for _ in 0..3 + dice.below(8) {
        let mut child = folder.start(&RUN)?;
        std::thread::sleep(std::time::Duration::from_millis(dice.below(400)));
        kill(&mut child)?;
        done.kills += 1;
    }
    folder.says(&RUN)?;
    folder.files_are_whole()?;
    same(&expect, &folder.decided()?)
        .map_err(|how| format!("{strategy}, {workers} workers: {how}"))?;
    Ok(done)
}
