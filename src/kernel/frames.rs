//! The frames of a task: regions of its code that catch, or bound, a cancellation.
//!
//! asyncio throws `CancelledError` into the one await of a task, and the innermost `except` sees it. A Rust task may
//! have many awaits at once (`join!`, `select!`), so its frames form a tree. A cancellation has a target (a frame, or
//! the whole task) and is put into the *inbox* of frames that catch; a frame with something in its inbox drops what
//! it runs instead of polling it.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::task::Waker;

use super::cut_short::Cancelled;

/// The number of a frame in its task; `None` is the task itself.
pub(crate) type FrameIndex = Option<u32>;

#[derive(Debug)]
struct Frame {
    parent: FrameIndex,
    /// False for a frame that only marks a region (a task group's).
    catches: bool,
    /// It is a timeout's, and the deadline has passed.
    expired: bool,
    /// The number of the timer that brings its deadline; 0 if there is none.
    timer: u64,
    /// Number of live catching frames strictly inside this one with no other catching frame between.
    catching_inside: u32,
    inbox: Option<Cancelled>,
    /// A request for this frame that no wait inside could take: delivered at the task's next step.
    pending: Option<Option<Arc<str>>>,
    /// How to get this frame polled when its parent polls only what was woken.
    waker: Option<Waker>,
}

/// The live frames of one task.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    slots: Vec<Option<Frame>>,
    free: Vec<u32>,
    catching: u32,
    /// Number of live frames with a request that is `pending`.
    waiting: u32,
}

impl Frames {
    /// True if no frame is open.
    pub(crate) fn is_empty(&self) -> bool {
        self.slots.len() == self.free.len()
    }

    /// True if any live frame catches.
    pub(crate) fn any_catches(&self) -> bool {
        self.catching > 0
    }

    fn get(&self, index: u32) -> &Frame {
        self.slots[index as usize].as_ref().expect("seedbed bug: a frame that has ended, please report")
    }

    fn get_mut(&mut self, index: u32) -> &mut Frame {
        self.slots[index as usize].as_mut().expect("seedbed bug: a frame that has ended, please report")
    }

    #[inline]
    pub(crate) fn enter(&mut self, parent: FrameIndex, catches: bool, waker: Option<Waker>) -> u32 {
        let frame =
            Frame { parent, catches, expired: false, timer: 0, catching_inside: 0, inbox: None, pending: None, waker };
        let index = match self.free.pop() {
            Some(index) => {
                // There is nothing to drop, which the compiler would look for.
                let _vacant = ManuallyDrop::new(self.slots[index as usize].replace(frame));
                index
            }
            None => {
                self.slots.push(Some(frame));
                u32::try_from(self.slots.len() - 1).expect("seedbed bug: too many frames, please report")
            }
        };
        if catches {
            self.catching += 1;
            self.count_inside(parent, 1);
        }
        index
    }

    /// Counts a catching frame at those around it, up to the next that catches.
    fn count_inside(&mut self, mut at: FrameIndex, by: i32) {
        while let Some(index) = at {
            let frame = self.get_mut(index);
            frame.catching_inside = frame
                .catching_inside
                .checked_add_signed(by)
                .expect("seedbed bug: frames were counted wrongly, please report");
            at = if frame.catches { None } else { frame.parent };
        }
    }

    /// Notes by which timer the deadline of a timeout's frame comes; none if that is 0.
    pub(crate) fn arm(&mut self, index: u32, timer: u64) {
        self.get_mut(index).timer = timer;
    }

    /// True if this timer brings the deadline of a frame.
    pub(crate) fn is_armed(&self, index: u32, timer: u64) -> bool {
        let frame = self.slots.get(index as usize).and_then(Option::as_ref);
        frame.is_some_and(|frame| frame.timer == timer)
    }

    /// Withdraws the deadline of a frame; false if this timer does not bring it.
    pub(crate) fn disarm(&mut self, index: u32, timer: u64) -> bool {
        let frame = self.slots.get_mut(index as usize).and_then(Option::as_mut);
        frame.filter(|frame| frame.timer == timer).map(|frame| frame.timer = 0).is_some()
    }

    /// Notes that the deadline of a timeout's frame has passed.
    pub(crate) fn expire(&mut self, index: u32) {
        let frame = self.get_mut(index);
        (frame.expired, frame.timer) = (true, 0);
    }

    pub(crate) fn has_expired(&self, index: u32) -> bool {
        self.get(index).expired
    }

    /// The frames whose deadline has passed.
    pub(super) fn all_expired(&self) -> impl Iterator<Item = u32> {
        (0..)
            .zip(&self.slots)
            .filter(|(_, slot)| slot.as_ref().is_some_and(|frame| frame.expired))
            .map(|(index, _)| index)
    }

    /// Sets how to get a frame polled; the waker before it is returned, if it is another.
    pub(crate) fn renew_waker(&mut self, index: u32, wrapped: Option<&Waker>) -> Option<Waker> {
        let waker = &mut self.get_mut(index).waker;
        match (&*waker, wrapped) {
            (None, None) => None,
            (Some(kept), Some(new)) if kept.will_wake(new) => None,
            _ => std::mem::replace(waker, wrapped.cloned()),
        }
    }

    /// Ends a frame. What it had not delivered goes to the parent, the task if there is none: the returned request.
    #[inline]
    pub(crate) fn leave(&mut self, index: u32) -> Option<Option<Arc<str>>> {
        let frame = self.get(index);
        if frame.inbox.is_some() || frame.pending.is_some() || frame.parent.is_some() {
            return self.leave_to_parent(index);
        }
        self.catching -= u32::from(frame.catches);
        self.slots[index as usize] = None;
        self.free.push(index);
        None
    }

    /// Ends a frame in no other that holds nothing and whose deadline this timer would have brought; false, with nothing done,
    /// if it is not like that.
    #[inline]
    pub(crate) fn leave_in_time(&mut self, index: u32, timer: u64) -> bool {
        let Some(slot) = self.slots.get_mut(index as usize) else { return false };
        let Some(frame) = slot else { return false };
        let holds_nothing = frame.inbox.is_none() && frame.pending.is_none() && frame.waker.is_none();
        if !holds_nothing || frame.parent.is_some() || frame.timer != timer {
            return false;
        }
        self.catching -= u32::from(frame.catches);
        // There is nothing to drop, which the compiler would look for.
        let _empty = ManuallyDrop::new(slot.take());
        self.free.push(index);
        true
    }

    #[inline(never)]
    fn leave_to_parent(&mut self, index: u32) -> Option<Option<Arc<str>>> {
        let frame = self.slots[index as usize].take().expect("seedbed bug: a frame ended twice, please report");
        self.free.push(index);
        if frame.catches {
            self.catching -= 1;
            self.count_inside(frame.parent, -1);
        }
        self.waiting -= u32::from(frame.pending.is_some());
        let undelivered = frame.pending.or_else(|| frame.inbox.map(|c| c.message().map(Arc::from)));
        match (undelivered, frame.parent) {
            (Some(request), Some(parent)) => {
                if !self.is_pending(parent) {
                    self.set_pending(parent, request);
                }
                None
            }
            (undelivered, _) => undelivered,
        }
    }

    pub(crate) fn parent(&self, index: u32) -> FrameIndex {
        self.get(index).parent
    }

    /// The nearest frame that catches, from `at` outwards.
    pub(crate) fn catcher(&self, mut at: FrameIndex) -> FrameIndex {
        while let Some(index) = at {
            let frame = self.get(index);
            if frame.catches {
                return at;
            }
            at = frame.parent;
        }
        None
    }

    /// True if `at` lies inside `target` (or is it); everything lies inside the task.
    pub(crate) fn is_inside(&self, mut at: FrameIndex, target: FrameIndex) -> bool {
        if target.is_none() {
            return true;
        }
        while let Some(index) = at {
            if at == target {
                return true;
            }
            at = self.get(index).parent;
        }
        false
    }

    /// Puts a cancellation into a frame's inbox; an earlier one that is still there stays.
    pub(crate) fn throw(&mut self, index: u32, cancelled: Cancelled) -> Option<Waker> {
        let frame = self.get_mut(index);
        debug_assert!(frame.catches, "seedbed bug: thrown at a frame that does not catch, please report");
        frame.inbox.get_or_insert(cancelled);
        frame.waker.clone()
    }

    pub(crate) fn take_inbox(&mut self, index: u32) -> Option<Cancelled> {
        self.get_mut(index).inbox.take()
    }

    /// The innermost catching frames inside `target`, in order of entry; the nearest one outwards if there is none.
    pub(crate) fn innermost(&self, target: FrameIndex) -> Vec<u32> {
        let mut found: Vec<u32> = self
            .live()
            .filter(|&(index, frame)| {
                frame.catches && frame.catching_inside == 0 && self.is_inside(Some(index), target)
            })
            .map(|(index, _)| index)
            .collect();
        if found.is_empty() {
            found.extend(self.catcher(target));
        }
        found
    }

    fn live(&self) -> impl Iterator<Item = (u32, &Frame)> {
        (0u32..).zip(&self.slots).filter_map(|(index, slot)| slot.as_ref().map(|frame| (index, frame)))
    }

    pub(crate) fn set_pending(&mut self, index: u32, message: Option<Arc<str>>) {
        let before = self.get_mut(index).pending.replace(message);
        self.waiting += u32::from(before.is_none());
    }

    /// The requests that wait for the task's next step, taken out, with their frames.
    pub(crate) fn take_pending(&mut self) -> Vec<(u32, Option<Arc<str>>)> {
        let mut taken = Vec::new();
        if std::mem::take(&mut self.waiting) == 0 {
            return taken;
        }
        for (index, slot) in (0u32..).zip(&mut self.slots) {
            if let Some(frame) = slot
                && let Some(message) = frame.pending.take()
            {
                taken.push((index, message));
            }
        }
        taken
    }

    /// True if a frame has a request waiting.
    pub(crate) fn is_pending(&self, index: u32) -> bool {
        self.get(index).pending.is_some()
    }

    /// Withdraws the requests that wait (CPython 3.13: `uncancel` down to zero).
    pub(crate) fn withdraw(&mut self) {
        self.take_pending();
    }
}

#[cfg(test)]
mod tests {
    use super::{Cancelled, Frames};

    #[test]
    fn the_innermost_frame_catches() {
        let mut frames = Frames::default();
        let outer = frames.enter(None, true, None);
        let region = frames.enter(Some(outer), false, None);
        let inner = frames.enter(Some(region), true, None);
        let sibling = frames.enter(Some(outer), true, None);
        assert_eq!(frames.innermost(None), [inner, sibling]);
        assert_eq!(frames.innermost(Some(region)), [inner], "a sibling of the target must not notice");
        frames.leave(inner);
        assert_eq!(frames.innermost(Some(region)), [outer], "none inside: the nearest one outwards");
        frames.leave(sibling);
        assert_eq!(frames.innermost(None), [outer]);
    }

    #[test]
    fn what_a_frame_did_not_deliver_goes_to_its_parent() {
        let mut frames = Frames::default();
        let outer = frames.enter(None, true, None);
        let inner = frames.enter(Some(outer), true, None);
        frames.throw(inner, Cancelled::new(Some("m")));
        assert_eq!(frames.leave(inner), None);
        assert!(frames.is_pending(outer));
        assert_eq!(frames.leave(outer), Some(Some("m".into())));
        assert!(!frames.any_catches());
    }
}
