//! The fields that tantivy keeps, named once. A document is a passage.
//!
//! Its characters, words and text are kept beside them: see `postings` and
//! `texts`. The characters of a passage are the title (first passage only), its
//! own text, and the head of the next passage of the same paragraph; its words
//! are those of the title (first passage only) and the text, without credits
//! and furniture.

use anyhow::{Result, bail};
use tantivy::schema::{FAST, Field, INDEXED, STORED, Schema, TextOptions};

/// Handles of the fields.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// Hash of the article's id: the same on each of its passages. Indexed and fast.
    pub key: Field,
    /// Hash of the file it came from; on the first passage only. Indexed and fast.
    pub file: Field,
    /// Hash of the record as it was offered; on the first passage only. Fast.
    pub hash: Field,
    /// Hash of where in its file the record stands; on the first passage only. Fast.
    pub spot: Field,
    /// `number << 1 | inside`: the passage's number in the article, and whether
    /// it begins inside a paragraph. Fast. Passages of an article are documents
    /// that follow one another, so `document - number` is its first.
    pub place: Field,
    /// `title << 32 | own`: how many positions the title takes, and
    /// where the characters of the next passage begin. Fast.
    pub zones: Field,
    /// What of the text is compared with others, to find its copies: the four
    /// numbers of a [`crate::index::Signature`]; on the first passage only. Fast.
    pub near: Field,
    /// Day as `yyyymmdd`, 0 when unknown. Fast.
    pub date: Field,
    /// Source, folded. Fast.
    pub source: Field,
    /// What is known of the article, as JSON; on the first passage only. Stored.
    pub meta: Field,
}

impl Fields {
    /// A new schema and its fields.
    pub fn schema() -> (Schema, Fields) {
        let mut builder = Schema::builder();
        let fields = Fields {
            key: builder.add_u64_field("key", INDEXED | FAST),
            file: builder.add_u64_field("file", INDEXED | FAST),
            hash: builder.add_u64_field("hash", FAST),
            spot: builder.add_u64_field("spot", FAST),
            place: builder.add_u64_field("place", FAST),
            zones: builder.add_u64_field("zones", FAST),
            near: builder.add_u64_field("near", FAST),
            date: builder.add_u64_field("date", FAST),
            source: builder.add_text_field("source", TextOptions::default().set_fast("raw")),
            meta: builder.add_bytes_field("meta", STORED),
        };
        (builder.build(), fields)
    }

    /// The fields of a schema that must be ours.
    pub fn of(schema: &Schema) -> Result<Fields> {
        let (ours, fields) = Fields::schema();
        if *schema != ours {
            bail!("its fields are not those of this release");
        }
        Ok(fields)
    }
}
