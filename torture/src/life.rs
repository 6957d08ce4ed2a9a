//! [`live`]: a study from its first session to its end, whatever strikes it.

use std::{collections::BTreeSet, num::NonZeroUsize, path::Path, sync::Arc, time::Duration};

use tuning_core::{EventKind, Fact, Metrics, Outcome, Seed, TrialId, Turn, Values, Verdict, Work};
use tuning_observers::{Csv, JsonLines};
use tuning_runtime::{
    Delivery, Executor, MemoryJournal, Study, StudyError, Summary,
    sim::{Faults, FaultyEvaluator, FaultyJournal, FaultyObserver, SimExecutor},
};

use crate::{
    bench::Bench,
    dice::Dice,
    plan::Plan,
    record::{Record, Session},
    watch::{Acknowledged, Book, Durable, Lossy},
};

/// After this many sessions a study that has not ended is taken for one that never does.
const SESSIONS: u32 = 40;

/// How long the first sessions may live, in steps, before they die; each of them draws from the first part of it.
const STEPS: [u64; 4] = [40, 200, 1_000, 4_000];

/// Lets the study of a plan live until it has ended, in sessions that die and are struck as the plan has it, and then in
/// one where nothing goes wrong.
///
/// # Panics
/// If no files can be made.
#[must_use]
pub fn live(plan: &Plan) -> Record {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for files: {error}"));
    let mut life = Life {
        plan,
        folder: folder.path(),
        journal: MemoryJournal::new(),
        book: Book::default(),
        dice: Dice::new(Seed::new(plan.seed).named("life")),
        left: plan.faults,
        now: Duration::from_secs(1_700_000_000),
    };
    for number in 0..SESSIONS {
        let is_over = life.session(number);
        if is_over {
            break;
        }
        if number == SESSIONS - 1 {
            let never = format!("it has not ended after {SESSIONS} sessions");
            life.book.write().broken.push(never);
        }
    }
    let mut record = life.book.write().clone();
    record.entries = life.journal.entries();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap_or_default();
    (record.jsonl, record.csv) = (read("events.jsonl"), read("trials.csv"));
    record
}

struct Life<'a> {
    plan: &'a Plan,
    folder: &'a Path,
    journal: MemoryJournal,
    book: Book,
    dice: Dice,
    /// How many faults may still strike it.
    left: usize,
    now: Duration,
}

impl Life<'_> {
    /// One session; returns whether the study is over.
    fn session(&mut self, number: u32) -> bool {
        let plan = self.plan;
        let calm = number >= plan.deaths;
        let seed = self.dice.seed();
        let sim = SimExecutor::new(seed).at(self.now);
        let faults = match calm {
            true => Faults::none(),
            false => Faults::new(seed, plan.share).at_most(self.left),
        };
        let most = self.dice.pick(&STEPS);
        let steps = match calm {
            true => u64::MAX,
            false => 1 + self.dice.below(most),
        };
        let jumps = !calm && self.dice.chance(0.3);
        let ended = sim.run_for(steps, self.lives(number, &sim, &faults, jumps));
        self.left = self.left.saturating_sub(faults.happened());
        let said = faults
            .log()
            .into_iter()
            .map(|fault| format!("session {number}, {fault}"));
        self.book.write().faults.extend(said);
        // The next process may find another time, also an earlier one.
        self.now = match self.dice.below(4) {
            0 => sim.now().saturating_sub(Duration::from_secs(3_600)),
            _ => sim.now() + Duration::from_secs(self.dice.below(100)),
        };
        let ended = match ended {
            Err(stuck) => {
                let broken = format!("session {number}: {stuck}");
                self.book.write().broken.push(broken);
                return true;
            }
            Ok(None) => return false,
            Ok(Some(ended)) => ended,
        };
        let is_over = calm && ended.is_ok();
        if let (true, Err(error)) = (calm, &ended) {
            let broken = format!("session {number}: nothing was wrong, and it failed: {error}");
            self.book.write().broken.push(broken);
        }
        let session = Session {
            number,
            struck: faults.happened() > 0,
            ended: ended.map_err(|error| error.to_string()),
            entries: self.journal.entries().len(),
        };
        self.book.write().sessions.push(session);
        is_over || calm
    }

    fn ended(&self) -> BTreeSet<TrialId> {
        let entries = self.journal.entries().into_iter();
        let ended = entries.filter_map(|entry| match entry.kind {
            EventKind::Fact(Fact::Ended(ended)) => Some(ended.trial),
            _ => None,
        });
        ended.collect()
    }

    async fn lives(
        &self,
        number: u32,
        sim: &SimExecutor,
        faults: &Faults,
        jumps: bool,
    ) -> Result<Summary, StudyError> {
        let plan = self.plan;
        let executor: Arc<dyn Executor> = Arc::new(sim.clone());
        let (book, journal) = (self.book.clone(), self.journal.clone());
        let journal = FaultyJournal::new(journal, faults.clone(), Arc::clone(&executor));
        let mut study = (plan.study().journal(journal))
            .executor(Arc::clone(&executor))
            .observe(
                Acknowledged {
                    book: book.clone(),
                    session: number,
                },
                Delivery::lossless(),
            )
            .observe(
                Lossy {
                    book: book.clone(),
                    session: number,
                    sim: sim.clone(),
                },
                Delivery::Lossy { capacity: 3 },
            );
        let struck = |observer: Box<dyn tuning_core::Observer>| {
            FaultyObserver::new(observer, faults.clone(), Arc::clone(&executor))
        };
        study = study.observe(struck(Box::new(Durable(book.clone()))), Delivery::durable());
        let opened = JsonLines::append(self.folder.join("events.jsonl"));
        match opened {
            Ok(lines) => study = study.observe(struck(Box::new(lines)), Delivery::durable()),
            Err(error) => self.wrong(number, &error),
        }
        match Csv::append(self.folder.join("trials.csv")) {
            Ok(csv) => study = study.observe(struck(Box::new(csv)), Delivery::durable()),
            Err(error) => self.wrong(number, &error),
        }
        // Long enough for all that is slow, but not endless.
        let mut study = study.linger(Duration::from_secs(86_400)).open().await?;
        let bench = Bench {
            plan: plan.clone(),
            session: number,
            sim: sim.clone(),
            book,
            ended: self.ended(),
        };
        if jumps {
            let (clock, ahead) = (sim.clone(), Duration::from_secs(50_000));
            sim.spawn(Box::pin(async move {
                clock.sleep(Duration::from_secs(900)).await;
                clock.jump(ahead);
            }));
        }
        if plan.manual {
            return self.by_hand(&mut study, &bench, sim).await;
        }
        let evaluator = FaultyEvaluator::new(bench, faults.clone(), executor);
        match plan.is_in_line() || !plan.timeout {
            true => study.run(evaluator.only_delays()).await,
            false => study.run(evaluator).await,
        }
    }

    fn wrong(&self, number: u32, error: &std::io::Error) {
        let broken = format!("session {number}: a file cannot be opened: {error}");
        self.book.write().broken.push(broken);
    }

    /// A loop of the caller's own: results come late, twice, for trials that are not running, and from the client of an
    /// earlier session.
    async fn by_hand(
        &self,
        study: &mut Study,
        bench: &Bench,
        sim: &SimExecutor,
    ) -> Result<Summary, StudyError> {
        let mut dice = Dice::new(
            Seed::new(self.plan.seed)
                .named("hand")
                .derive(u64::from(bench.session)),
        );
        let mut session = study.manual().await?;
        let mut held: Vec<(Work, usize)> = Vec::new();
        loop {
            let slots = 1 + dice.below(3) as usize;
            let turn = match held.len() < self.plan.workers {
                true => {
                    session
                        .ask(NonZeroUsize::new(slots).unwrap_or(NonZeroUsize::MIN))
                        .await?
                }
                false => Turn::Wait,
            };
            match turn {
                Turn::Work(work) => {
                    let begun = work.into_iter().map(|work| {
                        let place = bench.begin(&work);
                        (work, place)
                    });
                    held.extend(begun);
                    if dice.chance(0.5) {
                        continue;
                    }
                }
                Turn::Done(_) => return session.close().await,
                _ if held.is_empty() => {
                    let never = "it waits, and nothing is in flight".to_owned();
                    bench.book.write().broken.push(never);
                    return session.close().await;
                }
                _ => {}
            }
            sim.sleep(Duration::from_secs(dice.below(600))).await;
            if held.is_empty() {
                continue;
            }
            let at = dice.below(held.len() as u64) as usize;
            let (work, place) = held.swap_remove(at);
            let outcome = self.work(&mut session, bench, &work, place).await?;
            let taken = session
                .finish(work.trial, outcome.clone(), Metrics::default())
                .await;
            match refusable(taken)? {
                Some(state) if state != tuning_core::TrialState::Running => {
                    bench
                        .book
                        .write()
                        .answered
                        .push((work.trial, outcome.clone()));
                }
                Some(_) => {}
                None => {
                    let refused = format!("the result of trial {} was refused", work.trial);
                    bench.book.write().broken.push(refused);
                }
            }
            if dice.chance(0.2) && held.iter().all(|(other, _)| other.trial != work.trial) {
                // Once more, and for a trial that never was.
                let strange = TrialId::new(1_000_000);
                for trial in [work.trial, strange] {
                    let is_open = session.ready().any(|ready| ready.trial == trial);
                    if is_open {
                        continue;
                    }
                    let taken = session
                        .finish(trial, outcome.clone(), Metrics::default())
                        .await;
                    if refusable(taken)?.is_some() {
                        let twice = format!("a second result of trial {trial} was taken");
                        bench.book.write().broken.push(twice);
                    }
                }
            }
        }
    }

    /// Reports, and returns what the work came to.
    async fn work(
        &self,
        session: &mut tuning_runtime::ManualSession<'_>,
        bench: &Bench,
        work: &Work,
        place: usize,
    ) -> Result<Outcome, StudyError> {
        let mut last = 1;
        for at in bench.steps(work) {
            let value = bench.value(work, at, place);
            let values = values(bench, value);
            let metrics = Metrics::from_iter([("cost", Bench::cost(work.seed))]);
            let told = session.report(work.trial, at, values, metrics).await;
            match refusable(told)? {
                Some(Verdict::Continue) => last = at,
                _ => return Ok(Outcome::Stopped),
            }
        }
        if let Some(failure) = Bench::failure(work) {
            return Ok(failure);
        }
        let value = bench.value(work, last, place);
        bench.book.write().begun[place].value = Some(value);
        Ok(Outcome::Completed(values(bench, value)))
    }
}

fn values(bench: &Bench, value: f64) -> Values {
    Values::new(bench.values(value)).unwrap_or_else(|error| unreachable!("{error}"))
}

/// None if it was refused, which is no error of the session.
fn refusable<T>(told: Result<T, StudyError>) -> Result<Option<T>, StudyError> {
    match told {
        Ok(told) => Ok(Some(told)),
        Err(StudyError::Tell(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
