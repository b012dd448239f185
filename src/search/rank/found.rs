//! The units that match, scored by words and by strings: numbers in columns.

use std::ops::Range;

use anyhow::Result;
use tantivy::DocId;

use crate::index::{Lengths, Segment};
use crate::search::many::{Often, each};
use crate::search::phrase::Phrase;
use crate::search::rank::{CHARS, Collection, Evidence, Level, WORDS};
use crate::search::set::Set;
use crate::search::standing::{possible, with_text};
use crate::search::together;
use crate::search::units::Units;

/// Weight of the parts of the free text in a candidate that has all of them
/// whole: what is named often, in a short text or in the title is what an
/// article is about. Given to candidates that have only some, it costs
/// headlines .004 of nDCG@10.
const PART_WEIGHT: f64 = 1.0;

/// Passages of one segment that match, and what they are scored against.
pub(super) struct Piece<'a> {
    pub(super) number: usize,
    pub(super) segment: &'a Segment,
    pub(super) collection: &'a Collection,
    /// All that matches in the segment, and which of it: whole units.
    pub(super) all: &'a [DocId],
    pub(super) which: Range<usize>,
}

impl Piece<'_> {
    fn level(&self) -> &Level {
        &self.collection.levels[self.number]
    }

    /// The passages as a set of whole units.
    fn docs(&self) -> Set {
        let docs = self.all.get(self.which.clone()).unwrap_or_default();
        let (Some(first), Some(last)) = (docs.first(), docs.last()) else {
            return Set::none(0..0);
        };
        let level = self.level();
        let stretch = level.unit(*first)..level.docs(level.unit(*last)).end;
        Set::none(stretch).with(docs.iter().copied())
    }
}

/// The units of a piece, scored.
pub(super) struct Found<'a> {
    pub(super) piece: Piece<'a>,
    /// The passages that match, and the units they are of.
    docs: Set,
    pub(super) units: Units,
    /// The first passages of those in which every part of the free text stands.
    whole: Set,
    pub(super) words: Vec<f64>,
    pub(super) phrases: Vec<f64>,
    /// What the parts of the free text add where all of them stand.
    pub(super) parts: Vec<f64>,
}

impl Found<'_> {
    /// In how many units every part of the free text stands.
    pub(super) fn count_whole(&self) -> usize {
        self.whole.iter().count()
    }

    /// Those units.
    fn whole(&self) -> impl Iterator<Item = Unit> {
        self.whole.iter().map(|first| {
            let nth = self.units.nth(first);
            Unit {
                score: self.score(nth),
                nth,
                first,
            }
        })
    }

    /// The best of the units that are not whole: `wanted`, and those that are as good
    /// as the last of them.
    pub(super) fn best_of_rest(&self, wanted: usize) -> Vec<Unit> {
        if wanted == 0 {
            return Vec::new();
        }
        let mut scores: Vec<f64> = (0..self.units.count()).map(|nth| self.score(nth)).collect();
        for unit in self.whole() {
            // Below all others.
            scores[unit.nth] = -1.0;
        }
        let mut least = 0.0;
        if scores.len() - self.count_whole() > wanted {
            let mut scores = scores.clone();
            let last = scores.select_nth_unstable_by(wanted - 1, |a, b| b.total_cmp(a));
            least = *last.1;
        }
        let those = self.units.of_those(|nth| scores[nth] >= least);
        let unit = |(nth, first)| Unit {
            score: scores[nth],
            nth,
            first,
        };
        those.into_iter().map(unit).collect()
    }

    fn score(&self, nth: usize) -> f64 {
        self.words[nth] + self.phrases[nth]
    }

    /// The first passage of a unit that matches.
    pub(super) fn first(&self, unit: DocId) -> DocId {
        self.docs.from(unit).unwrap_or(unit)
    }

    /// The lengths of the units: `lengths` are those of their passages.
    fn lengths(&self, lengths: &Lengths) -> Vec<f64> {
        let level = self.piece.level();
        let of = |unit| f64::from(level.length(unit, lengths));
        self.units.begins().iter().map(of).collect()
    }
}

impl Evidence {
    /// Scores what matches, but for the parts of the free text.
    pub(super) fn found<'a>(&self, piece: Piece<'a>) -> Result<Found<'a>> {
        let Piece {
            segment,
            collection,
            ..
        } = piece;
        let docs = piece.docs();
        let units = piece.level().units(&docs);
        let n = units.count();
        let mut whole = self.whole(&piece, units.all())?;
        whole.keep(units.begins());
        let mut found = Found {
            whole,
            piece,
            docs,
            units,
            words: vec![0.0; n],
            phrases: vec![0.0; n],
            parts: vec![0.0; n],
        };
        if !self.words.is_empty() {
            let average = collection.average_words;
            let mut norms = found.lengths(segment.words().lengths()?);
            norms
                .iter_mut()
                .for_each(|length| *length = WORDS.norm(*length, average));
            for weighed in &self.words {
                let Found { units, words, .. } = &mut found;
                units.tally(segment.words(), &weighed.term, |nth, frequency| {
                    let evidence = WORDS.weigh_by(f64::from(frequency), norms[nth]);
                    words[nth] += weighed.weight * evidence;
                })?;
            }
        }
        if !self.phrases.is_empty() {
            let average = collection.average_chars;
            let lengths = found.lengths(segment.chars().lengths()?);
            let strings: Vec<&Phrase> = self.phrases.iter().collect();
            let Found { units, phrases, .. } = &mut found;
            each(segment, &strings, units.all(), |_, often| {
                let nth = |often: &Often| units.nth(often.doc);
                for often in often.chunk_by(|a, b| nth(a) == nth(b)) {
                    let of = |often: &Often| frequency(often.times as usize, often.titled);
                    let frequency = often.iter().map(of).sum();
                    let nth = nth(&often[0]);
                    phrases[nth] += CHARS.weigh(frequency, lengths[nth], average);
                }
            })?;
        }
        Ok(found)
    }

    /// The passages of those units in which every part of the free text stands.
    fn whole(&self, piece: &Piece<'_>, all: &Set) -> Result<Set> {
        if self.free.is_empty() {
            return Ok(all.empty());
        }
        // Who lacks one part is not asked for the others: the rarest first.
        let mut order = Vec::with_capacity(self.free.len());
        for (nth, part) in self.free.iter().enumerate() {
            order.push((part.at_most(piece.segment)?, nth));
        }
        order.sort_unstable();
        let mut left = all.clone();
        for (_, nth) in order {
            let docs = with_text(piece.segment, &self.free[nth], &left)?;
            left.keep(&piece.level().spread(&docs));
        }
        Ok(left)
    }

    /// Adds the parts of the free text where all of them stand, to as many units as it
    /// takes to know the best `wanted` of all: those, by piece.
    pub(super) fn add_parts(&self, all: &mut [Found<'_>], wanted: usize) -> Result<Vec<Vec<Unit>>> {
        let mut whole: Vec<Vec<Unit>> = all.iter().map(|found| found.whole().collect()).collect();
        let count: usize = whole.iter().map(Vec::len).sum();
        if count <= wanted.saturating_mul(2) {
            self.add_parts_to(all, &mut whole)?;
            return Ok(whole);
        }
        // The best so far, whatever they are worth in the end …
        let score = |unit: &Unit| unit.score;
        let mut scores: Vec<f64> = whole.iter().flatten().map(score).collect();
        let (_, last, _) = scores.select_nth_unstable_by(wanted - 1, |a, b| b.total_cmp(a));
        let (mut best, mut rest) = (Vec::new(), Vec::new());
        for units in whole {
            let (good, other) = units.into_iter().partition(|unit| unit.score >= *last);
            best.push(good);
            rest.push(other);
        }
        self.add_parts_to(all, &mut best)?;
        // … and those that may still be better than one of them.
        let least = best
            .iter()
            .flatten()
            .map(score)
            .fold(f64::INFINITY, f64::min);
        let most = PART_WEIGHT * (CHARS.k1 + 1.0) * self.free.len() as f64;
        for units in &mut rest {
            // A sum may be rounded up.
            units.retain(|unit| unit.score + most >= least - 1e-9);
        }
        self.add_parts_to(all, &mut rest)?;
        for (best, mut rest) in best.iter_mut().zip(rest) {
            best.append(&mut rest);
        }
        Ok(best)
    }

    fn add_parts_to(&self, all: &mut [Found<'_>], units: &mut [Vec<Unit>]) -> Result<()> {
        let own = all.iter_mut().zip(units);
        let own: Vec<_> = own.filter(|(_, units)| !units.is_empty()).collect();
        together::each(own, |(found, units)| self.add_parts_of(found, units))?;
        Ok(())
    }

    fn add_parts_of(&self, found: &mut Found<'_>, own: &mut [Unit]) -> Result<()> {
        let (segment, level) = (found.piece.segment, found.piece.level());
        let average = found.piece.collection.average_chars;
        let mut among = found.units.all().empty();
        for unit in &*own {
            level.docs(unit.first).for_each(|doc| among.insert(doc));
        }
        let mut frequencies = vec![0.0; found.units.count()];
        for part in &self.free {
            let possible = possible(segment, part, &among)?;
            part.among(segment, possible.docs(), |doc, count, titled| {
                frequencies[found.units.nth(doc)] += frequency(count, titled);
            })?;
            for unit in &*own {
                let frequency = std::mem::take(&mut frequencies[unit.nth]);
                let length = f64::from(level.chars(unit.first));
                found.parts[unit.nth] += PART_WEIGHT * CHARS.weigh(frequency, length, average);
            }
        }
        for unit in own {
            found.phrases[unit.nth] += found.parts[unit.nth];
            unit.score = found.score(unit.nth);
        }
        Ok(())
    }
}

/// A unit of a piece, with what it is worth so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub(super) score: f64,
    /// Its number in the piece.
    pub(super) nth: usize,
    /// Its first passage.
    pub(super) first: DocId,
}

/// How much a string counts that stands in a passage so often. In the title it
/// says what an article is about.
fn frequency(times: usize, titled: bool) -> f64 {
    times as f64 + if titled { 3.0 } else { 0.0 }
}
