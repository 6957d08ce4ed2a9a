//! What the macro is given, judged and named: nothing behind this looks at an attribute again.

mod domain;
mod field;
mod literal;
mod types;
mod variant;
mod when;

use proc_macro2::Span;
use syn::{Data, DeriveInput, Expr, Generics, Ident, Path, spanned::Spanned as _};

pub(crate) use domain::{Domain, Ends};
pub(crate) use field::{Content, Field, Fields};
pub(crate) use types::{innermost, is_named};
pub(crate) use variant::Variant;
pub(crate) use when::{Test, When};

use crate::{
    errors::Errors,
    names::{Case, renamed},
    settings::{Owner, Settings},
};

/// A type that is to be a search space.
pub(crate) struct Input {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The crate that the generated code names, if the attribute says which.
    pub(crate) krate: Option<Path>,
    /// The name of the type's own parameter, where it has no other.
    pub(crate) own_name: String,
    pub(crate) body: Body,
    pub(crate) default: DefaultOf,
}

/// What a type is made of.
pub(crate) enum Body {
    Struct(Fields),
    Enum {
        variants: Vec<Variant>,
        /// Whether their order means something.
        ordered: bool,
    },
}

/// Where a type's default comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DefaultOf {
    /// It has none.
    Nothing,
    /// Its `Default`.
    Itself,
    /// Its parts.
    Parts,
}

impl Input {
    /// Reads a type.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn read(input: &DeriveInput) -> syn::Result<Self> {
        let mut errors = Errors::default();
        let owner = match &input.data {
            Data::Struct(_) => Owner::Struct,
            Data::Enum(_) => Owner::Enum,
            Data::Union(data) => {
                let message = "a union does not say which of its fields it has: use an enum";
                return Err(syn::Error::new(data.union_token.span(), message));
            }
        };
        let mut settings = Settings::read(&input.attrs, owner, &mut errors);
        let krate = krate(&mut settings, &mut errors);
        let renaming = settings.span("rename");
        let recasing = settings.span("rename_all");
        let own_name = renamed(&mut settings, &mut errors);
        let default = settings.flag("default", &mut errors);
        let body = match &input.data {
            Data::Enum(data) => {
                let case = Case::Snake.or_renamed(&mut settings, &mut errors);
                let ordered = settings.flag("ordered", &mut errors);
                let variants = variant::read(&data.variants, case, &mut errors);
                check_enum(&input.ident, &variants, ordered, &mut errors);
                let ordered = ordered.is_some();
                Body::Enum { variants, ordered }
            }
            Data::Struct(data) => {
                let case = Case::Source.or_renamed(&mut settings, &mut errors);
                let fields = Fields::read(&data.fields, case, &mut errors);
                let has_names = matches!(data.fields, syn::Fields::Named(_));
                if let (Some(span), false) = (recasing, has_names) {
                    errors.at(
                        span,
                        "this struct has no fields with names: remove `rename_all`",
                    );
                }
                if let (Some(span), false) = (renaming, fields.is_leaf()) {
                    let message = "a struct is not a parameter itself: rename the field that holds it, or its own fields";
                    errors.at(span, message);
                }
                Body::Struct(fields)
            }
            Data::Union(_) => Body::Struct(Fields::default()),
        };
        let default = default_of(default, &body, &mut errors);
        errors.finish()?;
        Ok(Self {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            krate,
            own_name: own_name.unwrap_or_else(|| Case::Snake.name(&input.ident)),
            body,
            default,
        })
    }

    /// All fields that are part of the space.
    pub(crate) fn fields(&self) -> Vec<&Field> {
        match &self.body {
            Body::Struct(fields) => fields.list.iter().collect(),
            Body::Enum { variants, .. } => {
                let lists = variants.iter().map(|variant| &variant.fields.list);
                lists.flatten().collect()
            }
        }
    }
}

fn krate(settings: &mut Settings, errors: &mut Errors) -> Option<Path> {
    let value = settings.value("crate", "::tuning_core", errors)?;
    if let Expr::Path(path) = value {
        return Some(path.path);
    }
    let message = "`crate` is a path: `#[tune(crate = ::tuning_core)]`";
    errors.at(value.span(), message);
    None
}

fn check_enum(ident: &Ident, variants: &[Variant], ordered: Option<Span>, errors: &mut Errors) {
    if variants.iter().all(|variant| variant.skipped) {
        let message = match variants {
            [] => "an enum without variants has no value to try: give it one",
            _ => "all variants are skipped, so there is none to try: let one of them be tuned",
        };
        errors.at(ident.span(), message);
    }
    let with_parameters = variants.iter().find(|v| v.fields.tuned().next().is_some());
    if let (Some(_), Some(variant)) = (ordered, with_parameters) {
        let message = "a variant of an ordered choice has no parameters: remove `ordered` from the enum, or \
                       the fields";
        errors.at(variant.ident.span(), message);
    }
}

fn default_of(own: Option<Span>, body: &Body, errors: &mut Errors) -> DefaultOf {
    let of_parts = match body {
        Body::Struct(fields) => fields.first_default(),
        Body::Enum { variants, .. } => variants.iter().find_map(|variant| variant.default),
    };
    match (own, of_parts, body) {
        (Some(_), None, _) => DefaultOf::Itself,
        (Some(_), Some(span), _) => {
            let message =
                "the whole type has a default: remove this one, or `default` from the type";
            errors.at(span, message);
            DefaultOf::Itself
        }
        (None, Some(_), Body::Struct(fields)) => {
            fields.check_defaults("another field has a default", errors);
            DefaultOf::Parts
        }
        (None, Some(_), Body::Enum { .. }) => DefaultOf::Parts,
        // A struct of types that name their defaults has one too.
        (None, None, Body::Struct(fields)) => {
            let is_tunable = |field: &Field| matches!(field.content, Content::Tunable);
            match fields.tuned().all(is_tunable) {
                true => DefaultOf::Parts,
                false => DefaultOf::Nothing,
            }
        }
        (None, None, Body::Enum { .. }) => DefaultOf::Nothing,
    }
}
