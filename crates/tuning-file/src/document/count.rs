//! [`Count`]: a document has a bounded number of values, so that one answer comes soon, however large it is.

use super::{node::Place, problem::Problem};

/// Far beyond any study; each takes a microsecond or more to read, and to judge.
const MOST: usize = 500_000;

/// The values of a document so far.
#[derive(Debug)]
pub(super) struct Count {
    so_far: usize,
    most: usize,
}

impl Default for Count {
    fn default() -> Self {
        Self::at_most(MOST)
    }
}

impl Count {
    pub(super) fn at_most(most: usize) -> Self {
        Self { so_far: 0, most }
    }

    /// One more, which stands there.
    ///
    /// # Errors
    /// If it is one too many.
    pub(super) fn add(&mut self, place: &Place) -> Result<(), Problem> {
        self.add_at(&|| place.clone())
    }

    /// The same for a place that is found only if it is needed.
    ///
    /// # Errors
    /// If it is one too many.
    pub(super) fn add_at(&mut self, place: &dyn Fn() -> Place) -> Result<(), Problem> {
        self.so_far += 1;
        match self.so_far > self.most {
            true => Err(Problem::new(
                place(),
                format!("this is larger than {} values: write fewer", self.most),
            )),
            false => Ok(()),
        }
    }

    #[cfg(test)]
    pub(super) fn so_far(&self) -> usize {
        self.so_far
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Format;

    #[test]
    fn a_document_of_too_many_values_is_refused_at_the_first_of_them_in_every_format() {
        let list = "1,".repeat(MOST);
        for (format, text) in [
            (Format::Json, format!("{{\"a\": [{list}1]}}")),
            (Format::Yaml, format!("a: [{list}1]")),
            (Format::Toml, format!("a = [{list}1]")),
        ] {
            let problem = format.parse(&text).unwrap_err();
            assert_eq!(
                problem.message,
                "this is larger than 500000 values: write fewer"
            );
            assert!(matches!(problem.place, Place::File { column, .. } if column > 2 * (MOST - 3)));
        }
    }
}
