//! Search spaces that are Rust types: a struct is a space, an enum a choice whose variants have
//! parameters of their own.
//!
//! [`Tunable`](crate::Tunable) is the trait; `#[derive(Tunable)]` of the crate `tuning-derive` implements it. This is
//! what it writes for a struct with an enum in it, and what you would write by hand:
//!
//! ```
//! use tuning_core::{Parameter, ParamsError, Space, Tunable, typed::{Scope, Sink, Source}};
//!
//! #[derive(Debug, PartialEq)]
//! struct Training { lr: f64, optimizer: Optimizer }
//!
//! #[derive(Debug, PartialEq)]
//! enum Optimizer { Adam, Sgd { momentum: f64 } }
//!
//! impl Tunable for Training {
//!     fn declare(scope: &mut Scope<'_>) {
//!         scope.parameter(Parameter::float("lr", 1e-5, 0.1).log());
//!         scope.at("optimizer").tunable::<Optimizer>();
//!     }
//!
//!     fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
//!         Ok(Self { lr: source.at("lr").value()?, optimizer: source.at("optimizer").tunable()? })
//!     }
//!
//!     fn write_to(&self, sink: &mut Sink<'_>) {
//!         sink.at("lr").value(&self.lr);
//!         sink.at("optimizer").tunable(&self.optimizer);
//!     }
//! }
//!
//! impl Tunable for Optimizer {
//!     fn declare(scope: &mut Scope<'_>) {
//!         let mut scope = scope.named("optimizer"); // where it has no other name
//!         let mut choice = scope.choice(["adam", "sgd"]);
//!         choice.when("sgd", "sgd").parameter(Parameter::float("momentum", 0.0, 0.99));
//!     }
//!
//!     fn read_from(source: &Source<'_>) -> Result<Self, ParamsError> {
//!         let source = source.named("optimizer");
//!         match &*source.choice()? {
//!             "adam" => Ok(Self::Adam),
//!             "sgd" => Ok(Self::Sgd { momentum: source.at("sgd").at("momentum").value()? }),
//!             other => Err(source.no_choice(other, &["adam", "sgd"])),
//!         }
//!     }
//!
//!     fn write_to(&self, sink: &mut Sink<'_>) {
//!         let mut sink = sink.named("optimizer");
//!         match self {
//!             Self::Adam => sink.choice("adam"),
//!             Self::Sgd { momentum } => {
//!                 sink.choice("sgd");
//!                 sink.at("sgd").at("momentum").value(momentum);
//!             }
//!         }
//!     }
//! }
//!
//! let space = Space::of::<Training>()?;
//! let names: Vec<&str> = space.parameters().iter().map(Parameter::name).collect();
//! assert_eq!(names, ["lr", "optimizer", "optimizer.sgd.momentum"]);
//!
//! let params = space.decode(&[1.0, 0.9, 1.0])?;
//! let training = Training::from_params(&params)?;
//! assert_eq!(training, Training { lr: 0.1, optimizer: Optimizer::Sgd { momentum: 0.99 } });
//! assert_eq!(training.to_params(&space)?, params);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Names
//!
//! A parameter's name is the path that leads to it, with dots between: the fields on the way, and the
//! variants whose fields they are. So no two of them collide, and each is what one would write in Rust:
//!
//! | what | its parameter | its content |
//! |---|---|---|
//! | a field `lr` that is a number, a boolean or a string | `lr` | |
//! | a field `svm` that is a struct | none | `svm.c`, `svm.gamma` |
//! | a field `optimizer` that is an enum | `optimizer`, with its variants as choices | `optimizer.sgd.momentum`, active when `optimizer` is `sgd` |
//! | a variant that holds a type, as `Svm(Svm)` | none | as for a field of the variant's name: `model.svm.c` |
//! | a field `units2` with a [condition](Scope::when) | `units2`, active when it holds | |
//! | a field `dropout` that is an `Option` | `dropout`: `false` or `true` | `dropout.value`, active when `dropout` is `true` |
//! | a field `widths` that is an array | none | `widths.0`, `widths.1` |
//!
//! A type that is a parameter itself and the whole space at once, such as an enum, has a name of its
//! own ([`Scope::named`]).

mod array;
mod leaf;
mod option;
mod place;
mod scope;
mod sink;
mod source;
pub(super) mod tunable;

pub use leaf::{Leaf, Leaves, Ranged};
pub use scope::{Choice, Scope};
pub use sink::Sink;
pub use source::Source;
