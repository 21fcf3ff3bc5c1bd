//! A socket that hands several datagrams over as one, as an adapter might that wants to be fast; whether it minds their lengths is the question.

use std::io::{IoSliceMut, Result};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use quinn::udp::{RecvMeta, Transmit};
use quinn::{AsyncUdpSocket, Endpoint, ServerConfig, UdpPoller};
use seedbed::net::Socket;
use seedbed_quinn::{SeedbedRuntime, endpoint_config};

#[derive(Debug)]
struct Careless {
    inner: Socket,
    careful: bool,
    /// A datagram of another length than those before it.
    kept: Mutex<Option<(Vec<u8>, SocketAddr)>>,
}

/// An endpoint of a server with such a socket.
pub(crate) fn careless_endpoint(port: u16, config: ServerConfig, careful: bool) -> Endpoint {
    let inner = Socket::bind(port).expect("the port is free");
    let socket = Arc::new(Careless { inner, careful, kept: Mutex::new(None) });
    let runtime = Arc::new(SeedbedRuntime);
    Endpoint::new_with_abstract_socket(endpoint_config(), Some(config), socket, runtime).expect("an endpoint")
}

impl Careless {
    fn receive(&self, cx: &mut Context<'_>) -> Poll<Result<(Vec<u8>, SocketAddr)>> {
        if let Some(kept) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Poll::Ready(Ok(kept));
        }
        let mut bytes = vec![0; 2_000];
        let (length, from) = ready!(self.inner.poll_recv_from(cx, &mut bytes))?;
        bytes.truncate(length);
        Poll::Ready(Ok((bytes, from)))
    }
}

impl AsyncUdpSocket for Careless {
    fn create_io_poller(self: Arc<Self>) -> Pin<Box<dyn UdpPoller>> {
        Box::pin(AlwaysWritable)
    }

    fn try_send(&self, transmit: &Transmit<'_>) -> Result<()> {
        self.inner.try_send_to(transmit.contents, transmit.destination).map(drop)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        metas: &mut [RecvMeta],
    ) -> Poll<Result<usize>> {
        let (first, from) = ready!(self.receive(cx))?;
        let (buffer, stride) = (&mut buffers[0], first.len());
        buffer[..stride].copy_from_slice(&first);
        let mut length = stride;
        while let Poll::Ready(Ok((next, sender))) = self.receive(cx) {
            let differs = sender != from || self.careful && next.len() != stride;
            if differs || length + next.len() > buffer.len() {
                *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some((next, sender));
                break;
            }
            buffer[length..length + next.len()].copy_from_slice(&next);
            length += next.len();
        }
        (metas[0].addr, metas[0].len, metas[0].stride) = (from, length, stride);
        Poll::Ready(Ok(1))
    }

    fn local_addr(&self) -> Result<SocketAddr> {
        Ok(self.inner.local_addr())
    }

    fn max_receive_segments(&self) -> usize {
        16
    }
}

#[derive(Debug)]
struct AlwaysWritable;

impl UdpPoller for AlwaysWritable {
    fn poll_writable(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        Poll::Ready(Ok(()))
    }
}
