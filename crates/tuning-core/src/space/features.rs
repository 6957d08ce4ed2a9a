//! [`Features`]: the view of a space for models that need columns of numbers.

use std::ops::Range;

use super::{
    domain::{Domain, Value},
    error::ParamsError,
    params::Params,
    tree::Space,
};

/// A space as columns of numbers in `[0, 1]`: one per parameter, but one for each choice of a
/// categorical one (one-hot).
///
/// # Example
/// ```
/// use tuning_core::{Parameter, Space};
///
/// let space = Space::new([Parameter::float("lr", 0.0, 1.0), Parameter::categorical("opt", ["a", "b", "c"])])?;
/// let features = space.features();
/// let mut row = vec![0.0; features.width()];
/// features.encode(&space.decode(&[0.25, 0.5])?, &mut row, 0.0)?;
/// assert_eq!(row, [0.25, 0.0, 1.0, 0.0]);
/// assert_eq!(features.decode(&row)?.to_string(), "lr=0.25 opt=b");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Features {
    space: Space,
    /// Where each parameter's columns begin, and the width at the end.
    begins: Box<[usize]>,
}

impl Space {
    /// Returns the view for models that need columns of numbers: one per parameter, and one for each
    /// choice of a categorical one.
    #[must_use]
    pub fn features(&self) -> Features {
        Features::new(self.clone())
    }
}

impl Features {
    fn new(space: Space) -> Self {
        let mut begins = vec![0];
        let mut width = 0;
        for parameter in space.parameters() {
            width += match parameter.domain() {
                Domain::Categorical(choices) => choices.len(),
                _ => 1,
            };
            begins.push(width);
        }
        Self {
            space,
            begins: begins.into(),
        }
    }

    /// How many columns there are.
    #[must_use]
    pub fn width(&self) -> usize {
        self.begins.last().copied().unwrap_or(0)
    }

    /// The columns of the parameter at this place.
    #[must_use]
    pub fn columns(&self, index: usize) -> Range<usize> {
        match self.begins.get(index..index.saturating_add(2)) {
            Some(&[begin, end]) => begin..end,
            _ => 0..0,
        }
    }

    /// Writes the parameters into a row; columns of inactive ones become `inactive`. Parameters of
    /// another space are [aligned](Space::align) first.
    ///
    /// # Errors
    /// If the row has another [width](Self::width), or the parameters do not lie in the space.
    pub fn encode(
        &self,
        params: &Params,
        row: &mut [f64],
        inactive: f64,
    ) -> Result<(), ParamsError> {
        self.fits(row)?;
        let params = &self.space.own(params)?;
        for (index, parameter) in self.space.parameters().iter().enumerate() {
            let columns = &mut row[self.columns(index)];
            match (parameter.domain(), params.value(index)) {
                (_, None) => columns.fill(inactive),
                (Domain::Categorical(_), Some(Value::Choice(place))) => {
                    columns.fill(0.0);
                    if let Some(column) = columns.get_mut(place as usize) {
                        *column = 1.0;
                    }
                }
                (domain, Some(value)) => columns.fill(domain.encode(value)),
            }
        }
        Ok(())
    }

    /// Returns the parameters of a row: for a categorical parameter the choice with the largest
    /// column, the first of equals; NaN is smaller than every number. Columns of inactive parameters are
    /// ignored.
    ///
    /// # Errors
    /// If the row has another [width](Self::width).
    pub fn decode(&self, row: &[f64]) -> Result<Params, ParamsError> {
        self.fits(row)?;
        self.space.assign(|index, domain| {
            let columns = &row[self.columns(index)];
            if !matches!(domain, Domain::Categorical(_)) {
                return domain.decode(columns[0]);
            }
            let mut best = 0;
            for (place, column) in columns.iter().enumerate() {
                if *column > columns[best] || (columns[best].is_nan() && !column.is_nan()) {
                    best = place;
                }
            }
            Value::Choice(best as u32)
        })
    }

    fn fits(&self, row: &[f64]) -> Result<(), ParamsError> {
        let (found, expected) = (row.len(), self.width());
        if found == expected {
            Ok(())
        } else {
            Err(ParamsError::Length { found, expected })
        }
    }
}
