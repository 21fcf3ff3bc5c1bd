//! The order of a `select!`'s branches, as a choice.

use crate::choice::{Kind, SubjectKey};
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
        let subject = match kernel.current.and_then(|id| kernel.tasks.get(id)) {
            Some(task) => task.subject,
            None => SubjectKey::of_path("(outside)"),
        };
        kernel.picker.introduce_outside(subject);
        kernel.picker.decide(subject, Kind::Branch, count)
    })
}
