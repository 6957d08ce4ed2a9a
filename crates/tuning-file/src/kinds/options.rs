//! [`Options`]: what a study file says to one kind, wherever it stands.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::{Map, Value as Json};
use tuning_core::Space;

use super::{registry::Kinds, shapes::Shapes};
use crate::{
    document::{Fields, Item, Keys, Value},
    paths,
    pruners::{self, AnyPruner},
};

/// The options that a study file gives to a pruner, a journal, an evaluator or an observer: in a map, as the one value that
/// stands for a map, or beside that.
#[derive(Debug)]
pub struct Options<'a> {
    item: Item<'a>,
    fields: Option<Fields<'a>>,
    short: Option<(&'static str, Item<'a>)>,
    beside: Option<Fields<'a>>,
    common: &'static Keys,
    context: Context<'a>,
}

/// What options are read in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    /// The folder of the study file.
    pub(crate) folder: &'a Path,
    /// What is tuned, if that could be read.
    pub(crate) space: Option<&'a Space>,
    /// What a pruner within another one may be.
    pub(crate) pruners: &'a Kinds<AnyPruner>,
}

impl<'a> Options<'a> {
    /// Those of a kind that is named alone.
    pub(super) fn none(item: &Item<'a>, common: &'static Keys, context: Context<'a>) -> Self {
        Self {
            item: item.clone(),
            fields: None,
            short: None,
            beside: None,
            common,
            context,
        }
    }

    /// Those at the top of a file, whose keys are checked elsewhere.
    pub(crate) fn at_the_top(fields: Fields<'a>, context: Context<'a>) -> Self {
        static NONE: Keys = Keys::new("", &[]);
        Self {
            item: fields.item().clone(),
            fields: Some(fields),
            short: None,
            beside: None,
            common: &NONE,
            context,
        }
    }

    /// Those that stand at `item`, and beside it in `outer`.
    pub(super) fn read(
        item: Item<'a>,
        outer: &Item<'a>,
        (kind, shapes, bare): (&str, &Shapes, bool),
        common: &'static Keys,
        context: Context<'a>,
    ) -> Option<Self> {
        let mut this = Self::none(&item, common, context);
        match (&item.node().value, shapes) {
            (Value::Map(_), Shapes::Table { keys, .. }) => {
                this.fields = Some(item.fields_with(keys, common)?);
            }
            (Value::Map(_), Shapes::Defaults(_)) => this.fields = Some(item.any_fields()?),
            (Value::Null, _) if bare => {}
            (
                _,
                Shapes::Table {
                    short: Some(key),
                    keys,
                },
            ) if !item.is_list() || keys.takes_list(key) => {
                this.short = Some((key, item.clone()));
            }
            (_, Shapes::Table { keys, .. }) => return item.expected(keys.expected),
            (_, Shapes::Defaults(_)) => {
                return item.expected(format_args!("the options of `{kind}`, a mapping"));
            }
        }
        let Value::Map(entries) = &outer.node().value else {
            return Some(this);
        };
        if std::ptr::eq(outer.node(), item.node()) {
            return Some(this);
        }
        this.beside = Some(outer.any_fields()?);
        let mut right = Some(());
        for entry in entries.iter().filter(|entry| entry.key != kind) {
            let key = &*entry.key;
            let known = match shapes {
                Shapes::Table { keys, .. } => common.has(key) || keys.has(key),
                Shapes::Defaults(_) => common.has(key),
            };
            if !known {
                let message = format!(
                    "unknown key `{key}` in `{}`: options of `{kind}` stand below it",
                    outer.path()
                );
                right = outer.problem(&entry.place, message);
            } else if this.within(key).is_some() {
                right = outer
                    .child(key, &entry.node)
                    .wrong(format_args!("is given twice: keep the one within `{kind}`"));
            }
        }
        right.map(|()| this)
    }

    fn within(&self, key: &str) -> Option<Item<'a>> {
        let short = self.short.as_ref().filter(|(short, _)| *short == key);
        match short {
            Some((_, item)) => Some(item.clone()),
            None => self.fields.as_ref()?.get(key),
        }
    }

    /// What stands at the kind itself: where problems are that concern all of it.
    #[must_use]
    pub fn item(&self) -> &Item<'a> {
        &self.item
    }

    /// An option, if it is said.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Item<'a>> {
        let beside = || self.beside.as_ref()?.get(key);
        self.within(key).or_else(beside)
    }

    /// An option; if it is absent, that is noted, with what to write.
    #[must_use]
    pub fn need(&self, key: &str, write: &str) -> Option<Item<'a>> {
        match (self.get(key), &self.fields) {
            (Some(item), _) => Some(item),
            (None, Some(fields)) => fields.need(key, write),
            (None, None) => self.item.wrong(format_args!("has no `{key}`: {write}")),
        }
    }

    /// Reads an option that may be absent: the outer `Option` says whether what is there is right.
    pub fn read_if_said<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Item<'a>) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.get(key) {
            Some(item) => read(&item).map(Some),
            None => Some(None),
        }
    }

    /// A path: relative to the file that it stands in, which may be an included one.
    #[must_use]
    pub fn path(&self, item: &Item<'_>) -> Option<PathBuf> {
        paths::path(item, self.context.folder)
    }

    /// A path that was read from an item: relative to the file that this stands in.
    #[must_use]
    pub fn resolve(&self, path: &str, item: &Item<'_>) -> PathBuf {
        paths::resolve(path, item, self.context.folder)
    }

    /// The folder of the study file.
    #[must_use]
    pub fn folder(&self) -> &'a Path {
        self.context.folder
    }

    /// What is tuned; none if that is wrong, which has been noted then.
    #[must_use]
    pub fn space(&self) -> Option<&'a Space> {
        self.context.space
    }

    /// Reads an option that is a pruner: its name, or a mapping of its `name` and options.
    #[must_use]
    pub fn pruner(&self, item: &Item<'a>) -> Option<Arc<AnyPruner>> {
        pruners::read(item, self.context.pruners, self.context)
    }

    /// All options that are said as JSON, without those that belong to every kind.
    pub(super) fn json(&self) -> Option<Map<String, Json>> {
        let Some(fields) = &self.fields else {
            return Some(Map::new());
        };
        let Json::Object(mut given) = fields.item().json()? else {
            return Some(Map::new());
        };
        given.retain(|key, _| !self.common.has(key));
        Some(given)
    }
}
