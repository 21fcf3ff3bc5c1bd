//! The repository as rules see it: text files by path, and Rust files as a flat list of tokens.

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// The kinds of files that people write here; data and pictures are nobody's prose.
const WRITTEN: [&str; 6] = ["rs", "md", "toml", "snap", "stderr", "run"];

/// A set of files, from disk or written down in a test.
pub(crate) struct Tree(Vec<File>);

impl Tree {
    /// The repository.
    pub(crate) fn repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        collect(root, root, &mut files);
        files.sort_by(|a, b| a.path.cmp(&b.path));
        assert!(
            files.iter().any(|file| file.path == "src/lib.rs"),
            "the walk from {} found no src/lib.rs",
            root.display()
        );
        Self(files)
    }

    /// Files written down in a test.
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| File { path: (*path).to_owned(), text: (*text).to_owned() }).collect())
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        self.0.iter()
    }

    pub(crate) fn get(&self, path: &str) -> Option<&File> {
        self.0.iter().find(|file| file.path == path)
    }

    pub(crate) fn rust(&self) -> impl Iterator<Item = &File> {
        self.files().filter(|file| file.path.ends_with(".rs"))
    }

    /// The code that users of the packages run: `src/` of every member.
    pub(crate) fn library(&self) -> impl Iterator<Item = &File> {
        self.rust().filter(|file| file.is_library())
    }

    /// Whether a file or a folder stands at this path.
    pub(crate) fn holds(&self, path: &str) -> bool {
        path.is_empty()
            || self
                .files()
                .any(|file| file.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    }
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<File>) {
    for entry in fs::read_dir(folder).expect("the repository can be listed") {
        let path = entry.expect("the repository can be listed").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("names are UTF-8");
        if path.is_dir() {
            // A build directory marks itself with a CACHEDIR.TAG, whatever its name, but only where cargo made the folder:
            // one that stood there already, empty or restored from a cache, is known by its place.
            let is_build = path == root.join("target") || path.join("CACHEDIR.TAG").exists();
            if name != ".git" && !is_build {
                collect(root, &path, files);
            }
        } else if WRITTEN.contains(&name.rsplit('.').next().unwrap_or(name)) {
            let relative = path.strip_prefix(root).expect("the walk stays inside");
            let path_text =
                relative.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            files.push(File { path: path_text, text: fs::read_to_string(&path).expect("text files are UTF-8") });
        }
    }
}

/// One file, its path from the root with `/`.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    /// The lines with their numbers.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(n, line)| (n + 1, line))
    }

    /// `path:line: message`.
    pub(crate) fn at(&self, line: usize, message: impl std::fmt::Display) -> String {
        format!("{}:{line}: {message}", self.path)
    }

    /// The path of a file under `src/` as the segments of its module: `src/kernel/mod.rs` is `kernel`, `src/lib.rs` nothing.
    pub(crate) fn module(&self) -> Option<Vec<&str>> {
        let inside = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        let mut segments: Vec<&str> = inside.split('/').collect();
        if matches!(segments.last(), Some(&("mod" | "lib"))) {
            segments.pop();
        }
        Some(segments)
    }

    /// Whether this is code that users of the packages run.
    pub(crate) fn is_library(&self) -> bool {
        self.path.starts_with("src/") || (self.path.starts_with("crates/") && self.path.contains("/src/"))
    }

    /// Whether this is the command line tool: it lives outside, among files and processes, and it speaks to people.
    pub(crate) fn is_tool(&self) -> bool {
        self.path.starts_with("crates/cli/src/")
    }

    /// Whether this is a `mod.rs`, or the `lib.rs` of the root package or of the tool.
    pub(crate) fn is_map(&self) -> bool {
        (self.path.starts_with("src/") && self.path.ends_with("/mod.rs"))
            || (self.is_tool() && self.path.ends_with("/mod.rs"))
            || ["src/lib.rs", "crates/cli/src/lib.rs"].contains(&&*self.path)
    }

    /// The tokens in order; a group is its delimiters and what stands between. Comments are gone, `///` is `#[doc = …]`.
    pub(crate) fn tokens(&self) -> Vec<Token> {
        let stream: TokenStream = match self.text.parse() {
            Ok(stream) => stream,
            Err(error) => panic!("{} is not Rust: {error}", self.path),
        };
        let mut tokens = Vec::new();
        flatten(stream, Place { depth: 0, modules: 0, test: self.path.starts_with("tests/") }, &mut tokens);
        tokens
    }
}

/// One word of code.
#[derive(Debug)]
pub(crate) struct Token {
    /// As written, but `::`, `=>` and `..` are one token.
    pub(crate) text: String,
    pub(crate) line: usize,
    pub(crate) place: Place,
}

/// Where a token stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// How many groups are around it.
    pub(crate) depth: usize,
    /// How many inline `mod { … }` are around it.
    pub(crate) modules: usize,
    /// Whether it is in a file under `tests/` or in an item under `#[cfg(test)]` or `#[test]`.
    pub(crate) test: bool,
}

fn flatten(stream: TokenStream, place: Place, tokens: &mut Vec<Token>) {
    let trees: Vec<TokenTree> = stream.into_iter().collect();
    // From a `#[cfg(test)]` to the end of the item under it.
    let mut test_item = false;
    for (n, tree) in trees.iter().enumerate() {
        let line = tree.span().start().line;
        let place = Place { test: place.test || test_item, ..place };
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::None => ("", ""),
                };
                let word = |back: usize| n.checked_sub(back).map(|n| trees[n].to_string());
                let inline_module = open == "{" && word(2).as_deref() == Some("mod");
                let inside =
                    Place { depth: place.depth + 1, modules: place.modules + usize::from(inline_module), ..place };
                tokens.push(Token { text: open.to_owned(), line, place });
                flatten(group.stream(), inside, tokens);
                tokens.push(Token { text: close.to_owned(), line: group.span_close().start().line, place });
                if open == "[" && word(1).as_deref() == Some("#") {
                    let attribute = group.stream().to_string().replace(' ', "");
                    test_item |= attribute == "cfg(test)" || attribute == "test" || attribute.ends_with("::test");
                } else if open == "{" {
                    test_item = false;
                }
            }
            TokenTree::Punct(punct) => {
                let continues = tokens.last().is_some_and(|last| {
                    matches!((last.text.as_str(), punct.as_char()), (":", ':') | ("=", '>') | (".", '.'))
                });
                let joint =
                    n > 0 && matches!(&trees[n - 1], TokenTree::Punct(before) if before.spacing() == Spacing::Joint);
                if continues && joint {
                    tokens.last_mut().expect("just seen").text.push(punct.as_char());
                } else {
                    tokens.push(Token { text: punct.to_string(), line, place });
                }
                if punct.as_char() == ';' {
                    test_item = false;
                }
            }
            TokenTree::Ident(_) | TokenTree::Literal(_) => tokens.push(Token { text: tree.to_string(), line, place }),
        }
    }
}

/// The text of the tokens from `start` on, for matching with a slice pattern.
pub(crate) fn words(tokens: &[Token], start: usize, count: usize) -> Vec<&str> {
    tokens[start..].iter().take(count).map(|token| token.text.as_str()).collect()
}

/// Where the group that opens at `open` closes.
pub(crate) fn closing(tokens: &[Token], open: usize) -> usize {
    let depth = tokens[open].place.depth;
    (open + 1..tokens.len()).find(|&n| tokens[n].place.depth == depth).expect("the lexer closes every group")
}
