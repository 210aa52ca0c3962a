//! Errors by what was asked of the engine, each in one line; and panics turned into errors.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The engine cannot load the model.
    Rejected(String),
    /// The engine loaded the model and failed to run it.
    Failed(String),
    /// An option that the engine does not honour, or an input that is no tensor of the model.
    Unfit(String),
    /// The engine panicked.
    Panicked(String),
}

/// A result with the bridge's error.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An engine's own words about a model that it cannot load; for `map_err`.
    pub fn rejected(words: impl fmt::Display) -> Error {
        Error::Rejected(one_line(&format!("{words:#}"))) // "#": anyhow tells the causes too
    }

    /// An engine's own words about a run that failed; for `map_err`.
    pub fn failed(words: impl fmt::Display) -> Error {
        Error::Failed(one_line(&format!("{words:#}")))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Rejected(words) | Error::Failed(words) | Error::Unfit(words) | Error::Panicked(words) => {
                f.write_str(words)
            }
        }
    }
}

impl std::error::Error for Error {}

/// Call an engine; a panic becomes an error.
pub fn catch<T>(call: impl FnOnce() -> Result<T>) -> Result<T> {
    // Unwind safety: a session that panicked is not used again (see `python::PySession`).
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|payload| Err(Error::Panicked(one_line(&words_of(&payload)))))
}

fn words_of(payload: &Box<dyn Any + Send>) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

/// The telling part of an engine's words: without the backtrace that some attach, in one line.
pub fn one_line(words: &str) -> String {
    let told = words.split("Stack backtrace").next().unwrap_or_default();
    let told = told.split("stack backtrace").next().unwrap_or_default();
    let lines: Vec<&str> = told.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if lines.is_empty() { "no message".into() } else { lines.join(" · ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        let caught = catch::<()>(|| panic!("axis {} is out of range", 7));
        assert_eq!(caught, Err(Error::Panicked("axis 7 is out of range".into())));
        assert_eq!(catch::<()>(|| panic!("plain")), Err(Error::Panicked("plain".into())));
        assert_eq!(catch::<()>(|| std::panic::panic_any(7)), Err(Error::Panicked("no message".into())));
    }

    #[test]
    fn words_are_one_line_without_a_backtrace() {
        let words = "no such operator\n\n  in node 3\n\nStack backtrace:\n   0: main";
        assert_eq!(Error::rejected(words).to_string(), "no such operator · in node 3");
        assert_eq!(one_line(""), "no message");
    }
}
