//! The network: what arrives, what does not, and what becomes of hosts.

mod datagrams;
mod faults;
mod hosts;
mod partitions;
mod planted;
mod streams;
#[cfg(feature = "tokio")]
mod tokio_io;

use futures::AsyncReadExt;
use seedbed::net::Stream;

/// All that comes until the other end is shut.
async fn read_all(stream: &mut Stream) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    Ok(bytes)
}
