//! From a type that has been read to the implementation of `Tunable`.
//!
//! Everything is named by its full path, and the names of locals are not those of the user's code:
//! what surrounds the type, and what its fields are called, does not matter.

mod bounds;
mod declare;
mod default;
mod read;
mod write;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::input::{Field, Input, Variant};

/// The names that generated code is written with.
struct Names {
    /// The path of the crate that has the trait.
    krate: TokenStream,
    /// Its module `typed`.
    typed: TokenStream,
    scope: Ident,
    source: Ident,
    sink: Ident,
}

impl Names {
    fn new(krate: TokenStream) -> Self {
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
fn local(name: &str) -> Ident {
    Ident::new(&format!("__{name}"), Span::mixed_site())
}

/// The implementation; `root` is the crate that it names if the type does not say.
pub(crate) fn expand(input: &Input, root: TokenStream) -> TokenStream {
    let names = Names::new(match &input.krate {
        Some(path) => path.to_token_stream(),
        None => root,
    });
    let Names {
        krate,
        typed,
        scope,
        source,
        sink,
    } = &names;
    let ident = &input.ident;
    let generics = bounds::with_bounds(input, &names);
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let declare = declare::body(input, &names);
    let read_from = read::body(input, &names);
    let write_to = write::body(input, &names);
    let default = default::method(input, &names);
    quote! {
        #[automatically_derived]
        #[allow(deprecated)]
        impl #impl_generics #krate::Tunable for #ident #type_generics #where_clause {
            #[allow(unused_variables, unused_mut)]
            fn declare(#scope: &mut #typed::Scope<'_>) {
                #declare
            }

            #[allow(unused_variables)]
            fn read_from(
                #source: &#typed::Source<'_>,
            ) -> ::core::result::Result<Self, #krate::ParamsError> {
                #read_from
            }

            #[allow(unused_variables, unused_mut)]
            fn write_to(&self, #sink: &mut #typed::Sink<'_>) {
                #write_to
            }

            #default
        }
    }
}

/// The place of a field as `kind` (`Scope`, `Source`, `Sink`) has it, from that of its owner.
///
/// `owner` and the answer are expressions; a mutable place is borrowed by `and_mut`.
fn place(
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
fn pattern(variant: &Variant) -> (TokenStream, Vec<(&Field, Ident)>) {
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
