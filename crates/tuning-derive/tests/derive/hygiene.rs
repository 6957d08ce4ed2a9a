//! Whatever surrounds a type, and whatever its fields are called, the derived code means what it says.

use crate::support::check_value;

#[allow(dead_code, non_camel_case_types, non_upper_case_globals)]
mod hostile {
    //! A module where every name of the prelude, and of ours, is another thing.

    pub(crate) struct Result;
    pub(crate) struct Option;
    pub(crate) struct String;
    pub(crate) struct Vec;
    pub(crate) struct Ok;
    pub(crate) struct Err;
    pub(crate) struct Some;
    pub(crate) struct None;
    pub(crate) trait Default {}
    pub(crate) trait Into {}
    pub(crate) trait From {}
    pub(crate) trait IntoIterator {}
    pub(crate) trait Iterator {}
    pub(crate) struct Scope;
    pub(crate) struct Source;
    pub(crate) struct Sink;
    pub(crate) struct Parameter;
    pub(crate) struct Params;
    pub(crate) mod core {}
    pub(crate) mod std {}
    pub(crate) mod tuning_core {}
    pub(crate) mod typed {}

    pub(crate) const low: f64 = 0.25;
    pub(crate) const value: f64 = 1.0;
    pub(crate) const choice: u8 = 1;
    pub(crate) const scope: u8 = 0;
    pub(crate) const inner: u8 = 1;
    pub(crate) const field_0: u8 = 2;

    #[derive(Debug, PartialEq, tuning_derive::Tunable)]
    pub(crate) struct Fields {
        #[tune(range = low..=value)]
        pub(crate) scope: f64,
        #[tune(range = scope..=9, step = choice + field_0)]
        pub(crate) source: ::core::option::Option<u8>,
        #[tune(choices = ["a", "b"])]
        pub(crate) sink: ::std::string::String,
        #[tune(skip)]
        pub(crate) value: u8,
        #[tune(range = 1..=2)]
        pub(crate) r#type: u8,
        #[tune(range = 1..=2)]
        pub(crate) low: u8,
        #[tune(range = 1..=2)]
        pub(crate) self_: u8,
        pub(crate) space: r#enum,
    }

    #[derive(Debug, PartialEq, tuning_derive::Tunable)]
    pub(crate) enum r#enum {
        Ok,
        Err {
            #[tune(choices = [choice, field_0])]
            choice: u8,
            #[tune(range = 1..=2)]
            inner: u8,
            #[tune(range = 1..=2)]
            field_0: u8,
        },
        Some(#[tune(range = 1..=2)] u8),
        None {},
        r#Self_(),
    }
}

use hostile::{Fields, r#enum as Enum};

fn fields(space: Enum) -> Fields {
    Fields {
        scope: 0.5,
        source: Some(3),
        sink: "b".to_owned(),
        value: 0,
        r#type: 1,
        low: 2,
        self_: 1,
        space,
    }
}

#[test]
fn names_of_the_prelude_and_of_locals_do_not_matter() {
    const COMMON: &str = "scope=0.5 source=true source.value=3 sink=b type=1 low=2 self_=1 space=";
    let check = |space: Enum, expect: &str| {
        check_value(&fields(space), &format!("{COMMON}{expect}"));
    };
    check(Enum::Ok, "ok");
    check(
        Enum::Err {
            choice: 1,
            inner: 2,
            field_0: 1,
        },
        "err space.err.choice=1 space.err.inner=2 space.err.field_0=1",
    );
    check(Enum::Some(2), "some space.some=2");
    check(Enum::None {}, "none");
    check(Enum::Self_(), "self");
}

#[test]
fn a_type_that_is_called_as_an_unraw_keyword_has_its_plain_name() {
    check_value(&Enum::Ok, "enum=ok");
}

/// A type made by a macro: its parts come from different places.
macro_rules! space {
    ($name:ident { $($field:ident: $type:ty = $low:expr, $high:expr;)* }) => {
        #[derive(Debug, PartialEq, tuning_derive::Tunable)]
        struct $name {
            $(#[tune(range = $low..=$high)] $field: $type,)*
        }
    };
}

space!(ByMacro { scope: f64 = 0.0, 1.0; k: Option<usize> = 1, 9; });

#[test]
fn a_type_may_be_made_by_a_macro() {
    let value = ByMacro {
        scope: 0.5,
        k: Some(1),
    };
    check_value(&value, "scope=0.5 k=true k.value=1");
}

mod far {
    //! A crate that passes ours on under another path.
    pub(crate) mod away {
        pub(crate) use tuning_core::{Parameter, ParamsError, Tunable, typed};
    }
}

#[derive(Debug, PartialEq, tuning_derive::Tunable)]
#[tune(crate = far::away)]
struct Elsewhere {
    #[tune(choices = [1, 2])]
    k: u8,
    bias: bool,
}

#[test]
fn the_crate_may_stand_anywhere() {
    check_value(&Elsewhere { k: 2, bias: true }, "k=2 bias=true");
}

#[derive(Debug, PartialEq, tuning_derive::Tunable)]
#[deprecated]
enum Old {
    #[deprecated]
    Variant {
        #[deprecated]
        #[tune(choices = [1, 2])]
        k: u8,
    },
}

#[test]
#[expect(deprecated, reason = "the test is about it")]
fn what_is_deprecated_can_be_tuned() {
    check_value(&Old::Variant { k: 1 }, "old=variant old.variant.k=1");
}
