//! tract: Sonos' engine in pure Rust, with its multithread feature.

use std::sync::Arc;
use std::time::Instant;

use bridge::{Bytes, DType, Dim, Error, Model, Options, Profile, Result, Session, Step, Tensor};
use tract_linalg::multithread::Executor;
use tract_onnx::prelude::{
    DatumType, Framework, InferenceModel, InferenceModelExt, RunOptions, SymbolValues, TDim, TValue, TVec,
    Tensor as Array, TractResult, TypedNode, TypedSimplePlan,
};
use tract_onnx::tract_core::plan::eval;
use tract_onnx::tract_hir::infer::{InferenceFact, ShapeFactoid};

bridge::python_module!(engine_tract, load);

struct Tract {
    plan: Arc<TypedSimplePlan>,
}

fn load(model: &Model, options: &Options) -> Result<Box<dyn Session>> {
    options.only(&["intra_threads", "optimisation"])?;
    let plan = plan(model, options).map_err(Error::rejected)?;
    Ok(Box::new(Tract { plan }))
}

fn plan(model: &Model, options: &Options) -> TractResult<Arc<TypedSimplePlan>> {
    // Shapes inside the graph are a hint of whoever exported it, and a stale one stops tract; it finds them itself.
    let onnx = tract_onnx::onnx().with_ignore_value_info(true);
    let mut loaded = match model.path {
        Some(path) => onnx.model_for_path(path)?,
        None => onnx.model_for_read(&mut &model.bytes[..])?,
    };
    name_unknown_dimensions(&mut loaded, model)?;
    let typed = if options.optimise { loaded.into_optimized()? } else { loaded.into_typed()? };
    // For one thread none at all: tract's single-threaded way is another one than a pool of one.
    let executor = (options.intra_threads > 1).then(|| Executor::multithread(options.intra_threads));
    typed.into_runnable_with_options(&RunOptions { executor, ..Default::default() })
}

/// tract needs a name for each size that it is to leave open; the file may give none.
fn name_unknown_dimensions(loaded: &mut InferenceModel, model: &Model) -> TractResult<()> {
    for (i, info) in model.signature.inputs.iter().enumerate() {
        let Some(dims) = info.shape.as_ref().filter(|dims| dims.contains(&Dim::Unknown)) else { continue };
        let sizes = dims.iter().map(|dim| match dim {
            Dim::Fixed(size) => TDim::from(*size),
            Dim::Symbol(name) => TDim::from(loaded.symbols.sym(name)),
            Dim::Unknown => TDim::from(loaded.symbols.new_with_prefix("unknown")),
        });
        let shape: ShapeFactoid = sizes.collect();
        let known = loaded.input_fact(i)?.datum_type;
        loaded.set_input_fact(i, InferenceFact { datum_type: known, shape, ..Default::default() })?;
    }
    Ok(())
}

impl Session for Tract {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
        let outputs = self.plan.run(values(inputs)?).map_err(Error::failed)?;
        self.tensors(outputs, inputs)
    }

    fn profile(&mut self, inputs: &[Tensor]) -> Result<Profile> {
        let nodes = &self.plan.model().nodes;
        let call = || {
            let mut seen = Vec::with_capacity(nodes.len());
            let mut state = self.plan.spawn().map_err(Error::failed)?;
            let outputs = state.run_plan_with_eval(values(inputs)?, |context, state, node, inputs| {
                let start = Instant::now();
                let made = eval(context, state, node, inputs);
                seen.push((node.id, start.elapsed()));
                made
            });
            self.tensors(outputs.map_err(Error::failed)?, inputs)?;
            Ok(seen)
        };
        Profile::of(call, |seen| {
            let step = |(id, took)| {
                let node: &TypedNode = &nodes[id];
                Step { name: node.name.clone(), operator: node.op.name().into_owned(), took }
            };
            seen.into_iter().map(step).collect()
        })
    }
}

impl Tract {
    fn tensors(&self, outputs: TVec<TValue>, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
        outputs.into_iter().map(|output| self.tensor(output, inputs)).collect()
    }

    fn tensor(&self, output: TValue, inputs: &[Tensor]) -> Result<Tensor<'static>> {
        let (dtype, shape) = (dtype(output.datum_type())?, output.shape().to_vec());
        if output.datum_type() != DatumType::TDim {
            return Tensor::owned(dtype, shape, Output(output));
        }
        let known = self.sizes(inputs)?;
        let dims = output.try_as_plain_ram().map_err(Error::failed)?;
        let dims = dims.as_slice::<TDim>().map_err(Error::failed)?;
        let whole = dims.iter().map(|dim| dim.eval(&known).to_i64()).collect::<std::result::Result<Vec<_>, _>>();
        Tensor::from_vec(shape, whole.map_err(Error::failed)?)
    }

    /// What each symbol is in this call: an output that tells sizes may hold them as symbols.
    fn sizes(&self, inputs: &[Tensor]) -> Result<SymbolValues> {
        let mut known = SymbolValues::default();
        for (i, input) in inputs.iter().enumerate() {
            let fact = self.plan.model().input_fact(i).map_err(Error::failed)?;
            for (dim, &size) in fact.shape.iter().zip(&input.shape) {
                if let TDim::Sym(symbol) = dim {
                    known.set(symbol, size as i64);
                }
            }
        }
        Ok(known)
    }
}

fn values(inputs: &[Tensor]) -> Result<TVec<TValue>> {
    inputs.iter().map(value).collect()
}

fn value(input: &Tensor) -> Result<TValue> {
    // Safety: the tensor holds as many elements of that type as its shape says, and any bytes are valid elements.
    let array = unsafe { Array::from_raw_dt(datum_type(input.dtype)?, &input.shape, input.bytes()) };
    Ok(array.map_err(Error::failed)?.into())
}

/// tract's own memory, until it is copied.
struct Output(TValue);

impl Bytes for Output {
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

macro_rules! types {
    ($($name:ident),*) => {
        fn datum_type(dtype: DType) -> Result<DatumType> {
            match dtype {
                $(DType::$name => Ok(DatumType::$name),)*
                other => Err(Error::Failed(format!("{} cannot be given to this engine", other.name()))),
            }
        }

        fn dtype(theirs: DatumType) -> Result<DType> {
            match theirs.unquantized() {
                $(DatumType::$name => Ok(DType::$name),)*
                DatumType::TDim => Ok(DType::I64), // tract's type for sizes
                other => Err(Error::Failed(format!("an output has tract's element type {other:?}, which ONNX lacks"))),
            }
        }
    };
}

types!(F32, F64, F16, Bool, I8, I16, I32, I64, U8, U16, U32, U64);
