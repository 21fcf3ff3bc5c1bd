//! `#[seedbed::test]`: reads the settings and the function, and writes a plain `#[test]` that hands both to `run_test`.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{
    Attribute, Error, Expr, ExprLit, Lit, LitBool, LitInt, LitStr, Result, ReturnType, Safety, Signature, Token,
    Visibility,
};

/// The policies that a test may name, each with whether it takes a number: `pct:3`.
const POLICIES: [(&str, bool); 8] = [
    ("portfolio", false),
    ("fifo", false),
    ("random", false),
    ("pct", true),
    ("pos", false),
    ("urw", false),
    ("sticky", false),
    ("delay", true),
];

/// What may follow the name of a policy, in this order. Which of them has which is told when the test runs.
const VARIANTS: [&str; 2] = ["+clock", "+late"];

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
    /// One of [`TIMES`].
    Time,
    /// A duration in words, see [`nanoseconds`].
    Duration,
}

/// Every setting, in the order in which messages list them. Each is a method of `TestSettings`.
const SETTINGS: [(&str, Kind); 9] = [
    ("runs", Kind::Positive),
    ("seed", Kind::Integer(64)),
    ("policy", Kind::Policy),
    ("time", Kind::Time),
    ("steps", Kind::Integer(64)),
    ("tasks", Kind::Integer(32)),
    ("self_wakes", Kind::Integer(64)),
    ("virtual_time", Kind::Duration),
    ("blocked", Kind::Duration),
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

/// The expansion; with mistakes, the messages and the function as it stood, so that nothing else in the file looks broken.
pub(crate) fn expand(settings: TokenStream, item: TokenStream) -> TokenStream {
    let function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => return with_item(&error, &item),
    };
    let settings = Settings::read(settings);
    match (settings, function.check()) {
        (Ok(settings), Ok(())) => function.into_test(&settings),
        (Err(error), Ok(())) | (Ok(_), Err(error)) => with_item(&error, &item),
        (Err(mut error), Err(other)) => {
            error.combine(other);
            with_item(&error, &item)
        }
    }
}

/// The messages of `error`, and the item without becoming a test.
fn with_item(error: &Error, item: &TokenStream) -> TokenStream {
    let messages = error.to_compile_error();
    quote! { #messages #[allow(dead_code, unused_variables)] #item }
}

/// The function under the attribute. Its body stays as it was written: the compiler reports mistakes in it better than we can.
struct Function {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    signature: Signature,
    body: TokenTree,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let start = input.span();
        let signature = input.parse().map_err(|_| Error::new(start, "`#[seedbed::test]` goes on an `async fn`"))?;
        match input.parse()? {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                Ok(Self { attributes, visibility, signature, body: TokenTree::Group(body) })
            }
            other => Err(Error::new(other.span(), "a test needs a body: `async fn name() { … }`")),
        }
    }
}

impl Function {
    /// Every reason why this function cannot be a test.
    fn check(&self) -> Result<()> {
        let signature = &self.signature;
        let mut errors = Errors::default();
        if signature.asyncness.is_none() {
            errors.add(
                signature.fn_token.span,
                "a `#[seedbed::test]` is an `async fn`: for plain code use `#[test]` with `Sim::drive`",
            );
        }
        if let Some(constness) = signature.constness {
            errors.add(constness.span, "a test cannot be `const`");
        }
        if !matches!(signature.safety, Safety::Default) {
            errors.add(signature.fn_token.span, "a test cannot be `unsafe`: write the unsafe block inside");
        }
        if let Some(abi) = &signature.abi {
            errors.add(abi.span(), "a test cannot be `extern`");
        }
        if !signature.generics.params.is_empty() {
            errors.add(
                signature.generics.params.span(),
                "a test cannot be generic: nothing says which types to run it with",
            );
        }
        if !signature.inputs.is_empty() {
            errors.add(signature.inputs.span(), "a test takes no arguments: make the values inside it");
        }
        for attribute in &self.attributes {
            if attribute.path().segments.last().is_some_and(|segment| segment.ident == "test") {
                errors.add(
                    attribute.span(),
                    "remove this attribute: `#[seedbed::test]` makes the function a test by itself",
                );
            }
        }
        errors.finish()
    }

    /// A plain test of the same name around the function.
    fn into_test(self, settings: &Settings) -> TokenStream {
        let Self { attributes, visibility, signature, body } = self;
        let name = &signature.ident;
        let mut calls = settings.0.clone();
        if attributes.iter().any(|attribute| attribute.path().is_ident("should_panic")) {
            calls.push(quote! { .should_panic() });
        }
        // What the compiler of the test knows, and nobody after it.
        let place = quote! {
            ::seedbed::__private::TestPlace {
                path: ::core::concat!(::core::module_path!(), "::", ::core::stringify!(#name)),
                package_dir: ::core::option_env!("CARGO_MANIFEST_DIR"),
                package: ::core::option_env!("CARGO_PKG_NAME"),
                bin: ::core::option_env!("CARGO_BIN_NAME"),
                beside_library: ::core::option_env!("CARGO_TARGET_TMPDIR").is_some(),
                file: ::core::file!(),
            }
        };
        let run = quote! {
            ::seedbed::__private::run_test(::seedbed::__private::TestSettings::new(#place) #(#calls)*, #name)
        };
        // A type that cannot end a test is reported where it stands, not at the attribute. What a run returned is part of the
        // report, so the test itself returns nothing.
        let run = match &signature.output {
            ReturnType::Default => run,
            ReturnType::Type(_, kind) => quote_spanned! { kind.span() => #run },
        };
        quote! {
            #[::core::prelude::v1::test]
            #(#attributes)*
            #visibility fn #name() {
                #signature #body
                #run
            }
        }
    }
}

/// The settings, each as a call on `TestSettings`.
struct Settings(Vec<TokenStream>);

impl Settings {
    fn read(tokens: TokenStream) -> Result<Self> {
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
        Ok(Self { key, value: input.parse()? })
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
            Kind::Time => self.time()?.into_token_stream(),
            // In nanoseconds, so that the macro names no type.
            Kind::Duration => self.duration()?.into_token_stream(),
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
            let text = VARIANTS.iter().rev().fold(text, |text, variant| text.strip_suffix(variant).unwrap_or(text));
            let (name, number) = text.split_once(':').map_or((text, None), |(name, number)| (name, Some(number)));
            let written = |number: &str| number.parse::<u32>().is_ok_and(|read| read > 0 && read.to_string() == number);
            POLICIES.iter().any(|(policy, numbered)| *policy == name && *numbered == number.is_some_and(written))
        };
        match &self.value {
            Expr::Lit(ExprLit { lit: Lit::Str(literal), .. }) if known(&literal.value()) => Ok(literal.clone()),
            _ => Err(self.wrong(&one_of(
                &POLICIES.map(
                    |(name, numbered)| {
                        if numbered { format!("\"{name}:N\"") } else { format!("\"{name}\"") }
                    },
                ),
            ))),
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

/// Collects messages, so that one compilation shows them all.
#[derive(Default)]
struct Errors(Option<Error>);

impl Errors {
    fn add(&mut self, span: Span, message: impl std::fmt::Display) {
        self.join(Error::new(span, message));
    }

    fn join(&mut self, error: Error) {
        match &mut self.0 {
            Some(first) => first.combine(error),
            None => self.0 = Some(error),
        }
    }

    fn finish(self) -> Result<()> {
        self.0.map_or(Ok(()), Err)
    }
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
