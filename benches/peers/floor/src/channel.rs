//! The floor's channels: bounded, without a lock.

use std::cell::UnsafeCell;
use std::collections::VecDeque;
use std::future::Future;
use std::rc::Rc;
use std::task::{Poll, Waker};

const CAP: usize = 16;
struct Chan {
    q: VecDeque<u64>,
    txs: usize,
    rx_waker: Option<Waker>,
    tx_wakers: VecDeque<Waker>,
}
pub struct Tx(Rc<UnsafeCell<Chan>>);
pub struct Rx(Rc<UnsafeCell<Chan>>);
#[inline(always)]
#[allow(clippy::mut_from_ref)]
fn chan(c: &Rc<UnsafeCell<Chan>>) -> &mut Chan {
    // SAFETY: there is one thread, and nothing that is called while this is borrowed comes back to it: a wake only pushes a number.
    unsafe { &mut *c.get() }
}
impl Clone for Tx {
    fn clone(&self) -> Tx {
        chan(&self.0).txs += 1;
        Tx(self.0.clone())
    }
}
impl Drop for Tx {
    fn drop(&mut self) {
        let c = chan(&self.0);
        c.txs -= 1;
        if c.txs == 0 {
            if let Some(w) = c.rx_waker.take() {
                w.wake();
            }
        }
    }
}
pub fn channel() -> (Tx, Rx) {
    let c = Rc::new(UnsafeCell::new(Chan {
        q: VecDeque::with_capacity(CAP),
        txs: 1,
        rx_waker: None,
        tx_wakers: VecDeque::new(),
    }));
    (Tx(c.clone()), Rx(c))
}
pub fn send(tx: &mut Tx, v: u64) -> impl Future + '_ {
    std::future::poll_fn(move |cx| {
        let c = chan(&tx.0);
        if c.q.len() == CAP {
            c.tx_wakers.push_back(cx.waker().clone());
            return Poll::Pending;
        }
        c.q.push_back(v);
        if let Some(w) = c.rx_waker.take() {
            w.wake();
        }
        Poll::Ready(())
    })
}
pub fn recv(rx: &mut Rx) -> impl Future<Output = Option<u64>> + '_ {
    std::future::poll_fn(move |cx| {
        let c = chan(&rx.0);
        if let Some(v) = c.q.pop_front() {
            if let Some(w) = c.tx_wakers.pop_front() {
                w.wake();
            }
            return Poll::Ready(Some(v));
        }
        if c.txs == 0 {
            return Poll::Ready(None);
        }
        c.rx_waker = Some(cx.waker().clone());
        Poll::Pending
    })
}
