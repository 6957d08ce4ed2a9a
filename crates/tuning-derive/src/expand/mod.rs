//! From a type that has been read to the implementation of `Tunable`.
//!
//! Everything is named by its full path, and the names of locals are not those of the user's code:
//! what surrounds the type, and what its fields are called, does not matter.

mod bounds;
mod declare;
mod default;
mod names;
mod read;
mod write;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

use self::names::Names;
use crate::input::Input;

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
