//! An empty future: not done, then given a result, and awaited by two tasks.

use std::time::Duration;

use seedbed::{InvalidState, Promise, Report, Sim, note, sleep, spawn};

pub(crate) fn awaited_by_two() -> Report<Result<(), InvalidState>> {
    Sim::new(0).run(async {
        let promise = Promise::<String>::named("greeting");
        let readers = ["ann", "bob"].map(|name| {
            let greeting = promise.join();
            spawn(async move {
                note!("{name} waits");
                let greeting = greeting.await.expect("nobody cancels it");
                note!("{name} reads {greeting:?}");
            })
        });
        sleep(Duration::from_secs(1)).await;
        note!("done: {}", promise.is_done());
        promise.set_result("hello".to_owned())?;
        note!("done: {}, result: {:?}", promise.is_done(), promise.result());
        for reader in readers {
            reader.await.expect("a reader does not panic");
        }
        let again = promise.set_result("hello again".to_owned());
        note!("a second result is refused: {}", again.expect_err("it is done"));
        Ok(())
    })
}

fn main() {
    let report = awaited_by_two();
    println!("{}", report.trace.summary());
    report.unwrap().expect("a promise can be settled once");
}
