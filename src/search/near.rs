//! `"党建 品牌"~8`: strings that stand near one another, in any order.
//!
//! All of them in one paragraph, or all in the title, with at most so many
//! characters between the end of the first and the start of the last. A long
//! paragraph is several passages, so the places are counted through from one
//! to the next: it makes no difference where a passage ends. A match belongs
//! to the passage it begins in.

use anyhow::Result;
use tantivy::{DocId, DocSet};

use crate::index::{BREAK, Postings, Segment};
use crate::search::phrase::{Phrase, Places, Scope, term_of};
use crate::search::set::Set;

/// The passages of a segment in which such a match begins: all that are
/// `among` those asked for, and perhaps some besides.
pub(crate) fn near(
    segment: &Segment,
    parts: &[String],
    within: u32,
    scope: Scope,
    among: &Set,
) -> Result<Set> {
    let mut docs = among.empty();
    let mut phrases: Vec<(u64, Phrase)> = Vec::new();
    for part in parts {
        let phrase = Phrase::new(part);
        if !phrase.units.is_empty() && phrases.iter().all(|(_, other)| *other != phrase) {
            phrases.push((phrase.at_most(segment)?, phrase));
        }
    }
    phrases.sort_by_key(|(at_most, _)| *at_most);
    let runs = segment.runs();
    // The next part is looked for in the paragraphs where the ones before were
    // found.
    let spread = |docs: &Set| docs.spread(runs.paragraphs.bits());
    let mut room = spread(among);
    for unit in phrases.iter().flat_map(|(_, phrase)| &phrase.units) {
        let Some(term) = term_of(*unit) else {
            return Ok(docs);
        };
        if let Some(counts) = segment.chars().counts(term.encode_utf8(&mut [0; 4]))? {
            let mut holding = room.clone();
            holding.keep_words(|nth| counts.word(nth));
            room.keep(&spread(&holding));
        }
    }
    let mut lists = Vec::with_capacity(phrases.len());
    for (_, phrase) in &phrases {
        let places = phrase.places(segment, scope, Some(&room), true)?;
        room.keep(&spread(&among.with(places.docs.iter().copied())));
        if room.is_empty() {
            return Ok(docs);
        }
        lists.push(Left { places, at: 0 });
    }
    let lengths: Vec<u32> = phrases
        .iter()
        .map(|(_, one)| one.units.len() as u32)
        .collect();
    let goes_on =
        |doc: DocId| doc < segment.max_doc() && !segment.is_deleted(doc) && runs.is_inside(doc);
    let mut breaks = Breaks {
        postings: segment.chars().postings(BREAK.encode_utf8(&mut [0; 4]))?,
        segment,
    };
    let mut title = Starts::new(lists.len());
    let mut text = Starts::new(lists.len());
    let mut stretch = Vec::new();
    let mut at = 0;
    while let Some(first) = next(&mut lists, &room, at) {
        title.clear();
        text.clear();
        stretch.clear();
        stretch.push((first, 0));
        let (mut base, mut last_end) = (0, 0);
        at = first;
        let mut asked = false;
        loop {
            asked |= among.contains(at);
            let zone = segment.zones(at)?;
            for (part, list) in lists.iter_mut().enumerate() {
                for start in list.take(at) {
                    let (starts, start) = match start.checked_sub(zone.title) {
                        None => (&mut title, *start),
                        Some(start) => (&mut text, base + start),
                    };
                    last_end = last_end.max(start + lengths[part]);
                    starts.of[part].push(start);
                }
            }
            base += zone.own.saturating_sub(zone.title);
            at += 1;
            if !goes_on(at) || base.saturating_sub(last_end) > within {
                break;
            }
            stretch.push((at, base));
        }
        if !asked {
            continue;
        }
        if title.begins(&lengths, within, &[]).next().is_some() {
            docs.insert(first);
        }
        // Line breaks are looked up only where they may matter.
        if text.begins(&lengths, within, &[]).next().is_some() {
            let breaks = breaks.of(&stretch)?;
            for start in text.begins(&lengths, within, &breaks) {
                let nth = stretch.partition_point(|(_, base)| *base <= start);
                docs.insert(stretch[nth.saturating_sub(1)].0);
            }
        }
    }
    Ok(docs)
}

/// The next passage from `at` on that has a part, in an article that has all.
fn next(lists: &mut [Left], room: &Set, at: DocId) -> Option<DocId> {
    let mut at = room.from(at)?;
    loop {
        let first = lists.iter_mut().filter_map(|list| list.from(at)).min()?;
        at = room.from(first)?;
        if at == first {
            return Some(first);
        }
    }
}

/// What is left of the places of one part.
struct Left {
    places: Places,
    at: usize,
}

impl Left {
    /// The next passage from `doc` on.
    fn from(&mut self, doc: DocId) -> Option<DocId> {
        while *self.places.docs.get(self.at)? < doc {
            self.at += 1;
        }
        self.places.docs.get(self.at).copied()
    }

    /// The places in a passage, if it is the next one that has any.
    fn take(&mut self, doc: DocId) -> &[u32] {
        if self.places.docs.get(self.at) != Some(&doc) {
            return &[];
        }
        self.at += 1;
        self.places.starts(self.at - 1)
    }
}

/// Where the parts begin in a stretch of text, each list sorted.
struct Starts {
    of: Vec<Vec<u32>>,
}

impl Starts {
    fn new(parts: usize) -> Starts {
        Starts {
            of: vec![Vec::new(); parts],
        }
    }

    fn clear(&mut self) {
        self.of.iter_mut().for_each(Vec::clear);
    }

    /// Where matches begin, the last one first: each start is taken as the
    /// first of a match whose other parts come as early as they can, and all
    /// before the next of the `breaks`.
    fn begins(&self, lengths: &[u32], within: u32, breaks: &[u32]) -> impl Iterator<Item = u32> {
        let mut left: Vec<usize> = self.of.iter().map(Vec::len).collect();
        // Where each part stands next, from the place at hand on.
        let mut next = vec![NOWHERE; left.len()];
        let mut missing = left.len();
        let mut breaks = breaks.iter().rev().peekable();
        // Nothing is there to be walked over where a part is not.
        if left.contains(&0) {
            left.fill(0);
        }
        std::iter::from_fn(move || {
            loop {
                let last = |(part, left): (usize, &usize)| self.of[part].get(left.wrapping_sub(1));
                let start = *left.iter().enumerate().filter_map(last).max()?;
                while breaks.next_if(|at| **at >= start).is_some() {
                    next.fill(NOWHERE);
                    missing = next.len();
                }
                // The longest of those that begin here leaves the least between.
                let mut longest = 0;
                for (part, left) in left.iter_mut().enumerate() {
                    if self.of[part].get(left.wrapping_sub(1)) == Some(&start) {
                        *left -= 1;
                        missing -= usize::from(next[part] == NOWHERE);
                        next[part] = start;
                        longest = longest.max(lengths[part]);
                    }
                }
                if missing == 0 {
                    let far = next.iter().max().map_or(0, |far| far - start);
                    if far.saturating_sub(longest) <= within {
                        return Some(start);
                    }
                }
            }
        })
    }
}

const NOWHERE: u32 = u32::MAX;

/// Where paragraphs end.
struct Breaks<'a> {
    postings: Option<Postings>,
    segment: &'a Segment,
}

impl Breaks<'_> {
    /// The ends of paragraphs in a stretch of passages (document, and where its
    /// text begins in the stretch). Stretches come in order.
    fn of(&mut self, stretch: &[(DocId, u32)]) -> Result<Vec<u32>> {
        let mut breaks = Vec::new();
        let Some(postings) = &mut self.postings else {
            return Ok(breaks);
        };
        let mut positions = Vec::new();
        for (doc, base) in stretch {
            if postings.seek(*doc) != *doc {
                continue;
            }
            let zone = self.segment.zones(*doc)?;
            postings.positions(&mut positions);
            let own = positions.iter().filter(|at| **at < zone.own);
            breaks.extend(own.filter_map(|at| Some(base + at.checked_sub(zone.title)?)));
        }
        Ok(breaks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Every choice of one start a part, tried.
    fn tried(of: &[Vec<u32>], lengths: &[u32], within: u32, breaks: &[u32]) -> Vec<u32> {
        let mut choices: Vec<Vec<u32>> = vec![Vec::new()];
        for starts in of {
            choices = choices
                .into_iter()
                .flat_map(|choice| {
                    starts
                        .iter()
                        .map(move |start| [&choice[..], &[*start]].concat())
                })
                .collect();
        }
        let paragraph = |at: u32| breaks.partition_point(|end| *end < at);
        let mut found = Vec::new();
        for choice in choices {
            let (Some(&first), Some(&last)) = (choice.iter().min(), choice.iter().max()) else {
                continue;
            };
            // Another part that begins at the same place may be the longer one.
            let begin = of
                .iter()
                .zip(lengths)
                .filter(|(starts, _)| starts.contains(&first));
            let longest = begin.map(|(_, length)| *length).max().unwrap_or(0);
            if last - first <= within + longest && paragraph(first) == paragraph(last) {
                found.push(first);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    proptest! {
        #[test]
        fn every_choice_is_seen(
            of in prop::collection::vec(prop::collection::btree_set(0u32..40, 0..6), 3),
            lengths in prop::collection::vec(1u32..4, 3),
            breaks in prop::collection::btree_set(0u32..40, 0..3),
            within in 0u32..20,
        ) {
            // A break is no place of a part.
            let solid = |at: &u32| !breaks.contains(at);
            let of: Vec<Vec<u32>> = of
                .iter()
                .map(|starts| starts.iter().copied().filter(solid).collect())
                .collect();
            let breaks: Vec<u32> = breaks.into_iter().collect();
            let starts = Starts { of };
            let mut is: Vec<u32> = starts.begins(&lengths, within, &breaks).collect();
            is.reverse();
            prop_assert_eq!(is, tried(&starts.of, &lengths, within, &breaks));
        }
    }
}
