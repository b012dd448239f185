//! Lists of postings laid open: whether a document has the term, how often and
//! about where is a look at a place, not a walk to it.
//!
//! Made of the lists that one process asks for again and again. Where the term
//! stands is kept as one bit for each position, taken by 64: two characters
//! can stand side by side only where the bits of one, moved by one, meet those of
//! the other. That rules out most documents that hold both without a
//! look at their positions.

use std::sync::Arc;

use tantivy::DocId;

use crate::index::postings::read::Postings;

/// Which documents of a segment have a term, and how often.
#[derive(Debug)]
pub struct Counts {
    /// One bit a document.
    bits: Vec<u64>,
    /// For each word of bits how many documents of the list come before it.
    before: Vec<u32>,
    /// For each document of the list how often it has the term.
    frequencies: Vec<u8>,
}

impl Counts {
    /// About how many bytes a list takes.
    pub(super) fn size(doc_freq: u32, documents: u32) -> usize {
        doc_freq as usize + documents as usize / 64 * 12
    }

    /// `None` for a term that stands more than 255 times in a document.
    pub(super) fn of(mut postings: Postings, documents: u32) -> Option<Counts> {
        let mut bits = vec![0; (documents as usize).div_ceil(64)];
        let mut frequencies = Vec::with_capacity(postings.doc_freq() as usize);
        while let Some(run) = postings.run(false) {
            for (doc, frequency) in run.documents.iter().zip(run.frequencies) {
                *bits.get_mut(*doc as usize / 64)? |= 1 << (doc % 64);
                frequencies.push(u8::try_from(frequency.checked_add(1)?).ok()?);
            }
            postings.next_run();
        }
        let mut sum = 0u32;
        let mut before = Vec::with_capacity(bits.len());
        for word in &bits {
            before.push(sum);
            sum += u64::count_ones(*word);
        }
        (sum as usize == frequencies.len()).then_some(Counts {
            bits,
            before,
            frequencies,
        })
    }

    /// One bit a document, 64 to a word.
    #[inline]
    pub fn word(&self, nth: usize) -> u64 {
        self.bits.get(nth).copied().unwrap_or(0)
    }

    /// Whether a document has the term.
    #[inline]
    pub fn has(&self, doc: DocId) -> bool {
        self.word(doc as usize / 64) >> (doc % 64) & 1 == 1
    }

    /// Where a document that has the term stands in the list.
    #[inline]
    fn nth(&self, doc: DocId) -> usize {
        let word = doc as usize / 64;
        let before = self.before.get(word).copied().unwrap_or(u32::MAX);
        let own = self.word(word) & ((1 << (doc % 64)) - 1);
        before.saturating_add(own.count_ones()) as usize
    }

    /// How often the term stands in a document that has it.
    #[inline]
    pub fn frequency(&self, doc: DocId) -> u32 {
        let times = self.frequencies.get(self.nth(doc));
        u32::from(times.copied().unwrap_or(0))
    }
}

/// The same, and about where.
#[derive(Debug)]
pub struct Dense {
    counts: Arc<Counts>,
    /// For each document of the list where the term stands first, or [`Dense::FAR`].
    firsts: Vec<u8>,
    /// One bit for each position, taken by 64.
    places: Vec<u64>,
}

impl Dense {
    /// A first position that is this or more is not kept.
    pub const FAR: u32 = u8::MAX as u32;

    /// About how many bytes a list takes besides its counts.
    pub(super) fn size(doc_freq: u32) -> usize {
        doc_freq as usize * 9
    }

    pub(super) fn of(mut postings: Postings, counts: Arc<Counts>) -> Dense {
        let count = counts.frequencies.len();
        let mut firsts = Vec::with_capacity(count);
        let mut all = Vec::with_capacity(count);
        while let Some(run) = postings.run(true) {
            let mut distances = run.distances.iter();
            for frequency in run.frequencies {
                let (mut at, mut places) = (0u32, 0u64);
                let mut first = None;
                for distance in distances.by_ref().take(*frequency as usize + 1) {
                    at = at.wrapping_add(*distance);
                    places |= 1 << (at % 64);
                    first.get_or_insert(at);
                }
                let first = first.unwrap_or(Dense::FAR).min(Dense::FAR);
                firsts.push(first as u8);
                all.push(places);
            }
            postings.next_run();
        }
        Dense {
            counts,
            firsts,
            places: all,
        }
    }

    /// Where the term stands first in a document that has it; `None` when that is
    /// far in.
    #[inline]
    pub fn first(&self, doc: DocId) -> Option<u32> {
        let first = self.firsts.get(self.nth(doc));
        let first = first.map(|first| u32::from(*first));
        first.filter(|first| *first != Dense::FAR)
    }

    /// One bit for each position of the term in a document that has it, taken by 64.
    #[inline]
    pub fn places(&self, doc: DocId) -> u64 {
        self.places.get(self.nth(doc)).copied().unwrap_or(u64::MAX)
    }
}

impl std::ops::Deref for Dense {
    type Target = Counts;

    fn deref(&self) -> &Counts {
        &self.counts
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::index::postings::terms::Terms;
    use crate::index::postings::tests::{file, gaps};

    proptest! {
        #[test]
        fn what_is_laid_open_is_what_the_list_says(
            list in prop::collection::btree_map(0u32..700, gaps(), 12..400),
        ) {
            let model = BTreeMap::from([("x".to_owned(), list.clone())]);
            let terms = Terms::open(file(&model, 700, true), true).unwrap();
            let counts = Counts::of(terms.postings("x").unwrap().unwrap(), 700);
            let most = list.values().map(Vec::len).max();
            prop_assert_eq!(counts.is_some(), most <= Some(255));
            let Some(counts) = counts else { return Ok(()) };
            let dense = Dense::of(terms.postings("x").unwrap().unwrap(), Arc::new(counts));
            for doc in 0..700 {
                prop_assert_eq!(dense.has(doc), list.contains_key(&doc));
                let Some(positions) = list.get(&doc) else { continue };
                prop_assert_eq!(dense.frequency(doc) as usize, positions.len());
                let first = positions.first().copied().filter(|first| *first < Dense::FAR);
                prop_assert_eq!(dense.first(doc), first);
                let places = positions.iter().fold(0u64, |all, at| all | 1 << (at % 64));
                prop_assert_eq!(dense.places(doc), places);
            }
        }

        #[test]
        fn what_is_asked_for_often_is_laid_open(
            list in prop::collection::btree_map(0u32..700, gaps(), 12..400),
        ) {
            let most = list.values().map(Vec::len).max();
            let model = BTreeMap::from([("x".to_owned(), list)]);
            let terms = Terms::open(file(&model, 700, true), true).unwrap();
            prop_assert!(terms.dense("x").unwrap().is_none());
            prop_assert!(terms.counts("y").unwrap().is_none());
            for _ in 0..100 {
                terms.postings("x").unwrap();
                terms.dense("x").unwrap();
            }
            prop_assert_eq!(terms.dense("x").unwrap().is_some(), most <= Some(255));
            prop_assert_eq!(terms.counts("x").unwrap().is_some(), most <= Some(255));
        }
    }
}
