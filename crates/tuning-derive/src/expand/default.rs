//! `Tunable::default_value`: what is worth trying first, and the values of fields that are skipped.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, ExprLit, Lit, Type, spanned::Spanned as _};

use super::names::{Names, local};
use crate::input::{Body, Content, DefaultOf, Field, Fields, Input, is_named};

/// The method, if the type has a default.
pub(super) fn method(input: &Input, names: &Names) -> Option<TokenStream> {
    let value = match (input.default, &input.body) {
        (DefaultOf::Nothing, _) => return None,
        (DefaultOf::Itself, _) => quote!(<Self as ::core::default::Default>::default()),
        (DefaultOf::Parts, Body::Struct(fields)) => {
            let fields = of_fields(fields, names);
            quote!(Self { #fields })
        }
        (DefaultOf::Parts, Body::Enum { variants, .. }) => {
            let variant = variants.iter().find(|variant| variant.default.is_some())?;
            let ident = &variant.ident;
            let fields = of_fields(&variant.fields, names);
            quote!(Self::#ident { #fields })
        }
    };
    Some(quote! {
        fn default_value() -> ::core::option::Option<Self> {
            ::core::option::Option::Some(#value)
        }
    })
}

fn of_fields(fields: &Fields, names: &Names) -> TokenStream {
    let values = fields.list.iter().map(|field| {
        let (member, value) = (&field.member, of_field(field, names));
        quote!(#member: #value,)
    });
    quote!(#(#values)*)
}

fn of_field(field: &Field, names: &Names) -> TokenStream {
    let (krate, ty, span) = (&names.krate, &field.ty, field.ty.span());
    match (&field.content, &field.default) {
        (Content::Skipped(value), _) => skipped(value.as_ref(), ty),
        (_, Some(default)) => match &default.value {
            Some(value) => typed(value, ty),
            None => std_default(ty),
        },
        (_, None) => quote_spanned!(span=> <#ty as #krate::Tunable>::default_value()?),
    }
}

/// The value of a field that is not a parameter.
pub(super) fn skipped(value: Option<&Expr>, ty: &Type) -> TokenStream {
    match value {
        Some(value) => typed(value, ty),
        None => std_default(ty),
    }
}

fn std_default(ty: &Type) -> TokenStream {
    quote_spanned!(ty.span()=> <#ty as ::core::default::Default>::default())
}

/// The user's expression as this type; a string in quotes also as a `String`.
fn typed(value: &Expr, ty: &Type) -> TokenStream {
    let is_text = matches!(
        value,
        Expr::Lit(ExprLit {
            lit: Lit::Str(_),
            ..
        })
    );
    if is_text && is_named(ty, "String") {
        return quote!(<#ty as ::core::convert::From<&str>>::from(#value));
    }
    let local = local("value");
    quote!({ let #local: #ty = #value; #local })
}
