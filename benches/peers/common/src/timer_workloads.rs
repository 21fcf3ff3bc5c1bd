//! The workloads that need a clock: W3, W5, W6, W8.

/// W3, W5, W6 and W8: needs `rt::sleep` and `rt::timeout`.
#[macro_export]
macro_rules! timer_workloads {
    () => {
        /// 1000 tasks sleeping 1..=1000 virtual ms in a loop, `n` sleeps together.
        async fn w3(cx: rt::Cx, n: u64) -> u64 {
            let per = n / 1000;
            let mut hs = Vec::with_capacity(1000);
            for i in 0..1000u64 {
                hs.push(rt::spawn(&cx, move |cx| async move {
                    let mut rng = $crate::Rng::new(i);
                    for _ in 0..per {
                        let _ = rt::sleep(&cx, rng.ms(1000)).await;
                    }
                    per
                }));
            }
            let mut total = 0;
            for h in hs {
                total += rt::joined(h.await);
            }
            total
        }

        /// One simulation: 10 tasks, each 10 sleeps of 1..=100 ms, 10 yields, one send.
        async fn w5(cx: rt::Cx, seed: u64) -> u64 {
            let (tx, mut rx) = rt::channel();
            let mut hs = Vec::with_capacity(10);
            for i in 0..10u64 {
                let mut tx = tx.clone();
                hs.push(rt::spawn(&cx, move |cx| async move {
                    let mut rng = $crate::Rng::new(seed.wrapping_mul(10).wrapping_add(i));
                    for _ in 0..10 {
                        let _ = rt::sleep(&cx, rng.ms(100)).await;
                        rt::yield_now(&cx).await;
                    }
                    let _ = rt::send(&mut tx, i).await;
                }));
            }
            drop(tx);
            let mut got = 0;
            while rt::recv(&mut rx).await.is_some() {
                got += 1;
            }
            for h in hs {
                rt::joined(h.await);
            }
            assert_eq!(got, 10);
            1
        }

        /// 100 tasks, `n` timeouts of 1 s together, each around one yield, so each timer is
        /// armed and then cancelled. After every 10 a task sleeps 100 ms, so that peers which
        /// cancel lazily meet their stale timers, as they would in a real simulation.
        async fn w6(cx: rt::Cx, n: u64) -> u64 {
            let per = n / 100;
            let mut hs = Vec::with_capacity(100);
            for _ in 0..100u64 {
                hs.push(rt::spawn(&cx, move |cx| async move {
                    let mut ok = 0u64;
                    for k in 0..per {
                        ok += rt::in_time(rt::timeout(&cx, 1000, rt::yield_now(&cx)).await) as u64;
                        if k % 10 == 9 {
                            let _ = rt::sleep(&cx, 100).await;
                        }
                    }
                    ok
                }));
            }
            let mut total = 0;
            for h in hs {
                total += rt::joined(h.await);
            }
            assert_eq!(total, per * 100);
            total
        }

        /// `n` tasks alive at the same time, each sleeping once.
        async fn w8(cx: rt::Cx, n: u64) -> u64 {
            use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
            let woke = std::sync::Arc::new(AtomicU64::new(0));
            let mut rng = $crate::Rng::new(8);
            $crate::note_before();
            for _ in 0..n {
                let woke = woke.clone();
                let ms = 1000 + rng.ms(1000);
                rt::detach(rt::spawn(&cx, move |cx| async move {
                    let _ = rt::sleep(&cx, ms).await;
                    woke.fetch_add(1, Relaxed);
                }));
            }
            let _ = rt::sleep(&cx, 500).await;
            assert_eq!(woke.load(Relaxed), 0);
            $crate::note_idle();
            let _ = rt::sleep(&cx, 5000).await;
            woke.load(Relaxed)
        }

        #[allow(dead_code)]
        fn timer_workload(name: &str, n: u64) -> Option<u64> {
            Some(match name {
                "W3" => rt::run(1, move |cx| w3(cx, n)),
                "W5" => rt::run_many(n, w5),
                "W6" => rt::run(1, move |cx| w6(cx, n)),
                "W8" => {
                    let woke = rt::run(1, move |cx| w8(cx, n));
                    assert_eq!(woke, n, "not every sleeper woke");
                    woke
                }
                _ => return None,
            })
        }
    };
}
