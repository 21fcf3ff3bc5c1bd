//! Inputs that are drawn for each run: how a hunt holds on to those of a failing run.

use std::sync::Arc;

use crate::choice::InputPath;
use crate::explore::Program;
use crate::sim::{Report, Sim};

/// Looks for a failing run with simpler inputs, and fewer departures: of that program, beginning with that run, making one more as long as it may.
pub(crate) type ShrinkInputs =
    Arc<dyn Fn(&dyn Program, Report<()>, &mut dyn FnMut() -> bool) -> Report<()> + Send + Sync>;

/// A program whose inputs are always the same.
pub(super) struct Pinned<'a> {
    program: &'a dyn Program,
    inputs: Option<InputPath>,
}

impl<'a> Pinned<'a> {
    /// The program with the inputs of this run.
    pub(super) fn to(program: &'a dyn Program, run: &Report<()>) -> Self {
        Self { program, inputs: run.departures.inputs().cloned() }
    }
}

impl Program for Pinned<'_> {
    fn run(&self, sim: Sim) -> Report<()> {
        self.program.run(sim.pin_inputs(self.inputs.clone()))
    }
}
