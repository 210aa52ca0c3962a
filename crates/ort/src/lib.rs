//! ONNX Runtime through the crate `ort`, on the library inside the installed `onnxruntime` wheel.
//!
//! So this engine and the wheel run the same release, and what differs is the binding alone.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use bridge::{Bytes, DType, Error, Model, Options, Result, Tensor};
use ort::environment::Environment;
use ort::session::builder::GraphOptimizationLevel;
use ort::session::{Session, SessionInputValue};
use ort::value::{DynTensor, DynValue, TensorElementType, TensorRef};

mod narrow;

bridge::python_module!(engine_ort, load);

struct Ort {
    session: Session,
    _environment: Environment, // a session does not keep it alive
}

/// ONNX Runtime allows one environment a process.
static ENVIRONMENT: Mutex<Option<(PathBuf, Environment)>> = Mutex::new(None);

fn environment(library: &Path) -> Result<Environment> {
    let mut held = ENVIRONMENT.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    if let Some((path, environment)) = held.as_ref() {
        if path != library {
            return Err(Error::Unfit(format!(
                "this process already runs {}, not {}",
                path.display(),
                library.display()
            )));
        }
        return Ok(environment.clone());
    }
    let made =
        ort::init_from(library).map_err(Error::rejected)?.with_telemetry(false).build().map_err(Error::rejected)?;
    *held = Some((library.into(), made.clone()));
    Ok(made)
}

fn load(model: &Model, options: &Options) -> Result<Box<dyn bridge::Session>> {
    options.only(&["intra_threads", "inter_threads", "optimisation"])?;
    let library = model.library.ok_or_else(|| Error::Unfit("library is missing: the path of libonnxruntime".into()))?;
    let environment = environment(library)?;
    let session = commit(&environment, model, options).map_err(Error::rejected)?;
    Ok(Box::new(Ort { session, _environment: environment }))
}

fn commit(environment: &Environment, model: &Model, options: &Options) -> ort::Result<Session> {
    let level = if options.optimise { GraphOptimizationLevel::All } else { GraphOptimizationLevel::Disable };
    let mut builder = Session::builder(environment)?
        .with_log_level(ort::logging::LogLevel::Fatal)? // errors come back as values; its log would only repeat them
        .with_intra_threads(options.intra_threads)?
        .with_inter_threads(options.inter_threads)?
        .with_parallel_execution(options.inter_threads > 1)?
        .with_optimization_level(level)?;
    match model.path {
        Some(path) => builder.commit_from_file(path),
        None => builder.commit_from_memory(model.bytes),
    }
}

impl bridge::Session for Ort {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
        let values = inputs.iter().map(|input| value(&self.session, input)).collect::<Result<Vec<_>>>()?;
        let outputs = self.session.run(&values[..]).map_err(Error::failed)?;
        outputs.into_iter().map(|(_, value)| tensor(value)).collect()
    }
}

fn value<'a>(session: &Session, input: &'a Tensor) -> Result<SessionInputValue<'a>> {
    macro_rules! view {
        ($rust:ty) => {
            TensorRef::from_array_view((&input.shape[..], input.elements::<$rust>()?)).map_err(Error::failed)?.into()
        };
    }
    Ok(match input.dtype {
        DType::F32 => view!(f32),
        DType::F64 => view!(f64),
        DType::F16 => view!(half::f16),
        DType::BF16 => view!(half::bf16),
        DType::I8 => view!(i8),
        DType::I16 => view!(i16),
        DType::I32 => view!(i32),
        DType::I64 => view!(i64),
        DType::U8 => view!(u8),
        DType::U16 => view!(u16),
        DType::U32 => view!(u32),
        DType::U64 => view!(u64),
        DType::String => {
            let strings = (&input.shape[..], input.strings()?);
            ort::value::Tensor::from_string_array(strings).map_err(Error::failed)?.into()
        }
        _ => copied(session, input)?.into(),
    })
}

/// A copy, for the element types for which ort has no Rust type.
fn copied(session: &Session, input: &Tensor) -> Result<DynTensor> {
    let dtype = element_type(input.dtype)?;
    let mut made = DynTensor::new(session.allocator(), dtype, &input.shape[..]).map_err(Error::failed)?;
    let packed = narrow::pack(input.dtype, input.bytes());
    // Safety: ort made room for that many elements of that type, packed as `pack` does.
    unsafe { std::ptr::copy_nonoverlapping(packed.as_ptr(), made.data_ptr_mut().cast(), packed.len()) };
    Ok(made)
}

fn tensor(value: DynValue) -> Result<Tensor<'static>> {
    let value: DynTensor = value.downcast().map_err(Error::failed)?;
    let shape = value.shape().iter().map(|&size| size as usize).collect::<Vec<_>>();
    let dtype = dtype(*value.data_type())?;
    if dtype == DType::String {
        return Tensor::from_strings(shape, value.try_extract_strings().map_err(Error::failed)?.1);
    }
    let length = narrow::packed_size(dtype, shape.iter().product());
    let output = Output { value, length };
    match narrow::bits(dtype) {
        8 => Tensor::owned(dtype, shape, output),
        _ => Tensor::owned(dtype, shape.clone(), narrow::unpack(dtype, output.bytes(), shape.iter().product())),
    }
}

/// ONNX Runtime's own memory, until it is copied.
struct Output {
    value: DynTensor,
    length: usize, // bytes
}

impl Bytes for Output {
    fn bytes(&self) -> &[u8] {
        if self.length == 0 {
            return &[];
        }
        // Safety: a tensor in the CPU's memory (no other provider is asked for) of that length.
        unsafe { std::slice::from_raw_parts(self.value.data_ptr().cast(), self.length) }
    }
}

macro_rules! types {
    ($($ours:ident $theirs:ident),* $(,)?) => {
        fn element_type(dtype: DType) -> Result<TensorElementType> {
            match dtype {
                $(DType::$ours => Ok(TensorElementType::$theirs),)*
                other => Err(Error::Failed(format!("{} cannot be given to this engine", other.name()))),
            }
        }

        fn dtype(theirs: TensorElementType) -> Result<DType> {
            match theirs {
                $(TensorElementType::$theirs => Ok(DType::$ours),)*
                other => Err(Error::Failed(format!("an output has the element type {other}, which numpy lacks"))),
            }
        }
    };
}

types! {
    F32 Float32, F64 Float64, F16 Float16, BF16 Bfloat16, Bool Bool, String String,
    I8 Int8, I16 Int16, I32 Int32, I64 Int64, U8 Uint8, U16 Uint16, U32 Uint32, U64 Uint64,
    C64 Complex64, C128 Complex128, F8E4M3FN Float8E4M3FN, F8E4M3FNUZ Float8E4M3FNUZ, F8E5M2 Float8E5M2,
    F8E5M2FNUZ Float8E5M2FNUZ, F8E8M0 Float8E8M0, U4 Uint4, I4 Int4, F4E2M1 Float4E2M1, U2 Uint2, I2 Int2,
}
