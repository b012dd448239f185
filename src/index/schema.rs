//! The fields that tantivy keeps, named once. A document is a passage.
//!
//! Its characters, words and text, and the facts of its article, are kept beside them: see
//! `postings`, `texts` and `facts`. The characters of a passage are the title (first passage only), its
//! own text, and the head of the next passage of the same paragraph; its words
//! are those of the title (first passage only) and the text, without credits
//! and furniture.

use anyhow::{Result, bail};
use tantivy::schema::{FAST, Field, NumericOptions, Schema, TextOptions};

/// Handles of the fields.
#[derive(Debug, Clone, Copy)]
pub struct Fields {
    /// Hash of the article's id: the same on each of its passages. Indexed.
    pub key: Field,
    /// Hash of the file it came from; on the first passage only. Indexed and fast.
    pub file: Field,
    /// Hash of the record as it was offered; on the first passage only. Fast.
    pub hash: Field,
    /// Hash of where in its file the record stands; on the first passage only. Fast.
    pub spot: Field,
    /// Source, folded. Fast.
    pub source: Field,
}

impl Fields {
    /// A new schema and its fields.
    pub fn schema() -> (Schema, Fields) {
        let mut builder = Schema::builder();
        let fields = Fields {
            // Lengths (`INDEXED` would keep them) are of use to nobody here.
            key: builder.add_u64_field("key", NumericOptions::default().set_indexed()),
            file: builder.add_u64_field("file", NumericOptions::default().set_indexed().set_fast()),
            hash: builder.add_u64_field("hash", FAST),
            spot: builder.add_u64_field("spot", FAST),
            source: builder.add_text_field("source", TextOptions::default().set_fast("raw")),
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

/// How the positions of a passage are divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zones {
    /// Positions below are the title's.
    pub title: u32,
    /// Positions from here on belong to the next passage; never below `title`.
    pub own: u32,
}
