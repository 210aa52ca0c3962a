//! The four steps with rten: `four_steps MODEL PICTURE`.

use rten::{Model, ValueView};
use rten_tensor::prelude::*;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let [model, picture] = [1, 2].map(|i| env::args().nth(i).expect("four_steps MODEL PICTURE"));

    // 1 picture → tensor: the last 28 × 28 bytes of a .pgm file are its pixels
    let file = fs::read(picture)?;
    let pixels: Vec<f32> = file[file.len() - 784..].iter().map(|&byte| byte.into()).collect();
    let tensor = ValueView::from_shape([1, 1, 28, 28], &pixels)?;

    // 2 load
    let model = Model::load_file(model)?;

    // 3 run
    let input = model.node_id("Input3")?;
    let mut outputs = model.run(vec![(input, tensor.into())], model.output_ids(), None)?;

    // 4 extract
    let scores: rten_tensor::Tensor<f32> = outputs.remove(0).try_into()?;
    let scores = scores.to_vec();
    let digit = (0..10).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
    println!("{digit}\n{scores:?}");
    Ok(())
}
