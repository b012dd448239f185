//! The fields that tantivy keeps, named once. A document is a passage.
//!
//! Its characters, words and text, and the facts of its article, are kept beside them: see
//! `postings`, `texts` and `facts`. The characters of a passage are the title (first passage only), its
//! own text, and the head of the next passage of the same paragraph; its words
//! are those of the title (first passage only) and the text, without credits
//! and furniture.

use anyhow::{Result, bail};
use tantivy::DocId;
use tantivy::columnar::Column;
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
    /// How the positions of the passage are divided: the code of [`Zones`]. Fast.
    pub zones: Field,
    /// Day as `yyyymmdd`, 0 when unknown. Fast.
    pub date: Field,
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
            zones: builder.add_u64_field("zones", FAST),
            date: builder.add_u64_field("date", FAST),
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

impl Zones {
    /// Bits of `own` in a short code: nearly every passage has fewer positions.
    const SHORT: u32 = 11;

    /// As one number, a small one where both are: `own` in few bits or in 32, and the
    /// title, of fewer than 2³¹ positions, above it.
    pub fn code(self) -> u64 {
        let (title, own) = (u64::from(self.title), u64::from(self.own));
        if own >> Self::SHORT == 0 {
            title << (Self::SHORT + 1) | own << 1
        } else {
            title << 33 | own << 1 | 1
        }
    }

    /// Those of a passage, out of the column of them.
    pub fn of(column: &Column<u64>, doc: DocId) -> Zones {
        Zones::decode(column.first(doc).unwrap_or_default())
    }

    fn decode(code: u64) -> Zones {
        let bits = if code & 1 == 0 { Self::SHORT } else { 32 };
        let code = code >> 1;
        Zones {
            title: (code >> bits) as u32,
            own: (code & ((1 << bits) - 1)) as u32,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn zones_come_back(title in 0u32..1 << 31, more: u32, shift in 0u32..32) {
            let title = title >> shift;
            let own = title.saturating_add(more >> shift);
            let zones = Zones { title, own };
            prop_assert_eq!(Zones::decode(zones.code()), zones);
            prop_assert!(own >= 2048 || zones.code() < 1 << 24);
        }
    }
}
