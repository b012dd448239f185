//! An article becomes documents: one a passage, its facts on the first.

use serde::{Deserialize, Serialize};
use tantivy::TantivyDocument;
use xxhash_rust::xxh3::xxh3_64;

use crate::article::{Article, Credit, Date, Edit, Found, Kind, Origin};
use crate::chars;
use crate::fold::fold_str;
use crate::index::schema::Fields;
use crate::passage::passages;

/// What is known of an article, as stored with its first passage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// Id of the article.
    pub id: String,
    /// The headline and what told us.
    pub title: Found<String>,
    /// Day of publication and what told us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Found<Date>>,
    /// Who published it and what told us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Found<String>>,
    /// Address it was saved from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// File, entry and record.
    pub origin: Origin,
    /// Bylines and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credits: Vec<Credit>,
    /// Number of passages.
    pub passages: u32,
    /// Where the text proper begins, after captions and datelines: a byte of the body.
    pub lead: usize,
    /// The kind of each paragraph, in order.
    pub kinds: Vec<Kind>,
    /// Fields of the record that jianbao does not know.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub extra: serde_json::Map<String, serde_json::Value>,
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

/// The documents of an article, in order, and the bytes of text in them.
pub(crate) fn documents(
    fields: &Fields,
    article: &Article,
    meta: &Meta,
    hash: u64,
    file: u64,
) -> (Vec<TantivyDocument>, usize) {
    let passages = passages(article);
    let key = key_of(&meta.id);
    let date = article.date.as_ref().map_or(0, |date| day(date.value));
    let source = article
        .source
        .as_ref()
        .map(|source| fold_str(&source.value));
    let mut meta = meta.clone();
    meta.passages = passages.len() as u32;
    let mut bytes = 0;
    let mut documents = Vec::with_capacity(passages.len());
    let title_units = chars::count(&article.title.value) as u64 + 1;
    for (number, passage) in passages.iter().enumerate() {
        let text = &article.body[passage.bytes.clone()];
        let with_tail = &article.body[passage.bytes.start..passage.tail_end];
        let mut document = TantivyDocument::default();
        document.add_u64(fields.key, key);
        document.add_u64(
            fields.place,
            (number as u64) << 1 | u64::from(passage.inside),
        );
        document.add_u64(fields.date, date);
        if let Some(source) = &source {
            document.add_text(fields.source, source);
        }
        let title = if number == 0 { title_units } else { 0 };
        document.add_u64(
            fields.zones,
            title << 32 | (title + chars::count(text) as u64),
        );
        let characters = if number == 0 {
            document.add_u64(fields.file, file);
            document.add_u64(fields.hash, hash);
            // Serializing plain strings and maps cannot fail; an empty list would
            // be seen by every reader of the index at once.
            document.add_bytes(fields.meta, &serde_json::to_vec(&meta).unwrap_or_default());
            format!("{}\n{with_tail}", article.title.value)
        } else {
            with_tail.to_owned()
        };
        bytes += characters.len();
        document.add_text(fields.chars, characters);
        document.add_text(
            fields.words,
            words_text(article, &passage.bytes, number == 0),
        );
        document.add_text(fields.text, text);
        documents.push(document);
    }
    (documents, bytes)
}

/// The text whose words rank a passage: what it says itself, and the title for
/// the first one; not who wrote it, and not the page's furniture.
fn words_text(article: &Article, bytes: &std::ops::Range<usize>, first: bool) -> String {
    let mut text = String::with_capacity(article.title.value.len() + bytes.len() + 2);
    if first {
        text.push_str(&article.title.value);
    }
    for paragraph in &article.paragraphs {
        if !matches!(paragraph.kind, Kind::Body | Kind::Caption) {
            continue;
        }
        let start = paragraph
            .bytes
            .start
            .max(paragraph.text_start)
            .max(bytes.start);
        let end = paragraph.bytes.end.min(bytes.end);
        if start < end {
            text.push('\n');
            text.push_str(&article.body[start..end]);
        }
    }
    text
}

/// A day as a number that sorts: `yyyymmdd`.
pub fn day(date: Date) -> u64 {
    date.year().max(0) as u64 * 10_000 + date.month() as u64 * 100 + date.day() as u64
}
