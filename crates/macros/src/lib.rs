//! The macros of `seedbed`; use them through that crate, which re-exports them.
//!
//! | macro | file | calls in `seedbed::__private` |
//! |---|---|---|
//! | `#[seedbed::test]` | `test_attribute.rs`, `settings.rs`, `arguments.rs`, `listing.rs` | `TestSettings`, `TestPlace`, `run_test`, `bytes_of`, `keep`; `__arguments!` |
//! | `seedbed::select!` | `select.rs` | `first_branch` |
//!
//! Nothing here knows a type of `seedbed`: the macros read tokens, report every mistake where it stands, and write calls to that one
//! hidden door. They are procedural because a `macro_rules!` answers a wrong setting or a forgotten `=>` with "no rules expected this
//! token", and we can say what is wrong.

mod arguments;
mod errors;
mod listing;
mod select;
mod settings;
mod test_attribute;

use proc_macro::TokenStream;

/// Turns an `async fn` into a `#[test]` that is run many times on the virtual clock, in many orders, to find one that fails.
///
/// The function returns `()` or a `Result`, whose error is a failure of the run; `#[ignore]` and `#[cfg(…)]` mean
/// what they mean for the standard `#[test]`. With `#[should_panic]`, the first run that fails is the panic that is expected, and no
/// more is made of it. Without settings the seed comes from the path of the test: the same test runs the same way every time,
/// everywhere.
///
/// The first run is the plain one, in FIFO order, asyncio's; it is made twice and compared. What follows is up to the policy.
///
/// | setting | value | without it |
/// |---|---|---|
/// | `runs` | an integer, at least 1: how many runs, the plain one included | 256; 1 with `policy = "fifo"` |
/// | `seed` | an integer, decimal or `0x…`; the plain run has this seed | derived from the path of the test |
/// | `policy` | a name such as `"random"`: who proposes the order in all runs but the plain one | `"portfolio"`, a mixture |
/// | `faults` | `"all"`, or kinds joined by `+` as in `"late+stall"`: each run but the plain one has some of them, drawn for it | the fault points that the plain run meets |
/// | `time` | `"auto"` or `"manual"`: whether the clock moves by itself when nothing is ready | `"auto"` |
/// | `steps` | an integer: at most so many steps | a million |
/// | `tasks` | an integer: at most so many tasks | the default of `Sim` |
/// | `self_wakes` | an integer: at most so many wakes of a task by itself without progress | 100,000 |
/// | `virtual_time` | a duration such as `"90s"`, `"1h 30m"`, `"250ms"` | the default of `Sim` |
/// | `blocked` | a duration: the loop may be blocked at most so long | the default of `Sim` |
/// | `points` | modules with their crate, `"shop::ledger, shop::queue"`: each of their points must be met; or `"off"` | those of the test itself: see `Hunt::points` |
/// | `cancel` | the path of a task such as `"main/worker"`: the plain run is made again with it cancelled at its first await point, at its second, and so on | nothing is cancelled |
/// | `panic` | the path of a task, which is made to panic after each of its await points in the same way | nothing is made to panic |
///
/// # Arguments
///
/// Arguments are drawn by proptest, afresh for every run: `#[strategy = 0..10]` before one says from which strategy, without it is `any` of its
/// type; this needs the feature `proptest`. In a run that fails, they shrink together with the schedule, and the replay line brings them back. A
/// strategy must depend on nothing but its draws, and its values on nothing that a run does to them.
///
/// Variables of the environment go before the settings: `seedbed::hunt` has the table. Examples stand with the re-export, `seedbed::test`.
#[proc_macro_attribute]
pub fn test(settings: TokenStream, item: TokenStream) -> TokenStream {
    test_attribute::expand(settings.into(), item.into()).into()
}

/// Waits on several futures at once and runs the handler of the first that completes with a value that fits its pattern.
///
/// ```text
/// select! {
///     pattern = future => handler,
///     pattern = future, if condition => handler,
///     else => handler,
/// }
/// ```
///
/// The rules are those of `tokio::select!`, so that its code runs unchanged:
///
/// 1. The conditions are evaluated, then the future expressions, of disabled branches too, both in source order.
/// 2. The enabled branches are polled. One that completes with a value that does not fit its pattern is disabled.
/// 3. The first that fits ends the waiting: all futures are dropped, the last branch's first, then its handler runs. In a handler
///    `.await`, `?`, `return`, `break` and `continue` work as outside.
/// 4. When no branch is enabled any more the `else` handler runs; without one the macro panics.
///
/// What differs is the order in which the branches are polled. It is a choice of the run: source order in the plain run, and a rotation
/// of it where the policy or a replay says so. `biased;` as the first line asks for source order in every run.
///
/// Examples stand with the re-export, `seedbed::select`.
#[proc_macro]
pub fn select(branches: TokenStream) -> TokenStream {
    select::expand(branches.into()).into()
}
