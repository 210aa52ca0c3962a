//! The four steps with kyanite: `four_steps MODEL PICTURE`.

use kn_graph::cpu::cpu_eval_graph;
use kn_graph::dtype::{DTensor, Tensor};
use kn_graph::ndarray::IxDyn;
use kn_graph::{onnx::load_graph_from_onnx_path, optimizer::optimize_graph};
use std::{env, error::Error, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let [model, picture] = [1, 2].map(|i| env::args().nth(i).expect("four_steps MODEL PICTURE"));

    // 1 picture → tensor: the last 28 × 28 bytes of a .pgm file are its pixels
    let file = fs::read(picture)?;
    let pixels: Vec<f32> = file[file.len() - 784..].iter().map(|&byte| byte.into()).collect();
    let tensor = DTensor::F32(Tensor::from_shape_vec(IxDyn(&[1, 1, 28, 28]), pixels)?);

    // 2 load; "false": no weights in files beside the model
    let graph = load_graph_from_onnx_path(model, false).map_err(|error| format!("{error:?}"))?;
    let graph = optimize_graph(&graph, Default::default());

    // 3 run, with a batch of one
    let outputs = cpu_eval_graph(&graph, 1, &[tensor]);

    // 4 extract
    let scores = outputs[0].unwrap_f32().ok_or("the scores are not float32")?.iter().copied().collect::<Vec<f32>>();
    let digit = (0..10).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap();
    println!("{digit}\n{scores:?}");
    Ok(())
}
