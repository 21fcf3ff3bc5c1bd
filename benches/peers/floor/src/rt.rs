//! The floor: a runtime with nothing in it but what the workloads force, by hand, on one thread.
//!
//! One allocation a task. A waker is the number of a task: cloning it copies two words, dropping it does nothing. Ready tasks stand in a
//! `VecDeque`, or, with `RANDOM`, in a `Vec` from which a random one is taken. Timers stand in a `BinaryHeap` and are cancelled lazily.
//! No trace, no digest, no caught panics, no names, no randomness for the program, no report of a deadlock. Indices are checked;
//! there are no flags of a `RefCell`.

use std::cell::{Cell, UnsafeCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, RawWaker, RawWakerVTable, Waker};

use peers_common::{Rng, YieldNow};

pub use super::channels::{channel, recv, send};

pub type Cx = ();
const MAIN: u32 = 0;

struct Entry {
    task: Option<Rc<dyn Run>>,
    queued: bool,
}
struct Ex {
    tasks: Vec<Entry>,
    free: Vec<u32>,
    ready: VecDeque<u32>,
    bag: Vec<u32>,
    rng: Rng,
    now: u64,
    seq: u64,
    /// (deadline, sequence, slot of the timer, generation of the slot).
    heap: BinaryHeap<Reverse<(u64, u64, u32, u32)>>,
    slots: Vec<Slot>,
    free_slots: Vec<u32>,
}
struct Slot {
    generation: u32,
    task: u32,
}

thread_local! { static CUR: Cell<*mut Ex> = const { Cell::new(std::ptr::null_mut()) } }

/// The executor of this thread. Every use below is over before the next one begins: none is held
/// while user code (a poll, a drop of a task) runs.
#[inline(always)]
fn ex() -> &'static mut Ex {
    // SAFETY: `run` keeps the pointer valid while user code runs; see above for aliasing.
    unsafe { &mut *CUR.with(|c| c.get()) }
}

#[inline]
fn schedule(id: u32) {
    let e = ex();
    if !std::mem::replace(&mut e.tasks[id as usize].queued, true) {
        if super::RANDOM {
            e.bag.push(id);
        } else {
            e.ready.push_back(id);
        }
    }
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(
    |p| RawWaker::new(p, &VTABLE),
    |p| schedule(p as usize as u32),
    |p| schedule(p as usize as u32),
    |_| {},
);
#[inline]
fn waker(id: u32) -> Waker {
    // SAFETY: the data pointer is a number; no function of the table dereferences it.
    unsafe { Waker::from_raw(RawWaker::new(id as usize as *const (), &VTABLE)) }
}

enum Stage<F: Future> {
    Running(F),
    Done(F::Output),
    Taken,
}
struct Task<F: Future> {
    stage: UnsafeCell<Stage<F>>,
    joiner: Cell<Option<Waker>>,
}
trait Run {
    fn poll(&self, cx: &mut Context<'_>) -> bool;
}
trait Join<T> {
    fn poll_join(&self, cx: &mut Context<'_>) -> Poll<T>;
}
impl<F: Future> Run for Task<F> {
    #[inline]
    fn poll(&self, cx: &mut Context<'_>) -> bool {
        // SAFETY: single thread; a task is never polled from inside its own poll; the future
        // lives in the `Rc` and is not moved until it is done.
        let stage = unsafe { &mut *self.stage.get() };
        let Stage::Running(f) = stage else { return true };
        // SAFETY: as above.
        match unsafe { Pin::new_unchecked(f) }.poll(cx) {
            Poll::Pending => false,
            Poll::Ready(v) => {
                *stage = Stage::Done(v);
                if let Some(w) = self.joiner.take() {
                    w.wake();
                }
                true
            }
        }
    }
}
impl<F: Future> Join<F::Output> for Task<F> {
    fn poll_join(&self, cx: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: as above.
        let stage = unsafe { &mut *self.stage.get() };
        if let Stage::Done(_) = stage {
            if let Stage::Done(v) = std::mem::replace(stage, Stage::Taken) {
                return Poll::Ready(v);
            }
        }
        self.joiner.set(Some(cx.waker().clone()));
        Poll::Pending
    }
}
pub struct JoinHandle<T>(Rc<dyn Join<T>>);
impl<T> Future for JoinHandle<T> {
    type Output = T;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.0.poll_join(cx)
    }
}

pub fn run<F, Fut>(seed: u64, f: F) -> u64
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = u64>,
{
    let e = UnsafeCell::new(Ex {
        tasks: vec![Entry { task: None, queued: false }],
        free: Vec::new(),
        ready: VecDeque::new(),
        bag: Vec::new(),
        rng: Rng::new(seed),
        now: 0,
        seq: 0,
        heap: BinaryHeap::new(),
        slots: Vec::new(),
        free_slots: Vec::new(),
    });
    let prev = CUR.with(|c| c.replace(e.get()));
    let mut main = std::pin::pin!(f(()));
    schedule(MAIN);
    loop {
        while let Some(id) = next() {
            let w = std::mem::ManuallyDrop::new(waker(id));
            let mut cx = Context::from_waker(&w);
            let entry = &mut ex().tasks[id as usize];
            entry.queued = false;
            if id == MAIN {
                if let Poll::Ready(v) = main.as_mut().poll(&mut cx) {
                    // Unfinished tasks may hold timers, which need `CUR` when dropped.
                    let left = std::mem::take(&mut ex().tasks);
                    drop(left);
                    CUR.with(|c| c.set(prev));
                    return v;
                }
                continue;
            }
            let Some(t) = &entry.task else { continue };
            let t = Rc::as_ptr(t);
            // SAFETY: only this loop clears an entry, so the task outlives its poll.
            if unsafe { &*t }.poll(&mut cx) {
                let done = ex().tasks[id as usize].task.take();
                drop(done);
                ex().free.push(id);
            }
        }
        // Idle: to the next live deadline, and everything due at it.
        let e = ex();
        let mut woke = false;
        while let Some(&Reverse((at, _, slot, generation))) = e.heap.peek() {
            if woke && at > e.now {
                break;
            }
            e.heap.pop();
            let s = &mut e.slots[slot as usize];
            if s.generation != generation {
                continue;
            }
            s.generation = s.generation.wrapping_add(1);
            e.free_slots.push(slot);
            e.now = at;
            schedule(s.task);
            woke = true;
        }
        assert!(woke, "deadlock");
    }
}
#[inline]
fn next() -> Option<u32> {
    let e = ex();
    if super::RANDOM {
        let len = e.bag.len() as u64;
        if len == 0 {
            return None;
        }
        let i = if len == 1 { 0 } else { ((e.rng.next() >> 32) * len) >> 32 };
        Some(e.bag.swap_remove(i as usize))
    } else {
        e.ready.pop_front()
    }
}
pub fn run_many<F, Fut>(n: u64, f: F) -> u64
where
    F: Fn(Cx, u64) -> Fut,
    Fut: Future<Output = u64>,
{
    (0..n).map(|seed| run(seed, |cx| f(cx, seed))).sum()
}
pub fn spawn<F, Fut, T>(_cx: &Cx, f: F) -> JoinHandle<T>
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = T> + 'static,
    T: 'static,
{
    let t = Rc::new(Task { stage: UnsafeCell::new(Stage::Running(f(()))), joiner: Cell::new(None) });
    let e = ex();
    let id = match e.free.pop() {
        Some(id) => {
            e.tasks[id as usize].task = Some(t.clone());
            id
        }
        None => {
            e.tasks.push(Entry { task: Some(t.clone()), queued: false });
            e.tasks.len() as u32 - 1
        }
    };
    schedule(id);
    JoinHandle(t)
}
pub fn joined<T>(out: T) -> T {
    out
}
pub fn detach<T>(h: JoinHandle<T>) {
    drop(h)
}
pub fn yield_now(_cx: &Cx) -> YieldNow {
    peers_common::yield_now()
}

pub struct Sleep {
    at: u64,
    slot: u32,
    generation: u32,
}
impl Future for Sleep {
    type Output = ();
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let e = ex();
        if e.now >= self.at {
            return Poll::Ready(());
        }
        if self.slot == u32::MAX {
            let task = cx.waker().data() as usize as u32;
            self.slot = match e.free_slots.pop() {
                Some(s) => {
                    e.slots[s as usize].task = task;
                    s
                }
                None => {
                    e.slots.push(Slot { generation: 0, task });
                    e.slots.len() as u32 - 1
                }
            };
            self.generation = e.slots[self.slot as usize].generation;
            e.seq += 1;
            e.heap.push(Reverse((self.at, e.seq, self.slot, self.generation)));
        }
        Poll::Pending
    }
}
impl Drop for Sleep {
    fn drop(&mut self) {
        if self.slot != u32::MAX {
            let e = ex();
            let s = &mut e.slots[self.slot as usize];
            if s.generation == self.generation {
                s.generation = s.generation.wrapping_add(1);
                e.free_slots.push(self.slot);
            }
        }
    }
}
pub fn sleep(_cx: &Cx, ms: u64) -> Sleep {
    Sleep { at: ex().now + ms * 1_000_000, slot: u32::MAX, generation: 0 }
}
pub struct Timeout<F>(F, Sleep);
impl<F: Future> Future for Timeout<F> {
    type Output = bool;
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        // SAFETY: both fields are pinned as the whole is; neither is moved.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        if unsafe { Pin::new_unchecked(&mut this.0) }.poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        Pin::new(&mut this.1).poll(cx).map(|()| false)
    }
}
pub fn timeout<F: Future>(cx: &Cx, ms: u64, f: F) -> Timeout<F> {
    Timeout(f, sleep(cx, ms))
}
pub fn in_time(out: bool) -> bool {
    out
}
