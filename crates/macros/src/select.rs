//! `seedbed::select!`: reads the branches and writes one future that polls them in the order that `first_branch` answers.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Error, Expr, Pat, Result, Token, parse2};

/// The enabled branches are the bits of a `u64`.
const BRANCHES_MAX: usize = 64;

const FORM: &str = "a branch is `pattern = future => handler`";

pub(crate) fn expand(branches: TokenStream) -> TokenStream {
    match parse2::<Select>(branches) {
        Ok(select) => select.into_expression(),
        Err(error) => error.to_compile_error(),
    }
}

/// Everything between the braces.
struct Select {
    biased: bool,
    branches: Vec<Branch>,
    otherwise: Option<Expr>,
}

/// `pattern = future, if condition => handler`.
struct Branch {
    pattern: Pat,
    future: Expr,
    condition: Option<Expr>,
    handler: Expr,
}

impl Parse for Select {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let biased = is_word(input, "biased") && input.peek2(Token![;]);
        if biased {
            input.parse::<Ident>()?;
            input.parse::<Token![;]>()?;
        }
        let mut branches = Vec::new();
        while !input.is_empty() {
            if input.peek(Token![else]) {
                let otherwise = Some(parse_else(input)?);
                return Self::checked(Self { biased, branches, otherwise }, input);
            }
            branches.push(input.parse()?);
        }
        Self::checked(Self { biased, branches, otherwise: None }, input)
    }
}

impl Select {
    fn checked(self, input: ParseStream<'_>) -> Result<Self> {
        if !input.is_empty() {
            return Err(input.error("`else` is the last branch"));
        }
        if self.branches.is_empty() {
            return Err(Error::new(Span::call_site(), format!("nothing to wait for; {FORM}")));
        }
        if self.branches.len() > BRANCHES_MAX {
            return Err(Error::new(
                Span::call_site(),
                format!("more than {BRANCHES_MAX} branches; use `FuturesUnordered`"),
            ));
        }
        Ok(self)
    }
}

fn parse_else(input: ParseStream<'_>) -> Result<Expr> {
    input.parse::<Token![else]>()?;
    arrow(input)?;
    handler(input)
}

impl Parse for Branch {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek2(Token![=>]) && (is_word(input, "complete") || is_word(input, "default")) {
            return Err(
                input.error("not a branch of this `select!`; what runs when no branch is left is `else => handler`")
            );
        }
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        if input.peek(Token![=>]) || input.peek(Token![==]) || !input.peek(Token![=]) {
            return Err(
                input.error(format!("expected `=`: {FORM}; where the value is not needed, `_ = future => handler`"))
            );
        }
        input.parse::<Token![=]>()?;
        let future = input.parse()?;
        let condition = if input.peek(Token![,]) { Some(condition(input)?) } else { None };
        arrow(input)?;
        Ok(Self { pattern, future, condition, handler: handler(input)? })
    }
}

fn condition(input: ParseStream<'_>) -> Result<Expr> {
    input.parse::<Token![,]>()?;
    if !input.peek(Token![if]) {
        return Err(input.error("expected `if condition => handler`, or no comma and `=> handler`"));
    }
    input.parse::<Token![if]>()?;
    input.parse()
}

fn arrow(input: ParseStream<'_>) -> Result<()> {
    if !input.peek(Token![=>]) {
        return Err(input.error(format!("expected `=>`: {FORM}")));
    }
    input.parse::<Token![=>]>().map(|_| ())
}

/// A handler and the comma after it, under the rule of match arms: a block needs none.
fn handler(input: ParseStream<'_>) -> Result<Expr> {
    let handler = Expr::parse_with_earlier_boundary_rule(input)?;
    let ends_itself = matches!(
        handler,
        Expr::Block(_)
            | Expr::Const(_)
            | Expr::ForLoop(_)
            | Expr::If(_)
            | Expr::Loop(_)
            | Expr::Match(_)
            | Expr::Unsafe(_)
            | Expr::While(_)
    );
    if input.peek(Token![,]) {
        input.parse::<Token![,]>()?;
    } else if !ends_itself && !input.is_empty() {
        return Err(input.error("expected `,` between two branches"));
    }
    Ok(handler)
}

fn is_word(input: ParseStream<'_>, word: &str) -> bool {
    input.fork().parse::<Ident>().is_ok_and(|ident| ident == word)
}

/// A name that the code of the caller cannot see.
fn hidden(name: &str) -> Ident {
    Ident::new(name, Span::mixed_site())
}

impl Select {
    /// The block that the macro becomes.
    ///
    /// The futures live in an inner block, so that they are gone, and what they borrow is free, when the handler runs. The handlers stand
    /// outside every closure, so that `.await`, `?`, `return` and `break` mean in them what they mean around the macro.
    fn into_expression(self) -> TokenStream {
        let first = hidden("first");
        let generics: Vec<Ident> = (0..self.branches.len()).map(|n| format_ident!("Value{n}")).collect();
        let variants: Vec<Ident> = (0..self.branches.len()).map(|n| format_ident!("Branch{n}")).collect();
        let waiting = self.waiting(&variants);
        let patterns = self.branches.iter().map(|branch| &branch.pattern);
        let handlers = self.branches.iter().map(|branch| &branch.handler);
        let otherwise = match &self.otherwise {
            Some(handler) => quote! { #handler },
            None => quote! { ::core::panic!("every branch of this select! is disabled, and it has no `else`") },
        };
        quote_spanned! { Span::mixed_site() =>
            {
                enum __SeedbedSelect<#(#generics),*> { #(#variants(#generics),)* NoBranch }
                #[allow(unused_mut)]
                let mut #first = #waiting;
                match #first {
                    #(__SeedbedSelect::#variants(#patterns) => #handlers,)*
                    __SeedbedSelect::NoBranch => #otherwise,
                    #[allow(unreachable_patterns)]
                    _ => ::core::unreachable!("seedbed bug: a value fitted its pattern and then did not, please report"),
                }
            }
        }
    }

    /// The block that waits; its value says which branch was first, with what.
    fn waiting(&self, variants: &[Ident]) -> TokenStream {
        let (enabled, context, later, outcome) =
            (hidden("enabled"), hidden("context"), hidden("later"), hidden("outcome"));
        let (ahead, behind, set, branch) = (hidden("ahead"), hidden("behind"), hidden("set"), hidden("branch"));
        // Named, because clippy takes the range `0..0` of a `biased;` one for a mistake of the user's.
        let count = hidden("count");
        let futures: Vec<Ident> = (0..self.branches.len()).map(|n| hidden(&format!("future{n}"))).collect();
        let expressions = self.branches.iter().map(|branch| &branch.future);
        // All expressions come before the first pin, as plain `let`s, so that a borrowed temporary in one lives as long as the block.
        let pins = self.branches.iter().zip(&futures).map(|(branch, future)| {
            // "Not a future" is said of the expression.
            let span = Span::mixed_site().located_at(branch.future.span());
            let into_future = quote_spanned! { span => ::core::future::IntoFuture::into_future(#future) };
            quote_spanned! { Span::mixed_site() => let mut #future = ::core::pin::pin!(#into_future); }
        });
        let all = u64::MAX >> (BRANCHES_MAX - self.branches.len());
        let conditions = self.branches.iter().enumerate().filter_map(|(n, branch)| {
            let condition = branch.condition.as_ref()?;
            let bit = 1_u64 << n;
            Some(quote! { if !(#condition) { #enabled &= !#bit; } })
        });
        // One enabled branch leaves nothing to choose.
        let stand_back = if self.biased {
            quote! { 0_u32 }
        } else {
            quote_spanned! { Span::mixed_site() =>
                match #enabled.count_ones() {
                    0 | 1 => 0_u32,
                    count => ::seedbed::__private::first_branch(count),
                }
            }
        };
        let numbers = 0..u32::try_from(self.branches.len()).expect("at most 64 branches");
        let polls = self
            .branches
            .iter()
            .enumerate()
            .map(|(n, branch)| branch.poll(n, &futures[n], &variants[n], &enabled, &context));
        quote_spanned! { Span::mixed_site() =>
            {
                #[allow(unused_mut)]
                let mut #enabled: u64 = #all;
                #(#conditions)*
                #(let #futures = #expressions;)*
                #(#pins)*
                let #outcome = ::core::future::poll_fn(|#context| {
                    let mut #ahead = #enabled;
                    let #count: u32 = #stand_back;
                    for _ in 0..#count {
                        #ahead &= #ahead.wrapping_sub(1);
                    }
                    let #behind = #enabled & !#ahead;
                    for #later in [#ahead, #behind] {
                        let mut #set = #later;
                        while #set != 0 {
                            let #branch = #set.trailing_zeros();
                            #set &= #set - 1;
                            match #branch {
                                #(#numbers => #polls)*
                                _ => ::core::unreachable!("seedbed bug: select! has no such branch, please report"),
                            }
                        }
                    }
                    if #enabled == 0 {
                        ::core::task::Poll::Ready(__SeedbedSelect::NoBranch)
                    } else {
                        ::core::task::Poll::Pending
                    }
                }).await;
                #outcome
            }
        }
    }
}

impl Branch {
    /// Polls this branch once, and leaves the closure when its value fits.
    ///
    /// Whether it fits is asked by a guard that never holds: bindings move only when a guard has held, so the value is whole afterwards,
    /// and every pattern may be asked as it was written (`mut x`, `&x`, a constant).
    fn poll(&self, n: usize, future: &Ident, variant: &Ident, enabled: &Ident, context: &Ident) -> TokenStream {
        let pattern = &self.pattern;
        let (value, fits) = (hidden("value"), hidden("fits"));
        let bit = 1_u64 << n;
        quote_spanned! { Span::mixed_site() =>
            {
                if let ::core::task::Poll::Ready(#value) = ::core::future::Future::poll(#future.as_mut(), #context) {
                    #enabled &= !#bit;
                    #[allow(unused_mut)]
                    let mut #value = #value;
                    let mut #fits = false;
                    #[allow(unused_variables, unused_mut, unreachable_code, unreachable_patterns)]
                    match #value {
                        #pattern if { #fits = true; false } => ::core::unreachable!("behind a guard that is false"),
                        _ => {}
                    }
                    if #fits {
                        return ::core::task::Poll::Ready(__SeedbedSelect::#variant(#value));
                    }
                }
            }
        }
    }
}
