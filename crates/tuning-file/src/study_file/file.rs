//! [`StudyFile`]: everything that a study file says, known to fit together.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tuning_core::{
    Evaluator, Objectives, Problem, PrunerConfig as _, Seed, StrategyConfig as _, StudySpec,
    Unsupported,
};
use tuning_runtime::{CannotResume, Study, StudyBuilder, StudySettings, Summary};

use super::{
    budget, grid, keys, parameters, settings, stop_on, strategy, strategy::SharedConfig,
    whereabouts::Whereabouts,
};
use crate::{
    document::{Fields, INCLUDE, Item, Node, Place, Value, Written},
    error::FileError,
    evaluators::{self, Evaluated, EvaluatorConfig},
    extensions::Extensions,
    journals::JournalConfig,
    kinds::Context,
    observers::{self, ObserverSpec, Watched},
    paths,
    pruners::{self, AnyPruner},
};

/// How long a trial that is stopped may take to end, if the file does not say it.
const GRACE: Duration = Duration::from_secs(10);

/// A study, as its file describes it.
#[derive(Clone, Debug)]
pub struct StudyFile {
    /// What it is and how it runs.
    pub settings: StudySettings,
    /// What makes it this study, as long as no journal says more.
    pub identity: StudySpec,
    /// What runs the trials; none if functions of the caller do, or a client.
    pub evaluator: Option<Arc<dyn EvaluatorConfig>>,
    /// How long a trial that is stopped may take to end.
    pub grace: Duration,
    /// What proposes.
    pub strategy: SharedConfig,
    /// What stops bad trials early, if anything does.
    pub pruner: Option<Arc<AnyPruner>>,
    /// Who watches.
    pub observers: Vec<ObserverSpec>,
    /// Where it is kept.
    pub journal: Arc<dyn JournalConfig>,
    /// Where the logs and checkpoints of trials are.
    pub trials_dir: PathBuf,
    /// What the files and the command line say together, in our words.
    pub written: Written,
}

impl StudyFile {
    /// Reads a study; none if anything is wrong, which is noted with its place.
    pub(super) fn read(
        root: &Item<'_>,
        path: &Path,
        extensions: &Extensions,
        evaluated: bool,
    ) -> Option<Self> {
        let root = root.fields(&keys::ROOT)?;
        if let Some(item) = root.get(INCLUDE) {
            // Those of files have been taken out.
            item.wrong::<()>("is for files: write it into the study file");
        }
        let folder = paths::folder(path);

        let whereabouts = Whereabouts::read(&root, path, extensions);
        let write = "say what to tune, as in `parameters: {lr: {min: 0.001, max: 0.1, log: true}}`";
        let space = root
            .need("parameters", write)
            .and_then(|item| parameters::read(&item));
        let defaults = match (root.get("parameters"), &space) {
            (Some(item), Some(space)) => parameters::defaults(&item, space),
            _ => None,
        };
        let context = Context {
            folder: &folder,
            space: space.as_ref(),
            pruners: &extensions.pruners,
        };
        let evaluator = match evaluated {
            true => evaluators::read(&root, &extensions.evaluators, context).map(Some),
            false => Some(None),
        };
        let objectives = settings::objectives(&root);
        let fidelity = optional(&root, "fidelity", settings::fidelity);
        let budget = optional(&root, "budget", budget::read);
        let failures = optional(&root, "stop_on", stop_on::read);
        let workers = optional(&root, "workers", settings::workers);
        let order = optional(&root, "order", settings::order);
        let seed = optional(&root, "seed", Item::seed);
        let trial_timeout = optional(&root, "trial_timeout", Item::duration);
        let grace = optional(&root, "grace", Item::duration);
        let retry = optional(&root, "retry", settings::retry);
        let observers = optional(&root, "observers", |item| {
            observers::read(item, &extensions.observers, context)
        });
        let resumes = optional(&root, keys::RESUMES, Item::flag);
        let pruner = optional(&root, "pruner", |item| {
            pruners::read(item, &extensions.pruners, context)
        });
        let chosen = grid::strategy(&root, space.as_ref());
        let config = chosen.and_then(|node| {
            let item = node
                .as_ref()
                .map(|node| root.item().child("strategy", node));
            strategy::strategy(item.as_ref(), &folder, &extensions.strategies)
        });
        let config = match (root.get("enqueue"), &space) {
            (Some(item), Some(space)) => strategy::enqueue(&item, space, config?),
            _ => config,
        };

        let Whereabouts {
            name,
            journal,
            trials_dir,
        } = whereabouts?;
        let grace = grace?.unwrap_or(GRACE);
        let mut settings = StudySettings::new(name, space?);
        settings.defaults = defaults?;
        settings.objectives = objectives?.to_vec();
        settings.fidelity = fidelity?;
        settings.budget = budget?.unwrap_or_default();
        settings.budget.failures = failures?.unwrap_or_default();
        settings.workers = workers?.unwrap_or(settings.workers);
        settings.order = order?;
        settings.seed = seed?;
        settings.trial_timeout = trial_timeout?;
        settings.retry = retry?.unwrap_or_default();
        // The evaluator's own patience comes first; this is for one that hangs.
        settings.grace = grace + Duration::from_secs(5);
        let resumes = resumes?.unwrap_or(true);
        let strategy: SharedConfig = match resumes {
            true => config?.into(),
            false => CannotResume::new(config?).boxed().into(),
        };
        let chooses = root.get("strategy").or(root.get("grid")).is_none();
        let stops = chooses && settings.fidelity.is_some() && settings.objectives.len() == 1;
        let pruner = match pruner? {
            // What compares trials early has to stop them.
            None if !resumes && stops => Some(pruners::for_trials_that_cannot_resume()),
            pruner => pruner,
        };
        let pruned_by = pruner.as_ref().map(|pruner| pruner.spec());
        let identity = match settings.identity(strategy.spec(), pruned_by, None) {
            Ok(identity) => identity,
            Err(error) => return root.item().problem(root.item().place(), error.to_string()),
        };
        let file = Self {
            settings,
            identity,
            evaluator: evaluator?,
            grace,
            strategy,
            pruner,
            observers: observers?.unwrap_or_default(),
            journal,
            trials_dir,
            written: Written::of(root.item()),
        };
        let (strategy, pruner) = (file.strategy_fits(&root), file.pruner_fits(&root));
        strategy.and(pruner)?;
        Some(file)
    }

    /// The study, not open yet and kept in memory: with strategy, pruner, budget and all settings.
    #[must_use]
    pub fn in_memory(&self) -> StudyBuilder {
        let builder = StudyBuilder::new(self.settings.clone()).strategy(self.strategy.clone());
        match &self.pruner {
            Some(pruner) => builder.pruner(Arc::clone(pruner)),
            None => builder,
        }
    }

    /// The same with the journal of the file, which this opens.
    ///
    /// # Errors
    /// If the journal cannot be opened.
    pub fn builder(&self) -> Result<StudyBuilder, FileError> {
        Ok(self
            .in_memory()
            .journal(self.journal.open(&self.settings.name)?))
    }

    /// Builds who runs the trials. Open the journal first: the folder for what they leave belongs to it.
    ///
    /// # Errors
    /// If the file names no evaluator, or the one it names cannot run them.
    pub fn evaluator(&self) -> Result<Box<dyn Evaluator>, FileError> {
        let config = self.evaluator.as_ref().ok_or(FileError::NoEvaluator)?;
        let study = Evaluated {
            name: &self.settings.name,
            space: &self.settings.space,
            trials_dir: &self.trials_dir,
            journal: self.journal.file(),
            grace: self.grace,
        };
        config.build(&study).map_err(FileError::Evaluator)
    }

    /// Lets the observers of the file watch a study that is open.
    ///
    /// # Errors
    /// If one of them cannot.
    pub fn watch(&self, study: &Study) -> Result<Vec<Watched>, FileError> {
        self.observers
            .iter()
            .map(|spec| spec.watch(study))
            .collect()
    }

    /// Runs the study to its end, or from where an earlier run stopped.
    ///
    /// # Errors
    /// If it cannot be opened, or cannot continue. Failed trials are not errors.
    pub async fn run(&self) -> Result<Summary, FileError> {
        // The journal first: by it the evaluator knows whether the folder of its trials is its own.
        let mut study = self.builder()?.open().await?;
        let evaluator = self.evaluator()?;
        let _watching = self.watch(&study)?;
        Ok(study.run(evaluator).await?)
    }

    /// What the strategy and the pruner are built from.
    pub fn problem(&self) -> Problem {
        self.settings.problem(&self.identity)
    }

    /// The objectives.
    pub fn objectives(&self) -> &Objectives {
        &self.identity.objectives
    }

    /// The same study with another seed: one of its own, kept elsewhere.
    #[must_use]
    pub fn with_seed(&self, seed: Seed) -> Self {
        let mark = format!("seed-{seed}");
        let name = format!("{}.{mark}", self.settings.name);
        let folder = self.trials_dir.parent().and_then(Path::parent);
        let whereabouts = Whereabouts::new(
            name,
            self.journal.marked(&mark),
            folder.unwrap_or(Path::new(".")),
        );
        let mut file = self.clone();
        file.settings.name = whereabouts.name;
        file.settings.seed = Some(seed);
        file.identity.seed = seed;
        Self {
            journal: whereabouts.journal,
            trials_dir: whereabouts.trials_dir,
            // A log may be that of all of them.
            observers: self
                .observers
                .iter()
                .map(|spec| spec.marked(&mark))
                .collect(),
            ..file
        }
    }

    fn pruner_fits(&self, root: &Fields<'_>) -> Option<()> {
        let (Some(pruner), Some(item)) = (&self.pruner, root.get("pruner")) else {
            return Some(());
        };
        match pruner.build(&self.problem()) {
            Ok(_) => Some(()),
            Err(error) => item.problem(place_of(&error, &item), error.to_string()),
        }
    }

    fn strategy_fits(&self, root: &Fields<'_>) -> Option<()> {
        match self.strategy.prepare(&self.problem()) {
            Ok(()) => Some(()),
            Err(error) => match root.get("strategy") {
                Some(item) => item.problem(place_of(&error, &item), error.to_string()),
                None => root.item().problem(root.item().place(), error.to_string()),
            },
        }
    }
}

/// Where a strategy or a pruner is refused: at the part that refuses, and there at the option that the message names, as far as
/// they are said.
fn place_of<'a>(refused: &Unsupported, item: &Item<'a>) -> &'a Place {
    let mut part = item.node();
    for step in refused.part.split('.').filter(|step| !step.is_empty()) {
        part = match part_of(part, step) {
            Some(inner) => inner,
            None => return &part.place,
        };
    }
    let Value::Map(entries) = &part.value else {
        return &part.place;
    };
    let names = |key: &str| {
        let mut ends = ["`", ": ", "."].into_iter();
        ends.any(|end| refused.message.contains(&format!("`{key}{end}")))
    };
    let named = entries
        .iter()
        .find(|entry| entry.key != "name" && names(&entry.key));
    named.map_or(&part.place, |entry| &entry.node.place)
}

/// What an option holds: a map by its key, also where it stands for the map that it belongs to (`{any: […]}`), and a list by
/// its place.
fn part_of<'a>(node: &'a Node, step: &str) -> Option<&'a Node> {
    match &node.value {
        Value::Map(entries) => match &entries[..] {
            [only] if only.key != step && matches!(only.node.value, Value::List(_)) => {
                Some(&only.node)
            }
            _ => node.get(step),
        },
        Value::List(nodes) => nodes.get(step.parse::<usize>().ok()?),
        _ => None,
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
