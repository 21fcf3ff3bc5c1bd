//! The arguments of a test, and the strategies that they are drawn from: `#[strategy = 0..9] number: u8`.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Attribute, Expr, FnArg, Meta, PatType, Token};

use crate::errors::Errors;

/// proptest makes strategies of tuples up to this length.
const MOST: usize = 12;

/// One argument.
struct Argument {
    /// As it is shown beside its value.
    name: String,
    kind: TokenStream,
    /// None for that of its type.
    strategy: Option<Expr>,
}

/// The arguments of a test.
pub(crate) struct Arguments(Vec<Argument>);

impl Arguments {
    /// Reads the arguments, and takes out of the signature what is not the compiler's.
    pub(crate) fn take(inputs: &mut Punctuated<FnArg, Token![,]>, errors: &mut Errors) -> Self {
        if let Some(one_more) = inputs.iter().nth(MOST) {
            errors.add(one_more.span(), "a test has at most 12 arguments: draw some of them as a tuple");
        }
        let read = |argument: &mut FnArg| match argument {
            FnArg::Typed(argument) => Some(read(argument, errors)),
            FnArg::Receiver(receiver) => {
                errors.add(receiver.span(), "a test has no `self`: nothing says what it would be");
                None
            }
        };
        Self(inputs.iter_mut().filter_map(read).collect())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// What runs the test with them.
    pub(crate) fn run(&self, settings: &TokenStream, test: &syn::Ident) -> TokenStream {
        let arguments = self.0.iter().enumerate().map(|(place, Argument { name, kind, strategy })| {
            let value = format_ident!("argument_{place}");
            quote! { #name, #value, #kind, (#strategy); }
        });
        quote! { ::seedbed::__arguments! { #settings; #(#arguments)* => #test } }
    }
}

fn read(argument: &mut PatType, errors: &mut Errors) -> Argument {
    let (strategies, others): (Vec<_>, Vec<_>) =
        std::mem::take(&mut argument.attrs).into_iter().partition(|attribute| attribute.path().is_ident("strategy"));
    argument.attrs = others;
    if let Some(second) = strategies.get(1) {
        errors.add(second.span(), "an argument is drawn from one strategy: join them with `prop_oneof!`");
    }
    let strategy = strategies.first().and_then(|attribute| strategy(attribute, errors));
    Argument { name: name(argument), kind: argument.ty.to_token_stream(), strategy }
}

/// The pattern as it was written, without what says nothing beside a value.
fn name(argument: &PatType) -> String {
    match &*argument.pat {
        syn::Pat::Ident(name) => name.ident.to_string(),
        pattern => pattern.to_token_stream().to_string(),
    }
}

fn strategy(attribute: &Attribute, errors: &mut Errors) -> Option<Expr> {
    match &attribute.meta {
        Meta::NameValue(pair) => return Some(pair.value.clone()),
        Meta::Path(_) => errors.add(attribute.span(), "say which strategy: `#[strategy = 0..10]`"),
        Meta::List(_) => errors.add(attribute.span(), "a strategy stands behind `=`: `#[strategy = 0..10]`"),
    }
    None
}
