//! The mark that a test leaves in a section of its executable, so that tools know of it without starting anything.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::{Attribute, Ident};

/// What there is to be said of one test.
pub(crate) struct Listing<'a> {
    pub(crate) name: &'a Ident,
    /// The settings as they were written.
    pub(crate) settings: &'a str,
    pub(crate) attributes: &'a [Attribute],
    /// How many arguments it has.
    pub(crate) arguments: usize,
}

impl Listing<'_> {
    /// A statement that leaves the mark. Its format stands in `docs/machine_records.md`.
    ///
    /// The text is in the static itself, which holds no pointer: so it can be read from the file, whatever a loader would do to it. The
    /// statement refers to the static, because `#[used]` binds the compiler and not every linker.
    pub(crate) fn statement(&self) -> TokenStream {
        let Self { name, arguments, .. } = self;
        let (settings, marks) = (Literal::string(&one_line(self.settings)), self.marks());
        let arguments = Literal::usize_unsuffixed(*arguments);
        quote! {
            {
                const TEXT: &str = ::core::concat!(
                    "\u{1e}seedbed-test\u{1f}1\u{1f}", ::core::module_path!(), "::", ::core::stringify!(#name),
                    "\u{1f}", ::core::file!(), "\u{1f}", ::core::line!(),
                    "\u{1f}", #settings, "\u{1f}", #marks, "\u{1f}", #arguments, "\u{1d}"
                );
                // SAFETY: nobody but tools reads the section, which holds nothing else; what stands in it is never written to or run.
                #[used]
                #[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__seedbed"))]
                #[cfg_attr(windows, unsafe(link_section = ".sdbed"))]
                #[cfg_attr(not(any(target_vendor = "apple", windows)), unsafe(link_section = "seedbed_tests"))]
                static LISTED: [u8; TEXT.len()] = ::seedbed::__private::bytes_of(TEXT);
                ::seedbed::__private::keep(&LISTED);
            }
        }
    }

    /// What the standard attributes beside it say.
    fn marks(&self) -> String {
        let has = |mark: &&str| self.attributes.iter().any(|attribute| attribute.path().is_ident(mark));
        let marks: Vec<&str> = [("ignore", "ignored"), ("should_panic", "should_panic")]
            .into_iter()
            .filter(|(name, _)| has(name))
            .map(|(_, mark)| mark)
            .collect();
        if marks.is_empty() { "none".to_owned() } else { marks.join("+") }
    }
}

/// Without what would end a field or a record, and without the breaks of lines.
fn one_line(text: &str) -> String {
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}
