//! A header box laid out in columns: a row of labels, the row of their values
//! below it.

use crate::extract::html::about;
use crate::extract::tree::{Node, What};

/// The most cells of a row of labels.
const MOST_CELLS: usize = 12;

/// How far above a row its table stands, and below it the next row.
const NEAR: usize = 4;
const NEXT: usize = 24;

/// The most nodes of a value: a cell of more holds the page.
const LARGEST: usize = 400;

/// The longest line of a box that is written as one, in hanzi.
const LONGEST: usize = 160;

/// What a row that holds labels and no value is.
pub(crate) enum Columns {
    /// The labels of the row below: its fields, and where that row ends.
    Fields(String, usize),
    /// The head of a list of documents, none of which is this one.
    List,
}

/// What the row of labels at a place is; `None` when the row is none.
pub(crate) fn of(nodes: &[Node<'_>], row: usize) -> Option<Columns> {
    let labels = labels(nodes, row)?;
    let table = table(nodes, row);
    let below = next(nodes, row, table)?;
    let values = values(nodes, below, labels.len())?;
    // Where a second row of values follows, each row is another document.
    let more = next(nodes, below, table).is_some_and(|at| values_of(nodes, at, labels.len()));
    if more {
        return Some(Columns::List);
    }
    let length = |(label, value): (&Label, &String)| (label.text.len() + value.len()) / 3 + 2;
    let long = labels.iter().zip(&values).map(length).sum::<usize>() > LONGEST;
    let mut fields = String::new();
    for (label, value) in labels.iter().zip(&values) {
        let between = match (label.known, long) {
            _ if fields.is_empty() => "",
            // What is not known is told from a value by a wide gap.
            (false, _) => "\u{3000}",
            (true, false) => " ",
            (true, true) => "\n",
        };
        fields.push_str(&format!("{between}{}：{value}", label.text));
    }
    Some(Columns::Fields(fields, nodes[below].end))
}

/// A label at the head of a column.
struct Label {
    text: String,
    known: bool,
}

/// The labels of a row of nothing else: two or more, and more than half of them
/// known, for in a row of labels and values they are half at most.
fn labels(nodes: &[Node<'_>], row: usize) -> Option<Vec<Label>> {
    let label = |cell| match about::label(nodes, cell) {
        Some(text) => Some(Label { text, known: true }),
        None => about::likely_label(nodes, cell).map(|text| Label { text, known: false }),
    };
    let labels: Option<Vec<Label>> = cells(nodes, row)?.into_iter().map(label).collect();
    let known = |labels: &[Label]| labels.iter().filter(|label| label.known).count();
    labels.filter(|labels| labels.len() > 1 && known(labels) * 2 > labels.len())
}

/// The cells of a row that holds as many values and no label.
fn values(nodes: &[Node<'_>], row: usize, count: usize) -> Option<Vec<String>> {
    let cells = cells(nodes, row).filter(|cells| cells.len() == count)?;
    let is_value =
        |cell: &usize| nodes[*cell].end - *cell <= LARGEST && about::label(nodes, *cell).is_none();
    cells.iter().all(is_value).then(|| {
        let texts = cells.into_iter();
        texts.map(|cell| about::line_of(nodes, cell)).collect()
    })
}

fn values_of(nodes: &[Node<'_>], row: usize, count: usize) -> bool {
    values(nodes, row, count).is_some()
}

/// The cells of a row; `None` where there are too many.
fn cells(nodes: &[Node<'_>], row: usize) -> Option<Vec<usize>> {
    let mut all = Vec::new();
    let mut at = row + 1;
    while at < nodes[row].end {
        if nodes[at].is("td") || nodes[at].is("th") {
            if all.len() == MOST_CELLS {
                return None;
            }
            all.push(at);
        } else if matches!(nodes[at].what, What::Element(..)) {
            return None;
        }
        at = nodes[at].end;
    }
    Some(all)
}

/// Where the table around a row ends.
fn table(nodes: &[Node<'_>], row: usize) -> usize {
    let mut at = row;
    for _ in 0..NEAR {
        at = nodes[at].parent;
        if nodes[at].is("table") {
            break;
        }
    }
    nodes[at].end
}

/// The row after a row, before the end of their table.
fn next(nodes: &[Node<'_>], row: usize, end: usize) -> Option<usize> {
    (nodes[row].end..end)
        .take(NEXT)
        .find(|at| nodes[*at].is("tr"))
}
