//! The graph of a deadlock in the language of Graphviz.

use std::fmt::Write;

use super::graph::{Graph, NodeKind};

/// The graph for `dot`.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph deadlock {\n  rankdir=LR;\n  node [fontname=\"Helvetica\", fontsize=12];\n  edge [fontname=\"Helvetica\", fontsize=10];\n",
    );
    for (n, node) in graph.nodes.iter().enumerate() {
        let shape = match node.kind {
            NodeKind::Task => "shape=box",
            NodeKind::Resource => "shape=ellipse, style=filled, fillcolor=\"#fdf1d0\"",
        };
        let cycle = if node.in_cycle { ", color=\"#cc2431\", penwidth=2" } else { "" };
        let _written = writeln!(out, "  n{n} [label={}, {shape}{cycle}];", quoted(&node.name));
    }
    for edge in &graph.edges {
        let cycle = if edge.in_cycle { ", color=\"#cc2431\", penwidth=2" } else { "" };
        let _written = writeln!(out, "  n{} -> n{} [label={}{cycle}];", edge.from, edge.to, quoted(&edge.words));
    }
    out.push_str("}\n");
    out
}

/// A string of the language: a quote needs a backslash, and a backslash before it would take it away.
fn quoted(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn names_cannot_leave_their_quotes() {
        assert_eq!(quoted("a \"b\" \\ c\n"), r#""a \"b\" \\ c ""#);
    }
}
