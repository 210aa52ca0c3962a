//! The four steps with candle: `four_steps MODEL PICTURE`. The model's pads must be explicit: candle knows no auto_pad.

use candle_core::{Device, Tensor};
use std::collections::HashMap;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let [model, picture] = [1, 2].map(|i| env::args().nth(i).expect("four_steps MODEL PICTURE"));

    // 1 picture → tensor: the last 28 × 28 bytes of a .pgm file are its pixels
    let file = fs::read(picture)?;
    let pixels: Vec<f32> = file[file.len() - 784..].iter().map(|&byte| byte.into()).collect();
    let tensor = Tensor::from_vec(pixels, (1, 1, 28, 28), &Device::Cpu)?;

    // 2 load: decode the file, no more; there is no session
    let model = candle_onnx::read_file(model)?;

    // 3 run: decode the weights, and evaluate node by node
    let outputs = candle_onnx::simple_eval(&model, HashMap::from([("Input3".to_string(), tensor)]))?;

    // 4 extract
    let scores = outputs["Plus214_Output_0"].flatten_all()?.to_vec1::<f32>()?;
    let digit = (0..10).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
    println!("{digit}\n{scores:?}");
    Ok(())
}
