//! Tensors and scalars on their way into a generated `forward` and out of it.

use bridge::{Bytes, DType, Error, Result, Tensor};
use burn::tensor::{Bool, DType as Theirs, Int, Tensor as Array, TensorData};

/// What a generated `forward` takes.
pub trait Take: Sized {
    fn take(input: &Tensor) -> Result<Self>;
}

/// What a generated `forward` gives.
pub trait Give {
    fn give(self, outputs: &mut Vec<Tensor<'static>>) -> Result<()>;
}

fn data(input: &Tensor) -> Result<(TensorData, Theirs)> {
    macro_rules! by_type {
        ($($name:ident $rust:ty),*) => {
            match input.dtype {
                $(DType::$name => Ok((TensorData::new(input.elements::<$rust>()?.to_vec(), input.shape.clone()), Theirs::$name)),)*
                other => Err(Error::Failed(format!("{} cannot be given to this engine", other.name()))),
            }
        };
    }
    by_type!(F32 f32, F64 f64, F16 half::f16, BF16 half::bf16, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64)
}

impl<const D: usize> Take for Array<D> {
    fn take(input: &Tensor) -> Result<Self> {
        let (data, dtype) = data(input)?;
        Ok(Array::from_data(data, (&Default::default(), dtype)))
    }
}

impl<const D: usize> Take for Array<D, Int> {
    fn take(input: &Tensor) -> Result<Self> {
        let (data, dtype) = data(input)?;
        Ok(Array::from_data(data, (&Default::default(), dtype)))
    }
}

impl<const D: usize> Take for Array<D, Bool> {
    fn take(input: &Tensor) -> Result<Self> {
        let bools: Vec<bool> = input.bytes().iter().map(|&x| x != 0).collect();
        Ok(Array::from_data(TensorData::new(bools, input.shape.clone()), &Default::default()))
    }
}

/// burn's own memory, until it is copied.
struct Output(TensorData);

impl Bytes for Output {
    fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn tensor(data: TensorData) -> Result<Tensor<'static>> {
    let shape = data.shape().to_vec();
    macro_rules! by_type {
        ($($name:ident),*) => {
            match data.dtype() {
                $(Theirs::$name => Tensor::owned(DType::$name, shape, Output(data)),)*
                Theirs::Bool(_) => Tensor::from_vec(shape, data.iter::<bool>().collect()),
                other => Err(Error::Failed(format!("an output has burn's element type {other:?}, which ONNX lacks"))),
            }
        };
    }
    by_type!(F32, F64, F16, BF16, I8, I16, I32, I64, U8, U16, U32, U64)
}

impl<const D: usize> Give for Array<D> {
    fn give(self, outputs: &mut Vec<Tensor<'static>>) -> Result<()> {
        outputs.push(tensor(self.into_data())?);
        Ok(())
    }
}

impl<const D: usize> Give for Array<D, Int> {
    fn give(self, outputs: &mut Vec<Tensor<'static>>) -> Result<()> {
        outputs.push(tensor(self.into_data())?);
        Ok(())
    }
}

impl<const D: usize> Give for Array<D, Bool> {
    fn give(self, outputs: &mut Vec<Tensor<'static>>) -> Result<()> {
        outputs.push(tensor(self.into_data())?);
        Ok(())
    }
}

macro_rules! scalars {
    ($($rust:ty),*) => {$(
        impl Take for $rust {
            fn take(input: &Tensor) -> Result<Self> {
                let first = input.elements::<$rust>()?.first();
                first.copied().ok_or_else(|| Error::Failed("a scalar input holds no element".into()))
            }
        }

        impl Give for $rust {
            fn give(self, outputs: &mut Vec<Tensor<'static>>) -> Result<()> {
                outputs.push(Tensor::from_vec(vec![], vec![self])?);
                Ok(())
            }
        }
    )*};
}

scalars!(f32, f64, i8, i16, i32, i64, u8, u16, u32, u64);

impl Take for bool {
    fn take(input: &Tensor) -> Result<Self> {
        Ok(input.bytes().first() == Some(&1))
    }
}

impl Give for bool {
    fn give(self, outputs: &mut Vec<Tensor<'static>>) -> Result<()> {
        outputs.push(Tensor::from_vec(vec![], vec![self])?);
        Ok(())
    }
}

/// burn-onnx gives the shape of a tensor as plain numbers.
impl<const N: usize> Give for [i64; N] {
    fn give(self, outputs: &mut Vec<Tensor<'static>>) -> Result<()> {
        outputs.push(Tensor::from_vec(vec![N], self.to_vec())?);
        Ok(())
    }
}

/// Tuples of these, and of the last so many of them, down to two.
macro_rules! tuples {
    ($one:ident) => {};
    ($first:ident $($rest:ident)*) => {
        impl<$first: Give, $($rest: Give),*> Give for ($first, $($rest,)*) {
            #[allow(non_snake_case)]
            fn give(self, outputs: &mut Vec<Tensor<'static>>) -> Result<()> {
                let ($first, $($rest,)*) = self;
                $first.give(outputs)?;
                $($rest.give(outputs)?;)*
                Ok(())
            }
        }

        tuples!($($rest)*);
    };
}

tuples!(A B C D E F G H I J K L M N O P Q R S T U V W X Y Z Aa Ab Ac Ad Ae Af);
