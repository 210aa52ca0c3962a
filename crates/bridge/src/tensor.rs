//! A tensor on its way between numpy and an engine.

use crate::{DType, Element, Error, Result};

/// An element type, a shape, and the elements in row-major order.
pub struct Tensor<'a> {
    /// The element type.
    pub dtype: DType,
    /// The size of each dimension; empty for a scalar.
    pub shape: Vec<usize>,
    data: Data<'a>,
}

/// An owner of bytes: what an engine gave, kept until it is copied into a numpy array.
pub trait Bytes: Send + Sync {
    /// The elements as bytes.
    fn bytes(&self) -> &[u8];
}

enum Data<'a> {
    Borrowed(&'a [u8]),
    Owned(Box<dyn Bytes>),
    Strings(Vec<String>),
}

impl<T: Element> Bytes for Vec<T> {
    fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(self)
    }
}

impl<'a> Tensor<'a> {
    /// A tensor over bytes that live elsewhere; their number must fit the shape.
    pub fn borrowed(dtype: DType, shape: Vec<usize>, bytes: &'a [u8]) -> Result<Self> {
        Self::checked(dtype, shape, bytes.len())?.with(Data::Borrowed(bytes))
    }

    /// A tensor over the bytes of an owner, which it keeps.
    pub fn owned(dtype: DType, shape: Vec<usize>, owner: impl Bytes + 'static) -> Result<Self> {
        Self::checked(dtype, shape, owner.bytes().len())?.with(Data::Owned(Box::new(owner)))
    }

    /// A tensor from its elements.
    pub fn from_vec<T: Element>(shape: Vec<usize>, elements: Vec<T>) -> Result<Self> {
        Self::owned(T::DTYPE, shape, elements)
    }

    /// A tensor of strings.
    pub fn from_strings(shape: Vec<usize>, strings: Vec<String>) -> Result<Self> {
        if shape.iter().product::<usize>() != strings.len() {
            return Err(Error::Failed(format!("{} strings do not fill the shape {shape:?}", strings.len())));
        }
        Tensor { dtype: DType::String, shape, data: Data::Borrowed(&[]) }.with(Data::Strings(strings))
    }

    fn checked(dtype: DType, shape: Vec<usize>, bytes: usize) -> Result<Self> {
        let wanted = shape.iter().try_fold(dtype.size(), |n, &size| n.checked_mul(size));
        if wanted != Some(bytes) {
            let name = dtype.name();
            return Err(Error::Failed(format!("{bytes} bytes do not fill {name} of shape {shape:?}")));
        }
        Ok(Tensor { dtype, shape, data: Data::Borrowed(&[]) })
    }

    fn with(self, data: Data<'a>) -> Result<Self> {
        Ok(Tensor { data, ..self })
    }

    /// The number of elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The elements as bytes; none for strings.
    pub fn bytes(&self) -> &[u8] {
        match &self.data {
            Data::Borrowed(bytes) => bytes,
            Data::Owned(owner) => owner.bytes(),
            Data::Strings(_) => &[],
        }
    }

    /// The elements, where they are of that type.
    pub fn elements<T: Element + bytemuck::AnyBitPattern>(&self) -> Result<&[T]> {
        if self.dtype != T::DTYPE {
            return Err(Error::Failed(format!("the tensor is {}, not {}", self.dtype.name(), T::DTYPE.name())));
        }
        // An empty numpy array may point anywhere, and bytemuck minds where.
        if self.is_empty() { Ok(&[]) } else { bytemuck::try_cast_slice(self.bytes()).map_err(Error::failed) }
    }

    /// The strings, where it holds strings.
    pub fn strings(&self) -> Result<&[String]> {
        match &self.data {
            Data::Strings(strings) => Ok(strings),
            _ => Err(Error::Failed(format!("the tensor is {}, not strings", self.dtype.name()))),
        }
    }
}

impl std::fmt::Debug for Tensor<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:?}", self.dtype.name(), self.shape)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_come_back_as_they_went_in() {
        let tensor = Tensor::from_vec(vec![2, 2], vec![1.5f32, -2.0, 0.0, 4.0]).unwrap();
        assert_eq!(tensor.elements::<f32>().unwrap(), [1.5, -2.0, 0.0, 4.0]);
        assert_eq!(tensor.bytes().len(), 16);
    }

    #[test]
    fn a_scalar_holds_one_element_and_an_empty_tensor_none() {
        assert_eq!(Tensor::from_vec(vec![], vec![7i64]).unwrap().len(), 1);
        let empty = Tensor::from_vec(vec![0, 3], Vec::<f64>::new()).unwrap();
        assert!(empty.is_empty() && empty.elements::<f64>().unwrap().is_empty());
    }

    #[test]
    fn bytes_that_do_not_fill_the_shape_are_refused() {
        let error = Tensor::borrowed(DType::F32, vec![2], &[0; 7]).unwrap_err();
        assert_eq!(error, Error::Failed("7 bytes do not fill float32 of shape [2]".into()));
        assert!(Tensor::borrowed(DType::F32, vec![usize::MAX, 2], &[]).is_err());
        assert!(Tensor::from_strings(vec![2], vec!["a".into()]).is_err());
    }

    #[test]
    fn a_wrong_type_is_refused() {
        let tensor = Tensor::from_vec(vec![1], vec![1i32]).unwrap();
        assert_eq!(tensor.elements::<f32>().unwrap_err().to_string(), "the tensor is int32, not float32");
        assert!(tensor.strings().is_err());
    }
}
