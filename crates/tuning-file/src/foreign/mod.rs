//! Files of other tools: recognised as such, and made into study files where their meaning can be kept.

mod draft;
mod hyper;
mod listed;
mod tool;
mod worded;

use std::path::Path;

use self::draft::Draft;
pub(crate) use self::tool::Tool;
use crate::document::{Format, Node, Problem};

/// A study file made of a file of another tool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// The tool whose file it was.
    pub tool: String,
    /// The study file, as YAML.
    pub study: String,
    /// What could not be kept, each with its reason.
    pub lost: Vec<String>,
}

/// Makes a study file of the text of a file of another tool; none if it is of none that is known.
///
/// # Errors
/// If the text cannot be read.
pub fn import(path: &Path, format: Format, text: &str) -> Result<Option<Imported>, Problem> {
    let root = format.parse(text)?;
    let Some(tool) = Tool::of(&root) else {
        return Ok(None);
    };
    let mut draft = Draft::default();
    read(tool, &root, path, &mut draft);
    Ok(Some(Imported {
        tool: tool.to_string(),
        study: draft.written(tool),
        lost: draft.lost,
    }))
}

fn read(tool: Tool, root: &Node, path: &Path, draft: &mut Draft) {
    match tool {
        Tool::Katib => listed::katib(root, draft),
        Tool::Vizier => listed::vizier(root, draft),
        Tool::SageMaker => listed::sagemaker(root, draft),
        Tool::ConfigSpace => draft.configspace = Some(path.display().to_string()),
        Tool::Nni => worded::nni(root, draft),
        Tool::Hydra => worded::hydra(root, draft),
        Tool::Orion => worded::orion(root, draft),
        Tool::Ray => worded::ray(root, draft),
        Tool::Determined => hyper::determined(root, draft),
        Tool::AzureMl => hyper::azure(root, draft),
    }
}
