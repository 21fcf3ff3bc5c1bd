//! Do sweeps use every core, and do long ones take no more memory? Paired measurements.
//!
//! `cargo bench --bench sweeps` makes rounds of equal sweeps: on one thread, on all cores, and, for a control, in as many processes of
//! one thread each, which share nothing but the machine. It prints how many times as many runs a second the latter two make as the
//! first: in wall time, which other work disturbs, and by the processor time of a run, which says what one thread costs the other. Where
//! processes get no further than threads, the cores share what they are made of (two threads of one core do), and no library can do
//! better. Then the resident memory of sweeps of 10,000 runs, 100,000 and a million. `-- --rounds 20 --runs 20000 --memory 0` asks for
//! something else.
#![allow(clippy::unwrap_used, clippy::float_arithmetic, clippy::print_stdout, reason = "a tool that prints means")]
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "it measures on a real clock, and all cores")]
#![allow(clippy::cast_possible_truncation, reason = "likewise")]

#[allow(dead_code, reason = "of the workloads, one is swept")]
mod workloads;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::num::NonZeroUsize;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use seedbed::explore::{SweepReport, Swept, sweep};

fn main() {
    let (mut rounds, mut runs, mut memory) = (11_u32, 20_000, 1_000_000);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().and_then(|value| value.parse().ok()).expect("a number behind the option");
        match argument.as_str() {
            // What this program starts for the control.
            "--work" => return Worker::work(value()),
            "--rounds" => rounds = u32::try_from(value()).unwrap(),
            "--runs" => runs = value(),
            "--memory" => memory = value(),
            // cargo's own.
            "--bench" => {}
            other => panic!("no such option: {other}"),
        }
    }
    let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    pairs(rounds, runs, cores);
    println!("\n{:>10} runs  {:>10} resident", "", "");
    for count in [10_000, 100_000, 1_000_000].into_iter().filter(|count| *count <= memory) {
        let swept = swept(count, cores);
        assert_eq!(swept.runs, count);
        println!("{count:>10}       {:>10} KiB", status("VmRSS:"));
    }
    println!("{:>10}       {:>10} KiB", "at most", status("VmHWM:"));
}

/// How many times as many runs a second as on one thread.
#[derive(Default)]
struct Ratios {
    wall: Vec<f64>,
    processor: Vec<f64>,
}

impl Ratios {
    /// Adds a round: what one thread took, and what each of several took on the average, for as many runs each.
    fn add(&mut self, one: &Took, each: &Took, threads: f64) {
        self.wall.push(one.wall * threads / each.wall);
        self.processor.push(one.processor * threads / each.processor);
    }

    fn last(&self) -> (f64, f64) {
        (self.wall[self.wall.len() - 1], self.processor[self.processor.len() - 1])
    }
}

/// Sweeps on one thread, on all cores, and in as many processes, by turns.
fn pairs(rounds: u32, runs: u64, cores: NonZeroUsize) {
    // What a process does once is done.
    assert_eq!(swept(1_000, cores).runs, 1_000);
    let threads = cores.get() as f64;
    let (mut together, mut apart) = (Ratios::default(), Ratios::default());
    for round in 0..rounds {
        let one = timed(runs, NonZeroUsize::MIN);
        let all = timed(runs * cores.get() as u64, cores);
        together.add(&one, &Took { wall: all.wall, processor: all.processor / threads }, threads);
        apart.add(&one, &Worker::all_at_once(runs, cores), threads);
        let ((wall, processor), (wall_apart, processor_apart)) = (together.last(), apart.last());
        println!(
            "{:>3}: {:.1} µs a run; {cores} threads make {wall:.2} times as many a second (by processor time {processor:.2}), \
             {cores} processes {wall_apart:.2} ({processor_apart:.2})",
            round + 1,
            one.wall / runs as f64 * 1e6,
        );
    }
    let share = |together: &[f64], apart: &[f64]| {
        median(&mut together.iter().zip(apart).map(|(together, apart)| together / apart).collect::<Vec<f64>>())
    };
    println!(
        "median: {:.2} of what {cores} processes make, by processor time {:.2}",
        share(&together.wall, &apart.wall),
        share(&together.processor, &apart.processor)
    );
    for (who, mut ratios) in [("threads", together), ("processes", apart)] {
        println!(
            "median: {cores} {who} make {:.2} times as many runs a second as one, by processor time {:.2}",
            median(&mut ratios.wall),
            median(&mut ratios.processor)
        );
    }
}

/// A process that sweeps on one thread: it says when it is ready, begins when it is told to, and says what it took.
struct Worker {
    process: Child,
    said: BufReader<ChildStdout>,
}

impl Worker {
    /// What each of as many processes as there are cores took on the average, all at once.
    fn all_at_once(runs: u64, cores: NonZeroUsize) -> Took {
        let mut workers: Vec<Self> = (0..cores.get()).map(|_| Self::start(runs)).collect();
        workers.iter_mut().for_each(|worker| drop(worker.line()));
        for worker in &mut workers {
            let mut told = worker.process.stdin.take().expect("a pipe to a worker");
            told.write_all(b"go\n").expect("a worker that listens");
        }
        let took: Vec<Took> = workers.into_iter().map(Self::end).collect();
        let mean = |of: fn(&Took) -> f64| took.iter().map(of).sum::<f64>() / took.len() as f64;
        Took { wall: mean(|took| took.wall), processor: mean(|took| took.processor) }
    }

    fn start(runs: u64) -> Self {
        let program = std::env::current_exe().expect("the place of this program");
        let mut process = Command::new(program)
            .args(["--work", &runs.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a worker");
        let said = BufReader::new(process.stdout.take().expect("a pipe from a worker"));
        Self { process, said }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).expect("what a worker says");
        line
    }

    fn end(mut self) -> Took {
        let line = self.line();
        let ended = self.process.wait().expect("the end of a worker");
        assert!(ended.success(), "a worker of the control failed: {ended}");
        let mut numbers = line.split_whitespace().map(|number| number.parse().expect("seconds, of a worker"));
        let mut next = || numbers.next().expect("two numbers of seconds, of a worker");
        Took { wall: next(), processor: next() }
    }

    /// The worker's own side.
    fn work(runs: u64) {
        assert_eq!(swept(1_000, NonZeroUsize::MIN).runs, 1_000);
        println!("ready");
        std::io::stdin().read_line(&mut String::new()).expect("the word to begin");
        let took = timed(runs, NonZeroUsize::MIN);
        println!("{} {}", took.wall, took.processor);
    }
}

fn median(of: &mut [f64]) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or_default()
}

/// Seconds that a sweep took.
struct Took {
    wall: f64,
    processor: f64,
}

fn timed(runs: u64, jobs: NonZeroUsize) -> Took {
    let (start, processor) = (Instant::now(), processor_seconds());
    let swept = swept(runs, jobs);
    assert_eq!(swept.runs, runs);
    Took { wall: start.elapsed().as_secs_f64(), processor: processor_seconds() - processor }
}

fn swept(runs: u64, jobs: NonZeroUsize) -> SweepReport {
    sweep(0..runs, jobs, &AtomicBool::new(false), |number| {
        let report = workloads::running::small_simulation(workloads::sim(number), number);
        Swept { digest: report.digest, schedule: report.schedule, failed: !report.is_ok() }
    })
}

/// Seconds of user code in all threads of this process so far; Linux counts them in hundredths.
fn processor_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("the state of this process");
    // The second field is the name, which may hold anything but ends with the last bracket.
    let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
    let ticks: u32 = fields.split_whitespace().nth(11).and_then(|ticks| ticks.parse().ok()).expect("the ticks");
    f64::from(ticks) / 100.0
}

/// A line of the process's status, in KiB.
fn status(line: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("the status of this process");
    let found = status.lines().find_map(|text| text.strip_prefix(line)).expect("a line of the status");
    found.trim().trim_end_matches(" kB").parse().expect("a number of KiB")
}
