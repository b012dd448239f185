//! A set of passages of one segment, as bits: where an answer still matters.

use tantivy::DocId;

/// Passages of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Set {
    words: Vec<u64>,
    end: DocId,
}

impl Set {
    /// None of the documents below `end`.
    pub(crate) fn none(end: DocId) -> Set {
        Set {
            words: vec![0; (end as usize).div_ceil(64)],
            end,
        }
    }

    /// All documents below `end`.
    pub(crate) fn all(end: DocId) -> Set {
        let mut set = Set::none(end);
        set.words.fill(u64::MAX);
        if let (Some(last), over @ 1..) = (set.words.last_mut(), end % 64) {
            *last = (1 << over) - 1;
        }
        set
    }

    /// These documents.
    pub(crate) fn of(docs: &[DocId], end: DocId) -> Set {
        let mut set = Set::none(end);
        docs.iter().for_each(|doc| set.insert(*doc));
        set
    }

    pub(crate) fn insert(&mut self, doc: DocId) {
        if let Some(word) = self.words.get_mut(doc as usize / 64) {
            *word |= 1 << (doc % 64);
        }
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        let word = self.words.get(doc as usize / 64).copied();
        word.is_some_and(|word| word >> (doc % 64) & 1 == 1)
    }

    /// The first document of the set from `doc` on.
    pub(crate) fn from(&self, doc: DocId) -> Option<DocId> {
        let mut at = doc as usize / 64;
        let mut word = self.words.get(at)? & (u64::MAX << (doc % 64));
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some(at as DocId * 64 + word.trailing_zeros())
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
    /// from one of `firsts` to before the next.
    pub(crate) fn spread(&self, firsts: &Set) -> Set {
        let mut set = self.clone();
        // Bits flow over places that are open, twice as far with each step.
        let mut carry = false;
        for (word, firsts) in set.words.iter_mut().zip(&firsts.words) {
            let mut open = !firsts;
            *word |= u64::from(carry) & open;
            for step in [1, 2, 4, 8, 16, 32] {
                *word |= *word << step & open;
                open &= open << step;
            }
            carry = *word >> 63 == 1;
        }
        let (mut carry, mut last_open) = (false, false);
        for (word, firsts) in set.words.iter_mut().zip(&firsts.words).rev() {
            let mut open = !firsts >> 1 | u64::from(last_open) << 63;
            last_open = firsts & 1 == 0;
            *word |= u64::from(carry) << 63 & open;
            for step in [1, 2, 4, 8, 16, 32] {
                *word |= *word >> step & open;
                open &= open >> step;
            }
            carry = *word & 1 == 1;
        }
        if let (Some(last), over @ 1..) = (set.words.last_mut(), set.end % 64) {
            *last &= (1 << over) - 1;
        }
        set
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The documents, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = DocId> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let doc = self.from(next)?;
            next = doc + 1;
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
            docs in prop::collection::btree_set(0u32..200, 0..60),
            others in prop::collection::btree_set(0u32..200, 0..60),
            end in 200u32..260,
        ) {
            let list: Vec<DocId> = docs.iter().copied().collect();
            let mut set = Set::of(&list, end);
            prop_assert!(set.iter().eq(list.iter().copied()));
            prop_assert_eq!(set.is_empty(), docs.is_empty());
            for doc in 0..end {
                prop_assert_eq!(set.contains(doc), docs.contains(&doc));
                prop_assert_eq!(set.from(doc), docs.range(doc..).next().copied());
            }
            let other: Vec<DocId> = others.iter().copied().collect();
            set.keep(&Set::of(&other, end));
            let both: BTreeSet<DocId> = docs.intersection(&others).copied().collect();
            prop_assert!(set.iter().eq(both.iter().copied()));
            set.add(&Set::of(&other, end));
            prop_assert!(set.iter().eq(others.iter().copied()));
            set.remove_all(&Set::of(&other, end));
            prop_assert!(set.is_empty());
            prop_assert!(Set::all(end).iter().eq(0..end));
            // From the one set as beginnings of runs.
            let run = |doc: DocId| others.range(..=doc).next_back();
            let runs: BTreeSet<_> = docs.iter().map(|doc| run(*doc)).collect();
            let spread = Set::of(&list, end).spread(&Set::of(&other, end));
            prop_assert!(spread.iter().eq((0..end).filter(|doc| runs.contains(&run(*doc)))));
        }
    }
}
