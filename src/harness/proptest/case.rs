//! `run_test_with`: a test whose arguments are drawn from strategies, once for each run.

use std::fmt::Debug;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use proptest::strategy::Strategy;
use proptest::test_runner::Config;

use super::drawn::Drawn;
use super::inputs::Inputs;
use super::tree::ScheduledTree;
use crate::choice::InputPath;
use crate::explore::Program;
use crate::harness::attribute::TestSettings;
use crate::hunt::ShrinkInputs;
use crate::sim::{Outcome, Report, Sim};

/// Makes the hunt of one test with arguments. Not for use by hand: the attribute writes the call.
///
/// Every run has inputs of its own, drawn from its seed. Where one fails, inputs and schedule are shrunk together before the schedule is looked at
/// by itself; the replay line then holds the seed of the inputs and the steps of their shrinking, so that a fresh process makes the same ones.
///
/// # Panics
///
/// If a run failed: with the hunt's report.
#[track_caller]
pub fn run_test_with<S, M>(
    settings: TestSettings,
    strategy: impl Fn() -> S + Send + Sync + 'static,
    show: impl Fn(&S::Value) -> Vec<String> + Send + Sync + 'static,
    test: impl Fn(S::Value) -> M + Send + Sync + 'static,
) where
    S: Strategy + 'static,
    S::Value: Debug + 'static,
    M: Future + 'static,
    M::Output: Outcome + 'static,
{
    let location = Location::caller();
    let (strategy, test) = (Arc::new(strategy), Arc::new(test));
    let make = Arc::clone(&strategy);
    let shrink: ShrinkInputs =
        Arc::new(move |program, failing, may_go_on| smallest(program, make(), failing, may_go_on));
    let program = move |sim: Sim| -> Report<()> {
        let path = sim.inputs();
        let inputs = match inputs_at(strategy(), &path) {
            Ok(inputs) => inputs,
            // The run fails, so that this is told like any other failure of a test.
            Err(reason) => {
                let refused = format!("no inputs could be drawn: {reason}");
                return sim.run_at(async move { Err::<(), _>(refused) }, location).settle();
            }
        };
        let (value, test) = (inputs.current(), Arc::clone(&test));
        let mut report = sim.run_at(async move { test(value).await }, location).settle();
        if let Err(failure) = &mut report.result {
            failure.inputs = show(&inputs.current());
        }
        report.departures.set_inputs(Some(path));
        report
    };
    settings.hunt.cases(program, shrink).check();
}

fn inputs_at<S: Strategy>(strategy: S, path: &InputPath) -> Result<Inputs<S>, proptest::test_runner::Reason> {
    Inputs::at(Rc::new(strategy), Config::default(), path)
}

/// Shrinks inputs and schedule of a failing run in turns.
fn smallest<S: Strategy>(
    program: &dyn Program,
    strategy: S,
    failing: Report<()>,
    may_go_on: &mut dyn FnMut() -> bool,
) -> Report<()> {
    let Some(Ok(inputs)) = failing.departures.inputs().map(|path| inputs_at(strategy, path)) else { return failing };
    let drawn = Drawn { seed: failing.seed, policy: failing.policy.clone(), fixed: false };
    let (mut tree, mut more) = ScheduledTree::failing(inputs, drawn, failing.clone());
    while more && may_go_on() {
        let (sim, path) = tree.next_run();
        more = tree.tell(program.run(sim.pin_inputs(Some(path))));
    }
    tree.into_best().unwrap_or(failing)
}
