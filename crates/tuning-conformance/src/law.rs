//! The laws: what each one says, and what to do about a breach.

use std::fmt::Debug;

/// A law of one family: strategies and their options, combinators, schedulers, pruners, journals, observers, or
/// configurations of these.
pub trait Lawlike: Copy + Debug + Eq + Ord + 'static {
    /// What the family is about, in the plural: `strategies`.
    const FAMILY: &'static str;
    /// All laws of the family, in order.
    const ALL: &'static [Self];

    /// Its number.
    fn number(self) -> u32;
    /// Its name in one word, with hyphens.
    fn name(self) -> &'static str;
    /// What it says, in one sentence.
    fn statement(self) -> &'static str;
    /// What to look for in the code that breaks it.
    fn remedy(self) -> &'static str;
}

macro_rules! laws {
    (
        $(#[$doc:meta])* $enum:ident of $family:literal {
            $($variant:ident = $number:literal, $name:literal: $statement:literal => $remedy:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $enum {
            $(#[doc = $statement] $variant = $number,)*
        }

        impl Lawlike for $enum {
            const FAMILY: &'static str = $family;
            const ALL: &'static [Self] = &[$(Self::$variant),*];

            fn number(self) -> u32 {
                self as u32
            }

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            fn statement(self) -> &'static str {
                match self { $(Self::$variant => $statement),* }
            }

            fn remedy(self) -> &'static str {
                match self { $(Self::$variant => $remedy),* }
            }
        }
    };
}

laws! {
    /// The laws of strategies.
    Law of "strategies" {
        AskTwice = 1, "ask-twice":
            "Asked twice, a strategy gives the same answer: `ask` leaves no observable trace."
            => "Change state in `tell` only; what `ask` computes may be cached, but not counted, advanced or remembered.";
        InSpace = 2, "in-space":
            "Proposals lie in the space, and inactive parameters are absent."
            => "Build parameters with `Space::decode`, `Space::assign` or `Space::params` of the problem's own space.";
        Slots = 3, "slots":
            "An answer holds at least one proposal and at most `Ask::slots`."
            => "Take `ask.slots()` proposals at most, and answer `Wait` or `Done` instead of an empty list.";
        SameSeed = 4, "same-seed":
            "The same configuration, seed and facts give the same proposals."
            => "Draw all randomness from `Ask::seed`; no clock, global, thread or hash order; break ties by trial number.";
        Retell = 5, "retell":
            "A strategy that is told a log from scratch continues as one that never stopped."
            => "Remember a proposal when `tell` brings its `Started` fact, not when `ask` makes it; put what you need into the tag.";
        WaitAndDone = 6, "wait-and-done":
            "`Wait` is answered only while something is in flight; `Done` is final, but a budget that is raised is used."
            => "Count what is in flight by facts: `Started` and `Resumed` begin work; `Paused` and `Ended` of every kind finish it. Take the limit of the last `Budgeted`, not of the first.";
        ResumeAndFork = 7, "resume-and-fork":
            "Only paused trials are resumed or given up, only paused or ended ones forked, and only to a higher fidelity within the problem's."
            => "Follow `Paused`, `Resumed` and `Ended`, and forget what you have proposed only when its fact arrives.";
        Foreigners = 8, "foreigners":
            "Trials of others, failures and stops of every kind, facts about unknown trials, and budgets that change are survived, with all other laws kept."
            => "Read tags with `Tag::unwrap`, treat trials without your layer as foreign, and look trials up with `get`, not by index.";
        Extremes = 9, "extremes":
            "Equal, tied, huge and tiny values, and nothing but failures, lead to no panic, error or endless loop."
            => "Guard divisions by a range or a deviation of 0, and differences that overflow; bound every rejection loop.";
        Boxed = 10, "boxed":
            "A strategy behaves the same by value, by reference, in a `Box<dyn Strategy>`, and after it was moved."
            => "Let nothing depend on an address; forward all methods of the trait.";
        Duplicates = 11, "duplicates":
            "Proposals of one batch, or in flight together, are distinct where the space is wide enough."
            => "Use `ask.seed(n)` for the n-th proposal, and treat work in flight as pending points, not as absent.";
        Cost = 12, "cost":
            "Ten times as many trials make an `ask` at most some thirty times as slow."
            => "Keep what `ask` needs up to date in `tell`, or look at a bounded part of the history.";
        Sanity = 13, "sanity":
            "On a small panel of objectives it is not worse than random search."
            => "Check the sign (losses are minimised), the direction of every sort, and the ends of the unit cube.";
        Order = 14, "order":
            "Under `Order::AsProposed` the number of workers, the order of completion, the time that work takes and a restart change nothing."
            => "Decide by values and numbers alone: no clock, no thread, no count of how often you were asked.";
        Direction = 15, "direction":
            "To maximise f is to minimise -f: the proposals are the same."
            => "Values in facts are losses already; do not look at `Objective::direction`.";
        Options = 16, "options":
            "Every option is in `spec()`: configurations that differ have specs that differ."
            => "Name each field in `spec()`, as in `.option(\"step\", self.step)`; a journal keeps it, and a study is not continued with another value.";
    }
}

laws! {
    /// The laws of combinators: what a strategy owes the one inside it.
    CombinatorLaw of "combinators" {
        EveryFact = 1, "every-fact":
            "The inner strategy is told every fact of the study once, when the combinator is told it, and nothing that has not happened."
            => "Tell the inner strategy at the end of every `tell`, no matter which strategy proposed the trial, and never in `ask`.";
        Wrapped = 2, "wrapped":
            "Every tag of the inner strategy leaves with the combinator's layer in front of it."
            => "Pass on `asked.map(|proposal| proposal.wrapped(LAYER, note))`, resumed and forked trials included.";
        Unwrapped = 3, "unwrapped":
            "The inner strategy is told its own tags as it wrote them, and `Tag::NONE` for the trials of everybody else; of several inner strategies, each may be told that it proposed what one of them did."
            => "Tell `fact.unwrapped(LAYER)`, or `fact.untagged()` to those that did not propose the trial.";
        Questions = 4, "questions":
            "The inner strategy is asked with the seed of the study, for no more than the free slots, and from the number that its first new trial will have."
            => "Pass on the `Ask` that you got: `with_slots` for the slots that are left, `after` behind new trials of your own.";
        NoFidelities = 5, "no-fidelities":
            "An inner strategy whose trials are paused though it never asked for that is told `Started` without `until`, no `Paused`, no `Resumed`, and exactly one `Ended`, as soon as there is a value; of several inner strategies, one learns then, and others may later, from values that the trial has reported, or hear that it was cancelled."
            => "Hold the inner strategy in `tuning_toolkit::WholeTrials`: when such a trial pauses first, it tells `Ended` as `Completed`, and nothing of that trial afterwards.";
        AsTheyAre = 6, "as-they-are":
            "Of trials that run as the inner strategy proposed them, and of those of others, it is told the facts as they are."
            => "Forward the fact with nothing but the tag changed; what you changed on the way out, change back on the way in.";
        Ends = 7, "ends":
            "Studies end well over an inner strategy of any kind: its `Wait` does not end them, and they do not wait for one that is `Done`."
            => "Answer `Done` only when the inner strategy does, and `Wait` only while something is in flight.";
        Spec = 8, "spec":
            "`spec()` holds the name and all options of the inner strategy under a prefix."
            => "Add `.option(\"inner\", self.inner.spec())` to your own `Spec`.";
        Refusal = 9, "refusal":
            "A problem that the inner strategy refuses is refused, with the name and the reason of the inner one, and where it stands."
            => "Build the inner strategy in `build`, and return its error with `map_err(|error| error.within(\"inner\"))?`.";
    }
}

laws! {
    /// The laws of options: what a configuration says of them is what it does.
    OptionLaw of "options" {
        Said = 1, "said":
            "Each option is described once, and what it does is said."
            => "Write one `ConfigOption::new(name, value, about)` for each field of the configuration.";
        Read = 2, "read":
            "An option is read by its name, and `options()` gives it back with the value that was read, and the others as they were."
            => "Give each `ConfigOption` the name of its field and the field itself as its value; let serde write and read all fields.";
        InSpec = 3, "in-spec":
            "`spec()` holds each option under its name, with the value that it has."
            => "Return `Spec::new(NAME).options(self.options())`.";
        Range = 4, "range":
            "`build` takes the numbers at the ends of an option's range, and refuses those beyond by the option's name."
            => "Begin `build` with `option.check(NAME)?` (of a pruner `option.check_pruner(NAME)?`) for each of `self.options()`, and repeat no range elsewhere.";
    }
}

laws! {
    /// The laws of schedulers: strategies that let trials pause, and resume some of them.
    SchedulerLaw of "schedulers" {
        Targets = 1, "targets":
            "Every target lies within the problem's fidelities, and a paused trial's next target lies above what it has reached, even if it ran past its last one."
            => "Begin at `FidelityRange::min` or above, end at its `max`, and look for the next target above `Paused::at`, not above the last target.";
        Rungs = 2, "rungs":
            "A new trial runs to the lowest rung, and a paused one to the next rung above what it has reached, or to where the budget of resource ends: none is skipped."
            => "Set `until` on every proposal but those that run to the end; declare `.starts_at_any_rung()` if there are brackets.";
        TopFraction = 3, "top-fraction":
            "Only trials in the top fraction of a rung are promoted from it; if there are too few for that, the leader alone may be, at the end."
            => "Count what has reached the rung, round down, and rank by loss, then by trial number; a round is ranked when none of its trials runs.";
        BestFirst = 4, "best-first":
            "No better trial is left behind or given up: the best of a rung continue first, of equal ones the older, and no trial in the top fraction is given up."
            => "Sort what is paused at a rung by loss, then by trial number, and take from the front.";
        Ends = 5, "ends":
            "Every study comes to an end: nothing waits for ever, and no budget is too small."
            => "Answer `Wait` only while a trial runs by the facts; when none does, resume one, give up what is paused, or answer `Done`.";
        LeftPaused = 6, "left-paused":
            "Nothing is left paused when no trials are left or the scheduler is `Done`: what will never continue is given up."
            => "With `Ask::trials_left` of `Some(0)` and nothing running, propose `Proposal::give_up` for what is paused, before `Done`.";
        Whole = 7, "whole":
            "If no work fails, a trial runs to its end in every study with a budget of trials, however small that is."
            => "Keep the best paused trial of the highest rung until one has completed, and resume it when nothing else can be.";
    }
}

laws! {
    /// The laws of pruners.
    PrunerLaw of "pruners" {
        Pure = 1, "pure":
            "Judged twice, a trial gets the same verdict, whatever was judged between."
            => "Change state in `tell` only.";
        SameFacts = 2, "same-facts":
            "The same facts give the same verdicts, also when they are told from scratch."
            => "No clock, global or hash order; decide by the facts alone.";
        Copies = 3, "copies":
            "A `boxed_clone` judges as the original does, and what one is told the other does not learn."
            => "Derive `Clone` over owned data and return `Box::new(self.clone())`; share nothing behind an `Arc`.";
        FirstTrial = 4, "first-trial":
            "The first trial is not stopped for want of others to compare with."
            => "Answer `Continue` until there is something to compare with.";
        Survives = 5, "survives":
            "Trials without reports, failures, unknown trials, equal, huge and tiny values are survived."
            => "Look trials up with `get`, and guard empty lists and differences that overflow.";
        TwoVerdicts = 6, "two-verdicts":
            "A pruner answers `Continue` or `Stop`; a pause is the strategy's to ask for."
            => "Return `Verdict::Stop` for a trial that is not worth continuing.";
        Leader = 7, "leader":
            "A trial that is the best of all at each of its reports, and still gets better, is not stopped."
            => "Check the sign (losses are minimised), the direction of every sort, and that trials are compared at the same fidelity.";
        Boxed = 8, "boxed":
            "What a boxed configuration builds judges as what the configuration itself builds."
            => "Leave `PrunerConfig::boxed` to its default, or forward all methods.";
        Spec = 9, "spec":
            "`spec()` has a name, and is the same on every call; so are `options()`."
            => "Return the configuration's own fields; count nothing, and look at nothing else.";
        Refusal = 10, "refusal":
            "An option that makes no sense is refused by `build`: by the pruner's name, with the option in backticks."
            => "Check the options first in `build`, and return `Unsupported::pruner(NAME, …)` with the option's name in backticks.";
    }
}

laws! {
    /// The laws of journals.
    JournalLaw of "journals" {
        Head = 1, "head":
            "The head of a new journal is 0, and an append returns the head behind its last entry."
            => "Number entries from 1 without gaps, and return `after.plus(entries.len())`.";
        Read = 2, "read":
            "A read returns up to `limit` entries behind `after`, in order, and none at the head."
            => "Entries behind `after` begin at `after + 1`; sort by number; honour the limit.";
        Conflict = 3, "conflict":
            "An append at another head, too low or too high, is a `Conflict` that tells the true head and writes nothing."
            => "Compare and append in one transaction, or under one lock.";
        RoundTrip = 4, "round-trip":
            "Every kind of entry reads back equal, numbers to the last bit."
            => "Store numbers so that they survive (shortest text that reads back, or bits), integers apart from floats.";
        Empty = 5, "empty":
            "An append of nothing at the head returns the head and writes nothing."
            => "Return early when there is nothing to write.";
        Large = 6, "large":
            "Ten thousand entries in one append are all there, in order."
            => "Write in as many statements as the medium needs, but in one transaction.";
        Reopen = 7, "reopen":
            "A journal that is opened again holds everything that was acknowledged."
            => "Return from `append` only when the entries are durable.";
        Rivals = 8, "rivals":
            "Two openers never mix their entries: the second is refused, or the slower of two appends gets a `Conflict`."
            => "Compare with the head in the store, not with one that is kept in memory.";
        Cursors = 9, "cursors":
            "A cursor reads back as it was set, for each observer by itself, also after the journal is opened again."
            => "Store cursors by the observer's full name, next to the entries.";
        Unchanging = 10, "unchanging":
            "What was appended never changes, whatever is appended later."
            => "Append only; assign no number twice.";
        Cancelled = 11, "cancelled":
            "An append whose future is dropped is written wholly or not at all, and the journal can still be used."
            => "Hand the work to a thread or a transaction as a whole; hold no lock across an await point.";
        Separate = 12, "separate":
            "Journals of different names hold different logs."
            => "Filter by the study in every statement, also in the one that finds the head.";
        Statuses = 13, "statuses":
            "The status of an observer reads back as it was stored last, one for each of them in the order of their names, also after the journal is opened again."
            => "Store statuses by the observer's full name, in the place of the last one, next to the entries and apart from the cursors.";
        ReaderReads = 14, "reader-reads":
            "A reader reads every append that has returned, page by page as the journal does, every kind of entry equal."
            => "Read from what the journal has committed, keep no copy of your own, and decode as the journal does.";
        ReaderHead = 15, "reader-head":
            "A reader's head is the number of the last entry."
            => "Ask the store each time; do not count what you have read.";
        ReaderTraces = 16, "reader-traces":
            "Readers leave no trace: beside several of them the journal appends, and its entries and cursors are those that were written."
            => "Open for reading only, hold no lock between two calls, and move no cursor.";
        ReaderStatuses = 17, "reader-statuses":
            "A reader tells the last stored status of each observer, in the order of their names."
            => "Read the statuses from where `set_observer_status` puts them, each time anew.";
        ReaderSpec = 18, "reader-spec":
            "A reader tells the identity of a study that has begun, and none of one that has not."
            => "Take it from the entry `created`, or leave `spec` to its default.";
    }
}

laws! {
    /// The laws of observers.
    ObserverLaw of "observers" {
        EveryEvent = 1, "every-event":
            "Every kind of event is taken without a panic or an error."
            => "Match with a wildcard arm: kinds of events are added.";
        Late = 2, "late":
            "An observer that comes late, is told an event twice, or hears of unknown trials carries on."
            => "Look trials up with `get`; use the number of an event to know it again.";
        Flush = 3, "flush":
            "Flushing often, with nothing to write, and last of all is fine."
            => "A flush writes what is there, which may be nothing.";
        Missed = 4, "missed":
            "Being told that events were missed is fine at any time."
            => "Forget what can no longer be known, and carry on.";
        Name = 5, "name":
            "It has a name that is not empty and never changes."
            => "Return a constant.";
        Begin = 6, "begin":
            "It begins at any point of a study, also in the middle of it and at its end."
            => "Take over what `begin` tells, open trials too, or do without it; events continue from there.";
        Kept = 7, "kept":
            "What it says that it keeps was told: nothing at first, and behind a flush all up to the last event that it keeps anything of."
            => "Answer `Kept::Unknown`, or the number and the time of the last event in your file.";
    }
}

laws! {
    /// The laws of observers that keep a study in a file.
    ObserverFileLaw of "observers with a file" {
        Once = 1, "once":
            "Closed and opened again anywhere, and told again what it may have taken, a file ends as one that was never closed."
            => "Look for the last event in the file when it is opened; skip what comes up to it; forget in `kept` what is only buffered.";
        Torn = 2, "torn":
            "What a crash, a full disk or a power cut has left of a line is removed, and what the file lacks is written again."
            => "Cut the file behind its last whole line when it is opened, and name the event of that line in `kept`.";
        Gone = 3, "gone":
            "A file that is removed, replaced or emptied while it is open is told as a failure, and written anew."
            => "Compare the file that is open with the one at its path before each write, and open it again in `kept`.";
        Alone = 4, "alone":
            "A file that another observer has open is refused."
            => "Lock the file when it is opened.";
        Foreign = 5, "foreign":
            "A file of something else is refused, and left as it is."
            => "Look at the first and the last line before anything is cut.";
    }
}

laws! {
    /// The laws of configurations of journals.
    JournalConfigLaw of "configurations of journals" {
        Idle = 1, "idle":
            "A place that is only described is not there yet: nothing is created before a study is opened."
            => "Keep what was read as plain data, and open it in `open`.";
        Kept = 2, "kept":
            "What was appended to a study is there when the study is opened again, and studies of different names are apart."
            => "Find the medium by the configuration and the study by its name, each time anew.";
        Marked = 3, "marked":
            "Places with different marks share no study, with each other or with the place that they are made of."
            => "Put the mark into the path or the key, before its extension.";
        Studies = 4, "studies":
            "`studies` names those that have begun, in the order in which they did."
            => "Ask the store each time, and sort by when they began.";
        Reader = 5, "reader":
            "A reader reads the study of its name beside the journal that is open, the only one without a name, and is refused with all names if there are several."
            => "Look the name up; without one, look whether there is exactly one.";
        Remove = 6, "remove":
            "`remove` removes the study of this name and no other, and refuses one that is not there."
            => "Filter by the study in each statement that deletes.";
        Salvage = 7, "salvage":
            "What is intact of a study that is whole is all of it, and accepting its loss changes nothing."
            => "Read entries as a reader does, and stop only where one is missing or was changed.";
    }
}

laws! {
    /// The laws of configurations of evaluators.
    EvaluatorConfigLaw of "configurations of evaluators" {
        Idle = 1, "idle":
            "An evaluator that is only described runs nothing and leaves nothing behind."
            => "Keep what was read as plain data, and start it in `build`.";
        Apart = 2, "apart":
            "Evaluators that are built for two studies share nothing that trials notice."
            => "Put the name of the study into each path and key, and make state in `build`.";
    }
}

laws! {
    /// The laws of configurations of observers.
    ObserverConfigLaw of "configurations of observers" {
        Idle = 1, "idle":
            "An observer that is only described opens no file and no port."
            => "Keep what was read as plain data, and open it in `watch`.";
        Again = 2, "again":
            "`watch` makes an observer for each session of a study, and for several studies, one after the other."
            => "Open for appending, and move nothing out of the configuration.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<L: Lawlike>() {
        for (place, law) in L::ALL.iter().enumerate() {
            assert_eq!(law.number() as usize, place + 1);
            assert!(
                law.statement().ends_with('.') && law.remedy().ends_with('.'),
                "{law:?}"
            );
            let row = format!(
                "| {} | `{}` | {} |",
                law.number(),
                law.name(),
                law.statement()
            );
            assert!(
                include_str!("../README.md").contains(&row),
                "README.md lacks the line\n{row}"
            );
        }
    }

    #[test]
    fn laws_are_numbered_from_one_speak_in_sentences_and_stand_in_the_readme() {
        check::<Law>();
        check::<CombinatorLaw>();
        check::<OptionLaw>();
        check::<SchedulerLaw>();
        check::<PrunerLaw>();
        check::<JournalLaw>();
        check::<ObserverLaw>();
        check::<ObserverFileLaw>();
        check::<JournalConfigLaw>();
        check::<EvaluatorConfigLaw>();
        check::<ObserverConfigLaw>();
    }
}
