//! What is ranked: articles, or passages. Both are runs of neighbouring
//! documents, so one code scores them.

use anyhow::Result;
use tantivy::{DocId, SegmentReader};

use crate::index::Segment;

/// The units of one segment.
#[derive(Debug)]
pub(crate) struct Level {
    /// For each document the number of its unit.
    of: Vec<u32>,
    /// For each unit its first document.
    starts: Vec<DocId>,
    /// For each unit its length in characters.
    pub(crate) chars: Vec<u32>,
    /// For each unit its length in words.
    pub(crate) words: Vec<u32>,
    /// Units that are not deleted.
    pub(crate) alive: u64,
}

impl Level {
    /// Articles (`whole`) or passages of a segment.
    pub(crate) fn read(segment: &Segment, whole: bool) -> Result<Level> {
        let places = segment.fast_fields().u64("place")?;
        let (chars, words) = (segment.chars(), segment.words());
        let mut level = Level {
            of: Vec::with_capacity(segment.max_doc() as usize),
            starts: Vec::new(),
            chars: Vec::new(),
            words: Vec::new(),
            alive: 0,
        };
        for doc in 0..segment.max_doc() {
            let first = places.first(doc).unwrap_or_default() >> 1 == 0;
            if !whole || first || level.starts.is_empty() {
                level.starts.push(doc);
                level.chars.push(0);
                level.words.push(0);
                level.alive += u64::from(!segment.is_deleted(doc));
            }
            let unit = level.starts.len() - 1;
            level.of.push(unit as u32);
            level.chars[unit] += chars.length(doc);
            level.words[unit] += words.length(doc);
        }
        Ok(level)
    }

    /// The unit of a document.
    pub(crate) fn unit(&self, doc: DocId) -> usize {
        self.of[doc as usize] as usize
    }

    /// Number of units.
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The documents of a unit.
    pub(crate) fn docs(&self, unit: usize) -> std::ops::Range<DocId> {
        let end = self
            .starts
            .get(unit + 1)
            .copied()
            .unwrap_or(self.of.len() as DocId);
        self.starts[unit]..end
    }

    /// Lengths in characters and words of what is not deleted, added up.
    pub(crate) fn totals(&self, segment: &SegmentReader) -> (u64, u64) {
        let mut totals = (0, 0);
        for unit in 0..self.len() {
            if !segment.is_deleted(self.starts[unit]) {
                totals.0 += u64::from(self.chars[unit]);
                totals.1 += u64::from(self.words[unit]);
            }
        }
        totals
    }
}
