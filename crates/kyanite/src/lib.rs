//! kyanite's CPU executor: a plain baseline for the tests of its authors, whose product runs on CUDA. One thread.

use std::collections::HashMap;
use std::time::Duration;

use bridge::{DType, Dim, Error, Model, Options, Profile, Result, Session, Step, Tensor};
use kn_graph::cpu::{CalculatedValue, cpu_eval_graph, cpu_eval_graph_exec};
use kn_graph::dtype::{DBool, DTensor, Tensor as Array};
use kn_graph::graph::{Graph, Operation, Value};
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
        let (batch, given) = self.given(inputs)?;
        cpu_eval_graph(&self.graph, batch, &given).into_iter().map(tensor).collect()
    }

    fn profile(&mut self, inputs: &[Tensor]) -> Result<Profile> {
        let call = || {
            let (batch, given) = self.given(inputs)?;
            let mut done = cpu_eval_graph_exec(&self.graph, batch, &given, false);
            let values = std::mem::take(&mut done.values);
            let outputs = done.outputs.iter().filter_map(|value| values[value].tensor.clone());
            outputs.map(tensor).collect::<Result<Vec<_>>>()?;
            Ok(values)
        };
        Profile::of(call, |values| {
            let mut names = names(&self.graph);
            let step = |(value, done): (Value, CalculatedValue)| {
                let took = Duration::from_secs_f32(done.time_spent);
                let operator = operator(&self.graph[value].operation);
                Step { name: names.remove(&value).unwrap_or_default(), operator, took }
            };
            values.into_iter().map(step).collect()
        })
    }
}

impl Kyanite {
    fn given(&self, inputs: &[Tensor]) -> Result<(usize, Vec<DTensor>)> {
        let batch = self.batch.map_or(1, |(input, axis)| inputs[input].shape[axis]);
        Ok((batch, inputs.iter().map(given).collect::<Result<Vec<_>>>()?))
    }
}

/// The names of values: of the node in the file that made it. What the optimiser put in has none; it counts for the
/// value that it was put in for, which uses it.
fn names(graph: &Graph) -> HashMap<Value, String> {
    let values: Vec<Value> = graph.values().collect();
    let mut names = HashMap::new();
    for &value in values.iter().rev() {
        let info = &graph[value];
        if !info.debug_id.is_empty() {
            names.insert(value, info.debug_id.clone());
        }
        let Some(name) = names.get(&value).cloned() else { continue };
        for input in info.operation.inputs() {
            if !matches!(graph[input].operation, Operation::Input { .. } | Operation::Constant { .. }) {
                names.insert(input, name.clone());
            }
        }
    }
    names
}

/// One word for what an operation does.
fn operator(operation: &Operation) -> String {
    let words = match operation {
        Operation::Unary { op, .. } => format!("{op:?}"),
        Operation::Binary { op, .. } => format!("{op:?}"),
        Operation::Reduce { op, .. } => format!("{op:?}"),
        other => format!("{other:?}"),
    };
    words.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().into()
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
