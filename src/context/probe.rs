//! Where the coroutine of a task waits: it is polled with a waker that shows the stack of whoever keeps it.

use std::any::Any;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::current;
use super::waker::probe_waker;
use crate::kernel::{Address, Outcome, Owner, RunTask};

/// A runner that shows where its coroutine waits.
pub(crate) fn probe(runner: Rc<dyn RunTask>) -> Rc<dyn RunTask> {
    Rc::new(Probing(runner))
}

struct Probing(Rc<dyn RunTask>);

impl Owner for Probing {
    fn address(&self) -> Address {
        self.0.address()
    }

    fn take(&self, into: &mut dyn Any) {
        self.0.take(into);
    }

    fn read(&self, reader: &mut dyn FnMut(&dyn Any)) {
        self.0.read(reader);
    }

    fn put(&self, from: &mut dyn Any) {
        self.0.put(from);
    }
}

impl RunTask for Probing {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<Outcome> {
        let task = current::with("a step", |kernel| kernel.current.map(|task| (kernel.run, task)));
        let Some((run, task)) = task else { return self.0.poll(cx) };
        let waker = probe_waker(run, task);
        self.0.poll(&mut Context::from_waker(&waker))
    }

    fn drop_contents(&self) {
        self.0.drop_contents();
    }
}
