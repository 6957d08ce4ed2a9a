//! Tables and messages that fit a terminal. Which columns there is room for is decided here; how wide a text is, and where it
//! breaks, is known by console and textwrap.

mod cells;
mod column;
mod drawn;
mod plan;
mod table;
mod terminal;
mod words;

#[cfg(feature = "progress")]
pub(crate) use self::cells::{cut, cut_start};
pub use self::{
    column::{Importance, TableColumn},
    drawn::Drawn,
    table::Table,
    terminal::{stderr_width, stdout_width},
    words::wrapped,
};
