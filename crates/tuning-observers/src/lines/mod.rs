//! Files that grow line by line, and what is in them already: what `JsonLines` and `Csv` share. It knows neither JSON
//! nor commas.

mod backwards;
mod file;
mod format;
mod out;
mod seen;

pub(crate) use format::Format;
pub(crate) use out::Lines;
pub(crate) use seen::Seen;
