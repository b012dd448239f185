//! What tantivy keeps of the documents of a segment. A column is read when it is
//! first asked for, and once.

use std::sync::OnceLock;

use anyhow::{Context, Result};
use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};
use tantivy::store::StoreReader;

/// A column of numbers; see [`crate::index::Fields`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// `key`
    Key,
    /// `place`
    Place,
    /// `zones`
    Zones,
    /// `near`
    Near,
    /// `date`
    Date,
}

impl Fact {
    fn name(self) -> &'static str {
        match self {
            Fact::Key => "key",
            Fact::Place => "place",
            Fact::Zones => "zones",
            Fact::Near => "near",
            Fact::Date => "date",
        }
    }
}

/// The columns that were read so far.
#[derive(Default)]
pub(crate) struct Columns {
    numbers: [OnceLock<Column<u64>>; 5],
    source: OnceLock<Option<StrColumn>>,
    stored: OnceLock<StoreReader>,
}

/// Blocks of stored facts that stay unpacked.
const BLOCKS: usize = 256;

impl Columns {
    pub(crate) fn numbers(&self, reader: &SegmentReader, fact: Fact) -> Result<&Column<u64>> {
        let cell = &self.numbers[fact as usize];
        if let Some(column) = cell.get() {
            return Ok(column);
        }
        let column = reader.fast_fields().u64(fact.name())?;
        Ok(cell.get_or_init(|| column))
    }

    pub(crate) fn source(&self, reader: &SegmentReader) -> Result<Option<&StrColumn>> {
        if let Some(column) = self.source.get() {
            return Ok(column.as_ref());
        }
        let column = reader.fast_fields().str("source")?;
        Ok(self.source.get_or_init(|| column).as_ref())
    }

    pub(crate) fn stored(&self, reader: &SegmentReader) -> Result<&StoreReader> {
        if let Some(stored) = self.stored.get() {
            return Ok(stored);
        }
        let stored = reader.get_store_reader(BLOCKS);
        let stored = stored.context("cannot read the facts of articles")?;
        Ok(self.stored.get_or_init(|| stored))
    }
}
