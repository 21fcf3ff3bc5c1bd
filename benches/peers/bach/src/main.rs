//! bach: the workloads, and an echo over its UDP.

mod rt;
peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("bach", core_workload, timer_workload, net);

/// bach has no TCP, so this is a UDP echo of 64 bytes; default network (50 ms latency).
fn net(name: &str, n: u64) -> Option<u64> {
    use bach::ext::*;
    use bach::net::UdpSocket;
    if name != "W7" {
        return None;
    }
    Some(rt::run(1, move |()| async move {
        async {
            let s = UdpSocket::bind("server:80").await.unwrap();
            let mut buf = [0u8; 64];
            loop {
                let (len, peer) = s.recv_from(&mut buf).await.unwrap();
                s.send_to(&buf[..len], peer).await.unwrap();
            }
        }
        .group("server")
        .spawn();
        async move {
            bach::time::sleep(std::time::Duration::from_millis(1)).await;
            let s = UdpSocket::bind("client:0").await.unwrap();
            s.connect("server:80").await.unwrap();
            let msg = [7u8; 64];
            let mut buf = [0u8; 64];
            for _ in 0..n {
                s.send(&msg).await.unwrap();
                assert_eq!(s.recv(&mut buf).await.unwrap(), 64);
                assert_eq!(buf, msg);
            }
            n
        }
        .group("client")
        .spawn()
        .await
        .unwrap()
    }))
}
