//! The four steps with tract: `four_steps MODEL PICTURE`.

use std::{env, error::Error, fs};
use tract_onnx::prelude::*;

fn main() -> std::result::Result<(), Box<dyn Error>> {
    let [model, picture] = [1, 2].map(|i| env::args().nth(i).expect("four_steps MODEL PICTURE"));

    // 1 picture → tensor: the last 28 × 28 bytes of a .pgm file are its pixels
    let file = fs::read(picture)?;
    let pixels: Vec<f32> = file[file.len() - 784..].iter().map(|&byte| byte.into()).collect();
    let tensor = Tensor::from_shape(&[1, 1, 28, 28], &pixels)?;

    // 2 load: read the file, work out every shape and optimise, prepare to run
    let plan = tract_onnx::onnx().model_for_path(model)?.into_optimized()?.into_runnable()?;

    // 3 run
    let outputs = plan.run(tvec!(tensor.into()))?;

    // 4 extract
    let scores = outputs[0].to_plain_array_view::<f32>()?.iter().copied().collect::<Vec<f32>>();
    let digit = (0..10).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
    println!("{digit}\n{scores:?}");
    Ok(())
}
