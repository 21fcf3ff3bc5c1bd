//! A synthetic run of any length: clients that transfer between accounts under locks, with sleeps, jobs, cancellations and faults.

use cargo_seedbed::record::{FailureWords, Record};

use super::synthetic::{Draw, More, Writer};

/// A client and what it is about.
#[derive(Clone)]
struct Client {
    lane: String,
    path: String,
    /// The lock that it has, and those that it waits for.
    has: Option<usize>,
    wants: usize,
    wakes_at: u64,
    state: At,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Ready,
    Sleeps,
    Waits,
    Over,
}

struct Bank {
    w: Writer,
    draw: Draw,
    clients: Vec<Client>,
    /// Who has each account.
    accounts: Vec<Option<usize>>,
    now: u64,
    jobs: u64,
}

/// A run of so many events and those of its end, with `clients` tasks; it ends in a panic.
pub(crate) fn bank(events: u64, clients: usize) -> Vec<Record> {
    bank_from(42, events, clients)
}

/// Another one for each seed.
pub(crate) fn bank_from(seed: u64, events: u64, clients: usize) -> Vec<Record> {
    let mut bank = Bank {
        w: Writer::new(),
        draw: Draw(seed),
        clients: Vec::new(),
        accounts: vec![None; clients.div_ceil(3).max(2)],
        now: 0,
        jobs: 0,
    };
    bank.begin(clients);
    while bank.w.events() < events {
        bank.step();
    }
    bank.end()
}

impl Bank {
    fn begin(&mut self, clients: usize) {
        let w = &mut self.w;
        w.spawn("outside", "t0", "main");
        w.say("loop0", "run", "");
        w.say("t0", "poll", "");
        for n in 0..clients {
            let (lane, path) = (format!("t{}", n + 1), format!("main/client-{}", n + 1));
            w.spawn("t0", &lane, &path);
            self.clients.push(Client { lane, path, has: None, wants: 0, wakes_at: 0, state: At::Ready });
        }
        w.departure(
            "t0",
            "main/client-1, overtaken, 0",
            2,
            "0.000s  ran main/client-2 (2 steps) before main/client-1, which was ready since 0.000s",
        );
    }

    /// One client takes a step; if none is ready, time passes.
    fn step(&mut self) {
        let ready: Vec<usize> = (0..self.clients.len()).filter(|&n| self.clients[n].state == At::Ready).collect();
        if ready.is_empty() {
            return self.sleepers();
        }
        let which = self.draw.below(ready.len() as u64);
        let n = ready[usize::try_from(which).unwrap_or_default()];
        let Client { lane, has, wants, .. } = self.clients[n].clone();
        self.w.say(&lane, "poll", "");
        match has {
            Some(account) => {
                let name = format!("account-{account}");
                self.w.on_lock(&lane, "release", &name);
                self.accounts[account] = None;
                self.clients[n].has = None;
                self.hand_over(account, &lane);
                self.sleep(n);
                self.odd(n);
            }
            None => {
                let account = if wants > 0 {
                    wants - 1
                } else {
                    usize::try_from(self.draw.below(self.accounts.len() as u64)).unwrap_or_default()
                };
                let name = format!("account-{account}");
                match self.accounts[account] {
                    Some(_) => {
                        self.w.on_lock(&lane, "wait", &name);
                        self.clients[n].wants = account + 1;
                        self.clients[n].state = At::Waits;
                    }
                    None => {
                        self.w.on_lock(&lane, "acquire", &name);
                        self.accounts[account] = Some(n);
                        self.clients[n].has = Some(account);
                        self.clients[n].wants = 0;
                        self.sleep(n);
                    }
                }
            }
        }
    }

    /// The first who waits for an account may go on.
    fn hand_over(&mut self, account: usize, by: &str) {
        let next = (0..self.clients.len())
            .find(|&n| self.clients[n].state == At::Waits && self.clients[n].wants == account + 1);
        if let Some(next) = next {
            self.w.wake(&self.clients[next].lane.clone(), Some(by));
            self.clients[next].state = At::Ready;
        }
    }

    fn sleep(&mut self, n: usize) {
        let until = self.now + 1_000_000 * (1 + self.draw.below(20));
        let text = format!("until {}s", cargo_seedbed::show::seconds(until));
        let client = &mut self.clients[n];
        self.w.say(&client.lane, "sleep", &text);
        client.wakes_at = until;
        client.state = At::Sleeps;
    }

    fn sleepers(&mut self) {
        let Some(next) = self.clients.iter().filter(|one| one.state == At::Sleeps).map(|one| one.wakes_at).min() else {
            return;
        };
        self.w.pass(next - self.now);
        self.now = next;
        for client in self.clients.iter_mut().filter(|one| one.state == At::Sleeps && one.wakes_at == next) {
            self.w.wake(&client.lane, None);
            self.w.say(&client.lane, "timer", "");
            client.state = At::Ready;
        }
    }

    /// Now and then something out of the ordinary.
    fn odd(&mut self, n: usize) {
        let (lane, path) = (self.clients[n].lane.clone(), self.clients[n].path.clone());
        match self.draw.below(60) {
            0 => self.w.say(&lane, "fault", "ledger::append"),
            1..4 => self.w.say(&lane, "note", "the balance is 30"),
            4..6 => {
                self.jobs += 1;
                let (job, label) = (format!("j{}", self.jobs), format!("default/{}", self.jobs));
                self.w.task(&job, &label, "thread");
                self.w.event(&lane, "submit", More { text: &label, other: Some(&job), ..More::default() });
                self.w.say(&job, "start", "worker 1");
                self.w.say(&job, "finish", "");
            }
            6 => self.w.departure(
                &lane,
                &format!("{path}, overtaken, 7"),
                1,
                &format!("{}s  ran main/client-1 before {path}", cargo_seedbed::show::seconds(self.now)),
            ),
            _ => {}
        }
    }

    fn end(mut self) -> Vec<Record> {
        let victim = self.clients.len() - 1;
        if self.clients[victim].state != At::Over {
            let lane = self.clients[victim].lane.clone();
            self.w.event(
                "t0",
                "cancel",
                More { text: &self.clients[victim].path, other: Some(&lane), ..More::default() },
            );
            self.w.wake(&lane, Some("t0"));
            self.w.say(&lane, "poll", "");
            self.w.say(&lane, "cancelled", "");
        }
        self.w.wake("t0", Some("t1"));
        self.w.say("t0", "poll", "");
        let words = "assertion `left == right` failed: the total is 90, expected 100";
        self.w.say("t0", "panic", words);
        self.w.say("loop0", "stop", "");
        let failure = FailureWords {
            kind: "panic".to_owned(),
            words: words.to_owned(),
            place: Some("src/bank.rs:41:5".to_owned()),
            task: Some("main".to_owned()),
            at_ns: Some(self.now),
        };
        self.w.finish("bank::transfers_keep_the_total", "sb1:AQEABm1haW4vMQAAAthE7Dw", Some(failure))
    }
}
