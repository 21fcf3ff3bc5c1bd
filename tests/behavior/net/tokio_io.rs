//! Streams through the traits of `tokio::io`, without any runtime.

use seedbed::net::{self, Listener, Stream};
use seedbed::yield_now;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use crate::support::steady;

#[test]
fn lines_go_there_and_back() {
    let report = steady(|| async {
        net::host("server").run(|| async {
            let (stream, _) = Listener::bind(80).unwrap().accept().await.unwrap();
            let (read, mut write) = tokio::io::split(stream);
            let mut lines = BufReader::new(read).lines();
            while let Some(line) = lines.next_line().await.unwrap() {
                write.write_all(format!("{}\n", line.to_uppercase()).as_bytes()).await.unwrap();
            }
            write.shutdown().await.unwrap();
        });
        yield_now().await;
        let mut stream = Stream::connect("server:80").await.unwrap();
        stream.write_all(b"one\ntwo\n").await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    });
    assert_eq!(report.unwrap(), "ONE\nTWO\n");
}
