//! Nothing but orderings: as many as the name says must hold at once, or one order of all tasks.

use seedbed::spawn;

use super::{Shared, list, work};

pub(super) async fn depth_1(fixed: bool) {
    orderings(1, fixed).await;
}

pub(super) async fn depth_2(fixed: bool) {
    orderings(2, fixed).await;
}

pub(super) async fn depth_3(fixed: bool) {
    orderings(3, fixed).await;
}

pub(super) async fn depth_4(fixed: bool) {
    orderings(4, fixed).await;
}

pub(super) async fn depth_5(fixed: bool) {
    orderings(5, fixed).await;
}

/// Two tasks take turns at being ahead: at its milestone `n`, the odd or the even one must be the first to arrive. In plain order
/// the first task is first each time, or second, whichever is not asked for. A third task is beside them. Fixed: nobody minds.
async fn orderings(depth: usize, fixed: bool) {
    let reached = list::<[bool; 2]>();
    let runner = |me: usize| {
        let reached = reached.clone();
        spawn(async move {
            for milestone in 0..depth {
                // Whoever must be ahead here has two steps more to go than the other.
                let ahead = milestone % 2;
                work(if me == ahead { 3 } else { 1 }).await;
                let mut reached = reached.borrow_mut();
                if reached.len() <= milestone {
                    reached.push([false; 2]);
                    reached[milestone][me] = true;
                }
            }
        })
    };
    let (one, other) = (runner(0), runner(1));
    let beside = spawn(work(4));
    one.await.unwrap();
    other.await.unwrap();
    beside.await.unwrap();
    let wanted = (0..depth).all(|milestone| reached.borrow()[milestone][milestone % 2]);
    assert!(fixed || !wanted, "all {depth} orderings hold");
}

pub(super) async fn needle_of_4(fixed: bool) {
    needle(4, fixed).await;
}

pub(super) async fn needle_of_5(fixed: bool) {
    needle(5, fixed).await;
}

/// Each task takes a place, and they must come in the opposite order of their spawning. Fixed: nobody minds.
async fn needle(count: u32, fixed: bool) {
    let next = Shared::new(count);
    let tasks: Vec<_> = (0..count)
        .map(|number| {
            let next = next.clone();
            spawn(async move {
                work(1).await;
                if next.get() == number + 1 {
                    next.set(number);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert!(fixed || next.get() > 0, "the one order");
}
