//! What is wrong with memberlist-core 0.8.5 and memberlist-proto 0.3.4: these fail when it is cured, and docs/found.md then wants a new word.

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use futures::io::AsyncWriteExt;
use memberlist_core::delegate::{CompositeDelegate, EventDelegate, VoidDelegate};
use memberlist_core::proto::{MaybeResolvedAddress, NodeState, ProtoDecoder, ProtoReader};
use memberlist_core::{Memberlist, Options};
use peekable::future::AsyncPeekable;
use seedbed::hunt::Verdict;
use seedbed::net::{self, Listener, Stream};
use seedbed::{Sim, sleep};
use seedbed_agnostic::SeedbedRuntime;
use send_wrapper::SendWrapper;
use smol_str::SmolStr;

use crate::cluster::{Plan, hunt, live};
use crate::machine::simulated;
use crate::transport::{Glue, Wires, address_of};

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Nodes that have been dead for long are moved to the end of the list (`src/state.rs`, `move_dead_nodes`) and cut off, and the rest is shuffled;
/// the map from names to places is renewed by the shuffle alone (`src/base.rs`, `shuffle`), which leaves the first node's entry as it was
/// where it is not moved. The next message about that node indexes past the end, or changes the state of another node.
#[test]
fn memberlist_core_loses_track_of_its_nodes_when_it_forgets_a_dead_one() {
    let plan = Plan { forgets: true, ..Plan::of(5) };
    let report =
        hunt("forgets").prove(false).max_shrink_time(secs(2)).runs(200).faults("point").run(move || live(plan));
    let Verdict::Failed(finding) = &report.verdict else {
        panic!("memberlist-core keeps track of its nodes now: say so in docs/found.md\n{report}")
    };
    let told = finding.failure.to_string();
    assert!(told.contains("memberlist-core-0.8.5/src/state.rs") && told.contains("index out of bounds"), "{report}");
}

/// What a message of a user's begins with; its length comes next.
const USER_DATA: u8 = 9;

/// The reader that memberlist-proto has for streams. Counts peeks, and gives up in the end.
struct Counting {
    inner: AsyncPeekable<Stream>,
    peeks: u32,
}

impl ProtoReader for Counting {
    async fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        ProtoReader::read(&mut self.inner, buf).await
    }

    async fn read_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        ProtoReader::read_exact(&mut self.inner, buf).await
    }

    async fn peek(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.peeks += 1;
        if self.peeks > 1_000_000 {
            return Err(io::Error::other("asked a million times"));
        }
        ProtoReader::peek(&mut self.inner, buf).await
    }

    async fn peek_exact(&mut self, buf: &mut [u8]) -> io::Result<()> {
        ProtoReader::peek_exact(&mut self.inner, buf).await
    }
}

/// A message that comes in two pieces, the first of one byte, keeps the thread of a node for ever: the decoder of memberlist-proto 0.3.4
/// (`src/proto/decoder.rs:432`) asks for the rest of the header until it is there, and `AsyncPeekable` of peekable 0.5.0
/// (`src/future.rs:271`) says at once that there is that one byte, where it should wait. Nobody gives way, so that nothing else runs, no
/// timeout comes, and the other piece is never received. Found by a hunt with short reads and writes that did not come back.
#[test]
fn memberlist_proto_spins_on_a_message_that_comes_in_two_pieces() {
    let report = Sim::new(0).run(async {
        let listener = Listener::bind(7946).expect("the port is free");
        let peer = net::host("peer").spawn(async {
            let mut stream = Stream::connect("main:7946").await.expect("it is listened to");
            stream.write_all(&[USER_DATA]).await.expect("it is connected");
            sleep(secs(1)).await;
            stream.write_all(&[0]).await.expect("it is connected");
        });
        let (stream, _) = listener.accept().await.expect("somebody connects");
        let mut reader = Counting { inner: AsyncPeekable::new(stream), peeks: 0 };
        let decoded = ProtoDecoder::new().decode_from_reader::<_, SeedbedRuntime>(&mut reader).await;
        peer.await.expect("nobody cancels it");
        decoded.err().map(|error| error.to_string())
    });
    assert_eq!(
        report.unwrap().as_deref(),
        Some("asked a million times"),
        "memberlist-proto waits for the rest of a message now: say so in docs/found.md"
    );
}

/// Told of who leaves, and needs a moment for it, as one that sends on a channel that is full.
struct Told(SendWrapper<Rc<Cell<[u32; 2]>>>);

impl EventDelegate for Told {
    type Id = SmolStr;
    type Address = SocketAddr;

    async fn notify_join(&self, _: Arc<NodeState<SmolStr, SocketAddr>>) {}

    async fn notify_leave(&self, _: Arc<NodeState<SmolStr, SocketAddr>>) {
        let [begun, ended] = self.0.get();
        self.0.set([begun + 1, ended]);
        SendWrapper::new(sleep(Duration::from_millis(1))).await;
        self.0.set([begun + 1, ended + 1]);
    }

    async fn notify_update(&self, _: Arc<NodeState<SmolStr, SocketAddr>>) {}
}

/// Whose time as a suspect is over is declared dead by the task of the timer (`src/suspicion.rs`, `suspicion`). Declaring him dead drops the timer
/// (`src/state.rs`, `dead_node`), and that aborts the task, which goes on to its next await and no further: where the delegate waits, there.
#[test]
fn memberlist_core_aborts_the_task_that_tells_its_delegate_who_is_dead() {
    type Void = VoidDelegate<SmolStr, SocketAddr>;
    type Delegate = CompositeDelegate<SmolStr, SocketAddr, Void, Void, Told>;
    let report = Sim::new(0).virtual_time(secs(3_600)).run(simulated(async {
        let told = Rc::new(Cell::new([0, 0]));
        let lists = ["n1", "n2"].map(|name| {
            let told = Told(SendWrapper::new(Rc::clone(&told)));
            net::host(name).spawn(async move {
                let delegate: Delegate = CompositeDelegate::new().with_event_delegate(told);
                let list =
                    Memberlist::<Wires, _>::with_delegate(delegate, (name.into(), Glue::Sound), Options::local());
                let list = list.await.expect("it starts");
                if name == "n2" {
                    list.join(MaybeResolvedAddress::resolved(address_of("n1"))).await.expect("n1 answers");
                }
                std::future::pending::<()>().await;
            })
        });
        sleep(secs(5)).await;
        net::host("n2").kill();
        sleep(secs(600)).await;
        drop(lists);
        let seen = told.get();
        net::host("n1").kill();
        seen
    }));
    assert_eq!(
        report.unwrap(),
        [1, 0],
        "memberlist-core lets its delegate end what it was told: say so in docs/found.md"
    );
}
