//! The units that match, scored by words and by strings: numbers in columns.

use std::ops::Range;

use anyhow::Result;
use tantivy::DocId;

use crate::index::Segment;
use crate::search::many::{Often, each};
use crate::search::phrase::Phrase;
use crate::search::rank::{CHARS, Collection, Evidence, Level, WORDS};
use crate::search::set::Set;
use crate::search::standing::{Possible, possible, with_text};
use crate::search::together;
use crate::search::units::Units;

/// Weight of the parts of the free text in a candidate that has all of them
/// whole: what is named often, in a short text or in the title is what an
/// article is about. Given to candidates that have only some, it costs
/// headlines .004 of nDCG@10.
const PART_WEIGHT: f64 = 1.0;

/// What a string that was asked for in the title is worth, by how much of the title it is: a
/// title that says nothing else is about it …
const TITLE_WEIGHT: f64 = 4.0;
/// … and how much of its worth it has where it stands beside.
const SAID_BESIDE: f64 = 0.25;

/// Passages of one segment that match, and what they are scored against.
pub(super) struct Piece<'a> {
    pub(super) number: usize,
    pub(super) segment: &'a Segment,
    pub(super) collection: &'a Collection,
    /// All that matches in the segment, and which of it: whole units.
    pub(super) all: &'a [DocId],
    pub(super) which: Range<usize>,
    /// How often the only string that was asked for stands in each of those, where that is
    /// known.
    pub(super) often: Option<&'a [Often]>,
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
    /// Of exact strings; empty where none were asked for.
    phrases: Vec<f64>,
}

impl Found<'_> {
    /// In how many units every part of the free text stands.
    pub(super) fn count_whole(&self) -> usize {
        self.whole.len()
    }

    /// Those units, where the score is one to `keep`: of a frequent word they are most of
    /// an archive.
    fn whole(&self, keep: impl Fn(f64) -> bool) -> Vec<Unit> {
        if self.is_all_whole() {
            let mut first = self.units.firsts();
            let kept = (0..self.units.count()).filter(|nth| keep(self.score(*nth)));
            return kept.map(|nth| self.unit(nth, first(nth))).collect();
        }
        let firsts = self.whole.iter();
        let numbered = firsts.map(|first| (self.units.nth(first), first));
        numbered
            .filter(|(nth, _)| keep(self.score(*nth)))
            .map(|(nth, first)| self.unit(nth, first))
            .collect()
    }

    /// Of the same, the best `wanted` whose title is as long as one of `lengths` says, and whose
    /// score is one to `keep`.
    fn as_long(
        &self,
        lengths: &Range<usize>,
        wanted: usize,
        keep: impl Fn(f64) -> bool,
    ) -> Result<Vec<Unit>> {
        let mut units: Vec<Unit> = Vec::new();
        for first in self.piece.segment.texts().titled(lengths)? {
            if self.whole.contains(first) {
                let nth = self.units.nth(first);
                if keep(self.score(nth)) {
                    units.push(self.unit(nth, first));
                }
            }
        }
        if units.len() > wanted {
            units.select_nth_unstable_by(wanted, |a, b| b.score.total_cmp(&a.score));
            units.truncate(wanted);
        }
        Ok(units)
    }

    /// Whether every unit is whole, as of one word nearly all are: then none need be
    /// looked for among the others.
    fn is_all_whole(&self) -> bool {
        self.count_whole() == self.units.count()
    }

    /// The scores of the best `wanted` of those units.
    fn best_whole(&self, wanted: usize) -> Vec<f64> {
        let mut best = Best::new(wanted, self.units.count());
        if self.is_all_whole() {
            (0..self.units.count()).for_each(|nth| best.add(self.score(nth)));
        } else {
            let firsts = self.whole.iter();
            firsts.for_each(|first| best.add(self.score(self.units.nth(first))));
        }
        best.finish().0
    }

    /// The best of the units that are not whole: `wanted`, and those that are as good
    /// as the last of them.
    pub(super) fn best_of_rest(&self, wanted: usize) -> Vec<Unit> {
        if wanted == 0 {
            return Vec::new();
        }
        let mut best = Best::new(wanted, self.units.count());
        self.each_of_rest(|_, score| best.add(score));
        let (best, least) = best.finish();
        let mut rest = Vec::with_capacity(best.len());
        let mut first = self.units.firsts();
        self.each_of_rest(|nth, score| {
            if score >= least {
                rest.push(self.unit(nth, first(nth)));
            }
        });
        rest
    }

    /// Calls `each` with the numbers and scores of the units that are not whole.
    fn each_of_rest(&self, mut each: impl FnMut(usize, f64)) {
        let mut begin = 0;
        let ends = self.whole.iter().map(|first| self.units.nth(first));
        for end in ends.chain([self.units.count()]) {
            match self.phrases.get(begin..end) {
                None => {
                    for (nth, words) in (begin..end).zip(&self.words[begin..end]) {
                        each(nth, *words);
                    }
                }
                Some(phrases) => {
                    let words = (begin..end).zip(&self.words[begin..end]);
                    for ((nth, words), phrases) in words.zip(phrases) {
                        each(nth, words + phrases);
                    }
                }
            }
            begin = end + 1;
        }
    }

    fn score(&self, nth: usize) -> f64 {
        self.words[nth] + self.phrases(nth)
    }

    /// A unit, with what it is worth but for the parts of the free text.
    fn unit(&self, nth: usize, first: DocId) -> Unit {
        Unit {
            score: self.score(nth),
            phrases: self.phrases(nth),
            parts: 0.0,
            named: false,
            nth,
            first,
        }
    }

    /// What exact strings are worth in a unit.
    fn phrases(&self, nth: usize) -> f64 {
        self.phrases.get(nth).copied().unwrap_or(0.0)
    }

    /// The first passage of a unit that matches.
    pub(super) fn first(&self, unit: DocId) -> DocId {
        self.docs.from(unit).unwrap_or(unit)
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
            phrases: Vec::new(),
        };
        if !self.words.is_empty() {
            let average = collection.average_words;
            let lengths = segment.words().lengths().read()?;
            let lengths = found.piece.level().words(&found.units, lengths);
            let norm = |length| WORDS.norm(f64::from(length), average);
            let norms: Vec<f64> = lengths.into_iter().map(norm).collect();
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
            let lengths = found.piece.level().all_chars(&found.units)?;
            let strings: Vec<&Phrase> = self.phrases.iter().map(|(string, _)| string).collect();
            found.phrases = vec![0.0; n];
            let known = found.piece.often;
            let Found { units, phrases, .. } = &mut found;
            let mut weigh = |often: &[Often], share: f64| {
                let nth = |often: &Often| units.nth(often.doc);
                for often in often.chunk_by(|a, b| nth(a) == nth(b)) {
                    let of = |often: &Often| frequency(often.times as usize, often.titled);
                    let frequency = often.iter().map(of).sum();
                    let nth = nth(&often[0]);
                    let weight = CHARS.weigh(frequency, f64::from(lengths[nth]), average);
                    phrases[nth] += weight * share;
                }
            };
            match known {
                Some(often) => weigh(often, 1.0),
                None => {
                    let mut titles = Vec::new();
                    each(segment, &strings, units.all(), |string, often| {
                        match self.phrases[string].1 {
                            false => weigh(often, 1.0),
                            true => {
                                weigh(often, SAID_BESIDE);
                                let titled = often.iter().filter(|often| often.titled);
                                titles.extend(titled.map(|often| (string, often.doc)));
                            }
                        }
                    })?;
                    for (string, doc) in titles {
                        let length = segment.title(doc)?.saturating_sub(1).max(1);
                        let share = strings[string].units.len() as f64 / f64::from(length);
                        phrases[units.nth(doc)] += TITLE_WEIGHT * share;
                    }
                }
            }
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
            if left.is_empty() {
                break;
            }
            let docs = with_text(piece.segment, &self.free[nth], &left)?;
            left.keep(&piece.level().spread(&docs));
        }
        Ok(left)
    }

    /// Adds the parts of the free text where all of them stand, to as many units as it
    /// takes to know the best `wanted` of all: those, by piece.
    pub(super) fn add_parts(&self, all: &[Found<'_>], wanted: usize) -> Result<Vec<Vec<Unit>>> {
        let count: usize = all.iter().map(Found::count_whole).sum();
        if count <= wanted {
            let mut whole: Vec<_> = all.iter().map(|found| found.whole(|_| true)).collect();
            self.add_parts_to(all, &mut whole)?;
            return Ok(whole);
        }
        // The best so far, whatever they are worth in the end …
        let found = || all.iter().collect();
        let scores = together::each(found(), |found: &Found<'_>| Ok(found.best_whole(wanted)))?;
        let mut scores = scores.concat();
        let last = keep_best(&mut scores, wanted);
        let mut best = together::each(found(), |found| Ok(found.whole(|score| score >= last)))?;
        self.add_parts_to(all, &mut best)?;
        // … and those that may still be better than one of them.
        let least = best
            .iter()
            .flatten()
            .map(|unit| unit.score)
            .fold(f64::INFINITY, f64::min);
        let most = PART_WEIGHT * (CHARS.k1 + 1.0) * self.free.len() as f64;
        // A sum may be rounded up.
        let may_be = |score: f64| score < last && score + most >= least - 1e-9;
        let mut rest = together::each(found(), |found| Ok(found.whole(may_be)))?;
        self.add_parts_to(all, &mut rest)?;
        // And those whose headline the query is, whatever they score.
        let lengths = self.title_lengths();
        let mut named = together::each(found(), |found| {
            found.as_long(&lengths, wanted, |score| score < last && !may_be(score))
        })?;
        self.add_parts_to(all, &mut named)?;
        for ((best, mut rest), named) in best.iter_mut().zip(rest).zip(named) {
            best.append(&mut rest);
            best.extend(named.into_iter().filter(|unit| unit.named));
        }
        Ok(best)
    }

    /// How many positions a title has that is the free text: between two parts it has a mark or
    /// none, and its end is a position too.
    fn title_lengths(&self) -> Range<usize> {
        let asked: usize = self.free.iter().map(|part| part.units.len()).sum();
        asked + 1..asked + 1 + self.free.len()
    }

    fn add_parts_to(&self, all: &[Found<'_>], units: &mut [Vec<Unit>]) -> Result<()> {
        let own = all.iter().zip(units);
        let own: Vec<_> = own.filter(|(_, units)| !units.is_empty()).collect();
        together::each(own, |(found, units)| self.add_parts_of(found, units))?;
        Ok(())
    }

    fn add_parts_of(&self, found: &Found<'_>, own: &mut [Unit]) -> Result<()> {
        let (segment, level) = (found.piece.segment, found.piece.level());
        let average = found.piece.collection.average_chars;
        let docs = found.units.all().docs();
        let units = Units::new(docs, own.iter().map(|unit| level.docs(unit.first)));
        let mut frequencies = vec![0.0; own.len()];
        let mut titled_parts = vec![0; own.len()];
        for part in &self.free {
            let narrowed = match own.len() > FEW {
                true => Some(possible(segment, part, units.all())?),
                false => None,
            };
            let docs = narrowed.as_ref().map_or(units.all(), Possible::docs);
            part.among(segment, docs, |doc, count, titled| {
                let nth = units.nth(doc);
                frequencies[nth] += frequency(count, titled);
                titled_parts[nth] += usize::from(titled);
            })?;
            for (unit, frequency) in own.iter_mut().zip(&mut frequencies) {
                let length = f64::from(level.chars(unit.first)?);
                let frequency = std::mem::take(frequency);
                unit.parts += PART_WEIGHT * CHARS.weigh(frequency, length, average);
            }
        }
        let lengths = self.title_lengths();
        for (unit, titled) in own.iter_mut().zip(titled_parts) {
            unit.named = titled == self.free.len()
                && lengths.contains(&(segment.title(unit.first)? as usize));
            unit.phrases = found.phrases(unit.nth) + unit.parts;
            unit.score = found.words[unit.nth] + unit.phrases;
        }
        Ok(())
    }
}

/// So few units are not worth a look at which of their passages may have a part.
const FEW: usize = 64;

/// A unit of a piece, with what it is worth so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit {
    pub(super) score: f64,
    /// Of the score, what is of exact strings, and of parts of the free text where all stand …
    pub(super) phrases: f64,
    /// … and what is of those parts.
    pub(super) parts: f64,
    /// Its headline is the free text.
    pub(super) named: bool,
    /// Its number in the piece.
    pub(super) nth: usize,
    /// Its first passage.
    pub(super) first: DocId,
}

/// The best of many scores.
struct Best {
    wanted: usize,
    /// The best so far, and some that were among them.
    scores: Vec<f64>,
    /// What is no better is none of them.
    least: f64,
}

impl Best {
    /// The best `wanted`, at least one, of `all`.
    fn new(wanted: usize, all: usize) -> Best {
        Best {
            wanted,
            scores: Vec::with_capacity(all.min(wanted.saturating_mul(2))),
            least: f64::NEG_INFINITY,
        }
    }

    #[inline]
    fn add(&mut self, score: f64) {
        if score > self.least {
            self.scores.push(score);
            if self.scores.len() == self.wanted.saturating_mul(2) {
                self.least = keep_best(&mut self.scores, self.wanted);
            }
        }
    }

    /// The scores, and the last of as many as are wanted.
    fn finish(mut self) -> (Vec<f64>, f64) {
        if self.scores.len() >= self.wanted {
            self.least = keep_best(&mut self.scores, self.wanted);
        }
        (self.scores, self.least)
    }
}

/// Keeps the best `wanted` scores; which is the last of them.
fn keep_best(scores: &mut Vec<f64>, wanted: usize) -> f64 {
    let (_, last, _) = scores.select_nth_unstable_by(wanted - 1, |a, b| b.total_cmp(a));
    let last = *last;
    scores.truncate(wanted);
    last
}

/// How much a string counts that stands in a passage so often. In the title it
/// says what an article is about.
fn frequency(times: usize, titled: bool) -> f64 {
    times as f64 + if titled { 3.0 } else { 0.0 }
}
