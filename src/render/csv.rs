//! RFC 4180 tables for spreadsheets.

use std::io::{self, Write};

use super::{Style, note, score, scripted, shown, terminal};
use crate::search::Hits;

/// The columns; `query` comes before them where there are several queries.
const COLUMNS: &str =
    "rank,score,article,passage,title,date,source,path,text,marks,more,copies,note";

/// A byte order mark, so that Excel reads UTF-8, and the names of the columns.
pub(crate) fn head(many: bool, out: &mut dyn Write) -> io::Result<()> {
    write!(
        out,
        "\u{FEFF}{}{COLUMNS}\r\n",
        if many { "query," } else { "" }
    )
}

pub(crate) fn render(
    hits: &Hits,
    query: Option<&str>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let note = note(hits, style).unwrap_or_default();
    for hit in &hits.hits {
        let body = shown(&hit.text, &hit.marks, style.script);
        let marks: Vec<String> = body.marks.iter().map(|[a, b]| format!("{a}-{b}")).collect();
        if let Some(query) = query {
            write!(out, "{},", field(query))?;
        }
        write!(
            out,
            "{},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
            hit.rank,
            score(hit.score),
            field(&hit.article),
            hit.passage,
            field(&scripted(&hit.title, style.script)),
            hit.date.map(|date| date.to_string()).unwrap_or_default(),
            field(&scripted(
                hit.source.as_deref().unwrap_or_default(),
                style.script
            )),
            field(&hit.path),
            field(&body.text),
            marks.join(" "),
            hit.more,
            hit.copies,
            field(&note),
        )?;
    }
    Ok(())
}

/// A text as a field. A spreadsheet takes a text that begins with one of a few
/// signs for a formula, and a formula may call programs: an apostrophe before
/// it says that it is text (OWASP, "CSV Injection").
fn field(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if c == '\n' { c } else { terminal::harmless(c) })
        .collect();
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let guard = if formula { "'" } else { "" };
    if clean.contains([',', '"', '\n']) {
        format!("\"{guard}{}\"", clean.replace('"', "\"\""))
    } else {
        format!("{guard}{clean}")
    }
}
