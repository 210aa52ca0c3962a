//! kyanite's CPU executor: a plain baseline for the tests of its authors, whose product runs on CUDA. One thread.

use bridge::{DType, Dim, Error, Model, Options, Result, Session, Tensor};
use kn_graph::cpu::cpu_eval_graph;
use kn_graph::dtype::{DBool, DTensor, Tensor as Array};
use kn_graph::graph::Graph;
use kn_graph::ndarray::{ArcArray, IxDyn};
use kn_graph::onnx::GraphLoader;
use kn_graph::optimizer::optimize_graph;
use kn_graph::shape::Size;

bridge::python_module!(engine_kyanite, load);

struct Kyanite {
    graph: Graph,
    batch: Option<(usize, usize)>, // the input and the dimension that tell the batch's size
}

fn load(model: &Model, options: &Options) -> Result<Box<dyn Session>> {
    options.only(&["optimisation"])?;
    let mut loader = match model.path {
        Some(path) => GraphLoader::from_path(path, true).map_err(rejected)?,
        None => GraphLoader::from_bytes(model.bytes),
    };
    let symbol = the_symbol(model)?;
    if let Some(symbol) = &symbol {
        loader.add_named_axis(symbol, Size::BATCH);
    }
    let graph = loader.load().map_err(rejected)?;
    let graph = if options.optimise { optimize_graph(&graph, Default::default()) } else { graph };
    Ok(Box::new(Kyanite { graph, batch: symbol.and_then(|symbol| place(model, &symbol)) }))
}

fn rejected(error: impl std::fmt::Debug) -> Error {
    Error::rejected(format!("{error:?}")) // its errors have no other words
}

/// The one symbolic dimension that kyanite can have.
fn the_symbol(model: &Model) -> Result<Option<String>> {
    let dims = model.signature.inputs.iter().filter_map(|info| info.shape.as_ref()).flatten();
    let mut symbols: Vec<&String> =
        dims.filter_map(|dim| if let Dim::Symbol(name) = dim { Some(name) } else { None }).collect();
    symbols.sort();
    symbols.dedup();
    match symbols[..] {
        [] => Ok(None),
        [one] => Ok(Some(one.clone())),
        _ => Err(Error::Rejected(format!("it can have one symbolic dimension, and the model has {symbols:?}"))),
    }
}

fn place(model: &Model, symbol: &str) -> Option<(usize, usize)> {
    let has = |dims: &Vec<Dim>| dims.iter().position(|dim| *dim == Dim::Symbol(symbol.into()));
    model.signature.inputs.iter().enumerate().find_map(|(i, info)| Some((i, info.shape.as_ref().and_then(has)?)))
}

impl Session for Kyanite {
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
        let batch = self.batch.map_or(1, |(input, axis)| inputs[input].shape[axis]);
        let given = inputs.iter().map(given).collect::<Result<Vec<_>>>()?;
        cpu_eval_graph(&self.graph, batch, &given).into_iter().map(tensor).collect()
    }
}

fn given(input: &Tensor) -> Result<DTensor> {
    macro_rules! by_type {
        ($($dtype:ident $rust:ty),*) => {
            match input.dtype {
                $(DType::$dtype => Ok(DTensor::$dtype(array(input, input.elements::<$rust>()?.to_vec())?)),)*
                DType::Bool => Ok(DTensor::Bool(array(input, input.bytes().iter().map(|&x| DBool(x != 0)).collect())?)),
                other => Err(Error::Failed(format!("{} cannot be given to this engine", other.name()))),
            }
        };
    }
    by_type!(F32 f32, F64 f64, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64)
}

fn array<T>(input: &Tensor, elements: Vec<T>) -> Result<Array<T>> {
    ArcArray::from_shape_vec(IxDyn(&input.shape), elements).map_err(Error::failed)
}

fn tensor(output: DTensor) -> Result<Tensor<'static>> {
    macro_rules! by_type {
        ($($dtype:ident),*) => {
            match output {
                $(DTensor::$dtype(array) => Tensor::from_vec(array.shape().to_vec(), array.iter().copied().collect()),)*
                DTensor::Bool(array) => Tensor::from_vec(array.shape().to_vec(), array.iter().map(|x| x.0).collect::<Vec<bool>>()),
            }
        };
    }
    by_type!(F32, F64, I8, I16, I32, I64, U8, U16, U32, U64)
}
