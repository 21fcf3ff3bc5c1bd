//! commonware: the workloads, and an echo over its streams.

mod rt;
peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("commonware", core_workload, timer_workload, net);

/// Two tasks, stream echo of 64 bytes over the deterministic network (no latency model).
fn net(name: &str, n: u64) -> Option<u64> {
    use commonware_runtime::{Listener, Network, Sink, Spawner, Stream, Supervisor};
    use std::net::SocketAddr;
    if name != "W7" {
        return None;
    }
    Some(rt::run(1, move |cx| async move {
        let addr: SocketAddr = "127.0.0.1:80".parse().unwrap();
        let mut l = cx.bind(addr).await.unwrap();
        cx.child("server").spawn(move |_| async move {
            let (_, mut sink, mut stream) = l.accept().await.unwrap();
            while let Ok(buf) = stream.recv(64).await {
                sink.send(buf).await.unwrap();
            }
        });
        cx.child("client")
            .spawn(move |cx| async move {
                let (mut sink, mut stream) = cx.dial(addr).await.unwrap();
                for _ in 0..n {
                    sink.send(vec![7u8; 64]).await.unwrap();
                    let got = stream.recv(64).await.unwrap();
                    assert_eq!(got.len(), 64);
                }
                n
            })
            .await
            .unwrap()
    }))
}
