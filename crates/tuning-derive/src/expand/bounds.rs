//! What a generic type asks of its parameters: that the fields which mention them can be tuned.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Generics, Ident, Type, WherePredicate, parse_quote};

use super::names::Names;
use crate::input::{Content, DefaultOf, Field, Input, innermost};

/// The generics of the type with these bounds added.
pub(super) fn with_bounds(input: &Input, names: &Names) -> Generics {
    let mut generics = input.generics.clone();
    let parameters: Vec<Ident> = generics.type_params().map(|p| p.ident.clone()).collect();
    if parameters.is_empty() {
        return generics;
    }
    let fields = input.fields();
    let predicates = fields
        .iter()
        .filter(|field| mentions(field.ty.to_token_stream(), &parameters))
        .flat_map(|field| predicates(field, &parameters, names));
    let mut predicates: Vec<WherePredicate> = predicates.collect();
    if input.default == DefaultOf::Itself {
        predicates.push(parse_quote!(Self: ::core::default::Default));
    }
    generics.make_where_clause().predicates.extend(predicates);
    generics
}

fn predicates(field: &Field, parameters: &[Ident], names: &Names) -> Vec<WherePredicate> {
    let Names { krate, typed, .. } = names;
    let ty = match &field.content {
        Content::Skipped(_) => &field.ty,
        _ => field.inner(),
    };
    let mut predicates: Vec<WherePredicate> = match &field.content {
        Content::Skipped(Some(_)) => Vec::new(),
        Content::Skipped(None) => vec![parse_quote!(#ty: ::core::default::Default)],
        Content::Tunable => vec![parse_quote!(#ty: #krate::Tunable)],
        Content::Leaves(domain) => {
            // Of a bare parameter, so that the compiler sees through to the leaf: it is the parameter.
            let leaf = innermost(ty);
            match (is_parameter(leaf, parameters), domain.is_range()) {
                (true, true) => vec![parse_quote!(#leaf: #typed::Ranged)],
                (true, false) => vec![parse_quote!(#leaf: #typed::Leaf)],
                (false, true) => vec![
                    parse_quote!(#ty: #typed::Leaves),
                    parse_quote!(<#ty as #typed::Leaves>::Leaf: #typed::Ranged),
                ],
                (false, false) => vec![parse_quote!(#ty: #typed::Leaves)],
            }
        }
    };
    if field
        .default
        .as_ref()
        .is_some_and(|default| default.value.is_none())
    {
        let ty = &field.ty;
        predicates.push(parse_quote!(#ty: ::core::default::Default));
    }
    predicates
}

fn is_parameter(ty: &Type, parameters: &[Ident]) -> bool {
    matches!(ty, Type::Path(path) if parameters.iter().any(|p| path.path.is_ident(p)))
}

/// Whether a type names one of these parameters.
fn mentions(ty: TokenStream, parameters: &[Ident]) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => parameters.contains(&ident),
        TokenTree::Group(group) => mentions(group.stream(), parameters),
        _ => false,
    })
}
