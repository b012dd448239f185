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
}

impl Units {
    pub(crate) fn new(ranges: impl Iterator<Item = Range<DocId>> + Clone) -> Units {
        let first = ranges.clone().next().map_or(0, |range| range.start);
        let end = ranges.clone().last().map_or(0, |range| range.end);
        let mut all = Set::none(first..end);
        let mut begins = all.clone();
        for range in ranges {
            begins.insert(range.start);
            range.for_each(|doc| all.insert(doc));
        }
        let mut before = Vec::new();
        let mut sum = 0;
        for nth in begins.numbers() {
            before.push(sum);
            sum += begins.word(nth).count_ones();
        }
        Units {
            all,
            begins,
            before,
        }
    }

    /// All passages of all of them.
    pub(crate) fn all(&self) -> &Set {
        &self.all
    }

    /// The number of the one that holds a passage of one.
    #[inline]
    pub(crate) fn nth(&self, doc: DocId) -> usize {
        let word = doc as usize / 64;
        let up_to = self.begins.word(word) & (u64::MAX >> (63 - doc % 64));
        let before = word - self.begins.numbers().start;
        let before = self.before.get(before).copied().unwrap_or(0);
        (before + up_to.count_ones()).saturating_sub(1) as usize
    }

    /// Calls `found` for each that has a term, in order, with its number and how
    /// often the term stands there.
    pub(crate) fn count(
        &self,
        terms: &Terms,
        term: &str,
        mut found: impl FnMut(usize, u32),
    ) -> Result<()> {
        // Passages of one are neighbours, so what was counted is handed on when
        // the next one comes.
        let mut last = (usize::MAX, 0);
        let mut add = |doc: DocId, frequency: u32| {
            let nth = self.nth(doc);
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
            for nth in self.all.numbers() {
                let mut both = self.all.word(nth) & counts.word(nth);
                while both != 0 {
                    let doc = nth as DocId * 64 + both.trailing_zeros();
                    both &= both - 1;
                    add(doc, counts.frequency(doc));
                }
            }
        } else if let Some(mut postings) = terms.postings(term)? {
            let mut doc = postings.doc();
            while let Some(wanted) = self.all.from(doc) {
                if wanted > doc {
                    doc = postings.seek(wanted);
                    continue;
                }
                add(doc, postings.term_freq());
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
            let units = Units::new(ranges.iter().cloned());
            for (nth, range) in ranges.iter().enumerate() {
                for doc in range.clone() {
                    prop_assert!(units.all().contains(doc));
                    prop_assert_eq!(units.nth(doc), nth);
                }
            }
            let all = ranges.iter().map(Range::len).sum::<usize>();
            prop_assert_eq!(units.all().iter().count(), all);
        }
    }
}
