//! Articles or passages as runs of passages of a segment, numbered: which of them
//! holds a passage is a look at a bit.

use std::ops::Range;

use anyhow::Result;
use tantivy::{DocId, DocSet};

use crate::index::Terms;
use crate::search::set::Set;

/// Runs of passages, sorted and apart.
#[derive(Debug)]
pub(crate) struct Units {
    /// All passages of them.
    all: Set,
    /// Those at which they begin, and for each word how many come before.
    begins: Set,
    before: Vec<u32>,
    count: usize,
}

impl Units {
    /// These runs, sorted and apart.
    pub(crate) fn new(docs: Range<DocId>, runs: impl Iterator<Item = Range<DocId>>) -> Units {
        let mut all = Set::none(docs);
        let mut begins = all.clone();
        for run in runs {
            begins.insert(run.start);
            run.for_each(|doc| all.insert(doc));
        }
        Units::of(all, begins)
    }

    /// The runs of some passages, `all`: one begins at each of `begins`.
    pub(crate) fn of(all: Set, begins: Set) -> Units {
        let mut before = Vec::with_capacity(begins.numbers().len());
        let mut sum = 0;
        for nth in begins.numbers() {
            before.push(sum);
            sum += begins.word(nth).count_ones();
        }
        Units {
            all,
            begins,
            before,
            count: sum as usize,
        }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The first passages of all of them.
    pub(crate) fn begins(&self) -> &Set {
        &self.begins
    }

    /// All passages of all of them.
    pub(crate) fn all(&self) -> &Set {
        &self.all
    }

    /// Tells the first passages of those it is asked for by number, from the lowest up.
    pub(crate) fn firsts(&self) -> impl FnMut(usize) -> DocId {
        let numbers = self.begins.numbers();
        let mut word = numbers.start;
        let mut left = self.begins.word(word);
        // The number of the first of those that are left.
        let mut at = 0;
        move |nth| {
            while at + left.count_ones() as usize <= nth && word < numbers.end {
                at += left.count_ones() as usize;
                word += 1;
                left = self.begins.word(word);
            }
            while at < nth {
                left &= left.wrapping_sub(1);
                at += 1;
            }
            word as DocId * 64 + left.trailing_zeros()
        }
    }

    /// Adds up, for each, what its passages have.
    pub(crate) fn sums(&self, of: impl Fn(DocId) -> u32) -> Vec<u32> {
        let mut sums = vec![0; self.count];
        for word in self.all.numbers() {
            let (begins, before) = self.begins_of(word);
            let mut all = self.all.word(word);
            while all != 0 {
                let bit = all.trailing_zeros();
                all &= all - 1;
                let up_to = begins & (u64::MAX >> (63 - bit));
                let nth = (before + up_to.count_ones()).wrapping_sub(1) as usize;
                if let Some(sum) = sums.get_mut(nth) {
                    *sum += of(word as DocId * 64 + bit);
                }
            }
        }
        sums
    }

    /// The number of the one that holds a passage of one.
    #[inline]
    pub(crate) fn nth(&self, doc: DocId) -> usize {
        let (begins, before) = self.begins_of(doc as usize / 64);
        let up_to = begins & (u64::MAX >> (63 - doc % 64));
        (before + up_to.count_ones()).saturating_sub(1) as usize
    }

    /// Of sixty-four passages those at which one begins, and how many begin before them.
    #[inline]
    fn begins_of(&self, word: usize) -> (u64, u32) {
        let before = word.wrapping_sub(self.begins.numbers().start);
        let before = self.before.get(before).copied().unwrap_or(0);
        (self.begins.word(word), before)
    }

    /// Calls `found` for each that has a term, in order, with its number and how
    /// often the term stands there.
    pub(crate) fn tally(
        &self,
        terms: &Terms,
        term: &str,
        mut found: impl FnMut(usize, u32),
    ) -> Result<()> {
        // Passages of one are neighbours, so what was counted is handed on when
        // the next one comes.
        let mut last = (usize::MAX, 0);
        let mut add = |nth: usize, frequency: u32| {
            if nth == last.0 {
                last.1 += frequency;
                return;
            }
            let (nth, frequency) = std::mem::replace(&mut last, (nth, frequency));
            if nth != usize::MAX {
                found(nth, frequency);
            }
        };
        if let Some(counts) = terms.counts(term)? {
            for word in self.all.numbers() {
                let all = self.all.word(word);
                if all == 0 {
                    continue;
                }
                let own = counts.word(word);
                let mut both = all & own;
                if both == 0 {
                    continue;
                }
                let (begins, before) = self.begins_of(word);
                let frequencies = counts.frequencies(word);
                while both != 0 {
                    let bit = both.trailing_zeros();
                    both &= both - 1;
                    let nth = before + (begins & (u64::MAX >> (63 - bit))).count_ones();
                    let at = (own & ((1 << bit) - 1)).count_ones();
                    let frequency = frequencies.get(at as usize).copied().unwrap_or(0);
                    add(nth.saturating_sub(1) as usize, u32::from(frequency));
                }
            }
        } else if let Some(mut postings) = terms.postings(term)? {
            let mut doc = postings.doc();
            while let Some(wanted) = self.all.from(doc) {
                if wanted > doc {
                    doc = postings.seek(wanted);
                    continue;
                }
                add(self.nth(doc), postings.term_freq());
                doc = postings.advance();
            }
        }
        if last.0 != usize::MAX {
            found(last.0, last.1);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_passage_has_its_unit(lengths in prop::collection::vec((0u32..70, 1u32..9), 0..60)) {
            let mut ranges = Vec::new();
            let mut end = 0;
            for (gap, length) in lengths {
                ranges.push(end + gap..end + gap + length);
                end += gap + length;
            }
            let units = Units::new(0..end, ranges.iter().cloned());
            prop_assert_eq!(units.count(), ranges.len());
            prop_assert!(units.begins().iter().eq(ranges.iter().map(|range| range.start)));
            for (nth, range) in ranges.iter().enumerate() {
                for doc in range.clone() {
                    prop_assert!(units.all().contains(doc));
                    prop_assert_eq!(units.nth(doc), nth);
                }
            }
            for step in 1..5 {
                let mut first = units.firsts();
                for nth in (0..ranges.len()).step_by(step) {
                    prop_assert_eq!(first(nth), ranges[nth].start);
                }
            }
            let sums = ranges.iter().map(|range| range.clone().map(|doc| doc % 7).sum());
            prop_assert_eq!(units.sums(|doc| doc % 7), sums.collect::<Vec<u32>>());
            let all = ranges.iter().map(Range::len).sum::<usize>();
            prop_assert_eq!(units.all().iter().count(), all);
        }
    }
}
