//! What the panic hook saw of a panic that a run will handle.

use std::panic::Location;

/// The place of the last panic, until it is told.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    location: Option<String>,
}

impl Seen {
    pub(super) fn at(location: Option<&Location<'_>>) -> Self {
        Self { location: location.map(ToString::to_string) }
    }

    pub(super) fn into_location(self) -> Option<String> {
        self.location
    }
}
