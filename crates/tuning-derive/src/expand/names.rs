//! [`Names`]: the names in generated code, of paths, places and locals.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::input::{Field, Variant};

/// The names that generated code is written with.
pub(super) struct Names {
    /// The path of the crate that has the trait.
    pub(super) krate: TokenStream,
    /// Its module `typed`.
    pub(super) typed: TokenStream,
    pub(super) scope: Ident,
    pub(super) source: Ident,
    pub(super) sink: Ident,
}

impl Names {
    pub(super) fn new(krate: TokenStream) -> Self {
        Self {
            typed: quote!(#krate::typed),
            krate,
            scope: local("scope"),
            source: local("source"),
            sink: local("sink"),
        }
    }
}

/// A local variable of nearly this name, which no code of the user's can see. (Of exactly this name it
/// would be a pattern where the user has a constant that is called so.)
pub(super) fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

/// The place of a field as `kind` (`Scope`, `Source`, `Sink`) has it, from that of its owner.
///
/// `owner` and the answer are expressions; a mutable place is borrowed by `and_mut`.
pub(super) fn place(
    field: &Field,
    kind: &TokenStream,
    owner: &TokenStream,
    mutable: &TokenStream,
) -> TokenStream {
    let span = field.ty.span();
    match (&field.name, field.flat) {
        (_, true) => quote_spanned!(span=> &#mutable #kind::flat(#owner)),
        (Some(name), false) => quote_spanned!(span=> &#mutable #kind::at(#owner, #name)),
        (None, false) => quote!(#owner),
    }
}

/// The pattern of a variant, with a local for each field that is tuned.
pub(super) fn pattern(variant: &Variant) -> (TokenStream, Vec<(&Field, Ident)>) {
    let ident = &variant.ident;
    let locals: Vec<(&Field, Ident)> = variant
        .fields
        .tuned()
        .enumerate()
        .map(|(place, field)| (field, local(&format!("field_{place}"))))
        .collect();
    let members = locals.iter().map(|(field, _)| &field.member);
    let bound = locals.iter().map(|(_, local)| local);
    let pattern = quote!(Self::#ident { #(#members: #bound,)* .. });
    (pattern, locals)
}
