//! The four steps with ort: `four_steps MODEL PICTURE`. ORT_DYLIB_PATH names the ONNX Runtime library.

use ort::session::Session;
use ort::value::TensorRef;
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let [model, picture] = [1, 2].map(|i| env::args().nth(i).expect("four_steps MODEL PICTURE"));

    // 1 picture → tensor: the last 28 × 28 bytes of a .pgm file are its pixels
    let file = fs::read(picture)?;
    let pixels: Vec<f32> = file[file.len() - 784..].iter().map(|&byte| byte.into()).collect();
    let tensor = TensorRef::from_array_view(([1usize, 1, 28, 28], &pixels[..]))?;

    // 2 load
    let environment = ort::init().build()?;
    let mut session = Session::builder(&environment)?.commit_from_file(model)?;

    // 3 run
    let outputs = session.run(ort::inputs!["Input3" => tensor])?;

    // 4 extract
    let (_, scores) = outputs["Plus214_Output_0"].try_extract_tensor::<f32>()?;
    let digit = (0..10).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
    println!("{digit}\n{scores:?}");
    Ok(())
}
