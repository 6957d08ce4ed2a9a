//! What observers were told, and what their files have.

use tuning_core::{Event, Fact, Seq};
use tuning_runtime::{Delivery, ObserverReport};

use super::{Invariant, Look};
use crate::record::{Shown, Taken};

impl Look<'_> {
    pub(super) fn durable(&mut self) {
        let (mut highest, mut last) = (0, None);
        for taken in &self.record.durable {
            let Taken::Event(seq) = *taken else {
                last = None;
                continue;
            };
            let follows = last.is_none_or(|last| seq == last + 1);
            if !follows || seq > highest + 1 {
                let how = format!("after event {} came event {seq}", last.unwrap_or(highest));
                self.found(Invariant::Durable, how);
            }
            (highest, last) = (highest.max(seq), Some(seq));
        }
        if self.is_whole() && highest != self.record.entries.len() as u64 {
            let how = format!(
                "the last event taken is {highest} of {}",
                self.record.entries.len()
            );
            self.found(Invariant::Durable, how);
        }
    }

    pub(super) fn files(&mut self) {
        let lines = self.lines();
        let found: Vec<&str> = self.record.jsonl.split_terminator('\n').collect();
        let differs = (0..lines.len().max(found.len()))
            .find(|k| lines.get(*k).map(String::as_str) != found.get(*k).copied());
        if let Some(line) = differs.filter(|line| self.is_whole() || *line < found.len()) {
            let how = format!(
                "line {} of the file of events is {:?}",
                line + 1,
                found.get(line)
            );
            self.found(Invariant::Durable, how);
        }
        let ended: Vec<String> = (self.facts())
            .filter_map(|(_, fact)| match fact {
                Fact::Ended(ended) => Some(ended.trial.to_string()),
                _ => None,
            })
            .collect();
        let rows = self.record.csv.lines().skip(1);
        let rows: Vec<&str> = rows.filter_map(|row| row.split(',').next()).collect();
        let in_order = ended.iter().zip(&rows).all(|(ended, row)| ended == row);
        if !in_order || rows.len() > ended.len() || (self.is_whole() && rows.len() < ended.len()) {
            let how = format!("the file of trials has the rows {rows:?}, and ended have {ended:?}");
            self.found(Invariant::Durable, how);
        }
    }

    /// That what was written on a disk that was full now and then is whole: each session writes events in order, without
    /// gap or double, and the sessions together all of them. Only the last line of a session that died may be torn.
    pub(super) fn written(&mut self) {
        let record = self.record;
        let lines = self.lines();
        let mut highest = 0;
        for (session, written) in &record.written {
            let text = String::from_utf8_lossy(written);
            let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
            let mut last = None;
            for line in whole.lines() {
                let place = lines.iter().position(|known| known == line);
                let follows = place.is_some_and(|place| match last {
                    Some(last) => place == last + 1,
                    None => place <= highest,
                });
                if !follows {
                    let how =
                        format!("session {session} wrote `{line}` to a full disk after {last:?}");
                    self.found(Invariant::Durable, how);
                }
                last = place;
            }
            highest = highest.max(last.map_or(0, |last| last + 1));
        }
        if self.is_whole() && highest != lines.len() {
            let how = format!("{highest} of {} events were written", lines.len());
            self.found(Invariant::Durable, how);
        }
    }

    /// The events of the journal as lines of a file.
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (seq, entry) in (1..).zip(&self.record.entries) {
            let event = Event::new(
                "torture".into(),
                Seq::new(seq),
                entry.at_millis,
                entry.kind.clone(),
            );
            lines.push(serde_json::to_string(&event).unwrap_or_default());
        }
        lines
    }

    pub(super) fn lossy(&mut self) {
        for session in &self.record.sessions {
            let Ok(summary) = &session.ended else {
                continue;
            };
            let lossy =
                |report: &&ObserverReport| matches!(report.delivery, Delivery::Lossy { .. });
            let Some(report) = summary.observers.iter().find(lossy) else {
                continue;
            };
            let first = self.first_of(session.number);
            let (mut at, mut seen, mut told) = (first, 0, 0);
            let shown = self.record.lossy.get(&session.number);
            for shown in shown.map_or(&[][..], Vec::as_slice) {
                match *shown {
                    Shown::Missed(events) => (at, told) = (at + events, told + events),
                    Shown::Event(seq) => {
                        if seq != at + 1 {
                            let how = format!(
                                "event {seq} came in session {}, and with what it was told to have missed event {} was next",
                                session.number,
                                at + 1
                            );
                            self.found(Invariant::Lossy, how);
                        }
                        (at, seen) = (seq, seen + 1);
                    }
                }
            }
            let all = summary.entries.get() - first;
            let (is_cut_off, unseen) = (report.cut_off.is_some(), summary.entries.get() - at);
            let accounted = report.delivered + report.dropped + report.failed;
            let is_exact =
                accounted == all && seen == report.delivered && told + unseen == report.dropped;
            if report.dropped < told || seen < report.delivered || !(is_exact || is_cut_off) {
                let how = format!(
                    "of {all} events of session {} it saw {seen}, was told that it missed {told}, and its report is {report}",
                    session.number
                );
                self.found(Invariant::Lossy, how);
            }
        }
    }

    /// How many events there were before a session.
    fn first_of(&self, session: u32) -> u64 {
        let of_session =
            |(number, seq, _): &(u32, u64, String)| (*number == session).then_some(seq - 1);
        let first = self.record.acknowledged.iter().find_map(of_session);
        first.unwrap_or_default()
    }
}
