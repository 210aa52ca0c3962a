//! What goes in and what comes out, read from the model file itself: the same for every engine.

use prost::Message;

use crate::{DType, Error, Result};

/// A graph input or output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// Its name.
    pub name: String,
    /// Its element type.
    pub dtype: DType,
    /// Its dimensions, or none where not even the rank is known.
    pub shape: Option<Vec<Dim>>,
}

/// A dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Dim {
    /// A size.
    Fixed(usize),
    /// A name that stands for a size.
    Symbol(String),
    /// Neither.
    Unknown,
}

impl Info {
    /// The sizes, where all of them are fixed.
    pub fn fixed_shape(&self) -> Option<Vec<usize>> {
        let size = |dim: &Dim| if let Dim::Fixed(size) = dim { Some(*size) } else { None };
        self.shape.as_ref()?.iter().map(size).collect()
    }
}

/// The inputs and outputs of a model, in the order of its graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// What must be given; initializers that the file lists as inputs too are left out.
    pub inputs: Vec<Info>,
    /// What comes back.
    pub outputs: Vec<Info>,
}

impl Signature {
    /// Read the signature of a model in ONNX's protobuf form.
    pub fn of(model: &[u8]) -> Result<Signature> {
        let model = proto::Model::decode(model).map_err(Error::rejected)?;
        let graph = model.graph.ok_or_else(|| Error::Rejected("the model holds no graph".into()))?;
        let weights: Vec<&str> = graph
            .initializer
            .iter()
            .chain(graph.sparse_initializer.iter().filter_map(|sparse| sparse.values.as_ref()))
            .map(|tensor| tensor.name.as_str())
            .collect();
        let inputs = graph.input.iter().filter(|value| !weights.contains(&value.name.as_str()));
        Ok(Signature {
            inputs: inputs.map(info).collect::<Result<_>>()?,
            outputs: graph.output.iter().map(info).collect::<Result<_>>()?,
        })
    }
}

fn info(value: &proto::ValueInfo) -> Result<Info> {
    let tensor = value.r#type.as_ref().and_then(|kind| kind.tensor_type.as_ref());
    let tensor = tensor.ok_or_else(|| Error::Rejected(format!("{:?} is no tensor", value.name)))?;
    let dims = |shape: &proto::Shape| shape.dim.iter().map(dim).collect();
    Ok(Info {
        name: value.name.clone(),
        dtype: DType::from_onnx(tensor.elem_type)?,
        shape: tensor.shape.as_ref().map(dims),
    })
}

fn dim(dim: &proto::Dim) -> Dim {
    match (dim.dim_value, dim.dim_param.as_deref()) {
        (Some(size), _) => usize::try_from(size).map_or(Dim::Unknown, Dim::Fixed),
        (None, Some(name)) if !name.is_empty() => Dim::Symbol(name.into()),
        _ => Dim::Unknown,
    }
}

/// The few fields of onnx.proto that are needed; prost skips the others without a copy.
/// <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto>
mod proto {
    use prost::Message;

    #[derive(Clone, PartialEq, Message)]
    pub struct Model {
        #[prost(message, optional, tag = "7")]
        pub graph: Option<Graph>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Graph {
        #[prost(message, repeated, tag = "5")]
        pub initializer: Vec<Tensor>,
        #[prost(message, repeated, tag = "11")]
        pub input: Vec<ValueInfo>,
        #[prost(message, repeated, tag = "12")]
        pub output: Vec<ValueInfo>,
        #[prost(message, repeated, tag = "15")]
        pub sparse_initializer: Vec<SparseTensor>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Tensor {
        #[prost(string, tag = "8")]
        pub name: String,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct SparseTensor {
        #[prost(message, optional, tag = "1")]
        pub values: Option<Tensor>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct ValueInfo {
        #[prost(string, tag = "1")]
        pub name: String,
        #[prost(message, optional, tag = "2")]
        pub r#type: Option<Type>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Type {
        #[prost(message, optional, tag = "1")]
        pub tensor_type: Option<TensorType>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct TensorType {
        #[prost(int32, tag = "1")]
        pub elem_type: i32,
        #[prost(message, optional, tag = "2")]
        pub shape: Option<Shape>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Shape {
        #[prost(message, repeated, tag = "1")]
        pub dim: Vec<Dim>,
    }

    #[derive(Clone, PartialEq, Message)]
    pub struct Dim {
        #[prost(int64, optional, tag = "1")]
        pub dim_value: Option<i64>,
        #[prost(string, optional, tag = "2")]
        pub dim_param: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_of_mnist_leaves_out_its_weights() {
        let model = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/mnist.onnx")).unwrap();
        let signature = Signature::of(&model).unwrap();
        let [input] = &signature.inputs[..] else { panic!("{:?}", signature.inputs) };
        assert_eq!((input.name.as_str(), input.dtype), ("Input3", DType::F32));
        assert_eq!(input.fixed_shape(), Some(vec![1, 1, 28, 28]));
        assert_eq!(signature.outputs[0].fixed_shape(), Some(vec![1, 10]));
    }

    #[test]
    fn dimensions_are_sizes_names_or_unknown() {
        let of =
            |dim_value, dim_param: Option<&str>| dim(&proto::Dim { dim_value, dim_param: dim_param.map(Into::into) });
        assert_eq!(of(Some(3), None), Dim::Fixed(3));
        assert_eq!(of(None, Some("batch")), Dim::Symbol("batch".into()));
        assert_eq!(of(None, Some("")), Dim::Unknown);
        assert_eq!(of(Some(-1), None), Dim::Unknown);
    }

    #[test]
    fn what_is_no_model_is_rejected() {
        assert!(matches!(Signature::of(b"no protobuf"), Err(Error::Rejected(_))));
        assert_eq!(Signature::of(b"").unwrap_err().to_string(), "the model holds no graph");
    }
}
