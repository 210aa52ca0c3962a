//! The four steps with burn: `four_steps MODEL PICTURE`. MODEL is not read: it was compiled in, as build.rs says.

use burn::tensor::{Tensor, TensorData};
use std::{env, error::Error, fs};

#[allow(warnings, clippy::all)]
mod mnist {
    include!(concat!(env!("OUT_DIR"), "/model/model.rs")); // what burn-onnx generated from the model
}

fn main() -> Result<(), Box<dyn Error>> {
    let picture = env::args().nth(2).expect("four_steps MODEL PICTURE");

    // 1 picture → tensor: the last 28 × 28 bytes of a .pgm file are its pixels
    let file = fs::read(picture)?;
    let pixels: Vec<f32> = file[file.len() - 784..].iter().map(|&byte| byte.into()).collect();
    let tensor = Tensor::<4>::from_data(TensorData::new(pixels, [1, 1, 28, 28]), &Default::default());

    // 2 load: only the weights are left to load
    let model = mnist::Model::default();

    // 3 run: a function of Rust, with a type for each input and output
    let output = model.forward(tensor);

    // 4 extract
    let scores = output.into_data().try_to_vec::<f32>().map_err(|error| format!("{error:?}"))?;
    let digit = (0..10).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
    println!("{digit}\n{scores:?}");
    Ok(())
}
