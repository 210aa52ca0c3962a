//! burn: the model as Rust code that burn-onnx generated and this crate compiled, on burn's CPU backend "flex".

mod forward;
mod tensors;

use bridge::{DType, Model, Options, Pool, Result, Session, Tensor, cast};

#[allow(warnings, clippy::all)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/model/model.rs"));
}

bridge::python_module!(engine_burn, load);

struct Burn {
    model: generated::Model,
    pool: Pool,          // burn computes in the pool from which it is called
    outputs: Vec<DType>, // as the file declares them
}

fn load(model: &Model, options: &Options) -> Result<Box<dyn Session>> {
    options.only(&["intra_threads"])?;
    let outputs = model.signature.outputs.iter().map(|info| info.dtype).collect();
    Ok(Box::new(Burn { model: generated::Model::default(), pool: Pool::new(options.intra_threads)?, outputs }))
}

impl Session for Burn {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
        let model = &self.model;
        let found = self.pool.install(|| forward::call(generated::Model::forward, model, inputs))?;
        found.into_iter().zip(&self.outputs).map(|(tensor, &declared)| as_declared(tensor, declared)).collect()
    }
}

/// burn may count in int32 where the file says int64; back to the declared type, where the kind is the same.
fn as_declared(tensor: Tensor<'static>, declared: DType) -> Result<Tensor<'static>> {
    let whole = |dtype| matches!(dtype, DType::I32 | DType::I64);
    if tensor.dtype != declared && whole(tensor.dtype) && whole(declared) {
        cast(&tensor, declared)
    } else {
        Ok(tensor)
    }
}
