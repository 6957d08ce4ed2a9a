//! [`Field`]: what a field is in the space, and [`Fields`]: those of a struct or a variant.

use proc_macro2::Span;
use syn::{Expr, Index, Member, Type, spanned::Spanned as _};

use super::{
    domain::{Domain, SETTINGS},
    types::{Kind, argument, innermost, is_named},
    when::When,
};
use crate::{
    errors::Errors,
    names::{Case, renamed},
    settings::{Owner, Settings},
};

/// A field.
pub(crate) struct Field {
    pub(crate) member: Member,
    pub(crate) ty: Type,
    /// Where it stands below its owner; none if it stands at its owner's own place.
    pub(crate) name: Option<String>,
    renamed: Option<Span>,
    /// Whether its parameters stand beside its owner's.
    pub(crate) flat: bool,
    pub(crate) content: Content,
    pub(crate) default: Option<FieldDefault>,
    /// When it has a value, if not always.
    pub(crate) when: Option<When>,
}

/// What a field is in the space.
pub(crate) enum Content {
    /// Nothing: it has this value, or its type's default, in every trial.
    Skipped(Option<Expr>),
    /// One parameter or several, each in this domain.
    Leaves(Domain),
    /// What its type says.
    Tunable,
}

/// The value of a field that is worth trying first.
pub(crate) struct FieldDefault {
    pub(crate) span: Span,
    /// The type's default if absent.
    pub(crate) value: Option<Expr>,
}

/// The fields of a struct or a variant, in order.
#[derive(Default)]
pub(crate) struct Fields {
    pub(crate) list: Vec<Field>,
}

impl Fields {
    /// The fields as they are written. The only field that is tuned of those without names stands at
    /// its owner's place.
    pub(crate) fn read(fields: &syn::Fields, case: Case, errors: &mut Errors) -> Self {
        let mut list: Vec<Field> = Vec::with_capacity(fields.len());
        for (place, field) in fields.iter().enumerate() {
            let field = Field::read(field, place, case, &list, errors);
            list.push(field);
        }
        let is_tuple = matches!(fields, syn::Fields::Unnamed(_));
        let mut tuned = list
            .iter_mut()
            .filter(|f| !matches!(f.content, Content::Skipped(_)));
        if let (true, Some(only), None) = (is_tuple, tuned.next(), tuned.next()) {
            only.name = None;
            if let Some(span) = only.renamed {
                let message = "the only field has no name of its own: rename what it is in";
                errors.at(span, message);
            }
        }
        let mut fields = Self { list };
        fields.check_names(errors);
        fields
    }

    /// The fields that are tuned.
    pub(crate) fn tuned(&self) -> impl Iterator<Item = &Field> {
        self.list
            .iter()
            .filter(|field| !matches!(field.content, Content::Skipped(_)))
    }

    /// Whether the owner is a parameter itself: it holds nothing else.
    pub(crate) fn is_leaf(&self) -> bool {
        self.tuned()
            .any(|field| field.name.is_none() && matches!(field.content, Content::Leaves(_)))
    }

    /// The default of a field, if any has one.
    pub(crate) fn first_default(&self) -> Option<Span> {
        self.tuned()
            .find_map(|field| Some(field.default.as_ref()?.span))
    }

    /// Tells which fields lack a default, when their owner is to have one.
    pub(crate) fn check_defaults(&self, because: &str, errors: &mut Errors) {
        for field in &self.list {
            if matches!(field.content, Content::Leaves(_)) && field.default.is_none() {
                let message =
                    format!("{because}, so this field needs a default: add `default = value`");
                errors.at(field.ty.span(), message);
            }
        }
    }

    fn check_names(&mut self, errors: &mut Errors) {
        let mut seen: Vec<&str> = Vec::new();
        for field in self.tuned().filter(|field| !field.flat) {
            let Some(name) = field.name.as_deref() else {
                continue;
            };
            if seen.contains(&name) {
                let message = format!("two fields are called `{name}`: rename one");
                errors.at(field.ty.span(), message);
            }
            seen.push(name);
        }
    }
}

impl Field {
    /// The type whose parameters it has: without the `Option` of a field that is not always active.
    pub(crate) fn inner(&self) -> &Type {
        match &self.when {
            Some(_) => argument(&self.ty).unwrap_or(&self.ty),
            None => &self.ty,
        }
    }

    /// `before`: the fields that stand before it.
    fn read(
        field: &syn::Field,
        place: usize,
        case: Case,
        before: &[Self],
        errors: &mut Errors,
    ) -> Self {
        let mut settings = Settings::read(&field.attrs, Owner::Field, errors);
        let member = match &field.ident {
            Some(ident) => Member::Named(ident.clone()),
            None => Member::Unnamed(Index::from(place)),
        };
        let renaming = settings.span("rename");
        let name = renamed(&mut settings, errors).unwrap_or_else(|| match &field.ident {
            Some(ident) => case.name(ident),
            None => place.to_string(),
        });
        let flat = settings.flag("flatten", errors);
        let default = settings
            .maybe("default")
            .map(|(span, value)| FieldDefault { span, value });
        let conditional = settings.span("when");
        let when = settings.value("when", "layers >= 2", errors);
        let content = match settings.maybe("skip") {
            Some((_, value)) => {
                let others = [("default", default.as_ref().map(|d| d.span))];
                let others = others.into_iter().chain([
                    ("rename", renaming),
                    ("flatten", flat),
                    ("when", conditional),
                ]);
                let domain = SETTINGS.iter().map(|name| (*name, settings.span(name)));
                for (name, span) in others.chain(domain) {
                    if let Some(span) = span {
                        let message =
                            format!("a skipped field is not a parameter: remove `{name}`");
                        errors.at(span, message);
                    }
                }
                Content::Skipped(value)
            }
            None => content(&mut settings, &field.ty, errors),
        };
        if let (Some(span), Content::Leaves(_)) = (flat, &content) {
            let message = "`flatten` is for a type with parameters of its own: remove it";
            errors.at(span, message);
        } else if let (Some(_), Some(span)) = (flat, renaming) {
            let message =
                "a flattened field does not name its parameters: remove `rename` or `flatten`";
            errors.at(span, message);
        }
        if let (Some(span), Some(_)) = (conditional, flat) {
            errors.at(
                span,
                "a flattened field has no condition of its own: remove `when` or `flatten`",
            );
        } else if let (Some(_), false, false) = (
            conditional,
            is_named(&field.ty, "Option"),
            matches!(content, Content::Skipped(_)),
        ) {
            let message =
                "this field has no value when its condition does not hold: make it an `Option`";
            errors.at(field.ty.span(), message);
        }
        if let (
            Content::Leaves(domain),
            Some(FieldDefault {
                value: Some(value), ..
            }),
        ) = (&content, &default)
        {
            domain.check_default(value, &field.ty, errors);
        }
        Self {
            member,
            ty: field.ty.clone(),
            name: Some(name),
            renamed: renaming,
            flat: flat.is_some(),
            content,
            default,
            when: when.and_then(|expr| When::read(&expr, before, errors)),
        }
    }
}

fn content(settings: &mut Settings, ty: &Type, errors: &mut Errors) -> Content {
    let given = settings.first(SETTINGS).is_some();
    match Domain::read(settings, ty, errors) {
        Some(domain) => Content::Leaves(domain),
        // It has been told what is wrong.
        None if given || settings.is_broken() => Content::Skipped(None),
        None if is_named(ty, "bool") => Content::Leaves(Domain::Bool),
        None => {
            if let Some(message) = needs_attribute(ty) {
                errors.at(ty.span(), message);
                return Content::Skipped(None);
            }
            Content::Tunable
        }
    }
}

const LISTS: &[&str] = &["Vec", "VecDeque", "LinkedList", "HashSet", "BTreeSet"];

/// What to say of a field of this type that has no attribute, if it needs one.
fn needs_attribute(ty: &Type) -> Option<String> {
    let inner = innermost(ty);
    let stays = "or `#[tune(skip = value)]` for one that stays the same";
    if let Type::Reference(_) = inner {
        return Some(format!(
            "a trial's value cannot be borrowed: use a type that owns it, such as `String`, {stays}"
        ));
    }
    if LISTS.iter().any(|name| is_named(inner, name)) {
        return Some(format!(
            "a list has no fixed length, so it cannot be part of a space: use an array, {stays}"
        ));
    }
    let example = match Kind::of(inner)? {
        Kind::Float => "`#[tune(range = 1e-5..=0.1)]` or `#[tune(choices = [..])]`",
        Kind::Int => "`#[tune(range = 1..=8)]` or `#[tune(choices = [..])]`",
        Kind::Text => "`#[tune(choices = [\"one\", \"another\"])]`",
        Kind::Bool => return None,
    };
    Some(format!(
        "this field needs its values: add {example}, {stays}"
    ))
}
