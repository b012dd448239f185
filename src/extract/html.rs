//! A page: what its meta tags say, and the one part of it that is the article.
//!
//! Government sites first, whose templates name that part (`TRS_Editor`,
//! `zoom`); otherwise the innermost element that holds most of the sentences
//! which are no links. A page of links alone is no article.

mod about;
mod columns;
mod holder;

pub(crate) use holder::has_word;

use crate::article::{Draft, Evidence, Found, Skip, Witness};
use crate::extract::html::columns::Columns;
use crate::extract::meta::Meta;
use crate::extract::tree::{self, Node, What, parse};
use crate::extract::{headline, paragraphs, tags};

/// The draft of a page.
///
/// # Errors
/// [`Skip`] when the page is a frame around others, or a list of links.
pub(crate) fn read(markup: &str) -> Result<Vec<Draft>, Skip> {
    let page = Page::of(markup);
    let mut meta = Meta::of(&page.nodes);
    let holder = page.holder();
    let whole = page.with_the_rest(holder);
    page.refuse(&meta)?;
    let mut witnesses = std::mem::take(&mut meta.witnesses);
    let heading = || headline::of(&page.nodes, holder);
    let title = match meta.title.take() {
        Some(title) => Some(Found {
            value: title,
            from: Evidence::Tag,
        }),
        None => heading().map(|value| Found {
            value,
            from: Evidence::Heading,
        }),
    };
    let told = page.before(whole.start, meta.date.is_some() && meta.source.is_some());
    let mut lines = told.lines;
    lines.push_str(&page.text(whole.clone(), Some(holder)));
    lines.push('\n');
    lines.push_str(&page.after(whole.end));
    let found = |value| Found {
        value,
        from: Evidence::Tag,
    };
    let mut body = paragraphs(&lines);
    if body.is_empty() {
        // Better all of a strange page than nothing of it; a title is no text.
        body = tags::strip(markup);
        let named = page.nodes.iter().position(|node| node.is("title"));
        let title = named.map(|at| tree::text(&page.nodes, at));
        if title.is_some_and(|title| title.trim() == body) {
            body.clear();
        }
    }
    let mut extra = std::mem::take(&mut meta.extra);
    if let Some((column, line)) = told.column.filter(|_| !extra.contains_key("ColumnName")) {
        witnesses.push(Witness::new("column", Evidence::Text, &line));
        extra.insert("ColumnName".to_owned(), column.into());
    }
    let date = meta.date.take().map(found).or_else(|| {
        let (value, said) = told.date?;
        witnesses.push(Witness::new("date", Evidence::Text, &said));
        Some(Found {
            value,
            from: Evidence::Text,
        })
    });
    let source = meta.source.take().map(found).or_else(|| {
        let value = told.source?;
        witnesses.push(Witness::new("source", Evidence::Text, &value));
        Some(Found {
            value,
            from: Evidence::Text,
        })
    });
    Ok(vec![Draft {
        title,
        date,
        source,
        url: meta.url,
        body,
        extra,
        witnesses,
        ..Draft::default()
    }])
}

/// Does a text begin as a page does, whatever its file is called?
pub(crate) fn is_page(text: &str) -> bool {
    let head = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    ["<!doctype html", "<html"].into_iter().any(|begin| {
        let is_begin = |own: &str| own.eq_ignore_ascii_case(begin);
        let after = head.get(begin.len()..).unwrap_or_default();
        head.get(..begin.len()).is_some_and(is_begin)
            && after.starts_with(|c: char| c == '>' || c.is_whitespace())
    })
}

/// A page and what is known of each of its nodes.
struct Page<'a> {
    nodes: Vec<Node<'a>>,
    /// Is the node, or one around it, a part that surrounds articles?
    around: Vec<bool>,
    /// Does the node stand in the header box of an official document?
    boxed: Vec<bool>,
    /// Does the node stand in a table of data, whose rows are lines?
    data: Vec<bool>,
    /// Does the node stand in text whose breaks are lines (`<pre>`)?
    written: Vec<bool>,
    /// What each node and all inside it hold.
    held: Vec<Held>,
}

/// What an element and all inside it hold, in characters without blanks.
#[derive(Clone, Copy, Default)]
struct Held {
    /// Sentences that are no links.
    sentences: usize,
    text: usize,
    links: usize,
    /// Hanzi outside of links, imprints, and what surrounds articles.
    words: usize,
    /// A sentence stands there, outside of all these.
    statement: bool,
    /// Links, by number.
    anchors: usize,
    /// A link says that it is an attachment, or leads to one.
    attachment: bool,
    /// A label of a header box.
    label: bool,
    /// A label of a line about the article (来源：).
    info: bool,
    /// Rows and cells of tables, and the longest cell.
    rows: usize,
    cells: usize,
    longest: usize,
    /// Tables, this one included.
    tables: usize,
}

impl Held {
    fn add(&mut self, other: Held) {
        self.sentences += other.sentences;
        self.text += other.text;
        self.links += other.links;
        self.words += other.words;
        self.statement |= other.statement;
        self.anchors += other.anchors;
        self.attachment |= other.attachment;
        self.label |= other.label;
        self.info |= other.info;
        self.rows += other.rows;
        self.cells += other.cells;
        self.longest = self.longest.max(other.longest);
        self.tables += other.tables;
    }

    /// A menu: a list of links and little else.
    fn is_menu(&self) -> bool {
        self.anchors >= 3 && self.links * 10 >= self.text * 8 && !self.attachment
    }
}

/// The longest header box, the longest line about an article and the longest
/// cell of data, in characters.
const LONGEST_BOX: usize = 1500;
const LONGEST_INFO: usize = 600;
const LONGEST_CELL: usize = 120;

/// A page of links without a sentence and with fewer hanzi of its own is a list.
const FEWEST_WORDS: usize = 40;

impl<'a> Page<'a> {
    fn of(markup: &'a str) -> Self {
        let nodes = parse(markup);
        let plain = vec![false; nodes.len()];
        let counted = held(&nodes, &plain);
        let around = inherited(&nodes, |at, node| {
            let own = counted[at];
            // A template may call the article's own head `header`.
            let of_article = own.info && own.text <= LONGEST_INFO && !own.is_menu();
            holder::surrounds(node) && !of_article
        });
        let held = held(&nodes, &around);
        // A template may name the whole page after one of its parts.
        let (around, held) = if held[0].sentences > 0 {
            (around, held)
        } else {
            (plain, counted)
        };
        let boxed = inherited(&nodes, |at, node| {
            ["table", "dl", "ul", "div"].iter().any(|tag| node.is(tag))
                && held[at].label
                && held[at].text <= LONGEST_BOX
        });
        let data = inherited(&nodes, |at, node| {
            let own = held[at];
            node.is("table")
                && own.tables == 1
                && own.rows >= 2
                && own.cells >= own.rows * 2
                && own.longest <= LONGEST_CELL
        });
        let written = inherited(&nodes, |_, node| node.is("pre"));
        Page {
            nodes,
            around,
            boxed,
            data,
            written,
            held,
        }
    }

    /// Pages that are no article.
    fn refuse(&self, meta: &Meta) -> Result<(), Skip> {
        let all = self.held[0];
        let frames = || {
            self.nodes
                .iter()
                .any(|node| node.is("frame") || node.is("frameset"))
        };
        if all.sentences == 0 && frames() {
            return Err(Skip::Malformed(
                "is a frame around other pages, and holds no article of its own".to_owned(),
            ));
        }
        let links = all.anchors >= 8 && all.links * 10 >= all.text * 5;
        let article = meta.title.is_some() || all.statement || all.words >= FEWEST_WORDS;
        if links && !article {
            return Err(Skip::Malformed(format!(
                "is a list of {} links, and holds no article of its own",
                all.anchors
            )));
        }
        Ok(())
    }

    /// What a row of a header box is that holds nothing but labels.
    fn columns(&self, at: usize) -> Option<Columns> {
        (self.boxed[at] && self.nodes[at].is("tr"))
            .then(|| columns::of(&self.nodes, at))
            .flatten()
    }

    /// The label of a header box that is all of a node, and what parts it from the
    /// value before it. One that is not known is told by its cell and a wide gap.
    fn label(&self, at: usize) -> Option<(String, char)> {
        if !self.boxed[at] {
            return None;
        }
        let known = about::label(&self.nodes, at).map(|label| (label, ' '));
        known.or_else(|| {
            tags::is_cell(self.nodes[at].name())
                .then(|| about::unknown_label(&self.nodes, at))
                .flatten()
                .map(|label| (label, '\u{3000}'))
        })
    }

    /// The text of a range of nodes, one paragraph a line, without what
    /// surrounds articles; `inside` is an element whose own name does not count.
    fn text(&self, range: std::ops::Range<usize>, inside: Option<usize>) -> String {
        let mut out = String::new();
        let mut ends: Vec<usize> = Vec::new();
        // A label of the box was written: its value comes on the same line.
        let mut joins = false;
        // A value comes in the row of its label, if it comes.
        let mut row_end = 0;
        // Up to here labels are the head of a list and no fields.
        let mut listed = 0;
        let mut at = range.start;
        while at < range.end {
            if row_end > 0 && at >= row_end {
                (joins, row_end) = (false, 0);
            }
            while ends.last().is_some_and(|end| *end <= at) {
                ends.pop();
                if !joins {
                    out.push('\n');
                }
            }
            let node = &self.nodes[at];
            let aside = self.around[at]
                || is_hidden(node)
                || node.is("title")
                || (self.held[at].is_menu() && tags::is_block(node.name()));
            if inside != Some(at) && aside {
                at = node.end;
                continue;
            }
            match self.columns(at) {
                Some(Columns::Fields(fields, end)) if end <= range.end => {
                    out.push_str(&format!("\n{fields}\n"));
                    joins = false;
                    at = end;
                    continue;
                }
                Some(Columns::List) => listed = node.end,
                _ => {}
            }
            if at >= listed
                && let Some((label, gap)) = self.label(at)
            {
                let apart = out.ends_with('\n') || gap == ' ' && out.ends_with(' ');
                if !out.is_empty() && !apart {
                    out.push(gap);
                }
                out.push_str(&label);
                out.push('：');
                joins = true;
                at = node.end;
                continue;
            }
            match node.what {
                What::Text(text) | What::Data(text) => {
                    let text = match node.what {
                        What::Text(text) => tags::entities(text),
                        _ => text.into(),
                    };
                    // `索引号` and `：` may stand in elements of their own.
                    let bare = text.trim();
                    let text = if joins {
                        bare.trim_start_matches(['：', ':'])
                    } else {
                        text.as_ref()
                    };
                    joins &= text.trim().is_empty();
                    if self.written[at] {
                        out.push_str(text);
                    } else {
                        tags::flow(text, &mut out);
                    }
                }
                What::Element(name, _) if tags::is_cell(name) => {
                    apart(&mut out);
                }
                What::Element(name, _) if tags::is_block(name) => {
                    let row = node.is("tr") || node.is("table") || !self.data[at];
                    if node.is("tr") {
                        joins = false;
                        row_end = node.end;
                    }
                    if row && !joins {
                        out.push('\n');
                    } else if !joins {
                        apart(&mut out);
                    }
                    if row {
                        ends.push(node.end);
                    }
                }
                What::Element(..) => {}
            }
            at += 1;
        }
        paragraphs(&out)
    }
}

/// Puts a blank where cells meet.
fn apart(out: &mut String) {
    if !out.ends_with(char::is_whitespace) {
        out.push(' ');
    }
}

/// What each node and all inside it hold.
fn held(nodes: &[Node<'_>], around: &[bool]) -> Vec<Held> {
    let linked = inherited(nodes, |_, node| {
        ["a", "title", "option"].iter().any(|tag| node.is(tag))
    });
    let mut held = vec![Held::default(); nodes.len()];
    // What follows the first line of an imprint is more of it.
    let mut imprint = false;
    for (at, node) in nodes.iter().enumerate() {
        let own = &mut held[at];
        match node.what {
            What::Element(name, _) => {
                own.anchors = usize::from(node.is("a"));
                own.attachment = node.is("a") && node.attribute("href").is_some_and(about::is_file);
                own.rows = usize::from(node.is("tr"));
                own.cells = usize::from(tags::is_cell(name));
                own.tables = usize::from(node.is("table"));
            }
            What::Text(text) | What::Data(text) => {
                let count = text.chars().filter(|c| !c.is_whitespace()).count();
                own.text = count;
                own.links = if linked[at] { count } else { 0 };
                let own_text = !around[at] && !linked[at];
                imprint |= own_text && holder::is_imprint(text);
                if own_text && !imprint && !holder::is_of_site(text) {
                    own.words = holder::hanzi(text);
                }
                own.statement = own_text && holder::is_statement(text);
                if own_text && holder::is_sentence(text) {
                    own.sentences = count;
                }
                own.attachment = linked[at] && text.contains("附件");
                own.label = count <= 40 && about::names_box(text);
                own.info = count <= 160 && about::names_info(text);
            }
        }
    }
    for at in (1..nodes.len()).rev() {
        if tags::is_cell(nodes[at].name()) {
            held[at].longest = held[at].text;
        }
        let inner = held[at];
        held[nodes[at].parent].add(inner);
    }
    held
}

fn is_hidden(node: &Node<'_>) -> bool {
    node.attribute("style").is_some_and(|style| {
        style
            .replace(' ', "")
            .to_ascii_lowercase()
            .contains("display:none")
    })
}

/// Does a value hold for the node or for one around it?
fn inherited(nodes: &[Node<'_>], holds: impl Fn(usize, &Node<'_>) -> bool) -> Vec<bool> {
    let mut all = vec![false; nodes.len()];
    for at in 1..nodes.len() {
        all[at] = all[nodes[at].parent] || holds(at, &nodes[at]);
    }
    all
}

#[cfg(test)]
mod tests;
