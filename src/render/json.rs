//! One JSON object a line, in the order `surface.md` of the design gives.

use std::io::{self, Write};

use serde::Serialize;

use super::{Style, note, score, scripted, shown, terminal};
use crate::article::Date;
use crate::search::{Explanation, Hits, Points};

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    query: Option<&'a str>,
    rank: usize,
    score: f64,
    article: &'a str,
    passage: u32,
    title: String,
    date: Option<Date>,
    source: Option<String>,
    path: &'a str,
    text: String,
    marks: Vec<[usize; 2]>,
    more: u64,
    copies: u64,
    note: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explain: Option<Explain<'a>>,
}

/// How the query was answered, and the summands of this hit's score.
#[derive(Serialize)]
struct Explain<'a> {
    #[serde(flatten)]
    query: &'a Explanation,
    whole: bool,
    score: &'a [Points],
}

pub(crate) fn render(
    hits: &Hits,
    query: Option<&str>,
    style: &Style,
    out: &mut dyn Write,
) -> io::Result<()> {
    let note = note(hits, style);
    for hit in &hits.hits {
        let body = shown(&hit.text, &hit.marks, style.script);
        let line = Line {
            query,
            rank: hit.rank,
            score: score(hit.score),
            article: &hit.article,
            passage: hit.passage,
            title: scripted(&hit.title, style.script),
            date: hit.date,
            source: hit
                .source
                .as_deref()
                .map(|source| scripted(source, style.script)),
            path: &hit.path,
            text: body.text,
            marks: body.marks,
            more: hit.more,
            copies: hit.copies,
            note: note.as_deref(),
            explain: hits.explanation.as_ref().map(|query| Explain {
                query,
                whole: hit.whole,
                score: &hit.points,
            }),
        };
        write_line(&line, out)?;
    }
    Ok(())
}

/// Any value as a line of JSON.
pub(crate) fn write_line(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut json = serde_json::Serializer::with_formatter(&mut *out, Visible);
    value.serialize(&mut json)?;
    out.write_all(b"\n")
}

/// Compact JSON in which what a terminal obeys is spelled out (`\u009b`), and
/// so are the line separators at which some readers of lines stop.
struct Visible;

impl serde_json::ser::Formatter for Visible {
    fn write_string_fragment<W>(&mut self, out: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + Write,
    {
        let mut rest = fragment;
        while let Some((at, c)) = rest.char_indices().find(|(_, c)| terminal::is_obeyed(*c)) {
            out.write_all(rest.get(..at).unwrap_or_default().as_bytes())?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}")?;
            }
            rest = rest.get(at + c.len_utf8()..).unwrap_or_default();
        }
        out.write_all(rest.as_bytes())
    }
}
