//! `#[seedbed::test]`: reads the settings and the function, and writes a plain `#[test]` that hands both to `run_test`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Result, ReturnType, Safety, Signature, Visibility};

use crate::arguments::Arguments;
use crate::errors::Errors;
use crate::listing::Listing;
use crate::settings::Settings;

/// The expansion; with mistakes, the messages and the function as it stood, so that nothing else in the file looks broken.
pub(crate) fn expand(settings: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = match syn::parse2::<Function>(item.clone()) {
        Ok(function) => function,
        Err(error) => return with_item(&error, &item),
    };
    let written = settings.to_string();
    let settings = Settings::read(settings);
    match (settings, function.check()) {
        (Ok(settings), Ok(arguments)) => function.into_test(&settings, &written, &arguments),
        (Err(error), Ok(_)) | (Ok(_), Err(error)) => with_item(&error, &function.into_plain()),
        (Err(mut error), Err(other)) => {
            error.combine(other);
            with_item(&error, &function.into_plain())
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
    /// The arguments, or every reason why this function cannot be a test.
    fn check(&mut self) -> Result<Arguments> {
        let signature = &mut self.signature;
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
        let arguments = Arguments::take(&mut signature.inputs, &mut errors);
        for attribute in &self.attributes {
            if attribute.path().segments.last().is_some_and(|segment| segment.ident == "test") {
                errors.add(
                    attribute.span(),
                    "remove this attribute: `#[seedbed::test]` makes the function a test by itself",
                );
            }
        }
        errors.finish().map(|()| arguments)
    }

    /// The function as it stood, without the strategies of its arguments.
    fn into_plain(self) -> TokenStream {
        let Self { attributes, visibility, signature, body } = self;
        quote! { #(#attributes)* #visibility #signature #body }
    }

    /// A plain test of the same name around the function.
    fn into_test(self, settings: &Settings, written: &str, arguments: &Arguments) -> TokenStream {
        let Self { attributes, visibility, signature, body } = self;
        let name = &signature.ident;
        let listing = Listing { name, settings: written, attributes: &attributes, arguments: arguments.len() };
        let listed = listing.statement();
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
        let settings = quote! { ::seedbed::__private::TestSettings::new(#place) #(#calls)* };
        let run = if arguments.is_empty() {
            quote! { ::seedbed::__private::run_test(#settings, #name) }
        } else {
            arguments.run(&settings, name)
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
                #listed
                #run
            }
        }
    }
}
