//! Run files: `qid Q0 article rank score jianbao`.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{self, Write};

use super::score;
use crate::search::Hits;

/// Writes a run. An article stands once for a query, at its best passage, and
/// ranks leave no gap. A query without an id has the id 1.
pub(crate) fn render(hits: &Hits, query: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let query = id(query.unwrap_or("1"));
    let first = hits.hits.first().map_or(1, |hit| hit.rank);
    let mut seen = HashSet::new();
    let best = hits
        .hits
        .iter()
        .filter(|hit| seen.insert(hit.article.as_str()));
    // trec_eval sorts by the score and knows no rank: where something else comes first, as a
    // headline that is the query, what follows is put below it.
    let mut above = f64::INFINITY;
    for (rank, hit) in (first..).zip(best) {
        let own = score(hit.score);
        above = if own < above { own } else { above - STEP };
        writeln!(
            out,
            "{query} Q0 {} {rank} {above:.6} jianbao",
            id(&hit.article)
        )?;
    }
    Ok(())
}

/// What is put between two scores that would not tell their order.
const STEP: f64 = 1e-6;

/// Blanks and control characters as percent signs and UTF-8 bytes, for blanks
/// part the columns; `-` for an empty id.
fn id(id: &str) -> String {
    if id.is_empty() {
        return "-".into();
    }
    let mut coded = String::with_capacity(id.len());
    for c in id.chars() {
        if c.is_whitespace() || super::terminal::is_obeyed(c) || c.is_control() {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a string does not fail.
                let _ = write!(coded, "%{byte:02X}");
            }
        } else {
            coded.push(c);
        }
    }
    coded
}
