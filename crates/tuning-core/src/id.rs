//! The numbers that name things: [`TrialId`], [`Fidelity`] and [`Seq`]. Never a bare `u64`.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// The one with this number.
            #[must_use]
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// Its number.
            #[must_use]
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The number of a trial in its study: 0, 1, 2, … in the order in which they were started.
    TrialId
}

number! {
    /// The cumulative resource that a trial has used (epochs, steps, rows), counted from its start.
    Fidelity
}

number! {
    /// The place of an entry in a study's journal. The first entry has the number 1;
    /// [`Seq::ZERO`] is before all of them.
    Seq
}

impl TrialId {
    /// The trial that is started `n` trials after this one.
    #[must_use]
    pub const fn plus(self, n: u64) -> Self {
        Self(self.0 + n)
    }
}

impl Seq {
    /// Before the first entry: the head of an empty journal.
    pub const ZERO: Self = Self(0);

    /// The place `n` entries after this one.
    #[must_use]
    pub const fn plus(self, n: u64) -> Self {
        Self(self.0 + n)
    }
}
