//! [`StudyFile`]: everything that a study file says, known to fit together.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use tuning_command::{CommandLine, CommandSpec};
use tuning_core::{Objectives, Problem, Seed, StrategyConfig as _, StudySpec};
use tuning_runtime::StudySettings;

use super::{
    budget, command, keys, observers,
    observers::{Kind, ObserverSpec},
    parameters, paths, settings, strategy,
    strategy::SharedConfig,
};
use crate::{
    document::{Fields, INCLUDE, Item, Written},
    extensions::Extensions,
};

/// A study, as its file describes it.
#[derive(Clone, Debug)]
pub struct StudyFile {
    /// What it is and how it runs.
    pub settings: StudySettings,
    /// What makes it this study, as long as no journal says more.
    pub identity: StudySpec,
    /// What a trial runs: nothing, if a client evaluates them.
    pub command: CommandSpec,
    /// What proposes.
    pub strategy: SharedConfig,
    /// Who watches.
    pub observers: Vec<ObserverSpec>,
    /// Where it is kept.
    pub journal: PathBuf,
    /// What the files and the command line say together, in our words.
    pub written: Written,
}

/// Who evaluates the trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evaluated {
    /// The command of the study file.
    ByCommand,
    /// Somebody who asks for them: what is said of the command does not matter.
    ByClient,
}

impl StudyFile {
    /// Reads a study; none if anything is wrong, which is noted with its place.
    pub(super) fn read(
        root: &Item<'_>,
        path: &Path,
        extensions: &Extensions,
        evaluated: Evaluated,
    ) -> Option<Self> {
        let root = root.fields(&keys::ROOT)?;
        if let Some(item) = root.get(INCLUDE) {
            // Those of files have been taken out.
            item.wrong::<()>("is for files: write it into the study file");
        }
        let folder = paths::folder(path);

        let whereabouts = Whereabouts::read(&root, path);
        let write = "say what to tune, as in `parameters: {lr: {min: 0.001, max: 0.1, log: true}}`";
        let space = root
            .need("parameters", write)
            .and_then(|item| parameters::read(&item));
        let command = match evaluated {
            Evaluated::ByCommand => command::read(&root, &folder, space.as_ref()),
            Evaluated::ByClient => Some(CommandSpec::of(CommandLine::Arguments(Vec::new()))),
        };
        let objectives = settings::objectives(&root);
        let fidelity = optional(&root, "fidelity", settings::fidelity);
        let budget = optional(&root, "budget", budget::read);
        let workers = optional(&root, "workers", settings::workers);
        let order = optional(&root, "order", |item| {
            item.parsed("`as-finished` or `as-proposed`")
        });
        let seed = optional(&root, "seed", |item| item.count(0).map(Seed::new));
        let timeout = optional(&root, "timeout", Item::duration);
        let grace = optional(&root, "grace", Item::duration);
        let retry = optional(&root, "retry", settings::retry);
        let observers = optional(&root, "observers", |item| {
            observers::read(item, &folder, &extensions.observers)
        });
        let config = strategy::strategy(
            root.get("strategy").as_ref(),
            &folder,
            &extensions.strategies,
        );
        let config = match (root.get("enqueue"), &space) {
            (Some(item), Some(space)) => strategy::enqueue(&item, space, config?),
            _ => config,
        };

        let Whereabouts { name, journal } = whereabouts?;
        let mut command = command?;
        command.trials_dir = trials_dir(&journal, &name);
        command.study = Some(name.clone());
        command.grace = grace?.unwrap_or(command.grace);
        let mut settings = StudySettings::new(name, space?);
        settings.objectives = objectives?.to_vec();
        settings.fidelity = fidelity?;
        settings.budget = budget?.unwrap_or_default();
        settings.workers = workers?.unwrap_or(settings.workers);
        settings.order = order?;
        settings.seed = seed?;
        settings.timeout = timeout?;
        settings.retry = retry?.unwrap_or_default();
        // The evaluator's own patience comes first; this is for one that hangs.
        settings.grace = command.grace + Duration::from_secs(5);
        let strategy: SharedConfig = config?.into();
        let identity = match settings.identity(strategy.spec(), None) {
            Ok(identity) => identity,
            Err(error) => return root.item().problem(root.item().place(), error.to_string()),
        };
        let file = Self {
            settings,
            identity,
            command,
            strategy,
            observers: observers?.unwrap_or_default(),
            journal,
            written: Written::of(root.item()),
        };
        file.strategy_fits(&root)?;
        Some(file)
    }

    /// What the strategy is built from.
    pub fn problem(&self) -> Problem {
        self.settings.problem(&self.identity)
    }

    /// The objectives.
    pub fn objectives(&self) -> &Objectives {
        &self.identity.objectives
    }

    /// The same study with another seed: one of its own, kept elsewhere.
    pub fn with_seed(&self, seed: Seed) -> Self {
        let mut file = self.clone();
        let mark = format!("seed-{seed}");
        file.settings.name = format!("{}.{mark}", self.settings.name);
        file.settings.seed = Some(seed);
        file.identity.seed = seed;
        file.journal = paths::marked(&self.journal, &mark);
        file.command.trials_dir = trials_dir(&file.journal, &file.settings.name);
        file.command.study = Some(file.settings.name.clone());
        for observer in &mut file.observers {
            // A log may be that of all of them.
            if let Kind::JsonLines(path) | Kind::Csv(path) = &mut observer.kind {
                *path = paths::marked(path, &mark);
            }
        }
        file
    }

    fn strategy_fits(&self, root: &Fields<'_>) -> Option<()> {
        match self.strategy.prepare(&self.problem()) {
            Ok(()) => Some(()),
            Err(error) => match root.get("strategy") {
                Some(item) => item.problem(item.place(), error.to_string()),
                None => root.item().problem(root.item().place(), error.to_string()),
            },
        }
    }
}

/// Reads a key that may be absent: the outer option says whether what is there is right.
fn optional<'a, T>(
    root: &Fields<'a>,
    key: &str,
    read: impl FnOnce(&Item<'a>) -> Option<T>,
) -> Option<Option<T>> {
    match root.get(key) {
        Some(item) => read(&item).map(Some),
        None => Some(None),
    }
}

/// Which study it is and where it is kept: all that is needed to look at one.
#[derive(Clone, Debug)]
pub(super) struct Whereabouts {
    pub(super) name: String,
    pub(super) journal: PathBuf,
}

impl Whereabouts {
    pub(super) fn read(root: &Fields<'_>, path: &Path) -> Option<Self> {
        let stem = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = optional(root, "name", |item| item.text("a name"));
        let folder = paths::folder(path);
        let journal = optional(root, "journal", |item| paths::path(item, &folder));
        Some(Self {
            name: name?.unwrap_or(stem),
            journal: journal?.unwrap_or_else(|| paths::tidy(&path.with_extension("db"))),
        })
    }
}

/// Where the logs and checkpoints of a study's trials are: beside its journal.
pub fn trials_dir(journal: &Path, study: &str) -> PathBuf {
    journal.with_extension("trials").join(folder_name(study))
}

/// The study's name as the name of a folder.
fn folder_name(name: &str) -> String {
    let safe = |c: char| {
        if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
            '_'
        } else {
            c
        }
    };
    match name.chars().map(safe).collect::<String>() {
        dots if dots.chars().all(|c| c == '.') => format!("_{dots}"),
        name => name,
    }
}
