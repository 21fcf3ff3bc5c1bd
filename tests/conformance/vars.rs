//! Names, expressions, conditions and interpolation.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::exceptions::{Exc, Kind};
use crate::objects::Obj;
use crate::program::{Args, Cond, Expr};
use crate::values::Value;
use crate::world::World;

/// Local variables of one execution of a coroutine, callback or driver, and the exceptions it is handling.
#[derive(Default)]
pub(crate) struct Frame {
    vars: RefCell<BTreeMap<String, Value>>,
    pub(crate) handling: RefCell<Vec<Exc>>,
}

impl Frame {
    pub(crate) fn new(args: Vec<(String, Value)>) -> Frame {
        Frame { vars: RefCell::new(args.into_iter().collect()), handling: RefCell::default() }
    }

    pub(crate) fn set(&self, name: &str, value: Value) {
        self.vars.borrow_mut().insert(name.to_owned(), value);
    }

    /// Stores a statement's value, where it says `as`.
    pub(crate) fn store(&self, to: Option<&String>, value: Value) {
        if let Some(name) = to {
            self.set(name, value);
        }
    }
}

impl World {
    pub(crate) fn lookup(&self, frame: &Frame, name: &str) -> Result<Value, Exc> {
        let local = frame.vars.borrow().get(name).cloned();
        let found = local.or_else(|| self.globals.borrow().get(name).cloned());
        found.ok_or_else(|| Exc::new(Kind::NameError, name))
    }

    pub(crate) fn value(&self, frame: &Frame, expr: &Expr) -> Result<Value, Exc> {
        Ok(match expr {
            Expr::Literal(value) => value.clone(),
            Expr::Var(name) => self.lookup(frame, name)?,
            Expr::List(items) => {
                let items = items.iter().map(|item| self.value(frame, item));
                Value::list(items.collect::<Result<Vec<_>, _>>()?)
            }
        })
    }

    pub(crate) fn value_or_none(&self, frame: &Frame, expr: Option<&Expr>) -> Result<Value, Exc> {
        expr.map_or(Ok(Value::None), |expr| self.value(frame, expr))
    }

    pub(crate) fn int(&self, frame: &Frame, expr: &Expr) -> Result<i64, Exc> {
        self.value(frame, expr)?.int()
    }

    /// An optional number of milliseconds: absent, null, or a variable that is null.
    pub(crate) fn maybe_int(&self, frame: &Frame, expr: Option<&Expr>) -> Result<Option<i64>, Exc> {
        match self.value_or_none(frame, expr)? {
            Value::None => Ok(None),
            value => value.int().map(Some),
        }
    }

    pub(crate) fn args(&self, frame: &Frame, args: &Args) -> Result<Vec<(String, Value)>, Exc> {
        args.0.iter().map(|(name, expr)| Ok((name.clone(), self.value(frame, expr)?))).collect()
    }

    /// Replaces every `{x}` by the value of variable `x`.
    pub(crate) fn interpolate(&self, frame: &Frame, text: &str) -> Result<String, Exc> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let inner = &rest[open + 1..];
            let len = inner.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(inner.len());
            out.push_str(&rest[..open]);
            if len == 0 || !inner[len..].starts_with('}') {
                out.push('{');
                rest = inner;
                continue;
            }
            match self.lookup(frame, &inner[..len])? {
                Value::Str(s) => out.push_str(&s),
                value => out.push_str(&value.to_string()),
            }
            rest = &inner[len + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    /// The object that a statement names; `@me` is the current task.
    pub(crate) fn obj(&self, frame: &Frame, name: &str) -> Result<Obj, Exc> {
        let name = self.interpolate(frame, name)?;
        if name == "@me" {
            return self.current_task();
        }
        self.object(&name)
    }

    pub(crate) fn bind(&self, frame: &Frame, name: Option<&String>, obj: Obj) -> Result<(), Exc> {
        if let Some(name) = name {
            let name = self.interpolate(frame, name)?;
            self.objects.borrow_mut().insert(name, obj);
        }
        Ok(())
    }

    pub(crate) fn holds(&self, frame: &Frame, cond: &Cond) -> Result<bool, Exc> {
        Ok(match cond {
            Cond::Not(cond) => !self.holds(frame, cond)?,
            Cond::And(conds) => {
                for cond in conds {
                    if !self.holds(frame, cond)? {
                        return Ok(false);
                    }
                }
                true
            }
            Cond::Or(conds) => {
                for cond in conds {
                    if self.holds(frame, cond)? {
                        return Ok(true);
                    }
                }
                false
            }
            Cond::Compare(op, left, right) => {
                let (left, right) = (self.value(frame, left)?, self.value(frame, right)?);
                match op.as_str() {
                    "==" => left == right,
                    "!=" => left != right,
                    "<" => left.int()? < right.int()?,
                    "<=" => left.int()? <= right.int()?,
                    ">" => left.int()? > right.int()?,
                    _ => left.int()? >= right.int()?,
                }
            }
        })
    }
}
