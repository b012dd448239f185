//! An article becomes documents: one a passage, its facts on the first.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tantivy::schema::document::ErasedDocument;
use tantivy::schema::{Document, Field, OwnedValue};
use xxhash_rust::xxh3::xxh3_64;

use crate::article::{Article, Credit, Date, Edit, Flaw, Found, Kind, Origin, Witness};
use crate::chars::{Reader, Unit};
use crate::fold::fold_str;
use crate::index::again::head_of;
use crate::index::postings::{BREAK, STOP};
use crate::index::schema::{Fields, Zones};
use crate::index::twins::Signature;
use crate::passage::passages;

/// What is known of an article: kept as JSON, see `facts.rs`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Id of the article.
    pub id: String,
    /// The headline and what told us.
    pub title: Found<String>,
    /// Day of publication and what told us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Found<Date>>,
    /// Day on which an official document was written, and what told us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Found<Date>>,
    /// The document's own number, in normal form, and what told us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Found<String>>,
    /// The numbers of other documents it names, in normal form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cited: Vec<String>,
    /// Who published it and what told us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Found<String>>,
    /// Address it was saved from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// File, entry and record.
    pub origin: Origin,
    /// Where the record stands: bytes of the file, or of the archive's entry,
    /// after unpacking.
    pub span: Range<u64>,
    /// SHA-256 of those bytes, hexadecimal.
    pub sha256: String,
    /// What its page breaks of the rules for government sites; `None` when it
    /// was no page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flaws: Option<Vec<Flaw>>,
    /// Bylines and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// Number of passages.
    pub passages: u32,
    /// Where the text proper begins, after captions and datelines: a byte of the body.
    pub lead: usize,
    /// The kind of each paragraph, in order.
    pub kinds: Vec<Kind>,
    /// The paragraph that begins with a dateline, and its bytes, where kinds and
    /// lead do not say so: the writer sets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<(usize, usize)>,
    /// Fields of the record that jianbao does not know.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extra: serde_json::Map<String, serde_json::Value>,
    /// What stands where the fields were found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub witnesses: Vec<Witness>,
    /// What was repaired.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// The title as it was repaired, where `edits` count from it (`title\nbody`);
    /// without it they count from the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repaired_title: Option<String>,
    /// The encoding it was decoded from.
    pub encoding: String,
}

/// The key of an article: what its passages share in the index.
pub fn key_of(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// What tells a record from others, and where it stands: all of it hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Of everything the record says.
    pub hash: u64,
    /// Of the file's path.
    pub file: u64,
    /// Of the place in the file.
    pub place: u64,
}

impl Spot {
    /// A record with this hash, at this place of a file.
    pub fn new(path: &str, hash: u64, place: u64) -> Spot {
        Spot {
            hash,
            file: file_key(path),
            place,
        }
    }
}

/// The key of a file in the index.
pub fn file_key(path: &str) -> u64 {
    xxh3_64(path.as_bytes())
}

/// A passage on its way into the index: the fields that tantivy keeps, and
/// what becomes postings and text.
pub(crate) struct PassageDocument {
    pub(super) fields: Vec<(Field, OwnedValue)>,
    pub(super) text: PassageText,
}

/// What of a passage becomes postings and text: places in what its article shares, so
/// that a copy costs nothing.
#[derive(Clone)]
pub(crate) struct PassageText {
    pub(super) article: Arc<ArticleText>,
    /// Its bytes of the body.
    pub(super) own: Range<usize>,
    /// What of the body's units is indexed with it: its own, and the head of the
    /// next passage of its paragraph.
    pub(super) units: Range<usize>,
    /// How many of those are its own.
    pub(super) own_units: usize,
    /// Where those end, as a byte of the body.
    pub(super) tail_end: usize,
    /// Which of the article's ranked ranges are its own.
    pub(super) ranked: Range<usize>,
    pub(super) first: bool,
    /// Whether it begins inside a paragraph.
    pub(super) inside: bool,
}

/// What the passages of an article share.
pub(super) struct ArticleText {
    /// What is known of it: [`Meta`] as JSON, in one line.
    pub(super) facts: Vec<u8>,
    pub(super) title: String,
    pub(super) body: String,
    pub(super) lead: usize,
    pub(super) key: u64,
    /// Its day as `yyyymmdd`, 0 where it is not known.
    pub(super) day: u32,
    pub(super) signature: Signature,
    pub(super) title_units: Vec<char>,
    pub(super) units: Vec<char>,
    /// The bytes of the body whose words rank the article, passage by passage.
    pub(super) ranked: Vec<Range<usize>>,
}

/// The units of a text as terms, and the byte each begins at.
pub(super) fn terms(text: &str) -> (Vec<char>, Vec<usize>) {
    // Of text that is nearly all hanzi, so that they seldom grow.
    let room = text.len() / 3 + text.len() / 16 + 16;
    let mut terms = Vec::with_capacity(room);
    let mut starts = Vec::with_capacity(room);
    let mut reader = Reader::default();
    for (at, c) in text.char_indices() {
        let Some(unit) = reader.read(c) else {
            continue;
        };
        terms.push(match unit {
            Unit::Char(c) => c,
            Unit::Stop => STOP,
            Unit::Break => BREAK,
        });
        starts.push(at);
    }
    (terms, starts)
}

impl PassageDocument {
    /// The document that tantivy hands to a plugin.
    pub(crate) fn of(document: &dyn ErasedDocument) -> tantivy::Result<&PassageDocument> {
        document
            .as_any()
            .downcast_ref()
            .ok_or_else(|| tantivy::TantivyError::InternalError("no passage".to_owned()))
    }
}

impl PassageText {
    /// The title on the first passage, nothing on the others.
    pub(crate) fn title(&self) -> &str {
        if self.first { &self.article.title } else { "" }
    }

    /// On the first passage, the facts of its article.
    pub(crate) fn facts(&self) -> Option<&[u8]> {
        self.first.then_some(&self.article.facts)
    }

    /// On the first passage, where the text proper begins.
    pub(crate) fn lead(&self) -> Option<usize> {
        self.first.then_some(self.article.lead)
    }

    /// The key of its article.
    pub(crate) fn key(&self) -> u64 {
        self.article.key
    }

    /// The day of its article as `yyyymmdd`, 0 where it is not known.
    pub(crate) fn day(&self) -> u32 {
        self.article.day
    }

    /// How its positions are divided. The end of the title is a position of it.
    pub(crate) fn zones(&self) -> Zones {
        let title = match self.first {
            true => self.article.title_units.len() as u32 + 1,
            false => 0,
        };
        Zones {
            title,
            own: title + self.own_units as u32,
        }
    }

    /// What tells the text of its article from those of others.
    pub(crate) fn signature(&self) -> Signature {
        self.article.signature
    }

    /// The passage.
    pub(crate) fn text(&self) -> &str {
        &self.article.body[self.own.clone()]
    }

    /// The terms of its title, and those of the passage and of the head of the next
    /// one of its paragraph.
    pub(crate) fn units(&self) -> [&[char]; 2] {
        let title = match self.first {
            true => &self.article.title_units[..],
            false => &[],
        };
        [title, &self.article.units[self.units.clone()]]
    }

    /// The texts whose words rank it: what it says itself, and the title for
    /// the first one; not who wrote it, and not the page's furniture. Each also with
    /// what of its paragraph, and of the passage, is indexed behind it.
    pub(crate) fn ranked(&self) -> impl Iterator<Item = (&str, &str)> {
        let texts = self.article.ranked[self.ranked.clone()].iter();
        let texts = texts.map(|bytes| (&self.article.body[bytes.clone()], self.on(bytes.start)));
        std::iter::once((self.title(), self.title())).chain(texts)
    }

    /// The other stretches of its text, but for line breaks: the bytes of each, and the text
    /// from its beginning to the end of what is indexed.
    pub(crate) fn unranked(&self) -> impl Iterator<Item = (usize, &str)> {
        let ranked = &self.article.ranked[self.ranked.clone()];
        let ends = ranked.iter().map(|bytes| bytes.end);
        let starts = ranked.iter().map(|bytes| bytes.start);
        std::iter::once(self.own.start)
            .chain(ends)
            .zip(starts.chain([self.own.end]))
            .filter(|(start, end)| start < end && &self.article.body[*start..*end] != "\n")
            .map(|(start, end)| (end - start, self.on(start)))
    }

    /// What is indexed with it from a byte of the body on.
    fn on(&self, start: usize) -> &str {
        &self.article.body[start..self.tail_end]
    }

    /// Bytes of text and of units in it.
    pub(crate) fn bytes(&self) -> usize {
        let units: usize = self.units().into_iter().map(<[char]>::len).sum();
        self.title().len() + self.own.len() + units * size_of::<char>()
    }
}

impl Document for PassageDocument {
    type Value<'a> = &'a OwnedValue;
    type FieldsValuesIter<'a> = Values<'a>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.fields.iter().map(|(field, value)| (*field, value))
    }
}

type Values<'a> = std::iter::Map<
    std::slice::Iter<'a, (Field, OwnedValue)>,
    fn(&'a (Field, OwnedValue)) -> (Field, &'a OwnedValue),
>;

/// The documents of an article, in order; notes in `meta` how many there are, and
/// where the text proper begins.
pub(crate) fn documents(
    fields: &Fields,
    article: &Article,
    meta: &mut Meta,
    spot: Spot,
) -> Vec<PassageDocument> {
    let passages = passages(article);
    let key = key_of(&meta.id);
    let source = article
        .source
        .as_ref()
        .map(|source| fold_str(&source.value));
    meta.passages = passages.len() as u32;
    meta.head = head_of(article, meta.lead);
    let mut documents = Vec::with_capacity(passages.len());
    let title_units = terms(&article.title.value).0;
    // The body is looked at once. A passage begins with a paragraph or a character
    // that stands for itself, so its units are the same by themselves.
    let (units, starts) = terms(&article.body);
    let unit_at = |byte: usize| starts.partition_point(|start| *start < byte);
    let units_of = |bytes: &Range<usize>| unit_at(bytes.start)..unit_at(bytes.end);
    let mut ranked_parts = Vec::with_capacity(article.paragraphs.len() + passages.len());
    let mut ranked_of = Vec::with_capacity(passages.len());
    for passage in &passages {
        let start = ranked_parts.len();
        ranked_parts.extend(ranked(article, passage.bytes.clone()));
        ranked_of.push(start..ranked_parts.len());
    }
    let is_letter = |term: &char| !matches!(*term, STOP | BREAK);
    let proper = ranked(article, 0..article.body.len());
    let letters = proper.flat_map(|bytes| &units[units_of(&bytes)]).copied();
    let mut letters = letters.filter(is_letter).peekable();
    let signature = match letters.peek() {
        Some(_) => Signature::of(letters),
        // A headline and nothing below it is the text.
        None => Signature::of(title_units.iter().copied().filter(is_letter)),
    };
    // Of most articles, so that they do not grow. Serializing plain strings and maps
    // cannot fail; an empty line would be seen by every reader of the index at once.
    let mut facts = Vec::with_capacity(1024);
    serde_json::to_writer(&mut facts, meta).unwrap_or_default();
    let shared = Arc::new(ArticleText {
        facts,
        title: article.title.value.clone(),
        body: article.body.clone(),
        lead: meta.lead,
        key,
        day: article.date.as_ref().map_or(0, |date| day(date.value)) as u32,
        signature,
        title_units,
        units,
        ranked: ranked_parts,
    });
    for (number, (passage, ranked_here)) in passages.iter().zip(ranked_of).enumerate() {
        let own = units_of(&passage.bytes);
        let mut values = Vec::with_capacity(5);
        values.push((fields.key, OwnedValue::U64(key)));
        if let Some(source) = &source {
            values.push((fields.source, OwnedValue::Str(source.clone())));
        }
        if number == 0 {
            values.push((fields.file, OwnedValue::U64(spot.file)));
            values.push((fields.hash, OwnedValue::U64(spot.hash)));
            values.push((fields.spot, OwnedValue::U64(spot.place)));
        }
        documents.push(PassageDocument {
            fields: values,
            text: PassageText {
                article: shared.clone(),
                ranked: ranked_here,
                own: passage.bytes.clone(),
                own_units: own.len(),
                units: own.start..unit_at(passage.tail_end),
                tail_end: passage.tail_end,
                first: number == 0,
                inside: passage.inside,
            },
        });
    }
    documents
}

/// The bytes of a passage that are text, one range a paragraph: no credits, no
/// furniture, nothing before the text proper.
fn ranked(article: &Article, bytes: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let paragraphs = article.paragraphs.iter();
    paragraphs
        .filter(|paragraph| matches!(paragraph.kind, Kind::Body | Kind::Caption))
        .map(move |paragraph| {
            let start = paragraph.bytes.start.max(paragraph.text_start);
            start.max(bytes.start)..paragraph.bytes.end.min(bytes.end)
        })
        .filter(|range| range.start < range.end)
}

/// A day as a number that sorts: `yyyymmdd`.
pub fn day(date: Date) -> u64 {
    date.year().max(0) as u64 * 10_000 + date.month() as u64 * 100 + date.day() as u64
}
