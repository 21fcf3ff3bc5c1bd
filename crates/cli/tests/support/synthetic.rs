//! Synthetic traces: a small loop with locks, sleeps and jobs of its own, which writes the records that a test would write.
//!
//! They are as long as asked and look like real ones: each event is possible where it stands. No library is needed to make them, so that
//! what shows traces is tested by itself.

use cargo_seedbed::record::{
    BlockedRecord, CycleRecord, DepartureRecord, EndRecord, EventRecord, FailureWords, Record, TaskRecord, TraceRecord,
};

/// A trace that is being written.
pub(crate) struct Writer {
    pub(crate) records: Vec<Record>,
    now: u64,
    step: u64,
    count: u64,
    departures: u64,
}

/// What stands beside the word of an event.
#[derive(Default)]
pub(crate) struct More<'a> {
    pub(crate) text: &'a str,
    pub(crate) other: Option<&'a str>,
    pub(crate) by: Option<&'a str>,
    pub(crate) resource: Option<&'a str>,
    pub(crate) departure: Option<u64>,
}

/// A generator that is the same everywhere (SplitMix64).
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self { records: Vec::new(), now: 0, step: 0, count: 0, departures: 0 }
    }

    pub(crate) fn task(&mut self, lane: &str, path: &str, kind: &str) {
        self.records.push(Record::Task(TaskRecord {
            id: lane[1..].parse().unwrap_or_default(),
            lane: lane.to_owned(),
            path: path.to_owned(),
            spawned_at: (path != "main").then(|| "src/bank.rs:30:5".to_owned()),
            kind: kind.to_owned(),
            ..TaskRecord::default()
        }));
    }

    pub(crate) fn event(&mut self, lane: &str, word: &str, more: More<'_>) {
        let full = ["poll", "wake", "timer", "callback", "choose"].contains(&word);
        self.step += u64::from(word == "poll");
        self.records.push(Record::Event(Box::new(EventRecord {
            i: self.count,
            t: self.now,
            step: self.step,
            lane: lane.to_owned(),
            event: word.to_owned(),
            level: if full { "full" } else { "summary" }.to_owned(),
            text: more.text.to_owned(),
            other: more.other.map(str::to_owned),
            by: more.by.map(str::to_owned),
            until: None,
            resource: more.resource.map(str::to_owned),
            departure: more.departure,
        })));
        self.count += 1;
    }

    pub(crate) fn say(&mut self, lane: &str, word: &str, text: &str) {
        self.event(lane, word, More { text, ..More::default() });
    }

    pub(crate) fn wake(&mut self, lane: &str, by: Option<&str>) {
        self.event(lane, "wake", More { by, ..More::default() });
    }

    pub(crate) fn on_lock(&mut self, lane: &str, word: &str, lock: &str) {
        let name = format!("lock {lock}");
        self.event(lane, word, More { text: &name, resource: Some(lock), ..More::default() });
    }

    pub(crate) fn spawn(&mut self, by: &str, lane: &str, path: &str) {
        self.task(lane, path, "task");
        self.event(by, "spawn", More { text: path, other: Some(lane), ..More::default() });
        self.wake(lane, (by != "outside").then_some(by));
    }

    pub(crate) fn departure(&mut self, lane: &str, address: &str, value: u32, words: &str) {
        let k = self.departures;
        self.departures += 1;
        self.records.push(Record::Departure(DepartureRecord {
            k,
            address: address.to_owned(),
            value,
            words: words.to_owned(),
        }));
        self.event(
            lane,
            "choose",
            More {
                text: &format!("{}: {value}", &address[address.find(',').unwrap_or(0)..]),
                departure: Some(k),
                ..More::default()
            },
        );
    }

    pub(crate) fn events(&self) -> u64 {
        self.count
    }

    pub(crate) fn pass(&mut self, nanos: u64) {
        self.now += nanos;
    }

    /// The head is put in front, the end behind.
    pub(crate) fn finish(mut self, test: &str, replay: &str, failure: Option<FailureWords>) -> Vec<Record> {
        let tasks =
            self.records.iter().filter(|record| matches!(record, Record::Task(task) if task.kind == "task")).count();
        let head = TraceRecord {
            protocol: 1,
            hunt: test.to_owned(),
            test: test.to_owned(),
            replay: replay.to_owned(),
            ok: failure.is_none(),
            failure,
            end_ns: self.now,
            events: self.count,
            total: self.count,
            tasks: tasks as u64,
            digest: "0x0".to_owned(),
        };
        self.records.insert(0, Record::Trace(Box::new(head)));
        self.records.push(Record::End(EndRecord::default()));
        self.records
    }
}

/// Two tasks take two locks in opposite order. `failing` with one departure, else in the plain order.
pub(crate) fn lock_order(failing: bool) -> Vec<Record> {
    let mut w = Writer::new();
    w.spawn("outside", "t0", "main");
    w.say("loop0", "run", "");
    w.say("t0", "poll", "");
    w.spawn("t0", "t1", "main/left-first");
    w.spawn("t0", "t2", "main/right-first");
    if failing {
        w.departure(
            "t2",
            "main/left-first, overtaken, 0",
            1,
            "0.000s  ran main/right-first before main/left-first, which was ready since 0.000s",
        );
        w.say("t2", "poll", "");
        w.on_lock("t2", "acquire", "right");
        w.say("t2", "sleep", "until 0.010s");
        w.say("t1", "poll", "");
        w.on_lock("t1", "acquire", "left");
        w.say("t1", "sleep", "until 0.015s");
        w.pass(10_000_000);
        w.wake("t2", None);
        w.say("t2", "timer", "");
        w.say("t2", "poll", "");
        w.on_lock("t2", "wait", "left");
        w.pass(5_000_000);
        w.wake("t1", None);
        w.say("t1", "timer", "");
        w.say("t1", "poll", "");
        w.on_lock("t1", "wait", "right");
        w.say("outside", "deadlock", "3 tasks");
        for lane in ["t0", "t1", "t2"] {
            w.say(lane, "leak", "");
        }
        deadlock(w)
    } else {
        for (lane, first, second) in [("t1", "left", "right"), ("t2", "right", "left")] {
            w.say(lane, "poll", "");
            w.on_lock(lane, "acquire", first);
            w.on_lock(lane, "acquire", second);
            w.on_lock(lane, "release", second);
            w.on_lock(lane, "release", first);
            w.say(lane, "finish", "");
        }
        w.wake("t0", Some("t2"));
        w.say("t0", "poll", "");
        w.say("t0", "finish", "");
        w.say("loop0", "stop", "");
        w.finish("bank::transfers_do_not_block", "sb1:AQAB", None)
    }
}

fn deadlock(mut w: Writer) -> Vec<Record> {
    let waits = [
        ("t0", "main", "task main/left-first", "main/left-first", 0),
        ("t1", "main/left-first", "lock right", "main/right-first", 15_000_000),
        ("t2", "main/right-first", "lock left", "main/left-first", 10_000_000),
    ];
    for (lane, path, waits_for, holder, since) in waits {
        w.records.push(Record::Blocked(BlockedRecord {
            lane: lane.to_owned(),
            path: path.to_owned(),
            waits_for: Some(waits_for.to_owned()),
            held_by: vec![holder.to_owned()],
            since_ns: Some(since),
        }));
    }
    w.records
        .push(Record::Cycle(CycleRecord { paths: vec!["main/left-first".to_owned(), "main/right-first".to_owned()] }));
    let words = "deadlock: 3 tasks wait and nothing can wake them";
    let failure = FailureWords {
        kind: "deadlock".to_owned(),
        words: words.to_owned(),
        at_ns: Some(15_000_000),
        ..FailureWords::default()
    };
    w.finish("bank::transfers_do_not_block", "sb1:AQEABm1haW4vMQAAAthE7Dw", Some(failure))
}

/// Ten events: the smallest run that says anything.
pub(crate) fn ten() -> Vec<Record> {
    let mut w = Writer::new();
    w.spawn("outside", "t0", "main");
    w.say("t0", "poll", "");
    w.say("t0", "sleep", "until 1.000s");
    w.pass(1_000_000_000);
    w.wake("t0", None);
    w.say("t0", "timer", "");
    w.departure("t0", "main, overtaken, 0", 1, "1.000s  the clock ran before main");
    w.say("t0", "poll", "");
    w.say("t0", "note", "<b>awake</b> </script> & \"well\"");
    w.say("t0", "panic", "assertion failed: the total is 90, expected 100");
    let failure = FailureWords {
        kind: "panic".to_owned(),
        words: "assertion failed: the total is 90, expected 100".to_owned(),
        place: Some("src/bank.rs:41:5".to_owned()),
        task: Some("main".to_owned()),
        at_ns: Some(1_000_000_000),
    };
    w.finish("bank::keeps_the_total", "sb1:AQEABm1haW4vMQAAAthE7Dw", Some(failure))
}
