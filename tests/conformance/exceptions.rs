//! Exceptions of the scenario language: their kinds, their tree, and the texts Python gives to seedbed's typed errors.

use std::fmt;
use std::rc::Rc;

use serde::Deserialize;

/// The type of an exception, or a class that `except` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Kind {
    BaseException,
    CancelledError,
    Exception,
    ValueError,
    RuntimeError,
    LookupError,
    AppError,
    TimeoutError,
    NameError,
    InvalidStateError,
    QueueEmpty,
    QueueFull,
    QueueShutDown,
    ExceptionGroup,
    BrokenBarrierError,
    /// Not of the language: ends the scenario, seen by no handler.
    #[serde(skip)]
    Halt,
}

impl Kind {
    /// Whether `except class` catches an exception of this kind.
    fn is_a(self, class: Kind) -> bool {
        match class {
            _ if self == class => true,
            Kind::BaseException => self != Kind::Halt,
            Kind::Exception => !matches!(self, Kind::Halt | Kind::CancelledError | Kind::BaseException),
            Kind::RuntimeError => self == Kind::BrokenBarrierError,
            _ => false,
        }
    }
}

#[derive(Debug)]
struct Data {
    kind: Kind,
    message: Option<String>,
    members: Vec<Exc>,
}

/// An exception: a value with an identity.
#[derive(Clone, Debug)]
pub(crate) struct Exc(Rc<Data>);

impl Exc {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Exc {
        Exc::with(kind, Some(message.into()))
    }

    pub(crate) fn with(kind: Kind, message: Option<String>) -> Exc {
        Exc(Rc::new(Data { kind, message, members: Vec::new() }))
    }

    pub(crate) fn runtime(message: &str) -> Exc {
        Exc::new(Kind::RuntimeError, message)
    }

    pub(crate) fn value(message: &str) -> Exc {
        Exc::new(Kind::ValueError, message)
    }

    /// What a TaskGroup raises.
    pub(crate) fn group(members: Vec<Exc>) -> Exc {
        Exc(Rc::new(Data { kind: Kind::ExceptionGroup, message: None, members }))
    }

    /// Unwinds everything: the scenario is over.
    pub(crate) fn halt() -> Exc {
        Exc::with(Kind::Halt, None)
    }

    /// Unwinds everything: the program is not one of the language. The message says why.
    pub(crate) fn invalid(why: impl Into<String>) -> Exc {
        Exc::new(Kind::Halt, why)
    }

    pub(crate) fn is_halt(&self) -> bool {
        self.0.kind == Kind::Halt
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.0.kind == Kind::CancelledError
    }

    pub(crate) fn is_a(&self, class: Kind) -> bool {
        self.0.kind.is_a(class)
    }

    pub(crate) fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// The same exception, not only an equal one.
    pub(crate) fn is(&self, other: &Exc) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Display for Exc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.kind == Kind::ExceptionGroup {
            f.write_str("ExceptionGroup[")?;
            for (i, member) in self.0.members.iter().enumerate() {
                if i > 0 {
                    f.write_str(", ")?;
                }
                write!(f, "{member}")?;
            }
            return f.write_str("]");
        }
        write!(f, "{:?}({})", self.0.kind, self.message().unwrap_or_default())
    }
}
