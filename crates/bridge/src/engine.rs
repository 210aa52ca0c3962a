//! What an engine's crate provides: a function that loads a model, and a session that runs it.

use std::path::Path;
use std::time::Instant;

use crate::{Error, Profile, Result, Signature, Tensor};

/// A model to load.
pub struct Model<'a> {
    /// The file's bytes.
    pub bytes: &'a [u8],
    /// Where the file lies; given only where weights lie in files beside it.
    pub path: Option<&'a Path>,
    /// Its inputs and outputs.
    pub signature: &'a Signature,
    /// The shared library of an engine that lives in one.
    pub library: Option<&'a Path>,
}

/// How a session is to run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Threads inside one operator.
    pub intra_threads: usize,
    /// Operators at the same time.
    pub inter_threads: usize,
    /// Whether the engine may rewrite the graph before it runs it.
    pub optimise: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options { intra_threads: 1, inter_threads: 1, optimise: true }
    }
}

impl Options {
    /// Refuse, by name, each option away from its default that is not among the honoured ones.
    pub fn only(&self, honoured: &[&str]) -> Result<()> {
        let given = [
            ("intra_threads", self.intra_threads != 1, self.intra_threads.to_string()),
            ("inter_threads", self.inter_threads != 1, self.inter_threads.to_string()),
            ("optimisation", !self.optimise, "'none'".into()),
        ];
        match given.iter().find(|(name, changed, _)| *changed && !honoured.contains(name)) {
            Some((name, _, value)) => Err(Error::Unfit(format!("this engine cannot honour {name}={value}"))),
            None => Ok(()),
        }
    }
}

/// A model loaded in an engine.
pub trait Session: Send {
    /// Run the model on its inputs, in the order of the signature; the outputs come in the order of the signature.
    fn run(&mut self, inputs: &[Tensor]) -> Result<Vec<Tensor<'static>>>;

    /// Run the model once, with a clock of the engine's own at each of its steps.
    fn profile(&mut self, _inputs: &[Tensor]) -> Result<Profile> {
        Err(Error::Unfit("this engine has no profile of its own".into()))
    }
}

/// Loads a model.
pub type Load = fn(&Model, &Options) -> Result<Box<dyn Session>>;

/// Nanoseconds that one call takes: from the inputs at hand to the outputs at hand.
pub fn time(session: &mut dyn Session, inputs: &[Tensor]) -> Result<u64> {
    let start = Instant::now();
    std::hint::black_box(session.run(std::hint::black_box(inputs))?);
    Ok(start.elapsed().as_nanos().try_into().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    struct Sleeper;

    impl Session for Sleeper {
        fn run(&mut self, _: &[Tensor]) -> Result<Vec<Tensor<'static>>> {
            std::thread::sleep(Duration::from_millis(2));
            Ok(vec![])
        }
    }

    #[test]
    fn an_option_that_is_not_honoured_is_named() {
        let options = Options { inter_threads: 4, ..Options::default() };
        assert!(options.only(&["inter_threads"]).is_ok());
        let error = options.only(&["intra_threads"]).unwrap_err();
        assert_eq!(error, Error::Unfit("this engine cannot honour inter_threads=4".into()));
    }

    #[test]
    fn an_engine_without_a_profile_says_so() {
        let error = Sleeper.profile(&[]).err().unwrap();
        assert_eq!(error, Error::Unfit("this engine has no profile of its own".into()));
    }

    #[test]
    fn the_clock_sees_the_whole_call() {
        assert!(time(&mut Sleeper, &[]).unwrap() >= 2_000_000);
    }
}
