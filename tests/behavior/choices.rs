//! Promise: any order is recorded as departures, replayed exactly, and written as one line that is never misread.
#![expect(clippy::unwrap_used, reason = "in a test, the panic is the report")]

use std::num::NonZeroU32;

use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::{collection, sample};
use seedbed::choice::{Address, ChoiceSource, Departures, InputPath, Kind, Prng, Replay, ReplayMode, SubjectKey, Turn};
use seedbed::{LoopId, Seed};

/// Two numbers as one that depends on every bit of both.
fn mix(state: u64, more: u32) -> u64 {
    Seed::new(state).nth(u64::from(more)).get()
}

const MODES: [ReplayMode; 3] = [ReplayMode::Strict, ReplayMode::Lenient, ReplayMode::Continue];

fn plain(_: u32, _: bool) -> Turn {
    Turn::PLAIN
}

/// Leaves the plain order once in `calm` turns, for any ready task or the clock.
fn random(seed: u64, calm: u32) -> impl FnMut(u32, bool) -> Turn {
    let mut prng = Prng::new(Seed::new(seed), "policy");
    move |ready, may_expire| match prng.chance(1, calm) {
        false => Turn::PLAIN,
        true => match prng.below(ready + u32::from(may_expire)) {
            place if place < ready => Turn::Task(place),
            _ => Turn::Clock,
        },
    }
}

/// Takes that many turns of a program on two loops, in which every wake depends on all turns before, so that one wrong turn changes
/// everything after it. Two tasks have one name. Returns the turns by task, the clock as `None`.
fn run(
    source: &mut ChoiceSource,
    program: u64,
    turns: u32,
    mut policy: impl FnMut(u32, bool) -> Turn,
) -> Vec<Option<u32>> {
    let paths = ["main", "main/0", "main/1", "main/b", "main/b/0", "main/b/1", "main/b"];
    let keys = paths.map(SubjectKey::of_path);
    for (key, path) in keys.iter().zip(paths) {
        source.introduce(*key, || path.into());
    }
    let (mut history, mut taken, mut ready) = (program, Vec::new(), [Vec::new(), Vec::new()]);
    for _ in 0..turns {
        let now = (history >> 32 & 1) as usize;
        let queue = LoopId::new(u32::from(now == 1));
        for (task, key) in (0_u32..).zip(keys) {
            if ready.iter().all(|ready| !ready.contains(&task)) && mix(history, task) % 8 < 3 {
                ready[now].push(task);
                source.task_ready(queue, key);
            }
        }
        let (count, may_expire) = (u32::try_from(ready[now].len()).unwrap(), history % 4 != 0);
        let turn = match count {
            0 => None,
            _ => match source.next_turn(queue, may_expire, || policy(count, may_expire)) {
                Turn::Task(place) => Some(ready[now].remove(place as usize)),
                Turn::Clock => None,
            },
        };
        history = mix(history, turn.unwrap_or(99));
        taken.push(turn);
    }
    taken
}

proptest! {
    #[test]
    fn any_order_is_replayed_from_its_departures(program: u64, seed: u64, turns in 0..120_u32, calm in 1..9_u32) {
        let expected = run(&mut ChoiceSource::propose(), program, turns, random(seed, calm));
        let mut recorder = ChoiceSource::propose().record();
        assert_eq!(run(&mut recorder, program, turns, random(seed, calm)), expected, "the recorder changes nothing");
        let recorded = recorder.finish().unwrap().departures;
        for mode in MODES {
            let mut replay = ChoiceSource::replay(&recorded, mode).unwrap().record();
            assert_eq!(run(&mut replay, program, turns, plain), expected, "{mode:?} of {recorded}");
            let ending = replay.finish().unwrap();
            assert_eq!((ending.departures, ending.mismatches), (recorded.clone(), vec![]));
        }
        let mut plain_run = ChoiceSource::replay(&Departures::new(), ReplayMode::Strict).unwrap().record();
        assert_eq!(run(&mut plain_run, program, turns, random(seed, 1)), run(&mut ChoiceSource::propose(), program, turns, plain));
        assert!(plain_run.finish().unwrap().departures.is_empty());
    }

    #[test]
    fn any_edited_plan_has_a_normal_form(program: u64, seed: u64, edits: u64, turns in 0..120_u32) {
        let mut recorder = ChoiceSource::propose().record();
        run(&mut recorder, program, turns, random(seed, 2));
        let edit = |(at, (address, answer)): (u32, (&Address, NonZeroU32))| match mix(edits, at) % 4 {
            0 => None,
            1 => Some((address.clone(), answer.saturating_add(2))),
            _ => Some((address.clone(), answer)),
        };
        let edited: Departures = (0..).zip(&recorder.finish().unwrap().departures).filter_map(edit).collect();
        for mode in MODES {
            let mut first = ChoiceSource::replay(&edited, mode).unwrap().record();
            let expected = run(&mut first, program, turns, random(!seed, 2));
            let realised = first.finish().unwrap().departures;
            let mut again = ChoiceSource::replay(&realised, ReplayMode::Strict).unwrap().record();
            assert_eq!(run(&mut again, program, turns, plain), expected, "{mode:?} of {edited}");
            let ending = again.finish().unwrap();
            assert_eq!((ending.departures, ending.mismatches), (realised, vec![]));
        }
    }
}

fn any_replay() -> impl Strategy<Value = Replay> {
    let subject =
        prop_oneof![Just("main".to_owned()), "main(/(b|tick|é|[0-9]{1,2})){1,3}", "[a-z→ß]{1,9}( [!-.0-~]{1,3}){0,2}"];
    let number = || prop_oneof![0..3_u32, any::<u32>()];
    let address = (subject, sample::select(&Kind::ALL[..]), number())
        .prop_map(|(subject, kind, n)| Address::new(subject, kind, n).unwrap());
    let inputs = (any::<u64>(), collection::vec(any::<bool>(), 0..40))
        .prop_map(|(seed, moves)| InputPath::moved(Seed::new(seed), moves));
    let inputs = proptest::option::of(inputs);
    let answer = number().prop_map(|answer| NonZeroU32::MIN.saturating_add(answer));
    prop_oneof![
        (any::<u64>(), any::<String>()).prop_map(|(bits, policy)| Replay::Seeded { seed: Seed::new(bits), policy }),
        (collection::vec((address, answer), 0..6), inputs).prop_map(|(entries, inputs)| {
            let mut departures: Departures = entries.into_iter().collect();
            departures.set_inputs(inputs);
            Replay::Departures(departures)
        }),
    ]
}

proptest! {
    #[test]
    fn every_replay_is_read_back(replay in any_replay()) {
        let line = replay.to_string();
        assert!(line.chars().all(|c| c.is_ascii_alphanumeric() || ":_-".contains(c)), "{line}");
        assert_eq!(line.parse(), Ok(replay));
    }

    #[test]
    fn damage_is_always_noticed(replay in any_replay(), at in any::<sample::Index>(), other in any::<char>(), cut in 1..9_usize) {
        let line: Vec<char> = replay.to_string().chars().collect();
        let at = at.index(line.len());
        let end = line.len().min(at + cut);
        let ascii = char::from(b'!' + (u32::from(other) % 94) as u8);
        for new in [&[][..], &[other], &[ascii], &[ascii, line[at]]] {
            for end in [at + 1, end] {
                let damaged: String = [&line[..at], new, &line[end..]].concat().iter().collect();
                if damaged != replay.to_string() {
                    assert!(damaged.parse::<Replay>().is_err(), "{damaged}");
                }
            }
        }
    }
}
