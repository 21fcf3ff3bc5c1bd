//! An event: a flag that tasks wait for.

use std::cell::Cell;
use std::rc::Rc;

use super::line::{Line, OtherLoop};
use super::resource::Resource;

/// A flag, and those who wait for it: what an event is, and what a queue's `join` waits for.
#[derive(Debug)]
pub(super) struct Gate {
    line: Line,
    open: Cell<bool>,
}

impl Gate {
    pub(super) fn new(open: bool) -> Self {
        Self { line: Line::default(), open: Cell::new(open) }
    }

    pub(super) fn is_open(&self) -> bool {
        self.open.get()
    }

    /// Opens it; says how many were waiting.
    pub(super) fn open(&self) -> usize {
        if self.open.replace(true) { 0 } else { self.line.call_all() }
    }

    pub(super) fn close(&self) {
        self.open.set(false);
    }

    /// Waits until it is opened; by the time this returns it may be closed again.
    pub(super) async fn pass(&self, what: &str, resource: &Resource) -> Result<(), OtherLoop> {
        if !self.is_open() {
            self.line.join(what, resource)?.await;
        }
        Ok(())
    }

    pub(super) fn check_loop(&self) -> Result<(), OtherLoop> {
        self.line.check()
    }
}

#[derive(Debug)]
struct Core {
    resource: Resource,
    gate: Gate,
}

/// A flag that is set and cleared; tasks wait until it is set. It begins cleared.
///
/// ```
/// use seedbed::{Sim, now, sleep, spawn, sync::Event};
/// use std::time::Duration;
///
/// let report = Sim::new(0).run(async {
///     let ready = Event::new().named("ready");
///     let starter = ready.clone();
///     let server = spawn(async move {
///         sleep(Duration::from_secs(2)).await;
///         starter.set();
///     });
///     ready.wait().await;
///     server.await.unwrap();
///     now().to_string()
/// });
/// assert_eq!(report.unwrap(), "2.000");
/// ```
#[doc(alias = "asyncio.Event")]
#[doc(alias = "tokio::sync::Notify")]
#[doc(alias = "Notify")]
#[derive(Clone)]
pub struct Event {
    core: Rc<Core>,
}

impl Event {
    /// An event that is not set. It can be made anywhere, even outside a run.
    ///
    /// ```
    /// assert!(!seedbed::sync::Event::new().is_set());
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self { core: Rc::new(Core { resource: Resource::new("event"), gate: Gate::new(false) }) }
    }

    /// Names it, for traces and for the report of a deadlock.
    ///
    /// ```
    /// use seedbed::{FailureKind, Sim, sync::Event};
    /// let report = Sim::new(0).run(async { Event::new().named("ready").wait().await });
    /// let FailureKind::Deadlock { blocked, .. } = report.result.unwrap_err().kind else { panic!("no deadlock") };
    /// assert_eq!(blocked[0].waits_for, "event ready");
    /// ```
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.core.resource.rename(name);
        self
    }

    /// Sets it: all who wait go on, in the order in which they came, and nobody has to wait until it is cleared.
    ///
    /// ```
    /// let event = seedbed::sync::Event::new();
    /// event.set();
    /// assert!(event.is_set());
    /// ```
    #[doc(alias = "asyncio.Event.set")]
    #[doc(alias = "notify_waiters")]
    pub fn set(&self) {
        if !self.is_set() {
            let heard = self.core.gate.open();
            self.core.resource.signalled(heard > 0);
        }
    }

    /// Clears it: from now on one has to wait. Those whom [`set`](Self::set) has let go on are not stopped by this.
    ///
    /// ```
    /// let event = seedbed::sync::Event::new();
    /// event.set();
    /// event.clear();
    /// assert!(!event.is_set());
    /// ```
    #[doc(alias = "asyncio.Event.clear")]
    pub fn clear(&self) {
        self.core.gate.close();
    }

    /// True while it is set.
    ///
    /// ```
    /// assert!(!seedbed::sync::Event::new().is_set());
    /// ```
    #[doc(alias = "asyncio.Event.is_set")]
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.core.gate.is_open()
    }

    /// Waits until it is set. One that is set already is passed without suspending.
    ///
    /// # Panics
    ///
    /// If it would have to wait and others wait on another loop; [`check_loop`](Self::check_loop) tells.
    ///
    /// ```
    /// use seedbed::{Sim, spawn, sync::Event, yield_now};
    /// let report = Sim::new(0).run(async {
    ///     let event = Event::new();
    ///     let waiter = spawn(event.wait());
    ///     yield_now().await;
    ///     event.set();
    ///     event.clear();
    ///     waiter.await.is_ok()
    /// });
    /// assert!(report.unwrap());
    /// ```
    #[doc(alias = "asyncio.Event.wait")]
    #[doc(alias = "notified")]
    pub fn wait(&self) -> impl Future<Output = ()> + use<> {
        let core = Rc::clone(&self.core);
        async move {
            if let Err(error) = core.gate.pass("Event::wait", &core.resource).await {
                panic!("Event::wait: {error}");
            }
        }
    }

    /// Whether the running code may wait for it.
    ///
    /// # Errors
    ///
    /// [`OtherLoop`], if somebody has waited for it on another loop.
    ///
    /// ```
    /// assert_eq!(seedbed::sync::Event::new().check_loop(), Ok(()));
    /// ```
    pub fn check_loop(&self) -> Result<(), OtherLoop> {
        self.core.gate.check_loop()
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let waiting = self.core.gate.line.len();
        f.debug_struct("Event").field("set", &self.is_set()).field("waiting", &waiting).finish()
    }
}
