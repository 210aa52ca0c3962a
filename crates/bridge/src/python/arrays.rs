//! numpy arrays in and out: in without a copy where they lie row by row, out with one copy.

use std::ffi::c_int;
use std::ptr;

use numpy::npyffi::{self, NPY_ARRAY_ALIGNED, NPY_ARRAY_C_CONTIGUOUS, NpyTypes, PY_ARRAY_API, npy_intp};
use numpy::{PyArrayDescr, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use crate::{DType, Error, Result, Tensor};

/// An array that was given, kept alive while an engine reads it.
pub struct Given<'py> {
    array: Bound<'py, PyUntypedArray>,
    dtype: DType,
    strings: Vec<String>,
}

/// The arrays of a mapping in the order of the names.
pub fn given<'py>(inputs: &Bound<'py, PyAny>, names: &[Py<PyString>]) -> PyResult<Vec<Given<'py>>> {
    let py = inputs.py();
    let of = |name: &Py<PyString>| match inputs.get_item(name) {
        Ok(array) => Given::new(array).map_err(|error| named(error, name.bind(py))),
        Err(_) => Err(Error::Unfit(format!("input {:?} is missing", name.bind(py).to_string())).into()),
    };
    names.iter().map(of).collect()
}

fn named(error: PyErr, name: &Bound<'_, PyString>) -> PyErr {
    Error::Unfit(format!("input {:?}: {}", name.to_string(), error.value(name.py()))).into()
}

impl<'py> Given<'py> {
    fn new(given: Bound<'py, PyAny>) -> PyResult<Self> {
        let array = given
            .cast_into::<PyUntypedArray>()
            .map_err(|error| Error::Unfit(format!("{} is no numpy array", error.into_inner().get_type())))?;
        let dtype = dtype_of(&array)?;
        if dtype == DType::String {
            let strings = array.call_method0("ravel")?.call_method0("tolist")?.extract()?;
            return Ok(Given { array, dtype, strings });
        }
        let ready = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED;
        // Safety: the pointer of a live array.
        let flags = unsafe { (*array.as_array_ptr()).fields.flags };
        let array = if flags & ready == ready {
            array
        } else {
            array.call_method1("copy", ("C",))?.cast_into().map_err(PyErr::from)?
        };
        Ok(Given { array, dtype, strings: vec![] })
    }

    /// The array as a tensor, without a copy (but for strings).
    pub fn tensor(&self) -> Result<Tensor<'_>> {
        let shape = self.array.shape().to_vec();
        if self.dtype == DType::String {
            return Tensor::from_strings(shape, self.strings.clone());
        }
        let length = self.array.len() * self.dtype.size();
        if length == 0 {
            return Tensor::borrowed(self.dtype, shape, &[]);
        }
        // Safety: a live, aligned, contiguous array of `length` bytes, which `self` keeps alive. Another thread may
        // write to it while the engine reads it, as with every library that lets go of the interpreter meanwhile;
        // the numbers would be some mixture then.
        let bytes =
            unsafe { std::slice::from_raw_parts((*self.array.as_array_ptr()).fields.data.cast::<u8>(), length) };
        Tensor::borrowed(self.dtype, shape, bytes)
    }
}

fn dtype_of(array: &Bound<'_, PyUntypedArray>) -> PyResult<DType> {
    let descr = array.dtype();
    if descr.is_native_byteorder() == Some(false) {
        return Err(Error::Unfit(format!("its dtype {descr} is in the other byte order")).into());
    }
    let builtin = match (descr.kind(), descr.itemsize()) {
        (b'f', 2) => Some(DType::F16),
        (b'f', 4) => Some(DType::F32),
        (b'f', 8) => Some(DType::F64),
        (b'i', 1) => Some(DType::I8),
        (b'i', 2) => Some(DType::I16),
        (b'i', 4) => Some(DType::I32),
        (b'i', 8) => Some(DType::I64),
        (b'u', 1) => Some(DType::U8),
        (b'u', 2) => Some(DType::U16),
        (b'u', 4) => Some(DType::U32),
        (b'u', 8) => Some(DType::U64),
        (b'b', 1) => Some(DType::Bool),
        (b'c', 8) => Some(DType::C64),
        (b'c', 16) => Some(DType::C128),
        (b'O', _) => Some(DType::String),
        _ => None,
    };
    match builtin {
        Some(dtype) => Ok(dtype),
        None => Ok(DType::from_name(&descr.getattr("name")?.extract::<String>()?)?), // a type of ml_dtypes
    }
}

/// A numpy array with a copy of the tensor's elements.
pub fn array<'py>(py: Python<'py>, tensor: Tensor<'static>) -> PyResult<Bound<'py, PyAny>> {
    if tensor.dtype == DType::String {
        let shape: Vec<usize> = tensor.shape.clone();
        let numpy = py.import("numpy")?;
        let flat = numpy.call_method1("array", (tensor.strings()?.to_vec(), "O"))?;
        return flat.call_method1("reshape", (shape,));
    }
    let mut dims: Vec<npy_intp> = tensor.shape.iter().map(|&size| size as npy_intp).collect();
    let descr = descr(py, tensor.dtype)?;
    let bytes = tensor.bytes();
    // Safety: numpy makes an array of that dtype and shape, whose bytes are as many as the tensor's (the tensor's
    // constructor has seen to it), and takes the reference to the dtype.
    unsafe {
        let made = PY_ARRAY_API.PyArray_NewFromDescr(
            py,
            npyffi::get_type_object(py, NpyTypes::PyArray_Type),
            descr.into_dtype_ptr(),
            dims.len() as c_int,
            dims.as_mut_ptr(),
            ptr::null_mut(),
            ptr::null_mut(),
            0,
            ptr::null_mut(),
        );
        let made = Bound::from_owned_ptr_or_err(py, made)?;
        let data = (*made.as_ptr().cast::<npyffi::PyArrayObject>()).fields.data;
        ptr::copy_nonoverlapping(bytes.as_ptr(), data.cast::<u8>(), bytes.len());
        Ok(made)
    }
}

fn descr(py: Python<'_>, dtype: DType) -> PyResult<Bound<'_, PyArrayDescr>> {
    static KNOWN: PyOnceLock<Vec<PyOnceLock<Py<PyArrayDescr>>>> = PyOnceLock::new();
    let known = KNOWN.get_or_init(py, || DType::ALL.iter().map(|_| PyOnceLock::new()).collect());
    let made = known[dtype as usize].get_or_try_init(py, || {
        let small = dtype.onnx() >= DType::BF16.onnx(); // numpy itself knows those before
        let descr = if small {
            PyArrayDescr::new(py, py.import("ml_dtypes")?.getattr(dtype.name())?)
        } else {
            PyArrayDescr::new(py, dtype.name())
        };
        descr.map(Bound::unbind)
    })?;
    Ok(made.bind(py).clone())
}
