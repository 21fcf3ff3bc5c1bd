//! The programs: a server and its clients, over HTTP/1 and HTTP/2, whose every answer can be checked.
#![allow(dead_code, reason = "each of those who use it needs a part")]

pub(crate) mod paying;

use std::cell::RefCell;
use std::convert::Infallible;
use std::error::Error;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use seedbed::net::{self, Listener, Stream};
use seedbed::sync::Event;
use seedbed::{Task, select, sleep, spawn, timeout};
use seedbed_hyper::{Executor, Io, Timer};
use seedbed_trials::Trial;

pub(crate) type Failed = Box<dyn Error + Send + Sync>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Version {
    Http1,
    Http2,
}

pub(crate) const VERSIONS: [Version; 2] = [Version::Http1, Version::Http2];

/// What a published client and server should stand.
pub(crate) const FAULTS: &str = "lost+latency+reset+short+partition";

/// The traffic of a version, put to trial.
pub(crate) fn trial(version: Version) -> Trial {
    Trial::of(FAULTS, move || traffic(version))
}

/// A connection is idle for so long before an HTTP/1 server closes it.
pub(crate) const IDLE: Duration = Duration::from_millis(100);

/// What a server knows.
pub(crate) struct Shop {
    pub(crate) version: Version,
    /// Set to shut it down in good order.
    pub(crate) stop: Event,
    /// The payments that were made, in their order.
    pub(crate) payments: RefCell<Vec<String>>,
}

impl Shop {
    pub(crate) fn new(version: Version) -> Rc<Self> {
        Rc::new(Self { version, stop: Event::new().named("stop"), payments: RefCell::default() })
    }

    /// Panics if a payment was made twice.
    pub(crate) fn check(&self) {
        let mut payments = self.payments.borrow().clone();
        payments.sort();
        let all = payments.len();
        payments.dedup();
        assert!(payments.len() == all, "a payment was made twice");
    }
}

async fn answer(
    shop: Rc<Shop>,
    request: Request<Incoming>,
) -> Result<Response<UnsyncBoxBody<Bytes, Infallible>>, Failed> {
    let path = request.uri().path().to_owned();
    let (place, name) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
    let body = match place {
        "hello" => Full::from(format!("hello {name}")).boxed_unsync(),
        "echo" => Full::from(request.into_body().collect().await?.to_bytes()).boxed_unsync(),
        "pay" => {
            shop.payments.borrow_mut().push(name.to_owned());
            sleep(Duration::from_millis(3)).await;
            Full::from(format!("paid {name}")).boxed_unsync()
        }
        "slow" => {
            let chunks = stream::unfold(name.parse::<u32>()?, |left| async move {
                sleep(Duration::from_millis(10)).await;
                let left = left.checked_sub(1)?;
                Some((Ok(Frame::data(Bytes::from(vec![b'.'; 500]))), left))
            });
            StreamBody::new(chunks).boxed_unsync()
        }
        _ => {
            let mut response = Response::new(Full::from("no such place").boxed_unsync());
            *response.status_mut() = StatusCode::NOT_FOUND;
            return Ok(response);
        }
    };
    Ok(Response::new(body))
}

async fn serve_one(shop: Rc<Shop>, stream: Stream) {
    let service = {
        let shop = Rc::clone(&shop);
        service_fn(move |request| answer(Rc::clone(&shop), request))
    };
    let stop = shop.stop.wait();
    // A client that goes away is an error of the connection, and none of the server.
    match shop.version {
        Version::Http1 => {
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder.timer(Timer::new()).auto_date_header(false).header_read_timeout(IDLE);
            let mut connection = pin!(builder.serve_connection(Io::new(stream), service));
            select! {
                result = &mut connection => drop(result),
                () = stop => {
                    connection.as_mut().graceful_shutdown();
                    drop(connection.await);
                }
            }
        }
        Version::Http2 => {
            let mut builder = hyper::server::conn::http2::Builder::new(Executor);
            builder.timer(Timer::new()).auto_date_header(false);
            builder.keep_alive_interval(Duration::from_secs(10)).keep_alive_timeout(Duration::from_secs(20));
            let mut connection = pin!(builder.serve_connection(Io::new(stream), service));
            select! {
                result = &mut connection => drop(result),
                () = stop => {
                    connection.as_mut().graceful_shutdown();
                    drop(connection.await);
                }
            }
        }
    }
}

/// Accepts until it is stopped, then waits for what is under way, and not for ever.
pub(crate) async fn serve(shop: Rc<Shop>, listener: Listener) {
    let mut connections: Vec<Task<()>> = Vec::new();
    loop {
        select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted.expect("the host is up");
                connections.push(spawn(serve_one(Rc::clone(&shop), stream)));
            }
            () = shop.stop.wait() => break,
        }
    }
    drop(listener);
    for connection in connections {
        // hyper waits for ever for the body of a request whose sender is gone without a word.
        drop(timeout(Duration::from_secs(60), connection).await);
    }
}

/// The server on a host of its own; its listener is bound when this returns.
pub(crate) async fn start(shop: &Rc<Shop>) -> Task<()> {
    let host = net::host("server");
    let listener = host.spawn(async { Listener::bind(80).expect("the port is free") }).await.expect("it is up");
    host.spawn(serve(Rc::clone(shop), listener))
}

enum Sender {
    Http1(hyper::client::conn::http1::SendRequest<Full<Bytes>>),
    Http2(hyper::client::conn::http2::SendRequest<Full<Bytes>>),
}

/// One connection of a client.
pub(crate) struct Client(Sender);

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// hyper gave the request back: it was never sent.
    NotSent,
    /// It may have been served.
    Unknown(Failed),
}

impl Client {
    pub(crate) async fn connect(version: Version) -> Result<Self, Failed> {
        let io = Io::new(Stream::connect("server:80").await?);
        Ok(Self(match version {
            Version::Http1 => {
                let (sender, connection) = hyper::client::conn::http1::handshake(io).await?;
                drop(spawn(connection));
                Sender::Http1(sender)
            }
            Version::Http2 => {
                let mut builder = hyper::client::conn::http2::Builder::new(Executor);
                builder.timer(Timer::new());
                let (sender, connection) = builder.handshake(io).await?;
                drop(spawn(connection));
                Sender::Http2(sender)
            }
        }))
    }

    /// Sends a request, and collects the answer.
    pub(crate) async fn send(&mut self, method: Method, path: &str, body: Bytes) -> Result<Bytes, NoAnswer> {
        let request = Request::builder().method(method).uri(format!("http://server{path}"));
        let request = request.header("host", "server").body(Full::new(body)).expect("a request");
        let response = match &mut self.0 {
            Sender::Http1(sender) => match sender.ready().await {
                Ok(()) => sender.try_send_request(request).await,
                Err(_) => return Err(NoAnswer::NotSent),
            },
            Sender::Http2(sender) => match sender.ready().await {
                Ok(()) => sender.try_send_request(request).await,
                Err(_) => return Err(NoAnswer::NotSent),
            },
        };
        let response = response.map_err(|mut error| match error.take_message() {
            Some(_) => NoAnswer::NotSent,
            None => NoAnswer::Unknown(error.into_error().into()),
        })?;
        let body = response.into_body().collect().await.map_err(|error| NoAnswer::Unknown(error.into()))?;
        Ok(body.to_bytes())
    }
}

/// A client that asks for this and that, gives up on some of it, and connects anew where a connection is broken. Returns how many answers it
/// got, each of which was right.
pub(crate) async fn browse(version: Version, name: &'static str) -> u32 {
    let mut answers = 0;
    let mut client = None;
    for round in 0..6_usize {
        let mut connection = match client.take() {
            Some(connection) => connection,
            None => match Client::connect(version).await {
                Ok(connection) => connection,
                Err(_) => continue,
            },
        };
        let long = Bytes::from(vec![b'a'; 3_000 * round]);
        let (method, path, sent, expected, patience) = match round % 3 {
            0 => (
                Method::GET,
                format!("/hello/{name}{round}"),
                Bytes::new(),
                format!("hello {name}{round}").into(),
                5_000,
            ),
            1 => (Method::POST, "/echo".to_owned(), long.clone(), long, 5_000),
            // Sometimes there is time for it, and sometimes there is not.
            _ => {
                (Method::GET, "/slow/4".to_owned(), Bytes::new(), Bytes::from(vec![b'.'; 2_000]), 48 + 9 * round as u64)
            }
        };
        let asked = timeout(Duration::from_millis(patience), connection.send(method, &path, sent));
        match asked.await {
            Ok(Ok(body)) => {
                assert!(body == expected, "a wrong answer to {path}: {body:?}");
                answers += 1;
                client = Some(connection);
            }
            // The request was cancelled. An HTTP/1 connection is of no use any more.
            Err(_) if version == Version::Http2 => client = Some(connection),
            Err(_) | Ok(Err(_)) => {}
        }
        sleep(Duration::from_millis(7)).await;
    }
    answers
}

/// Two clients on hosts of their own, and a server that is shut down in good order in the end.
pub(crate) async fn traffic(version: Version) -> u32 {
    let shop = Shop::new(version);
    let server = start(&shop).await;
    let clients = ["one", "two"].map(|name| net::host(name).spawn(browse(version, name)));
    let mut answers = 0;
    for client in clients {
        answers += client.await.expect("a client ends");
    }
    shop.stop.set();
    timeout(Duration::from_secs(3_600), server).await.expect("the shutdown ends").expect("the server ends");
    answers
}
