//! hyper on seedbed: its executor, its timer and its input and output, so that published clients and servers run in simulation as they are.
//!
//! ```
//! use http_body_util::{BodyExt, Empty, Full};
//! use hyper::body::{Bytes, Incoming};
//! use hyper::service::service_fn;
//! use hyper::{Request, Response};
//! use seedbed::net::{self, Listener, Stream};
//! use seedbed::{Sim, spawn};
//! use seedbed_hyper::{Executor, Io, Timer};
//!
//! async fn hello(_: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
//!     Ok(Response::new(Full::from("hello")))
//! }
//!
//! let report = Sim::new(0).run(async {
//!     net::host("server").run(|| async {
//!         let (stream, _) = Listener::bind(80).unwrap().accept().await.unwrap();
//!         let mut server = hyper::server::conn::http2::Builder::new(Executor);
//!         server.timer(Timer::new()).auto_date_header(false);
//!         server.serve_connection(Io::new(stream), service_fn(hello)).await.unwrap();
//!     });
//!     seedbed::yield_now().await;
//!     let stream = Stream::connect("server:80").await.unwrap();
//!     let (mut sender, connection) = hyper::client::conn::http2::handshake(Executor, Io::new(stream)).await.unwrap();
//!     drop(spawn(connection));
//!     let response = sender.send_request(Request::new(Empty::<Bytes>::new())).await.unwrap();
//!     response.into_body().collect().await.unwrap().to_bytes()
//! });
//! assert_eq!(report.unwrap(), "hello");
//! ```
//!
//! Switch the `date` header off (`auto_date_header(false)`): hyper takes the date from the machine's clock.

mod executor;
mod io;
#[allow(clippy::disallowed_types, reason = "hyper's word for an instant; virtual time says how far two are apart")]
mod timer;

pub use executor::Executor;
pub use io::Io;
pub use timer::{Sleep, Timer};
