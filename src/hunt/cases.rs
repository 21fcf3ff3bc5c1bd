//! Hunts whose runs have inputs that are drawn.

use std::sync::Arc;

use super::builder::Hunt;
use super::inputs::ShrinkInputs;
use super::report::HuntReport;
use crate::sim::{Report, Sim};

impl Hunt {
    /// Makes the hunt, of a program that takes its inputs from the simulation ([`Sim::inputs`]) and names them in its reports' departures.
    pub(crate) fn cases(
        self,
        program: impl Fn(Sim) -> Report<()> + Send + Sync + 'static,
        shrink_inputs: ShrinkInputs,
    ) -> HuntReport {
        let configured = self.configured();
        let mut hunt = self;
        hunt.shrink_inputs = Some(shrink_inputs);
        hunt.search(Arc::new(move |sim: Sim| program(configured(sim))))
    }
}
