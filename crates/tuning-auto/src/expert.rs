//! [`Expert`]: who can be asked.

/// A member of the portfolio.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expert {
    Gp,
    Tpe,
    Cmaes,
    Evolution,
}

impl Expert {
    /// Its name, as the tag of a trial has it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gp => "gp",
            Self::Tpe => "tpe",
            Self::Cmaes => "cmaes",
            Self::Evolution => "evolution",
        }
    }

    /// The member of this name.
    pub(crate) fn of(name: &str) -> Option<Self> {
        [Self::Gp, Self::Tpe, Self::Cmaes, Self::Evolution]
            .into_iter()
            .find(|expert| expert.name() == name)
    }
}
