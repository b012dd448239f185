//! What is ranked: articles, or passages. Both are runs of neighbouring
//! documents, so one code scores them. A unit is known by its first document.

use std::ops::Range;

use anyhow::Result;
use tantivy::DocId;

use crate::index::{Fact, Lengths, Segment};

/// Documents that are read from a column in one go.
const STRETCH: usize = 4096;

/// The units of one segment.
#[derive(Debug)]
pub(crate) struct Level {
    firsts: Firsts,
    chars: Lengths,
    words: Lengths,
    /// Units that are not deleted.
    pub(crate) alive: u64,
}

/// The documents at which units begin.
#[derive(Debug)]
struct Firsts {
    /// One bit a document.
    bits: Vec<u64>,
    documents: DocId,
}

impl Firsts {
    fn new(documents: DocId) -> Firsts {
        Firsts {
            bits: vec![0; (documents as usize).div_ceil(64)],
            documents,
        }
    }

    #[inline]
    fn add(&mut self, doc: DocId, is_first: bool) {
        self.bits[doc as usize / 64] |= u64::from(is_first) << (doc % 64);
    }

    /// The last one up to a document.
    fn before(&self, doc: DocId) -> DocId {
        let mut word = doc as usize / 64;
        let mut bits = self.bits[word] & (u64::MAX >> (63 - doc % 64));
        while bits == 0 && word > 0 {
            word -= 1;
            bits = self.bits[word];
        }
        word as DocId * 64 + bits.checked_ilog2().unwrap_or_default()
    }

    /// The next one after a document, or the end of all documents.
    fn after(&self, doc: DocId) -> DocId {
        let mut word = (doc as usize + 1) / 64;
        let mut mask = u64::MAX << ((doc + 1) % 64);
        while let Some(bits) = self.bits.get(word) {
            let bits = bits & mask;
            if bits != 0 {
                return word as DocId * 64 + bits.trailing_zeros();
            }
            mask = u64::MAX;
            word += 1;
        }
        self.documents
    }

    fn count(&self) -> u64 {
        self.bits
            .iter()
            .map(|bits| u64::from(bits.count_ones()))
            .sum()
    }
}

impl Level {
    /// Articles (`whole`) or passages of a segment.
    pub(crate) fn read(segment: &Segment, whole: bool) -> Result<Level> {
        let documents = segment.max_doc();
        let mut firsts = Firsts::new(documents);
        let places = segment.column(Fact::Place)?;
        let mut stretch = vec![0; STRETCH];
        for begin in (0..documents).step_by(STRETCH) {
            let end = documents.min(begin + STRETCH as DocId);
            let stretch = &mut stretch[..(end - begin) as usize];
            if whole {
                places.values.get_range(u64::from(begin), stretch);
            }
            for (doc, place) in (begin..end).zip(stretch.iter()) {
                firsts.add(doc, !whole || place >> 1 == 0 || doc == 0);
            }
        }
        let alive = match segment.alive_bitset() {
            None => firsts.count(),
            Some(_) => (0..documents)
                .filter(|doc| !segment.is_deleted(*doc) && firsts.before(*doc) == *doc)
                .count() as u64,
        };
        Ok(Level {
            firsts,
            chars: segment.chars().lengths(),
            words: segment.words().lengths(),
            alive,
        })
    }

    /// The unit of a document.
    pub(crate) fn unit(&self, doc: DocId) -> DocId {
        self.firsts.before(doc)
    }

    /// The documents of a unit.
    pub(crate) fn docs(&self, unit: DocId) -> Range<DocId> {
        unit..self.firsts.after(unit)
    }

    /// Length of a unit in characters.
    pub(crate) fn chars(&self, unit: DocId) -> u32 {
        self.docs(unit).map(|doc| self.chars.of(doc)).sum()
    }

    /// Length of a unit in words.
    pub(crate) fn words(&self, unit: DocId) -> u32 {
        self.docs(unit).map(|doc| self.words.of(doc)).sum()
    }

    /// Lengths in characters and words of what is not deleted, added up.
    pub(crate) fn totals(&self, segment: &Segment) -> (u64, u64) {
        let total = |lengths: &Lengths| match segment.alive_bitset() {
            None => lengths.total(),
            Some(_) => (0..self.firsts.documents)
                .filter(|doc| !segment.is_deleted(*doc))
                .map(|doc| u64::from(lengths.of(doc)))
                .sum(),
        };
        (total(&self.chars), total(&self.words))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_unit_runs_to_the_next(begins in proptest::collection::vec(prop::bool::weighted(0.1), 1..400)) {
            let mut firsts = Firsts::new(begins.len() as DocId);
            let mut units = Vec::new();
            for (doc, is_first) in (0..).zip(&begins) {
                let is_first = *is_first || doc == 0;
                firsts.add(doc, is_first);
                if is_first {
                    units.push(doc);
                }
            }
            prop_assert_eq!(firsts.count(), units.len() as u64);
            for doc in 0..begins.len() as DocId {
                let nth = units.partition_point(|unit| *unit <= doc);
                prop_assert_eq!(firsts.before(doc), units[nth - 1]);
                let end = units.get(nth).copied().unwrap_or(begins.len() as DocId);
                prop_assert_eq!(firsts.after(doc), end);
            }
        }
    }
}
