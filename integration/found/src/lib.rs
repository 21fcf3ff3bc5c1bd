//! Bugs that seedbed found in published crates: `tests/found` shows each in the version that has it, and `docs/found.md` tells it.
