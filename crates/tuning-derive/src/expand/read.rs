//! `Tunable::read_from`: the value.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::{
    default::skipped,
    names::{Names, local, place},
};
use crate::input::{Body, Content, Fields, Input};

pub(super) fn body(input: &Input, names: &Names) -> TokenStream {
    let Names { typed, source, .. } = names;
    let own_name = &input.own_name;
    match &input.body {
        Body::Struct(fields) => {
            let named = fields
                .is_leaf()
                .then(|| quote!(let #source = &#typed::Source::named(#source, #own_name);));
            let fields = of_fields(fields, &quote!(#source), names);
            quote!(#named ::core::result::Result::Ok(Self { #fields }))
        }
        Body::Enum { variants, .. } => {
            let tuned = || variants.iter().filter(|variant| !variant.skipped);
            let (inner, other) = (local("inner"), local("other"));
            let arms = tuned().map(|variant| {
                let (ident, name) = (&variant.ident, &variant.name);
                let fields = of_fields(&variant.fields, &quote!(#inner), names);
                let inner = variant
                    .fields
                    .tuned()
                    .next()
                    .is_some()
                    .then(|| quote!(let #inner = &#typed::Source::at(#source, #name);));
                quote! {
                    #name => {
                        #inner
                        ::core::result::Result::Ok(Self::#ident { #fields })
                    }
                }
            });
            let choices = tuned().map(|variant| &variant.name);
            quote! {
                let #source = &#typed::Source::named(#source, #own_name);
                match &*#typed::Source::choice(#source)? {
                    #(#arms)*
                    #other => ::core::result::Result::Err(
                        #typed::Source::no_choice(#source, #other, &[#(#choices),*]),
                    ),
                }
            }
        }
    }
}

/// The fields of a struct expression.
fn of_fields(fields: &Fields, owner: &TokenStream, names: &Names) -> TokenStream {
    let typed = &names.typed;
    let kind = quote!(#typed::Source);
    let values = fields.list.iter().map(|field| {
        let (member, ty, span) = (&field.member, field.inner(), field.ty.span());
        let place = || place(field, &kind, owner, &TokenStream::new());
        let value = match &field.content {
            Content::Skipped(value) => skipped(value.as_ref(), &field.ty),
            Content::Leaves(_) => {
                let place = place();
                quote_spanned!(span=> #typed::Source::leaves::<#ty>(#place)?)
            }
            Content::Tunable => {
                let place = place();
                quote_spanned!(span=> #typed::Source::tunable::<#ty>(#place)?)
            }
        };
        let value = match &field.when {
            Some(_) => {
                let place = place();
                quote_spanned! {span=>
                    match #typed::Source::is_active(#place) {
                        true => ::core::option::Option::Some(#value),
                        false => ::core::option::Option::None,
                    }
                }
            }
            None => value,
        };
        quote!(#member: #value,)
    });
    quote!(#(#values)*)
}
