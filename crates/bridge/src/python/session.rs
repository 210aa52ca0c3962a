//! The class `Session`: a model loaded in this module's engine.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::{LOAD, arrays};
use crate::{Dim, Error, Info, Model, Options, Profile, Result, Session, Signature, Tensor, catch, time};

/// How often `time` looks for Ctrl-C; it costs some tens of nanoseconds, between two calls.
const LOOK: Duration = Duration::from_millis(100);

/// A step of a profile as Python reads it: name, operator, seconds.
type Told = (String, String, f64);

/// A model loaded in this module's engine.
#[pyclass(name = "Session", frozen)]
pub struct PySession {
    session: Mutex<Option<Box<dyn Session>>>, // none once it panicked: nobody knows in what state
    signature: Signature,
    names: Vec<Py<PyString>>, // of the inputs
}

#[pymethods]
impl PySession {
    #[new]
    #[pyo3(signature = (model, *, path=None, library=None, intra_threads=1, inter_threads=1, optimisation="all"))]
    fn new(
        model: &Bound<'_, PyBytes>,
        path: Option<PathBuf>,
        library: Option<PathBuf>,
        intra_threads: usize,
        inter_threads: usize,
        optimisation: &str,
    ) -> PyResult<Self> {
        let optimise = match optimisation {
            "all" => true,
            "none" => false,
            other => return Err(Error::Unfit(format!("optimisation={other:?}: give 'all' or 'none'")).into()),
        };
        let options = Options { intra_threads, inter_threads, optimise };
        let (bytes, py) = (model.as_bytes(), model.py());
        let load = LOAD.get().expect("set when the module was made");
        let (signature, session) = py.detach(|| {
            let signature = Signature::of(bytes)?;
            let model = Model { bytes, path: path.as_deref(), signature: &signature, library: library.as_deref() };
            let session = catch(|| load(&model, &options))?;
            Result::Ok((signature, session))
        })?;
        let names = signature.inputs.iter().map(|info| PyString::intern(py, &info.name).unbind()).collect();
        Ok(PySession { session: Mutex::new(Some(session)), signature, names })
    }

    /// The inputs: (name, dtype, shape), where a shape holds sizes, names, and None for what is unknown.
    #[getter]
    fn inputs<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.signature.inputs.iter().map(|info| describe(py, info)).collect()
    }

    /// The outputs, as `inputs`.
    #[getter]
    fn outputs<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        self.signature.outputs.iter().map(|info| describe(py, info)).collect()
    }

    /// Run the model on arrays by name; a list of arrays in the order of the graph's outputs.
    fn run<'py>(&self, py: Python<'py>, inputs: &Bound<'py, PyAny>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let given = arrays::given(inputs, &self.names)?;
        let tensors = given.iter().map(arrays::Given::tensor).collect::<Result<Vec<_>>>()?;
        let outputs = py.detach(|| self.with(|session| session.run(&tensors)))?;
        outputs.into_iter().map(|tensor| arrays::array(py, tensor)).collect()
    }

    /// Run the model `n` times on the same arrays; the nanoseconds of each call on the native clock.
    fn time(&self, py: Python<'_>, inputs: &Bound<'_, PyAny>, n: usize) -> PyResult<Vec<u64>> {
        let given = arrays::given(inputs, &self.names)?;
        let tensors = given.iter().map(arrays::Given::tensor).collect::<Result<Vec<_>>>()?;
        let mut times = Vec::with_capacity(n.min(1 << 20));
        while times.len() < n {
            py.detach(|| self.with(|session| time_for(LOOK, n, &mut times, session, &tensors)))?;
            py.check_signals()?;
        }
        Ok(times)
    }

    /// Run the model once on arrays by name: the seconds of the call, and (name, operator, seconds) of each step.
    fn profile(&self, py: Python<'_>, inputs: &Bound<'_, PyAny>) -> PyResult<(f64, Vec<Told>)> {
        let given = arrays::given(inputs, &self.names)?;
        let tensors = given.iter().map(arrays::Given::tensor).collect::<Result<Vec<_>>>()?;
        let Profile { whole, steps } = py.detach(|| self.with(|session| session.profile(&tensors)))?;
        let told = steps.into_iter().map(|step| (step.name, step.operator, step.took.as_secs_f64()));
        Ok((whole.as_secs_f64(), told.collect()))
    }
}

impl PySession {
    fn with<T>(&self, call: impl FnOnce(&mut dyn Session) -> Result<T>) -> Result<T> {
        let mut held = self.session.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let session =
            held.as_mut().ok_or_else(|| Error::Panicked("it panicked before; load the model again".into()))?;
        let done = catch(|| call(session.as_mut()));
        if matches!(done, Err(Error::Panicked(_))) {
            std::mem::forget(held.take()); // its destructor might panic again
        }
        done
    }
}

/// Time calls until there are `n` times, or for so long.
fn time_for(
    long: Duration,
    n: usize,
    times: &mut Vec<u64>,
    session: &mut dyn Session,
    inputs: &[Tensor],
) -> Result<()> {
    let start = Instant::now();
    while times.len() < n && start.elapsed() < long {
        times.push(time(session, inputs)?);
    }
    Ok(())
}

fn describe<'py>(py: Python<'py>, info: &Info) -> PyResult<Bound<'py, PyAny>> {
    let dim = |dim: &Dim| match dim {
        Dim::Fixed(size) => size.into_pyobject(py).map(Bound::into_any).map_err(Into::into),
        Dim::Symbol(name) => Ok(PyString::new(py, name).into_any()),
        Dim::Unknown => Ok(py.None().into_bound(py)),
    };
    let shape = info.shape.as_ref().map(|dims| dims.iter().map(dim).collect::<PyResult<Vec<_>>>()).transpose()?;
    Ok((&info.name, info.dtype.name(), shape).into_pyobject(py)?.into_any())
}
