//! rten: pure Rust, with a pool of threads for each session.
//!
//! It computes in float32, int32, int8 and uint8, and takes every other number as the nearest of these.

use std::sync::Arc;

use bridge::{DType, Error, Model, Options, Result, Tensor, cast};
use rten::{ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView, ValueView};
use rten_tensor::prelude::*;

bridge::python_module!(engine_rten, load);

struct Rten {
    model: rten::Model,
    pool: Arc<ThreadPool>,
    inputs: Vec<NodeId>,
    outputs: Vec<(NodeId, DType)>, // with the type that the file declares
}

fn load(model: &Model, options: &Options) -> Result<Box<dyn bridge::Session>> {
    options.only(&["intra_threads", "optimisation"])?;
    let mut settings = ModelOptions::with_all_ops();
    settings.prepack_weights(true).enable_optimization(options.optimise);
    let loaded = match model.path {
        Some(path) => settings.load_file(path),
        None => settings.load(model.bytes.to_vec()),
    };
    let loaded = loaded.map_err(Error::rejected)?;
    // By name: rten's own list of inputs holds weights too, where the file lists them as inputs.
    let id = |name: &str| loaded.node_id(name).map_err(Error::rejected);
    let inputs = model.signature.inputs.iter().map(|info| id(&info.name)).collect::<Result<_>>()?;
    let outputs =
        model.signature.outputs.iter().map(|info| Ok((id(&info.name)?, info.dtype))).collect::<Result<_>>()?;
    let pool = Arc::new(ThreadPool::with_num_threads(options.intra_threads));
    Ok(Box::new(Rten { model: loaded, pool, inputs, outputs }))
}

/// The type in which rten computes what ONNX calls that.
fn computed_as(dtype: DType) -> DType {
    match dtype {
        DType::I8 | DType::U8 | DType::I32 => dtype,
        DType::F32 | DType::F16 | DType::BF16 | DType::F64 => DType::F32,
        _ => DType::I32,
    }
}

impl bridge::Session for Rten {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
        let given = self.inputs.iter().zip(inputs).map(|(&id, input)| Ok((id, value(input)?)));
        let given = given.collect::<Result<Vec<_>>>()?;
        let wanted: Vec<NodeId> = self.outputs.iter().map(|&(id, _)| id).collect();
        let options = RunOptions::default().with_thread_pool(Some(self.pool.clone()));
        let outputs = self.model.run(given, &wanted, Some(options)).map_err(Error::failed)?;
        outputs.into_iter().zip(&self.outputs).map(|(value, &(_, declared))| tensor(value, declared)).collect()
    }
}

fn value<'a>(input: &'a Tensor) -> Result<ValueOrView<'a>> {
    macro_rules! view {
        ($rust:ty) => {
            ValueView::from_shape(&input.shape[..], input.elements::<$rust>()?).map_err(Error::failed)?.into()
        };
    }
    let near = computed_as(input.dtype);
    if near != input.dtype {
        let near = cast(input, near)?;
        return Ok(ValueOrView::Value(value(&near)?.to_owned()));
    }
    Ok(match input.dtype {
        DType::F32 => view!(f32),
        DType::I32 => view!(i32),
        DType::I8 => view!(i8),
        _ => view!(u8),
    })
}

fn tensor(value: Value, declared: DType) -> Result<Tensor<'static>> {
    let shape = value.shape().to_vec();
    let computed = match value {
        Value::FloatTensor(tensor) => Tensor::from_vec(shape, tensor.into_data())?,
        Value::Int32Tensor(tensor) => Tensor::from_vec(shape, tensor.into_data())?,
        Value::Int8Tensor(tensor) => Tensor::from_vec(shape, tensor.into_data())?,
        Value::UInt8Tensor(tensor) => Tensor::from_vec(shape, tensor.into_data())?,
        _ => return Err(Error::Failed("an output is a sequence, which is no tensor".into())),
    };
    // Back to the declared type only where rten has no such type: else a wrong type is to be seen.
    if computed.dtype != declared && computed_as(declared) == computed.dtype {
        cast(&computed, declared)
    } else {
        Ok(computed)
    }
}
