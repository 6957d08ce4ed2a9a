//! [`Report`]: what a kit found out, law by law, in words that a stranger can act on.

use std::{collections::BTreeMap, fmt};

use crate::law::Lawlike;

/// What a kit found out about one law.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Nothing speaks against it.
    Kept,
    /// It was not looked at, for this reason.
    Skipped(String),
    /// It is broken.
    Broken(Breach),
}

/// Where and how a law is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Breach {
    /// What happened, and what should have.
    pub message: String,
    /// The problem (for strategies) or the scene in which it happened.
    pub scene: String,
    /// The seed of that scene, if it has one.
    pub seed: Option<u64>,
    /// The place in the record of calls, if there is one.
    pub step: Option<usize>,
    /// How to see it again, as code.
    pub repeat: String,
}

impl Breach {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    pub(crate) fn at(mut self, step: usize) -> Self {
        self.step = Some(step);
        self
    }
}

/// What a kit found out, law by law.
#[derive(Clone, Debug)]
pub struct Report<L> {
    findings: Vec<(L, Finding)>,
    refused: Vec<(String, String)>,
    scenes: usize,
}

impl<L: Lawlike> Report<L> {
    pub(crate) fn new(scenes: usize, refused: Vec<(String, String)>) -> Self {
        Self {
            findings: Vec::new(),
            refused,
            scenes,
        }
    }

    pub(crate) fn push(&mut self, law: L, finding: Finding) {
        self.findings.push((law, finding));
    }

    /// The laws that were looked at or skipped, in order.
    #[must_use]
    pub fn findings(&self) -> &[(L, Finding)] {
        &self.findings
    }

    /// What was found out about this law; none if it was not asked for.
    #[must_use]
    pub fn finding(&self, law: L) -> Option<&Finding> {
        let found = self.findings.iter().find(|(other, _)| *other == law);
        found.map(|(_, finding)| finding)
    }

    /// The breach of this law, if it is broken.
    #[must_use]
    pub fn breach(&self, law: L) -> Option<&Breach> {
        match self.finding(law) {
            Some(Finding::Broken(breach)) => Some(breach),
            _ => None,
        }
    }

    /// The laws that are broken.
    #[must_use]
    pub fn broken(&self) -> Vec<L> {
        let broken =
            |(law, finding): &(L, Finding)| matches!(finding, Finding::Broken(_)).then_some(*law);
        self.findings.iter().filter_map(broken).collect()
    }

    /// The problems that were refused, and the reasons given.
    #[must_use]
    pub fn refused(&self) -> &[(String, String)] {
        &self.refused
    }

    /// Whether no law is broken, and there was something to look at.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.broken().is_empty() && !self.all_refused()
    }

    fn all_refused(&self) -> bool {
        self.scenes > 0 && self.refused.len() == self.scenes
    }

    /// Does nothing if no law is broken.
    ///
    /// # Panics
    /// With the whole report if one is.
    #[track_caller]
    pub fn unwrap(&self) {
        assert!(self.is_ok(), "\n{self}");
    }
}

impl<L: Lawlike> fmt::Display for Report<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |wanted: fn(&Finding) -> bool| {
            self.findings
                .iter()
                .filter(|(_, finding)| wanted(finding))
                .count()
        };
        let broken = self.broken().len();
        let skipped = count(|finding| matches!(finding, Finding::Skipped(_)));
        writeln!(
            f,
            "laws of {}: {} kept, {skipped} skipped, {broken} broken",
            L::FAMILY,
            self.findings.len() - skipped - broken,
        )?;
        if self.all_refused() {
            writeln!(
                f,
                "nothing was looked at: every problem was refused; give the kit `problems`"
            )?;
        }
        for (law, finding) in &self.findings {
            let (number, name) = (law.number(), law.name());
            match finding {
                Finding::Kept => writeln!(f, "  kept    {number:>2} {name}")?,
                Finding::Skipped(why) => writeln!(f, "  skipped {number:>2} {name}: {why}")?,
                Finding::Broken(breach) => {
                    writeln!(f, "  BROKEN  {number:>2} {name}: {}", law.statement())?;
                    write_breach(f, breach)?;
                    writeln!(f, "             remedy: {}", law.remedy())?;
                    if !breach.repeat.is_empty() {
                        writeln!(f, "             repeat: {}", breach.repeat)?;
                    }
                }
            }
        }
        if !self.refused.is_empty() {
            writeln!(
                f,
                "refused {} of {} problems:",
                self.refused.len(),
                self.scenes
            )?;
            let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for (name, why) in &self.refused {
                by_reason.entry(why).or_default().push(name);
            }
            for (why, names) in by_reason {
                writeln!(f, "  {why}: {}", names.join(" "))?;
            }
        }
        Ok(())
    }
}

fn write_breach(f: &mut fmt::Formatter<'_>, breach: &Breach) -> fmt::Result {
    let mut place = Vec::new();
    if !breach.scene.is_empty() {
        place.push(format!("`{}`", breach.scene));
    }
    if let Some(seed) = breach.seed {
        place.push(format!("seed {seed}"));
    }
    if let Some(step) = breach.step {
        place.push(format!("step {step}"));
    }
    let colon = if place.is_empty() { "" } else { ": " };
    let message = breach.message.replace('\n', "\n             ");
    writeln!(f, "             {}{colon}{message}", place.join(", "))
}
