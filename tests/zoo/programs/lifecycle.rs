//! Something is used before it is there, or after it is gone.

use std::rc::Rc;

use seedbed::spawn;
use seedbed::sync::{Event, Semaphore};

use super::{Shared, list, work};

/// The log is closed when the last request was taken, not when it was answered. Fixed: the worker is awaited first.
pub(super) async fn log_after_close(fixed: bool) {
    let open = Shared::new(true);
    let worker = {
        let open = open.clone();
        spawn(async move {
            work(2).await;
            assert!(open.get(), "a line for a log that is closed");
        })
    };
    if fixed {
        worker.await.unwrap();
        open.set(false);
    } else {
        work(5).await;
        open.set(false);
        worker.await.unwrap();
    }
}

/// A line is closed while a request is on its way. Fixed: requests on their way are counted.
pub(super) async fn request_on_a_closed_line(fixed: bool) {
    let (open, under_way, quiet) = (Shared::new(true), Shared::new(0), Event::new());
    let client = |delay| {
        let (open, under_way, quiet) = (open.clone(), under_way.clone(), quiet.clone());
        spawn(async move {
            work(delay).await;
            if open.get() {
                under_way.set(under_way.get() + 1);
                work(2).await;
                assert!(open.get() || under_way.get() == 0, "the line was closed under a request");
                under_way.set(under_way.get() - 1);
                if under_way.get() == 0 {
                    quiet.set();
                }
            }
        })
    };
    let clients = [client(0), client(2)];
    let closer = spawn(async move {
        work(8).await;
        while fixed && under_way.get() > 0 {
            quiet.clear();
            quiet.wait().await;
        }
        open.set(false);
    });
    for client in clients {
        client.await.unwrap();
    }
    closer.await.unwrap();
}

/// A permit is taken by hand, and not given back by those who find nothing to do. Fixed: a guard.
pub(super) async fn permit_never_returned(fixed: bool) {
    let (permits, jobs) = (Semaphore::new(1), Shared::new(2));
    let worker = |delay| {
        let (permits, jobs) = (permits.clone(), jobs.clone());
        spawn(async move {
            work(delay).await;
            permits.acquire().await.unwrap();
            if jobs.get() == 0 {
                if fixed {
                    permits.release();
                }
                return;
            }
            jobs.set(jobs.get() - 1);
            work(1).await;
            permits.release();
        })
    };
    let workers = [worker(0), worker(3)];
    let filler = {
        let jobs = jobs.clone();
        spawn(async move {
            work(6).await;
            jobs.set(jobs.get() + 1);
        })
    };
    let last = worker(9);
    for worker in workers {
        worker.await.unwrap();
    }
    filler.await.unwrap();
    last.await.unwrap();
    permits.acquire().await.unwrap();
}

/// A reader that hopes the settings are loaded by now. Fixed: it waits for them.
pub(super) async fn read_before_it_is_set(fixed: bool) {
    let (settings, loaded) = (Shared::new(None), Event::new());
    let loader = {
        let (settings, loaded) = (settings.clone(), loaded.clone());
        spawn(async move {
            work(1).await;
            settings.set(Some(8));
            loaded.set();
        })
    };
    let reader = spawn(async move {
        work(4).await;
        if fixed {
            loaded.wait().await;
        }
        assert_eq!(settings.get(), Some(8), "no settings yet");
    });
    loader.await.unwrap();
    reader.await.unwrap();
}

/// A house that shows its guests out at closing time; one who came through the door then is locked in. Fixed: the guest looks again.
pub(super) async fn guest_after_closing(fixed: bool) {
    let (open, guests) = (Shared::new(true), list());
    let guest = |number: u32, delay| {
        let (open, guests) = (open.clone(), Rc::clone(&guests));
        spawn(async move {
            work(delay).await;
            if open.get() {
                work(2).await;
                if !fixed || open.get() {
                    guests.borrow_mut().push(number);
                }
            }
        })
    };
    let tasks = [guest(1, 0), guest(2, 2)];
    let host = {
        let guests = Rc::clone(&guests);
        spawn(async move {
            work(7).await;
            open.set(false);
            guests.borrow_mut().clear();
        })
    };
    for task in tasks {
        task.await.unwrap();
    }
    host.await.unwrap();
    assert!(guests.borrow().is_empty(), "locked in");
}
