//! What sweeps of await points say: the snapshots are reports that a person has read.

use seedbed::{CancelSweep, Hunt, PanicSweep, Target, sleep, task::Builder};

use crate::support::millis;

#[path = "../../../examples/cancel_safety.rs"]
#[allow(dead_code, reason = "`main` prints what is compared here")]
mod cancel_safety;

#[track_caller]
fn compare(name: &str, report: impl std::fmt::Display) {
    insta::with_settings!(
        { snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), omit_expression => true },
        { insta::assert_snapshot!(name, report) }
    );
}

#[test]
fn money_is_lost_and_found() {
    compare("money_is_lost", cancel_safety::sweep(false));
    compare("money_is_never_lost", cancel_safety::sweep(true));
}

#[test]
fn a_sweep_that_cannot_be_made_says_why() {
    let idle = CancelSweep::new(async |target: Target| {
        target.run(async {}).await;
    });
    let long = CancelSweep::new(async |target: Target| {
        let work = async {
            for _ in 0..20 {
                seedbed::yield_now().await;
            }
        };
        target.run(work).await;
    });
    let broken = CancelSweep::new(async |target: Target| {
        target.run(sleep(millis(1))).await;
        assert_eq!(1 + 1, 3);
    });
    let endless = PanicSweep::new(async |target: Target| {
        target.run(std::future::pending::<()>()).await;
    });
    let broken = broken.hunt(|hunt| hunt.regressions_off().prove(false)).run();
    let endless = endless.hunt(|hunt| hunt.regressions_off().prove(false)).run();
    let absent = Hunt::new("absent").cancel("main/wroker").run(|| async {
        Builder::new().name("worker").spawn(sleep(millis(1))).unwrap().await.unwrap();
    });
    let reports = [idle.run().to_string(), long.max_points(10).run().to_string(), broken.to_string()];
    let reports = reports.into_iter().chain([endless.to_string(), absent.to_string()]);
    compare("sweeps_that_cannot_be_made", reports.collect::<Vec<_>>().join("\n\n"));
}
