//! What the spelling of a type tells: whether it is a number, a string, or something around one. A type
//! under another name tells nothing, and is left to the compiler.

use syn::{GenericArgument, PathArguments, Type};

use super::literal::Literal;

/// What a value is, as far as the name of its type tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Float,
    Int,
    Text,
    Bool,
}

const NAMES: &[(&str, Kind)] = &[
    ("f32", Kind::Float),
    ("f64", Kind::Float),
    ("i8", Kind::Int),
    ("i16", Kind::Int),
    ("i32", Kind::Int),
    ("i64", Kind::Int),
    ("i128", Kind::Int),
    ("isize", Kind::Int),
    ("u8", Kind::Int),
    ("u16", Kind::Int),
    ("u32", Kind::Int),
    ("u64", Kind::Int),
    ("u128", Kind::Int),
    ("usize", Kind::Int),
    ("String", Kind::Text),
    ("bool", Kind::Bool),
];

impl Kind {
    /// What the type itself is.
    pub(crate) fn of(ty: &Type) -> Option<Self> {
        let (_, kind) = NAMES.iter().find(|(name, _)| is_named(ty, name))?;
        Some(*kind)
    }

    /// What to say of a literal of another kind.
    pub(crate) fn mismatch(self, literal: &Literal) -> Option<String> {
        let fits = match self {
            Self::Float => literal.is_float(),
            Self::Int => literal.int().is_some(),
            Self::Text => literal.is_text(),
            Self::Bool => literal.is_bool(),
        };
        if fits {
            return None;
        }
        Some(match (self, literal.int()) {
            (Self::Float, Some(int)) => {
                format!("{literal} is an integer, but the field is a number: write `{int}.0`")
            }
            (Self::Float, None) => format!("{literal} is not a number, but the field is"),
            (Self::Int, _) => format!("{literal} is not an integer, but the field is"),
            (Self::Text, _) => format!("{literal} is not a string, but the field is"),
            (Self::Bool, _) => format!("{literal} is not a boolean, but the field is"),
        })
    }
}

/// Whether a type is called so, in whatever module.
pub(crate) fn is_named(ty: &Type, name: &str) -> bool {
    let Type::Path(path) = ty else {
        return false;
    };
    let last = path.path.segments.last();
    path.qself.is_none() && last.is_some_and(|segment| segment.ident == name)
}

/// The type that `Option`s, boxes and arrays are of, down to the last.
pub(crate) fn innermost(ty: &Type) -> &Type {
    match ty {
        Type::Array(array) => innermost(&array.elem),
        Type::Paren(inner) => innermost(&inner.elem),
        Type::Group(inner) => innermost(&inner.elem),
        ty if is_named(ty, "Option") || is_named(ty, "Box") => argument(ty).map_or(ty, innermost),
        ty => ty,
    }
}

/// The type in `Option<…>`.
pub(crate) fn argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else {
        return None;
    };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    }
}
