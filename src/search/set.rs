//! A set of passages of one segment, as bits: where an answer still matters.

use std::ops::Range;

use tantivy::DocId;

/// Passages of a stretch of a segment. Sets that are put together are of one stretch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    words: Vec<u64>,
    /// Words of bits before the stretch.
    base: usize,
    docs: Range<DocId>,
}

impl Set {
    /// None of some documents.
    pub(crate) fn none(docs: Range<DocId>) -> Set {
        let base = docs.start as usize / 64;
        let end = (docs.end as usize).div_ceil(64);
        Set {
            words: vec![0; end.saturating_sub(base)],
            base,
            docs,
        }
    }

    /// All of some documents.
    pub(crate) fn all(docs: Range<DocId>) -> Set {
        let mut set = Set::none(docs);
        set.words.fill(u64::MAX);
        set.cut();
        set
    }

    /// None of the same stretch.
    pub(crate) fn empty(&self) -> Set {
        Set::none(self.docs())
    }

    /// These documents of the same stretch.
    pub(crate) fn with(&self, docs: impl IntoIterator<Item = DocId>) -> Set {
        let mut set = self.empty();
        docs.into_iter().for_each(|doc| set.insert(doc));
        set
    }

    /// The stretch.
    pub(crate) fn docs(&self) -> Range<DocId> {
        self.docs.clone()
    }

    /// The numbers of its words, for [`Set::word`].
    pub(crate) fn numbers(&self) -> Range<usize> {
        self.base..self.base + self.words.len()
    }

    /// Clears the bits of the first and the last word that are beyond the stretch.
    fn cut(&mut self) {
        if let Some(first) = self.words.first_mut() {
            *first &= u64::MAX << (self.docs.start % 64);
        }
        if let (Some(last), over @ 1..) = (self.words.last_mut(), self.docs.end % 64) {
            *last &= (1 << over) - 1;
        }
    }

    /// Takes in a document; one beyond the stretch is left out.
    pub(crate) fn insert(&mut self, doc: DocId) {
        let at = (doc as usize / 64).wrapping_sub(self.base);
        if let Some(word) = self.words.get_mut(at) {
            *word |= 1 << (doc % 64);
        }
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        self.word(doc as usize / 64) >> (doc % 64) & 1 == 1
    }

    /// Sixty-four documents, counted through from the first of the segment.
    #[inline]
    pub(crate) fn word(&self, nth: usize) -> u64 {
        let at = nth.wrapping_sub(self.base);
        self.words.get(at).copied().unwrap_or(0)
    }

    /// Keeps what stands in other words of bits too, numbered as [`Set::word`] does.
    pub(crate) fn keep_words(&mut self, other: impl Fn(usize) -> u64) {
        for (nth, word) in (self.base..).zip(&mut self.words) {
            *word &= other(nth);
        }
    }

    /// The first document of the set from `doc` on.
    pub(crate) fn from(&self, doc: DocId) -> Option<DocId> {
        let doc = doc.max(self.docs.start);
        let mut at = doc as usize / 64 - self.base;
        let mut word = self.words.get(at)? & (u64::MAX << (doc % 64));
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some((self.base + at) as DocId * 64 + word.trailing_zeros())
    }

    /// Keeps what is in the other set too.
    pub(crate) fn keep(&mut self, other: &Set) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    /// Takes in what the other set has.
    pub(crate) fn add(&mut self, other: &Set) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    /// Drops what the other set has.
    pub(crate) fn remove_all(&mut self, other: &Set) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Everything that stands in one run with something of the set; a run goes
    /// from one of `firsts` to before the next. `firsts` are bits counted from the
    /// first of the segment, and a stretch is made of whole runs.
    pub(crate) fn spread(&self, firsts: &[u64]) -> Set {
        let mut set = self.clone();
        let firsts = firsts.get(self.base..).unwrap_or_default();
        // To the ends of runs: what is added to bits that are all set, but for the last
        // of each run, runs over from the first that is in the set up to that last one.
        let nexts = firsts.iter().skip(1).chain([&1]);
        let mut carry = false;
        for ((word, firsts), next) in set.words.iter_mut().zip(firsts).zip(nexts) {
            let inner = !(firsts >> 1 | next << 63);
            let from = *word | u64::from(carry);
            let (sum, over) = (from & inner).overflowing_add(inner);
            *word = sum ^ inner | from;
            carry = over;
        }
        // To their beginnings: bits flow over places that are open, twice as far with each step.
        let (mut carry, mut last_open) = (false, false);
        for (word, firsts) in set.words.iter_mut().zip(firsts).rev() {
            let mut open = !firsts >> 1 | u64::from(last_open) << 63;
            last_open = firsts & 1 == 0;
            if *word == 0 && !carry {
                continue;
            }
            *word |= u64::from(carry) << 63 & open;
            for steps in [[1, 2, 4], [8, 16, 32]] {
                for step in steps {
                    *word |= *word >> step & open;
                    open &= open >> step;
                }
                // Few runs are so long that bits have further to go.
                if open == 0 {
                    break;
                }
            }
            carry = *word & 1 == 1;
        }
        set.cut();
        set
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// The documents, in order, as a list.
    pub(crate) fn to_vec(&self) -> Vec<DocId> {
        let mut docs = Vec::with_capacity(self.len());
        docs.extend(self.iter());
        docs
    }

    /// The documents, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = DocId> {
        let mut words = (self.base..).zip(&self.words);
        let (mut first, mut left) = (0, 0);
        std::iter::from_fn(move || {
            while left == 0 {
                let (nth, word) = words.next()?;
                (first, left) = (nth as DocId * 64, *word);
            }
            let doc = first + left.trailing_zeros();
            left &= left - 1;
            Some(doc)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn a_set_is_a_set(
            docs in prop::collection::btree_set(70u32..200, 0..60),
            others in prop::collection::btree_set(70u32..200, 0..60),
            begin in 0u32..70,
            end in 200u32..260,
        ) {
            let none = Set::none(begin..end);
            let mut set = none.with(docs.iter().copied());
            prop_assert!(set.iter().eq(docs.iter().copied()));
            prop_assert_eq!(set.is_empty(), docs.is_empty());
            prop_assert_eq!(set.len(), docs.len());
            for doc in 0..end {
                prop_assert_eq!(set.contains(doc), docs.contains(&doc));
                prop_assert_eq!(set.from(doc), docs.range(doc..).next().copied());
            }
            set.keep(&none.with(others.iter().copied()));
            let both: BTreeSet<DocId> = docs.intersection(&others).copied().collect();
            prop_assert!(set.iter().eq(both.iter().copied()));
            set.add(&none.with(others.iter().copied()));
            prop_assert!(set.iter().eq(others.iter().copied()));
            set.remove_all(&none.with(others.iter().copied()));
            prop_assert!(set.is_empty());
            prop_assert!(Set::all(begin..end).iter().eq(begin..end));
            // From the one set as beginnings of runs; the stretch begins one.
            let mut firsts = vec![0; 5];
            for doc in others.iter().chain([&begin, &end]) {
                firsts[*doc as usize / 64] |= 1 << (doc % 64);
            }
            let run = |doc: DocId| others.range(..=doc).next_back();
            let runs: BTreeSet<_> = docs.iter().map(|doc| run(*doc)).collect();
            let spread = none.with(docs.iter().copied()).spread(&firsts);
            prop_assert!(spread.iter().eq((begin..end).filter(|doc| runs.contains(&run(*doc)))));
            let mut kept = none.with(docs.iter().copied());
            kept.keep_words(|nth| if nth < 3 { firsts[nth] } else { 0 });
            let kept: Vec<DocId> = kept.iter().collect();
            let all = |doc: &DocId| *doc < 192 && (others.contains(doc) || *doc == begin || *doc == end);
            prop_assert_eq!(kept, docs.into_iter().filter(all).collect::<Vec<_>>());
        }
    }
}
