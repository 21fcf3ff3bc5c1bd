//! turmoil: one client host in each simulation.
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::mpsc;

pub type Cx = ();
pub type Tx = mpsc::Sender<u64>;
pub type Rx = mpsc::Receiver<u64>;

pub fn run<F, Fut>(seed: u64, f: F) -> u64
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = u64> + 'static,
{
    let mut sim = super::builder().rng_seed(seed).build();
    let out = Rc::new(Cell::new(None));
    let fut = f(());
    sim.client("client", {
        let out = out.clone();
        async move {
            out.set(Some(fut.await));
            Ok(())
        }
    });
    sim.run().unwrap();
    out.take().unwrap()
}
pub fn run_many<F, Fut>(n: u64, f: F) -> u64
where
    F: Fn(Cx, u64) -> Fut,
    Fut: Future<Output = u64> + 'static,
{
    (0..n).map(|seed| run(seed, |cx| f(cx, seed))).sum()
}
pub fn spawn<F, Fut, T>(_cx: &Cx, f: F) -> tokio::task::JoinHandle<T>
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    tokio::spawn(f(()))
}
pub fn joined<T, E: std::fmt::Debug>(out: Result<T, E>) -> T {
    out.unwrap()
}
pub fn detach<T>(h: tokio::task::JoinHandle<T>) {
    drop(h)
}
pub fn yield_now(_cx: &Cx) -> impl Future<Output = ()> {
    tokio::task::yield_now()
}
pub fn channel() -> (Tx, Rx) {
    mpsc::channel(16)
}
pub fn send(tx: &mut Tx, v: u64) -> impl Future + '_ {
    tx.send(v)
}
pub fn recv(rx: &mut Rx) -> impl Future<Output = Option<u64>> + '_ {
    rx.recv()
}
pub fn sleep(_cx: &Cx, ms: u64) -> impl Future {
    tokio::time::sleep(Duration::from_millis(ms))
}
pub fn timeout<F: Future>(_cx: &Cx, ms: u64, f: F) -> impl Future<Output = Result<F::Output, impl Sized>> {
    tokio::time::timeout(Duration::from_millis(ms), f)
}
pub fn in_time<T, E>(out: Result<T, E>) -> bool {
    out.is_ok()
}
