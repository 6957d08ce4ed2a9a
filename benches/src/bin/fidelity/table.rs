//! [`Table`]: learning curves of configurations, all known beforehand.

use std::{error::Error, fs, path::Path, str::FromStr};

use tuning_core::{Parameter, Seed, Space};

use crate::network::Network;

/// Rows by which a network is checked.
const CHECKED: usize = 5;

/// Where trials are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Points {
    /// Anywhere in the space: a network tells their curves.
    Anywhere,
    /// In the unit cube: a proposed point becomes the nearest row that was not tried.
    Nearest,
    /// Among the numbers of the rows: what the nearest row costs a method is seen beside it.
    Numbered,
}

impl FromStr for Points {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "anywhere" => Ok(Self::Anywhere),
            "nearest" => Ok(Self::Nearest),
            "numbered" => Ok(Self::Numbered),
            _ => Err(format!(
                "points are `anywhere`, `nearest` or `numbered`, not `{name}`"
            )),
        }
    }
}

/// Where a configuration is.
pub(crate) enum Place {
    Anywhere(Vec<f64>),
    Row(usize),
}

/// Learning curves of configurations.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) space: Space,
    /// Where each configuration is in the unit cube.
    pub(crate) points: Vec<Vec<f64>>,
    /// The error of each configuration after each epoch.
    pub(crate) errors: Vec<Vec<f64>>,
    /// The best error of all, and how far above it the best of ten random whole trials is in the median.
    best: f64,
    unit: f64,
    network: Option<Network>,
}

impl Table {
    /// Every table of a folder, by name.
    pub(crate) fn read_all(folder: &Path, points: Points) -> Result<Vec<Self>, Box<dyn Error>> {
        let entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        let mut paths: Vec<_> = entries.into_iter().map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|ending| ending == "curves"));
        paths.sort();
        let tables: Result<Vec<_>, _> = paths
            .iter()
            .map(|path| Self::read(path)?.with(points, path))
            .collect();
        Some(tables?)
            .filter(|tables| !tables.is_empty())
            .ok_or_else(|| format!("{} has no table", folder.display()).into())
    }

    /// Numbers of four bytes, little-endian: how many configurations, parameters and epochs there are (integers), then
    /// the points, then the errors (floating-point).
    fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let bytes = fs::read(path)?;
        let (words, _) = bytes.as_chunks::<4>();
        let [rows, columns, epochs, numbers @ ..] = words else {
            return Err(format!("{} is too short", path.display()).into());
        };
        let [rows, columns, epochs] =
            [rows, columns, epochs].map(|word| u32::from_le_bytes(*word) as usize);
        if numbers.len() != rows * (columns + epochs) {
            return Err(format!("{} is cut", path.display()).into());
        }
        let numbers: Vec<f64> = numbers
            .iter()
            .map(|word| f32::from_le_bytes(*word).into())
            .collect();
        let (points, errors) = numbers.split_at(rows * columns);
        let lines = |numbers: &[f64], width| numbers.chunks(width).map(<[f64]>::to_vec).collect();
        let space = Space::new((0..columns).map(|k| Parameter::float(format!("x{k}"), 0.0, 1.0)))?;
        Ok(Self::new(
            space,
            lines(points, columns),
            lines(errors, epochs),
        ))
    }

    fn new(space: Space, points: Vec<Vec<f64>>, errors: Vec<Vec<f64>>) -> Self {
        let least: Vec<f64> = errors
            .iter()
            .map(|curve| curve.iter().copied().fold(f64::INFINITY, f64::min))
            .collect();
        let best = least.iter().copied().fold(f64::INFINITY, f64::min);
        let draw = |study: u64| {
            let row =
                |k| (Seed::new(1).derive(study).derive(k).unit() * least.len() as f64) as usize;
            (0..10).map(|k| least[row(k)]).fold(f64::INFINITY, f64::min)
        };
        let mut draws: Vec<f64> = (0..401).map(draw).collect();
        draws.sort_by(f64::total_cmp);
        Self {
            unit: draws[200] - best,
            best,
            space,
            points,
            errors,
            network: None,
        }
    }

    /// The same data set with trials there.
    fn with(self, points: Points, path: &Path) -> Result<Self, Box<dyn Error>> {
        Ok(match points {
            Points::Nearest => self,
            Points::Numbered => self.by_number()?,
            Points::Anywhere => {
                let network = Network::read(&path.with_extension("network"))?;
                let space = Network::space()?;
                self.check(&network, &space)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                Self {
                    network: Some(network),
                    space,
                    ..self
                }
            }
        })
    }

    /// Whether the network tells what the first rows have.
    fn check(&self, network: &Network, space: &Space) -> Result<(), Box<dyn Error>> {
        for (point, curve) in self.points.iter().zip(&self.errors).take(CHECKED) {
            let numbers = Network::numbers(&space.decode(point)?);
            let pairs = (1..)
                .zip(curve)
                .map(|(epoch, error)| (network.error(epoch, &numbers), *error));
            for (told, error) in pairs {
                if (told - error).abs() > 0.01 {
                    return Err(
                        format!("the network tells {told} where the table has {error}").into(),
                    );
                }
            }
        }
        Ok(())
    }

    /// The same curves where a configuration is nothing but its number: what is drawn at random there is a row, and no
    /// proposed point has to be moved to one.
    fn by_number(self) -> Result<Self, Box<dyn Error>> {
        let last = i64::try_from(self.points.len())? - 1;
        let place = |row: usize| vec![(row as f64 + 0.5) / self.points.len() as f64];
        Ok(Self {
            space: Space::new([Parameter::int("row", 0, last)])?,
            points: (0..self.points.len()).map(place).collect(),
            ..self
        })
    }

    /// Whether trials can be anywhere.
    pub(crate) fn is_network(&self) -> bool {
        self.network.is_some()
    }

    /// The error of a configuration after an epoch.
    pub(crate) fn error(&self, place: &Place, epoch: u64) -> f64 {
        match (place, &self.network) {
            (Place::Anywhere(numbers), Some(network)) => network.error(epoch, numbers),
            (Place::Anywhere(_), None) => f64::NAN,
            (Place::Row(row), _) => self.errors[*row][epoch as usize - 1],
        }
    }

    /// The epochs of a whole trial.
    pub(crate) fn whole(&self) -> u64 {
        self.errors.first().map_or(0, Vec::len) as u64
    }

    /// The logarithm of the regret of an error; -3 where it is less.
    pub(crate) fn regret(&self, error: f64) -> f64 {
        ((error - self.best) / self.unit).max(1e-3).log10()
    }
}
