//! The pieces that no simulator can do without, each alone: `F-poll`, and `F-heapN`, `F-keyN`, `F-wheelN`, `F-nswheelN` with `N` timers pending
//! all the time. An operation is a poll, or a timer taken out and put back with a new delay of 1..=1000 ms.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, RawWaker, RawWakerVTable, Waker};

use peers_common::{Rng, YieldNow};

pub fn part(name: &str, n: u64) -> Option<u64> {
    if name == "F-poll" {
        return Some(poll(n));
    }
    let (kind, size) = name.strip_prefix("F-")?.split_at(name[2..].find(|c: char| c.is_ascii_digit())?);
    let size: u64 = size.parse().ok()?;
    Some(match kind {
        "heap" => heap(size, n),
        "key" => key(size, n),
        "wheel" => wheel(size, n, 1),
        "nswheel" => wheel(size, n, 1_000_000),
        _ => return None,
    })
}

// ---- a boxed future polled, its number pushed on and popped off a VecDeque

thread_local! { static READY: Cell<*mut VecDeque<u32>> = const { Cell::new(std::ptr::null_mut()) } }
fn push(p: *const ()) {
    // SAFETY: set by `poll` below, and the queue is not borrowed while futures run.
    unsafe { (*READY.with(|r| r.get())).push_back(p as usize as u32) }
}
static VTABLE: RawWakerVTable = RawWakerVTable::new(|p| RawWaker::new(p, &VTABLE), push, push, |_| {});

fn poll(n: u64) -> u64 {
    let per = n / 100;
    let mut futs: Vec<Pin<Box<dyn Future<Output = ()>>>> = Vec::new();
    let mut ready = VecDeque::new();
    for i in 0..100 {
        futs.push(Box::pin(async move {
            for _ in 0..per {
                YieldNow(false).await;
            }
        }));
        ready.push_back(i);
    }
    READY.with(|r| r.set(&mut ready));
    let ready = READY.with(|r| r.get());
    // SAFETY: as in `push`.
    while let Some(id) = unsafe { (*ready).pop_front() } {
        // SAFETY: the pointer is a number; no function of the table follows it.
        let w = unsafe { Waker::from_raw(RawWaker::new(id as usize as *const (), &VTABLE)) };
        let w = std::mem::ManuallyDrop::new(w);
        let _ = futs[id as usize].as_mut().poll(&mut Context::from_waker(&w));
    }
    per * 100
}

// ---- timers

/// `BinaryHeap` of (deadline, sequence number, who).
fn heap(size: u64, n: u64) -> u64 {
    let (mut rng, mut seq) = (Rng::new(1), 0u64);
    let mut h = BinaryHeap::new();
    for i in 0..size {
        h.push(Reverse((rng.ms(1000) * 1_000_000, seq, i as u32)));
        seq += 1;
    }
    for _ in 0..n {
        let Reverse((now, _, who)) = h.pop().unwrap();
        h.push(Reverse((now + rng.ms(1000) * 1_000_000, seq, black_box(who))));
        seq += 1;
    }
    black_box(&h);
    n
}

/// The same with deadline and sequence number in one `u128`.
fn key(size: u64, n: u64) -> u64 {
    let (mut rng, mut seq) = (Rng::new(1), 0u64);
    let mut h = BinaryHeap::new();
    let k = |at: u64, seq: u64, who: u32| Reverse((at as u128) << 64 | (seq << 32) as u128 | who as u128);
    for i in 0..size {
        h.push(k(rng.ms(1000) * 1_000_000, seq, i as u32));
        seq += 1;
    }
    for _ in 0..n {
        let mut top = h.peek_mut().unwrap();
        let now = (top.0 >> 64) as u64;
        let who = top.0 as u32;
        *top = k(now + rng.ms(1000) * 1_000_000, seq, black_box(who));
        seq += 1;
    }
    black_box(&h);
    n
}

const NIL: u32 = u32::MAX;
/// A hierarchical wheel, 64 slots a level, singly linked lists in a slab.
struct Wheel {
    now: u64,
    bits: [u64; 11],
    slots: [[u32; 64]; 11],
    nodes: Vec<(u64, u32)>,
}
impl Wheel {
    #[inline]
    fn insert(&mut self, id: u32, at: u64) {
        let level = ((63 - ((at ^ self.now) | 63).leading_zeros()) / 6) as usize;
        let slot = (at >> (6 * level)) as usize & 63;
        self.nodes[id as usize] = (at, std::mem::replace(&mut self.slots[level][slot], id));
        self.bits[level] |= 1 << slot;
    }
    /// The list of everything due next.
    fn expire(&mut self) -> u32 {
        loop {
            let level = self.bits.iter().position(|&b| b != 0).unwrap();
            let slot = self.bits[level].trailing_zeros() as usize;
            self.bits[level] &= self.bits[level] - 1;
            let mut id = std::mem::replace(&mut self.slots[level][slot], NIL);
            let shift = 6 * level;
            let upper = if shift + 6 >= 64 { 0 } else { self.now >> (shift + 6) << (shift + 6) };
            self.now = upper | (slot as u64) << shift;
            if level == 0 {
                return id;
            }
            while id != NIL {
                let (at, next) = self.nodes[id as usize];
                self.insert(id, at);
                id = next;
            }
        }
    }
}
fn wheel(size: u64, n: u64, ms: u64) -> u64 {
    let mut rng = Rng::new(1);
    let mut w = Wheel { now: 0, bits: [0; 11], slots: [[NIL; 64]; 11], nodes: vec![(0, NIL); size as usize] };
    for i in 0..size {
        w.insert(i as u32, rng.ms(1000) * ms);
    }
    let mut done = 0;
    while done < n {
        let mut id = w.expire();
        let now = w.now;
        while id != NIL {
            let (at, next) = w.nodes[id as usize];
            assert_eq!(at, now);
            w.insert(black_box(id), now + rng.ms(1000) * ms);
            id = next;
            done += 1;
        }
    }
    done
}
