//! The workloads that need no clock: W1, W2, W4, W5n, W5e.

/// W1, W2, W4, W5n (simulations with a yield in place of every sleep) and W5e.
#[macro_export]
macro_rules! core_workloads {
    () => {
        /// 100 tasks yielding in a loop, `n` yields together.
        #[allow(unused_variables)]
        async fn w1(cx: rt::Cx, n: u64) -> u64 {
            let per = n / 100;
            let mut hs = Vec::with_capacity(100);
            for _ in 0..100u64 {
                hs.push(rt::spawn(&cx, move |cx| async move {
                    for _ in 0..per {
                        rt::yield_now(&cx).await;
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

        /// Spawn and join `n` trivial tasks, 1000 at a time.
        #[allow(unused_variables)]
        async fn w2(cx: rt::Cx, n: u64) -> u64 {
            let mut done = 0;
            let mut hs = Vec::with_capacity(1000);
            for _ in 0..n / 1000 {
                for i in 0..1000u64 {
                    hs.push(rt::spawn(&cx, move |_cx| async move { i }));
                }
                for (i, h) in hs.drain(..).enumerate() {
                    assert_eq!(rt::joined(h.await), i as u64);
                    done += 1;
                }
            }
            done
        }

        /// Two tasks, `n` messages: `n / 2` round trips over two channels.
        #[allow(unused_variables)]
        async fn w4(cx: rt::Cx, n: u64) -> u64 {
            let (mut tx1, mut rx1) = rt::channel();
            let (mut tx2, mut rx2) = rt::channel();
            let a = rt::spawn(&cx, move |_cx| async move {
                let mut msgs = 0u64;
                for i in 0..n / 2 {
                    let _ = rt::send(&mut tx1, i).await;
                    assert_eq!(rt::recv(&mut rx2).await, Some(i));
                    msgs += 2;
                }
                msgs
            });
            let b = rt::spawn(&cx, move |_cx| async move {
                while let Some(v) = rt::recv(&mut rx1).await {
                    let _ = rt::send(&mut tx2, v).await;
                }
            });
            let msgs = rt::joined(a.await);
            rt::joined(b.await);
            msgs
        }

        /// One simulation without timers: 10 tasks, 20 yields each, one send each.
        #[allow(unused_variables)]
        async fn w5n(cx: rt::Cx, seed: u64) -> u64 {
            let (tx, mut rx) = rt::channel();
            let mut hs = Vec::with_capacity(10);
            for i in 0..10u64 {
                let mut tx = tx.clone();
                hs.push(rt::spawn(&cx, move |cx| async move {
                    for _ in 0..20 {
                        rt::yield_now(&cx).await;
                    }
                    let _ = rt::send(&mut tx, i ^ seed).await;
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

        /// One simulation with nothing in it.
        async fn w5e(_cx: rt::Cx, _seed: u64) -> u64 {
            1
        }

        #[allow(dead_code)]
        fn core_workload(name: &str, n: u64) -> Option<u64> {
            Some(match name {
                "W1" => rt::run(1, move |cx| w1(cx, n)),
                "W2" => rt::run(1, move |cx| w2(cx, n)),
                "W4" => rt::run(1, move |cx| w4(cx, n)),
                "W5n" => rt::run_many(n, w5n),
                "W5e" => rt::run_many(n, w5e),
                _ => return None,
            })
        }
    };
}
