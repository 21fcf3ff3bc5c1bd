//! Replay lines and files of them, damaged in every way: no panic, and an error that says where.
//!
//! `SEEDBED_FUZZ=1000000 cargo test --release --test hunt fuzz` tries a million of each.

use seedbed::Seed;
use seedbed::choice::{Address, Departures, Kind, Prng, Replay};
use seedbed::hunt::saved_lines;

/// How many of each are tried when nothing was said.
const CASES: u64 = 20_000;

fn cases() -> u64 {
    std::env::var("SEEDBED_FUZZ").map_or(CASES, |text| text.parse().unwrap())
}

/// A line as a report prints it.
fn line(prng: &mut Prng) -> String {
    if prng.chance(1, 4) {
        let policy = ["fifo", "pct:3", "random+clock+late", ""][prng.below(4) as usize].to_owned();
        return Replay::Seeded { seed: Seed::new(prng.next_u64()), policy }.to_string();
    }
    let mut departures = Departures::new();
    for _ in 0..prng.below(6) {
        let subject = format!("main/{}", ["a", "b/7", "déjà", "reader-12"][prng.below(4) as usize]);
        let kind = Kind::ALL[prng.below(8) as usize];
        let (n, answer) = (prng.next_u32() >> prng.below(32), prng.next_u32() >> prng.below(32));
        departures.insert(Address::new(subject, kind, n).unwrap(), answer.max(1).try_into().unwrap());
    }
    Replay::Departures(departures).to_string()
}

/// Damages a text: characters changed, lost, added, swapped, cut, or repeated.
fn damage(prng: &mut Prng, bytes: &mut Vec<u8>) {
    for _ in 0..=prng.below(3) {
        let at = prng.below(u32::try_from(bytes.len().max(1)).unwrap()) as usize;
        let odd = *b"sb1:AZaz09-_ #\n\t\r\0\xff\xc3\xa9=".get(prng.below(24) as usize).unwrap_or(&b'x');
        match prng.below(7) {
            _ if bytes.is_empty() => bytes.push(odd),
            0 => bytes[at] = odd,
            1 => bytes[at] ^= 1 << prng.below(8),
            2 => drop(bytes.remove(at)),
            3 => bytes.insert(at, odd),
            4 => bytes.truncate(at),
            5 => bytes.extend_from_within(at..),
            _ => {
                let other = prng.below(u32::try_from(bytes.len()).unwrap()) as usize;
                bytes.swap(at, other);
            }
        }
    }
}

#[test]
fn damaged_replay_lines_are_refused_at_a_position() {
    let mut prng = Prng::new(Seed::new(7), "replay lines");
    let (mut read, mut refused) = (0_u64, 0_u64);
    for _ in 0..cases() {
        let whole = line(&mut prng);
        assert_eq!(whole.parse::<Replay>().unwrap().to_string(), whole);
        let mut bytes = whole.clone().into_bytes();
        damage(&mut prng, &mut bytes);
        let text = String::from_utf8_lossy(&bytes);
        match text.parse::<Replay>() {
            Ok(replay) => {
                read += 1;
                assert_eq!(replay.to_string(), text, "what is read is written the same way");
                assert_eq!(text, whole, "no damage makes another line");
            }
            Err(error) => {
                refused += 1;
                let characters = text.chars().count();
                assert!((1..=characters + 1).contains(&error.position()), "{text:?}: {error}");
                assert!(error.to_string().starts_with("not a replay line: "), "{text:?}: {error}");
            }
        }
    }
    assert!(refused > read, "{read} were read, {refused} refused");
}

#[test]
fn content_with_a_right_checksum_is_refused_at_a_position() {
    let mut prng = Prng::new(Seed::new(8), "content");
    let mut refused = 0_u64;
    for _ in 0..cases() {
        let word = line(&mut prng);
        let mut content = data_encoding::BASE64URL_NOPAD.decode(&word.as_bytes()[4..]).unwrap();
        content.truncate(content.len() - 4);
        damage(&mut prng, &mut content);
        let checksum = crc32fast::hash(&content).to_le_bytes();
        content.extend_from_slice(&checksum);
        let text = format!("sb1:{}", data_encoding::BASE64URL_NOPAD.encode(&content));
        match text.parse::<Replay>() {
            Ok(replay) => assert_eq!(replay.to_string().parse(), Ok(replay), "{text}"),
            Err(error) => {
                refused += 1;
                assert!((1..=text.len() + 1).contains(&error.position()), "{text}: {error}");
            }
        }
    }
    assert!(refused > cases() / 10, "only {refused} were refused");
}

#[test]
fn damaged_files_lose_no_line_that_can_be_read() {
    let mut prng = Prng::new(Seed::new(9), "files");
    for _ in 0..cases() {
        let whole = line(&mut prng);
        let mut damaged = format!("# comment\n\n{}\n {} # words", line(&mut prng), line(&mut prng)).into_bytes();
        damage(&mut prng, &mut damaged);
        let lines_before = damaged.iter().filter(|byte| **byte == b'\n').count() + 1;
        let mut file = damaged.clone();
        file.extend_from_slice(format!("\n{whole}\n").as_bytes());
        let lines = saved_lines(&file);
        let last = lines.last().unwrap();
        assert_eq!((last.number, last.replay.as_ref().map(ToString::to_string)), (lines_before + 1, Ok(whole)));
        let texts: Vec<String> =
            file.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        for line in &lines {
            if let Err(error) = &line.replay {
                let characters = texts[line.number - 1].chars().count();
                assert!((1..=characters + 1).contains(&error.column()), "{:?}: {error}", texts[line.number - 1]);
            }
        }
    }
}
