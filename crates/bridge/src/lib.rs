//! What the engines' Python modules share.
//!
//! An engine's crate is one function of type [`Load`] and `bridge::python_module!`. The rest is here: tensors
//! ([`Tensor`]), the model's inputs and outputs ([`Signature`]), errors ([`Error`]), and the way to numpy.

mod cast;
mod dtype;
mod engine;
mod error;
#[cfg(feature = "pool")]
mod pool;
mod profile;
mod signature;
mod tensor;

#[cfg(feature = "python")]
pub mod python;

pub use cast::cast;
pub use dtype::{DType, Element};
pub use engine::{Load, Model, Options, Session, time};
pub use error::{Error, Result, catch, one_line};
#[cfg(feature = "pool")]
pub use pool::Pool;
pub use profile::{Profile, Step};
pub use signature::{Dim, Info, Signature};
pub use tensor::{Bytes, Tensor};
