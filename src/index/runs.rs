//! Which passages of a segment begin something: an article, or the rest of a
//! paragraph. Two bits a passage.
//!
//! On disk, for every 64 passages: which begin an article, and which a paragraph
//! (two u64, the lowest bit for the first passage).

use tantivy::DocId;

/// The documents at which runs of documents begin, one bit each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Firsts {
    bits: Vec<u64>,
    /// How many begin before each 64 documents; empty where nobody asks.
    ranks: Vec<u32>,
    documents: DocId,
}

impl Firsts {
    fn none(documents: DocId) -> Firsts {
        Firsts {
            bits: vec![0; (documents as usize).div_ceil(64)],
            ranks: Vec::new(),
            documents,
        }
    }

    #[cfg(test)]
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

    fn rank_all(&mut self) {
        let mut before = 0;
        let ranks = self.bits.iter().map(|bits| {
            before += bits.count_ones();
            before - bits.count_ones()
        });
        self.ranks = ranks.collect();
    }

    /// How many runs begin before a document.
    pub(crate) fn rank(&self, doc: DocId) -> usize {
        let word = doc as usize / 64;
        let below = self
            .bits
            .get(word)
            .map_or(0, |bits| bits & !(u64::MAX << (doc % 64)));
        (self.ranks.get(word).copied().unwrap_or(0) + below.count_ones()) as usize
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
    /// Bytes on disk of those of so many documents.
    pub(crate) fn size(documents: usize) -> usize {
        documents.div_ceil(64) * 16
    }

    /// From disk.
    pub(crate) fn read(bytes: &[u8], documents: DocId) -> Runs {
        let mut articles = Firsts::none(documents);
        let mut paragraphs = Firsts::none(documents);
        let both = articles.bits.iter_mut().zip(&mut paragraphs.bits);
        for ((article, paragraph), both) in both.zip(bytes.as_chunks::<16>().0) {
            let both = u128::from_le_bytes(*both);
            (*article, *paragraph) = (both as u64, (both >> 64) as u64);
        }
        articles.rank_all();
        Runs {
            articles,
            paragraphs,
        }
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

/// Runs on their way to disk.
#[derive(Default)]
pub(crate) struct RunsWriter {
    bytes: Vec<u8>,
    articles: u64,
    paragraphs: u64,
    documents: DocId,
}

impl RunsWriter {
    /// The next passage: whether it begins an article, and whether a paragraph.
    pub(crate) fn add(&mut self, article: bool, paragraph: bool) {
        let nth = self.documents % 64;
        self.articles |= u64::from(article) << nth;
        self.paragraphs |= u64::from(paragraph) << nth;
        self.documents += 1;
        if nth == 63 {
            self.end();
        }
    }

    fn end(&mut self) {
        for bits in [&mut self.articles, &mut self.paragraphs] {
            self.bytes.extend(std::mem::take(bits).to_le_bytes());
        }
    }

    /// Bytes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes.capacity()
    }

    /// All of them.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        if !self.documents.is_multiple_of(64) {
            self.end();
        }
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read(passages in proptest::collection::vec(any::<(bool, bool)>(), 0..200)) {
            let mut writer = RunsWriter::default();
            for (article, paragraph) in &passages {
                writer.add(*article, *paragraph);
            }
            let bytes = writer.finish();
            prop_assert_eq!(bytes.len(), Runs::size(passages.len()));
            let runs = Runs::read(&bytes, passages.len() as DocId);
            for (doc, (article, paragraph)) in (0..).zip(passages) {
                prop_assert_eq!(runs.articles.has(doc), article);
                prop_assert_eq!(runs.paragraphs.has(doc), paragraph);
            }
        }

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
            firsts.rank_all();
            prop_assert_eq!(firsts.count(), units.len() as u64);
            for doc in 0..begins.len() as DocId {
                let nth = units.partition_point(|unit| *unit <= doc);
                prop_assert_eq!(firsts.before(doc), units[nth - 1]);
                prop_assert_eq!(firsts.rank(doc), units.iter().filter(|unit| **unit < doc).count());
                prop_assert_eq!(firsts.has(doc), units[nth - 1] == doc);
                let end = units.get(nth).copied().unwrap_or(begins.len() as DocId);
                prop_assert_eq!(firsts.after(doc), end);
            }
        }
    }
}
