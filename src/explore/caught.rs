//! Running a program so that a panic outside its run is a value too.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::program::Program;
use crate::sim::{Report, Sim};

/// Runs it once. A panic inside the run is a failure in the report; one outside of it, of the program's own code around the run or of
/// seedbed itself, is an error: what it says.
pub(super) fn run_caught(program: &dyn Program, sim: Sim) -> Result<Report<()>, String> {
    catch_unwind(AssertUnwindSafe(|| program.run(sim))).map_err(|panic| words(&*panic))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic without words".to_owned())
}
