//! What an engine's own profile tells of one call.

use std::time::{Duration, Instant};

use crate::Result;

/// A call as the engine itself sees it.
#[derive(Debug, Default)]
pub struct Profile {
    /// From the inputs at hand to the outputs at hand.
    pub whole: Duration,
    /// The engine's steps in their order; what it does between them is in none.
    pub steps: Vec<Step>,
}

/// A step: a node of the file, or what the engine made of some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The engine's name for it, which comes from the node's name in the file; empty where it has none.
    pub name: String,
    /// The engine's word for what it does.
    pub operator: String,
    /// How long it took.
    pub took: Duration,
}

impl Profile {
    /// Time a call, which hands out what `told` makes steps of when the clock has stopped.
    pub fn of<T>(call: impl FnOnce() -> Result<T>, told: impl FnOnce(T) -> Vec<Step>) -> Result<Profile> {
        let start = Instant::now();
        let seen = call()?;
        let whole = start.elapsed();
        Ok(Profile { whole, steps: told(seen) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_call_holds_its_steps_but_not_the_telling() {
        let step = |took| Step { name: "y".into(), operator: "Relu".into(), took };
        let call = || {
            let start = Instant::now();
            std::thread::sleep(Duration::from_millis(2));
            Ok(start.elapsed())
        };
        let told = |took| {
            std::thread::sleep(Duration::from_millis(50));
            vec![step(took)]
        };
        let start = Instant::now();
        let profile = Profile::of(call, told).unwrap();
        assert!(profile.steps[0].took <= profile.whole);
        assert!(profile.whole + Duration::from_millis(50) <= start.elapsed());
    }
}
