//! Chaos: a service whose every order of events is right, and which loses space when faults strike; found, told in words, and cured.
//!
//! Uploads reserve space on a disk, have a worker process compute their checksum, and write. A disk may be full, a worker may die, anything
//! may be slow. Whatever happens, no space may in the end be reserved for nobody.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use seedbed::hunt::{Hunt, HuntReport};
use seedbed::{ProcessPool, blocking, fault, sleep, sometimes, spawn};

/// Space on the disk that belongs to an upload until its file is written.
struct Reservation {
    reserved: Rc<Cell<u32>>,
    size: u32,
    /// Whether it is given back on every way out, or on the usual one only.
    guarded: bool,
}

impl Reservation {
    fn new(reserved: &Rc<Cell<u32>>, size: u32, guarded: bool) -> Self {
        reserved.set(reserved.get() + size);
        Self { reserved: Rc::clone(reserved), size, guarded }
    }

    fn end(&mut self) {
        self.reserved.set(self.reserved.get() - std::mem::take(&mut self.size));
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if self.guarded {
            self.end();
        }
    }
}

/// Computes a checksum, in a worker process.
fn checksum(size: u32) -> u32 {
    blocking::sleep(Duration::from_millis(5));
    size.wrapping_mul(0x9E37_79B1)
}

async fn upload(mut space: Reservation) -> Result<u32, &'static str> {
    let workers = ProcessPool::new(1).map_err(|_| "no workers")?;
    let answer = workers.submit(checksum, space.size).map_err(|_| "no workers")?.await;
    let checksum = answer.map_err(|_| "no answer")?.map_err(|_| "the worker died")?;
    sleep(Duration::from_millis(1)).await; // the file is written
    if fault!("disk full") {
        return Err("no space left on the disk");
    }
    space.end();
    Ok(checksum)
}

async fn three_uploads(guarded: bool) {
    let reserved = Rc::default();
    let uploads = [10, 20, 30].map(|size| spawn(upload(Reservation::new(&reserved, size, guarded))));
    let mut failed = 0;
    for upload in uploads {
        failed += u32::from(upload.await.is_ok_and(|result| result.is_err()));
    }
    sometimes!(failed > 0, "an upload failed");
    sometimes!(failed == 3, "every upload failed");
    let reserved = reserved.get();
    assert!(reserved == 0, "{reserved} are reserved for nobody");
}

/// The hunt of the service, with the faults that it should stand.
pub(crate) fn hunt(guarded: bool) -> HuntReport {
    let hunt = Hunt::new(if guarded { "uploads with a guard" } else { "uploads" });
    hunt.faults("late+slow+crash+stall+wake+spurious+point").run(move || three_uploads(guarded))
}

fn main() {
    println!("{}\n", hunt(false));
    println!("{}", hunt(true));
}
