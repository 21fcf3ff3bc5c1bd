//! Chaos: a service whose every order of events is right, and which loses space when faults strike; found, told in words, and cured.
//!
//! Uploads reserve space on a disk, have a worker process compute their checksum, and write. A disk may be full, a worker may die, anything
//! may be slow. Whatever happens, the space that is reserved must in the end be the space that is used.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use seedbed::hunt::{Hunt, HuntReport};
use seedbed::{ProcessPool, blocking, fault, sleep, sometimes, spawn};

const MS: Duration = Duration::from_millis(1);

/// How much space is reserved, and how much of it holds files.
#[derive(Default)]
struct Disk {
    reserved: Cell<u32>,
    used: Cell<u32>,
}

/// Space that belongs to an upload; given back when it is dropped before the file is written.
struct Reservation {
    disk: Rc<Disk>,
    size: u32,
    kept: bool,
}

impl Reservation {
    fn new(disk: &Rc<Disk>, size: u32) -> Self {
        disk.reserved.set(disk.reserved.get() + size);
        Self { disk: Rc::clone(disk), size, kept: false }
    }

    fn fill(mut self) {
        self.disk.used.set(self.disk.used.get() + self.size);
        self.kept = true;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        if !self.kept {
            self.disk.reserved.set(self.disk.reserved.get() - self.size);
        }
    }
}

/// Writes to the disk take a millisecond, and fail where it is full.
async fn write() -> Result<(), &'static str> {
    sleep(MS).await;
    if fault!("disk full") { Err("no space left on the disk") } else { Ok(()) }
}

/// Computes a checksum, in a worker process.
fn checksum(size: u32) -> u32 {
    blocking::sleep(5 * MS);
    size.wrapping_mul(0x9E37_79B1)
}

async fn upload(disk: Rc<Disk>, size: u32, guarded: bool) -> Result<u32, &'static str> {
    let reservation = guarded.then(|| Reservation::new(&disk, size));
    if !guarded {
        disk.reserved.set(disk.reserved.get() + size);
    }
    let workers = ProcessPool::new(1).map_err(|_| "no workers")?;
    let answer = workers.submit(checksum, size).map_err(|_| "no workers")?.await;
    // Each of these two ways out forgets the space, unless something remembers it.
    let checksum = answer.map_err(|_| "no answer")?.map_err(|_| "the worker died")?;
    write().await?;
    match reservation {
        Some(reservation) => reservation.fill(),
        None => disk.used.set(disk.used.get() + size),
    }
    Ok(checksum)
}

async fn three_uploads(guarded: bool) {
    let disk = Rc::<Disk>::default();
    let uploads = [10, 20, 30].map(|size| spawn(upload(Rc::clone(&disk), size, guarded)));
    let mut failed = 0;
    for upload in uploads {
        failed += u32::from(upload.await.is_ok_and(|result| result.is_err()));
    }
    sometimes!(failed > 0, "an upload failed");
    sometimes!(failed == 3, "every upload failed");
    let (reserved, used) = (disk.reserved.get(), disk.used.get());
    assert!(reserved == used, "{reserved} are reserved, {used} are used");
}

/// The hunt of the service, with every sort of fault that it should stand; cancelling its tasks and making them panic are not among them.
pub(crate) fn hunt(guarded: bool) -> HuntReport {
    Hunt::new(if guarded { "uploads with a guard" } else { "uploads" })
        .faults("late+slow+crash+stall+wake+spurious+point")
        .run(move || three_uploads(guarded))
}

fn main() {
    println!("{}\n", hunt(false));
    println!("{}", hunt(true));
}
