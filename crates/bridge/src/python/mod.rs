//! The Python side: one class `Session` and four exceptions, the same in every engine's module.

mod arrays;
mod session;

use std::sync::OnceLock;

use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::{Error, Load};

pub use pyo3;
use session::PySession;

create_exception!(engine, Rejected, PyException, "The engine cannot load the model.");
create_exception!(engine, Failed, PyException, "The engine loaded the model and failed to run it.");
create_exception!(engine, Unfit, PyException, "An option or an input does not fit this engine.");
create_exception!(engine, Panicked, PyException, "The engine panicked; load the model again.");

impl From<Error> for PyErr {
    fn from(error: Error) -> PyErr {
        match error {
            Error::Rejected(words) => Rejected::new_err(words),
            Error::Failed(words) => Failed::new_err(words),
            Error::Unfit(words) => Unfit::new_err(words),
            Error::Panicked(words) => Panicked::new_err(words),
        }
    }
}

/// The engine of this module; each module has its own copy of this crate, and so of this.
static LOAD: OnceLock<Load> = OnceLock::new();

/// Fill an engine's module; for [`python_module!`](crate::python_module).
pub fn fill(module: &Bound<'_, PyModule>, load: Load) -> PyResult<()> {
    LOAD.get_or_init(|| load);
    // A panic becomes an exception with the same words; printed too, it would only frighten.
    std::panic::set_hook(Box::new(|_| ()));
    let py = module.py();
    module.add("Rejected", py.get_type::<Rejected>())?;
    module.add("Failed", py.get_type::<Failed>())?;
    module.add("Unfit", py.get_type::<Unfit>())?;
    module.add("Panicked", py.get_type::<Panicked>())?;
    module.add_class::<PySession>()
}

/// Make the Python module of an engine from the function that loads a model.
#[macro_export]
macro_rules! python_module {
    ($name:ident, $load:path) => {
        #[$crate::python::pyo3::pymodule]
        #[pyo3(crate = "bridge::python::pyo3")]
        fn $name(
            module: &$crate::python::pyo3::Bound<'_, $crate::python::pyo3::types::PyModule>,
        ) -> $crate::python::pyo3::PyResult<()> {
            $crate::python::fill(module, $load)
        }
    };
}
