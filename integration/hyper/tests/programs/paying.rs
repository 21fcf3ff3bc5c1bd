//! A tower stack in front of hyper's client: retries, a limit of concurrency and a timeout. Whether it retries payments is the question.
#![allow(dead_code, reason = "each of those who use it needs a part")]

use std::future::Ready;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use seedbed::{net, timeout};
use tower::limit::ConcurrencyLimitLayer;
use tower::retry::{Policy, RetryLayer};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};

use super::{Client, NoAnswer, Shop, Version, start};

#[derive(Clone, Debug)]
pub(crate) struct Order {
    method: Method,
    path: String,
}

type Answer = Pin<Box<dyn Future<Output = Result<Bytes, NoAnswer>>>>;

/// A connection for each request.
#[derive(Clone, Debug)]
struct Connecting(Version);

impl Service<Order> for Connecting {
    type Response = Bytes;
    type Error = NoAnswer;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), NoAnswer>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, order: Order) -> Answer {
        let version = self.0;
        Box::pin(async move {
            let mut client = Client::connect(version).await.map_err(|_| NoAnswer::NotSent)?;
            client.send(order.method, &order.path, Bytes::new()).await
        })
    }
}

/// A timeout in virtual time. That of tower asks tokio's runtime for the time, and panics without one.
#[derive(Clone, Copy, Debug)]
struct TimeoutLayer(Duration);

#[derive(Clone, Debug)]
struct Timeout<S>(S, Duration);

impl<S> Layer<S> for TimeoutLayer {
    type Service = Timeout<S>;

    fn layer(&self, inner: S) -> Timeout<S> {
        Timeout(inner, self.0)
    }
}

impl<S: Service<Order, Response = Bytes, Error = NoAnswer, Future = Answer>> Service<Order> for Timeout<S> {
    type Response = Bytes;
    type Error = NoAnswer;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), NoAnswer>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, order: Order) -> Answer {
        let (answer, after) = (self.0.call(order), self.1);
        Box::pin(async move {
            timeout(after, answer).await.unwrap_or_else(|elapsed| Err(NoAnswer::Unknown(elapsed.into())))
        })
    }
}

/// Which orders are placed again.
#[derive(Clone, Copy, Debug)]
struct Again {
    left: u32,
    /// The planted bug: what may have been served is sent again, too, whatever it is.
    hasty: bool,
}

impl Policy<Order, Bytes, NoAnswer> for Again {
    type Future = Ready<()>;

    fn retry(&mut self, order: &mut Order, result: &mut Result<Bytes, NoAnswer>) -> Option<Ready<()>> {
        let was_not_sent = matches!(result, Err(NoAnswer::NotSent));
        let may = self.hasty || was_not_sent || order.method == Method::GET;
        self.left = self.left.checked_sub(1)?;
        (result.is_err() && may).then(|| std::future::ready(()))
    }

    fn clone_request(&mut self, order: &Order) -> Option<Order> {
        Some(order.clone())
    }
}

/// A client on a host of its own pays three times, through a stack of layers.
pub(crate) async fn three_payments(version: Version, hasty: bool) {
    let shop = Shop::new(version);
    let server = start(&shop).await;
    let client = net::host("client").spawn(async move {
        let stack = ServiceBuilder::new()
            .layer(RetryLayer::new(Again { left: 3, hasty }))
            .layer(ConcurrencyLimitLayer::new(2))
            .layer(TimeoutLayer(Duration::from_secs(300)))
            .service(Connecting(version));
        let payments = ["rent", "food", "books"].map(|name| {
            let (stack, path) = (stack.clone(), format!("/pay/{name}"));
            stack.oneshot(Order { method: Method::POST, path })
        });
        futures::future::join_all(payments).await.iter().filter(|paid| paid.is_ok()).count()
    });
    let paid = client.await.expect("the client ends");
    assert!(paid <= shop.payments.borrow().len(), "what was paid is in the books");
    shop.check();
    server.cancel();
}
