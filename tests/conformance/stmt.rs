//! The statements of the scenario language, one variant for each `op`.

use serde::Deserialize;

use crate::program::{
    AsCompleted, Assign, Block, Cond, Expr, Gather, If, Job, On, OnItem, Raise, Repeat, Run, Schedule, Scope, Spawn,
    Spec, To, Try, Wait,
};

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(crate) enum Stmt {
    // Control and values.
    Log { text: String },
    Pass,
    Set(Assign),
    Gset(Assign),
    Add(Assign),
    Gadd(Assign),
    Now(To),
    Blocking { ms: Expr },
    If(If),
    Repeat(Repeat),
    Break,
    Continue,
    Return { val: Option<Expr> },
    Raise(Raise),
    RaiseVar { var: String },
    Reraise,
    Try(Try),
    // Tasks and futures.
    Spawn(Spawn),
    Call(Run),
    Await(On),
    Cancel(Cancel),
    Done(On),
    Cancelled(On),
    Result(On),
    Exception(On),
    State(On),
    Cancelling(On),
    Uncancel(On),
    CurrentTask(To),
    AllTasks(To),
    NewFuture { bind: String },
    SetResult(Put),
    SetException(Raise),
    AddDoneCallback(Schedule),
    RemoveDoneCallback(Remove),
    // Handles.
    CallSoon(Schedule),
    CallSoonThreadsafe(Schedule),
    CallLater(Schedule),
    CallAt(Schedule),
    HandleCancel(On),
    HandleCancelled(On),
    HandleWhen(On),
    // Combinators.
    Gather(Gather),
    Wait(Wait),
    AsCompleted(AsCompleted),
    WaitFor(OnItem),
    Timeout(Scope),
    Reschedule(Reschedule),
    Expired(On),
    TimeoutWhen(On),
    Shield(OnItem),
    Taskgroup(Scope),
    TgSpawn(Spawn),
    Sleep(Sleep),
    // Synchronization.
    Acquire(On),
    Release(On),
    Locked(On),
    With(Scope),
    EventWait(On),
    EventSet(On),
    EventClear(On),
    EventIsSet(On),
    CondWait(On),
    CondWaitFor(CondWaitFor),
    Notify { on: String, n: Option<i64> },
    NotifyAll(On),
    BarrierWait(On),
    BarrierReset(On),
    BarrierAbort(On),
    NWaiting(On),
    Broken(On),
    New(New),
    // Queues.
    Put(Put),
    Get(On),
    PutNowait(Put),
    GetNowait(On),
    TaskDone(On),
    Join(On),
    Qsize(On),
    Empty(On),
    Full(On),
    QueueShutdown { on: String, immediate: Option<bool> },
    // Loops.
    Run(Run),
    RunUntilComplete(Run),
    RunForever,
    Stop,
    Close,
    IsClosed(To),
    IsRunning(To),
    NewLoop,
    Runner { body: Block },
    RunnerRun(Run),
    LoopShutdownExecutor { timeout: Option<Expr> },
    // Executors.
    RunInExecutor(Job),
    PoolShutdown { on: String, wait: Option<bool>, cancel_futures: Option<bool> },
    ShutdownDefaultExecutor { timeout: Option<Expr> },
}

#[derive(Deserialize)]
pub(crate) struct Cancel {
    pub(crate) on: String,
    pub(crate) msg: Option<String>,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Put {
    pub(crate) on: String,
    pub(crate) val: Option<Expr>,
}

#[derive(Deserialize)]
pub(crate) struct Remove {
    pub(crate) on: String,
    pub(crate) cb: String,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Reschedule {
    pub(crate) on: String,
    pub(crate) ms: Option<Expr>,
    pub(crate) at: Option<Expr>,
}

#[derive(Deserialize)]
pub(crate) struct Sleep {
    pub(crate) ms: Expr,
    pub(crate) val: Option<Expr>,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct CondWaitFor {
    pub(crate) on: String,
    pub(crate) cond: Cond,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
}

/// `new`: an object made at run time.
#[derive(Deserialize)]
pub(crate) struct New {
    #[serde(flatten)]
    pub(crate) spec: Spec,
    pub(crate) bind: String,
}
