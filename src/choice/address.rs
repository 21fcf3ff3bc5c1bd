//! `Address`: who asks what for the n-th time, in words (`main/b overtaken 3`).

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use super::kind::{Kind, UnknownKind};
use super::subject::{PathError, SubjectKey, check_path};

/// One subject's questions of one kind, without words: what the kernel asks with.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{Address, Kind, StreamKey, SubjectKey};
///
/// let address: Address = "main/b overtaken 3".parse()?;
/// assert_eq!(address.stream(), StreamKey { subject: SubjectKey::of_path("main/b"), kind: Kind::Overtaken });
/// # Ok::<(), seedbed::choice::ParseAddressError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// Who asks.
    pub subject: SubjectKey,
    /// What it asks about.
    pub kind: Kind,
}

/// Who asks what for the n-th time; `n` counts from 0.
///
/// Written `subject kind n`, ordered by subject, then kind, then `n`. The subject is a path in the tree of tasks, or the name of
/// something else that asks, such as a link.
///
/// # Examples
///
/// ```
/// use seedbed::choice::{Address, Kind};
///
/// let address = Address::new("main/b", Kind::Overtaken, 3)?;
/// assert_eq!(address.to_string(), "main/b overtaken 3");
/// assert_eq!("main/b overtaken 3".parse(), Ok(address));
/// # Ok::<(), seedbed::choice::PathError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Invariant: `check_path` accepts it, so that the text form can be read back.
    subject: Arc<str>,
    kind: Kind,
    n: u32,
}

impl Address {
    /// Makes an address.
    ///
    /// # Errors
    ///
    /// [`PathError`] where the subject is not a path: empty, or with an empty label, a label that begins or ends with a space, a control
    /// character, or white space other than the plain space.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::{Address, Kind};
    ///
    /// assert!(Address::new("n0→n2 vote", Kind::Lost, 1).is_ok());
    /// assert!(Address::new("main//b", Kind::Overtaken, 1).is_err());
    /// ```
    pub fn new(subject: impl Into<Arc<str>>, kind: Kind, n: u32) -> Result<Address, PathError> {
        let subject = subject.into();
        check_path(&subject)?;
        Ok(Address { subject, kind, n })
    }

    /// Returns the path of who asks.
    ///
    /// # Examples
    ///
    /// ```
    /// let address: seedbed::choice::Address = "main/b overtaken 3".parse()?;
    /// assert_eq!(address.subject(), "main/b");
    /// # Ok::<(), seedbed::choice::ParseAddressError>(())
    /// ```
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Returns what the question is about.
    ///
    /// # Examples
    ///
    /// ```
    /// let address: seedbed::choice::Address = "main/b overtaken 3".parse()?;
    /// assert_eq!(address.kind(), seedbed::choice::Kind::Overtaken);
    /// # Ok::<(), seedbed::choice::ParseAddressError>(())
    /// ```
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Returns how many questions of this stream came before.
    ///
    /// # Examples
    ///
    /// ```
    /// let address: seedbed::choice::Address = "main/b overtaken 3".parse()?;
    /// assert_eq!(address.n(), 3);
    /// # Ok::<(), seedbed::choice::ParseAddressError>(())
    /// ```
    pub fn n(&self) -> u32 {
        self.n
    }

    /// Returns the key that the question is asked with at run time.
    ///
    /// # Examples
    ///
    /// ```
    /// let [a, b] = ["main/b overtaken 3", "main/b overtaken 4"].map(|text| text.parse::<seedbed::choice::Address>().unwrap());
    /// assert_eq!(a.stream(), b.stream());
    /// ```
    pub fn stream(&self) -> StreamKey {
        StreamKey { subject: SubjectKey::of_path(&self.subject), kind: self.kind }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.subject, self.kind, self.n)
    }
}

impl FromStr for Address {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Address, ParseAddressError> {
        let error = |fault| ParseAddressError { text: text.to_owned(), fault };
        // From the right, because a subject may hold spaces.
        let mut parts = text.rsplitn(3, ' ');
        let (Some(n), Some(kind), Some(subject)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(error(Fault::MissingPart));
        };
        let kind = kind.parse().map_err(|unknown| error(Fault::Kind(unknown)))?;
        let n = parse_number(n).ok_or_else(|| error(Fault::Number { found: n.to_owned() }))?;
        Address::new(subject, kind, n).map_err(|path| error(Fault::Path(path)))
    }
}

/// Reads what `Display` writes, and nothing else: no sign, no leading zero.
fn parse_number(text: &str) -> Option<u32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

/// The text is not an [`Address`]; the message says what was read, which part is wrong, and what an address looks like.
///
/// # Examples
///
/// ```
/// let error = "main/b overtaken x".parse::<seedbed::choice::Address>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"main/b overtaken x\" is not the address of a choice: \"x\" is not a number from 0 to 4294967295; \
///      write subject, kind and number, such as main/b overtaken 3",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseAddressError {
    text: String,
    fault: Fault,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    MissingPart,
    Kind(UnknownKind),
    Number { found: String },
    Path(PathError),
}

impl fmt::Display for ParseAddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not the address of a choice: ", self.text)?;
        match &self.fault {
            Fault::MissingPart => write!(f, "it has fewer than three parts")?,
            Fault::Kind(unknown) => write!(f, "{unknown}")?,
            Fault::Number { found } => write!(f, "{found:?} is not a number from 0 to {}", u32::MAX)?,
            Fault::Path(path) => write!(f, "{path}")?,
        }
        write!(f, "; write subject, kind and number, such as main/b overtaken 3")
    }
}

impl std::error::Error for ParseAddressError {}

#[cfg(test)]
mod tests {
    use super::{Address, Kind};

    fn read(text: &str) -> Result<Address, String> {
        text.parse().map_err(|error: super::ParseAddressError| error.to_string())
    }

    #[test]
    fn written_and_read_back() {
        for text in ["main overtaken 0", "main/b overtaken 3", "n0→n2 vote lost 4294967295", "a b c/d e clock 10"] {
            assert_eq!(read(text).map(|address| address.to_string()), Ok(text.to_owned()));
        }
        assert_eq!(read("n0→n2 vote lost 1").unwrap().subject(), "n0→n2 vote");
    }

    #[test]
    fn ordered_by_subject_then_kind_then_number() {
        let sorted =
            ["main clock 0", "main/10 overtaken 0", "main/b overtaken 2", "main/b overtaken 10", "main/b clock 0"];
        let addresses = sorted.map(|text| read(text).unwrap());
        assert!(addresses.is_sorted(), "{addresses:?}");
        assert!(Kind::Overtaken < Kind::Clock);
    }

    #[test]
    fn faults_are_named() {
        let fails = |text: &str, part: &str| {
            assert!(read(text).is_err_and(|error| error.contains(part)), "{text:?}: {:?}", read(text));
        };
        fails("", "fewer than three parts");
        fails("overtaken 3", "fewer than three parts");
        fails("main/b overtake 3", "\"overtake\" is not a kind");
        fails("main/b overtaken 4294967296", "\"4294967296\" is not a number");
        fails("main/b overtaken +3", "\"+3\" is not a number");
        fails("main/b overtaken 03", "\"03\" is not a number");
        fails("main/b overtaken ", "\"\" is not a number");
        fails(" overtaken 3", "it is empty");
        fails("main/b  overtaken 3", "\"b \" begins or ends with a space");
        fails("main/\tb overtaken 3", "unexpected '\\t' at character 6");
    }
}
