//! The one shape every source becomes.
//!
//! An extractor fills a [`Draft`] with what it found; [`Article::from_draft`]
//! reads the structure of Chinese news out of the repaired text (title, date,
//! source, bylines) and is the only way to make an [`Article`]: after it, the
//! body is never empty, dates are real days, and every field says where it
//! came from.

mod credits;
mod date;
mod dateline;
mod header;
mod info;
mod lines;
mod masthead;
mod names;
mod number;
mod read;
mod title;
mod told;

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::fold::fold;

pub use date::{Date, find_date, parse_date};
pub(crate) use header::{is_label, may_be_label};
pub use number::{Number, find_numbers};
pub(crate) use number::{gives_orders, numeral};

/// Where a record came from: enough to find it again on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The file, as a stable name: the name of the root that was given, then
    /// the path below it, with `/` between (`archive/2018/a.jsonl`).
    pub path: String,
    /// The entry inside an archive (`行政法规/护士条例.md`), a name and never a path to write to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// The record inside the file or entry, counted from 1: a line of JSONL,
    /// a story of a file that holds many. `None` when the file is one record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
}

impl fmt::Display for Origin {
    /// `path`, `path!entry`, `path:record` or `path!entry:record`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        if let Some(entry) = &self.entry {
            write!(f, "!{entry}")?;
        }
        if let Some(record) = self.record {
            write!(f, ":{record}")?;
        }
        Ok(())
    }
}

/// What told us a field: the evidence a reader may want to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// A field of the record (a JSON key, front matter).
    Field,
    /// A meta tag of the page.
    Tag,
    /// The box at the head of an official document (`成文日期：…`).
    Box,
    /// A heading of the document.
    Heading,
    /// A line of the text that says so (`来源：…`, a dateline, a byline).
    Text,
    /// The first line of the text, for want of anything better.
    FirstLine,
    /// The name of the file or of the archive's entry.
    Name,
}

/// A value and what told us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where it was found.
    pub from: Evidence,
}

/// What one place says of a field, in its own words: the evidence `show` prints.
/// Where two places say different things, both are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witness {
    /// The field: `title`, `date`, `written`, `source`, `number`, `column`, `place`.
    pub field: String,
    /// Which kind of place.
    pub from: Evidence,
    /// What stands there: a line, a tag with its value, the name of a file; at
    /// most [`Witness::LONGEST`] code points.
    pub said: String,
}

impl Witness {
    /// The most code points that are kept of what was said.
    pub const LONGEST: usize = 80;

    /// A witness to a field.
    pub fn new(field: &str, from: Evidence, said: &str) -> Witness {
        Witness {
            field: field.to_owned(),
            from,
            said: said.trim().chars().take(Witness::LONGEST).collect(),
        }
    }
}

/// One repair, as the audit shows it.
///
/// Applying all edits of a text to the input gives the output; applying them
/// backwards gives the input. Edits are sorted and do not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// The name of the rule (`pinyin`, `shift`, …).
    pub kind: String,
    /// First code point in the input.
    pub start: usize,
    /// One past the last code point in the input.
    pub end: usize,
    /// What stood there.
    pub from: String,
    /// What stands there now. U+FFFD marks a character that could not be known.
    pub to: String,
    /// For each U+FFFD of `to`, in order, the characters it may have been: at
    /// most ten, the likeliest first; an empty string where nothing is known.
    /// Empty as a whole where nothing is known of any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<String>,
}

/// What a page breaks of the rules for the meta tags of government sites.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Flaw {
    /// The tag, spelled as the rules spell it; `*` for all of them.
    pub tag: String,
    /// What is wrong with it.
    pub rule: Rule,
    /// What stands there instead, where something does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

/// A rule for the meta tags of government sites (国办发〔2017〕47号, the table of
/// page labels in its annex).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The tag must be there.
    Missing,
    /// It must have a value.
    Empty,
    /// Its value must have the form the rules give.
    Malformed,
    /// It must be there once, or with one value.
    Repeated,
    /// Its name must be spelled as the rules spell it.
    Misspelled,
}

/// What an extractor found in one record, before repair and before any reading
/// of the text itself. Strings are as found, in the record's own script.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft {
    /// The record's own id, where it has one.
    pub id: Option<String>,
    /// Title from a field or a heading; `None` leaves the choice to the text.
    pub title: Option<Found<String>>,
    /// Date as written.
    pub date: Option<Found<String>>,
    /// Source as written (`新华社`).
    pub source: Option<Found<String>>,
    /// Address the record was saved from.
    pub url: Option<String>,
    /// The text: one paragraph a line.
    pub body: String,
    /// Fields jianbao does not know, kept for `show`.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// What the record says of its fields, where that is more than the values.
    pub witnesses: Vec<Witness>,
    /// Story within the record, counted from 1, where a record holds several.
    pub story: Option<u64>,
    /// What its page breaks of the rules for government sites; `None` when it
    /// was no page.
    pub flaws: Option<Vec<Flaw>>,
    /// The encoding it was decoded from.
    pub encoding: &'static str,
    /// The repairs made to title and body, in that order as one string
    /// (`title\nbody`, or `body` alone without a title).
    pub edits: Vec<Edit>,
}

/// What a paragraph is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Text of the article.
    Body,
    /// The title, standing at the head of the body again.
    Title,
    /// Who wrote, edited, photographed (`记者 廖冠华`, `（责任编辑：易佳）`).
    Credit,
    /// A picture's caption (`…图片巡展。廖冠华 摄`).
    Caption,
    /// What the page says about itself (`打印本页`, `浏览次数：`).
    Furniture,
}

/// One paragraph: a byte range of the article's body, never empty, never
/// holding a line break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// Bytes of [`Article::body`].
    pub bytes: Range<usize>,
    /// What it is for.
    pub kind: Kind,
    /// Bytes of [`Article::body`] where the text proper starts: after a
    /// boilerplate head such as `央视网消息(新闻联播)：`. Equal to `bytes.start`
    /// when there is none.
    pub text_start: usize,
}

/// People and desks named at the head or foot of an article.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credit {
    /// 记者, 通讯员, 编辑, 责任编辑, 审核, 摄影, 来源 …, in simplified characters.
    pub role: String,
    /// The names, as written.
    pub names: Vec<String>,
}

/// An article: text with its structure.
#[derive(Debug, Clone, PartialEq)]
pub struct Article {
    /// The record's own id, where it has one; `ingest` derives one otherwise.
    pub id: Option<String>,
    /// The headline; never empty.
    pub title: Found<String>,
    /// Day of publication.
    pub date: Option<Found<Date>>,
    /// Day on which an official document was written or signed (成文日期): a
    /// field of its own beside the day of publication.
    pub written: Option<Found<Date>>,
    /// Who published it.
    pub source: Option<Found<String>>,
    /// Address it was saved from.
    pub url: Option<String>,
    /// Bylines and the like, as data.
    pub credits: Vec<Credit>,
    /// Repaired text in its own script: paragraphs, one a line. Never empty.
    pub body: String,
    /// The paragraphs of `body`, in order, without gaps but for line breaks.
    pub paragraphs: Vec<Paragraph>,
    /// Unknown fields, as found.
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// What told us title, dates, source, number, column, place.
    pub witnesses: Vec<Witness>,
    /// Story within its record, counted from 1.
    pub story: Option<u64>,
    /// What was repaired; see [`Draft::edits`].
    pub edits: Vec<Edit>,
}

/// Why a record became no article: data, counted and written down, no failure.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Skip {
    /// No text was left.
    NoText,
    /// The record is not what its format says; the reason in one line.
    Malformed(String),
}

impl fmt::Display for Skip {
    /// One line: why, and what to do.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Skip::NoText => f.write_str(
                "holds no text to index; is the text under another key? (--map body=KEY)",
            ),
            Skip::Malformed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Skip {}

/// Does a line hold fields of an official document's header box and nothing
/// else? `inside` when a line of the box came before.
pub(crate) fn is_box(line: &str, inside: bool) -> bool {
    let (chars, folded) = both(line);
    header::fields(&chars, &folded, inside).is_some()
}

/// Does a line begin with what could be a label, and its colon?
pub(crate) fn begins_with_label(line: &str) -> bool {
    let (_, folded) = both(line);
    header::unknown_at(&folded, 0).is_some()
}

/// Does a line tell date, source and people of an article and nothing else? Then
/// whether it names people.
pub(crate) fn is_info(line: &str) -> Option<bool> {
    let (chars, folded) = both(line);
    info::read(&chars, &folded).map(|info| !info.credits.is_empty())
}

/// A line as written and folded, character by character.
fn both(line: &str) -> (Vec<char>, Vec<char>) {
    let chars: Vec<char> = line.chars().take(LONGEST_INFO).collect();
    let folded = chars.iter().copied().map(fold).collect();
    (chars, folded)
}

/// The longest line that is looked at for fields, in characters: longer ones
/// are refused by those who read them.
const LONGEST_INFO: usize = 300;

impl Article {
    /// Reads the structure out of a repaired draft: title, date, source,
    /// bylines, and what each paragraph is for. Every line of the body that is
    /// not blank becomes a paragraph; none is dropped.
    ///
    /// # Errors
    /// [`Skip::NoText`] when the body holds no line.
    pub fn from_draft(draft: Draft) -> Result<Article, Skip> {
        read::article(draft)
    }

    /// The document's own number: from its header box, the end of its title, or
    /// a line of its head that is nothing else.
    pub fn number(&self) -> Option<Number> {
        self.own_number().map(|found| found.value)
    }

    /// The same with what told it.
    pub fn own_number(&self) -> Option<Found<Number>> {
        let own = number::own(self)?;
        Some(Found {
            value: own.0,
            from: own.1,
        })
    }

    /// The numbers of other documents the text names, each once, in order.
    pub fn cited(&self) -> Vec<Number> {
        let own = self.number();
        let mut seen = Vec::new();
        for paragraph in self.paragraphs.iter().filter(|p| p.kind == Kind::Body) {
            for (_, number) in find_numbers(&self.body[paragraph.bytes.clone()]) {
                if Some(&number) != own.as_ref() && !seen.contains(&number) {
                    seen.push(number);
                }
            }
        }
        seen
    }
}
