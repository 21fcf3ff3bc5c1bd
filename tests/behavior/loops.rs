//! The event loop by hand: what runs when, and what every misuse is told.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use seedbed::task::{Builder, LoopClosed};
use seedbed::{
    EventLoop, Instant, InvalidState, LoopError, Promise, Runner, Sim, TaskError, all_tasks, current_task, gather, run,
    sleep, spawn, yield_now,
};

/// What a driver makes of the loops, which is returned.
fn drive<T>(driver: impl FnOnce() -> T) -> T {
    Sim::new(0).drive(driver).unwrap()
}

/// A log that callbacks write to.
#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn says(&self, line: &str) -> impl FnOnce() + 'static {
        let (log, line) = (Rc::clone(&self.0), line.to_owned());
        move || log.borrow_mut().push(line)
    }

    fn lines(&self) -> Vec<String> {
        self.0.borrow().clone()
    }
}

#[test]
fn a_closed_loop_refuses_everything() {
    drive(|| {
        let event_loop = EventLoop::new();
        event_loop.close().expect("it does not run");
        event_loop.close().expect("closing twice does nothing");
        assert!(event_loop.is_closed());
        assert_eq!(event_loop.run_until_complete(async {}), Err(LoopError::Closed));
        assert_eq!(event_loop.run_forever(), Err(LoopError::Closed));
        assert_eq!(event_loop.call_soon(|| ()).map(drop), Err(LoopError::Closed));
        assert_eq!(event_loop.call_later(Duration::ZERO, || ()).map(drop), Err(LoopError::Closed));
        assert_eq!(event_loop.spawn(async {}).map(drop), Err(LoopError::Closed));
        assert_eq!(Builder::new().spawn(async {}).map(drop), Err(LoopClosed));
    });
}

#[test]
fn a_running_loop_cannot_be_entered_or_closed() {
    let refusals = Sim::new(0).run(async {
        let event_loop = EventLoop::current();
        let other = EventLoop::new();
        [
            event_loop.run_forever().unwrap_err(),
            event_loop.run_until_complete(async {}).unwrap_err(),
            event_loop.close().unwrap_err(),
            other.run_forever().unwrap_err(),
            run(async {}).unwrap_err(),
        ]
    });
    assert_eq!(
        refusals.unwrap(),
        [
            LoopError::Running,
            LoopError::Running,
            LoopError::CloseRunning,
            LoopError::OtherRunning,
            LoopError::RunInsideLoop
        ]
    );
}

#[test]
fn a_stopped_loop_runs_again() {
    let ticks = drive(|| {
        let event_loop = EventLoop::new();
        let log = Log::default();
        for round in 1..=3_u32 {
            event_loop.call_later(Duration::from_secs(1), log.says(&format!("round {round}"))).expect("it is open");
            let stopper = event_loop.clone();
            event_loop.call_later(Duration::from_secs(2), move || stopper.stop()).expect("it is open");
            event_loop.run_forever().expect("it stops");
        }
        (log.lines(), event_loop.time())
    });
    assert_eq!(ticks.0, ["round 1", "round 2", "round 3"]);
    assert_eq!(ticks.1.to_string(), "6.000");
}

#[test]
fn stop_before_a_run_makes_exactly_one_pass() {
    let lines = drive(|| {
        let event_loop = EventLoop::new();
        let log = Log::default();
        event_loop.call_soon(log.says("first pass")).expect("it is open");
        let (again, inner) = (event_loop.clone(), log.clone());
        event_loop.call_soon(move || drop(again.call_soon(inner.says("second pass")))).expect("it is open");
        event_loop.stop();
        event_loop.run_forever().expect("it stops");
        log.lines()
    });
    assert_eq!(lines, ["first pass"]);
}

#[test]
fn run_until_complete_stopped_early_says_so() {
    let result = drive(|| {
        let event_loop = EventLoop::new();
        let stopper = event_loop.clone();
        event_loop.call_later(Duration::from_secs(1), move || stopper.stop()).expect("it is open");
        event_loop.run_until_complete(sleep(Duration::from_secs(60)))
    });
    assert_eq!(result, Err(LoopError::StoppedEarly));
}

#[test]
fn callbacks_of_one_pass_run_in_order_and_a_cancelled_one_does_not() {
    let lines = drive(|| {
        let event_loop = EventLoop::new();
        let log = Log::default();
        let at = Instant::from_nanos(5);
        event_loop.call_at(at, log.says("timer, made first")).expect("it is open");
        event_loop.call_soon(log.says("soon")).expect("it is open");
        let cancelled = event_loop.call_at(at, log.says("cancelled")).expect("it is open");
        event_loop.call_at(at, log.says("timer, made last")).expect("it is open");
        event_loop.call_at(Instant::START, log.says("timer in the past")).expect("it is open");
        cancelled.cancel();
        assert!(cancelled.is_cancelled());
        assert_eq!(cancelled.when(), Some(at));
        event_loop.run_until_complete(sleep(Duration::from_nanos(9))).expect("it completes");
        log.lines()
    });
    assert_eq!(lines, ["soon", "timer in the past", "timer, made first", "timer, made last"]);
}

#[test]
fn a_runner_cleans_up_once_for_several_mains() {
    let (left, results) = drive(|| {
        let runner = Runner::new().expect("outside a loop");
        let first = runner.run(async {
            drop(spawn(std::future::pending::<()>()));
            1
        });
        let second = runner.run(async { all_tasks().len() });
        runner.close().expect("nothing hinders it");
        (EventLoop::current().is_closed(), (first, second))
    });
    assert!(left, "the runner's loop stays the current one, closed");
    assert_eq!(results, (Ok(1), Ok(2)));
}

#[test]
fn a_future_of_another_loop_is_refused_one_pass_later() {
    let result = drive(|| {
        let elsewhere = EventLoop::new().create_promise::<()>();
        let event_loop = EventLoop::new();
        event_loop.run_until_complete(async move { elsewhere.join().await })
    });
    assert_eq!(result, Ok(Err(TaskError::OtherLoop)));
}

#[test]
fn a_task_that_awaits_itself_is_told() {
    let report = Sim::new(0).run(async {
        let own = Rc::new(RefCell::new(None::<Promise<Result<(), String>>>));
        let seen = Rc::clone(&own);
        let task = spawn(async move {
            let me = seen.borrow().clone().expect("set before the first step");
            me.join().await.map_err(|error| error.to_string())?
        });
        *own.borrow_mut() = Some(task.promise());
        task.await.unwrap()
    });
    assert_eq!(report.unwrap(), Err("Task cannot await on itself".to_owned()));
}

#[test]
fn finished_tasks_refuse_to_be_cancelled_and_values_are_taken_once() {
    let report = Sim::new(0).run(async {
        let task = spawn(async { "value" });
        yield_now().await;
        let again = task.promise();
        let cancelled = task.cancel();
        (cancelled, task.await, again.await)
    });
    assert_eq!(report.unwrap(), (false, Ok("value"), Err(TaskError::Taken)));
}

#[test]
fn a_view_of_a_promise_is_settled_in_its_place() {
    let report = Sim::new(0).run(async {
        let number = Promise::<Result<u32, String>>::new();
        let text = number.map(|number| number.clone().map(|number| number.to_string()));
        let (first, second) = (text.join(), text.join());
        let told = text.set_result(Ok("by hand".to_owned()));
        let again = number.set_result(Ok(7));
        let read = [first.await, second.await];

        let failed = Promise::<Result<u32, String>>::new();
        let view = failed.map(|number| number.clone().map(u64::from));
        view.set_exception("no".to_owned()).unwrap();
        (told, again, read, number.await, failed.is_failed(), view.await)
    });
    let text = || Ok(Ok("by hand".to_owned()));
    let expected =
        (Ok(()), Err(InvalidState::Done), [text(), text()], Err(TaskError::Taken), true, Ok(Err("no".to_owned())));
    assert_eq!(report.unwrap(), expected);
}

#[test]
fn a_gather_that_is_settled_by_hand_leaves_its_children_alone() {
    let report = Sim::new(0).run(async {
        let child = spawn(async { sleep(Duration::from_secs(1)).await });
        let all = gather([child.join()]);
        all.set_result(Vec::new()).unwrap();
        (all.await, child.await)
    });
    assert_eq!(report.end, Instant::START + Duration::from_secs(1));
    assert_eq!(report.unwrap(), (Ok(Vec::new()), Ok(())));
}

#[test]
fn names_are_places_in_the_tree_of_spawns() {
    let report = Sim::new(0).run(async {
        let name = || current_task().expect("in a task").name();
        let named = |label| Builder::new().name(label).spawn(async move { name() }).expect("the loop runs");
        let child = spawn(async move {
            let grandchild = spawn(async move { name() });
            (name(), grandchild.await.unwrap())
        });
        let twins = [named("twin"), named("twin"), named("odd/name\n")];
        let mut names = vec![name()];
        let (first, second) = child.await.unwrap();
        names.extend([first, second]);
        for twin in twins {
            names.push(twin.await.unwrap());
        }
        names
    });
    assert_eq!(report.unwrap(), ["main", "main/1", "main/1/1", "main/twin", "main/twin#2", "main/odd_name_"]);
}

#[test]
fn names_that_are_numbers_are_no_one_elses() {
    let names = |policy: fn() -> Box<dyn seedbed::policy::Policy>| {
        let report = Sim::new(0).policy(policy()).run(async {
            let spawn_as = |name: &str| match name {
                "" => spawn(async {}),
                name => Builder::new().name(name).spawn(async {}).unwrap(),
            };
            ["", "1", "1", "4", "", "4", "04", "0", ""].map(|name| spawn_as(name).label())
        });
        report.unwrap()
    };
    let expected = ["1", "1#2", "1#3", "4", "5", "4#2", "04", "0", "6"];
    assert_eq!(names(|| Box::new(seedbed::policy::Fifo)), expected);
    assert_eq!(names(|| Box::new(seedbed::policy::Random::new(7.into()))), expected);
}

#[test]
fn what_is_left_is_dropped_in_a_fixed_order() {
    #[derive(Clone)]
    struct Falls(&'static str, Rc<RefCell<Vec<&'static str>>>);
    impl Drop for Falls {
        fn drop(&mut self) {
            self.1.borrow_mut().push(self.0);
            // A destructor may use the run: what it makes is dropped in a further round.
            drop(Builder::new().spawn(async {}));
        }
    }
    let order = Rc::new(RefCell::new(Vec::new()));
    let falls = |name| Falls(name, Rc::clone(&order));
    let (callback, first, second) = (falls("callback"), falls("first task"), falls("second task"));
    let report = Sim::new(0).drive(move || {
        let event_loop = EventLoop::new();
        event_loop
            .call_later(Duration::from_secs(60), move || {
                let _kept = &callback;
            })
            .expect("it is open");
        for guard in [first, second] {
            let waiting = async move {
                let _guard = guard;
                std::future::pending::<()>().await;
            };
            drop(event_loop.spawn(waiting).expect("it is open"));
        }
        event_loop.run_until_complete(sleep(Duration::from_secs(1))).expect("it completes");
    });
    assert!(report.is_ok(), "{:?}", report.result);
    assert_eq!(*order.borrow(), ["first task", "second task", "callback"]);
    assert_eq!(report.leaked[..2], ["1".to_owned(), "2".to_owned()]);
}
