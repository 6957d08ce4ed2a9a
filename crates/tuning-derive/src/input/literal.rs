//! [`Literal`]: a value that is written out, so that it can be judged while the program is compiled.

use std::fmt;

use syn::{Expr, Lit, UnOp};

/// A number, a boolean or a string, with its spelling.
#[derive(Clone, Debug)]
pub(crate) struct Literal {
    value: Value,
    spelling: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Int(i128),
    Float(f64),
    Bool(bool),
    Text(String),
}

impl Literal {
    /// The value of an expression, if it is written out.
    pub(crate) fn of(expr: &Expr) -> Option<Self> {
        match expr {
            Expr::Paren(inner) => Self::of(&inner.expr),
            Expr::Group(inner) => Self::of(&inner.expr),
            Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => {
                let Self { value, spelling } = Self::of(&unary.expr)?;
                let value = match value {
                    Value::Int(value) => Value::Int(-value),
                    Value::Float(value) => Value::Float(-value),
                    _ => return None,
                };
                let spelling = format!("-{spelling}");
                Some(Self { value, spelling })
            }
            Expr::Lit(literal) => {
                let (value, spelling) = match &literal.lit {
                    Lit::Int(int) => (Value::Int(int.base10_parse().ok()?), int.to_string()),
                    Lit::Float(float) => {
                        (Value::Float(float.base10_parse().ok()?), float.to_string())
                    }
                    Lit::Bool(bool) => (Value::Bool(bool.value), bool.value.to_string()),
                    Lit::Str(text) => (Value::Text(text.value()), format!("{:?}", text.value())),
                    _ => return None,
                };
                Some(Self { value, spelling })
            }
            _ => None,
        }
    }

    /// The number, exact for what people write.
    pub(crate) fn number(&self) -> Option<f64> {
        match self.value {
            Value::Int(value) => Some(value as f64),
            Value::Float(value) => Some(value),
            _ => None,
        }
    }

    /// The integer.
    pub(crate) fn int(&self) -> Option<i128> {
        match self.value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }

    pub(crate) fn is_float(&self) -> bool {
        matches!(self.value, Value::Float(_))
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self.value, Value::Text(_))
    }

    pub(crate) fn is_bool(&self) -> bool {
        matches!(self.value, Value::Bool(_))
    }

    /// Whether the two are the same value.
    pub(crate) fn same(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelling)
    }
}
