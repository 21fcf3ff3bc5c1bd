//! Subjects: the paths of those who ask, which texts can be one, and their 64-bit key for run time.

use std::borrow::Cow;
use std::fmt;

use crate::seed::{FNV_START, fnv1a};

/// A subject path as 64 bits, made from the parent's without building a string.
///
/// It is the FNV-1a hash of the path's bytes, so the key of `main/2/1` is the same whether it was made from that text or label by label.
/// Replay depends on this function: it does not change within a major version. Two subjects of one plan with the same key (one pair
/// in 2⁶⁴) are an error when the plan is built, [`SubjectCollision`](crate::choice::SubjectCollision).
///
/// # Examples
///
/// ```
/// use seedbed::choice::SubjectKey;
///
/// let main = SubjectKey::of_path("main");
/// assert_eq!(main.child("ticker"), SubjectKey::of_path("main/ticker"));
/// assert_eq!(main.nth_child(2).nth_child(1), SubjectKey::of_path("main/2/1"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubjectKey(u64);

impl SubjectKey {
    /// Returns the key of a whole path.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::SubjectKey;
    ///
    /// assert_ne!(SubjectKey::of_path("main/a"), SubjectKey::of_path("main/b"));
    /// ```
    pub const fn of_path(path: &str) -> SubjectKey {
        SubjectKey(fnv1a(FNV_START, path.as_bytes()))
    }

    /// Returns the key of the child with that label; see [`path_label`] for the labels that can stand in a path.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::SubjectKey;
    ///
    /// assert_eq!(SubjectKey::of_path("main").child("b"), SubjectKey::of_path("main/b"));
    /// ```
    pub const fn child(self, label: &str) -> SubjectKey {
        SubjectKey(fnv1a(fnv1a(self.0, b"/"), label.as_bytes()))
    }

    /// Returns the key of the child whose label is a number.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::SubjectKey;
    ///
    /// let main = SubjectKey::of_path("main");
    /// assert_eq!(main.nth_child(120), main.child("120"));
    /// ```
    pub const fn nth_child(self, index: u32) -> SubjectKey {
        // The decimal digits, last one first, without a string: this runs at every spawn.
        let mut divisor = 1_u32;
        while index / divisor >= 10 {
            divisor *= 10;
        }
        let mut state = fnv1a(self.0, b"/");
        while divisor > 0 {
            state = fnv1a(state, &[b'0' + (index / divisor % 10) as u8]);
            divisor /= 10;
        }
        SubjectKey(state)
    }

    /// Returns the 64 bits.
    ///
    /// # Examples
    ///
    /// ```
    /// use seedbed::choice::SubjectKey;
    ///
    /// assert_eq!(SubjectKey::of_path("a").get(), 0xaf63_dc4c_8601_ec8c);
    /// ```
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SubjectKey({:#018x})", self.0)
    }
}

/// Makes a path label of any name, by replacing what cannot stand in one with `_`.
///
/// A label is not empty, holds no `/`, no control character and no white space but the plain space, and neither begins nor ends with
/// that. Different names may get the same label; whoever builds paths tells siblings apart.
///
/// # Examples
///
/// ```
/// use seedbed::choice::path_label;
///
/// assert_eq!(path_label("transfer-2"), "transfer-2");
/// assert_eq!(path_label("GET /users\n"), "GET _users_");
/// assert_eq!(path_label(""), "_");
/// ```
pub fn path_label(name: &str) -> Cow<'_, str> {
    if name.is_empty() {
        return Cow::Borrowed("_");
    }
    // Most names are plain, and this runs at every spawn with a name.
    let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'/';
    if name.bytes().all(plain) || !name.contains('/') && check_path(name).is_ok() {
        return Cow::Borrowed(name);
    }
    let last = name.chars().count() - 1;
    let stands = |at: usize, character: char| match character {
        '/' => false,
        ' ' => at != 0 && at != last,
        _ => in_label(character),
    };
    Cow::Owned(name.chars().enumerate().map(|(at, c)| if stands(at, c) { c } else { '_' }).collect())
}

fn in_label(character: char) -> bool {
    character == ' ' || !(character.is_control() || character.is_whitespace())
}

/// Tells whether a text can be a subject, so that an address of it stands on one line and is read back as it was.
pub(super) fn check_path(path: &str) -> Result<(), PathError> {
    let error = |fault| Err(PathError { path: path.to_owned(), fault });
    if path.is_empty() {
        return error(Fault::Empty);
    }
    let mut position = 1;
    for label in path.split('/') {
        if label.is_empty() {
            return error(Fault::EmptyLabel { position });
        }
        if let Some((at, character)) = label.chars().enumerate().find(|(_, character)| !in_label(*character)) {
            return error(Fault::Stray { character, position: position + at });
        }
        if label.starts_with(' ') || label.ends_with(' ') {
            return error(Fault::OuterSpace { label: label.to_owned() });
        }
        position += label.chars().count() + 1;
    }
    Ok(())
}

/// The text cannot be the subject of an [`Address`](crate::choice::Address).
///
/// # Examples
///
/// ```
/// use seedbed::choice::{Address, Kind};
///
/// let error = Address::new("main//b", Kind::Lost, 0).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "\"main//b\" is not a subject path: empty label at character 6; join labels with single slashes, such as main/2/1",
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    path: String,
    fault: Fault,
}

/// Positions count characters from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fault {
    Empty,
    EmptyLabel { position: usize },
    Stray { character: char, position: usize },
    OuterSpace { label: String },
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a subject path: ", self.path)?;
        match &self.fault {
            Fault::Empty => write!(f, "it is empty; write labels joined with slashes, such as main/2/1"),
            Fault::EmptyLabel { position } => {
                write!(f, "empty label at character {position}; join labels with single slashes, such as main/2/1")
            }
            Fault::Stray { character, position } => {
                write!(f, "unexpected {character:?} at character {position}; use printable characters and plain spaces")
            }
            Fault::OuterSpace { label } => write!(f, "the label {label:?} begins or ends with a space; remove it"),
        }
    }
}

impl std::error::Error for PathError {}

#[cfg(test)]
mod tests {
    use super::{SubjectKey, check_path, path_label};
    use proptest::prelude::{any, proptest};

    #[test]
    fn keys_never_change() {
        assert_eq!(SubjectKey::of_path("main").get(), 0x1f59_62a2_ce98_03c8);
        assert_eq!(SubjectKey::of_path("main/b").get(), 0xaa50_3273_e99d_1b85);
        assert_eq!(SubjectKey::of_path("main/2/1").get(), 0x13df_ccf0_04cc_886d);
    }

    proptest! {
        #[test]
        fn numbers_hash_as_their_digits(index in any::<u32>(), shift in 0_u32..32) {
            let (parent, index) = (SubjectKey::of_path("main"), index >> shift);
            assert_eq!(parent.nth_child(index), parent.child(&index.to_string()));
            assert_eq!(parent.nth_child(index), SubjectKey::of_path(&format!("main/{index}")));
        }

        #[test]
        fn any_name_becomes_one_label(name in any::<String>()) {
            let label = path_label(&name);
            assert!(!label.contains('/'), "{label:?}");
            assert_eq!(check_path(&label), Ok(()));
            assert_eq!(path_label(&label), label);
        }
    }

    #[test]
    fn paths_that_cannot_be_read_back_are_refused() {
        let fails = |path: &str, part: &str| {
            let error = check_path(path).unwrap_err().to_string();
            assert!(error.contains(part), "{error}");
        };
        fails("", "it is empty");
        fails("/main", "empty label at character 1");
        fails("main/", "empty label at character 6");
        fails("é//b", "empty label at character 3");
        fails("main/b\n", "unexpected '\\n' at character 7");
        fails("a\u{2028}b", "unexpected '\\u{2028}' at character 2");
        fails("main/ b", "\" b\" begins or ends with a space");
        assert_eq!(check_path("n0→n2 vote"), Ok(()));
    }
}
