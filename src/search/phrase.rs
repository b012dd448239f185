//! Exact strings: where a run of characters stands in the passages of a segment.
//!
//! The index holds every character with its position, the characters of a
//! passage running [`TAIL`] units into the next one of the same paragraph. A
//! match belongs to the passage it begins in, so none is counted twice; what
//! is longer than the tail is verified on the stored text.

use std::ops::Range;

use anyhow::Result;
use tantivy::DocId;

use crate::chars::{Unit, units};
use crate::index::{Runs, STOP, Segment, Zones};
use crate::passage::TAIL;
use crate::search::set::Set;
use crate::search::walk::Walk;
use crate::segment::each_known;

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

    /// The string as a word of the index would be written, if it is of Chinese
    /// characters alone: a passage that has the word has the string.
    pub(crate) fn word(&self) -> Option<String> {
        let char = |unit: &Unit| match unit {
            Unit::Char(c) if !c.is_ascii() => Some(*c),
            _ => None,
        };
        self.units.iter().map(char).collect()
    }

    /// Words of the dictionary that stand in the string, each with the unit it begins at:
    /// those that no longer one holds.
    pub(crate) fn longest(&self) -> Vec<(usize, String)> {
        let units = self.units.iter();
        let chars: Vec<char> = units.map(|unit| term_of(*unit).unwrap_or(STOP)).collect();
        let mut places: Vec<Range<usize>> = Vec::new();
        each_known(&chars, chars.len(), |place, _| match places.last_mut() {
            Some(last) if place.end <= last.end => {}
            Some(last) if place.start == last.start => *last = place,
            _ => places.push(place),
        });
        let word = |place: Range<usize>| (place.start, chars[place].iter().collect());
        places.into_iter().map(word).collect()
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
        let range = among.map_or(0..segment.max_doc(), Set::docs);
        let mut least = range.start;
        while let Some(doc) = finder.walk.from(least..range.end, among) {
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

    /// The passages of `among` in which the string begins, deleted ones left out.
    pub(crate) fn within(&self, segment: &Segment, scope: Scope, among: &Set) -> Result<Set> {
        let single = match self.units[..] {
            [unit] if scope == Scope::Anywhere => term_of(unit),
            _ => None,
        };
        let dense = match single {
            Some(term) => segment.chars().dense(term.encode_utf8(&mut [0; 4]))?,
            None => None,
        };
        let Some(dense) = dense else {
            let places = self.places(segment, scope, Some(among), false)?;
            return Ok(among.with(places.docs));
        };
        // A character stands in a passage that has it, but where it may stand in
        // the tail alone: those are looked at.
        let runs = segment.runs();
        let mut docs = among.clone();
        docs.keep_words(|nth| dense.word(nth));
        docs = alive(segment, docs);
        let mut open = docs.clone();
        open.keep_words(|nth| runs.going_on(nth));
        let held = self.places(segment, scope, Some(&open), false)?;
        docs.remove_all(&open);
        docs.add(&among.with(held.docs));
        Ok(docs)
    }

    /// Calls `found` with the passages of `among` in which the string begins, in order,
    /// each with how often, and whether the title has it too.
    pub(crate) fn among(
        &self,
        segment: &Segment,
        among: &Set,
        mut found: impl FnMut(DocId, usize, bool),
    ) -> Result<()> {
        let Some(mut finder) = Finder::new(self, segment, Scope::Anywhere)? else {
            return Ok(());
        };
        let docs = among.docs();
        let mut least = docs.start;
        while let Some(doc) = finder.walk.from(least..docs.end, Some(among)) {
            let count = finder.starts(doc)?.len();
            if count > 0 {
                found(doc, count, finder.titled);
            }
            least = doc + 1;
        }
        Ok(())
    }
}

/// The passages of a set that are not deleted.
pub(crate) fn alive(segment: &Segment, mut docs: Set) -> Set {
    if segment.alive_bitset().is_some() {
        let dead = docs.iter().filter(|doc| segment.is_deleted(*doc));
        docs.remove_all(&docs.with(dead));
    }
    docs
}

/// Looks for a string in the passages that hold all its characters.
struct Finder<'a> {
    phrase: &'a Phrase,
    segment: &'a Segment,
    scope: Scope,
    walk: Walk<'a>,
    runs: &'a Runs,
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
            runs: segment.runs(),
            found: Vec::new(),
            titled: false,
        }))
    }

    /// Whether the string begins in the passage at hand.
    fn holds(&mut self, doc: DocId) -> Result<bool> {
        // What stands in the tail alone is not the passage's own: one whose paragraph
        // goes on is looked at more closely. One character needs no look at positions.
        if self.segment.is_deleted(doc) || !self.is_own(doc) {
            return Ok(!self.starts(doc)?.is_empty());
        }
        self.walk.stands(doc, &mut self.found)
    }

    /// Whether all places of a passage are its own, for it has no tail.
    fn is_own(&self, doc: DocId) -> bool {
        self.scope == Scope::Anywhere
            && self.phrase.units.len() <= TAIL + 1
            && !self.runs.is_inside(doc + 1)
    }

    /// Where the string begins in the passage at hand; nowhere in a deleted one.
    fn starts(&mut self, doc: DocId) -> Result<&[u32]> {
        self.found.clear();
        if self.segment.is_deleted(doc) {
            return Ok(&self.found);
        }
        self.walk.starts(doc, &mut self.found)?;
        self.titled = false;
        if self.found.is_empty() {
            return Ok(&self.found);
        }
        // Most passages have no tail, and most of those no title.
        if self.is_own(doc) {
            let title = self.segment.title(doc)?;
            self.titled = self.found.first().is_some_and(|start| *start < title);
        } else {
            let zone = self.segment.zones(doc)?;
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
/// have one; how many were read. Only characters fill a gap, no punctuation and no line break.
pub(crate) fn fill(
    units: &[Option<Unit>],
    segment: &Segment,
    enough: usize,
    mut found: impl FnMut(String),
) -> Result<usize> {
    let known = (0..)
        .zip(units)
        .filter_map(|(at, unit)| Some((at, (*unit)?)));
    let Some(mut walk) = Walk::new(known, segment)? else {
        return Ok(0);
    };
    let mut starts = Vec::new();
    let mut passages = 0;
    let mut least = 0;
    while let Some(doc) = walk.from(least..segment.max_doc(), None) {
        least = doc + 1;
        if segment.is_deleted(doc) {
            continue;
        }
        let zone = segment.zones(doc)?;
        walk.starts(doc, &mut starts)?;
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
    Ok(passages)
}

/// The term of a unit among the characters of the index.
pub(crate) fn term_of(unit: Unit) -> Option<char> {
    match unit {
        Unit::Char(c) => Some(c),
        Unit::Stop => Some(STOP),
        Unit::Break => None,
    }
}

/// The units of a passage and of what follows it in the same paragraph.
struct Text {
    title: Vec<Unit>,
    body: Vec<Unit>,
}

impl Text {
    fn read(segment: &Segment, doc: DocId, zone: Zones, length: usize) -> Result<Text> {
        let texts = segment.texts();
        let runs = segment.runs();
        let first = runs.articles.has(doc);
        let title = if first {
            texts.opening(doc)?.title
        } else {
            String::new()
        };
        let mut body = texts.text(doc, first)?;
        let enough = zone.own as usize + length;
        let mut next = doc + 1;
        while next < segment.max_doc() && runs.is_inside(next) && units(&body).nth(enough).is_none()
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
