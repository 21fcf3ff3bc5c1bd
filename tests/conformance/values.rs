//! Values of the scenario language: what they are, how they compare, how they are written into a log.

use std::cmp::Ordering;
use std::fmt;
use std::rc::Rc;

use crate::exceptions::Exc;

/// What variables hold, futures carry and statements give.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    None,
    Bool(bool),
    Int(i64),
    Str(Rc<str>),
    List(Rc<[Value]>),
    Exc(Exc),
}

impl Value {
    pub(crate) fn str(text: &str) -> Value {
        Value::Str(text.into())
    }

    pub(crate) fn list(items: impl IntoIterator<Item = Value>) -> Value {
        Value::List(items.into_iter().collect())
    }

    pub(crate) fn int(&self) -> Result<i64, Exc> {
        match self {
            Value::Int(n) => Ok(*n),
            other => Err(Exc::invalid(format!("{other} is not an integer"))),
        }
    }

    /// `count` of something, as the language's integer.
    pub(crate) fn count(count: usize) -> Value {
        Value::Int(i64::try_from(count).expect("a count fits an i64"))
    }
}

/// As a log shows a value.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::None => f.write_str("None"),
            Value::Bool(true) => f.write_str("True"),
            Value::Bool(false) => f.write_str("False"),
            Value::Int(n) => write!(f, "{n}"),
            Value::Str(s) => write!(f, "'{s}'"),
            Value::Exc(e) => write!(f, "{e}"),
            Value::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
        }
    }
}

/// `==` of the language: type and content; exceptions by identity.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::None, Value::None) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::List(a), Value::List(b)) => a == b,
            (Value::Exc(a), Value::Exc(b)) => a.is(b),
            _ => false,
        }
    }
}

/// An item of a priority queue: an integer, or a list of them in lexicographic order.
#[derive(Clone, Debug)]
pub(crate) struct Ranked(pub(crate) Value);

impl Ord for Ranked {
    fn cmp(&self, other: &Ranked) -> Ordering {
        fn rank(a: &Value, b: &Value) -> Ordering {
            match (a, b) {
                (Value::Int(a), Value::Int(b)) => a.cmp(b),
                (Value::List(a), Value::List(b)) => {
                    let unequal = a.iter().zip(b.iter()).map(|(a, b)| rank(a, b)).find(|o| o.is_ne());
                    unequal.unwrap_or(a.len().cmp(&b.len()))
                }
                _ => Ordering::Equal,
            }
        }
        rank(&self.0, &other.0)
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Ranked) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Ranked) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}

/// How a block ended, when no exception left it.
#[derive(Debug)]
pub(crate) enum Flow {
    Normal,
    Break,
    Continue,
    Return(Value),
}
