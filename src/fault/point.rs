//! `Point`: one place in the text of a program, as the macros note it.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};

/// No point has this number.
const UNKNOWN: u32 = u32::MAX;

/// What a point is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[non_exhaustive]
pub enum PointKind {
    /// Its condition should hold in some run: [`sometimes!`](crate::sometimes).
    Sometimes,
    /// Some run should get there: [`reachable!`](crate::reachable).
    Reachable,
    /// No run may get there, or its condition may hold in none: [`never!`](crate::never).
    Never,
    /// A fault may strike there: [`fault!`](crate::fault!).
    Fault,
    /// A rare path may be taken there: [`buggify!`](crate::buggify).
    Buggify,
}

impl PointKind {
    /// The name of the macro, without its `!`.
    ///
    /// ```
    /// assert_eq!(seedbed::fault::PointKind::Sometimes.name(), "sometimes");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sometimes => "sometimes",
            Self::Reachable => "reachable",
            Self::Never => "never",
            Self::Fault => "fault",
            Self::Buggify => "buggify",
        }
    }

    /// True if something may strike there.
    pub(crate) const fn is_fault(self) -> bool {
        matches!(self, Self::Fault | Self::Buggify)
    }
}

/// One place in the text of a program where [`sometimes!`](crate::sometimes) or one of its kind stands.
///
/// `Display` writes it as it stands there, with its place. Points are compared by their kind, name and place.
///
/// ```
/// use seedbed::{fault::points, reachable};
///
/// fn retry() {
///     reachable!("the second try");
/// }
///
/// let point = points().iter().find(|point| point.name() == "the second try").unwrap();
/// assert!(point.to_string().starts_with("reachable!(\"the second try\") at "));
/// assert!(point.function().ends_with("::retry"));
/// ```
pub struct Point {
    kind: PointKind,
    name: &'static str,
    module: &'static str,
    /// Returns the path of an item inside the function: the name of a type is not yet known to a constant.
    inside: fn() -> &'static str,
    file: &'static str,
    line: u32,
    column: u32,
    /// Its place in the catalogue, once that is made. The same value whoever writes it.
    number: AtomicU32,
}

impl Point {
    /// What the macros make; not for use by hand.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(
        kind: PointKind,
        name: &'static str,
        module: &'static str,
        inside: fn() -> &'static str,
        (file, line, column): (&'static str, u32, u32),
    ) -> Self {
        Self { kind, name, module, inside, file, line, column, number: AtomicU32::new(UNKNOWN) }
    }

    /// What it is for.
    #[must_use]
    pub fn kind(&self) -> PointKind {
        self.kind
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The module in which it stands, from the crate on.
    #[must_use]
    pub fn module(&self) -> &'static str {
        self.module
    }

    /// The function in which it stands, as the compiler names it: with `{{closure}}` for closures and `async` blocks.
    #[must_use]
    pub fn function(&self) -> &'static str {
        let inside = (self.inside)();
        inside.rsplit_once("::").map_or(inside, |(function, _)| function)
    }

    /// The file, and its line.
    #[must_use]
    pub fn place(&self) -> (&'static str, u32) {
        (self.file, self.line)
    }

    /// True if it stands in this module or function, or in one inside it.
    ///
    /// ```
    /// use seedbed::{fault::points, reachable};
    /// mod ledger {
    ///     pub fn write() {
    ///         seedbed::reachable!("written");
    ///     }
    /// }
    /// let point = points().iter().find(|point| point.name() == "written").unwrap();
    /// assert!(point.is_in(point.module()) && point.is_in(point.function()));
    /// assert!(!point.is_in("led"));
    /// ```
    #[must_use]
    pub fn is_in(&self, path: &str) -> bool {
        let begins =
            |whole: &str| whole.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
        begins(self.module) || begins(self.function())
    }

    /// The macro, as it stands there.
    pub(crate) fn call(&self) -> String {
        match self.name {
            "" => format!("{}!()", self.kind.name()),
            name => format!("{}!({name:?})", self.kind.name()),
        }
    }

    /// By this the catalogue is in order: nothing that the linker decides.
    pub(super) fn key(&self) -> (&'static str, &'static str, u32, u32, PointKind, &'static str) {
        (self.module, self.file, self.line, self.column, self.kind, self.name)
    }

    pub(crate) fn number(&self) -> Option<u32> {
        Some(self.number.load(Ordering::Relaxed)).filter(|number| *number != UNKNOWN)
    }

    pub(super) fn set_number(&self, number: u32) {
        self.number.store(number, Ordering::Relaxed);
    }
}

impl PartialEq for Point {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Point {}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}:{}", self.call(), self.file, self.line)
    }
}

impl fmt::Debug for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
