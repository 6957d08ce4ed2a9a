//! [`Mender`]: which intact entries of a damaged study keep their meaning without those that are lost.
//!
//! A study is the fold of its entries, so it asks the fold: what the machine that resumes studies takes is kept, and in
//! the place of anything else stands [`Missing`]. What was lost of which trial is listed.

use std::collections::BTreeMap;

use tuning_core::{
    Amended, Ask, AskTell, Asked, Entry, EventKind, Fact, Missing, Problem, Progress, Seq,
    Strategy, StrategyError, StudySpec, TrialId,
};

/// Takes the entries of a damaged study in order.
pub(super) struct Mender {
    machine: AskTell<Nothing>,
    progress: Progress,
    /// Of the pieces of work of the log up to each, how many were kept.
    works: Vec<u64>,
    /// What the last kept proposal knew.
    known: u64,
    trials: BTreeMap<TrialId, Loss>,
    others: Vec<Seq>,
    kept: u64,
}

/// What is lost of a trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loss {
    first: Seq,
    entries: u64,
    whole: Option<Whole>,
}

/// Why nothing of a trial is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whole {
    /// Its start is lost, and with it its parameters.
    Start,
    /// It began with what this trial left, and that trial is not what it was.
    Donor(TrialId),
}

impl Mender {
    /// `amendments`: those of the study that are intact, in order.
    pub(super) fn new(spec: &StudySpec, amendments: Vec<Amended>) -> Self {
        let space = amendments.last().map_or(&spec.space, |last| &last.space);
        let problem = Problem::new(space.clone(), spec.objectives.clone()).fidelity(spec.fidelity);
        let machine = AskTell::new(problem, Nothing, spec.seed).order(spec.order);
        Self {
            machine: machine.amended(amendments),
            progress: Progress::new(spec.objectives.clone()),
            works: Vec::new(),
            known: 0,
            trials: BTreeMap::new(),
            others: Vec::new(),
            kept: 0,
        }
    }

    /// Returns what is to stand in the place of this entry.
    pub(super) fn mend(&mut self, seq: Seq, mut entry: Entry) -> Entry {
        let (next, trial) = (self.machine.started(), entry.kind.trial());
        let is_damaged = matches!(entry.kind, EventKind::Missing(_));
        let is_work = match &entry.kind {
            EventKind::Fact(Fact::Started(_) | Fact::Resumed(_)) => true,
            EventKind::Missing(missing) => missing.trial.is_some_and(|trial| trial.get() >= next),
            _ => false,
        };
        let is_kept = !is_damaged && self.replay(&mut entry);
        if is_work {
            let before = self.works.last().copied().unwrap_or_default();
            self.works.push(before + u64::from(is_kept));
        }
        if is_kept {
            self.kept += 1;
            self.progress.apply(entry.at_millis, &entry.kind);
            if let EventKind::Fact(Fact::Started(started)) = &entry.kind {
                // What is lost of an unknown trial was the start of one before.
                (next..started.trial.get()).for_each(|lost| {
                    self.lose(seq, TrialId::new(lost), Some(Whole::Start));
                });
            }
            return entry;
        }
        match trial {
            None => self.others.push(seq),
            Some(trial) => {
                let whole = match &entry.kind {
                    EventKind::Fact(Fact::Started(started)) => {
                        started.fork.map(|fork| Whole::Donor(fork.trial))
                    }
                    _ if trial.get() >= next => Some(Whole::Start),
                    _ => None,
                };
                self.lose(seq, trial, whole);
            }
        }
        let missing = |trial| Entry::new(entry.at_millis, EventKind::Missing(Missing::new(trial)));
        if self.machine.replay(missing(trial)).is_ok() {
            return missing(trial);
        }
        // A number that makes no sense there was damaged itself; one that is not named fits anywhere.
        let _ = self.machine.replay(missing(None));
        missing(None)
    }

    /// Lets the machine take the entry, with what its proposal knew of the work that is kept; false if it does not fit.
    fn replay(&mut self, entry: &mut Entry) -> bool {
        let known = match entry.known.checked_sub(1) {
            Some(last) => {
                let last = usize::try_from(last).unwrap_or(usize::MAX);
                let known = self.works.get(last).or(self.works.last());
                known.copied().unwrap_or_default()
            }
            None => 0,
        };
        // Where the result of work is lost, what comes behind it is not known before it is there again.
        let mut tries = [known, self.known].into_iter();
        tries.any(|known| {
            entry.known = known;
            let fits = self.machine.replay(entry.clone()).is_ok();
            if fits {
                self.known = self.known.max(known);
            }
            fits
        })
    }

    fn lose(&mut self, seq: Seq, trial: TrialId, whole: Option<Whole>) {
        let loss = self.trials.entry(trial).or_insert(Loss {
            first: seq,
            entries: 0,
            whole: None,
        });
        loss.entries += 1;
        loss.whole = loss.whole.or(whole);
    }

    /// How many entries were kept.
    pub(super) fn kept(&self) -> u64 {
        self.kept
    }

    /// The study as it is kept.
    pub(super) fn progress(&self) -> &Progress {
        &self.progress
    }

    /// The trials of which something is lost, with what that means.
    pub(super) fn losses(&self) -> impl Iterator<Item = (TrialId, String)> {
        self.trials.iter().map(|(trial, loss)| {
            let state = self.progress.trial(*trial).map(|open| open.paused);
            (*trial, loss.meaning(state))
        })
    }

    /// The lost entries that belong to no trial, or to one that is not known, as first and last of each row of them.
    pub(super) fn others(&self) -> Vec<(u64, u64)> {
        let mut rows: Vec<(u64, u64)> = Vec::new();
        for seq in self.others.iter().map(|seq| seq.get()) {
            match rows.last_mut() {
                Some((_, last)) if *last + 1 == seq => *last = seq,
                _ => rows.push((seq, seq)),
            }
        }
        rows
    }
}

impl Loss {
    /// `paused`: none if the trial has ended, and whether it is paused if not.
    fn meaning(&self, paused: Option<bool>) -> String {
        match self.whole {
            Some(Whole::Start) => return "its start is damaged; nothing of it is kept".to_owned(),
            Some(Whole::Donor(donor)) => {
                return format!(
                    "it was forked from trial {donor}, which is damaged; nothing of it is kept"
                );
            }
            None => {}
        }
        let what = match self.entries {
            1 => format!("entry {} is damaged", self.first),
            n => format!("{n} of its entries from {} on are damaged", self.first),
        };
        let then = match paused {
            None => "its result is kept",
            Some(true) => "it is still paused",
            Some(false) => "it will be evaluated again",
        };
        format!("{what}; {then}")
    }
}

/// A strategy that is only told.
struct Nothing;

impl Strategy for Nothing {
    fn ask(&self, _: &Ask) -> Result<Asked, StrategyError> {
        Ok(Asked::Done)
    }

    fn tell(&mut self, _: &Fact) {}
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use tuning_core::{
        Fidelity, FidelityRange, Objectives, Order, Outcome, Parameter, Proposal, Seed, Space,
        Spec, Turn, Values,
    };

    use super::*;

    /// Lets every third trial pause, resumes what is paused, and forks now and then.
    struct Ladder {
        space: Space,
        paused: Vec<TrialId>,
        ended: Vec<TrialId>,
    }

    impl Strategy for Ladder {
        fn ask(&self, ask: &Ask) -> Result<Asked, StrategyError> {
            if let Some(trial) = self.paused.first() {
                return Ok(Asked::Propose(vec![Proposal::resume(*trial)]));
            }
            let params = self.space.decode(&[ask.seed(0).unit()])?;
            let low = Fidelity::new(3);
            Ok(Asked::Propose(vec![match self.ended.len() {
                0 => Proposal::start(params).until(low),
                n if n % 4 == 0 => Proposal::fork(self.ended[n / 2], params),
                n if n % 3 == 0 => Proposal::start(params).until(low),
                _ => Proposal::start(params),
            }]))
        }

        fn tell(&mut self, fact: &Fact) {
            match fact {
                Fact::Paused(paused) => self.paused.push(paused.trial),
                Fact::Resumed(resumed) => self.paused.retain(|trial| *trial != resumed.trial),
                Fact::Ended(ended) => self.ended.push(ended.trial),
                _ => {}
            }
        }
    }

    fn spec(order: Order) -> StudySpec {
        let space = Space::new([Parameter::float("x", 0.0, 1.0)]).unwrap();
        let objectives = Objectives::minimize("loss").unwrap();
        let mut spec = StudySpec::new(space, objectives, Spec::new("ladder"));
        spec.order = order;
        spec.fidelity = FidelityRange::new(1, 9).ok();
        spec
    }

    fn machine(spec: &StudySpec) -> AskTell<Ladder> {
        let problem =
            Problem::new(spec.space.clone(), spec.objectives.clone()).fidelity(spec.fidelity);
        let ladder = Ladder {
            space: spec.space.clone(),
            paused: Vec::new(),
            ended: Vec::new(),
        };
        AskTell::new(problem, ladder, Seed::new(3)).order(spec.order)
    }

    /// What two workers make of some 30 trials.
    fn log(spec: &StudySpec) -> Vec<Entry> {
        let mut study = machine(spec);
        let mut log = vec![Entry::new(0, EventKind::Created(Box::new(spec.clone())))];
        let mut running = Vec::new();
        while study.started() < 30 {
            while running.len() < 2
                && let Turn::Work(work) = study.ask(NonZeroUsize::MIN).unwrap()
            {
                running.extend(work);
            }
            let work = running.remove(log.len() % running.len());
            let until = work.until.unwrap_or(Fidelity::new(9));
            let value = Values::one(0.5).unwrap();
            for at in [until.get() - 1, until.get()] {
                let at = Fidelity::new(at);
                study
                    .report(work.trial, at, value.clone(), Default::default())
                    .unwrap();
            }
            study
                .finish(work.trial, Outcome::Completed(value), Default::default(), 0)
                .unwrap();
            log.extend(study.take_entries(log.len() as u64));
        }
        log
    }

    fn damaged(entry: &Entry, names_trial: bool) -> Entry {
        let trial = entry.kind.trial().filter(|_| names_trial);
        Entry::new(entry.at_millis, EventKind::Missing(Missing::new(trial)))
    }

    /// Damages these entries of a study; what is kept must be a study that can be resumed.
    fn check(spec: &StudySpec, log: &[Entry], places: &[usize], names_trial: bool) -> Mender {
        let how = format!("{}: {places:?}, {names_trial}", spec.order);
        let mut mender = Mender::new(spec, Vec::new());
        let mut again = machine(spec);
        let mut mended = Vec::new();
        for (place, entry) in log.iter().enumerate() {
            let found = match places.contains(&place) {
                true => damaged(entry, names_trial),
                false => entry.clone(),
            };
            let entry = mender.mend(Seq::new(place as u64 + 1), found);
            again
                .replay(entry.clone())
                .unwrap_or_else(|error| panic!("{how}: {error}"));
            mended.push(entry);
        }
        let mut kept = 0;
        for (mended, entry) in mended.iter().zip(log) {
            let is_missing = matches!(mended.kind, EventKind::Missing(_));
            assert!(is_missing || mended.kind == entry.kind, "{how}");
            kept += u64::from(!is_missing);
            // What is not listed is whole.
            let trial = entry.kind.trial().filter(|_| is_missing && names_trial);
            assert!(
                trial.is_none_or(|trial| mender.trials.contains_key(&trial)),
                "{how}: {trial:?}"
            );
        }
        assert_eq!(mender.kept(), kept, "{how}");
        mender
    }

    const ORDERS: [Order; 2] = [Order::AsFinished, Order::AS_PROPOSED];

    #[test]
    fn what_is_kept_is_resumed_whichever_entries_are_damaged() {
        for order in ORDERS {
            let spec = spec(order);
            let log = log(&spec);
            assert!(log.iter().any(|entry| entry.kind.name() == "resumed"));
            for place in 1..log.len() {
                for names_trial in [true, false] {
                    check(&spec, &log, &[place], names_trial);
                    let pair = [place, (place * 7 + 3) % (log.len() - 1) + 1];
                    check(&spec, &log, &pair, names_trial);
                    let row: Vec<usize> = (place..place + 12).collect();
                    check(&spec, &log, &row, names_trial);
                }
            }
        }
    }

    #[test]
    fn one_damaged_entry_costs_its_own_trial_and_those_that_began_with_it() {
        for order in ORDERS {
            let spec = spec(order);
            let log = log(&spec);
            for place in 1..log.len() {
                let mender = check(&spec, &log, &[place], true);
                let own = log[place].kind.trial().unwrap();
                for (trial, loss) in &mender.trials {
                    assert!(
                        *trial == own || matches!(loss.whole, Some(Whole::Donor(_))),
                        "{order}, entry {}: trial {trial}: {loss:?}",
                        place + 1
                    );
                }
                assert!(mender.kept() as usize + 40 > log.len(), "{}", mender.kept());
            }
        }
    }

    #[test]
    fn every_loss_is_told_with_its_reason() {
        let spec = spec(Order::AsFinished);
        let log = log(&spec);
        let ended = log.iter().rfind(|entry| entry.kind.name() == "ended");
        let last = ended.unwrap().kind.trial();
        let told = |name: &str| {
            let place = log
                .iter()
                .rposition(|entry| entry.kind.name() == name && entry.kind.trial() == last);
            let place = place.unwrap();
            let mender = check(&spec, &log, &[place], true);
            let (_, told) = mender.losses().next().unwrap();
            told.replace(&format!("entry {} ", place + 1), "it ")
        };
        assert_eq!(
            told("started"),
            "its start is damaged; nothing of it is kept"
        );
        assert_eq!(told("reported"), "it is damaged; its result is kept");
        assert_eq!(told("ended"), "it is damaged; it will be evaluated again");
        let entry = Entry::new(0, EventKind::Missing(Missing::new(None)));
        let mut mender = Mender::new(&spec, Vec::new());
        mender.mend(Seq::new(1), log[0].clone());
        for seq in [2, 3, 5] {
            mender.mend(Seq::new(seq), entry.clone());
        }
        assert_eq!(mender.others(), [(2, 3), (5, 5)]);
    }
}
