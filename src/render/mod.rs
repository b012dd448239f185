//! Hits become text, JSON, CSV or TREC lines: width, colour and escaping live
//! here and nowhere else.
//!
//! Byte ranges of stored text come in; what goes out counts code points. What
//! a reader's terminal or spreadsheet would obey, rather than show, never
//! leaves this room as it came.

mod csv;
mod excerpt;
mod explain;
mod json;
mod terminal;
mod text;
mod trec;

pub use explain::explain;

use std::borrow::Cow;
use std::io;
use std::ops::Range;

use crate::search::Hits;
use crate::search::query::Lang;

/// A number with its noun in English: `1 passage`, `2 passages`.
pub fn plural(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For a person at a terminal.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
    /// RFC 4180, with a byte order mark for Excel.
    Csv,
    /// `qid Q0 article rank score jianbao`, for trec_eval and its kin.
    Trec,
}

/// The script text is shown in.
#[derive(Debug, Clone, Copy, Default)]
pub enum Script {
    /// As it is stored.
    #[default]
    Original,
    /// Through this function, which maps each code point to one code point. A
    /// text for which it does not is shown as it is stored.
    Mapped(fn(&str) -> String),
}

/// How hits are shown.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// The form of the output.
    pub format: Format,
    /// Whether the text form may use colour; without it no escape sequence is written.
    pub color: bool,
    /// Width of the text form in terminal cells. Lines are never longer than
    /// 100, which is as far as an eye follows, and the form needs 20.
    pub width: usize,
    /// Language of the words around the text.
    pub lang: Lang,
    /// Script of title and text.
    pub script: Script,
    /// Code points to show on each side of a mark in the text form; `None`
    /// shows whole clauses, about four lines.
    pub context: Option<usize>,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            format: Format::Text,
            color: false,
            width: 80,
            lang: Lang::Zh,
            script: Script::Original,
            context: None,
        }
    }
}

/// Writes what stands before all hits, once: the head of a CSV table, and
/// nothing in the other forms. `many`: the hits of several queries follow.
pub fn head(style: &Style, many: bool, out: &mut dyn io::Write) -> io::Result<()> {
    match style.format {
        Format::Csv => csv::head(many, out),
        Format::Text | Format::Json | Format::Trec => Ok(()),
    }
}

/// Writes the hits of one query. `query` is its id where there are several.
pub fn render(
    hits: &Hits,
    query: Option<&str>,
    style: &Style,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match style.format {
        Format::Text => text::render(hits, query, style, out),
        Format::Json => json::render(hits, query, style, out),
        Format::Csv => csv::render(hits, query, style, out),
        Format::Trec => trec::render(hits, query, out),
    }
}

/// A piece of text from outside as one line that a terminal only shows: what it
/// would obey is a blank or U+FFFD.
pub fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| terminal::harmless(c) == c) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(terminal::harmless).collect())
    }
}

/// A text as one word of a shell: what is seen can be typed.
pub fn shell_word(text: &str) -> String {
    let bare = |c: char| c.is_alphanumeric() || "-_./:,+@%=".contains(c);
    if !text.is_empty() && text.chars().all(bare) && !text.starts_with('-') {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// Writes a value as one line of JSON in which what a terminal would obey is
/// spelled out (`\u009b`), whatever the archive holds.
pub fn json_line(value: &impl serde::Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    json::write_line(value, out)
}

/// A text in the script asked for, with its marks in code points.
struct Shown {
    text: String,
    marks: Vec<[usize; 2]>,
}

fn shown(text: &str, marks: &[Range<usize>], script: Script) -> Shown {
    Shown {
        text: scripted(text, script),
        marks: points(text, marks),
    }
}

fn scripted(text: &str, script: Script) -> String {
    match script {
        Script::Original => text.to_owned(),
        Script::Mapped(map) => {
            let mapped = map(text);
            let same = mapped.chars().count() == text.chars().count();
            if same { mapped } else { text.to_owned() }
        }
    }
}

/// Byte ranges as code-point offsets, in one walk over the text. A range that
/// starts inside a character takes the whole of it.
fn points(text: &str, marks: &[Range<usize>]) -> Vec<[usize; 2]> {
    let mut ends = text
        .char_indices()
        .map(|(start, c)| start + c.len_utf8())
        .enumerate()
        .peekable();
    let mut count = 0;
    // Code points that end at or before the byte.
    let mut until = |byte: usize| {
        while let Some((n, _)) = ends.next_if(|(_, end)| *end <= byte) {
            count = n + 1;
        }
        count
    };
    marks
        .iter()
        .map(|mark| [until(mark.start), until(mark.end)])
        .filter(|[a, b]| a < b)
        .collect()
}

/// The score as all forms write it: six decimals, and a number always.
fn score(score: f64) -> f64 {
    if score.is_finite() {
        (score * 1e6).round() / 1e6
    } else {
        0.0
    }
}

/// The notes of a query as one string.
fn note(hits: &Hits, style: &Style) -> Option<String> {
    let between = match style.lang {
        Lang::Zh => "；",
        Lang::En => "; ",
    };
    (!hits.notes.is_empty()).then(|| hits.notes.join(between))
}

#[cfg(test)]
mod tests;
