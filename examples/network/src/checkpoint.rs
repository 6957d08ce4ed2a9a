//! [`Checkpoint`]: a network and how long it has trained, in a file.

use std::{fs, io, path::PathBuf};

use serde::{Deserialize, Serialize};

use crate::{network::Network, settings::Settings};

/// A network and how many epochs it has trained.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    pub(crate) epoch: u32,
    pub(crate) network: Network,
}

const FILE: &str = "network.json";

impl Checkpoint {
    /// A network that has not trained yet.
    pub(crate) fn begin(settings: &Settings) -> Self {
        Self {
            epoch: 0,
            network: Network::draw(settings),
        }
    }

    /// The one that earlier work has left, if there is a folder with one in it.
    pub(crate) fn find(settings: &Settings) -> io::Result<Option<Self>> {
        let Some(path) = path(settings) else {
            return Ok(None);
        };
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(serde_json::from_slice(&bytes)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Takes the place of the one before at once, so that there is never half a file under its name.
    pub(crate) fn save(&self, settings: &Settings) -> io::Result<()> {
        let Some(path) = path(settings) else {
            return Ok(());
        };
        let new = path.with_extension("new");
        fs::write(&new, serde_json::to_vec(self)?)?;
        fs::rename(new, path)
    }
}

fn path(settings: &Settings) -> Option<PathBuf> {
    Some(settings.checkpoints.as_ref()?.join(FILE))
}
