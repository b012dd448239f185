//! What tantivy keeps of the documents of a segment. A column is read when it is
//! first asked for, and once.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use anyhow::Result;
use foldhash::fast::FixedState;
use tantivy::columnar::{Cardinality, Column, StrColumn};
use tantivy::{DocId, SegmentReader};

use crate::index::schema::Zones;
use crate::index::texts::Texts;
use crate::index::twins::Signature;

/// A column of numbers; see [`crate::index::Fields`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// `zones`
    Zones,
    /// `date`
    Date,
}

impl Fact {
    fn name(self) -> &'static str {
        match self {
            Fact::Zones => "zones",
            Fact::Date => "date",
        }
    }
}

/// The columns that were read so far.
#[derive(Default)]
pub(crate) struct Columns {
    numbers: [OnceLock<Column<u64>>; 2],
    source: OnceLock<Option<StrColumn>>,
    days: OnceLock<Vec<u32>>,
    titles: OnceLock<Vec<u16>>,
    /// Signatures of articles that were looked at, by their first passage.
    signatures: Mutex<HashMap<DocId, Signature, FixedState>>,
}

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

    pub(crate) fn days(&self, reader: &SegmentReader) -> Result<&[u32]> {
        if let Some(days) = self.days.get() {
            return Ok(days);
        }
        let column = self.numbers(reader, Fact::Date)?;
        let day = |day: u64| u32::try_from(day).unwrap_or(0);
        let mut days = Vec::with_capacity(reader.max_doc() as usize);
        if column.get_cardinality() == Cardinality::Full {
            let mut stretch = [0; 1024];
            while days.len() < reader.max_doc() as usize {
                let left = reader.max_doc() as usize - days.len();
                let stretch = &mut stretch[..left.min(1024)];
                column.values.get_range(days.len() as u64, stretch);
                days.extend(stretch.iter().map(|value| day(*value)));
            }
        } else {
            days.extend((0..reader.max_doc()).map(|doc| day(column.first(doc).unwrap_or(0))));
        }
        Ok(self.days.get_or_init(|| days))
    }

    pub(crate) fn titles(&self, reader: &SegmentReader) -> Result<&[u16]> {
        if let Some(titles) = self.titles.get() {
            return Ok(titles);
        }
        let zones = self.numbers(reader, Fact::Zones)?;
        let title = |doc| u16::try_from(Zones::of(zones, doc).title).unwrap_or(u16::MAX);
        let titles = (0..reader.max_doc()).map(title).collect();
        Ok(self.titles.get_or_init(|| titles))
    }

    pub(crate) fn signature(&self, texts: &Texts, article: DocId) -> Result<Signature> {
        let known = || {
            self.signatures
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(signature) = known().get(&article) {
            return Ok(*signature);
        }
        let signature = texts.signature(article)?;
        known().insert(article, signature);
        Ok(signature)
    }
}
