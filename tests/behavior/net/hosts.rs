//! Hosts: killed, without power, started anew; and what is left of what they did.

use std::cell::{Cell, RefCell};
use std::io::ErrorKind;
use std::rc::Rc;

use futures::{AsyncReadExt, AsyncWriteExt};
use seedbed::net::{self, Listener, Socket, Stream};
use seedbed::{Sim, all_tasks, catch_cancel, note, now, sleep, spawn, timeout, yield_now};

use crate::support::{failure, in_every_order, millis, notes, secs, steady};

/// Answers each byte with the number of bytes since it was started.
async fn counter() {
    let listener = Listener::bind(80).unwrap();
    let mut count = 0;
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        while stream.read(&mut [0]).await.is_ok_and(|read| read > 0) {
            count += 1;
            if stream.write_all(&[count]).await.is_err() {
                break;
            }
        }
    }
}

async fn ask(stream: &mut Stream) -> std::io::Result<u8> {
    let mut answer = [0];
    stream.write_all(b"?").await?;
    stream.read_exact(&mut answer).await?;
    Ok(answer[0])
}

#[test]
fn what_was_only_in_memory_is_gone_after_a_restart() {
    let report = steady(|| async {
        let server = net::host("server").run(counter);
        yield_now().await;
        let mut stream = Stream::connect("server:80").await.unwrap();
        let before = [ask(&mut stream).await.unwrap(), ask(&mut stream).await.unwrap()];
        server.restart();
        let broken = ask(&mut stream).await.unwrap_err().kind();
        let mut stream = Stream::connect("server:80").await.unwrap();
        (before, broken, ask(&mut stream).await.unwrap())
    });
    assert_eq!(report.unwrap(), ([1, 2], ErrorKind::ConnectionReset, 1));
}

#[test]
fn nothing_that_a_host_runs_outlives_it_whatever_it_catches() {
    let died = Rc::new(Cell::new(0));
    let counted = Rc::clone(&died);
    struct Tells(Rc<Cell<u32>>);
    impl Drop for Tells {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let program = move || {
        let counted = Rc::clone(&counted);
        counted.set(0);
        async move {
            let died = Rc::clone(&counted);
            let host = net::host("stubborn").run(move || {
                let (here, child) = (Tells(Rc::clone(&counted)), Tells(Rc::clone(&counted)));
                async move {
                    drop(spawn(async move {
                        let _child = child;
                        loop {
                            drop(timeout(secs(1), catch_cancel(sleep(secs(2)))).await);
                        }
                    }));
                    let _here = here;
                    loop {
                        drop(catch_cancel(std::future::pending::<()>()).await);
                    }
                }
            });
            sleep(secs(10)).await;
            host.kill();
            let at_once = died.get();
            sleep(millis(1)).await;
            (at_once, all_tasks().len())
        }
    };
    in_every_order(program, |result| assert_eq!(result, (2, 1)));
    assert_eq!(died.get(), 2);
}

#[test]
fn a_host_that_kills_itself_goes_on_to_its_next_await() {
    let report = steady(|| async {
        let host = net::host("a");
        let task = host.spawn(async move {
            note!("before");
            host.crash();
            note!("last words");
            yield_now().await;
            note!("never");
        });
        (task.await.unwrap_err().is_cancelled(), host.is_up())
    });
    assert_eq!(notes(&report), ["0.000 before", "0.000 last words"]);
    assert_eq!(report.unwrap(), (true, false));
}

#[test]
fn without_power_nobody_is_told_until_it_is_back() {
    let report = steady(|| async {
        let server = net::host("server").run(counter);
        yield_now().await;
        let mut stream = Stream::connect("server:80").await.unwrap();
        ask(&mut stream).await.unwrap();
        server.crash();
        let unanswered = timeout(secs(30), ask(&mut stream)).await.is_err();
        server.restart();
        let (error, at) = (stream.read(&mut [0]).await.unwrap_err().kind(), now());
        (unanswered, error, at.to_string(), ask(&mut Stream::connect("server:80").await.unwrap()).await.unwrap())
    });
    // Back, the host answers what was sent to its former life with a reset: there and back in 2 ms.
    assert_eq!(report.unwrap(), (true, ErrorKind::ConnectionReset, "30.006".to_owned(), 1));
}

#[test]
fn a_connection_to_a_host_that_stays_down_is_given_up_in_the_end() {
    let report = steady(|| async {
        let server = net::host("server").run(counter);
        yield_now().await;
        let mut stream = Stream::connect("server:80").await.unwrap();
        server.crash();
        let refused = Stream::connect("server:80").await.unwrap_err();
        stream.write_all(b"?").await.unwrap();
        let given_up = stream.read(&mut [0]).await.unwrap_err();
        (refused.kind(), given_up.to_string(), now().to_string())
    });
    let given_up = "server:80 did not answer".to_owned();
    assert_eq!(report.unwrap(), (ErrorKind::TimedOut, given_up, "1051.603".to_owned()));
}

#[test]
fn a_host_that_comes_back_in_time_is_connected_to() {
    let report = steady(|| async {
        let server = net::host("server").run(counter);
        server.crash();
        let client = spawn(Stream::connect("server:80"));
        sleep(secs(5)).await;
        server.restart();
        client.await.unwrap().unwrap();
        now().to_string()
    });
    // Asked again after 1, 3 and 7 seconds, and a latency later each time.
    assert_eq!(report.unwrap(), "7.005");
}

#[test]
fn ports_of_a_dead_host_are_free_and_its_handles_useless() {
    let report = steady(|| async {
        let host = net::host("a");
        let kept = Rc::new(RefCell::new(None));
        let keeper = Rc::clone(&kept);
        host.spawn(async move {
            *keeper.borrow_mut() = Some((Socket::bind(53).unwrap(), Listener::bind(53).unwrap()));
        })
        .await
        .unwrap();
        host.kill();
        let again = host.spawn(async { (Socket::bind(53).unwrap(), Listener::bind(53).unwrap()) }).await.unwrap();
        let (socket, listener) = kept.take().unwrap();
        let errors = (socket.try_send_to(b"x", "main:1").unwrap_err(), listener.accept().await.unwrap_err());
        drop((socket, listener));
        // The later life's are not touched by the end of the earlier one's.
        let client = Stream::connect("a:53").await.is_ok();
        drop(again);
        (errors.0.kind(), errors.1.to_string(), client)
    });
    let gone = "the host of this listener has gone down".to_owned();
    assert_eq!(report.unwrap(), (ErrorKind::NotConnected, gone, true));
}

#[test]
fn a_panic_of_a_destructor_at_the_end_of_a_host_is_the_verdict() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            panic!("dropped badly");
        }
    }
    let report = Sim::new(0).run(async {
        let host = net::host("a").run(|| async {
            let _held = Panics;
            std::future::pending::<()>().await;
        });
        yield_now().await;
        host.kill();
    });
    let words = failure(report).to_string();
    assert!(words.contains("dropped badly") && words.contains("in a"), "{words}");
}

#[test]
fn hosts_are_torn_down_with_the_run() {
    let report = Sim::new(0).run(async {
        net::host("server").run(counter);
        yield_now().await;
        let mut stream = Stream::connect("server:80").await.unwrap();
        ask(&mut stream).await.unwrap()
    });
    assert!(report.leaked.is_empty(), "{:?}", report.leaked);
    assert_eq!(report.leftovers, ["server"]);
    assert_eq!(report.unwrap(), 1);
}

#[test]
fn a_name_that_cannot_stand_in_a_path_is_refused() {
    for name in ["", "a/b", "a→b", "a:80", "a\n"] {
        let report = Sim::new(0).run(async move { net::host(name).is_up() });
        assert!(failure(report).to_string().contains("is no name for a host"), "{name:?}");
    }
}
