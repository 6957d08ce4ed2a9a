//! [`Settings`]: what stands in `#[tune(…)]`, as names with values. It does not know what they mean.

use proc_macro2::Span;
use syn::{
    Attribute, Expr, Ident, Lit, Token,
    ext::IdentExt as _,
    parse::{Parse, ParseStream},
    punctuated::Punctuated,
    spanned::Spanned as _,
};

use crate::errors::Errors;

/// What an attribute stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Struct,
    Enum,
    Variant,
    Field,
}

impl Owner {
    const ALL: [Self; 4] = [Self::Struct, Self::Enum, Self::Variant, Self::Field];

    /// The settings that it can have.
    const fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Struct => &["rename", "rename_all", "default", "crate"],
            Self::Enum => &["rename", "rename_all", "ordered", "default", "crate"],
            Self::Variant => &["rename", "rename_all", "default", "skip"],
            Self::Field => &[
                "range", "log", "step", "choices", "ordered", "default", "rename", "flatten",
                "skip", "when",
            ],
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Struct => "a struct",
            Self::Enum => "an enum",
            Self::Variant => "a variant",
            Self::Field => "a field",
        }
    }
}

/// Words that other libraries use, with ours.
const FOREIGN: &[(&str, &str)] = &[
    ("min", "range = low..=high"),
    ("max", "range = low..=high"),
    ("low", "range = low..=high"),
    ("high", "range = low..=high"),
    ("values", "choices = [..]"),
    ("options", "choices = [..]"),
    ("categorical", "choices = [..]"),
    ("ordinal", "ordered = [..]"),
    ("name", "rename = \"..\""),
    ("prefix", "rename = \"..\""),
    ("log_scale", "log"),
    ("fixed", "skip = value"),
    ("constant", "skip = value"),
    ("value", "skip = value"),
    ("condition", "when = field >= value"),
    ("depends_on", "when = field >= value"),
    ("only_if", "when = field >= value"),
];

/// One of them: `log`, or `step = 0.1`.
struct Setting {
    name: Ident,
    value: Option<Expr>,
}

impl Parse for Setting {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.call(Ident::parse_any)?;
        let value = match input.parse::<Option<Token![=]>>()? {
            Some(_) => Some(input.parse()?),
            None => None,
        };
        Ok(Self { name, value })
    }
}

/// The settings of one item; each is taken once, by the code that knows what it means.
pub(crate) struct Settings {
    list: Vec<Setting>,
    /// Whether something is wrong with them, which has been told.
    broken: bool,
}

impl Settings {
    /// Reads the attributes of an item; what it cannot have is told.
    pub(crate) fn read(attributes: &[Attribute], owner: Owner, errors: &mut Errors) -> Self {
        let mut settings: Vec<Setting> = Vec::new();
        let mut broken = false;
        for attribute in attributes.iter().filter(|a| a.path().is_ident("tune")) {
            let parser = Punctuated::<Setting, Token![,]>::parse_terminated;
            let Some(list) = errors.ok(attribute.parse_args_with(parser)) else {
                broken = true;
                continue;
            };
            for setting in list {
                let name = setting.name.to_string();
                if !owner.settings().contains(&name.as_str()) {
                    errors.at(setting.name.span(), unknown(&name, owner));
                    broken = true;
                } else if settings.iter().any(|other| other.name == setting.name) {
                    let message = format!("`{name}` is given twice: remove one");
                    errors.at(setting.name.span(), message);
                } else {
                    settings.push(setting);
                }
            }
        }
        Self {
            list: settings,
            broken,
        }
    }

    /// Whether it has been told that something is wrong with them: what is missing may be what was meant.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// The place of a setting, if it is there.
    pub(crate) fn span(&self, name: &str) -> Option<Span> {
        let setting = self.list.iter().find(|setting| setting.name == name)?;
        Some(setting.name.span())
    }

    /// The first of these that is there.
    pub(crate) fn first<'a>(&self, names: &[&'a str]) -> Option<(&'a str, Span)> {
        names
            .iter()
            .find_map(|name| Some((*name, self.span(name)?)))
    }

    /// Takes a setting that may have a value.
    pub(crate) fn maybe(&mut self, name: &str) -> Option<(Span, Option<Expr>)> {
        let place = self.list.iter().position(|setting| setting.name == name)?;
        let setting = self.list.remove(place);
        Some((setting.name.span(), setting.value))
    }

    /// Takes a setting that has no value.
    pub(crate) fn flag(&mut self, name: &str, errors: &mut Errors) -> Option<Span> {
        let (span, value) = self.maybe(name)?;
        if let Some(value) = value {
            let message = format!("`{name}` takes no value: write `#[tune({name})]`");
            errors.at(value.span(), message);
        }
        Some(span)
    }

    /// Takes a setting that has a value; `example` is what one might write.
    pub(crate) fn value(&mut self, name: &str, example: &str, errors: &mut Errors) -> Option<Expr> {
        let (span, value) = self.maybe(name)?;
        if value.is_none() {
            let message = format!("`{name}` needs a value, as in `#[tune({name} = {example})]`");
            errors.at(span, message);
        }
        value
    }

    /// Takes a setting whose value is a string.
    pub(crate) fn text(&mut self, name: &str, errors: &mut Errors) -> Option<(String, Span)> {
        let value = self.value(name, "\"name\"", errors)?;
        let span = value.span();
        if let Expr::Lit(literal) = &value
            && let Lit::Str(text) = &literal.lit
        {
            return Some((text.value(), span));
        }
        let message = format!("`{name}` is a string in quotes: `#[tune({name} = \"name\")]`");
        errors.at(span, message);
        None
    }
}

/// What to say of a name that does not belong here.
fn unknown(name: &str, owner: Owner) -> String {
    let here = owner.name();
    let known = owner.settings();
    let list = || format!("`{}`", known.join("`, `"));
    if name == "skip" {
        return format!("`skip` is for fields and variants: {here} has {}", list());
    }
    let elsewhere = Owner::ALL
        .into_iter()
        .rfind(|other| other.settings().contains(&name));
    if let Some(elsewhere) = elsewhere {
        let place = elsewhere.name();
        return format!("`{name}` is a setting of {place}, not of {here}: move it there");
    }
    let nearest = known
        .iter()
        .map(|known| (strsim::osa_distance(name, known), known))
        .filter(|(distance, _)| *distance <= 1 + name.chars().count() / 3)
        .min_by_key(|(distance, _)| *distance);
    match (FOREIGN.iter().find(|(word, _)| *word == name), nearest) {
        (Some((_, ours)), _) if owner == Owner::Field || ours.starts_with("rename") => {
            format!("there is no setting `{name}`: write `{ours}`")
        }
        (_, Some((_, known))) => {
            format!("there is no setting `{name}`: did you mean `{known}`?")
        }
        _ => format!("there is no setting `{name}`: {here} has {}", list()),
    }
}
