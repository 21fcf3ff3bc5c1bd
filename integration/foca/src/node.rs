//! A node: one foca, its socket and its timers, and what may be asked of it.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use foca::{BroadcastHandler, Codec, Config, Error, Foca, Identity, Member, NoCustomBroadcast, Timer};
use rand_chacha::ChaCha8Rng;
use seedbed::task::TaskRef;

use crate::builder::Builder;
use crate::event::Event;
use crate::outside::Outside;

/// The foca of a node.
type Core<T, C, B> = Foca<T, C, ChaCha8Rng, B>;

/// Who is told of events.
pub(crate) type Observer<T, C, B> = Box<dyn FnMut(&Node<T, C, B>, &Event<T>)>;

struct Shared<T: Identity, C, B: BroadcastHandler<T>> {
    inner: RefCell<(Core<T, C, B>, Outside<T>)>,
    /// None while it is being told something, and where there is none.
    observer: RefCell<Option<Observer<T, C, B>>>,
    is_observed: bool,
    tasks: RefCell<Vec<TaskRef>>,
    runs: Cell<bool>,
}

/// A member of a cluster: foca on a host, with the datagrams and the timers that it asks for.
///
/// Handles are cheap to copy, and all mean the same node. They stay good after its end; nobody hears it then.
pub struct Node<T: Identity, C, B: BroadcastHandler<T> = NoCustomBroadcast> {
    shared: Rc<Shared<T, C, B>>,
}

impl<T: Identity, C, B: BroadcastHandler<T>> Clone for Node<T, C, B> {
    fn clone(&self) -> Self {
        Self { shared: Rc::clone(&self.shared) }
    }
}

impl<T: Identity, C, B: BroadcastHandler<T>> fmt::Debug for Node<T, C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("runs", &self.shared.runs.get()).finish_non_exhaustive()
    }
}

impl<T, C> Node<T, C>
where
    T: Identity + 'static,
    T::Addr: Into<SocketAddr>,
    C: Codec<T, Error: std::error::Error> + 'static,
{
    /// Starts a plain node: no custom broadcasts, nobody who observes it. It is alone until it [announces](Self::announce) itself to somebody, or somebody to it.
    ///
    /// # Errors
    ///
    /// As [`Builder::start`].
    ///
    /// # Panics
    ///
    /// Outside a run.
    #[track_caller]
    pub fn start(identity: T, config: Config, codec: C) -> io::Result<Self> {
        Builder::new(identity, config, codec, NoCustomBroadcast).start()
    }
}

impl<T, C, B> Node<T, C, B>
where
    T: Identity + 'static,
    C: Codec<T, Error: std::error::Error> + 'static,
    B: BroadcastHandler<T> + 'static,
{
    pub(crate) fn new(foca: Core<T, C, B>, outside: Outside<T>, observer: Option<Observer<T, C, B>>) -> Self {
        let (is_observed, observer) = (observer.is_some(), RefCell::new(observer));
        let (inner, tasks) = (RefCell::new((foca, outside)), RefCell::default());
        Self { shared: Rc::new(Shared { inner, observer, is_observed, tasks, runs: Cell::new(true) }) }
    }

    /// Begins to receive and to keep time.
    #[track_caller]
    pub(crate) fn go(&self, longest: usize) {
        let receives = seedbed::spawn(self.clone().receive(longest));
        let keeps_time = seedbed::spawn(self.clone().keep_time());
        self.shared.tasks.borrow_mut().extend([receives.task_ref(), keeps_time.task_ref()]);
    }

    async fn receive(self, longest: usize) {
        let mut buffer = vec![0; longest];
        // A socket ends with the life of its host, or with the node.
        while let Some(length) = self.receive_one(&mut buffer).await {
            let result = self.interact(|foca, outside| foca.handle_data(&buffer[..length], outside));
            result.unwrap_or_else(|error| self.tell_error(error));
        }
    }

    async fn receive_one(&self, buffer: &mut [u8]) -> Option<usize> {
        poll_fn(|cx| {
            // The socket is nobody else's, so that its port is free at once when the node is stopped.
            let Some(socket) = &self.shared.inner.borrow().1.socket else { return Poll::Ready(None) };
            socket.poll_recv_from(cx, buffer).map(|received| received.ok().map(|(length, _)| length))
        })
        .await
    }

    async fn keep_time(self) {
        loop {
            self.until_due().await;
            while let Some(timer) = self.pop_due() {
                let result = self.interact(|foca, outside| foca.handle_timer(timer, outside));
                result.unwrap_or_else(|error| self.tell_error(error));
            }
        }
    }

    fn pop_due(&self) -> Option<Timer<T>> {
        self.shared.inner.borrow_mut().1.pop_due(seedbed::now())
    }

    /// Waits for the first timer, whichever that is by then.
    async fn until_due(&self) {
        let mut armed = None;
        poll_fn(|cx| {
            let outside = &mut self.shared.inner.borrow_mut().1;
            let first = outside.next_deadline();
            outside.sleeper = Some((first, cx.waker().clone()));
            let Some(at) = first else { return Poll::Pending };
            let sleep = match &mut armed {
                Some((until, sleep)) if *until == at => sleep,
                stale => &mut stale.insert((at, seedbed::sleep_until(at))).1,
            };
            Pin::new(sleep).poll(cx)
        })
        .await;
        self.shared.inner.borrow_mut().1.sleeper = None;
    }

    /// Calls foca, and tells the observer then.
    pub(crate) fn interact<R>(&self, work: impl FnOnce(&mut Core<T, C, B>, &mut Outside<T>) -> R) -> R {
        let result = {
            let mut inner = self.shared.inner.try_borrow_mut().expect(
                "a codec, a handler of broadcasts or a closure that foca runs has called its own node: let it return first",
            );
            let (foca, outside) = &mut *inner;
            work(foca, outside)
        };
        self.tell();
        result
    }

    pub(crate) fn tell_error(&self, error: Error) {
        self.shared.inner.borrow_mut().1.happened.push(Event::Refused(error));
        self.tell();
    }

    /// Tells the observer what has happened. What happens while it is told waits its turn.
    fn tell(&self) {
        let Shared { inner, observer, is_observed, .. } = &*self.shared;
        if !is_observed {
            inner.borrow_mut().1.happened.clear();
            return;
        }
        let Some(mut tells) = observer.borrow_mut().take() else { return };
        loop {
            let happened = std::mem::take(&mut inner.borrow_mut().1.happened);
            if happened.is_empty() {
                break;
            }
            happened.iter().for_each(|event| tells(self, event));
        }
        *observer.borrow_mut() = Some(tells);
    }

    /// Calls foca with the runtime of the node, for all that has no method here.
    ///
    /// # Panics
    ///
    /// Where the closure calls the node.
    ///
    /// ```
    /// use foca::{Config, PostcardCodec};
    /// use seedbed::{Sim, net};
    /// use seedbed_foca::Node;
    /// use std::net::SocketAddr;
    ///
    /// let report = Sim::new(0).run(async {
    ///     let at = SocketAddr::new(net::host("main").ip(), 7946);
    ///     let node = Node::start(at, Config::simple(), PostcardCodec).unwrap();
    ///     node.with(|foca, outside| foca.gossip(outside)).unwrap();
    ///     node.with(|foca, _| foca.updates_backlog())
    /// });
    /// assert_eq!(report.unwrap(), 0);
    /// ```
    pub fn with<R>(&self, work: impl FnOnce(&mut Foca<T, C, ChaCha8Rng, B>, &mut Outside<T>) -> R) -> R {
        self.interact(work)
    }

    fn look<R>(&self, look: impl FnOnce(&Core<T, C, B>) -> R) -> R {
        look(&self.shared.inner.borrow().0)
    }

    /// Its identity, which foca may have renewed.
    #[must_use]
    pub fn identity(&self) -> T {
        self.look(|foca| foca.identity().clone())
    }

    /// The others whom it believes to be up, suspects among them, in no order that means anything.
    #[must_use]
    pub fn members(&self) -> Vec<Member<T>> {
        self.look(|foca| foca.iter_members().cloned().collect())
    }

    /// How many others it believes to be up.
    #[must_use]
    pub fn num_members(&self) -> usize {
        self.look(Foca::num_members)
    }

    /// All that it knows of others, also that they are down: what may be given to [`Builder::remember`] after a restart.
    #[must_use]
    pub fn membership_state(&self) -> Vec<Member<T>> {
        self.look(|foca| foca.iter_membership_state().cloned().collect())
    }

    /// Asks a member to be let into its cluster. Of the identity only the address must be right.
    ///
    /// # Errors
    ///
    /// Where the codec cannot write the message.
    pub fn announce(&self, to: T) -> Result<(), Error> {
        self.interact(|foca, outside| foca.announce(to, outside))
    }

    /// Tells some members what is new.
    ///
    /// # Errors
    ///
    /// Where the codec cannot write the message.
    pub fn gossip(&self) -> Result<(), Error> {
        self.interact(|foca, outside| foca.gossip(outside))
    }

    /// Leaves the cluster: it tells some members that it is down. Call [`stop`](Self::stop) once it shall not take part any more.
    ///
    /// # Errors
    ///
    /// Where the codec cannot write the message.
    pub fn leave(&self) -> Result<(), Error> {
        self.interact(|foca, outside| foca.leave_cluster(outside))
    }

    /// Takes another identity, under which it goes on.
    ///
    /// # Errors
    ///
    /// [`Error::SameIdentity`], and where the codec cannot write the message.
    pub fn change_identity(&self, to: T) -> Result<(), Error> {
        self.interact(|foca, outside| foca.change_identity(to, outside))
    }

    /// Goes on under an identity that was declared down, or that has left.
    ///
    /// # Errors
    ///
    /// [`Error::NotUndead`].
    pub fn reuse_down_identity(&self) -> Result<(), Error> {
        self.interact(|foca, _| foca.reuse_down_identity())
    }

    /// Gives it something to pass on to all members. True if its handler takes it for new.
    ///
    /// # Errors
    ///
    /// [`Error::DataTooBig`], [`Error::MalformedPacket`] for nothing, and those of the handler.
    pub fn add_broadcast(&self, data: &[u8]) -> Result<bool, Error> {
        self.interact(|foca, _| foca.add_broadcast(data))
    }

    /// Ends it without a word to the others: it receives nothing, no timer comes due, its port is free.
    ///
    /// ```
    /// use foca::{Config, PostcardCodec};
    /// use seedbed::{Sim, net};
    /// use seedbed_foca::Node;
    /// use std::net::SocketAddr;
    ///
    /// let report = Sim::new(0).run(async {
    ///     let at = SocketAddr::new(net::host("main").ip(), 7946);
    ///     let node = Node::start(at, Config::simple(), PostcardCodec).unwrap();
    ///     assert!(node.is_running() && Node::start(at, Config::simple(), PostcardCodec).is_err());
    ///     node.stop();
    ///     !node.is_running() && Node::start(at, Config::simple(), PostcardCodec).is_ok()
    /// });
    /// assert!(report.unwrap());
    /// ```
    pub fn stop(&self) {
        self.shared.runs.set(false);
        for task in self.shared.tasks.take() {
            task.cancel();
        }
        self.shared.inner.borrow_mut().1.end();
    }

    /// True until [`stop`](Self::stop). Of the host's end it knows nothing.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.shared.runs.get()
    }
}
