//! burn loads no models at run time, by its authors' decision: this writes a model as Rust source, which lib.rs takes in.

use std::path::{Path, PathBuf};
use std::{env, fs, panic, process};

use burn_onnx::{LoadStrategy, ModelGen};

const MODEL: &str = "ONNX_LAB_BURN_MODEL"; // the path of the model; MNIST where it is not set

fn main() {
    println!("cargo::rerun-if-env-changed={MODEL}");
    let model = env::var_os(MODEL).map_or_else(|| PathBuf::from("../../models/mnist.onnx"), PathBuf::from);
    println!("cargo::rerun-if-changed={}", model.display());
    panic::set_hook(Box::new(|_| ())); // burn-onnx tells every error by a panic; it is told below, in one line
    if let Err(payload) = panic::catch_unwind(|| generate(&model)) {
        let words = payload.downcast_ref::<String>().cloned();
        let words = words.or_else(|| payload.downcast_ref::<&str>().map(ToString::to_string)).unwrap_or_default();
        let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        eprintln!("burn-onnx: {}", lines.join(" · "));
        process::exit(1);
    }
}

fn generate(model: &Path) {
    let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("model");
    ModelGen::new()
        .input(model.to_str().expect("the model's path is not UTF-8"))
        .out_dir("model")
        .load_strategy(LoadStrategy::Embedded) // so that the built library is all that is needed
        .run_from_script();
    let made = folder.join(model.file_name().expect("a file has a name")).with_extension("rs");
    fs::rename(made, folder.join("model.rs")).expect("the generated source has the model's name");
}
