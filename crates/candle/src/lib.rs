//! candle: Hugging Face's framework, with an evaluator for ONNX graphs.
//!
//! It has no sessions: a load decodes the file, and every call decodes all weights again.

use std::collections::HashMap;

use bridge::{DType, Error, Model, Options, Pool, Result, Session, Tensor, cast};
use candle_core::{DType as Theirs, Device, Tensor as Array};
use candle_onnx::onnx::ModelProto;
use prost::Message;

bridge::python_module!(engine_candle, load);

struct Candle {
    model: ModelProto,
    pool: Pool, // candle computes in the pool from which it is called
    inputs: Vec<String>,
    outputs: Vec<(String, DType)>, // with the type that the file declares
}

fn load(model: &Model, options: &Options) -> Result<Box<dyn Session>> {
    options.only(&["intra_threads"])?;
    if model.path.is_some() {
        return Err(Error::Rejected("it reads no weights that lie in files beside the model".into()));
    }
    Ok(Box::new(Candle {
        model: ModelProto::decode(model.bytes).map_err(Error::rejected)?,
        pool: Pool::new(options.intra_threads)?,
        inputs: model.signature.inputs.iter().map(|info| info.name.clone()).collect(),
        outputs: model.signature.outputs.iter().map(|info| (info.name.clone(), info.dtype)).collect(),
    }))
}

impl Session for Candle {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
        let given = self.inputs.iter().zip(inputs).map(|(name, input)| Ok((name.clone(), array(input)?)));
        let given = given.collect::<Result<HashMap<_, _>>>()?;
        let model = &self.model;
        let mut found = self.pool.install(|| candle_onnx::simple_eval(model, given)).map_err(failed)?;
        self.outputs.iter().map(|(name, declared)| output(&mut found, name, *declared)).collect()
    }
}

/// candle's own words, without the backtrace that it adds.
fn failed(error: candle_core::Error) -> Error {
    match error {
        candle_core::Error::WithBacktrace { inner, .. } => failed(*inner),
        error => Error::failed(error),
    }
}

fn array(input: &Tensor) -> Result<Array> {
    macro_rules! by_type {
        ($($dtype:ident $rust:ty),*) => {
            match input.dtype {
                $(DType::$dtype => Array::from_slice(input.elements::<$rust>()?, &input.shape[..], &Device::Cpu),)*
                DType::Bool => Array::from_slice(input.bytes(), &input.shape[..], &Device::Cpu), // it has no bool
                other => return Err(Error::Failed(format!("{} cannot be given to this engine", other.name()))),
            }
        };
    }
    by_type!(F32 f32, F64 f64, F16 half::f16, BF16 half::bf16, U8 u8, U32 u32, I16 i16, I32 i32, I64 i64)
        .map_err(failed)
}

fn output(found: &mut HashMap<String, Array>, name: &str, declared: DType) -> Result<Tensor<'static>> {
    let array = found.remove(name).ok_or_else(|| Error::Failed(format!("it gave no output {name:?}")))?;
    let computed = tensor(&array)?;
    // Back to the declared type only where candle has no such type: else a wrong type is to be seen.
    let stands_for = matches!((declared, computed.dtype), (DType::Bool, DType::U8) | (DType::I32, DType::I64));
    if stands_for { cast(&computed, declared) } else { Ok(computed) }
}

fn tensor(array: &Array) -> Result<Tensor<'static>> {
    let shape = array.dims().to_vec();
    let flat = array.flatten_all().map_err(failed)?;
    macro_rules! by_type {
        ($($theirs:ident $rust:ty),*) => {
            match array.dtype() {
                $(Theirs::$theirs => Tensor::from_vec(shape, flat.to_vec1::<$rust>().map_err(failed)?),)*
                other => Err(Error::Failed(format!("an output has candle's element type {}, which ONNX lacks", other.as_str()))),
            }
        };
    }
    by_type!(F32 f32, F64 f64, F16 half::f16, BF16 half::bf16, U8 u8, U32 u32, I16 i16, I32 i32, I64 i64)
}
