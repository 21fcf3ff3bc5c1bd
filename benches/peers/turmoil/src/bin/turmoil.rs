//! turmoil with its ticks of 1 ms, which are the default.

#[path = "../rt.rs"]
mod rt;

/// No limit on the virtual time, which the default has.
fn builder() -> turmoil::Builder {
    let mut b = turmoil::Builder::new();
    b.simulation_duration(std::time::Duration::from_secs(1_000_000));
    b
}

peers_common::core_workloads!();
peers_common::timer_workloads!();
peers_common::main!("turmoil", core_workload, timer_workload, net);

/// Two hosts, TCP echo of 64 bytes. W7: default latency (0..100 ms, exponential).
/// W7f: latency fixed at 1 ms, which is one tick.
fn net(name: &str, n: u64) -> Option<u64> {
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut b = builder();
    b.rng_seed(1);
    match name {
        "W7" => {}
        "W7f" => {
            b.min_message_latency(Duration::from_millis(1)).max_message_latency(Duration::from_millis(1));
        }
        _ => return None,
    }
    let mut sim = b.build();
    sim.host("server", || async {
        let l = turmoil::net::TcpListener::bind("0.0.0.0:80").await?;
        let (mut s, _) = l.accept().await?;
        let mut buf = [0u8; 64];
        while s.read_exact(&mut buf).await.is_ok() {
            s.write_all(&buf).await?;
        }
        Ok(())
    });
    sim.client("client", async move {
        let mut s = turmoil::net::TcpStream::connect("server:80").await?;
        let msg = [7u8; 64];
        let mut buf = [0u8; 64];
        for _ in 0..n {
            s.write_all(&msg).await?;
            s.read_exact(&mut buf).await?;
            assert_eq!(buf, msg);
        }
        Ok(())
    });
    sim.run().unwrap();
    Some(n)
}
