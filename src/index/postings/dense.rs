//! Lists of postings laid open: whether a document has the term, how often and
//! where is a look at a place, not a walk to it.
//!
//! Made of the lists that one process asks for again and again. Besides the
//! positions there is one bit for each of them, taken by 32: two characters
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

    /// The number that a document that has the term has in the list.
    #[inline]
    pub fn nth(&self, doc: DocId) -> usize {
        let word = doc as usize / 64;
        let before = self.before.get(word).copied().unwrap_or(u32::MAX);
        let own = self.word(word) & ((1 << (doc % 64)) - 1);
        before.saturating_add(own.count_ones()) as usize
    }

    /// How often the term stands in each of those of sixty-four documents that have it.
    #[inline]
    pub fn frequencies(&self, word: usize) -> &[u8] {
        let begin = self.before.get(word).map_or(usize::MAX, |at| *at as usize);
        let count = self.word(word).count_ones() as usize;
        let own = self.frequencies.get(begin..begin.saturating_add(count));
        own.unwrap_or_default()
    }

    /// How often the term stands in a document that has it.
    #[inline]
    pub fn frequency(&self, doc: DocId) -> u32 {
        let times = self.frequencies.get(self.nth(doc));
        u32::from(times.copied().unwrap_or(0))
    }
}

/// The same, and where.
#[derive(Debug)]
pub struct Dense {
    counts: Arc<Counts>,
    /// One bit for each position, taken by 32.
    places: Vec<u32>,
    /// For every [`GROUP`] documents of the list where their positions begin.
    begins: Vec<u32>,
    /// Document after document.
    positions: Vec<u16>,
}

/// Documents whose positions are found together, by adding up how often each has the term.
const GROUP: usize = 8;

impl Dense {
    /// About how many bytes a list will take besides its counts: by news, in which a
    /// character stands 1.6 times in a passage that has it.
    pub(super) fn about(doc_freq: u32) -> usize {
        doc_freq as usize * 8
    }

    /// How many bytes a list takes besides its counts.
    pub(super) fn size(&self) -> usize {
        self.places.len() * 4 + self.begins.len() * 4 + self.positions.len() * 2
    }

    /// `None` for positions that 16 bits cannot hold, and for damaged ones.
    pub(super) fn of(mut postings: Postings, counts: Arc<Counts>) -> Option<Dense> {
        let groups = counts.frequencies.chunks(GROUP);
        let mut begins = Vec::with_capacity(groups.len());
        let mut sum = 0u32;
        for group in groups {
            begins.push(sum);
            sum = sum.checked_add(group.iter().map(|times| u32::from(*times)).sum())?;
        }
        let mut all = Vec::with_capacity(counts.frequencies.len());
        let mut positions = Vec::with_capacity(sum as usize);
        while let Some(run) = postings.run(true) {
            let mut distances = run.distances.iter();
            for frequency in run.frequencies {
                let (mut at, mut places) = (0u32, 0u32);
                for _ in 0..=*frequency {
                    at = at.checked_add(*distances.next()?)?;
                    places |= 1 << (at % 32);
                    positions.push(u16::try_from(at).ok()?);
                }
                all.push(places);
            }
            postings.next_run();
        }
        (positions.len() == sum as usize).then_some(Dense {
            counts,
            places: all,
            begins,
            positions,
        })
    }

    /// Where the term stands in the document of this number of the list, in order.
    #[inline]
    pub fn positions(&self, nth: usize) -> &[u16] {
        let group = nth / GROUP;
        let Some(before) = self.frequencies.get(group * GROUP..=nth) else {
            return &[];
        };
        let sum = |times: &[u8]| times.iter().map(|times| usize::from(*times)).sum::<usize>();
        let end = self.begins.get(group).map_or(0, |begin| *begin as usize) + sum(before);
        let times = before.last().map_or(0, |times| usize::from(*times));
        self.positions.get(end - times..end).unwrap_or_default()
    }

    /// One bit for each position of the term in the document of this number, taken by 32.
    #[inline]
    pub fn places(&self, nth: usize) -> u32 {
        self.places.get(nth).copied().unwrap_or(u32::MAX)
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
            mut list in prop::collection::btree_map(0u32..700, gaps(), 12..400),
            far in prop::bool::weighted(0.1),
        ) {
            list.values_mut().take(1).filter(|_| far).for_each(|own| own.push(70_000));
            let model = BTreeMap::from([("x".to_owned(), list.clone())]);
            let terms = Terms::open(file(&model, 700, true), true).unwrap();
            let counts = Counts::of(terms.postings("x").unwrap().unwrap(), 700);
            let most = list.values().map(Vec::len).max();
            prop_assert_eq!(counts.is_some(), most <= Some(255));
            let Some(counts) = counts else { return Ok(()) };
            let dense = Dense::of(terms.postings("x").unwrap().unwrap(), Arc::new(counts));
            prop_assert_eq!(dense.is_none(), far);
            let Some(dense) = dense else { return Ok(()) };
            for doc in 0..700 {
                prop_assert_eq!(dense.has(doc), list.contains_key(&doc));
                let Some(positions) = list.get(&doc) else {
                    continue;
                };
                let nth = dense.nth(doc);
                let own = dense.positions(nth).iter().map(|at| u32::from(*at));
                prop_assert!(own.eq(positions.iter().copied()));
                prop_assert_eq!(dense.frequency(doc) as usize, positions.len());
                let before = list.range(doc / 64 * 64..doc).count();
                let of_word = dense.frequencies(doc as usize / 64);
                prop_assert_eq!(usize::from(of_word[before]), positions.len());
                let places = positions.iter().fold(0u32, |all, at| all | 1 << (at % 32));
                prop_assert_eq!(dense.places(nth), places);
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
