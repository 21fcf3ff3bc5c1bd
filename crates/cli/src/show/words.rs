//! What the words of events mean, for somebody who reads a trace for the first time.

/// Each word with what it tells. Words that are missing here are shown without an explanation.
pub(super) const GLOSSARY: [(&str, &str); 43] = [
    ("run", "The loop began to run."),
    ("stop", "The loop stopped."),
    ("close", "The loop was closed, for good."),
    ("callback", "The loop ran a callback."),
    ("shut down", "At the end of the run, the tasks left over were cancelled and awaited."),
    ("deadlock", "Nothing could ever happen again: each task waits for another."),
    ("limit", "The run reached one of its limits."),
    ("spawn", "A task was made; it is ready at once, and runs when its turn comes."),
    ("poll", "The task was given a step: it runs to its next await."),
    ("wake", "The task was made ready; it runs when its turn comes."),
    ("finish", "It returned its value."),
    ("fail", "It returned an error."),
    ("cancelled", "It ended cancelled."),
    ("panic", "It panicked."),
    ("cancel", "The cancellation of a task was asked for; it is delivered at that task's next step."),
    ("catch", "A cancellation reached a part of the task that catches it."),
    ("leak", "The task had not ended when the run did, and was dropped."),
    ("foreign wake", "A thread that the run does not control woke a task: such a run is not deterministic."),
    ("strike", "A fault struck the task at one of its awaits."),
    ("sleep", "It sleeps until that instant."),
    ("timeout", "A timeout began, or got another deadline."),
    ("expire", "The timeout passed its deadline."),
    ("advance", "The clock was moved by hand."),
    ("timer", "A timer came due."),
    ("late", "A timer came due after its deadline."),
    ("block", "The loop was blocked: time passed, and nothing else ran."),
    ("wall", "The wall clock was set, or goes differently."),
    ("wait", "It has to wait for this."),
    ("acquire", "It got this, or what this holds."),
    ("release", "It gave this back."),
    ("signal", "It let others go on: set an event, notified a condition, put something into a queue."),
    ("submit", "A job was given to an executor."),
    ("start", "A worker took the job."),
    ("crash", "The worker of the job crashed."),
    ("choose", "A choice departed from the plain answer."),
    ("note", "A note of the program's own."),
    ("log", "A line of the program's log."),
    ("fault", "A fault point of the program struck."),
    ("send", "A message was sent."),
    ("deliver", "A message arrived."),
    ("drop", "A message was lost."),
    ("restart", "A node was started again."),
    ("kill", "A node was stopped, with everything on it."),
];

/// Words that tell of a failure.
pub(super) const BAD: [&str; 6] = ["panic", "fail", "deadlock", "limit", "foreign wake", "leak"];

/// Words that tell of what was done to the program.
pub(super) const FAULTS: [&str; 8] = ["fault", "strike", "crash", "wall", "cancel", "cancelled", "expire", "late"];

/// Words after which a lane does nothing more.
pub(super) const ENDS: [&str; 6] = ["finish", "fail", "cancelled", "leak", "crash", "panic"];
