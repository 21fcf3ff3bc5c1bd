//! Panics and deadlocks where futures of other libraries are involved.
