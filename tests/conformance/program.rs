//! Programs of the scenario language as typed statements, read from their JSON form. Fields that the language does not
//! know are ignored, as the reference interpreter does.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::exceptions::Kind;
use crate::stmt::Stmt;
use crate::values::Value;

pub(crate) type Block = Vec<Stmt>;

#[derive(Deserialize)]
pub(crate) struct Program {
    #[serde(default)]
    pub(crate) objects: BTreeMap<String, Spec>,
    #[serde(default)]
    pub(crate) globals: BTreeMap<String, Expr>,
    pub(crate) default_workers: Option<usize>,
    pub(crate) budget: Option<u64>,
    pub(crate) coros: BTreeMap<String, Block>,
    #[serde(default)]
    pub(crate) callbacks: BTreeMap<String, Block>,
    pub(crate) driver: Option<Block>,
}

/// What makes an object, in `objects` and in the statement `new`.
#[derive(Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Spec {
    Lock,
    Event,
    Semaphore { value: Option<i64> },
    BoundedSemaphore { value: Option<i64> },
    Condition { lock: Option<String> },
    Barrier { parties: i64 },
    Queue { maxsize: Option<i64> },
    PriorityQueue { maxsize: Option<i64> },
    LifoQueue { maxsize: Option<i64> },
    Pool { workers: usize },
}

#[derive(Clone, Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub(crate) enum Expr {
    Literal(Value),
    Var(String),
    List(Vec<Expr>),
}

impl TryFrom<serde_json::Value> for Expr {
    type Error = String;

    fn try_from(json: serde_json::Value) -> Result<Expr, String> {
        use serde_json::Value as Json;
        Ok(match json {
            Json::Null => Expr::Literal(Value::None),
            Json::Bool(b) => Expr::Literal(Value::Bool(b)),
            Json::Number(n) => Expr::Literal(Value::Int(n.as_i64().ok_or_else(|| format!("{n} is not an i64"))?)),
            Json::String(s) => Expr::Literal(Value::str(&s)),
            Json::Array(items) => Expr::List(items.into_iter().map(Expr::try_from).collect::<Result<_, _>>()?),
            Json::Object(map) => match (map.len(), map.get("var")) {
                (1, Some(Json::String(name))) => Expr::Var(name.clone()),
                _ => return Err(format!("{map:?} is not an expression")),
            },
        })
    }
}

#[derive(Deserialize)]
#[serde(try_from = "serde_json::Value")]
pub(crate) enum Cond {
    Compare(String, Expr, Expr),
    Not(Box<Cond>),
    And(Vec<Cond>),
    Or(Vec<Cond>),
}

impl TryFrom<serde_json::Value> for Cond {
    type Error = String;

    fn try_from(json: serde_json::Value) -> Result<Cond, String> {
        let shown = json.to_string();
        let bad = || format!("{shown} is not a condition");
        let serde_json::Value::Array(items) = json else { return Err(bad()) };
        let mut items = items.into_iter();
        let op = items.next().and_then(|op| op.as_str().map(str::to_owned)).ok_or_else(bad)?;
        let mut conds: Vec<_> = items.collect();
        match op.as_str() {
            "not" if conds.len() == 1 => Ok(Cond::Not(Box::new(Cond::try_from(conds.remove(0))?))),
            "and" => Ok(Cond::And(conds.into_iter().map(Cond::try_from).collect::<Result<_, _>>()?)),
            "or" => Ok(Cond::Or(conds.into_iter().map(Cond::try_from).collect::<Result<_, _>>()?)),
            "==" | "!=" | "<" | "<=" | ">" | ">=" if conds.len() == 2 => {
                let right = Expr::try_from(conds.remove(1))?;
                Ok(Cond::Compare(op, Expr::try_from(conds.remove(0))?, right))
            }
            _ => Err(bad()),
        }
    }
}

/// Arguments in the order they are written, which is the order they are evaluated in.
#[derive(Default)]
pub(crate) struct Args(pub(crate) Vec<(String, Expr)>);

impl<'de> Deserialize<'de> for Args {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Args, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Args;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of arguments")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Args, A::Error> {
                let mut args = Vec::new();
                while let Some(arg) = map.next_entry()? {
                    args.push(arg);
                }
                Ok(Args(args))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// An awaitable argument: an object's name or a coroutine call.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Item {
    Name(String),
    Call(Call),
}

#[derive(Deserialize)]
pub(crate) struct Call {
    #[serde(rename = "call")]
    pub(crate) coro: String,
    #[serde(default)]
    pub(crate) args: Args,
}

#[derive(Deserialize)]
pub(crate) struct Handler {
    pub(crate) types: Vec<Kind>,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
    pub(crate) body: Block,
}

#[derive(Deserialize)]
pub(crate) struct Try {
    pub(crate) body: Block,
    #[serde(default)]
    pub(crate) except: Vec<Handler>,
    #[serde(rename = "else")]
    pub(crate) otherwise: Option<Block>,
    pub(crate) finally: Option<Block>,
}

#[derive(Deserialize)]
pub(crate) struct If {
    pub(crate) cond: Cond,
    pub(crate) then: Block,
    #[serde(rename = "else", default)]
    pub(crate) otherwise: Block,
}

#[derive(Deserialize)]
pub(crate) struct Repeat {
    pub(crate) n: i64,
    pub(crate) var: Option<String>,
    pub(crate) body: Block,
}

/// A statement that names an object and may have a value.
#[derive(Deserialize)]
pub(crate) struct On {
    pub(crate) on: String,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
}

/// A statement without operands that may have a value.
#[derive(Deserialize)]
pub(crate) struct To {
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
}

/// Sets a variable.
#[derive(Deserialize)]
pub(crate) struct Assign {
    pub(crate) var: String,
    #[serde(alias = "n")]
    pub(crate) val: Expr,
}

#[derive(Deserialize)]
pub(crate) struct Spawn {
    /// The group, for `tg_spawn`.
    pub(crate) on: Option<String>,
    pub(crate) coro: String,
    #[serde(default)]
    pub(crate) args: Args,
    pub(crate) bind: String,
    pub(crate) name: Option<String>,
}

/// A coroutine that is run or called: `call`, `run`, `runner_run`, `run_until_complete` (there also an object).
#[derive(Deserialize)]
pub(crate) struct Run {
    pub(crate) coro: Option<String>,
    #[serde(default)]
    pub(crate) args: Args,
    pub(crate) on: Option<String>,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
}

/// A callback made ready or given to a future.
#[derive(Deserialize)]
pub(crate) struct Schedule {
    pub(crate) on: Option<String>,
    pub(crate) ms: Option<Expr>,
    pub(crate) at: Option<Expr>,
    pub(crate) cb: String,
    #[serde(default)]
    pub(crate) args: Args,
    pub(crate) bind: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Raise {
    pub(crate) on: Option<String>,
    pub(crate) exc: Kind,
    pub(crate) msg: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Gather {
    pub(crate) items: Vec<Item>,
    #[serde(default)]
    pub(crate) return_exceptions: bool,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
    pub(crate) bind: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct Wait {
    pub(crate) items: Vec<String>,
    pub(crate) timeout: Option<Expr>,
    pub(crate) return_when: Option<String>,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct AsCompleted {
    pub(crate) items: Vec<String>,
    pub(crate) timeout: Option<Expr>,
    pub(crate) mode: Option<String>,
    pub(crate) var: String,
    pub(crate) body: Block,
}

/// `wait_for` and `shield`.
#[derive(Deserialize)]
pub(crate) struct OnItem {
    pub(crate) item: Item,
    pub(crate) ms: Option<Expr>,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
    pub(crate) bind: Option<String>,
}

/// A block entered through an object: `timeout`, `taskgroup`, `with`.
#[derive(Deserialize)]
pub(crate) struct Scope {
    pub(crate) on: Option<String>,
    pub(crate) ms: Option<Expr>,
    pub(crate) at: Option<Expr>,
    pub(crate) bind: Option<String>,
    pub(crate) body: Block,
}

#[derive(Deserialize)]
pub(crate) struct Job {
    pub(crate) ms: Expr,
    pub(crate) val: Option<Expr>,
    pub(crate) exc: Option<Kind>,
    pub(crate) msg: Option<String>,
    pub(crate) pool: Option<String>,
    #[serde(rename = "as")]
    pub(crate) to: Option<String>,
    pub(crate) bind: Option<String>,
}
