//! Which passages of a segment begin something: an article, or the rest of a
//! paragraph. Two bits a passage, read off a column once.

use anyhow::Result;
use tantivy::DocId;
use tantivy::columnar::Column;

/// Documents that are read from a column in one go.
const STRETCH: usize = 4096;

/// The documents at which runs of documents begin, one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firsts {
    bits: Vec<u64>,
    documents: DocId,
}

impl Firsts {
    fn none(documents: DocId) -> Firsts {
        Firsts {
            bits: vec![0; (documents as usize).div_ceil(64)],
            documents,
        }
    }

    #[inline]
    fn add(&mut self, doc: DocId, is_first: bool) {
        self.bits[doc as usize / 64] |= u64::from(is_first) << (doc % 64);
    }

    /// One bit a document, counted from the first of the segment.
    pub fn bits(&self) -> &[u64] {
        &self.bits
    }

    /// Whether a run begins with a document.
    #[inline]
    pub fn has(&self, doc: DocId) -> bool {
        let word = self.bits.get(doc as usize / 64);
        word.is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// The last beginning up to a document of the segment.
    pub fn before(&self, doc: DocId) -> DocId {
        let mut word = doc as usize / 64;
        let bits = self.bits.get(word).copied().unwrap_or(0);
        let mut bits = bits & (u64::MAX >> (63 - doc % 64));
        while bits == 0 && word > 0 {
            word -= 1;
            bits = self.bits[word];
        }
        word as DocId * 64 + bits.checked_ilog2().unwrap_or_default()
    }

    /// The next beginning after a document, or the end of all documents.
    pub fn after(&self, doc: DocId) -> DocId {
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

    /// Number of runs.
    pub fn count(&self) -> u64 {
        let ones = |bits: &u64| u64::from(bits.count_ones());
        self.bits.iter().map(ones).sum()
    }
}

/// The passages of a segment: which begin an article, and which go on with a
/// paragraph of the passage before.
#[derive(Debug)]
pub struct Runs {
    /// First passages of articles.
    pub articles: Firsts,
    /// Passages that do not go on with the paragraph of the one before: a
    /// paragraph that is several passages is a run.
    pub paragraphs: Firsts,
}

impl Runs {
    /// `places`: the column `place`.
    pub(crate) fn read(places: &Column<u64>, documents: DocId) -> Result<Runs> {
        let mut articles = Firsts::none(documents);
        let mut paragraphs = Firsts::none(documents);
        let mut stretch = vec![0; STRETCH.min(documents as usize)];
        for begin in (0..documents).step_by(STRETCH) {
            let end = documents.min(begin + STRETCH as DocId);
            let stretch = &mut stretch[..(end - begin) as usize];
            places.values.get_range(u64::from(begin), stretch);
            for (doc, place) in (begin..end).zip(stretch.iter()) {
                articles.add(doc, place >> 1 == 0 || doc == 0);
                paragraphs.add(doc, place & 1 == 0);
            }
        }
        Ok(Runs {
            articles,
            paragraphs,
        })
    }

    /// The first passage of the article of a passage.
    pub fn article(&self, doc: DocId) -> DocId {
        self.articles.before(doc)
    }

    /// Number of a passage in its article, from 0.
    pub fn number(&self, doc: DocId) -> u32 {
        doc - self.articles.before(doc)
    }

    /// Whether there is such a passage and it goes on with the paragraph of the
    /// one before it.
    #[inline]
    pub fn is_inside(&self, doc: DocId) -> bool {
        doc < self.paragraphs.documents && !self.paragraphs.has(doc)
    }

    /// For 64 passages those whose paragraph may go on in the next one.
    #[inline]
    pub fn going_on(&self, word: usize) -> u64 {
        let bits = |nth: usize| self.paragraphs.bits.get(nth).copied().unwrap_or(0);
        !(bits(word) >> 1 | bits(word + 1) << 63)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_run_goes_to_the_next(begins in proptest::collection::vec(prop::bool::weighted(0.1), 1..400)) {
            let mut firsts = Firsts::none(begins.len() as DocId);
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
                prop_assert_eq!(firsts.has(doc), units[nth - 1] == doc);
                let end = units.get(nth).copied().unwrap_or(begins.len() as DocId);
                prop_assert_eq!(firsts.after(doc), end);
            }
        }
    }
}
