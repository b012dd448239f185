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

/// A passage with the places where matches begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The passage.
    pub(crate) doc: DocId,
    /// Positions of the first unit of each match, sorted. Empty when nobody
    /// asked for them.
    pub(crate) starts: Vec<u32>,
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

    /// Documents that have the rarest of its characters.
    pub(crate) fn rarest(&self, segment: &Segment) -> Result<u32> {
        let mut rarest = u32::MAX;
        for term in self.units.iter().filter_map(|unit| term_of(*unit)) {
            let documents = segment.chars().doc_freq(term.encode_utf8(&mut [0; 4]))?;
            rarest = rarest.min(documents);
        }
        Ok(rarest)
    }

    /// The passages of a segment in which the string begins, deleted ones left
    /// out, in order of document. `starts` asks for the places as well.
    pub(crate) fn places(
        &self,
        segment: &Segment,
        scope: Scope,
        starts: bool,
    ) -> Result<Vec<Place>> {
        let Some(mut finder) = Finder::new(self, segment, scope)? else {
            return Ok(Vec::new());
        };
        let mut places = Vec::new();
        let mut least = 0;
        while let Some(doc) = finder.walk.from(least, |_| false) {
            least = doc + 1;
            let holds = match starts {
                true => !finder.starts(doc)?.is_empty(),
                false => finder.holds(doc)?,
            };
            if holds {
                let found = if starts {
                    finder.found.clone()
                } else {
                    Vec::new()
                };
                places.push(Place { doc, starts: found });
            }
        }
        Ok(places)
    }

    /// The passages of a segment in which the string begins, and those of a
    /// sorted list that are known to be wanted: nobody looks at them again.
    pub(crate) fn docs_and(
        &self,
        segment: &Segment,
        scope: Scope,
        known: Vec<DocId>,
    ) -> Result<Vec<DocId>> {
        let Some(mut finder) = Finder::new(self, segment, scope)? else {
            return Ok(known);
        };
        let mut docs = Vec::with_capacity(known.len());
        let mut rest = known.into_iter().peekable();
        let mut least = 0;
        loop {
            let next = finder.walk.from(least, |doc| {
                docs.extend(std::iter::from_fn(|| rest.next_if(|one| *one < doc)));
                rest.peek() == Some(&doc)
            });
            let Some(doc) = next else {
                break;
            };
            if finder.holds(doc)? {
                docs.push(doc);
            }
            least = doc + 1;
        }
        docs.extend(rest);
        Ok(docs)
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
                let Some(doc) = finder.walk.from(least, |_| false) else {
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
    while let Some(doc) = walk.from(least, |_| false) {
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

    /// The first passage from a document on that holds every character, deleted
    /// ones included, of which `skip` says nothing; it is asked in order.
    fn from(&mut self, least: DocId, mut skip: impl FnMut(DocId) -> bool) -> Option<DocId> {
        let (lead, others) = self.lists.split_first_mut()?;
        let mut doc = lead.postings.doc();
        if doc < least {
            doc = match doc + 1 == least {
                true => lead.postings.advance(),
                false => lead.postings.seek(least),
            };
        }
        'next: while doc != TERMINATED {
            if skip(doc) {
                doc = lead.postings.advance();
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
