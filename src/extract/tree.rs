//! A page as a flat list of elements and texts, in the order of the document.
//!
//! No tree of pointers and no recursion: an element is a range of the list, so
//! nesting bombs cost nothing. Past [`DEEPEST`] levels an element is passed
//! over and its text belongs to the one around it.

use crate::extract::tags::{self, Piece, Pieces};

/// Elements open at the same time, at most.
const DEEPEST: usize = 512;

/// Elements without an end.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// A node of a page.
pub(crate) struct Node<'a> {
    /// The element around it; 0, the page itself, for those outside of all.
    pub(crate) parent: usize,
    /// One past the last node inside it.
    pub(crate) end: usize,
    pub(crate) what: What<'a>,
}

/// What a node is.
pub(crate) enum What<'a> {
    /// An element: its name as written, the text of its attributes.
    Element(&'a str, &'a str),
    /// Text, entities unresolved.
    Text(&'a str),
    /// Text in which nothing is to be resolved.
    Data(&'a str),
}

impl<'a> Node<'a> {
    /// Is it an element of this name?
    pub(crate) fn is(&self, name: &str) -> bool {
        matches!(self.what, What::Element(of, _) if of.eq_ignore_ascii_case(name))
    }

    pub(crate) fn name(&self) -> &'a str {
        match self.what {
            What::Element(name, _) => name,
            What::Text(_) | What::Data(_) => "",
        }
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&'a str> {
        match self.what {
            What::Element(_, attributes) => attribute(attributes, name),
            What::Text(_) | What::Data(_) => None,
        }
    }
}

/// The nodes of a page; the first stands for the page itself.
pub(crate) fn parse(markup: &str) -> Vec<Node<'_>> {
    build(markup, true)
}

/// The nodes of an XML document, in which every element has an end and a name
/// means nothing.
pub(crate) fn parse_xml(markup: &str) -> Vec<Node<'_>> {
    build(markup, false)
}

fn build(markup: &str, html: bool) -> Vec<Node<'_>> {
    let mut nodes = vec![Node {
        parent: 0,
        end: 0,
        what: What::Element("", ""),
    }];
    let mut open: Vec<usize> = vec![0];
    let mut too_deep = 0usize;
    let mut pieces = if html {
        Pieces::of(markup)
    } else {
        Pieces::of_xml(markup)
    };
    let is_void = |name: &str| html && is_void(name);
    while let Some(piece) = pieces.next() {
        match piece {
            Piece::Text(text) | Piece::Data(text) => {
                let what = if matches!(piece, Piece::Text(_)) {
                    What::Text(text)
                } else {
                    What::Data(text)
                };
                let parent = top(&open);
                nodes.push(Node {
                    parent,
                    end: nodes.len() + 1,
                    what,
                });
            }
            Piece::Tag { name: "", .. } => {}
            Piece::Tag {
                name,
                closing: true,
                ..
            } => {
                if too_deep > 0 && !is_void(name) {
                    too_deep -= 1;
                } else {
                    close(&mut nodes, &mut open, name, html);
                }
            }
            Piece::Tag {
                name, attributes, ..
            } => {
                if html && tags::is_silent(name) {
                    pieces.skip_past(name);
                    continue;
                }
                if html {
                    close_implied(&mut nodes, &mut open, name);
                }
                let alone = is_void(name) || attributes.ends_with('/');
                if open.len() >= DEEPEST && !alone {
                    too_deep += 1;
                    continue;
                }
                let parent = top(&open);
                nodes.push(Node {
                    parent,
                    end: nodes.len() + 1,
                    what: What::Element(name, attributes),
                });
                if !alone {
                    open.push(nodes.len() - 1);
                }
            }
        }
    }
    let end = nodes.len();
    open.iter().for_each(|at| nodes[*at].end = end);
    nodes
}

fn top(open: &[usize]) -> usize {
    open.last().copied().unwrap_or_default()
}

fn is_void(name: &str) -> bool {
    VOID.iter().any(|void| name.eq_ignore_ascii_case(void))
}

/// Closes the innermost open element of this name and all inside it; an end
/// without a beginning means nothing.
fn close(nodes: &mut [Node<'_>], open: &mut Vec<usize>, name: &str, html: bool) {
    let Some(at) = open
        .iter()
        .rposition(|at| nodes[*at].is(name))
        .filter(|at| *at > 0)
    else {
        return;
    };
    // A stray </p> does not close the table it stands in.
    if html
        && !tags::is_structure(name)
        && open[at..]
            .iter()
            .any(|at| tags::is_structure(nodes[*at].name()))
    {
        return;
    }
    let end = nodes.len();
    for at in open.drain(at..) {
        nodes[at].end = end;
    }
}

/// What the beginning of an element ends: a paragraph ends a paragraph, a row
/// a row, a cell a cell.
fn close_implied(nodes: &mut [Node<'_>], open: &mut Vec<usize>, name: &str) {
    let last = top(open);
    let is_any = |node: &Node<'_>, names: &[&str]| names.iter().any(|name| node.is(name));
    let ended = match &*name.to_ascii_lowercase() {
        "li" => is_any(&nodes[last], &["li"]),
        "td" | "th" => is_any(&nodes[last], &["td", "th"]),
        "tr" => is_any(&nodes[last], &["tr", "td", "th"]),
        "dt" | "dd" => is_any(&nodes[last], &["dt", "dd"]),
        "option" => is_any(&nodes[last], &["option"]),
        "br" => false,
        name if tags::is_block(name) => is_any(&nodes[last], &["p"]),
        _ => false,
    };
    if ended && last > 0 {
        let end = nodes.len();
        nodes[last].end = end;
        open.pop();
        // `<td>` before `<tr>` leaves its row open as well.
        if name.eq_ignore_ascii_case("tr") && nodes[top(open)].is("tr") {
            close_implied(nodes, open, name);
        }
    }
}

/// All text in an element, entities resolved.
pub(crate) fn text(nodes: &[Node<'_>], at: usize) -> String {
    let mut out = String::new();
    for node in &nodes[at..nodes[at].end] {
        match node.what {
            What::Text(text) => out.push_str(&tags::entities(text)),
            What::Data(text) => out.push_str(text),
            What::Element(..) => {}
        }
    }
    out
}

/// The value of an attribute in the text of all: quoted or bare.
pub(crate) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if rest.is_empty() {
            return None;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || matches!(c, '=' | '/'))
            .unwrap_or(rest.len());
        let (key, after) = rest.split_at(end.max(1).min(rest.len()).max(first(rest)));
        let after = after.trim_start();
        let value = match after.strip_prefix('=').map(str::trim_start) {
            None => {
                rest = after;
                ""
            }
            Some(after) => {
                let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''));
                let body = quote.map_or(after, |_| &after[1..]);
                let end = match quote {
                    Some(quote) => body.find(quote),
                    None => body.find(|c: char| c.is_whitespace()),
                };
                let (value, left) = body.split_at(end.unwrap_or(body.len()));
                rest = if quote.is_some() {
                    left.get(1..).unwrap_or_default()
                } else {
                    left
                };
                value
            }
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value.trim());
        }
    }
}

/// Bytes of the first character.
fn first(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The nesting as brackets: `(p a)`.
    fn shape(markup: &str) -> String {
        let nodes = parse(markup);
        let mut out = String::new();
        let mut open: Vec<usize> = Vec::new();
        for (at, node) in nodes.iter().enumerate().skip(1) {
            while open.last().is_some_and(|end| *end <= at) {
                out.push(')');
                open.pop();
            }
            match node.what {
                What::Text(text) | What::Data(text) => out.push_str(text),
                What::Element(name, _) => {
                    out.push('(');
                    out.push_str(name);
                    out.push(' ');
                    open.push(node.end);
                }
            }
        }
        open.iter().for_each(|_| out.push(')'));
        out
    }

    #[test]
    fn nesting() {
        for (markup, want) in [
            ("<div><p>一</p>二</div>", "(div (p 一)二)"),
            ("<p>一<p>二", "(p 一)(p 二)"),
            ("<p>一<br>二<div>三</div>", "(p 一(br )二)(div 三)"),
            ("<ul><li>一<li>二</ul>三", "(ul (li 一)(li 二))三"),
            (
                "<table><tr><td>一<td>二<tr><td>三</table>四",
                "(table (tr (td 一)(td 二))(tr (td 三)))四",
            ),
            ("<div><b>一</div>二", "(div (b 一))二"),
            (
                "<p><table><tr><td>一</p></td></tr></table>",
                "(p )(table (tr (td 一)))",
            ),
            ("</div>一<script>var a='<p>';</script>二", "一二"),
            ("<IMG src=a>一<br/>二", "(IMG )一(br )二"),
        ] {
            assert_eq!(shape(markup), want, "{markup}");
        }
    }

    #[test]
    fn attributes() {
        let all = r#" name="PubDate" CONTENT='2018-06-01 10:00' async data-x=1 id = zoom /"#;
        for (name, want) in [
            ("name", Some("PubDate")),
            ("content", Some("2018-06-01 10:00")),
            ("async", Some("")),
            ("id", Some("zoom")),
            ("data-x", Some("1")),
            ("none", None),
        ] {
            assert_eq!(attribute(all, name), want, "{name}");
        }
    }

    #[test]
    fn nesting_bombs_are_linear() {
        let start = std::time::Instant::now();
        for tag in ["<div>", "<b>", "<table><tr><td>", "</x>", "<p", "<a b='"] {
            let nodes = parse(&tag.repeat(200_000)).len();
            assert!(nodes <= 600_001);
        }
        assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
    }

    proptest! {
        #[test]
        fn ranges_nest(markup in "(<(/?(div|p|b|table|tr|td|li|br)( a='x'| b=党)?/?)?>?|党|[a-c ='\"]){0,40}") {
            let nodes = parse(&markup);
            for (at, node) in nodes.iter().enumerate().skip(1) {
                prop_assert!(node.parent < at && node.end > at && node.end <= nodes[node.parent].end);
                let _ = node.attribute("a");
            }
        }
    }
}
