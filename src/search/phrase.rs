//! Exact strings: where a run of characters stands in the passages of a segment.
//!
//! The index holds every character with its position, the characters of a
//! passage running [`TAIL`] units into the next one of the same paragraph. A
//! match belongs to the passage it begins in, so none is counted twice; what
//! is longer than the tail is verified on the stored text.

use std::ops::Range;

use anyhow::Result;
use tantivy::columnar::Column;
use tantivy::{DocId, DocSet, TERMINATED};

use crate::chars::{Unit, units};
use crate::index::{Fact, Postings, STOP, Segment, Zones};
use crate::passage::TAIL;
use crate::search::set::Set;

/// Characters of a string that are looked at for its rarest.
const LOOKED_AT: usize = 8;

/// An exact string, as units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    /// Never a break; empty for a string of blanks and quote marks alone.
    pub(crate) units: Vec<Unit>,
}

/// Where a string must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// In the title or the text.
    Anywhere,
    /// In the title.
    Title,
}

/// The passages in which a string begins, in order, with the places where
/// matches begin: one list for all, for there may be a million.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The passages.
    pub(crate) docs: Vec<DocId>,
    /// For each passage where its starts end. Empty when nobody asked for them.
    ends: Vec<u32>,
    starts: Vec<u32>,
}

impl Places {
    /// Positions of the first unit of each match in the passage of this number,
    /// sorted.
    pub(crate) fn starts(&self, nth: usize) -> &[u32] {
        let end = |nth: usize| self.ends.get(nth).map_or(0, |end| *end as usize);
        let begin = nth.checked_sub(1).map_or(0, end);
        self.starts.get(begin..end(nth)).unwrap_or_default()
    }

    /// The passages with their starts.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (DocId, &[u32])> {
        (0..)
            .zip(&self.docs)
            .map(|(nth, doc)| (*doc, self.starts(nth)))
    }
}

impl Zones {
    fn holds(self, scope: Scope, start: u32) -> bool {
        match scope {
            Scope::Anywhere => start < self.own,
            Scope::Title => start < self.title,
        }
    }
}

impl Phrase {
    /// The units of a string; line breaks in it are blanks like any other.
    pub(crate) fn new(text: &str) -> Phrase {
        Phrase {
            units: units(text)
                .map(|placed| placed.unit)
                .filter(|unit| *unit != Unit::Break)
                .collect(),
        }
    }

    /// No more passages of a segment than this have the string: those of its
    /// rarest character, among the first of it.
    pub(crate) fn at_most(&self, segment: &Segment) -> Result<u64> {
        let mut least = segment.max_doc();
        for term in self
            .units
            .iter()
            .take(LOOKED_AT)
            .filter_map(|unit| term_of(*unit))
        {
            let frequency = segment.chars().doc_freq(term.encode_utf8(&mut [0; 4]))?;
            least = least.min(frequency);
        }
        Ok(u64::from(least))
    }

    /// The passages of a segment in which the string begins, deleted ones left
    /// out; of those `among`, where that is said. `starts` asks for the places
    /// as well.
    pub(crate) fn places(
        &self,
        segment: &Segment,
        scope: Scope,
        among: Option<&Set>,
        starts: bool,
    ) -> Result<Places> {
        let mut places = Places::default();
        let Some(mut finder) = Finder::new(self, segment, scope)? else {
            return Ok(places);
        };
        let wanted = |doc| among.map_or(Some(doc), |among| among.from(doc));
        let mut least = 0;
        while let Some(doc) = finder.walk.from(least, wanted) {
            least = doc + 1;
            if !starts {
                if finder.holds(doc)? {
                    places.docs.push(doc);
                }
                continue;
            }
            let found = finder.starts(doc)?;
            if !found.is_empty() {
                places.docs.push(doc);
                places.starts.extend_from_slice(found);
                places.ends.push(places.starts.len() as u32);
            }
        }
        Ok(places)
    }

    /// Calls `found` with the passages of some ranges in which the string begins,
    /// each with the number of its range, how often, and whether the title has it
    /// too. Ranges are sorted.
    pub(crate) fn among(
        &self,
        segment: &Segment,
        ranges: impl Iterator<Item = Range<DocId>>,
        mut found: impl FnMut(usize, usize, bool),
    ) -> Result<()> {
        let Some(mut finder) = Finder::new(self, segment, Scope::Anywhere)? else {
            return Ok(());
        };
        for (nth, range) in ranges.enumerate() {
            let mut least = range.start;
            loop {
                let Some(doc) = finder.walk.from(least, Some) else {
                    return Ok(());
                };
                if doc >= range.end {
                    break;
                }
                let count = finder.starts(doc)?.len();
                if count > 0 {
                    found(nth, count, finder.titled);
                }
                least = doc + 1;
            }
        }
        Ok(())
    }
}

/// Looks for a string in the passages that hold all its characters.
struct Finder<'a> {
    phrase: &'a Phrase,
    segment: &'a Segment,
    scope: Scope,
    walk: Walk,
    zones: &'a Column<u64>,
    /// The whole string is its one character.
    single: bool,
    found: Vec<u32>,
    /// The first of them lies in the title.
    titled: bool,
}

impl<'a> Finder<'a> {
    /// `None` when the string stands nowhere.
    fn new(phrase: &'a Phrase, segment: &'a Segment, scope: Scope) -> Result<Option<Finder<'a>>> {
        let indexed = &phrase.units[..phrase.units.len().min(TAIL + 1)];
        let Some(walk) = Walk::new((0..).zip(indexed.iter().copied()), segment)? else {
            return Ok(None);
        };
        Ok(Some(Finder {
            phrase,
            segment,
            scope,
            walk,
            zones: segment.column(Fact::Zones)?,
            single: indexed.len() == 1,
            found: Vec::new(),
            titled: false,
        }))
    }

    /// Whether the string begins in the passage at hand.
    fn holds(&mut self, doc: DocId) -> Result<bool> {
        // One character anywhere needs no look at its positions, but where it
        // may stand in the tail alone: in a passage whose paragraph goes on.
        if self.single && self.scope == Scope::Anywhere && !self.segment.is_deleted(doc) {
            let place = self.segment.column(Fact::Place)?;
            let next = doc + 1;
            let goes_on =
                next < self.segment.max_doc() && place.first(next).unwrap_or_default() & 1 == 1;
            if !goes_on {
                return Ok(true);
            }
        }
        Ok(!self.starts(doc)?.is_empty())
    }

    /// Where the string begins in the passage at hand; nowhere in a deleted one.
    fn starts(&mut self, doc: DocId) -> Result<&[u32]> {
        self.found.clear();
        if self.segment.is_deleted(doc) {
            return Ok(&self.found);
        }
        self.walk.starts(&mut self.found);
        if !self.found.is_empty() {
            let zone = Zones::of(self.zones, doc);
            let scope = self.scope;
            self.found.retain(|start| zone.holds(scope, *start));
            if self.phrase.units.len() > TAIL + 1 && !self.found.is_empty() {
                let units = &self.phrase.units;
                let text = Text::read(self.segment, doc, zone, units.len())?;
                self.found.retain(|start| text.has(*start, units, zone));
            }
            self.titled = self.found.first().is_some_and(|start| *start < zone.title);
        }
        Ok(&self.found)
    }
}

/// Fills the gaps of a string as the texts of a segment fill them: `found` is
/// called with the string of each place, in the first `enough` passages that
/// have one. Only characters fill a gap, no punctuation and no line break.
pub(crate) fn fill(
    units: &[Option<Unit>],
    segment: &Segment,
    enough: usize,
    mut found: impl FnMut(String),
) -> Result<()> {
    let known = (0..)
        .zip(units)
        .filter_map(|(at, unit)| Some((at, (*unit)?)));
    let Some(mut walk) = Walk::new(known, segment)? else {
        return Ok(());
    };
    let zones = segment.column(Fact::Zones)?;
    let mut starts = Vec::new();
    let mut passages = 0;
    let mut least = 0;
    while let Some(doc) = walk.from(least, Some) {
        least = doc + 1;
        if segment.is_deleted(doc) {
            continue;
        }
        let zone = Zones::of(zones, doc);
        walk.starts(&mut starts);
        starts.retain(|start| zone.holds(Scope::Anywhere, *start));
        if starts.is_empty() {
            continue;
        }
        let text = Text::read(segment, doc, zone, units.len())?;
        for start in &starts {
            let chars = text.from(*start, zone).iter().take(units.len());
            let string: String = chars
                .filter_map(|unit| match unit {
                    Unit::Char(c) => Some(*c),
                    Unit::Stop | Unit::Break => None,
                })
                .collect();
            if string.chars().count() == units.len() {
                found(string);
            }
        }
        passages += 1;
        if passages == enough {
            break;
        }
    }
    Ok(())
}

/// The term of a unit among the characters of the index.
pub(crate) fn term_of(unit: Unit) -> Option<char> {
    match unit {
        Unit::Char(c) => Some(c),
        Unit::Stop => Some(STOP),
        Unit::Break => None,
    }
}

/// Walks over the passages that hold all characters of a string, the rarest
/// character leading.
struct Walk {
    lists: Vec<List>,
}

/// The postings of one character and its places in the string.
struct List {
    postings: Postings,
    offsets: Vec<u32>,
    positions: Vec<u32>,
}

impl Walk {
    /// `None` when the string is empty or one of its characters stands nowhere.
    /// `string`: its characters, each with its place in it.
    fn new(string: impl Iterator<Item = (u32, Unit)>, segment: &Segment) -> Result<Option<Walk>> {
        let mut distinct: Vec<(Unit, Vec<u32>)> = Vec::new();
        for (offset, unit) in string {
            match distinct.iter_mut().find(|(seen, _)| *seen == unit) {
                Some((_, offsets)) => offsets.push(offset),
                None => distinct.push((unit, vec![offset])),
            }
        }
        let mut lists = Vec::new();
        for (unit, offsets) in distinct {
            let Some(term) = term_of(unit) else {
                return Ok(None);
            };
            let Some(postings) = segment.chars().postings(term.encode_utf8(&mut [0; 4]))? else {
                return Ok(None);
            };
            lists.push(List {
                postings,
                offsets,
                positions: Vec::new(),
            });
        }
        lists.sort_by_key(|list| list.postings.doc_freq());
        Ok((!lists.is_empty()).then_some(Walk { lists }))
    }

    /// The first passage from a document on that is wanted and holds every
    /// character, deleted ones included. `wanted` says which is the first wanted
    /// from a document on.
    fn from(&mut self, least: DocId, wanted: impl Fn(DocId) -> Option<DocId>) -> Option<DocId> {
        let (lead, others) = self.lists.split_first_mut()?;
        let mut doc = lead.postings.doc();
        if doc < least {
            doc = match doc + 1 == least {
                true => lead.postings.advance(),
                false => lead.postings.seek(least),
            };
        }
        'next: while doc != TERMINATED {
            let next = wanted(doc)?;
            if next > doc {
                doc = lead.postings.seek(next);
                continue;
            }
            for list in others.iter_mut() {
                let mut at = list.postings.doc();
                if at < doc {
                    at = list.postings.seek(doc);
                }
                if at > doc {
                    if at == TERMINATED {
                        return None;
                    }
                    doc = lead.postings.seek(at);
                    continue 'next;
                }
            }
            return Some(doc);
        }
        None
    }

    /// Positions at which the string begins in the passage at hand.
    fn starts(&mut self, found: &mut Vec<u32>) {
        found.clear();
        for (index, list) in self.lists.iter_mut().enumerate() {
            list.postings.positions(&mut list.positions);
            for (nth, offset) in list.offsets.iter().enumerate() {
                if index == 0 && nth == 0 {
                    found.extend(
                        list.positions
                            .iter()
                            .filter_map(|at| at.checked_sub(*offset)),
                    );
                } else {
                    keep_shifted(found, &list.positions, *offset);
                }
                if found.is_empty() {
                    return;
                }
            }
        }
    }
}

/// Keeps the starts for which `start + offset` is among the positions; both sorted.
fn keep_shifted(starts: &mut Vec<u32>, positions: &[u32], offset: u32) {
    let mut at = 0;
    starts.retain(|start| {
        let wanted = start + offset;
        while at < positions.len() && positions[at] < wanted {
            at += 1;
        }
        positions.get(at) == Some(&wanted)
    });
}

/// The units of a passage and of what follows it in the same paragraph.
struct Text {
    title: Vec<Unit>,
    body: Vec<Unit>,
}

impl Text {
    fn read(segment: &Segment, doc: DocId, zone: Zones, length: usize) -> Result<Text> {
        let texts = segment.texts();
        let place = segment.column(Fact::Place)?;
        let first = place.first(doc).unwrap_or_default() >> 1 == 0;
        let title = if first {
            texts.opening(doc)?.title
        } else {
            String::new()
        };
        let mut body = texts.text(doc, first)?;
        let enough = zone.own as usize + length;
        let mut next = doc + 1;
        while next < segment.max_doc()
            && place.first(next).unwrap_or_default() & 1 == 1
            && units(&body).nth(enough).is_none()
        {
            texts.append(next, false, &mut body)?;
            next += 1;
        }
        Ok(Text {
            title: units(&title).map(|placed| placed.unit).collect(),
            body: units(&body).map(|placed| placed.unit).collect(),
        })
    }

    /// What stands from a position on.
    fn from(&self, start: u32, zone: Zones) -> &[Unit] {
        let rest = if start < zone.title {
            self.title.get(start as usize..)
        } else {
            self.body.get((start - zone.title) as usize..)
        };
        rest.unwrap_or_default()
    }

    fn has(&self, start: u32, string: &[Unit], zone: Zones) -> bool {
        self.from(start, zone).starts_with(string)
    }
}
