//! `Tunable::write_to`: the point.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::names::{Names, local, pattern, place};
use crate::input::{Body, Content, Field, Input};

pub(super) fn body(input: &Input, names: &Names) -> TokenStream {
    let Names { typed, sink, .. } = names;
    let own_name = &input.own_name;
    match &input.body {
        Body::Struct(fields) => {
            let named = fields
                .is_leaf()
                .then(|| quote!(let #sink = &mut #typed::Sink::named(#sink, #own_name);));
            let writes = fields.tuned().map(|field| {
                let member = &field.member;
                write(field, &quote!(&self.#member), &quote!(#sink), names)
            });
            quote!(#named #(#writes)*)
        }
        Body::Enum { variants, .. } => {
            let inner = local("inner");
            let arms = variants.iter().map(|variant| {
                let name = &variant.name;
                let (pattern, locals) = pattern(variant);
                let writes = locals
                    .iter()
                    .map(|(field, local)| write(field, &quote!(#local), &quote!(#inner), names));
                let inner = (!locals.is_empty())
                    .then(|| quote!(let #inner = &mut #typed::Sink::at(#sink, #name);));
                quote! {
                    #pattern => {
                        #typed::Sink::choice(#sink, #name);
                        #inner
                        #(#writes)*
                    }
                }
            });
            quote! {
                let #sink = &mut #typed::Sink::named(#sink, #own_name);
                match self {
                    #(#arms)*
                }
            }
        }
    }
}

fn write(field: &Field, value: &TokenStream, owner: &TokenStream, names: &Names) -> TokenStream {
    let typed = &names.typed;
    let (ty, span) = (field.inner(), field.ty.span());
    let content = local("content");
    let written = match &field.when {
        Some(_) => quote!(#content),
        None => value.clone(),
    };
    let place = place(field, &quote!(#typed::Sink), owner, &quote!(mut));
    let write = match &field.content {
        Content::Leaves(_) => {
            quote_spanned!(span=> #typed::Sink::leaves::<#ty>(#place, #written);)
        }
        _ => quote_spanned!(span=> #typed::Sink::tunable::<#ty>(#place, #written);),
    };
    match &field.when {
        Some(_) => quote_spanned! {span=>
            if let ::core::option::Option::Some(#content) = #value { #write }
        },
        None => write,
    }
}
