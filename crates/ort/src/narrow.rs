//! Elements of two and four bits: several in a byte in ONNX, the first in the lowest bits; one in a byte in numpy.
//! <https://onnx.ai/onnx/technical/int4.html#packing-format>

use bridge::DType;

/// Bits that an element takes in ONNX, as far as that is less than a byte; else 8.
pub fn bits(dtype: DType) -> usize {
    match dtype {
        DType::U2 | DType::I2 => 2,
        DType::U4 | DType::I4 | DType::F4E2M1 => 4,
        _ => 8,
    }
}

/// Bytes that so many elements take in ONNX.
pub fn packed_size(dtype: DType, elements: usize) -> usize {
    match bits(dtype) {
        8 => elements * dtype.size(),
        bits => elements.div_ceil(8 / bits),
    }
}

/// numpy's bytes as ONNX's.
pub fn pack(dtype: DType, bytes: &[u8]) -> Vec<u8> {
    let bits = bits(dtype);
    if bits == 8 {
        return bytes.to_vec();
    }
    let mask = (1u8 << bits) - 1;
    let joined = |group: &[u8]| group.iter().enumerate().fold(0, |byte, (i, &x)| byte | ((x & mask) << (i * bits)));
    bytes.chunks(8 / bits).map(joined).collect()
}

/// ONNX's bytes as numpy's.
pub fn unpack(dtype: DType, packed: &[u8], elements: usize) -> Vec<u8> {
    let bits = bits(dtype);
    let mask = (1u8 << bits) - 1; // ml_dtypes leaves the upper bits empty, of negative numbers too
    let each = |i: usize| (packed[i * bits / 8] >> ((i * bits) % 8)) & mask;
    (0..elements).map(each).collect()
}
