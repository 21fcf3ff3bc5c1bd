//! Identifiers of a run: dense numbers for tasks, loops, jobs, workers and resources.

use std::fmt;
use std::str::FromStr;

/// The text is not an identifier of the expected sort.
///
/// # Examples
///
/// ```
/// let error = "j3".parse::<seedbed::TaskId>().unwrap_err();
/// assert_eq!(error.to_string(), "\"j3\" is not a task number: write \"t\" and decimal digits, such as t3");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseIdError {
    text: String,
    noun: &'static str,
    mark: char,
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ParseIdError { text, noun, mark } = self;
        write!(f, "{text:?} is not a {noun} number: write \"{mark}\" and decimal digits, such as {mark}3")
    }
}

impl std::error::Error for ParseIdError {}

/// Reads what `Display` writes, and nothing else: no sign, no leading zero.
fn parse(text: &str, noun: &'static str, mark: char) -> Result<u32, ParseIdError> {
    let digits = text.strip_prefix(mark).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .filter(|digits| *digits == "0" || !digits.starts_with('0'))
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| ParseIdError { text: text.to_owned(), noun, mark })
}

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $mark:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u32);

        impl $name {
            #[doc = concat!("Wraps the sequence number of a ", $noun, ".")]
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("assert_eq!(seedbed::", stringify!($name), "::new(3).to_string(), \"", $mark, "3\");")]
            /// ```
            pub const fn new(number: u32) -> $name {
                $name(number)
            }

            /// Returns the sequence number.
            ///
            /// # Examples
            ///
            /// ```
            #[doc = concat!("assert_eq!(seedbed::", stringify!($name), "::new(3).get(), 3);")]
            /// ```
            pub const fn get(self) -> u32 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $mark, self.0)
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<$name, ParseIdError> {
                parse(text, $noun, $mark).map($name)
            }
        }
    };
}

identifier! {
    /// A task of a run, by its place in the order of spawning; never reused within the run. Written `t3`.
    ///
    /// The number depends on the schedule; a task's *path* does not, and is what a person should compare runs by.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::TaskId;
    ///
    /// assert_eq!("t3".parse(), Ok(TaskId::new(3)));
    /// assert!(TaskId::new(3) < TaskId::new(10));
    /// ```
    TaskId, "task", 't'
}

identifier! {
    /// An event loop of a run, by its place in the order of creation; never reused within the run. Written `l0`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!("l0".parse(), Ok(seedbed::LoopId::new(0)));
    /// ```
    LoopId, "loop", 'l'
}

identifier! {
    /// A job given to an executor, by its place in the order of submission; never reused within the run. Written `j5`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!("j5".parse(), Ok(seedbed::JobId::new(5)));
    /// ```
    JobId, "job", 'j'
}

identifier! {
    /// Something that tasks wait for (a lock, a queue, a promise), by its place in the order of creation. Written `r2`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!("r2".parse(), Ok(seedbed::ResourceId::new(2)));
    /// ```
    ResourceId, "resource", 'r'
}

identifier! {
    /// A worker of an executor, by its place in the order of starting; never reused within the run. Written `w1`.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!("w1".parse(), Ok(seedbed::WorkerId::new(1)));
    /// ```
    WorkerId, "worker", 'w'
}

#[cfg(test)]
mod tests {
    use super::{LoopId, TaskId};

    #[test]
    fn only_the_written_form_is_read() {
        assert_eq!("t4294967295".parse(), Ok(TaskId::new(u32::MAX)));
        assert_eq!("t0".parse(), Ok(TaskId::new(0)));
        for text in ["", "t", "3", "t+3", "t03", "t 3", "t4294967296", "T3", "t3 "] {
            let error = text.parse::<TaskId>().unwrap_err().to_string();
            assert!(error.starts_with(&format!("{text:?} is not a task number")), "{error}");
        }
        assert!("t0".parse::<LoopId>().unwrap_err().to_string().contains("such as l3"));
    }
}
