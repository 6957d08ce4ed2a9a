//! [`live`]: a study from its first session to its end, whatever strikes it.

use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

use tuning_core::{EventKind, Fact, JournalReader as _, Observer, Seed, Seq};
use tuning_observers::{Csv, JsonLines, named};
use tuning_runtime::{
    Delivery, Executor, MemoryJournal, StudyError, Summary,
    sim::{Faults, FaultyEvaluator, FaultyJournal, FaultyObserver, FaultyWriter, SimExecutor},
};

use crate::{
    bench::{Bench, said},
    dice::Dice,
    manual::Client,
    mortal::Mortal,
    plan::Plan,
    record::{Record, Session},
    seams::{Seams, Sound},
    watch::{Acknowledged, Book, Durable, Lossy, Tape},
    witness::Witness,
};

/// After this many sessions a study that has not ended is taken for one that never does.
const SESSIONS: u32 = 40;

/// How long the first sessions may live, in steps, before they die; each of them draws from the first part of it.
const STEPS: [u64; 4] = [40, 200, 1_000, 4_000];

/// After this many steps a session is taken for one that never ends.
const ENDLESS: u64 = 3_000_000;

const DAY: u64 = 86_400;

/// Lets the study of a plan live until it has ended, in sessions that die and are struck as the plan has it, and then in
/// one where nothing goes wrong.
///
/// # Panics
/// If no files can be made.
#[must_use]
pub fn live(plan: &Plan) -> Record {
    live_with(plan, &Sound)
}

/// The same with these seams.
///
/// # Panics
/// If no files can be made.
#[must_use]
pub fn live_with(plan: &Plan, seams: &dyn Seams) -> Record {
    let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for files: {error}"));
    let journal = MemoryJournal::new();
    let mut life = Life {
        plan,
        seams,
        folder: folder.path(),
        witness: Witness::new(journal.clone()),
        journal,
        book: Book::default(),
        dice: Dice::new(Seed::new(plan.seed).named("life")),
        left: plan.faults,
        now: Duration::from_secs(1_700_000_000),
    };
    for number in 0..SESSIONS {
        let is_over = life.session(number);
        life.look(number);
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
    let mut reader = seams.reader(Box::new(life.journal.reader()));
    let read = SimExecutor::new(Seed::new(0)).run(async {
        let mut entries = Vec::new();
        loop {
            match reader.read(Seq::new(entries.len() as u64), 7).await {
                Ok(page) if page.is_empty() => return entries,
                Ok(page) => entries.extend(page),
                Err(error) => panic!("a journal in memory can be read: {error}"),
            }
        }
    });
    record.read = read.unwrap_or_default();
    record
}

struct Life<'a> {
    plan: &'a Plan,
    seams: &'a dyn Seams,
    folder: &'a Path,
    journal: MemoryJournal,
    witness: Witness,
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
            true => ENDLESS,
            false => 1 + self.dice.below(most),
        };
        let jumps = match !calm && self.dice.chance(0.4) {
            true => 1 + self.dice.below(3) as u32,
            false => 0,
        };
        let ended = sim.run_for(steps, self.lives(number, &sim, &faults, jumps));
        self.left = self.left.saturating_sub(faults.happened());
        let said = faults
            .log()
            .into_iter()
            .map(|fault| format!("session {number}, {fault}"));
        self.book.write().faults.extend(said);
        // The next process may find another time, also an earlier one: of days before, or of days later.
        let other = Duration::from_secs(self.dice.below(20 * DAY));
        self.now = match self.dice.below(6) {
            0 => sim.now().saturating_sub(Duration::from_secs(3_600)),
            1 => sim.now().saturating_sub(other),
            2 => sim.now() + other,
            _ => sim.now() + Duration::from_secs(self.dice.below(100)),
        };
        let ended = match ended {
            Err(stuck) => {
                let broken = format!("session {number}: {stuck}");
                self.book.write().broken.push(broken);
                return true;
            }
            Ok(None) if calm => {
                let broken = format!("session {number} has not ended after {ENDLESS} steps");
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
            ended: ended
                .map(|summary| self.seams.summary(summary))
                .map_err(|error| error.to_string()),
            entries: self.journal.entries().len(),
        };
        self.book.write().sessions.push(session);
        is_over || calm
    }

    /// Looks at what a session has left in the journal.
    fn look(&self, session: u32) {
        let entries = self.journal.entries();
        let mut record = self.book.write();
        record.lengths.push(entries.len());
        let mut started = BTreeMap::new();
        for entry in &entries {
            if let EventKind::Fact(Fact::Started(fact)) = &entry.kind {
                started.insert(fact.trial, said(&fact.params));
            }
        }
        for begun in &mut record.begun {
            if begun.session == session {
                begun.kept = started.get(&begun.trial).cloned();
            }
        }
    }

    async fn lives(
        &self,
        number: u32,
        sim: &SimExecutor,
        faults: &Faults,
        jumps: u32,
    ) -> Result<Summary, StudyError> {
        let plan = self.plan;
        let executor: Arc<dyn Executor> = Arc::new(sim.clone());
        let book = self.book.clone();
        let journal = self.seams.journal(Box::new(self.witness.clone()));
        let journal = FaultyJournal::new(journal, faults.clone(), Arc::clone(&executor));
        let acknowledged = Acknowledged {
            book: book.clone(),
            session: number,
        };
        let lossy = Lossy {
            book: book.clone(),
            session: number,
            sim: sim.clone(),
        };
        let lossy = self.seams.lossy(Box::new(lossy));
        let mut study = (plan.study().journal(journal))
            .executor(Arc::clone(&executor))
            .observe(acknowledged, Delivery::lossless())
            .observe(lossy, Delivery::Lossy { capacity: 3 });
        for observer in self.durable(number, sim, faults) {
            let struck = FaultyObserver::new(observer, faults.clone(), Arc::clone(&executor));
            let delivered = self.seams.observer(Box::new(struck));
            study = study.observe(delivered, Delivery::durable());
        }
        // Long enough for all that is slow, but not endless.
        let study = study.linger(Duration::from_secs(DAY));
        let mut study = self.seams.study(study).open().await?;
        if study.progress().counts().added == 0 {
            study.add(plan.known()).await?;
        }
        let bench = Bench {
            plan: plan.clone(),
            session: number,
            sim: sim.clone(),
            book,
            journal: self.witness.clone(),
        };
        if let Some(ahead) = Duration::from_secs(50_000).checked_div(jumps) {
            let clock = sim.clone();
            sim.spawn(Box::pin(async move {
                for _ in 0..jumps {
                    clock.sleep(Duration::from_secs(900)).await;
                    clock.jump(ahead);
                }
            }));
        }
        if plan.manual {
            let client = Client::new(&bench, sim, faults);
            return client.run(&mut study).await;
        }
        let evaluator = FaultyEvaluator::new(bench, faults.clone(), executor);
        // What hangs needs a timeout to end.
        let evaluator = match plan.timeout {
            true => evaluator,
            false => evaluator.only_delays(),
        };
        study.run(self.seams.evaluator(Arc::new(evaluator))).await
    }

    /// The durable observers: one in memory, one with a writer whose disk is full now and then, and two files.
    fn durable(&self, session: u32, sim: &SimExecutor, faults: &Faults) -> Vec<Box<dyn Observer>> {
        let tape = Tape {
            book: self.book.clone(),
            session,
            sim: sim.clone(),
        };
        let tape = JsonLines::to(FaultyWriter::new(tape, faults.clone()));
        let mut all: Vec<Box<dyn Observer>> = vec![
            Box::new(Durable(self.book.clone())),
            Box::new(named("tape", tape)),
        ];
        let path = self.folder.join("events.jsonl");
        match JsonLines::append(&path) {
            Ok(lines) => all.push(Box::new(Mortal::new(lines, path, sim.clone()))),
            Err(error) => self.wrong(session, &error),
        }
        let path = self.folder.join("trials.csv");
        match Csv::append(&path) {
            Ok(csv) => all.push(Box::new(Mortal::new(csv, path, sim.clone()))),
            Err(error) => self.wrong(session, &error),
        }
        all
    }

    fn wrong(&self, number: u32, error: &std::io::Error) {
        let broken = format!("session {number}: a file cannot be opened: {error}");
        self.book.write().broken.push(broken);
    }
}
