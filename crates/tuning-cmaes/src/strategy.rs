//! [`CmaEs`]: the fold of a study's facts that asks are answered from.

use std::{cell::OnceCell, collections::BTreeMap};

use tuning_core::{
    Ask, Asked, Fact, Outcome, Params, ParamsError, Proposal, Seed, Started, Strategy,
    StrategyError, TrialId,
};
use tuning_toolkit::{OpenTrial, OpenTrials, Stream, fingerprint, says_nothing};

use crate::{
    axes::{Axes, Point},
    descent::{Descent, Entry, Settings},
    earlier::Pool,
    fitness::Fitness,
    note::Note,
    restart::Schedule,
    seen::Seen,
};

/// How often a point is drawn until it is one that was not tried: first from the distribution, then
/// from the whole space. It takes more than one draw where a point has few cells or lies on the border.
const TRIES: usize = 32;

/// CMA-ES over mixed spaces. See the [crate's documentation](crate) for what it does and why.
#[derive(Clone, Debug)]
pub struct CmaEs {
    axes: Axes,
    settings: Settings,
    /// The share of earlier trials that says where to begin.
    gamma: f64,
    descent: Descent,
    schedule: Schedule,
    /// The best loss of the descents before; `f64::MAX` if there is none.
    best: f64,
    /// The seed of its first own trial: where restarts take their randomness from.
    root: Option<Seed>,
    /// Trials of others, told before the first own one; and whether the descent knows them all.
    pool: Pool,
    fresh: bool,
    /// Where the first descent begins by the pool: a cache that a further trial of others empties.
    begun: OnceCell<Descent>,
    open: OpenTrials<Open>,
    /// Own trials without a result.
    busy: usize,
    /// The results of the next generation.
    entries: BTreeMap<TrialId, Entry>,
    /// Results for points of this generation that need no trial: they had been tried before.
    again: Vec<Entry>,
    /// Results of others since the last generation.
    guests: Vec<(f64, TrialId, Point)>,
    /// What was tried, unless points may be tried again.
    seen: Option<Seen>,
}

/// A trial that has not ended.
#[derive(Clone, Debug)]
struct Open {
    key: Option<u64>,
    /// Its point, until it has a result.
    point: Option<Point>,
    whose: Whose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Others,
    Own {
        run: u64,
        generation: u64,
        /// Whether `point` is what was drawn, before it was rounded to parameters.
        exact: bool,
    },
}

/// What a seed gives.
struct Drawn {
    point: Point,
    params: Params,
    /// What was drawn before and is known already.
    again: Vec<Entry>,
    /// Whether the distribution has nothing new to give.
    exhausted: bool,
}

impl CmaEs {
    pub(crate) fn new(
        axes: Axes,
        settings: Settings,
        schedule: Schedule,
        gamma: f64,
        pool: Pool,
        repeat: bool,
    ) -> Self {
        Self {
            descent: Descent::new(&axes, settings.clone(), axes.middle().x),
            seen: (!repeat).then(Seen::default),
            axes,
            settings,
            gamma,
            schedule,
            best: f64::MAX,
            root: None,
            fresh: pool.is_empty() || gamma == 0.0,
            begun: OnceCell::new(),
            pool,
            open: OpenTrials::default(),
            busy: 0,
            entries: BTreeMap::new(),
            again: Vec::new(),
            guests: Vec::new(),
        }
    }

    /// The descent that is asked: before the first own trial, it begins where earlier trials say.
    fn descent(&self) -> &Descent {
        if self.fresh {
            return &self.descent;
        }
        self.begun.get_or_init(|| {
            let top = self.pool.top(self.gamma);
            let settings = self.settings.clone();
            if self.pool.is_enough() {
                Descent::warm(&self.axes, settings, &top)
            } else {
                Descent::new(&self.axes, settings, top[0].x.clone())
            }
        })
    }

    /// With the first own trial it is settled where the descent begins.
    fn settle(&mut self) {
        if !self.fresh {
            self.descent = self.descent().clone();
            self.begun.take();
            self.fresh = true;
        }
    }

    /// The point that belongs to a seed, given the points of the same answer.
    fn draw(&self, seed: Seed, batch: &[u64]) -> Result<Drawn, ParamsError> {
        let descent = self.descent();
        let mut stream = Stream::new(seed);
        let mut again = Vec::new();
        let mut tries = 1;
        loop {
            let dry = tries > TRIES;
            let point = match dry {
                false => descent.draw(&self.axes, &mut stream),
                true => self.axes.anywhere(&mut stream),
            };
            let params = self.axes.decode(&point)?;
            let Some(seen) = &self.seen else {
                return Ok(Drawn {
                    point,
                    params,
                    again,
                    exhausted: false,
                });
            };
            let key = fingerprint(&params);
            let known = seen.get(key);
            if (known.is_none() && !batch.contains(&key)) || tries == 2 * TRIES {
                return Ok(Drawn {
                    point,
                    params,
                    again,
                    exhausted: dry,
                });
            }
            if let Some(Some(fitness)) = known
                && !dry
                && again.len() < descent.lambda()
            {
                again.push(Entry {
                    point,
                    fitness,
                    injected: false,
                });
            }
            tries += 1;
        }
    }

    fn propose(&self, seed: Seed, batch: &mut Vec<u64>) -> Result<Proposal, ParamsError> {
        let drawn = self.draw(seed, batch)?;
        if self.seen.is_some() {
            batch.push(fingerprint(&drawn.params));
        }
        let note = Note {
            run: self.schedule.run(),
            generation: self.descent().generation,
            seed,
        };
        Ok(Proposal::start(drawn.params).tag(note.tag()))
    }

    fn started(&mut self, started: &Started) {
        let note = Note::read(&started.tag);
        let mut open = Open {
            key: None,
            point: None,
            whose: Whose::Others,
        };
        let mut exhausted = false;
        if let Some(note) = note {
            self.settle();
            self.root.get_or_insert(note.seed);
            self.busy += 1;
            let present =
                note.run == self.schedule.run() && note.generation == self.descent.generation;
            let drawn = present
                .then(|| self.draw(note.seed, &[]))
                .and_then(Result::ok);
            let drawn = drawn.filter(|drawn| drawn.params == started.params);
            open.whose = Whose::Own {
                run: note.run,
                generation: note.generation,
                exact: drawn.is_some(),
            };
            if let Some(drawn) = drawn {
                open.point = Some(drawn.point);
                self.again.extend(drawn.again);
                exhausted = drawn.exhausted;
            }
        }
        if open.point.is_none() {
            open.point = Some(self.axes.encode(&started.params, &self.descent.centre()));
        }
        if let Some(seen) = &mut self.seen {
            let own = self.axes.align(&started.params);
            open.key = own.map(|params| fingerprint(&params));
            open.key.into_iter().for_each(|key| seen.begin(key));
        }
        if self.open.start(started.trial, open).is_some() {
            self.busy = self.busy.saturating_sub(1);
        }
        if exhausted && !self.is_all_seen() {
            self.restart(); // all that is likely here has been tried
        }
    }

    /// The trial's first result: that of its end, or of its first pause.
    fn result(&mut self, trial: TrialId, fitness: Fitness) {
        let Some(open) = self.open.get_mut(trial).map(|open| &mut open.kept) else {
            return;
        };
        let Some(point) = open.point.take() else {
            return;
        };
        if let (Some(seen), Some(key)) = (&mut self.seen, open.key) {
            seen.end(key, fitness);
        }
        match open.whose {
            Whose::Others if self.root.is_none() => {
                self.pool.add(trial, point, fitness);
                self.begun.take();
                self.fresh = self.gamma == 0.0 || self.pool.is_empty();
            }
            Whose::Others => self.guest(trial, point, fitness),
            Whose::Own {
                run,
                generation,
                exact,
            } => {
                self.busy = self.busy.saturating_sub(1);
                if run == self.schedule.run() {
                    let injected = !exact || generation != self.descent.generation;
                    self.entries.insert(
                        trial,
                        Entry {
                            point,
                            fitness,
                            injected,
                        },
                    );
                    self.close_if_full();
                }
            }
        }
    }

    /// Keeps the best results of others until the generation is closed.
    fn guest(&mut self, trial: TrialId, point: Point, fitness: Fitness) {
        let Some(loss) = fitness.loss() else { return };
        let place = self.guests.partition_point(|(other, ..)| *other <= loss);
        self.guests.insert(place, (loss, trial, point));
        self.guests.truncate(self.descent.lambda());
    }

    /// A generation is full when it has λ results; or, where more workers are busy than that, as many as
    /// there are workers, so that they share one large generation instead of working for several past ones.
    fn close_if_full(&mut self) {
        let results = self.entries.len() + self.again.len();
        if results < self.descent.lambda().max(self.busy) {
            return;
        }
        let mut entries: Vec<_> = std::mem::take(&mut self.entries).into_values().collect();
        entries.append(&mut self.again);
        self.invite(&mut entries);
        self.descent.update(&self.axes, entries);
        if self.descent.is_over(&self.axes, self.best) {
            self.restart();
        }
    }

    /// Results of others join if they are in the better half; at most one for five own ones, so that
    /// they pull and do not drown.
    fn invite(&mut self, entries: &mut Vec<Entry>) {
        let guests = std::mem::take(&mut self.guests);
        let mut losses: Vec<f64> = entries
            .iter()
            .filter_map(|entry| entry.fitness.loss())
            .collect();
        losses.sort_by(f64::total_cmp);
        let median = losses
            .get(losses.len() / 2)
            .copied()
            .unwrap_or(f64::INFINITY);
        let welcome = guests.into_iter().take(entries.len().div_ceil(5));
        for (loss, _, point) in welcome.filter(|(loss, ..)| *loss < median) {
            entries.push(Entry {
                point,
                fitness: Fitness::Measured(loss),
                injected: true,
            });
        }
    }

    fn is_all_seen(&self) -> bool {
        let seen = self.seen.as_ref().map_or(0, Seen::len);
        self.axes
            .cardinality()
            .is_some_and(|all| seen as u128 >= all)
    }

    fn restart(&mut self) {
        self.best = self.best.min(self.descent.best());
        let root = self.root.unwrap_or(Seed::new(0));
        let begin = self
            .schedule
            .next(self.descent.trials.max(1), self.axes.numbers(), root);
        let settings = Settings {
            lambda: begin.lambda,
            later: begin.lambda.max(self.settings.later),
            sigma: begin.sigma,
            ..self.settings.clone()
        };
        self.descent = Descent::new(&self.axes, settings, begin.mean);
        self.entries.clear();
        self.again.clear();
        self.guests.clear();
    }
}

impl Strategy for CmaEs {
    fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
        let mut batch = Vec::new();
        (0..ask.slots().get())
            .map(|n| self.propose(ask.seed(n), &mut batch))
            .collect::<Result<_, _>>()
            .map(Asked::Propose)
            .map_err(StrategyError::from_source)
    }

    fn tell(&mut self, fact: &Fact) {
        match fact {
            Fact::Started(started) => self.started(started),
            // Under successive halving most trials are never resumed: what a trial had when it was paused
            // is its result.
            Fact::Paused(paused) => {
                let last = self.open.follow(fact).and_then(|open| last_loss(open));
                self.result(
                    paused.trial,
                    last.map_or(Fitness::Stopped(None), Fitness::Measured),
                );
            }
            Fact::Ended(ended) => {
                let last = self.open.get(ended.trial).and_then(last_loss);
                let fitness = match &ended.outcome {
                    Outcome::Completed(losses) => Fitness::Measured(losses.first()),
                    Outcome::Stopped => Fitness::Stopped(last),
                    _ => Fitness::Failed,
                };
                self.result(ended.trial, fitness);
                let key = self.open.end(ended.trial).and_then(|open| open.kept.key);
                if says_nothing(&ended.outcome)
                    && let (Some(seen), Some(key)) = (&mut self.seen, key)
                {
                    seen.forget(key);
                }
            }
            _ => {
                self.open.follow(fact);
            }
        }
    }
}

/// The loss that a trial reported last.
fn last_loss(open: &OpenTrial<Open>) -> Option<f64> {
    open.last().map(|(_, losses)| losses.first())
}
