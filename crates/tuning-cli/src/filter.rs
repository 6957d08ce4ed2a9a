//! [`Filter`]: a condition on a trial, `lr<0.01`.

use std::cmp::Ordering;

use tuning_core::Trial;

use crate::{
    columns::{self, Cell, Column},
    error::CliError,
};

/// A column compared with a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Filter {
    column: Column,
    operator: Operator,
    value: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Less,
    AtMost,
    Equal,
    Unequal,
    AtLeast,
    Greater,
}

/// Longer ones first: `<=` is not `<`.
const OPERATORS: [(&str, Operator); 7] = [
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("!=", Operator::Unequal),
    ("==", Operator::Equal),
    ("<", Operator::Less),
    (">", Operator::Greater),
    ("=", Operator::Equal),
];

impl Filter {
    /// Parses `column operator value`.
    pub(crate) fn parse(text: &str, all: &[Column]) -> Result<Self, CliError> {
        let at = text.find(['<', '>', '=', '!']);
        let found = at.and_then(|at| {
            let (symbol, operator) = OPERATORS
                .iter()
                .find(|(symbol, _)| text[at..].starts_with(symbol))?;
            Some((
                text[..at].trim(),
                *operator,
                text[at + symbol.len()..].trim(),
            ))
        });
        let Some((name, operator, value)) = found.filter(|(_, _, value)| !value.is_empty()) else {
            return Err(CliError::Usage(format!(
                "cannot understand the condition `{text}`: write it as in `lr<0.01`, `layers>=2` or `optimizer=sgd`"
            )));
        };
        let column = columns::find(all, name)
            .ok_or_else(|| columns::unknown(all, name))?
            .clone();
        let ordered = !matches!(operator, Operator::Equal | Operator::Unequal);
        if ordered && value.parse::<f64>().is_err() {
            return Err(CliError::Usage(format!(
                "cannot understand the condition `{text}`: `{value}` is not a number, so compare it with `=` or `!=`"
            )));
        }
        Ok(Self {
            column,
            operator,
            value: value.to_owned(),
        })
    }

    /// Whether it holds for a trial. Where there is nothing to compare, only `!=` holds.
    pub(crate) fn holds(&self, trial: &Trial) -> bool {
        let cell = self.column.of(trial);
        // Beyond 2^53 neighbours are one and the same as floats.
        let whole = |text: &str| text.parse::<i128>().ok();
        let exactly = whole(&cell.to_text()).zip(whole(&self.value));
        let order = match (&cell, cell.as_f64(), self.value.parse::<f64>()) {
            (Cell::Empty, ..) => return self.operator == Operator::Unequal,
            (_, Some(_), Ok(_)) if exactly.is_some() => {
                exactly.map(|(cell, value)| cell.cmp(&value))
            }
            (_, Some(number), Ok(value)) => number.partial_cmp(&value),
            _ if cell.to_text() == self.value => Some(Ordering::Equal),
            _ => None,
        };
        match self.operator {
            Operator::Less => order == Some(Ordering::Less),
            Operator::AtMost => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Operator::Equal => order == Some(Ordering::Equal),
            Operator::Unequal => order != Some(Ordering::Equal),
            Operator::AtLeast => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            Operator::Greater => order == Some(Ordering::Greater),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tuning_core::{EventKind, Parameter, Space, Started, TrialId, Trials};

    fn check(condition: &str, expect: bool) {
        let space = Space::new([
            Parameter::float("lr", 0.0, 1.0),
            Parameter::categorical("opt", ["adam", "sgd"]),
            Parameter::int("off", 0, 1).when("opt", ["adam"]),
            Parameter::int("wide", 0, i64::MAX),
        ]);
        let space = space.unwrap();
        let params = space
            .params([
                ("lr", tuning_core::Literal::from(0.01)),
                ("opt", "sgd".into()),
                ("wide", 9_007_199_254_740_993_i64.into()),
            ])
            .unwrap();
        let mut trials = Trials::new();
        trials.apply(0, &EventKind::from(Started::new(TrialId::new(7), params)));
        let kinds = ["lr", "opt", "off", "wide"]
            .map(|name| (name, columns::Kind::Parameter(name.to_owned())));
        let all: Vec<Column> = [("trial", columns::Kind::Trial)]
            .into_iter()
            .chain(kinds)
            .map(|(name, kind)| Column {
                name: name.to_owned(),
                kind,
            })
            .collect();
        let filter = Filter::parse(condition, &all).unwrap();
        assert_eq!(
            filter.holds(trials.iter().next().unwrap()),
            expect,
            "{condition}"
        );
    }

    #[test]
    fn numbers_compare_as_numbers_and_texts_as_texts() {
        for (condition, expect) in [
            ("lr<0.02", true),
            ("lr < 1e-2", false),
            ("lr<=1e-2", true),
            ("lr=0.010", true),
            ("trial>=8", false),
            ("opt=sgd", true),
            ("opt!=sgd", false),
            ("opt==adam", false),
            ("off<5", false),
            ("off!=5", true),
            ("wide=9007199254740993", true),
            ("wide=9007199254740992", false),
            ("wide>9007199254740992", true),
            ("wide<1e17", true),
        ] {
            check(condition, expect);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["lr", "lr<", "<3", "lr<abc", "nothing=1"] {
            let all = [Column {
                name: "lr".into(),
                kind: columns::Kind::Trial,
            }];
            assert!(Filter::parse(text, &all).is_err(), "{text}");
        }
    }
}
