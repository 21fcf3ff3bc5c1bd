//! Readers and writers of in-memory pipes, cancelled at each of their await points.

use seedbed::{Target, sleep, spawn};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};

use super::primitives::{Primitive, later, primitive, sweep};
use crate::support::millis;

pub(super) const PIPES: [Primitive; 8] = [
    primitive!(
        "`tokio::io::AsyncReadExt::read`",
        "cancel safe",
        "tokio/1/tokio/io/trait.AsyncReadExt.html#method.read",
        "no byte is lost",
        async |target: Target| {
            let (mut writer, mut reader) = tokio::io::duplex(8);
            later(async move || write_in_parts(&mut writer, &["ab", "cd"]).await);
            let mut bytes = [0; 8];
            let read = target.run(AsyncReadExt::read(&mut reader, &mut bytes)).await;
            let read = read.map_or(Vec::new(), |read| bytes[..read.unwrap()].to_vec());
            assert_eq!(and_the_rest(read, &mut reader).await, "abcd");
        }
    ),
    primitive!(
        "`tokio::io::AsyncReadExt::read_exact`",
        "not cancel safe",
        "tokio/1/tokio/io/trait.AsyncReadExt.html#method.read_exact",
        "no byte is lost",
        async |target: Target| {
            let (mut writer, mut reader) = tokio::io::duplex(8);
            later(async move || write_in_parts(&mut writer, &["ab", "cd"]).await);
            let mut bytes = [0; 4];
            let read = target.run(AsyncReadExt::read_exact(&mut reader, &mut bytes)).await;
            let read = read.map_or(Vec::new(), |read| bytes[..read.unwrap()].to_vec());
            assert_eq!(and_the_rest(read, &mut reader).await, "abcd");
        }
    ),
    primitive!(
        "`tokio::io::AsyncBufReadExt::read_line`",
        "not cancel safe",
        "tokio/1/tokio/io/trait.AsyncBufReadExt.html#method.read_line",
        "no byte is lost",
        async |target: Target| {
            let (mut writer, reader) = tokio::io::duplex(8);
            later(async move || write_in_parts(&mut writer, &["ab", "cd\n"]).await);
            let (mut reader, mut line) = (tokio::io::BufReader::new(reader), String::new());
            let _read = target.run(AsyncBufReadExt::read_line(&mut reader, &mut line)).await;
            assert_eq!(and_the_rest(line.into_bytes(), &mut reader).await, "abcd\n");
        }
    ),
    primitive!(
        "`tokio::io::AsyncBufReadExt::read_until`",
        "goes on where it was",
        "tokio/1/tokio/io/trait.AsyncBufReadExt.html#method.read_until",
        "no byte is lost",
        async |target: Target| {
            let (mut writer, reader) = tokio::io::duplex(8);
            later(async move || write_in_parts(&mut writer, &["ab", "cd\n"]).await);
            let (mut reader, mut line) = (tokio::io::BufReader::new(reader), Vec::new());
            let _read = target.run(AsyncBufReadExt::read_until(&mut reader, b'\n', &mut line)).await;
            assert_eq!(and_the_rest(line, &mut reader).await, "abcd\n");
        }
    ),
    primitive!(
        "`tokio::io::Lines::next_line`",
        "cancel safe",
        "tokio/1/tokio/io/struct.Lines.html#method.next_line",
        "the line is read, by this call or the next",
        async |target: Target| {
            let (mut writer, reader) = tokio::io::duplex(8);
            later(async move || write_in_parts(&mut writer, &["ab", "cd\n"]).await);
            let mut lines = AsyncBufReadExt::lines(tokio::io::BufReader::new(reader));
            let line = match target.run(lines.next_line()).await {
                Some(line) => line,
                None => lines.next_line().await,
            };
            assert_eq!(line.unwrap().as_deref(), Some("abcd"));
        }
    ),
    primitive!(
        "`tokio::io::AsyncWriteExt::write_all`",
        "not cancel safe",
        "tokio/1/tokio/io/trait.AsyncWriteExt.html#method.write_all",
        "called again, it writes every byte once",
        async |target: Target| {
            let (mut writer, mut reader) = tokio::io::duplex(2);
            let read = spawn(async move {
                sleep(millis(1)).await;
                and_the_rest(Vec::new(), &mut reader).await
            });
            if target.run(AsyncWriteExt::write_all(&mut writer, b"abcdef")).await.is_none() {
                AsyncWriteExt::write_all(&mut writer, b"abcdef").await.unwrap();
            }
            drop(writer);
            assert_eq!(read.await.unwrap(), "abcdef");
        }
    ),
    primitive!(
        "`tokio::io::AsyncWriteExt::write_all_buf`",
        "goes on where it was",
        "tokio/1/tokio/io/trait.AsyncWriteExt.html#method.write_all_buf",
        "called again, it writes every byte once",
        async |target: Target| {
            let (mut writer, mut reader) = tokio::io::duplex(2);
            let read = spawn(async move {
                sleep(millis(1)).await;
                and_the_rest(Vec::new(), &mut reader).await
            });
            let mut bytes = &b"abcdef"[..];
            if target.run(AsyncWriteExt::write_all_buf(&mut writer, &mut bytes)).await.is_none() {
                AsyncWriteExt::write_all_buf(&mut writer, &mut bytes).await.unwrap();
            }
            drop(writer);
            assert_eq!(read.await.unwrap(), "abcdef");
        }
    ),
    primitive!(
        "`tokio::io::copy`, from pipe to pipe",
        "nothing is said",
        "tokio/1/tokio/io/fn.copy.html",
        "called again, it copies every byte once",
        async |target: Target| {
            let (mut source, mut from) = tokio::io::duplex(8);
            let (mut to, mut sink) = tokio::io::duplex(2);
            later(async move || write_in_parts(&mut source, &["abc", "def"]).await);
            let read = spawn(async move {
                sleep(millis(3)).await;
                and_the_rest(Vec::new(), &mut sink).await
            });
            if target.run(tokio::io::copy(&mut from, &mut to)).await.is_none() {
                tokio::io::copy(&mut from, &mut to).await.unwrap();
            }
            drop(to);
            assert_eq!(read.await.unwrap(), "abcdef");
        }
    ),
];

/// Writes one part a millisecond.
async fn write_in_parts(writer: &mut tokio::io::DuplexStream, parts: &[&str]) {
    for part in parts {
        writer.write_all(part.as_bytes()).await.unwrap();
        sleep(millis(1)).await;
    }
}

/// What was read, and all that is left to be read.
async fn and_the_rest(mut read: Vec<u8>, reader: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    reader.read_to_end(&mut read).await.unwrap();
    String::from_utf8(read).unwrap()
}
