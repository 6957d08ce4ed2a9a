//! [`CmaEs`]: the fold of a study's facts that asks are answered from.

use std::collections::BTreeMap;

use tuning_core::{
    Ask, Asked, Fact, Outcome, Problem, Proposal, Seed, Started, Strategy, StrategyError, TrialId,
};

use crate::{
    CmaEsConfig,
    axes::{Axes, Point},
    descent::{Descent, Entry, Settings, Standing},
    note::Note,
    search::{normal::Draws, weights::default_lambda},
};

#[derive(Clone, Debug)]
struct Open {
    point: Point,
    own: bool,
    startup: bool,
    run: u64,
    generation: u64,
    exact: bool,
    last: Option<f64>,
    counted: bool,
}

/// CMA-ES.
#[derive(Clone, Debug)]
pub struct CmaEs {
    config: CmaEsConfig,
    axes: Axes,
    descent: Descent,
    run: u64,
    root: Option<Seed>,
    started: usize,
    open: BTreeMap<TrialId, Open>,
    startup: Vec<(Point, Standing)>,
    entries: Vec<(TrialId, Entry)>,
}

impl CmaEs {
    pub(crate) fn new(config: CmaEsConfig, problem: &Problem) -> Self {
        let axes = Axes::new(&problem.space);
        let n = axes.numbers();
        let mut this = Self {
            descent: Descent::new(&axes, settings(&config, &axes), vec![0.5; n]),
            config,
            axes,
            run: 0,
            root: None,
            started: 0,
            open: BTreeMap::new(),
            startup: Vec::new(),
            entries: Vec::new(),
        };
        this.begin(vec![0.5; n]);
        this
    }

    fn begin(&mut self, mean: Vec<f64>) {
        self.descent = Descent::new(&self.axes, settings(&self.config, &self.axes), mean);
    }

    fn propose(&self, ask: &Ask, n: usize) -> Result<Proposal, StrategyError> {
        let index = self.started + n;
        let (point, note) = if index < self.config.startup {
            (self.spread(ask.study_seed(), index), Note::Startup)
        } else {
            let seed = ask.seed(n);
            let note = Note::Draw {
                run: self.run,
                generation: self.descent.generation,
                seed,
            };
            (self.descent.draw(&self.axes, seed), note)
        };
        let params = self.axes.decode(&point).map_err(StrategyError::from_source)?;
        Ok(Proposal::start(params).tag(note.tag()))
    }

    /// Point `index` of a Latin hypercube.
    fn spread(&self, study: Seed, index: usize) -> Point {
        let size = self.config.startup;
        let seed = study.named(crate::NAME);
        let coordinate = |d: usize| {
            let mut draws = Draws::new(seed.derive(d as u64));
            let mut order: Vec<usize> = (0..size).collect();
            for k in (1..size).rev() {
                order.swap(k, (draws.unit() * (k + 1) as f64) as usize);
            }
            let mut jitter = 0.5;
            for _ in 0..=index {
                jitter = draws.unit();
            }
            (order[index] as f64 + jitter) / size as f64
        };
        let n = self.axes.numbers();
        let sizes = self.axes.sizes();
        Point {
            x: (0..n).map(coordinate).collect(),
            choices: sizes
                .iter()
                .enumerate()
                .map(|(k, size)| (coordinate(n + k) * *size as f64) as u32)
                .collect(),
        }
    }

    fn start(&mut self, started: &Started) {
        let note = Note::read(&started.tag);
        let centre = self.descent.centre();
        let mut open = Open {
            point: Point::default(),
            own: note.is_some(),
            startup: matches!(note, Some(Note::Startup)),
            run: self.run,
            generation: self.descent.generation,
            exact: false,
            last: None,
            counted: false,
        };
        if note.is_some() {
            self.started += 1;
        }
        if let Some(Note::Draw { run, generation, seed }) = note {
            self.root.get_or_insert(seed);
            open.run = run;
            if run == self.run && generation == self.descent.generation {
                let point = self.descent.draw(&self.axes, seed);
                if self.axes.decode(&point).is_ok_and(|params| params == started.params) {
                    open.point = point;
                    open.exact = true;
                }
            }
        }
        if !open.exact {
            open.point = self.axes.encode(&started.params, &centre);
        }
        self.open.insert(started.trial, open);
    }

    fn result(&mut self, trial: TrialId, standing: Standing, ended: bool) {
        let Some(open) = self.open.get_mut(&trial) else { return };
        let counted = std::mem::replace(&mut open.counted, true);
        let open = if ended { self.open.remove(&trial) } else { Some(open.clone()) };
        let Some(open) = open else { return };
        if counted {
            return;
        }
        if open.startup {
            self.startup.push((open.point, standing));
            if self.startup.len() == self.config.startup {
                self.after_startup();
            }
            return;
        }
        if !open.own || open.run != self.run {
            return; // TODO foreign
        }
        let injected = !open.exact || open.generation != self.descent.generation;
        self.entries.push((trial, Entry { point: open.point, standing, injected }));
        let busy = self.open.values().filter(|o| o.own && !o.startup && !o.counted).count();
        if self.entries.len() >= self.descent.lambda().max(busy) {
            self.close();
        }
    }

    fn after_startup(&mut self) {
        let mut sorted: Vec<_> = self.startup.iter().collect();
        sorted.sort_by(|a, b| a.1.key().0.cmp(&b.1.key().0).then(a.1.key().1.total_cmp(&b.1.key().1)));
        let mean = match self.lab(0) as usize {
            0 => sorted[0].0.x.clone(),
            _ => {
                let mu = (sorted.len() / 2).max(1);
                let w: Vec<f64> = (1..=mu).map(|r| libm::log((sorted.len() as f64 + 1.0) / 2.0) - libm::log(r as f64)).collect();
                let s: f64 = w.iter().sum();
                (0..self.axes.numbers()).map(|k| (0..mu).map(|i| w[i] / s * sorted[i].0.x[k]).sum()).collect()
            }
        };
        self.begin(mean);
    }

    fn lab(&self, k: usize) -> f64 {
        self.config.lab.get(k).copied().unwrap_or(0.0)
    }

    fn close(&mut self) {
        let mut entries = std::mem::take(&mut self.entries);
        entries.sort_by_key(|(trial, _)| *trial);
        self.descent.update(&self.axes, entries.into_iter().map(|(_, e)| e).collect());
        if self.descent.is_over() {
            self.run += 1;
            let root = self.root.unwrap_or(Seed::new(0)).named("restart");
            let mut draws = Draws::new(root.derive(self.run));
            let mean = (0..self.axes.numbers()).map(|_| draws.unit()).collect();
            self.begin(mean);
        }
    }
}

fn settings(config: &CmaEsConfig, axes: &Axes) -> Settings {
    let n = axes.numbers();
    let all = n + axes.sizes().len();
    let lambda = config.population.unwrap_or_else(|| default_lambda(all));
    Settings {
        lambda,
        sigma: config.sigma,
        separable: n > 100,
        margin: 1.0 / (n.max(1) * lambda) as f64,
    }
}

impl Strategy for CmaEs {
    fn ask(&mut self, ask: &Ask) -> Result<Asked, StrategyError> {
        (0..ask.slots().get())
            .map(|n| self.propose(ask, n))
            .collect::<Result<_, _>>()
            .map(Asked::Propose)
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => self.start(started),
            Fact::Reported(reported) => {
                if let Some(open) = self.open.get_mut(&reported.trial) {
                    open.last = Some(reported.values.first());
                }
            }
            Fact::Paused(paused) => {
                if let Some(loss) = self.open.get(&paused.trial).and_then(|open| open.last) {
                    self.result(paused.trial, Standing::Measured(loss), false);
                }
            }
            Fact::Ended(ended) => {
                let last = self.open.get(&ended.trial).and_then(|open| open.last);
                let standing = match &ended.outcome {
                    Outcome::Completed(losses) => Standing::Measured(losses.first()),
                    Outcome::Stopped => Standing::Stopped(last),
                    _ => Standing::Failed,
                };
                self.result(ended.trial, standing, true);
            }
            _ => {}
        }
    }
}
