//! [`Layout`]: how trials are laid out: as a table that fits, as one that does not care, or one below the other.

use std::io;

use tuning_core::Trial;

use crate::{
    args::LayoutArgs,
    columns::{self, Column, Kind},
    error::CliError,
    long,
    output::{Output, Style},
    table,
};

/// How one sees what a table left out.
const REMEDY: &str = "`--wide` shows everything, `--long` a block for each trial";

/// What the command line says of the layout, and where it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a> {
    args: &'a LayoutArgs,
    style: Style,
    is_list: bool,
}

impl<'a> Layout<'a> {
    pub(crate) fn of(args: &'a LayoutArgs, style: Style) -> Self {
        let style = match args.wide {
            true => style.wide(),
            false => style,
        };
        Self {
            args,
            style,
            is_list: false,
        }
    }

    /// The same for many trials, each of which has one line.
    pub(crate) fn list(self) -> Self {
        Self {
            is_list: true,
            ..self
        }
    }

    /// The columns that are asked for; all of them if there is room for all, else the usual ones.
    ///
    /// # Errors
    /// If one is asked for that does not exist.
    pub(crate) fn columns(
        self,
        all: Vec<Column>,
        usual: impl Fn(&Kind) -> bool,
    ) -> Result<Vec<Column>, CliError> {
        if !self.args.columns.is_empty() {
            return columns::choose(&all, &self.args.columns);
        }
        if self.args.wide || self.args.long {
            return Ok(all);
        }
        let usual = all.into_iter().filter(|column| usual(&column.kind));
        let short = |mut column: Column| {
            // On a terminal reasons are short, since it has an end.
            if self.style.is_terminal() && column.kind == Kind::Failure {
                column.kind = Kind::Gist;
            }
            column
        };
        Ok(usual.map(short).collect())
    }

    /// Writes the trials.
    pub(crate) fn write(
        self,
        columns: &[Column],
        trials: &[&Trial],
        out: &mut Output,
    ) -> io::Result<()> {
        if self.args.long {
            for trial in trials {
                out.dressed(&long::block(columns, trial, self.style))?;
            }
            return Ok(());
        }
        let table = table::of_trials(columns, trials);
        // What was asked for by name is all shown; a list has a line for each trial.
        let table = match self.args.columns.is_empty() && self.is_list {
            true => table.one_line(),
            false => table,
        };
        out.laid_out(&table::fit(&table, self.style, REMEDY))
    }
}
