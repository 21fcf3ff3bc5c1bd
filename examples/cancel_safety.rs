//! A transfer that loses money when it is cancelled between its two awaits: found, told, and cured.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use seedbed::hunt::CancelSweepReport;
use seedbed::sync::Lock;
use seedbed::task::Builder;
use seedbed::{CancelSweep, Target, sleep, yield_now};

/// What two banks say to each other takes a while.
const ROUND_TRIP: Duration = Duration::from_millis(10);

/// Two accounts, and a lock on both.
struct Bank {
    ledger: Lock,
    from: Cell<u32>,
    to: Cell<u32>,
}

impl Bank {
    /// Takes the money, tells the other bank, and only then is it there.
    async fn transfer_in_two_steps(&self, amount: u32) {
        let _held = self.ledger.lock().await;
        self.from.set(self.from.get() - amount);
        sleep(ROUND_TRIP).await;
        self.to.set(self.to.get() + amount);
    }

    /// Tells the other bank first: what must happen together stands between the same two awaits.
    async fn transfer_at_once(&self, amount: u32) {
        let _held = self.ledger.lock().await;
        sleep(ROUND_TRIP).await;
        self.from.set(self.from.get() - amount);
        self.to.set(self.to.get() + amount);
    }
}

/// A customer transfers money while somebody else is at the ledger. Wherever the transfer is cancelled, the money is all there afterwards, and
/// the ledger is free.
async fn money_is_never_lost(target: Target, at_once: bool) {
    let bank = Rc::new(Bank { ledger: Lock::new().named("ledger"), from: Cell::new(100), to: Cell::new(0) });
    let audited = Rc::clone(&bank);
    let audit = async move {
        let _held = audited.ledger.lock().await;
        sleep(ROUND_TRIP).await;
    };
    let audit = Builder::new().name("audit").spawn(audit).expect("the loop runs");
    yield_now().await;

    match at_once {
        true => target.run(bank.transfer_at_once(60)).await,
        false => target.run(bank.transfer_in_two_steps(60)).await,
    };

    let (from, to) = (bank.from.get(), bank.to.get());
    assert!(from + to == 100, "of 100 there are {from} and {to}");
    audit.await.expect("nobody panics");
    assert!(!bank.ledger.locked(), "the ledger is still locked");
}

/// Cancels one of the transfers at each of its await points, in each way there is.
pub(crate) fn sweep(at_once: bool) -> CancelSweepReport {
    let sweep = CancelSweep::new(move |target| money_is_never_lost(target, at_once));
    sweep.hunt(|hunt| hunt.regressions_off()).run()
}

fn main() {
    println!("{}\n", sweep(false));
    println!("{}", sweep(true));
}
