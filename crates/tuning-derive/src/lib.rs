//! Search spaces that are Rust types: [`#[derive(Tunable)]`](macro@Tunable) for structs and enums.
//!
//! The trait is `tuning_core::Tunable`, and its module `tuning_core::typed` tells how parameters are
//! named. Those who depend on `hypertuning` have both in `hypertuning::prelude`.
//!
//! This crate knows how a type is spelled, and nothing of search spaces: it names the items of
//! `tuning-core`, which judges what they make.

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod errors;
mod expand;
mod input;
mod names;
mod settings;

use proc_macro::TokenStream;
use quote::quote;
use syn::{DeriveInput, parse_macro_input};

#[doc = include_str!("tunable.md")]
#[proc_macro_derive(Tunable, attributes(tune))]
pub fn tunable(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input, quote!(::tuning_core)).into()
}

/// [`Tunable`](macro@Tunable) for those who depend on the crate `hypertuning`, which has it under that name.
///
#[doc = include_str!("tunable.md")]
#[proc_macro_derive(TunableOfHypertuning, attributes(tune))]
pub fn tunable_of_hypertuning(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    derive(&input, quote!(::hypertuning)).into()
}

/// `root`: the crate that the generated code names.
fn derive(input: &DeriveInput, root: proc_macro2::TokenStream) -> proc_macro2::TokenStream {
    match input::Input::read(input) {
        Ok(input) => expand::expand(&input, root),
        Err(error) => error.into_compile_error(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_depend_on_the_facade_need_no_other_crate() {
        let code = |attribute: &str| {
            let text = format!(
                "{attribute} enum Choice<T> {{
                     One(#[tune(range = 0.0..=1.0, step = 0.1)] f64),
                     Two {{ #[tune(choices = [1])] k: u8, inner: T, flag: bool }},
                     Three(#[tune(ordered = LIST)] [Option<T>; 2], #[tune(skip)] u8),
                     #[tune(default)] Four,
                 }}"
            );
            derive(&syn::parse_str(&text).unwrap(), quote!(::hypertuning)).to_string()
        };
        let facade = code("");
        assert!(facade.contains(":: hypertuning :: Tunable"), "{facade}");
        assert!(!facade.contains("tuning_core"), "{facade}");
        let own = code("#[tune(crate = crate::ours)]");
        assert!(own.contains("crate :: ours :: typed :: Scope"), "{own}");
        assert!(!own.contains(":: hypertuning"), "{own}");
    }
}
