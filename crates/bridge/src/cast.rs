//! Conversions for engines that know fewer element types than ONNX.

use num_traits::{NumCast, ToPrimitive};

use crate::{DType, Element, Error, Result, Tensor};

/// The tensor in another numeric type; a value that does not fit is refused by name.
///
/// ```
/// use bridge::{DType, Tensor, cast};
/// let narrow = cast(&Tensor::from_vec(vec![2], vec![1i64, -2])?, DType::I32)?;
/// assert_eq!(narrow.elements::<i32>()?, [1, -2]);
/// # Ok::<(), bridge::Error>(())
/// ```
pub fn cast(tensor: &Tensor, to: DType) -> Result<Tensor<'static>> {
    macro_rules! from {
        ($($dtype:ident $rust:ty),*) => {
            match tensor.dtype {
                DType::Bool => into(tensor, tensor.bytes(), to), // a byte each, 0 or 1
                $(DType::$dtype => into(tensor, tensor.elements::<$rust>()?, to),)*
                _ => Err(no_way(tensor.dtype, to)),
            }
        };
    }
    from!(F32 f32, F64 f64, F16 half::f16, BF16 half::bf16, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64)
}

fn into<S: ToPrimitive + Copy>(tensor: &Tensor, from: &[S], to: DType) -> Result<Tensor<'static>> {
    macro_rules! to {
        ($($dtype:ident $rust:ty),*) => {
            match to {
                DType::Bool => {
                    let elements: Vec<bool> = from.iter().map(|x| x.to_f64() != Some(0.0)).collect();
                    Tensor::from_vec(tensor.shape.clone(), elements)
                }
                $(DType::$dtype => Tensor::from_vec(tensor.shape.clone(), each::<S, $rust>(from)?),)*
                _ => Err(no_way(tensor.dtype, to)),
            }
        };
    }
    to!(F32 f32, F64 f64, F16 half::f16, BF16 half::bf16, I8 i8, I16 i16, I32 i32, I64 i64, U8 u8, U16 u16, U32 u32, U64 u64)
}

fn each<S: ToPrimitive + Copy, D: Element + NumCast>(from: &[S]) -> Result<Vec<D>> {
    let fits = |&x: &S| D::from(x).ok_or_else(|| does_not_fit(x, D::DTYPE));
    from.iter().map(fits).collect()
}

fn does_not_fit(value: impl ToPrimitive, to: DType) -> Error {
    let value = value.to_i128().map_or_else(|| format!("{:?}", value.to_f64()), |whole| whole.to_string());
    Error::Failed(format!("the value {value} does not fit {}, in which this engine computes", to.name()))
}

fn no_way(from: DType, to: DType) -> Error {
    Error::Failed(format!("{} cannot be given to this engine, which would take it as {}", from.name(), to.name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_does_not_fit_is_named() {
        let wide = Tensor::from_vec(vec![2], vec![1i64, 1 << 40]).unwrap();
        let error = cast(&wide, DType::I32).unwrap_err().to_string();
        assert_eq!(error, "the value 1099511627776 does not fit int32, in which this engine computes");
    }

    #[test]
    fn bools_are_zero_and_one() {
        let bools = Tensor::from_vec(vec![2], vec![true, false]).unwrap();
        assert_eq!(cast(&bools, DType::I32).unwrap().elements::<i32>().unwrap(), [1, 0]);
        let numbers = Tensor::from_vec(vec![3], vec![0i32, 7, -1]).unwrap();
        assert_eq!(cast(&numbers, DType::Bool).unwrap().bytes(), [0, 1, 1]);
    }

    #[test]
    fn half_precision_widens_and_narrows() {
        let half = Tensor::from_vec(vec![1], vec![half::f16::from_f32(2.5)]).unwrap();
        let wide = cast(&half, DType::F32).unwrap();
        assert_eq!(wide.elements::<f32>().unwrap(), [2.5]);
        assert_eq!(cast(&wide, DType::F16).unwrap().bytes(), half.bytes());
    }

    #[test]
    fn not_a_number_is_no_integer_and_strings_are_no_numbers() {
        let nan = Tensor::from_vec(vec![1], vec![f32::NAN]).unwrap();
        assert!(cast(&nan, DType::I64).is_err());
        let strings = Tensor::from_strings(vec![1], vec!["a".into()]).unwrap();
        assert!(cast(&strings, DType::F32).unwrap_err().to_string().starts_with("object cannot be given"));
    }
}
