//! [`When`]: the condition of a field, written as an expression over the fields before it.

use syn::{BinOp, Expr, Member, UnOp, spanned::Spanned as _};

use super::field::{Content, Field};
use crate::errors::Errors;

/// When a field is active.
pub(crate) enum When {
    /// The parameter of this name passes the test.
    Is { name: String, test: Test },
    /// Both hold.
    And(Box<When>, Box<When>),
    /// At least one of the two holds.
    Or(Box<When>, Box<When>),
}

/// What the value of a field must be.
pub(crate) enum Test {
    OneOf(Vec<Expr>),
    NoneOf(Vec<Expr>),
    Above(Expr),
    AtLeast(Expr),
    Below(Expr),
    AtMost(Expr),
    /// True or false.
    Flag(bool),
}

const EXPECTED: &str = "a condition compares fields that stand before this one: `layers >= 2 && optimizer == [\"sgd\", \
                        \"rmsprop\"]`";

impl When {
    /// What an expression says of the fields before this one; none if it has been told what is wrong.
    pub(crate) fn read(expr: &Expr, before: &[Field], errors: &mut Errors) -> Option<Self> {
        match expr {
            Expr::Paren(inner) => Self::read(&inner.expr, before, errors),
            Expr::Group(inner) => Self::read(&inner.expr, before, errors),
            Expr::Binary(binary) => {
                let both = |errors: &mut Errors| {
                    let left = Self::read(&binary.left, before, errors);
                    let right = Self::read(&binary.right, before, errors);
                    Some((Box::new(left?), Box::new(right?)))
                };
                let value = || (*binary.right).clone();
                let test = match binary.op {
                    BinOp::And(_) => return both(errors).map(|(a, b)| Self::And(a, b)),
                    BinOp::Or(_) => return both(errors).map(|(a, b)| Self::Or(a, b)),
                    BinOp::Eq(_) => Test::OneOf(values(value())),
                    BinOp::Ne(_) => Test::NoneOf(values(value())),
                    BinOp::Gt(_) => Test::Above(value()),
                    BinOp::Ge(_) => Test::AtLeast(value()),
                    BinOp::Lt(_) => Test::Below(value()),
                    BinOp::Le(_) => Test::AtMost(value()),
                    _ => {
                        errors.at(expr.span(), EXPECTED);
                        return None;
                    }
                };
                let name = name(&binary.left, before, errors)?;
                Some(Self::Is { name, test })
            }
            Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => {
                let name = name(&unary.expr, before, errors)?;
                let test = Test::Flag(false);
                Some(Self::Is { name, test })
            }
            field => {
                let name = name(field, before, errors)?;
                let test = Test::Flag(true);
                Some(Self::Is { name, test })
            }
        }
    }
}

/// The values of a list, or the only one.
fn values(expr: Expr) -> Vec<Expr> {
    match expr {
        Expr::Array(array) => array.elems.into_iter().collect(),
        value => vec![value],
    }
}

/// The name of the parameter that a field is.
fn name(field: &Expr, before: &[Field], errors: &mut Errors) -> Option<String> {
    let ident = match field {
        Expr::Path(path) => path.path.get_ident(),
        _ => None,
    };
    let Some(ident) = ident else {
        errors.at(field.span(), EXPECTED);
        return None;
    };
    let is_it = |field: &&Field| matches!(&field.member, Member::Named(name) if name == ident);
    let message = match before.iter().find(is_it) {
        Some(field) if matches!(field.content, Content::Skipped(_)) => {
            format!("`{ident}` is skipped, so it is not a parameter: compare another field")
        }
        Some(field) if field.flat => {
            format!(
                "`{ident}` is flattened, so it is not a parameter itself: compare another field"
            )
        }
        Some(field) => return field.name.clone(),
        None => {
            format!("there is no field `{ident}` before this one: name one that stands above it")
        }
    };
    errors.at(ident.span(), message);
    None
}
