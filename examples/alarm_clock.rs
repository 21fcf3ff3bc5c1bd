//! Waiting without watching: an alarm at 8:30 while the sleeper dreams; fishing rods with bells, whichever rings first.

use std::time::Duration;

use seedbed::{EventLoop, Instant, Report, ReturnWhen, Sim, as_completed, note, sleep, spawn, sync::Event, wait};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// The clock starts at midnight. The alarm is a callback of the loop; the sleeper does nothing until it rings.
pub(crate) fn alarm_at_half_past_eight() -> Report<Instant> {
    Sim::new(0).run(async {
        let alarm = Event::new().named("alarm");
        let bell = alarm.clone();
        let half_past_eight = Instant::START + 8 * HOUR + 30 * MINUTE;
        let ring = EventLoop::current().call_at(half_past_eight, move || {
            note!("riiing");
            bell.set();
        });
        note!("alarm set for {}s", ring.expect("the loop runs").when().expect("a timer has an instant"));
        let sleeper = spawn(async move {
            note!("falls asleep");
            alarm.wait().await;
            note!("wakes up");
            seedbed::now()
        });
        let dream = spawn(async {
            for sheep in 1.. {
                sleep(2 * HOUR).await;
                note!("dreams of sheep {sheep}");
            }
        });
        let woken = sleeper.await.expect("the sleeper wakes up");
        dream.cancel();
        woken
    })
}

/// Three rods with bells: the angler reacts to whichever rings, in the order in which they do.
pub(crate) fn fishing_rods() -> Report<()> {
    Sim::new(0).run(async {
        let rods = [("left", 40), ("middle", 15), ("right", 25)].map(|(rod, minutes)| {
            spawn(async move {
                sleep(minutes * MINUTE).await;
                note!("the bell of the {rod} rod rings");
                rod
            })
        });
        let (rung, quiet) = wait(rods.into(), ReturnWhen::FirstCompleted, Some(HOUR)).await.expect("there are rods");
        for rod in rung {
            note!("first fish: {}", rod.await.expect("a rod does not panic"));
        }
        let mut rest = as_completed(quiet, None);
        while let Some(rod) = rest.next_value().await {
            note!("next fish: {:?}", rod.expect("no timeout").expect("a rod does not panic"));
        }
    })
}

fn main() {
    let morning = alarm_at_half_past_eight();
    println!("{}\n", morning.trace.summary());
    println!("{}", fishing_rods().trace.summary());
    assert_eq!(morning.unwrap(), Instant::START + 8 * HOUR + 30 * MINUTE);
}
