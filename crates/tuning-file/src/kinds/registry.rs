//! [`Kinds`]: all kinds of pruners, of journals, of evaluators or of observers that study files can name.

use std::sync::Arc;

use tuning_core::nearest;

use super::{
    kind::Kind,
    options::{Context, Options},
};
use crate::document::{Item, Keys, Value};

/// Kinds by name, in the order in which they came.
#[derive(Debug)]
pub(crate) struct Kinds<M: ?Sized>(Vec<Kind<M>>);

/// How errors call what stands there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Words {
    /// `observer`.
    pub(crate) one: &'static str,
    /// What is expected, with examples.
    pub(crate) expected: &'static str,
    /// The options that all kinds have.
    pub(crate) common: &'static Keys,
}

/// A kind with the options that it was given, and what they became.
pub(crate) struct Chosen<'a, M: ?Sized> {
    pub(crate) kind: String,
    pub(crate) options: Options<'a>,
    pub(crate) config: Arc<M>,
}

impl<M: ?Sized> Default for Kinds<M> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<M: ?Sized> Clone for Kinds<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: ?Sized> Kinds<M> {
    /// Adds a kind. A name that is taken is given to the new one.
    pub(crate) fn add(&mut self, kind: Kind<M>) {
        match self.0.iter_mut().find(|known| known.name() == kind.name()) {
            Some(known) => *known = kind,
            None => self.0.push(kind),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Kind<M>> {
        self.0.iter()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Kind<M>> {
        self.0.iter().find(|kind| kind.name() == name)
    }

    /// Reads `KIND`, `{KIND: options}`, and `{KIND: option, …}` with others beside it.
    pub(crate) fn read<'a>(
        &self,
        item: &Item<'a>,
        words: Words,
        context: Context<'a>,
    ) -> Option<Chosen<'a, M>> {
        let Value::Map(entries) = &item.node().value else {
            return self.read_name(item, words, context);
        };
        let known = |key: &str| self.get(key).is_some();
        let mut there = entries.iter().filter(|entry| known(&entry.key));
        let (first, second) = (there.next(), there.next());
        let (Some(entry), None) = (first, second) else {
            let mut noted = None::<()>;
            let strange = entries.iter().filter(|_| first.is_none());
            for entry in strange.filter(|entry| !words.common.has(&entry.key)) {
                let advice = self.advice(&entry.key);
                let message = format!("unknown key `{}` in `{}`: {advice}", entry.key, item.path());
                item.problem::<()>(&entry.place, message);
                noted = Some(());
            }
            return match noted {
                Some(()) => None,
                None => item.wrong(format_args!(
                    "is not one {}: expected {}",
                    words.one, words.expected
                )),
            };
        };
        let kind = self.get(&entry.key)?;
        let options = Options::read(
            item.child(&entry.key, &entry.node),
            item,
            (kind.name(), kind.shapes(), kind.is_bare()),
            words.common,
            context,
        )?;
        Self::chosen(kind, options)
    }

    /// Reads `KIND`, and `{name: KIND, option: …}`.
    pub(crate) fn read_named<'a>(
        &self,
        item: &Item<'a>,
        words: Words,
        context: Context<'a>,
    ) -> Option<Arc<M>> {
        if !item.is_map() {
            return Some(self.read_name(item, words, context)?.config);
        }
        let write = format!("name the {}, as in `{{name: …}}`", words.one);
        let item_of_name = item.any_fields()?.need("name", &write)?;
        let name = item_of_name.text(words.expected)?;
        if self.get(&name).is_none() {
            return item_of_name.wrong(format_args!(
                "is `{name}`, but there is no such {}: {}",
                words.one,
                self.advice(&name)
            ));
        }
        Some(self.read_as(&name, item, words, context)?.config)
    }

    /// Reads a value as the options of this kind.
    pub(crate) fn read_as<'a>(
        &self,
        kind: &str,
        item: &Item<'a>,
        words: Words,
        context: Context<'a>,
    ) -> Option<Chosen<'a, M>> {
        let Some(kind) = self.get(kind) else {
            return item.wrong(format_args!(
                "cannot be kept: there is no {} `{kind}`",
                words.one
            ));
        };
        let shapes = (kind.name(), kind.shapes(), kind.is_bare());
        let options = Options::read(item.clone(), item, shapes, words.common, context)?;
        Self::chosen(kind, options)
    }

    /// Reads a kind that is named alone.
    pub(crate) fn read_name<'a>(
        &self,
        item: &Item<'a>,
        words: Words,
        context: Context<'a>,
    ) -> Option<Chosen<'a, M>> {
        let name = item.text(words.expected)?;
        match self.get(&name) {
            Some(kind) if kind.is_bare() => {
                Self::chosen(kind, Options::none(item, words.common, context))
            }
            Some(_) => item.wrong(format_args!(
                "is `{name}` without its options: expected {}",
                words.expected
            )),
            None => item.wrong(format_args!(
                "is `{name}`, but there is no such {}: {}",
                words.one,
                self.advice(&name)
            )),
        }
    }

    fn chosen<'a>(kind: &Kind<M>, options: Options<'a>) -> Option<Chosen<'a, M>> {
        let config = kind.read(&options)?;
        Some(Chosen {
            kind: kind.name().to_owned(),
            options,
            config,
        })
    }

    /// What was probably meant by a name.
    fn advice(&self, name: &str) -> String {
        let names = || self.0.iter().map(Kind::name);
        let synonym = self.0.iter().find(|kind| kind.meant_by().contains(&name));
        let meant = synonym.map(Kind::name).or_else(|| nearest(name, names()));
        match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("there are `{}`", names().collect::<Vec<_>>().join("`, `")),
        }
    }
}
