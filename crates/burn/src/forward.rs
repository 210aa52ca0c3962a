//! Calls a generated `forward`, whatever it takes and gives: the compiler finds the types from its signature.

use bridge::{Error, Result, Tensor};

use crate::generated::Model;
use crate::tensors::{Give, Take};

/// Run the model on inputs in the order of its parameters.
pub fn call<Kind>(forward: impl Forward<Kind>, model: &Model, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
    forward.call(model, inputs)
}

/// A function of the model and some inputs; `Kind` is its type, so that each number of inputs can have its own `impl`.
pub trait Forward<Kind> {
    fn call(&self, model: &Model, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>>;
}

macro_rules! forward {
    ($($input:ident)*) => {
        impl<F, $($input: Take,)* Output: Give> Forward<fn($($input),*) -> Output> for F
        where
            F: Fn(&Model, $($input),*) -> Output,
        {
            #[allow(non_snake_case, unused_mut, unused_variables)]
            fn call(&self, model: &Model, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
                let mut left = inputs.iter();
                $(let $input = $input::take(next(&mut left)?)?;)*
                let mut outputs = vec![];
                self(model, $($input),*).give(&mut outputs)?;
                Ok(outputs)
            }
        }
    };
}

fn next<'a, 'b>(left: &mut impl Iterator<Item = &'a Tensor<'b>>) -> Result<&'a Tensor<'b>>
where
    'b: 'a,
{
    left.next().ok_or_else(|| Error::Failed("the generated code takes more inputs than the file has".into()))
}

forward!();
forward!(A);
forward!(A B);
forward!(A B C);
forward!(A B C D);
forward!(A B C D E);
forward!(A B C D E G);
forward!(A B C D E G H);
forward!(A B C D E G H I);
