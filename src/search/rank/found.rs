//! The units that match, scored by words and by strings: numbers in columns.

use std::ops::Range;

use anyhow::Result;
use tantivy::DocId;

use crate::index::Segment;
use crate::search::many::{Often, each};
use crate::search::phrase::Phrase;
use crate::search::rank::{CHARS, Collection, Evidence, Level, WORDS};
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
    /// All that matches in the segment, and which of it.
    pub(super) all: &'a [DocId],
    pub(super) which: Range<usize>,
}

impl Piece<'_> {
    fn level(&self) -> &Level {
        &self.collection.levels[self.number]
    }

    fn docs(&self) -> &[DocId] {
        &self.all[self.which.clone()]
    }
}

/// The units of a piece, scored.
pub(super) struct Found<'a> {
    pub(super) piece: Piece<'a>,
    /// Each with where its passages begin among those of the segment.
    pub(super) units: Vec<(DocId, usize)>,
    pub(super) words: Vec<f64>,
    pub(super) phrases: Vec<f64>,
    pub(super) parts: Vec<f64>,
    pub(super) whole: Vec<bool>,
}

impl Found<'_> {
    pub(super) fn score(&self, nth: usize) -> f64 {
        self.words[nth] + self.phrases[nth]
    }

    /// Some of them as runs of passages, by their numbers.
    fn runs(&self, which: impl Iterator<Item = usize> + Clone) -> Units {
        Units::new(which.map(|nth| self.piece.level().docs(self.units[nth].0)))
    }

    /// The passages of a unit that match, among those of the segment.
    pub(super) fn docs(&self, nth: usize) -> Range<usize> {
        let end = self.units.get(nth + 1);
        let end = end.map_or(self.piece.which.end, |(_, begin)| *begin);
        self.units[nth].1..end
    }
}

impl Evidence {
    /// Scores what matches.
    pub(super) fn found<'a>(&self, piece: Piece<'a>) -> Result<Found<'a>> {
        let Piece {
            number,
            segment,
            collection,
            ..
        } = piece;
        let level = &collection.levels[number];
        let mut units: Vec<(DocId, usize)> = Vec::new();
        let mut end = 0;
        for (at, doc) in piece.which.clone().zip(piece.docs()) {
            if *doc >= end {
                let unit = level.unit(*doc);
                end = level.docs(unit).end;
                units.push((unit, at));
            }
        }
        let n = units.len();
        let mut found = Found {
            piece,
            units,
            words: vec![0.0; n],
            phrases: vec![0.0; n],
            parts: vec![0.0; n],
            whole: vec![!self.free.is_empty(); n],
        };
        let runs = found.runs(0..n);
        if !self.words.is_empty() {
            let lengths = segment.words().lengths()?;
            let average = collection.average_words;
            let of = |(unit, _): &(DocId, usize)| f64::from(level.length(*unit, lengths));
            let norm = |unit| WORDS.norm(of(unit), average);
            let norms: Vec<f64> = found.units.iter().map(norm).collect();
            for weighed in &self.words {
                runs.count(segment.words(), &weighed.term, |nth, frequency| {
                    let evidence = WORDS.weigh_by(f64::from(frequency), norms[nth]);
                    found.words[nth] += weighed.weight * evidence;
                })?;
            }
        }
        let length = |unit: DocId| f64::from(level.chars(unit));
        let average = collection.average_chars;
        if !self.phrases.is_empty() {
            let lengths: Vec<f64> = found.units.iter().map(|(unit, _)| length(*unit)).collect();
            let strings: Vec<&Phrase> = self.phrases.iter().collect();
            each(segment, &strings, runs.all(), |_, often| {
                let nth = |often: &Often| runs.nth(often.doc);
                for often in often.chunk_by(|a, b| nth(a) == nth(b)) {
                    let of = |often: &Often| frequency(often.times as usize, often.titled);
                    let frequency = often.iter().map(of).sum();
                    let nth = nth(&often[0]);
                    found.phrases[nth] += CHARS.weigh(frequency, lengths[nth], average);
                }
            })?;
        }
        // Who lacks one part is not asked for the others: the rarest first.
        let mut order = Vec::with_capacity(self.free.len());
        for (part, phrase) in self.free.iter().enumerate() {
            order.push((phrase.at_most(segment)?, part));
        }
        order.sort_unstable();
        let mut of_parts = vec![Vec::new(); self.free.len()];
        for (_, part) in order {
            let left: Vec<usize> = (0..n).filter(|nth| found.whole[*nth]).collect();
            let some;
            let among = match left.len() == n {
                true => &runs,
                false => {
                    some = found.runs(left.iter().copied());
                    &some
                }
            };
            let mut frequencies = vec![0.0; n];
            self.free[part].among(segment, among, |nth, count, titled| {
                frequencies[left[nth]] += frequency(count, titled);
            })?;
            for nth in left {
                found.whole[nth] = frequencies[nth] > 0.0;
            }
            of_parts[part] = frequencies;
        }
        for nth in (0..n).filter(|nth| found.whole[*nth]) {
            for frequencies in &of_parts {
                let evidence = CHARS.weigh(frequencies[nth], length(found.units[nth].0), average);
                found.parts[nth] += PART_WEIGHT * evidence;
            }
            found.phrases[nth] += found.parts[nth];
        }
        Ok(found)
    }
}

/// How much a string counts that stands in a passage so often. In the title it
/// says what an article is about.
fn frequency(times: usize, titled: bool) -> f64 {
    times as f64 + if titled { 3.0 } else { 0.0 }
}
