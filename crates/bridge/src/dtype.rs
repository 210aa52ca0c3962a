//! The element types of ONNX that numpy has, with the help of ml_dtypes.

use crate::{Error, Result};

macro_rules! dtypes {
    ($($variant:ident $onnx:literal $name:literal $size:literal;)*) => {
        /// An element type. Types of fewer than eight bits take a byte each, as in numpy.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum DType { $(#[doc = $name] $variant),* }

        impl DType {
            /// Every element type.
            pub const ALL: &[DType] = &[$(DType::$variant),*];

            /// The name in numpy and ml_dtypes.
            pub const fn name(self) -> &'static str {
                match self { $(DType::$variant => $name),* }
            }

            /// The number in ONNX's `TensorProto.DataType`.
            pub const fn onnx(self) -> i32 {
                match self { $(DType::$variant => $onnx),* }
            }

            /// Bytes an element takes in numpy; 0 for strings, which lie elsewhere.
            pub const fn size(self) -> usize {
                match self { $(DType::$variant => $size),* }
            }
        }
    };
}

// The numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto, message TensorProto
dtypes! {
    F32 1 "float32" 4;
    U8 2 "uint8" 1;
    I8 3 "int8" 1;
    U16 4 "uint16" 2;
    I16 5 "int16" 2;
    I32 6 "int32" 4;
    I64 7 "int64" 8;
    String 8 "object" 0;
    Bool 9 "bool" 1;
    F16 10 "float16" 2;
    F64 11 "float64" 8;
    U32 12 "uint32" 4;
    U64 13 "uint64" 8;
    C64 14 "complex64" 8;
    C128 15 "complex128" 16;
    BF16 16 "bfloat16" 2;
    F8E4M3FN 17 "float8_e4m3fn" 1;
    F8E4M3FNUZ 18 "float8_e4m3fnuz" 1;
    F8E5M2 19 "float8_e5m2" 1;
    F8E5M2FNUZ 20 "float8_e5m2fnuz" 1;
    U4 21 "uint4" 1;
    I4 22 "int4" 1;
    F4E2M1 23 "float4_e2m1fn" 1;
    F8E8M0 24 "float8_e8m0fnu" 1;
    U2 25 "uint2" 1;
    I2 26 "int2" 1;
    F6E2M3 27 "float6_e2m3fn" 1;
    F6E3M2 28 "float6_e3m2fn" 1;
}

impl DType {
    /// The type with that number in ONNX.
    pub fn from_onnx(number: i32) -> Result<DType> {
        let found = DType::ALL.iter().find(|d| d.onnx() == number);
        found.copied().ok_or_else(|| Error::Rejected(format!("element type {number} is unknown")))
    }

    /// The type with that name in numpy.
    pub fn from_name(name: &str) -> Result<DType> {
        let found = DType::ALL.iter().find(|d| d.name() == name);
        found.copied().ok_or_else(|| Error::Unfit(format!("dtype {name} has no counterpart in ONNX")))
    }
}

/// A Rust type that holds elements as numpy does.
pub trait Element: bytemuck::NoUninit + Send + Sync + 'static {
    /// Its element type.
    const DTYPE: DType;
}

macro_rules! elements {
    ($($rust:ty => $dtype:ident),* $(,)?) => { $(impl Element for $rust { const DTYPE: DType = DType::$dtype; })* };
}

elements! {
    f32 => F32, f64 => F64, half::f16 => F16, half::bf16 => BF16, bool => Bool,
    i8 => I8, i16 => I16, i32 => I32, i64 => I64, u8 => U8, u16 => U16, u32 => U32, u64 => U64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_number_and_by_its_name() {
        for &dtype in DType::ALL {
            assert_eq!(DType::from_onnx(dtype.onnx()).unwrap(), dtype);
            assert_eq!(DType::from_name(dtype.name()).unwrap(), dtype);
        }
    }

    #[test]
    fn an_unknown_type_is_named() {
        assert_eq!(DType::from_onnx(99).unwrap_err().to_string(), "element type 99 is unknown");
        assert!(DType::from_name("datetime64[s]").unwrap_err().to_string().contains("datetime64[s]"));
    }
}
