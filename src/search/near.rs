//! `"党建 品牌"~8`: strings that stand near one another, in any order.
//!
//! All of them in one paragraph, or all in the title, with at most so many
//! characters between the end of the first and the start of the last. A long
//! paragraph is several passages, so the places are counted through from one
//! to the next: it makes no difference where a passage ends. A match belongs
//! to the passage it begins in.

use anyhow::Result;
use tantivy::columnar::Column;
use tantivy::{DocId, DocSet};

use crate::index::{BREAK, Fact, Postings, Segment, Zones};
use crate::search::phrase::{Phrase, Place, Scope};

/// Where a part stands, counted from the first passage of its stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    start: u32,
    end: u32,
    part: usize,
    doc: DocId,
}

/// The passages of a segment in which such a match begins, sorted.
pub(crate) fn near(
    segment: &Segment,
    parts: &[String],
    within: u32,
    scope: Scope,
) -> Result<Vec<DocId>> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for part in parts {
        let phrase = Phrase::new(part);
        if !phrase.units.is_empty() && !phrases.contains(&phrase) {
            phrases.push(phrase);
        }
    }
    let mut lists = Vec::with_capacity(phrases.len());
    for phrase in &phrases {
        let places = phrase.places(segment, scope, true)?;
        if places.is_empty() {
            return Ok(Vec::new());
        }
        lists.push(Left {
            length: phrase.units.len() as u32,
            places,
            at: 0,
        });
    }
    let zones = segment.column(Fact::Zones)?;
    let place = segment.column(Fact::Place)?;
    let goes_on = |doc: DocId| {
        doc < segment.max_doc()
            && !segment.is_deleted(doc)
            && place.first(doc).unwrap_or_default() & 1 == 1
    };
    let mut breaks = Breaks {
        postings: segment.chars().postings(BREAK.encode_utf8(&mut [0; 4]))?,
        zones,
    };
    let mut docs = Vec::new();
    let mut title = Vec::new();
    let mut text = Vec::new();
    while let Some(first) = lists.iter().filter_map(Left::doc).min() {
        title.clear();
        text.clear();
        let mut stretch = vec![(first, 0)];
        let (mut doc, mut base, mut last_end) = (first, 0, 0);
        loop {
            let zone = Zones::of(zones, doc);
            for (part, list) in lists.iter_mut().enumerate() {
                let length = list.length;
                let Some(found) = list.take(doc) else {
                    continue;
                };
                for start in &found.starts {
                    let (spans, start) = match start.checked_sub(zone.title) {
                        None => (&mut title, *start),
                        Some(start) => (&mut text, base + start),
                    };
                    let end = start + length;
                    last_end = last_end.max(end);
                    spans.push(Span {
                        start,
                        end,
                        part,
                        doc,
                    });
                }
            }
            base += zone.own.saturating_sub(zone.title);
            doc += 1;
            if !goes_on(doc) || base.saturating_sub(last_end) > within {
                break;
            }
            stretch.push((doc, base));
        }
        title.sort_unstable();
        docs.extend(begins(&title, lists.len(), within));
        text.sort_unstable();
        // Line breaks are looked up only where they may matter.
        if begins(&text, lists.len(), within).next().is_some() {
            let breaks = breaks.of(&stretch);
            let paragraph = |span: &Span| breaks.partition_point(|at| *at < span.start);
            for spans in text.chunk_by(|a, b| paragraph(a) == paragraph(b)) {
                docs.extend(begins(spans, lists.len(), within));
            }
        }
    }
    docs.sort_unstable();
    docs.dedup();
    Ok(docs)
}

/// What is left of the places of one part.
struct Left {
    length: u32,
    places: Vec<Place>,
    at: usize,
}

impl Left {
    fn doc(&self) -> Option<DocId> {
        self.places.get(self.at).map(|place| place.doc)
    }

    /// The places in a passage, if it is the next one that has any.
    fn take(&mut self, doc: DocId) -> Option<&Place> {
        let place = self.places.get(self.at).filter(|place| place.doc == doc)?;
        self.at += 1;
        Some(place)
    }
}

/// The passages in which a match begins: sorted spans in, each taken as the
/// first of a match whose other parts come as early as they can.
fn begins(spans: &[Span], parts: usize, within: u32) -> impl Iterator<Item = DocId> {
    let mut next: Vec<Option<u32>> = vec![None; parts];
    let mut missing = parts;
    let mut groups: Vec<&[Span]> = spans.chunk_by(|a, b| a.start == b.start).collect();
    std::iter::from_fn(move || {
        let group = groups.pop()?;
        for span in group {
            missing -= usize::from(next[span.part].replace(span.start).is_none());
        }
        // The longest of those that begin here leaves the least between.
        let longest = group.iter().max_by_key(|span| span.end)?;
        let far = next.iter().flatten().max()?.saturating_sub(longest.end);
        Some((missing == 0 && far <= within).then_some(longest.doc))
    })
    .flatten()
}

/// Where paragraphs end.
struct Breaks<'a> {
    postings: Option<Postings>,
    zones: &'a Column<u64>,
}

impl Breaks<'_> {
    /// The ends of paragraphs in a stretch of passages (document, and where its
    /// text begins in the stretch). Stretches come in order.
    fn of(&mut self, stretch: &[(DocId, u32)]) -> Vec<u32> {
        let mut breaks = Vec::new();
        let Some(postings) = &mut self.postings else {
            return breaks;
        };
        let mut positions = Vec::new();
        for (doc, base) in stretch {
            if postings.seek(*doc) != *doc {
                continue;
            }
            let zone = Zones::of(self.zones, *doc);
            postings.positions(&mut positions);
            let own = positions.iter().filter(|at| **at < zone.own);
            breaks.extend(own.filter_map(|at| Some(base + at.checked_sub(zone.title)?)));
        }
        breaks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(of: &[(u32, u32, usize)]) -> Vec<Span> {
        let mut spans: Vec<Span> = of
            .iter()
            .map(|&(start, length, part)| Span {
                start,
                end: start + length,
                part,
                doc: start,
            })
            .collect();
        spans.sort_unstable();
        spans.dedup();
        spans
    }

    /// Every choice of one span a part, tried.
    fn tried(spans: &[Span], parts: usize, within: u32) -> Vec<DocId> {
        let mut found = Vec::new();
        let of = |part| spans.iter().filter(move |span| span.part == part);
        let mut choices: Vec<Vec<Span>> = vec![Vec::new()];
        for part in 0..parts {
            choices = choices
                .into_iter()
                .flat_map(|choice| of(part).map(move |span| [choice.clone(), vec![*span]].concat()))
                .collect();
        }
        for choice in choices {
            let (Some(first), Some(last)) = (
                choice.iter().map(|span| span.start).min(),
                choice.iter().map(|span| span.start).max(),
            ) else {
                continue;
            };
            // Another span that begins at the same place may be the longer one.
            let end = spans
                .iter()
                .filter(|span| span.start == first)
                .map(|span| span.end)
                .max();
            if end.is_some_and(|end| last.saturating_sub(end) <= within) {
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
            of in prop::collection::vec((0u32..40, 1u32..4, 0usize..3), 0..14),
            within in 0u32..20,
        ) {
            // All spans of a part are of one length.
            let of: Vec<_> = of.iter().map(|&(start, _, part)| (start, 1 + part as u32, part)).collect();
            let spans = spans(&of);
            let mut is: Vec<DocId> = begins(&spans, 3, within).collect();
            is.sort_unstable();
            prop_assert_eq!(is, tried(&spans, 3, within));
        }
    }
}
