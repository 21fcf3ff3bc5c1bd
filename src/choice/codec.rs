//! Replay lines: a seed and policy, or departures, as one shell-safe word (`sb1:…`), and back.
//!
//! ```text
//! line        = "sb1:" base64url(content crc32)      no padding; crc32 of the content, 4 bytes, little endian
//! content     = 0x00 seed policy                     seed: 8 bytes, little endian; policy: UTF-8, the rest
//!             | 0x01 departures
//!             | 0x02 seed moves bits departures      inputs: the seed of their draws, and so many steps, 8 a byte, low bits first
//! departures  = count departure*                     in the order of addresses
//! departure   = shared length bytes kind n answer    subject: the first `shared` bytes of the one before, then `length` more
//! kind                                               1 byte, see `Kind`
//! count, moves, shared, length, n, answer                   numbers of 32 bits in base 128, low digits first (LEB128), shortest form
//! ```

use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;

use data_encoding::{BASE64URL_NOPAD, DecodeKind};

use super::address::Address;
use super::departures::Departures;
use super::inputs::InputPath;
use super::kind::Kind;
use super::replay::{Replay, ReplayError, ReplayFault};
use crate::seed::Seed;

const MARK: &str = "sb1:";
const VERSION: &str = "1";
const SEEDED: u8 = 0;
const DEPARTURES: u8 = 1;
const WITH_INPUTS: u8 = 2;
const CHECKSUM_BYTES: usize = 4;

impl fmt::Display for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::new();
        match self {
            Replay::Seeded { seed, policy } => {
                bytes.push(SEEDED);
                bytes.extend_from_slice(&seed.get().to_le_bytes());
                bytes.extend_from_slice(policy.as_bytes());
            }
            Replay::Departures(departures) => {
                match departures.inputs() {
                    None => bytes.push(DEPARTURES),
                    Some(inputs) => {
                        bytes.push(WITH_INPUTS);
                        put_inputs(&mut bytes, inputs);
                    }
                }
                put_departures(&mut bytes, departures);
            }
        }
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        write!(f, "{MARK}{}", BASE64URL_NOPAD.encode_display(&bytes))
    }
}

fn put_inputs(bytes: &mut Vec<u8>, inputs: &InputPath) {
    bytes.extend_from_slice(&inputs.seed().get().to_le_bytes());
    put_length(bytes, inputs.moves().len());
    let byte = |bits: &[bool]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
    bytes.extend(inputs.moves().chunks(8).map(byte));
}

fn put_departures(bytes: &mut Vec<u8>, departures: &Departures) {
    put_length(bytes, departures.len());
    let mut before = "";
    for (address, answer) in departures {
        let subject = address.subject();
        let shared = before.bytes().zip(subject.bytes()).take_while(|(a, b)| a == b).count();
        let rest = &subject.as_bytes()[shared..];
        put_length(bytes, shared);
        put_length(bytes, rest.len());
        bytes.extend_from_slice(rest);
        bytes.push(address.kind().code());
        put_number(bytes, address.n());
        put_number(bytes, answer.get());
        before = subject;
    }
}

fn put_length(bytes: &mut Vec<u8>, length: usize) {
    put_number(bytes, u32::try_from(length).expect("seedbed bug: a replay line of over 4 GiB, please report"));
}

fn put_number(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    bytes.push((number & 0x7f) as u8);
}

impl FromStr for Replay {
    type Err = ReplayError;

    fn from_str(line: &str) -> Result<Replay, ReplayError> {
        let bytes = unwrap_line(line)?;
        let Some(at) = bytes.len().checked_sub(CHECKSUM_BYTES).filter(|at| *at > 0) else {
            return Err(ReplayError::new(ReplayFault::Truncated, line.chars().count() + 1));
        };
        let (content, checksum) = bytes.split_at(at);
        let written = checksum.iter().rev().fold(0, |sum, byte| sum << 8 | u32::from(*byte));
        let computed = crc32fast::hash(content);
        if written != computed {
            return Err(ReplayError::new(ReplayFault::BadChecksum { written, computed }, position_of(at)));
        }
        let mut reader = Reader { content, at: 0 };
        let replay = match reader.byte()? {
            SEEDED => reader.seeded()?,
            DEPARTURES => Replay::Departures(reader.departures()?),
            WITH_INPUTS => {
                let inputs = reader.inputs()?;
                let mut departures = reader.departures()?;
                departures.set_inputs(Some(inputs));
                Replay::Departures(departures)
            }
            form => return Err(reader.error_before(ReplayFault::UnknownForm { form })),
        };
        match content.len() - reader.at {
            0 => Ok(replay),
            count => Err(reader.error_here(ReplayFault::TrailingBytes { count })),
        }
    }
}

/// Checks everything that can be told from the characters, and returns the bytes behind them.
fn unwrap_line(line: &str) -> Result<Vec<u8>, ReplayError> {
    if line.is_empty() {
        return Err(ReplayError::new(ReplayFault::Empty, 1));
    }
    let version = line.strip_prefix("sb").and_then(|rest| rest.split_once(':')).map(|(version, _)| version);
    let version =
        version.filter(|version| version.bytes().all(|byte| byte.is_ascii_digit()) && !version.starts_with('0'));
    match version {
        Some(VERSION) => {}
        None | Some("") => return Err(ReplayError::new(ReplayFault::NoVersionMark, 1)),
        Some(newer) => {
            return Err(ReplayError::new(ReplayFault::NewerVersion { version: newer.to_owned() }, 3));
        }
    }
    let word = &line[MARK.len()..];
    let stray = word.chars().enumerate().find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    if let Some((at, character)) = stray {
        return Err(ReplayError::new(ReplayFault::StrayCharacter { character }, MARK.len() + at + 1));
    }
    BASE64URL_NOPAD.decode(word.as_bytes()).map_err(|error| {
        debug_assert!(error.kind != DecodeKind::Symbol, "seedbed bug: two opinions on the alphabet, please report");
        ReplayError::new(ReplayFault::Truncated, line.len() + 1)
    })
}

/// The character, counted from 1, in which that byte of the content begins.
fn position_of(byte: usize) -> usize {
    MARK.len() + byte * 8 / 6 + 1
}

/// Reads content whose checksum is right: what fails here was written wrong, or by a newer version.
struct Reader<'a> {
    content: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn error_here(&self, fault: ReplayFault) -> ReplayError {
        ReplayError::new(fault, position_of(self.at))
    }

    /// The fault lies in the byte that was read last.
    fn error_before(&self, fault: ReplayFault) -> ReplayError {
        ReplayError::new(fault, position_of(self.at - 1))
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8], ReplayError> {
        let rest = &self.content[self.at..];
        let bytes = rest
            .get(..length)
            .ok_or_else(|| ReplayError::new(ReplayFault::Truncated, position_of(self.content.len())))?;
        self.at += length;
        Ok(bytes)
    }

    fn byte(&mut self) -> Result<u8, ReplayError> {
        self.bytes(1).map(|bytes| bytes[0])
    }

    fn number(&mut self) -> Result<u32, ReplayError> {
        let mut number = 0_u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let shortest = byte != 0 || shift == 0;
                let fits = u32::try_from(number).ok().filter(|_| shortest);
                return fits.ok_or_else(|| self.error_before(ReplayFault::BadNumber));
            }
        }
        Err(self.error_before(ReplayFault::BadNumber))
    }

    fn length(&mut self) -> Result<usize, ReplayError> {
        // No machine that builds this has a smaller `usize` than the numbers here.
        self.number().map(|length| length as usize)
    }

    fn seed(&mut self) -> Result<Seed, ReplayError> {
        let seed = self.bytes(8)?.iter().rev().fold(0, |seed, byte| seed << 8 | u64::from(*byte));
        Ok(Seed::new(seed))
    }

    fn inputs(&mut self) -> Result<InputPath, ReplayError> {
        let seed = self.seed()?;
        let count = self.length()?;
        let bits = self.bytes(count.div_ceil(8))?;
        let mut moves: Vec<bool> = bits.iter().flat_map(|byte| (0..8).map(move |bit| byte >> bit & 1 == 1)).collect();
        if moves.drain(count..).any(|bit| bit) {
            return Err(self.error_before(ReplayFault::BadNumber));
        }
        Ok(InputPath::moved(seed, moves))
    }

    fn seeded(&mut self) -> Result<Replay, ReplayError> {
        let seed = self.seed()?;
        let start = self.at;
        let policy = self.bytes(self.content.len() - start)?;
        let policy = utf8(policy).map_err(|at| ReplayError::new(ReplayFault::NotUtf8, position_of(start + at)))?;
        Ok(Replay::Seeded { seed, policy: policy.to_owned() })
    }

    fn departures(&mut self) -> Result<Departures, ReplayError> {
        let count = self.number()?;
        let mut departures = Departures::new();
        let mut subject = Vec::new();
        for _ in 0..count {
            let start = self.at;
            let (address, answer) = self.departure(&mut subject)?;
            if departures.insert(address.clone(), answer).is_some() {
                return Err(ReplayError::new(ReplayFault::DuplicateAddress { address }, position_of(start)));
            }
        }
        Ok(departures)
    }

    /// Reads one departure; `subject` holds the bytes of the one before, and then of this one.
    fn departure(&mut self, subject: &mut Vec<u8>) -> Result<(Address, NonZeroU32), ReplayError> {
        let start = self.at;
        let shared = self.length()?;
        if shared > subject.len() {
            return Err(self.error_before(ReplayFault::BadNumber));
        }
        subject.truncate(shared);
        let length = self.length()?;
        let rest = self.at;
        subject.extend_from_slice(self.bytes(length)?);
        // Where the first bad byte was shared with the subject before, that one has been refused already.
        let path = utf8(subject)
            .map_err(|at| ReplayError::new(ReplayFault::NotUtf8, position_of(rest + at.saturating_sub(shared))))?;
        let code = self.byte()?;
        let kind = Kind::from_code(code).ok_or_else(|| self.error_before(ReplayFault::UnknownKind { code }))?;
        let n = self.number()?;
        let answer_at = self.at;
        let answer = self.number()?;
        let address = Address::new(path, kind, n);
        let address = address.map_err(|error| ReplayError::new(ReplayFault::BadPath { error }, position_of(start)))?;
        match NonZeroU32::new(answer) {
            Some(answer) => Ok((address, answer)),
            None => Err(ReplayError::new(ReplayFault::ZeroAnswer { address }, position_of(answer_at))),
        }
    }
}

/// Returns the text, or where it stops being one.
fn utf8(bytes: &[u8]) -> Result<&str, usize> {
    std::str::from_utf8(bytes).map_err(|error| error.valid_up_to())
}

#[cfg(test)]
mod tests {
    use super::{BASE64URL_NOPAD, Departures, InputPath, MARK, Replay, ReplayFault, Seed};
    use proptest::collection;
    use proptest::prelude::{any, prop_oneof, proptest};

    fn departures(lines: &[&str]) -> Departures {
        let entry = |line: &&str| {
            let (address, answer) = line.split_once(" = ").unwrap();
            (address.parse().unwrap(), answer.parse().unwrap())
        };
        lines.iter().map(entry).collect()
    }

    proptest! {
        #[test]
        fn any_content_is_read_without_panic(content in collection::vec(prop_oneof![any::<u8>(), 0..6_u8], 0..40)) {
            if let Ok(replay) = wrap(&content).parse::<Replay>() {
                assert_eq!(replay.to_string().parse(), Ok(replay));
            }
        }
    }

    /// A line with a right checksum around any content.
    fn wrap(content: &[u8]) -> String {
        let bytes = [content, &crc32fast::hash(content).to_le_bytes()].concat();
        format!("{MARK}{}", BASE64URL_NOPAD.encode(&bytes))
    }

    #[test]
    fn lines_never_change() {
        let two = ["main/transfer-3 overtaken 0 = 2", "main/transfer-2 overtaken 17 = 1"];
        let line = Replay::Departures(departures(&two)).to_string();
        assert_eq!(line, "sb1:AQIAD21haW4vdHJhbnNmZXItMgARAQ4BMwAAAg46Ws4");
        assert!(line.len() < 60, "{} characters", line.len());
        let many = ["n0→n2 vote lost 0 = 1", "main rng 0 = 4294967295", "main/2/1 clock 300 = 128"];
        assert_eq!(
            Replay::Departures(departures(&many)).to_string(),
            "sb1:AQMABG1haW4DAP____8PBAQvMi8xAawCgAEADG4w4oaSbjIgdm90ZQYAAe0bODY"
        );
        assert_eq!(Replay::Departures(Departures::new()).to_string(), "sb1:AQC-I8JY");
        let mut shrunk = departures(&["main/1 overtaken 0 = 4"]);
        shrunk.set_inputs(Some(InputPath::moved(Seed::new(0x5eed), vec![true; 11])));
        assert_eq!(Replay::Departures(shrunk).to_string(), "sb1:Au1eAAAAAAAAC_8HAQAGbWFpbi8xAAAEnQq-3g");
    }

    #[test]
    fn faults_say_what_and_where() {
        let check = |line: &str, position: usize, part: &str| {
            let error = line.parse::<Replay>().unwrap_err();
            assert!(error.to_string().contains(part), "{line}: {error}");
            assert_eq!(error.position(), position, "{line}: {error}");
        };
        check("", 1, "it is empty");
        for line in ["AO1e", "sb:AA", "sb01:AA", "SB1:AA", " sb1:AA", "sb1", "sb-1:AA"] {
            check(line, 1, "does not begin with a version mark");
        }
        check("sb12:AA", 3, "version mark sb12");
        check("sb1:AAé", 7, "unexpected 'é' at character 7");
        check("sb1:AA==", 7, "unexpected '='");
        check("sb1:", 5, "ends too early");
        check("sb1:AAAAA", 10, "ends too early");
        check(&wrap(&[]), 11, "ends too early");
        check(&wrap(&[0, 1, 2]), 9, "ends too early");
        check(&wrap(&[7]), 5, "unknown form 7");
        let inputs = |rest: &[u8]| wrap(&[b"\x02\x01\x02\x03\x04\x05\x06\x07\x08", rest].concat());
        assert!(inputs(b"\x03\x05\x00").parse::<Replay>().is_ok());
        check(&inputs(b"\x03\x08\x00"), 18, "a number out of range or form");
        check(&inputs(b"\x09\x05"), 19, "ends too early");
        check(&wrap(b"\x00\x01\x02\x03\x04\x05\x06\x07\x08ok\xff"), 19, "not UTF-8");
        let departure = |content: &[u8]| wrap(&[b"\x01\x01\x00\x04main", content].concat());
        assert!(departure(b"\x00\x03\x01").parse::<Replay>().is_ok());
        check(&departure(b"\x00\x03\x00"), 18, "the answer to main overtaken 3 at character 18 is 0");
        check(&departure(b"\x63\x03\x01"), 15, "unknown kind of choice 99");
        check(&departure(b"\x00\x83\x00\x01"), 18, "a number out of range or form");
        check(&departure(b"\x00\xff\xff\xff\xff\x1f\x01"), 22, "a number out of range or form");
        check(&departure(b"\x00\x03\x01\x00"), 19, "1 bytes too many");
        check(&wrap(b"\x01\x01\x00\x02a/\x00\x03\x01"), 7, "empty label at character 3");
        check(&wrap(b"\x01\x01\x00\x02a\xff\x00\x03\x01"), 11, "not UTF-8");
        check(&wrap(b"\x01\x01\x01\x01a\x00\x03\x01"), 7, "a number out of range");
        check(&wrap(b"\x01\x02\x00\x01a\x00\x03\x01\x01\x00\x00\x03\x02"), 15, "a overtaken 3 stands there twice");
        let bad = "sb1:AQA-I8JY".parse::<Replay>().unwrap_err();
        assert!(matches!(bad.fault(), ReplayFault::BadChecksum { .. }), "{bad}");
    }
}
