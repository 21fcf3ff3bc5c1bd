//! The command line, `BIN WORKLOAD N`, and the line of JSON that answers it.

use std::time::Duration;

use crate::memory;

/// What the command line asks for.
pub struct Asked {
    pub workload: String,
    pub n: u64,
}

/// Reads the command line; ends the process if it is not `BIN WORKLOAD N`.
pub fn asked() -> Asked {
    let mut words = std::env::args().skip(1);
    match (words.next(), words.next().and_then(|n| n.parse().ok())) {
        (Some(workload), Some(n)) => Asked { workload, n },
        _ => {
            eprintln!("usage: BIN WORKLOAD N");
            std::process::exit(64);
        }
    }
}

/// Ends the process with status 2, which tells the driver that this peer has no such workload.
pub fn unsupported(peer: &str, workload: &str) -> ! {
    eprintln!("{peer}: no workload {workload}");
    std::process::exit(2);
}

/// Prints the line. `ops` is what the workload really did: it may round `n` down.
pub fn report(peer: &str, asked: &Asked, ops: u64, took: Duration) {
    println!(
        "{{\"peer\":\"{peer}\",\"workload\":\"{}\",\"n\":{ops},\"seconds\":{:.9}{}}}",
        asked.workload,
        took.as_secs_f64(),
        memory::members()
    );
}

/// `main`, from functions that take the name of a workload and N, and answer with the number of operations done, or with `None`
/// if the workload is not theirs.
#[macro_export]
macro_rules! main {
    ($peer:expr, $($workloads:expr),+ $(,)?) => {
        fn main() {
            let asked = $crate::asked();
            let begin = std::time::Instant::now();
            let mut ops = None;
            $( if ops.is_none() { ops = $workloads(&asked.workload, asked.n); } )+
            let took = begin.elapsed();
            match ops {
                Some(ops) => $crate::report($peer, &asked, ops, took),
                None => $crate::unsupported($peer, &asked.workload),
            }
        }
    };
}
