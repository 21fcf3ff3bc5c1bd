//! Objects of a scenario: what names are bound to, and how `objects` and `new` make them.

use std::rc::Rc;

use seedbed::sync::{Barrier, BoundedSemaphore, Condition, Event, LifoQueue, Lock, PriorityQueue, Queue, Semaphore};
use seedbed::{EventLoop, Handle, TaskGroup, ThreadPool, TimeoutHandle};

use crate::exceptions::Exc;
use crate::futures::Fut;
use crate::program::Spec;
use crate::stmt::New;
use crate::values::{Ranked, Value};
use crate::vars::Frame;
use crate::world::World;

#[derive(Clone)]
pub(crate) enum Obj {
    Future(Fut),
    Handle(Handle),
    Timeout(TimeoutHandle),
    Group(TaskGroup<Exc>, EventLoop),
    Pool(ThreadPool),
    Lock(Lock),
    Event(Event),
    Semaphore(Semaphore),
    Bounded(BoundedSemaphore),
    Condition(Condition),
    Barrier(Barrier),
    Queue(Queue<Value>),
    Priority(PriorityQueue<Ranked>),
    Lifo(LifoQueue<Value>),
}

impl Obj {
    pub(crate) fn future(self) -> Result<Fut, Exc> {
        match self {
            Obj::Future(fut) => Ok(fut),
            _ => Err(Exc::invalid("not a task or future")),
        }
    }

    pub(crate) fn handle(self) -> Result<Handle, Exc> {
        match self {
            Obj::Handle(handle) => Ok(handle),
            _ => Err(Exc::invalid("not a handle")),
        }
    }

    pub(crate) fn timeout(self) -> Result<TimeoutHandle, Exc> {
        match self {
            Obj::Timeout(timeout) => Ok(timeout),
            _ => Err(Exc::invalid("not a timeout")),
        }
    }

    /// A group, and the loop of its tasks.
    pub(crate) fn group(self) -> Result<(TaskGroup<Exc>, EventLoop), Exc> {
        match self {
            Obj::Group(group, event_loop) => Ok((group, event_loop)),
            _ => Err(Exc::invalid("not a task group")),
        }
    }

    pub(crate) fn pool(self) -> Result<ThreadPool, Exc> {
        match self {
            Obj::Pool(pool) => Ok(pool),
            _ => Err(Exc::invalid("not a pool")),
        }
    }

    pub(crate) fn condition(self) -> Result<Condition, Exc> {
        match self {
            Obj::Condition(condition) => Ok(condition),
            _ => Err(Exc::invalid("not a condition")),
        }
    }
}

impl World {
    /// The objects that are there from the beginning; a condition's lock before the condition.
    pub(crate) fn make_objects(&self) -> Result<(), Exc> {
        let specs = &self.program.objects;
        let (late, early): (Vec<_>, Vec<_>) =
            specs.iter().partition(|(_, spec)| matches!(spec, Spec::Condition { .. }));
        for (name, spec) in early.into_iter().chain(late) {
            let object = self.make_object(spec)?;
            self.objects.borrow_mut().insert(name.clone(), object);
        }
        Ok(())
    }

    pub(crate) fn new_object(self: &Rc<Self>, frame: &Frame, st: &New) -> Result<(), Exc> {
        let object = self.make_object(&st.spec)?;
        self.bind(frame, Some(&st.bind), object)
    }

    fn make_object(&self, spec: &Spec) -> Result<Obj, Exc> {
        let permits = |value: &Option<i64>| {
            usize::try_from(value.unwrap_or(1)).map_err(|_| Exc::value("Semaphore initial value must be >= 0"))
        };
        // A size below zero means what zero does: no bound.
        let size = |maxsize: &Option<i64>| usize::try_from(maxsize.unwrap_or(0)).unwrap_or(0);
        Ok(match spec {
            Spec::Lock => Obj::Lock(Lock::new()),
            Spec::Event => Obj::Event(Event::new()),
            Spec::Semaphore { value } => Obj::Semaphore(Semaphore::new(permits(value)?)),
            Spec::BoundedSemaphore { value } => Obj::Bounded(BoundedSemaphore::new(permits(value)?)),
            Spec::Condition { lock: None } => Obj::Condition(Condition::new()),
            Spec::Condition { lock: Some(name) } => match self.object(name)? {
                Obj::Lock(lock) => Obj::Condition(Condition::with_lock(&lock)),
                _ => return Err(Exc::invalid(format!("{name} is no lock"))),
            },
            Spec::Barrier { parties } => {
                let parties = usize::try_from(*parties).ok().filter(|&parties| parties > 0);
                Obj::Barrier(Barrier::new(parties.ok_or_else(|| Exc::value("parties must be > 0"))?))
            }
            Spec::Queue { maxsize } => Obj::Queue(Queue::new(size(maxsize))),
            Spec::PriorityQueue { maxsize } => Obj::Priority(PriorityQueue::new(size(maxsize))),
            Spec::LifoQueue { maxsize } => Obj::Lifo(LifoQueue::new(size(maxsize))),
            Spec::Pool { workers } => Obj::Pool(ThreadPool::new(*workers).map_err(|e| Exc::invalid(e.to_string()))?),
        })
    }
}
