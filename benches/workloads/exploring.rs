//! Workloads of many runs of one program: shrinking and exhaustive search.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

use seedbed::explore::{Exhaustive, ShrinkLimits, ShrinkStop, shrink};
use seedbed::policy::Random;
use seedbed::{Report, Seed, Sim, spawn, yield_now};

/// The counter that five tasks add to in two steps must not end below two; it does if nearly all of them read it before anyone writes,
/// twice over. Plain order loses four updates of five in the first round and in the second.
fn lost_updates(sim: Sim) -> Report<()> {
    sim.run(async {
        let shared = Rc::new(Cell::new(0));
        let tasks: Vec<_> = (0..5_u32)
            .map(|number| {
                let shared = Rc::clone(&shared);
                spawn(async move {
                    for _ in 0..number {
                        yield_now().await;
                    }
                    let seen = shared.get();
                    yield_now().await;
                    yield_now().await;
                    shared.set(seen + 1);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert!(shared.get() > 1, "four updates of five were lost");
    })
}

/// The first failing run from seed 0 on, recorded.
fn failing() -> Report<()> {
    let run = |seed: u64| lost_updates(Sim::new(seed).trace(false).policy(Random::new(Seed::new(seed))).record(true));
    (0..100_000).map(run).find(|report| report.result.is_err()).expect("no run fails")
}

pub(super) fn shrink_lost_update(times: u64) {
    let failing = failing();
    for _ in 0..times {
        let limits = ShrinkLimits::default().wall(None);
        let shrunk = shrink(&lost_updates, &failing, &limits, &mut |_| ControlFlow::Continue(())).unwrap();
        assert_eq!(shrunk.stop, ShrinkStop::Finished);
    }
}

pub(super) fn exhaust_lost_update(schedules: u64) {
    let schedules = u32::try_from(schedules).expect("a search of at most 2^32 schedules");
    let exhausted = Exhaustive::new().schedules_max(schedules).run(&lost_updates);
    assert_eq!(exhausted.schedules, u64::from(schedules));
}
