#[allow(dead_code)]
#[path = "../tests/zoo/programs/mod.rs"]
mod programs;
use programs::ZOO;
use seedbed::choice::{Departures, Kind, ReplayMode};
use seedbed::policy::portfolio;
use seedbed::{FailureKind, Seed, Sim};
use std::num::NonZeroU32;

fn main() {
    let cap: u64 = std::env::args().nth(1).unwrap().parse().unwrap();
    for entry in ZOO {
        let profile = (entry.run)(Sim::new(0).trace(false).profile(true)).profile;
        let fails = |d: &Departures| {
            let r = (entry.run)(Sim::new(0).trace(false).steps(200_000).replay(d.clone(), ReplayMode::Lenient));
            matches!(&r.result, Err(f) if !matches!(f.kind, FailureKind::Limit { .. }))
        };
        let mut best: Option<Departures> = None;
        let mut found = 0;
        for run in 1..cap {
            let seed = Seed::of_path(entry.name).nth(run);
            let r = (entry.run)(
                Sim::new(seed).trace(false).steps(200_000).record(true).policy(portfolio(run, seed, &profile)),
            );
            if !matches!(&r.result, Err(f) if !matches!(f.kind, FailureKind::Limit { .. })) {
                continue;
            }
            found += 1;
            let mut d = r.departures.clone();
            if !fails(&d) {
                println!("{} does not replay", entry.name);
                continue;
            }
            loop {
                let items: Vec<_> = d.iter().map(|(a, v)| (a.clone(), v)).collect();
                let mut smaller = None;
                let mut n = (items.len() / 2).max(1);
                'o: loop {
                    for start in (0..items.len()).step_by(n) {
                        let t: Departures = items
                            .iter()
                            .enumerate()
                            .filter(|(i, _)| *i < start || *i >= start + n)
                            .map(|(_, x)| x.clone())
                            .collect();
                        if fails(&t) {
                            smaller = Some(t);
                            break 'o;
                        }
                    }
                    if n == 1 {
                        break;
                    }
                    n /= 2;
                }
                match smaller {
                    Some(t) => d = t,
                    None => break,
                }
            }
            for i in 0..d.len() {
                let items: Vec<_> = d.iter().map(|(a, v)| (a.clone(), v)).collect();
                let top = items[i].1.get();
                for v in 1..top.min(40) {
                    let mut it = items.clone();
                    it[i].1 = NonZeroU32::new(v).unwrap();
                    let t: Departures = it.into_iter().collect();
                    if fails(&t) {
                        d = t;
                        break;
                    }
                }
            }
            let key = |d: &Departures| (d.len(), d.iter().map(|(_, v)| u64::from(v.get())).sum::<u64>());
            if best.as_ref().is_none_or(|b| key(&d) < key(b)) {
                best = Some(d);
            }
            if found >= 25 {
                break;
            }
        }
        let _ = Kind::Late;
        match best {
            Some(b) => println!("{} {} | {} [{} found]", entry.name, b.len(), b.to_string().replace('\n', "; "), found),
            None => println!("{} none", entry.name),
        }
    }
}
