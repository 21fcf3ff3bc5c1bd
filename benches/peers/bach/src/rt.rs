//! bach, default features (no `coop`: tasks run in FIFO order, not in a random one).
use bach::sync::mpsc;
use std::future::Future;
use std::time::Duration;

pub type Cx = ();
pub type Tx = mpsc::Sender<u64>;
pub type Rx = mpsc::Receiver<u64>;
pub use bach::task::JoinHandle;

pub fn run<F, Fut>(seed: u64, f: F) -> u64
where
    F: FnOnce(Cx) -> Fut + 'static,
    Fut: Future<Output = u64> + 'static,
{
    bach::environment::default::Runtime::new().with_seed(seed).block_on(async move { f(()).await })
}
pub fn run_many<F, Fut>(n: u64, f: F) -> u64
where
    F: Fn(Cx, u64) -> Fut + Copy + 'static,
    Fut: Future<Output = u64> + 'static,
{
    (0..n).map(|seed| run(seed, move |cx| f(cx, seed))).sum()
}
pub fn spawn<F, Fut, T>(_cx: &Cx, f: F) -> JoinHandle<T>
where
    F: FnOnce(Cx) -> Fut,
    Fut: Future<Output = T> + 'static,
    T: 'static,
{
    bach::spawn(f(()))
}
pub fn joined<T, E: std::fmt::Debug>(out: Result<T, E>) -> T {
    out.unwrap()
}
pub fn detach<T>(h: JoinHandle<T>) {
    drop(h)
}
pub fn yield_now(_cx: &Cx) -> impl Future<Output = ()> {
    bach::task::yield_now()
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
    bach::time::sleep(Duration::from_millis(ms))
}
pub fn timeout<F: Future>(_cx: &Cx, ms: u64, f: F) -> impl Future<Output = Result<F::Output, impl Sized>> {
    bach::time::timeout(Duration::from_millis(ms), f)
}
pub fn in_time<T, E>(out: Result<T, E>) -> bool {
    out.is_ok()
}
