//! [`Variant`]: what a variant is in the space, and [`read`]: all of an enum.

use proc_macro2::Span;
use syn::{Ident, Token, punctuated::Punctuated};

use super::field::Fields;
use crate::{
    errors::Errors,
    names::{Case, renamed},
    settings::{Owner, Settings},
};

/// A variant.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    /// The choice that it is, and where its fields stand.
    pub(crate) name: String,
    pub(crate) fields: Fields,
    /// Whether no trial has it.
    pub(crate) skipped: bool,
    /// Whether it is worth trying first.
    pub(crate) default: Option<Span>,
}

/// The variants of an enum, in order.
pub(crate) fn read(
    variants: &Punctuated<syn::Variant, Token![,]>,
    case: Case,
    errors: &mut Errors,
) -> Vec<Variant> {
    let mut list: Vec<Variant> = Vec::with_capacity(variants.len());
    for variant in variants {
        let variant = Variant::read(variant, case, errors);
        let is_named = |other: &&Variant| !other.skipped && other.name == variant.name;
        if !variant.skipped && list.iter().find(is_named).is_some() {
            let message = format!("two variants are called `{}`: rename one", variant.name);
            errors.at(variant.ident.span(), message);
        }
        if let (Some(span), Some(_)) = (variant.default, list.iter().find_map(|v| v.default)) {
            errors.at(span, "two variants are the default: choose one");
        }
        list.push(variant);
    }
    list
}

impl Variant {
    fn read(variant: &syn::Variant, case: Case, errors: &mut Errors) -> Self {
        let mut settings = Settings::read(&variant.attrs, Owner::Variant, errors);
        let renaming = settings.span("rename");
        let recasing = settings.span("rename_all");
        let name = renamed(&mut settings, errors).unwrap_or_else(|| case.name(&variant.ident));
        let field_case = Case::Source.or_renamed(&mut settings, errors);
        let default = settings.flag("default", errors);
        let skipped = settings.flag("skip", errors).is_some();
        if skipped {
            for (name, span) in [
                ("rename", renaming),
                ("rename_all", recasing),
                ("default", default),
            ] {
                if let Some(span) = span {
                    let message = format!("a skipped variant is not a choice: remove `{name}`");
                    errors.at(span, message);
                }
            }
        } else if let (Some(span), false) =
            (recasing, matches!(variant.fields, syn::Fields::Named(_)))
        {
            errors.at(
                span,
                "this variant has no fields with names: remove `rename_all`",
            );
        }
        let fields = match skipped {
            true => Fields::default(),
            false => Fields::read(&variant.fields, field_case, errors),
        };
        match (default, fields.first_default()) {
            (Some(_), _) => fields.check_defaults("this variant is the default", errors),
            (None, Some(span)) => {
                let message = "this default is never used: mark the variant as the default, with `#[tune(default)]`";
                errors.at(span, message);
            }
            (None, None) => {}
        }
        Self {
            ident: variant.ident.clone(),
            name,
            fields,
            skipped,
            default,
        }
    }
}
