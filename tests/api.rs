//! The public surface as one committed text, so that a change of it is made on purpose.
//!
//! Everything that is plain `pub` in `src/` is listed, by file, without bodies and documentation; the lint `unreachable_pub` sees to it
//! that plain `pub` means public. `cargo insta review` shows what a change adds, and what it takes away.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::{Attribute, Fields, ImplItem, Item, ItemImpl, ItemTrait, TraitItem, Type, Visibility};

#[test]
fn the_public_surface_changes_on_purpose() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("api", surface(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))));
}

/// The surface of all files below a folder, in the order of their paths.
fn surface(root: &Path) -> String {
    let sources: Vec<Source> = files(root).iter().map(|path| Source::read(root, path)).collect();
    let types = sources.iter().flat_map(|source| public_types(&source.file.items)).collect();
    let mut text = String::new();
    for source in &sources {
        let mut listing = Listing { source: &source.text, types: &types, lines: Vec::new() };
        listing.items(&source.file.items, 1);
        if !listing.lines.is_empty() {
            text.push_str(&format!("{}\n{}\n\n", source.name, listing.lines.join("\n")));
        }
    }
    text
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .expect("src/ can be listed")
        .map(|entry| entry.expect("src/ can be listed").path())
        .collect();
    entries.sort();
    let below = |path: PathBuf| if path.is_dir() { files(&path) } else { vec![path] };
    entries.into_iter().flat_map(below).filter(|path| path.extension().is_some_and(|end| end == "rs")).collect()
}

/// One file, and what is in it.
struct Source {
    name: String,
    text: String,
    file: syn::File,
}

impl Source {
    fn read(root: &Path, path: &Path) -> Self {
        let parts = path.strip_prefix(root).expect("below the root").components();
        let name = parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        let text = fs::read_to_string(path).expect("sources are UTF-8");
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name} is not Rust: {error}"));
        Self { name, text, file }
    }
}

/// The names of the public types, also of those inside macros.
fn public_types(items: &[Item]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for item in items {
        match item {
            Item::Struct(item) if public(&item.vis) => drop(names.insert(item.ident.to_string())),
            Item::Enum(item) if public(&item.vis) => drop(names.insert(item.ident.to_string())),
            Item::Macro(item) => names.extend(public_types(&inside(item))),
            _ => {}
        }
    }
    names
}

/// The items in the braces of a macro such as `pin_project!`; none where they are no items.
fn inside(item: &syn::ItemMacro) -> Vec<Item> {
    syn::parse2::<syn::File>(item.mac.tokens.clone()).map(|file| file.items).unwrap_or_default()
}

fn public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Not for users, or not there for them.
fn hidden(attributes: &[Attribute]) -> bool {
    let says = |attribute: &Attribute, path: &str, word: &str| {
        attribute.path().is_ident(path)
            && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == word)
    };
    attributes.iter().any(|attribute| {
        says(attribute, "doc", "hidden") || says(attribute, "cfg", "test") || says(attribute, "cfg", "doctest")
    })
}

/// The lines of one file.
struct Listing<'a> {
    source: &'a str,
    types: &'a BTreeSet<String>,
    lines: Vec<String>,
}

impl Listing<'_> {
    fn items(&mut self, items: &[Item], depth: usize) {
        for item in items {
            self.item(item, depth);
        }
    }

    fn item(&mut self, item: &Item, depth: usize) {
        match item {
            Item::Fn(item) if public(&item.vis) && !hidden(&item.attrs) => {
                self.push(depth, &item.attrs, start(&item.vis)..item.block.brace_token.span.open().byte_range().start);
            }
            Item::Struct(item) if public(&item.vis) && !hidden(&item.attrs) => {
                let end = item
                    .generics
                    .where_clause
                    .as_ref()
                    .map_or_else(|| item.generics.span(), Spanned::span)
                    .byte_range()
                    .end;
                let end = end.max(item.ident.span().byte_range().end);
                self.push(depth, &item.attrs, start(&item.vis)..end);
                self.fields(&item.fields, depth + 1);
            }
            Item::Enum(item) if public(&item.vis) && !hidden(&item.attrs) => {
                self.push(depth, &item.attrs, start(&item.vis)..item.brace_token.span.open().byte_range().start);
                for variant in &item.variants {
                    self.push(depth + 1, &variant.attrs, range(&variant.ident));
                    for field in &variant.fields {
                        let from =
                            field.ident.as_ref().map_or_else(|| range(&field.ty).start, |ident| range(ident).start);
                        self.push(depth + 2, &[], from..range(&field.ty).end);
                    }
                }
            }
            Item::Trait(item) if public(&item.vis) && !hidden(&item.attrs) => self.definition(item, depth),
            Item::Impl(item) => self.implementation(item, depth),
            Item::Const(item) if public(&item.vis) && !hidden(&item.attrs) => {
                self.push(depth, &item.attrs, start(&item.vis)..range(&item.ty).end);
            }
            Item::Type(item) if public(&item.vis) && !hidden(&item.attrs) => self.push(depth, &item.attrs, range(item)),
            Item::Use(item) if public(&item.vis) && !hidden(&item.attrs) => {
                self.push(depth, &item.attrs, start(&item.vis)..range(&item.tree).end);
            }
            Item::Mod(item) if public(&item.vis) && !hidden(&item.attrs) => {
                self.push(depth, &item.attrs, start(&item.vis)..range(&item.ident).end);
                if let Some((_, items)) = &item.content {
                    self.items(items, depth + 1);
                }
            }
            Item::Macro(item) if item.mac.path.is_ident("macro_rules") => {
                let exported = item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export"));
                if let (true, false, Some(name)) = (exported, hidden(&item.attrs), &item.ident) {
                    self.line(depth, &item.attrs, format!("macro {name}!"));
                }
            }
            Item::Macro(item) => self.items(&inside(item), depth),
            _ => {}
        }
    }

    fn fields(&mut self, fields: &Fields, depth: usize) {
        for field in fields.iter().filter(|field| public(&field.vis) && !hidden(&field.attrs)) {
            self.push(depth, &field.attrs, start(&field.vis)..range(&field.ty).end);
        }
    }

    fn definition(&mut self, item: &ItemTrait, depth: usize) {
        self.push(depth, &item.attrs, start(&item.vis)..item.brace_token.span.open().byte_range().start);
        for member in &item.items {
            match member {
                TraitItem::Fn(member) if !hidden(&member.attrs) => {
                    let provided = member.default.as_ref().map_or("", |_| " { … }");
                    let text = self.text(range(&member.sig));
                    self.line(depth + 1, &member.attrs, text + provided);
                }
                TraitItem::Type(member) => {
                    self.push(depth + 1, &member.attrs, range(&member.type_token).start..range(member).end)
                }
                TraitItem::Const(member) => {
                    self.push(depth + 1, &member.attrs, range(&member.const_token).start..range(member).end)
                }
                _ => {}
            }
        }
    }

    fn implementation(&mut self, item: &ItemImpl, depth: usize) {
        let header = range(&item.impl_token).start..item.brace_token.span.open().byte_range().start;
        if item.trait_.is_some() {
            if let Type::Path(path) = &*item.self_ty
                && path.path.segments.last().is_some_and(|last| self.types.contains(&last.ident.to_string()))
            {
                self.push(depth, &[], header);
            }
            return;
        }
        let mut members = Listing { lines: Vec::new(), ..*self };
        for member in &item.items {
            match member {
                ImplItem::Fn(member) if public(&member.vis) && !hidden(&member.attrs) => {
                    members.push(
                        depth + 1,
                        &member.attrs,
                        start(&member.vis)..member.block.brace_token.span.open().byte_range().start,
                    );
                }
                ImplItem::Const(member) if public(&member.vis) && !hidden(&member.attrs) => {
                    members.push(depth + 1, &member.attrs, start(&member.vis)..range(&member.ty).end);
                }
                _ => {}
            }
        }
        let lines = members.lines;
        if !lines.is_empty() {
            self.push(depth, &[], header);
            self.lines.extend(lines);
        }
    }

    /// A line as it stands in the source, in one piece.
    fn push(&mut self, depth: usize, attributes: &[Attribute], range: Range<usize>) {
        let text = self.text(range);
        self.line(depth, attributes, text);
    }

    /// A line, with the attributes that callers notice.
    fn line(&mut self, depth: usize, attributes: &[Attribute], text: String) {
        const NOTICED: [&str; 4] = ["cfg", "derive", "must_use", "non_exhaustive"];
        let mut line = "  ".repeat(depth);
        for attribute in attributes {
            if NOTICED.iter().any(|name| attribute.path().is_ident(name)) {
                // Why a value must be used is documentation.
                let noticed = if attribute.path().is_ident("must_use") {
                    "#[must_use]".to_owned()
                } else {
                    self.text(range(attribute))
                };
                line.push_str(&noticed);
                line.push(' ');
            }
        }
        line.push_str(text.trim_end());
        self.lines.push(line);
    }

    /// The words of the source, each separated by one space, and without the trailing commas of long lists.
    fn text(&self, range: Range<usize>) -> String {
        let words: Vec<&str> = self.source[range].split_whitespace().collect();
        words
            .join(" ")
            .replace("( ", "(")
            .replace(", )", ")")
            .replace("{ ", "{")
            .replace(", }", "}")
            .replace("(mut self", "(self")
    }
}

fn start(visibility: &Visibility) -> usize {
    visibility.span().byte_range().start
}

fn range(node: &impl Spanned) -> Range<usize> {
    let span = node.span();
    span.byte_range()
}

#[test]
fn the_listing_leaves_out_what_is_not_public() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("api-sample");
    fs::create_dir_all(&folder).expect("the build directory can be written");
    let sample = "
        pub(crate) fn private() {}
        #[doc(hidden)] pub fn door() {}
        /// Waits.
        #[must_use = \"it does nothing unless awaited\"]
        pub fn sleep(
            duration: Duration,
        ) -> Sleep { body }
        pin_project! { /// Words.
            #[derive(Debug)] pub struct Sleep { #[pin] pub timer: Timer, secret: u8 } }
        pub enum Turn { /// First.
            Plain, Task(u32) }
        struct Hidden;
        impl Clone for Hidden {}
        impl Future for Sleep { fn poll() {} }
        impl Sleep { pub(crate) fn f(&self) {} pub const fn at(&self) -> Instant { now } }
        pub trait Policy: Debug { fn next(&mut self) -> Turn; fn plain(&self) -> bool { false } }
        #[macro_export] macro_rules! note { () => {} }
        #[cfg(test)] mod tests { pub fn f() {} }
    ";
    fs::write(folder.join("sample.rs"), sample).expect("the build directory can be written");
    let expected = "sample.rs
  #[must_use] pub fn sleep(duration: Duration) -> Sleep
  #[derive(Debug)] pub struct Sleep
    pub timer: Timer
  pub enum Turn
    Plain
    Task
      u32
  impl Future for Sleep
  impl Sleep
    pub const fn at(&self) -> Instant
  pub trait Policy: Debug
    fn next(&mut self) -> Turn
    fn plain(&self) -> bool { … }
  macro note!
";
    assert_eq!(surface(&folder).trim_end(), expected.trim_end());
}
