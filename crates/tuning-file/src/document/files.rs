//! [`Files`]: the study file and those that it includes, as they were read: errors show their lines.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
};

use super::node::{FileId, Place};

/// The study file, and behind it those that it includes.
#[derive(Debug, Default)]
pub struct Files(RefCell<Vec<File>>);

#[derive(Debug)]
struct File {
    path: PathBuf,
    text: String,
    /// Where another file asks for it.
    included_at: Option<Place>,
}

impl Files {
    pub(super) fn add(&self, path: &Path, text: String, included_at: Option<Place>) -> FileId {
        let mut files = self.0.borrow_mut();
        files.push(File {
            path: path.to_owned(),
            text,
            included_at,
        });
        FileId(files.len() - 1)
    }

    pub(super) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    /// Where a file is.
    pub fn path(&self, file: FileId) -> PathBuf {
        self.of(file, |file| file.path.clone()).unwrap_or_default()
    }

    /// The line of this number, from 1.
    pub(super) fn line(&self, file: FileId, line: usize) -> Option<String> {
        let line = |file: &File| {
            file.text
                .lines()
                .nth(line.checked_sub(1)?)
                .map(str::to_owned)
        };
        self.of(file, line).flatten()
    }

    pub(super) fn included_at(&self, file: FileId) -> Option<Place> {
        self.of(file, |file| file.included_at.clone()).flatten()
    }

    /// A place as people write it: `study.yaml:3:7`, or the option of the command line.
    pub fn name(&self, place: &Place) -> String {
        match place {
            Place::Option(option) => option.to_string(),
            Place::File { file, line, column } => {
                format!("{}:{line}:{column}", self.path(*file).display())
            }
        }
    }

    fn of<T>(&self, file: FileId, of: impl FnOnce(&File) -> T) -> Option<T> {
        self.0.borrow().get(file.0).map(of)
    }
}
