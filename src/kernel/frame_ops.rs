//! What frames ask of the kernel: to be entered, left, asked for their inbox, and thrown at.

use std::rc::Rc;
use std::task::Waker;

use super::arena::Key;
use super::cut_short::Cancelled;
use super::frames::FrameIndex;
use super::future::TaskExtra;
use super::machine::{Call, Errand, Kernel};
use super::tasks::{RunTask, Task};
use crate::ident::{LoopId, TaskId};
use crate::trace::Event;

impl Kernel {
    #[inline]
    pub(crate) fn enter_frame(&mut self, task: TaskId, catches: bool, waker: Option<Waker>) -> u32 {
        let outer = self.frame;
        self.wraps_frames |= waker.is_some();
        let task = self.tasks.get_mut(task).expect("seedbed bug: a frame of a task that has ended, please report");
        task.extra().frames.enter(outer, catches, waker)
    }

    /// A frame is polled again, perhaps in another place: a future may move into a combinator, or out of it. `Err` is a
    /// cancellation that was thrown at it; else the frame around it is returned.
    #[inline]
    pub(crate) fn enter_again(
        &mut self,
        task: TaskId,
        index: u32,
        wrapped: Option<&Waker>,
    ) -> Result<FrameIndex, Cancelled> {
        if wrapped.is_some() || self.wraps_frames {
            self.renew_frame(task, index, wrapped);
        }
        match self.take_inbox(task, index) {
            None => Ok(self.frame.replace(index)),
            Some(cancelled) => Err(cancelled),
        }
    }

    #[inline(never)]
    fn renew_frame(&mut self, task: TaskId, index: u32, wrapped: Option<&Waker>) {
        self.wraps_frames = true;
        let Some(extra) = self.tasks.get_mut(task).and_then(|task| task.known_extra_mut()) else { return };
        let old = extra.frames.renew_waker(index, wrapped);
        self.errands.extend(old.map(Errand::Drop));
    }

    /// The end of a poll inside a frame: a cancellation that the code inside raised meanwhile.
    #[inline]
    pub(crate) fn exit_frame(&mut self, task: TaskId, index: u32, outer: FrameIndex) -> Option<Cancelled> {
        self.frame = outer;
        self.take_inbox(task, index)
    }

    #[inline]
    fn take_inbox(&mut self, task: TaskId, index: u32) -> Option<Cancelled> {
        if self.thrown == 0 { None } else { self.take_thrown(task, index) }
    }

    #[inline(never)]
    fn take_thrown(&mut self, task: TaskId, index: u32) -> Option<Cancelled> {
        let cancelled = self.tasks.get_mut(task)?.known_extra_mut()?.frames.take_inbox(index)?;
        self.thrown -= 1;
        self.emit(Event::CancelCaught { task });
        Some(cancelled)
    }

    /// The deadline of a timeout has passed: cancels what is inside.
    #[inline(never)]
    pub(super) fn expire_timeout(&mut self, task: TaskId, frame: u32) {
        if let Some(extra) = self.tasks.get_mut(task).and_then(|task| task.known_extra_mut()) {
            extra.frames.expire(frame);
        }
        self.emit(Event::TimeoutExpired { who: task.into() });
        self.cancel_task(task, Some(frame), &None);
    }

    /// True if the deadline of this frame has passed.
    pub(crate) fn has_expired(&self, task: TaskId, frame: u32) -> bool {
        match self.tasks.get(task) {
            Some(task) => task.known_extra().is_some_and(|extra| extra.frames.has_expired(frame)),
            None => self.expired_at_end.contains(&(task, frame)),
        }
    }

    /// Notes what became of the deadlines inside a task whose entry goes before its coroutine: it panicked, or the run ends.
    pub(super) fn keep_expired(&mut self, task: TaskId, extra: &TaskExtra) {
        self.expired_at_end.extend(extra.frames.all_expired().map(|frame| (task, frame)));
    }

    pub(crate) fn leave_frame(&mut self, id: TaskId, index: u32) {
        let Some(task) = self.tasks.get_mut(id) else { return };
        let Some(extra) = task.known_extra_mut() else { return };
        // A leaf that was awaited by reference outlives the frame, but nobody awaits it now; it registers again if polled.
        if !extra.waits.is_empty() {
            extra.waits.retain(|(wait, _)| wait.frame() != Some(index));
        }
        if task.wait.is_some_and(|wait| wait.frame() == Some(index)) {
            return self.leave_wait(id, index);
        }
        let Some(extra) = &mut task.future.extra else { return };
        let (last, extra) = (&extra.message, &mut extra.task);
        let parent = extra.frames.parent(index);
        let held = extra.frames.is_pending(index);
        let meets = parent.map_or(extra.must_cancel.is_some(), |parent| extra.frames.is_pending(parent));
        let request = extra.frames.leave(index);
        if held && meets {
            // asyncio keeps one request for the task, with the last message.
            let last = last.clone();
            match parent {
                Some(parent) => extra.frames.set_pending(parent, last),
                None => extra.must_cancel = Some(last),
            }
        } else if let Some(request) = request {
            extra.must_cancel.get_or_insert(request);
        }
        if parent.is_some_and(|parent| extra.frames.is_pending(parent)) || extra.must_cancel.is_some() {
            task.check_cancel = true;
            self.asked = true;
        }
    }

    /// Leaves the frame of a timeout in time, where nothing was asked of the task and it waits for nothing; false, with nothing
    /// done, in any other case.
    #[inline]
    pub(crate) fn leave_in_time(&mut self, id: TaskId, index: u32, timer: u64) -> bool {
        let Some(task) = self.tasks.get_mut(id).filter(|task| task.wait.is_none()) else { return false };
        let loop_id = task.loop_id();
        let Some(extra) = task.known_extra_mut().filter(|extra| extra.must_cancel.is_none()) else { return false };
        if !extra.frames.leave_in_time(index, timer) {
            return false;
        }
        self.timer_cancelled(loop_id);
        true
    }

    /// Leaves a frame in which the first wait of the task stands.
    #[cold]
    fn leave_wait(&mut self, id: TaskId, index: u32) {
        self.alarm_to_future(id);
        let now = self.now;
        self.tasks.get_mut(id).into_iter().for_each(|task| task.end_first_wait(now));
        self.leave_frame(id, index);
    }

    /// Notes at a frame by which timer its deadline comes; none if that is 0.
    pub(crate) fn arm(&mut self, task: TaskId, frame: u32, timer: u64) {
        if let Some(extra) = self.tasks.get_mut(task).and_then(|task| task.known_extra_mut()) {
            extra.frames.arm(frame, timer);
        }
    }

    /// Withdraws the deadline of a frame; false if it has passed, or another one took its place.
    pub(crate) fn disarm(&mut self, task: TaskId, frame: u32, timer: u64) -> bool {
        let extra = self.tasks.get_mut(task).and_then(|task| task.known_extra_mut());
        extra.is_some_and(|extra| extra.frames.disarm(frame, timer))
    }

    /// Cancels what is inside a frame in the next pass, and returns the number of that deadline; 0 on a closed loop.
    pub(crate) fn timeout_soon(&mut self, loop_id: LoopId, task: TaskId, frame: u32) -> u64 {
        self.timer_sequence += 1;
        let number = self.timer_sequence;
        self.call_soon(loop_id, Call::Timeout(task, frame, number)).map_or(0, |_| number)
    }

    /// True if this timer brings the deadline of a frame.
    pub(super) fn is_armed(&self, task: TaskId, frame: u32, timer: u64) -> bool {
        let extra = self.tasks.get(task).and_then(Task::known_extra);
        extra.is_some_and(|extra| extra.frames.is_armed(frame, timer))
    }

    /// The running task raises a cancellation where it stands. False outside a task.
    pub(crate) fn raise(&mut self, cancelled: Cancelled) -> bool {
        let Some(id) = self.current else { return false };
        let frame = self.frame;
        if let Some(uncaught) = self.throw(id, frame, true, cancelled)
            && let Some(task) = self.tasks.get_mut(id)
        {
            task.extra().raised.get_or_insert(uncaught);
            self.asked = true;
        }
        true
    }

    /// Number of requests for cancellation that a future has had, less those taken back.
    pub(crate) fn requests(&self, key: Key) -> u32 {
        self.find(key).and_then(|future| future.extra.as_ref()).map_or(0, |extra| extra.requests)
    }

    /// The unfinished tasks of a loop in the order of their creation.
    pub(crate) fn runners_of(&self, loop_id: LoopId) -> Vec<Rc<dyn RunTask>> {
        let ids = self.tasks.ids().into_iter();
        ids.filter_map(|id| self.tasks.get(id))
            .filter(|task| task.loop_id() == loop_id && !task.hidden)
            .map(Task::runner)
            .collect()
    }
}
