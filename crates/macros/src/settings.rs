//! The settings of `#[seedbed::test(…)]`: which there are, and what their values must look like.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, Expr, ExprLit, Lit, LitBool, LitInt, LitStr, Result, Token};

use crate::errors::Errors;

/// The policies that a test may name, each with whether it takes a number: `pct:3`.
const POLICIES: [(&str, bool); 9] = [
    ("portfolio", false),
    ("fifo", false),
    ("random", false),
    ("pct", true),
    ("pos", false),
    ("urw", false),
    ("speeds", false),
    ("sticky", false),
    ("delay", true),
];

/// What may follow the name of a policy first. Which of them has it is told when the test runs.
const CLOCK: &str = "+clock";

/// The kinds of faults; they may follow the name of a policy, in this order.
const FAULTS: [&str; 17] = [
    "late",
    "slow",
    "lost",
    "crash",
    "stall",
    "wake",
    "spurious",
    "cancel",
    "panic",
    "point",
    "wall",
    "duplicated",
    "reordered",
    "latency",
    "reset",
    "short",
    "partition",
];

/// How the clock moves, and whether that is by hand.
const TIMES: [(&str, bool); 2] = [("auto", false), ("manual", true)];

/// What the value of a setting must look like.
enum Kind {
    /// An integer that fits in so many bits.
    Integer(u32),
    /// An integer of 64 bits that is not 0.
    Positive,
    /// One of [`POLICIES`].
    Policy,
    /// Some of [`FAULTS`].
    Faults,
    /// One of [`TIMES`].
    Time,
    /// A duration in words, see [`nanoseconds`].
    Duration,
    /// Paths of modules, separated by commas, or `off`.
    Modules,
    /// The path of a task.
    Path,
}

/// Every setting, in the order in which messages list them. Each is a method of `TestSettings`.
const SETTINGS: [(&str, Kind); 13] = [
    ("runs", Kind::Positive),
    ("seed", Kind::Integer(64)),
    ("policy", Kind::Policy),
    ("faults", Kind::Faults),
    ("time", Kind::Time),
    ("steps", Kind::Integer(64)),
    ("tasks", Kind::Integer(32)),
    ("self_wakes", Kind::Integer(64)),
    ("virtual_time", Kind::Duration),
    ("blocked", Kind::Duration),
    ("points", Kind::Modules),
    ("cancel", Kind::Path),
    ("panic", Kind::Path),
];

/// The units of a duration and how many nanoseconds each has.
const UNITS: [(&str, u64); 6] = [
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60 * 1_000_000_000),
    ("h", 3_600 * 1_000_000_000),
];

/// The settings, each as a call on `TestSettings`.
pub(crate) struct Settings(pub(crate) Vec<TokenStream>);

impl Settings {
    pub(crate) fn read(tokens: TokenStream) -> Result<Self> {
        let entries = Punctuated::<Entry, Token![,]>::parse_terminated.parse2(tokens)?;
        let mut errors = Errors::default();
        let mut seen: Vec<&Ident> = Vec::new();
        let mut calls = Vec::new();
        for entry in &entries {
            let key = &entry.key;
            if seen.contains(&key) {
                errors.add(key.span(), format!("`{key}` is set twice"));
                continue;
            }
            seen.push(key);
            match entry.call() {
                Ok(call) => calls.push(call),
                Err(error) => errors.join(error),
            }
        }
        errors.finish().map(|()| Self(calls))
    }
}

/// One `key = value`.
struct Entry {
    key: Ident,
    value: Expr,
}

impl Parse for Entry {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(syn::Ident) {
            return Err(input.error("expected a setting, such as `seed = 42`"));
        }
        let key: Ident = input.parse()?;
        if !input.peek(Token![=]) {
            return Err(Error::new(key.span(), format!("`{key}` needs a value: `{key} = …`")));
        }
        input.parse::<Token![=]>()?;
        if input.is_empty() || input.peek(Token![,]) {
            return Err(Error::new(key.span(), format!("`{key}` needs a value: `{key} = …`")));
        }
        // Around a fragment of `macro_rules!` stands a group that nobody wrote.
        let mut value = input.parse()?;
        while let Expr::Group(group) = value {
            value = *group.expr;
        }
        Ok(Self { key, value })
    }
}

impl Entry {
    fn call(&self) -> Result<TokenStream> {
        let key = &self.key;
        let Some((_, kind)) = SETTINGS.iter().find(|(name, _)| key == name) else {
            let known = SETTINGS.map(|(name, _)| name).join(", ");
            return Err(Error::new(key.span(), format!("there is no setting `{key}`; the settings are {known}")));
        };
        let value = match kind {
            Kind::Integer(bits) => self.integer(*bits)?.into_token_stream(),
            Kind::Positive => self.positive()?.into_token_stream(),
            Kind::Policy => self.policy()?.into_token_stream(),
            Kind::Faults => self.faults()?.into_token_stream(),
            Kind::Time => self.time()?.into_token_stream(),
            // In nanoseconds, so that the macro names no type.
            Kind::Duration => self.duration()?.into_token_stream(),
            Kind::Modules => self.modules()?.into_token_stream(),
            Kind::Path => self.path()?.into_token_stream(),
        };
        Ok(quote! { .#key(#value) })
    }

    fn integer(&self, bits: u32) -> Result<LitInt> {
        let Expr::Lit(ExprLit { lit: Lit::Int(literal), .. }) = &self.value else {
            return Err(self.wrong("an integer literal, decimal or `0x…`"));
        };
        let kind = format!("u{bits}");
        if !literal.suffix().is_empty() && literal.suffix() != kind {
            return Err(self.wrong(&format!("an integer literal without a suffix or with `{kind}`")));
        }
        match literal.base10_parse::<u64>() {
            Ok(value) if bits == 64 || value >> bits == 0 => Ok(LitInt::new(&format!("{value}{kind}"), literal.span())),
            _ => Err(self.wrong(&format!("an integer that fits in {bits} bits"))),
        }
    }

    fn positive(&self) -> Result<LitInt> {
        let literal = self.integer(64)?;
        if literal.base10_parse::<u64>()? == 0 { Err(self.wrong("at least 1")) } else { Ok(literal) }
    }

    fn policy(&self) -> Result<LitStr> {
        let known = |text: &str| {
            let mut text = text;
            for fault in FAULTS.iter().rev() {
                text = text.strip_suffix(fault).and_then(|rest| rest.strip_suffix('+')).unwrap_or(text);
            }
            let text = text.strip_suffix(CLOCK).unwrap_or(text);
            let (name, number) = text.split_once(':').map_or((text, None), |(name, number)| (name, Some(number)));
            let written = |number: &str| number.parse::<u32>().is_ok_and(|read| read > 0 && read.to_string() == number);
            POLICIES.iter().any(|(policy, numbered)| *policy == name && *numbered == number.is_some_and(written))
        };
        match &self.value {
            Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) if known(&literal.value()) => Ok(literal.clone()),
            _ => {
                let names = POLICIES.map(
                    |(name, numbered)| {
                        if numbered { format!("\"{name}:N\"") } else { format!("\"{name}\"") }
                    },
                );
                let faults = FAULTS.map(|fault| format!("+{fault}")).join(", ");
                Err(self.wrong(&format!("{}; {CLOCK} may follow, and then {faults}, in this order", one_of(&names))))
            }
        }
    }

    fn faults(&self) -> Result<LitStr> {
        let known = |text: &str| text.split('+').all(|fault| FAULTS.contains(&fault));
        match &self.value {
            Expr::Lit(ExprLit { lit: Lit::Str(literal), .. })
                if known(&literal.value()) || ["all", "none"].contains(&literal.value().as_str()) =>
            {
                Ok(literal.clone())
            }
            _ => Err(self.wrong(&format!("\"all\", \"none\", or some of {} joined by +", FAULTS.join(", ")))),
        }
    }

    fn time(&self) -> Result<LitBool> {
        let found = match &self.value {
            Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) => {
                TIMES.iter().find(|(name, _)| *name == literal.value())
            }
            _ => None,
        };
        match found {
            Some((_, manual)) => Ok(LitBool::new(*manual, self.value.span())),
            None => Err(self.wrong(&one_of(&TIMES.map(|(name, _)| format!("\"{name}\""))))),
        }
    }

    fn duration(&self) -> Result<u64> {
        let Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) = &self.value else {
            return Err(self.wrong("a duration in quotes, such as \"90s\", \"1h 30m\" or \"250ms\""));
        };
        nanoseconds(&literal.value()).map_err(|why| Error::new(literal.span(), format!("`{}`: {why}", self.key)))
    }

    fn modules(&self) -> Result<LitStr> {
        let is_path = |text: &str| text.split("::").all(|word| syn::parse_str::<Ident>(word).is_ok());
        match &self.value {
            Expr::Lit(ExprLit { lit: Lit::Str(literal), .. })
                if literal.value().split(',').all(|module| is_path(module.trim())) =>
            {
                Ok(literal.clone())
            }
            _ => Err(self.wrong("modules with their crate, such as \"shop::ledger\", separated by commas, or \"off\"")),
        }
    }

    fn path(&self) -> Result<LitStr> {
        let is_label = |label: &str| !label.is_empty() && label.trim() == label && !label.contains(char::is_control);
        match &self.value {
            Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) if literal.value().split('/').all(is_label) => {
                Ok(literal.clone())
            }
            _ => Err(self.wrong("the path of a task in quotes, such as \"main/worker\"")),
        }
    }

    fn wrong(&self, wanted: &str) -> Error {
        Error::new(self.value.span(), format!("`{}` wants {wanted}", self.key))
    }
}

/// `a, b or c`.
fn one_of(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => names.concat(),
    }
}

/// Reads `1h 30m`: whole numbers, each with its unit, the sum of them all.
fn nanoseconds(text: &str) -> std::result::Result<u64, String> {
    let mut total = 0_u64;
    let mut rest = text.trim_start();
    if rest.is_empty() {
        return Err("an empty duration; write a number and a unit, such as \"90s\"".to_owned());
    }
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let after = after.trim_start();
        let (unit, after) = after.split_at(after.find(|c: char| !c.is_alphabetic()).unwrap_or(after.len()));
        let units = UNITS.map(|(name, _)| name).join(", ");
        if number.is_empty() {
            return Err(format!("expected a whole number at \"{rest}\""));
        }
        let Some((_, size)) = UNITS.iter().find(|(name, _)| *name == unit) else {
            return Err(format!("expected a unit after {number}, one of {units}"));
        };
        let part = number.parse::<u64>().ok().and_then(|number| number.checked_mul(*size));
        total = part
            .and_then(|part| total.checked_add(part))
            .ok_or("longer than the virtual clock can count, 2^64 nanoseconds (584 years)")?;
        rest = after.trim_start();
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::nanoseconds;

    #[test]
    fn durations_are_read_in_words() {
        let good = [
            ("90s", 90_000_000_000),
            ("1h 30m", 5_400_000_000_000),
            ("250ms", 250_000_000),
            ("1s500ms", 1_500_000_000),
            (" 7 us ", 7_000),
            ("0ns", 0),
        ];
        for (text, expected) in good {
            assert_eq!(nanoseconds(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn a_wrong_duration_says_what_is_wrong() {
        let bad = [
            ("", "an empty duration"),
            ("90", "expected a unit after 90"),
            ("1.5s", "expected a unit after 1"),
            ("-1s", "expected a whole number at \"-1s\""),
            ("2 days", "expected a unit after 2"),
            ("6000000h", "longer than the virtual clock"),
            ("99999999999999999999s", "longer than the virtual clock"),
        ];
        for (text, expected) in bad {
            let error = nanoseconds(text).expect_err(text);
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
