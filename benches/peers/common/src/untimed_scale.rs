//! W8 for the peers that have no clock.

/// W8n: for peers without timers; every task yields once instead of sleeping once.
#[macro_export]
macro_rules! untimed_scale_workload {
    () => {
        async fn w8n(cx: rt::Cx, n: u64) -> u64 {
            use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
            let woke = std::sync::Arc::new(AtomicU64::new(0));
            $crate::note_before();
            for _ in 0..n {
                let woke = woke.clone();
                rt::detach(rt::spawn(&cx, move |cx| async move {
                    rt::yield_now(&cx).await;
                    woke.fetch_add(1, Relaxed);
                }));
            }
            $crate::note_idle();
            while woke.load(Relaxed) != n {
                rt::yield_now(&cx).await;
            }
            woke.load(Relaxed)
        }
        fn scale_workload(name: &str, n: u64) -> Option<u64> {
            match name {
                "W8n" => Some(rt::run(1, move |cx| w8n(cx, n))),
                _ => None,
            }
        }
    };
}
