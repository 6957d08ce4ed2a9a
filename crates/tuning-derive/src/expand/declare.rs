//! `Tunable::declare`: the parameters.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Expr, Type, spanned::Spanned as _};

use super::names::{Names, local, place};
use crate::input::{Body, Content, Domain, Ends, Fields, Input, Test, Variant, When};

pub(super) fn body(input: &Input, names: &Names) -> TokenStream {
    let Names { typed, scope, .. } = names;
    let own_name = &input.own_name;
    match &input.body {
        Body::Struct(fields) => {
            let named = fields
                .is_leaf()
                .then(|| quote!(let #scope = &mut #typed::Scope::named(#scope, #own_name);));
            let fields = of_fields(fields, &quote!(#scope), names);
            quote!(#named #fields)
        }
        Body::Enum { variants, ordered } => {
            let tuned: Vec<&Variant> = variants.iter().filter(|v| !v.skipped).collect();
            let choices = tuned.iter().map(|variant| &variant.name);
            let krate = &names.krate;
            if *ordered {
                return quote! {
                    #typed::Scope::leaves::<::std::string::String>(
                        &mut #typed::Scope::named(#scope, #own_name),
                        #krate::Parameter::ordered("", [#(#choices),*]),
                    );
                };
            }
            let choice = local("choice");
            let arms = tuned
                .iter()
                .filter(|variant| variant.fields.tuned().next().is_some())
                .map(|variant| {
                    let name = &variant.name;
                    let inner = local("inner");
                    let fields = of_fields(&variant.fields, &quote!(#inner), names);
                    quote! {{
                        let #inner = &mut #typed::Choice::when(&mut #choice, #name, #name);
                        #fields
                    }}
                });
            quote! {
                let mut #scope = #typed::Scope::named(#scope, #own_name);
                let mut #choice = #typed::Scope::choice(&mut #scope, [#(#choices),*]);
                #(#arms)*
            }
        }
    }
}

fn of_fields(fields: &Fields, owner: &TokenStream, names: &Names) -> TokenStream {
    let typed = &names.typed;
    let kind = quote!(#typed::Scope);
    let statements = fields.tuned().map(|field| {
        let (ty, span) = (field.inner(), field.ty.span());
        let owner = match &field.when {
            Some(when) => {
                let condition = condition(when, names);
                quote_spanned!(span=> &mut #typed::Scope::when(#owner, #condition))
            }
            None => owner.clone(),
        };
        let place = place(field, &kind, &owner, &quote!(mut));
        match &field.content {
            Content::Leaves(domain) => {
                let domain = parameter(domain, ty, names);
                quote_spanned! {span=>
                    #typed::Scope::leaves::<#ty>(#place, #domain);
                }
            }
            _ => quote_spanned!(span=> #typed::Scope::tunable::<#ty>(#place);),
        }
    });
    quote!(#(#statements)*)
}

/// The condition, whose names are those of the fields beside.
fn condition(when: &When, names: &Names) -> TokenStream {
    let krate = &names.krate;
    let (name, test) = match when {
        When::And(a, b) => {
            let (a, b) = (condition(a, names), condition(b, names));
            return quote!(#krate::Condition::and(#a, #b));
        }
        When::Or(a, b) => {
            let (a, b) = (condition(a, names), condition(b, names));
            return quote!(#krate::Condition::or(#a, #b));
        }
        When::Is { name, test } => (name, test),
    };
    let from = quote!(<#krate::Test as ::core::convert::From<_>>::from);
    let scalars = |values: &[Expr]| {
        let values = values
            .iter()
            .map(|value| quote!(#krate::Literal::from(#value)));
        quote!([#(#values),*])
    };
    let test = match test {
        Test::OneOf(values) => {
            let values = scalars(values);
            quote!(#from(#values))
        }
        Test::NoneOf(values) => {
            let values = scalars(values);
            quote!(#krate::Test::not(#values))
        }
        Test::Above(value) => quote!(#krate::Test::above(#value)),
        Test::AtLeast(value) => quote!(#from((#value)..)),
        Test::Below(value) => quote!(#from(..(#value))),
        Test::AtMost(value) => quote!(#from(..=(#value))),
        Test::Flag(value) => quote!(#from(#value)),
    };
    quote!(#krate::Condition::when(#name, #test))
}

/// The parameter, without a name, that has this domain.
fn parameter(domain: &Domain, ty: &Type, names: &Names) -> TokenStream {
    let Names { krate, typed, .. } = names;
    let span = ty.span();
    let leaf = quote_spanned!(span=> <#ty as #typed::Leaves>::Leaf);
    match domain {
        Domain::Bool => quote!(#krate::Parameter::bool("")),
        Domain::Range { ends, log, step } => {
            let (low, high) = (local("low"), local("high"));
            let ends = match ends {
                Ends::Written(from, to) => {
                    let from = typed_value(from, &leaf);
                    let to = typed_value(to, &leaf);
                    quote!(let (#low, #high) = (#from, #to);)
                }
                Ends::Computed(range) => {
                    let range_type = quote!(::core::ops::RangeInclusive<#leaf>);
                    let range = typed_value(range, &range_type);
                    quote! {
                        let (#low, #high) = ::core::ops::RangeInclusive::into_inner(#range);
                    }
                }
            };
            let mut range = quote_spanned!(span=> <#leaf as #typed::Ranged>::range(#low, #high));
            if *log {
                range = quote!(#krate::Parameter::log(#range));
            }
            if let Some(step) = step {
                let step = typed_value(step, &leaf);
                range = quote_spanned!(span=> <#leaf as #typed::Ranged>::step(#range, #step));
            }
            quote!({ #ends #range })
        }
        Domain::Choices { list, ordered } => {
            let literal = quote_spanned!(span=> <#leaf as #typed::Leaf>::Written);
            let choice = local("choice");
            let scalar = quote_spanned! {span=>
                <#leaf as #typed::Leaf>::to_literal(
                    &<#literal as ::core::convert::Into<#leaf>>::into(#choice),
                )
            };
            let scalars = match list {
                Expr::Array(array) => {
                    let choices = array.elems.iter().map(|elem| {
                        let value = typed_value(elem, &literal);
                        quote!({ let #choice = #value; #scalar })
                    });
                    quote!([#(#choices),*])
                }
                list => quote! {
                    ::core::iter::Iterator::map(
                        ::core::iter::IntoIterator::into_iter(#list),
                        |#choice: #literal| #scalar,
                    )
                },
            };
            match ordered {
                true => quote!(#krate::Parameter::ordered("", #scalars)),
                false => quote!(#krate::Parameter::categorical("", #scalars)),
            }
        }
    }
}

/// The value of the user's expression, which must have this type: a wrong one is told at its place.
fn typed_value(expr: &Expr, ty: &TokenStream) -> TokenStream {
    let value = local("value");
    quote!({ let #value: #ty = #expr; #value })
}
