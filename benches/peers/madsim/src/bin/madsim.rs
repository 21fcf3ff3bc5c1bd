//! madsim on the calling thread, and an echo over its TCP.

#[path = "../rt.rs"]
mod rt;
#[cfg(not(madsim))]
compile_error!("build with RUSTFLAGS=\"--cfg madsim\"");

peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("madsim", core_workload, timer_workload, net);

/// Two nodes, TCP echo of 64 bytes, default network configuration.
fn net(name: &str, n: u64) -> Option<u64> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    if name != "W7" {
        return None;
    }
    Some(rt::run(1, move |()| async move {
        let h = madsim::runtime::Handle::current();
        let server = h.create_node().name("server").ip("10.0.0.1".parse().unwrap()).build();
        let client = h.create_node().name("client").ip("10.0.0.2".parse().unwrap()).build();
        server.spawn(async move {
            let l = TcpListener::bind("10.0.0.1:80").await.unwrap();
            let (mut s, _) = l.accept().await.unwrap();
            let mut buf = [0u8; 64];
            while s.read_exact(&mut buf).await.is_ok() {
                s.write_all(&buf).await.unwrap();
                s.flush().await.unwrap();
            }
        });
        client
            .spawn(async move {
                madsim::time::sleep(std::time::Duration::from_millis(100)).await;
                let mut s = TcpStream::connect("10.0.0.1:80").await.unwrap();
                let msg = [7u8; 64];
                let mut buf = [0u8; 64];
                for _ in 0..n {
                    s.write_all(&msg).await.unwrap();
                    s.flush().await.unwrap();
                    s.read_exact(&mut buf).await.unwrap();
                    assert_eq!(buf, msg);
                }
                n
            })
            .await
            .unwrap()
    }))
}
