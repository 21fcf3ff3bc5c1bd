//! The layers: which module may import which.

use crate::tree::{File, Token, Tree, closing};

/// Lowest first, with the number of the layer in ARCHITECTURE.md. A module imports those of lower rows and its own folder; inside a
/// folder, the `mod` lines are such a table again.
const LAYERS: [(&str, &[&str]); 18] = [
    ("0", &["seed", "ident", "instant"]),
    ("1", &["choice"]),
    ("2", &["trace"]),
    ("3", &["policy"]),
    ("4", &["kernel"]),
    ("5", &["context"]),
    ("6a", &["task"]),
    ("6b", &["time"]),
    ("6c", &["sync"]),
    ("6d", &["combine"]),
    ("6e", &["executor"]),
    ("6f", &["event_loop"]),
    ("6g", &["rand", "note", "branch", "captured", "fault"]),
    ("6h", &["net"]),
    ("7", &["sim"]),
    ("8a", &["explore"]),
    ("8b", &["hunt"]),
    ("9", &["harness"]),
];

/// Imports point down.
pub(crate) fn imports_point_down(tree: &Tree) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.rust() {
        // lib.rs stands above everything, and nothing may import from it.
        let Some(module) = file.module().filter(|module| !module.is_empty()) else {
            continue;
        };
        if layer(module[0]).is_none() {
            complaints.push(file.at(1, format!("`{}` stands in no row of LAYERS in tests/tidy/layers.rs", module[0])));
            continue;
        }
        for import in imports(file, &module) {
            if let Some(problem) = refuse(tree, &module, &import) {
                complaints.push(file.at(import.line, problem));
            }
        }
    }
    complaints
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, row)| row.contains(&module))
}

/// Why `module` must not have this import, if so.
fn refuse(tree: &Tree, module: &[&str], import: &Import) -> Option<String> {
    let path = &import.path;
    let shown = path.join("::");
    let first = path.first()?;
    if first != module[0] {
        let own = layer(module[0])?;
        let Some(other) = layer(first) else {
            return Some(format!("`crate::{shown}` comes through lib.rs, which is above: import it from its module"));
        };
        let relation = if other == own { "beside" } else { "above" };
        return (other >= own).then(|| {
            format!(
                "`crate::{shown}` is {relation} this module (layer {}; this one is layer {})",
                LAYERS[other].0, LAYERS[own].0
            )
        });
    }
    // In the own folder: where do the two paths part?
    let fork = module.iter().zip(path).take_while(|(own, other)| *own == other).count();
    let (Some(own), Some(other)) = (module.get(fork), path.get(fork)) else {
        // A mod.rs and its children, or a file and its own items.
        return (fork < module.len()).then(|| format!("`crate::{shown}` is the folder itself: name the sibling"));
    };
    let folder = module[..fork].join("/");
    let map = tree.get(&format!("src/{folder}/mod.rs"))?;
    let children = children(map);
    let place = |name: &str| children.iter().position(|child| child == name);
    let target = if place(other).is_some() { Some(other.clone()) } else { reexported_from(map, other) };
    match (target.as_deref().and_then(place), place(own)) {
        // Tests may lean on a sibling that is there for tests.
        (Some(target), Some(own)) if target < own || import.test => None,
        (Some(target), Some(_)) => {
            Some(format!("`{}` is declared below this file in src/{folder}/mod.rs", children[target]))
        }
        _ => Some(format!("`crate::{shown}` is no sibling file: src/{folder}/mod.rs defines nothing of its own")),
    }
}

/// The modules that a map declares, in order.
pub(crate) fn children(map: &File) -> Vec<String> {
    let tokens = map.tokens();
    let declared = |window: &&[Token]| window[0].text == "mod" && window[0].place.depth == 0 && window[2].text == ";";
    tokens.windows(3).filter(declared).map(|window| window[1].text.clone()).collect()
}

/// The child from which a map re-exports `name`.
fn reexported_from(map: &File, name: &str) -> Option<String> {
    let tokens = map.tokens();
    let uses = tokens.iter().enumerate().filter(|(_, token)| token.text == "use" && token.place.depth == 0);
    let mut paths = Vec::new();
    for (n, _) in uses {
        expand(&tokens, n + 1, &[], &mut paths);
    }
    let found =
        paths.into_iter().map(|import| import.path).find(|path| path.last().is_some_and(|last| last == name))?;
    found.into_iter().find(|segment| segment != "self")
}

/// One path that a file names, from the root of the crate.
struct Import {
    path: Vec<String>,
    line: usize,
    /// Named by code under `#[cfg(test)]`.
    test: bool,
}

/// Every path in a file that begins with `crate`, `super` or `self`, in a `use` or in the middle of code.
fn imports(file: &File, module: &[&str]) -> Vec<Import> {
    let tokens = file.tokens();
    let mut found = Vec::new();
    for (n, token) in tokens.iter().enumerate() {
        let starts = matches!(token.text.as_str(), "crate" | "super" | "self")
            && tokens.get(n + 1).is_some_and(|next| next.text == "::");
        let continues = n > 0 && matches!(tokens[n - 1].text.as_str(), "::" | "$");
        if !starts || continues {
            continue;
        }
        let mut paths = Vec::new();
        expand(&tokens, n, &[], &mut paths);
        // Inline modules are part of their file: `super` inside one is the file.
        let here: Vec<&str> = module.iter().copied().chain(std::iter::repeat_n("", token.place.modules)).collect();
        found.extend(paths.into_iter().map(|import| Import { path: from_root(&here, module, &import.path), ..import }));
    }
    found
}

/// `path` as seen from the module `here`, which may be inline in `file_module`.
fn from_root(here: &[&str], file_module: &[&str], path: &[String]) -> Vec<String> {
    let mut base: Vec<&str> = here.to_vec();
    let mut rest = path;
    while let Some((first, others)) = rest.split_first() {
        match first.as_str() {
            "crate" => base.clear(),
            "super" => drop(base.pop()),
            "self" => {}
            _ => break,
        }
        rest = others;
    }
    let inside = base.len() > file_module.len();
    base.truncate(file_module.len());
    if inside {
        return base.iter().map(|segment| (*segment).to_owned()).collect();
    }
    base.iter().map(|segment| (*segment).to_owned()).chain(rest.iter().cloned()).collect()
}

/// The paths of the use tree that begins at `start`: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tokens: &[Token], start: usize, prefix: &[String], paths: &mut Vec<Import>) {
    let mut path = prefix.to_vec();
    let mut n = start;
    while let Some(token) = tokens.get(n) {
        if token.text == "{" {
            let end = closing(tokens, n);
            let mut branch = n + 1;
            while branch < end {
                expand(tokens, branch, &path, paths);
                let inside = |m: &usize| tokens[*m].text == "," && tokens[*m].place.depth == token.place.depth + 1;
                branch = (branch..end).find(inside).unwrap_or(end) + 1;
            }
            return;
        }
        // `a::{self}` is `a`.
        if token.text != "self" || path.is_empty() {
            path.push(token.text.clone());
        }
        if tokens.get(n + 1).is_none_or(|next| next.text != "::") {
            break;
        }
        n += 2;
    }
    if let Some(token) = tokens.get(start) {
        paths.push(Import { path, line: token.line, test: token.place.test });
    }
}
