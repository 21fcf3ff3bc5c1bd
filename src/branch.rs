//! The order of a `select!`'s branches, as a choice.

use crate::choice::Kind;
use crate::context;

/// Which branch of `count` is polled first; the others follow in turn. 0, source order, is the plain answer; it is
/// also the answer outside a run.
///
/// # Panics
///
/// Never for fewer than 2³² branches.
#[must_use]
pub fn first_branch(count: u32) -> u32 {
    if !context::is_inside() || count < 2 {
        return 0;
    }
    context::with("select!", |kernel| {
        let subject = kernel.current_subject();
        let first = kernel.decide(subject, Kind::Branch, count);
        kernel.show_choice(Kind::Branch, first);
        first
    })
}
