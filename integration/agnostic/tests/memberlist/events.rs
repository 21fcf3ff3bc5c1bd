//! User events, as an application has them: kept on the node's disk, gossiped, and exchanged whole with every push/pull.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeSet, VecDeque};
use std::rc::Rc;

use memberlist_core::bytes::Bytes;
use memberlist_core::delegate::NodeDelegate;
use send_wrapper::SendWrapper;

/// What a node knows, which outlives its process.
pub(crate) type Disk = Rc<RefCell<BTreeSet<u32>>>;

/// How events get around.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Spreading {
    /// Gossiped a few times, and part of every push/pull.
    Thorough,
    /// Planted: sent once to whoever is next, and on from there.
    Once,
}

/// The application on a node.
pub(crate) struct Events {
    inner: SendWrapper<Rc<Inner>>,
}

struct Inner {
    disk: Disk,
    spreading: Spreading,
    /// What is to be gossiped, and how often it still is.
    outbox: RefCell<VecDeque<(u32, u32)>>,
}

/// Says events on a node.
#[derive(Clone)]
pub(crate) struct Speaker(Rc<Inner>);

impl Speaker {
    pub(crate) fn say(&self, event: u32) {
        self.0.learn(event);
    }
}

impl Inner {
    fn learn(&self, event: u32) {
        if self.disk.borrow_mut().insert(event) {
            let times = if self.spreading == Spreading::Once { 1 } else { 6 };
            self.outbox.borrow_mut().push_back((event, times));
        }
    }

    fn next(&self) -> Option<u32> {
        let mut outbox = self.outbox.borrow_mut();
        let (event, times) = outbox.pop_front()?;
        if times > 1 {
            outbox.push_back((event, times - 1));
        }
        Some(event)
    }
}

impl Events {
    pub(crate) fn on(disk: Disk, spreading: Spreading) -> (Self, Speaker) {
        let inner = Rc::new(Inner { disk, spreading, outbox: RefCell::default() });
        (Self { inner: SendWrapper::new(Rc::clone(&inner)) }, Speaker(inner))
    }
}

impl NodeDelegate for Events {
    async fn notify_message(&self, msg: Cow<'_, [u8]>) {
        let event = <[u8; 4]>::try_from(&*msg).expect("events are four bytes");
        self.inner.learn(u32::from_be_bytes(event));
    }

    async fn broadcast_messages<F>(&self, limit: usize, encoded_len: F) -> impl Iterator<Item = Bytes> + Send
    where
        F: Fn(Bytes) -> (usize, Bytes) + Send + Sync + 'static,
    {
        let mut messages = Vec::new();
        let (mut left, most) = (limit, self.inner.outbox.borrow().len());
        for _ in 0..most {
            // All events are of one length.
            let (length, _) = encoded_len(Bytes::from_static(&[0; 4]));
            if length > left {
                break;
            }
            left -= length;
            messages.extend(self.inner.next().map(|event| Bytes::copy_from_slice(&event.to_be_bytes())));
        }
        messages.into_iter()
    }

    async fn local_state(&self, _: bool) -> Bytes {
        if self.inner.spreading == Spreading::Once {
            return Bytes::new();
        }
        self.inner.disk.borrow().iter().flat_map(|event| event.to_be_bytes()).collect::<Vec<u8>>().into()
    }

    async fn merge_remote_state(&self, buf: &[u8], _: bool) {
        for event in buf.as_chunks::<4>().0 {
            self.inner.learn(u32::from_be_bytes(*event));
        }
    }
}
