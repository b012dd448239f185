//! The first stage: what matches is scored by words and by strings, and the best
//! of it by characters too.
//!
//! Everything that matches is scored, in columns of numbers, one segment after
//! the other. Only of the best that are wanted a [`Candidate`] is made.

use std::cmp::Ordering;
use std::ops::Range;

use anyhow::Result;
use tantivy::{DocId, DocSet, TERMINATED};

use crate::index::{Fact, Postings, Segment, Store, Zones};
use crate::search::many::{Often, each};
use crate::search::phrase::Phrase;
use crate::search::rank::{CHARS, Candidate, Collection, Evidence, HEAD, Level, WORDS, sort};
use crate::search::set::Set;

/// How many of the best by words are scored by characters too.
pub(super) const WIDE: usize = 1000;

/// What a part of the free text that stands whole in a passage adds when the
/// passage to show is chosen: more than words can.
const WHOLE_PART: f64 = 1000.0;

/// Weight of the parts of the free text in a candidate that has all of them
/// whole: what is named often, in a short text or in the title is what an
/// article is about. Given to candidates that have only some, it costs
/// headlines .004 of nDCG@10.
const PART_WEIGHT: f64 = 1.0;

/// A ranked list, as far as it was wanted.
#[derive(Debug, Default)]
pub(crate) struct Ranked {
    /// The best, in order.
    pub(crate) best: Vec<Candidate>,
    /// How many there are in all.
    pub(crate) all: usize,
    /// In how many of them every part of the free text stands whole.
    pub(crate) whole: usize,
}

/// The units of one segment that match.
struct Found<'a> {
    level: &'a Level,
    docs: &'a [DocId],
    /// Each with where its passages begin among `docs`.
    units: Vec<(DocId, usize)>,
    words: Vec<f64>,
    phrases: Vec<f64>,
    parts: Vec<f64>,
    whole: Vec<bool>,
}

impl Found<'_> {
    fn score(&self, nth: usize) -> f64 {
        self.words[nth] + self.phrases[nth]
    }

    fn ranges(&self) -> impl Iterator<Item = Range<DocId>> {
        self.units.iter().map(|(unit, _)| self.level.docs(*unit))
    }

    /// All passages of the units.
    fn all(&self, end: DocId) -> Set {
        let mut all = Set::none(end);
        self.ranges().flatten().for_each(|doc| all.insert(doc));
        all
    }

    /// The passages of a unit that match.
    fn docs(&self, nth: usize) -> &[DocId] {
        let end = self
            .units
            .get(nth + 1)
            .map_or(self.docs.len(), |(_, begin)| *begin);
        &self.docs[self.units[nth].1..end]
    }
}

impl Evidence {
    /// First stage: what matches, one candidate a unit, best first: as many as
    /// are wanted, and at least those that the second stage looks at.
    pub(crate) fn rank(
        &self,
        store: &Store,
        collection: &Collection,
        docs: &[Vec<DocId>],
        wanted: usize,
    ) -> Result<Ranked> {
        let mut ranked = Ranked::default();
        let mut segments = Vec::with_capacity(docs.len());
        for (number, docs) in docs.iter().enumerate() {
            let found = self.found(&store.segments()[number], collection, number, docs)?;
            ranked.all += found.units.len();
            ranked.whole += found.whole.iter().filter(|whole| **whole).count();
            segments.push(found);
        }
        let least = least(&segments, wanted.max(WIDE));
        for (number, found) in segments.iter().enumerate() {
            let segment = &store.segments()[number];
            let places = segment.column(Fact::Place)?;
            let days = segment.column(Fact::Date)?;
            for (nth, (unit, _)) in found.units.iter().enumerate() {
                let whole = found.whole[nth];
                if least.is_some_and(|least| better(least, (whole, found.score(nth))).is_lt()) {
                    continue;
                }
                let docs = found.docs(nth).to_vec();
                let doc = docs.first().copied().unwrap_or(*unit);
                ranked.best.push(Candidate {
                    segment: number,
                    unit: *unit,
                    doc,
                    key: None,
                    day: days.first(doc).filter(|day| *day > 0).unwrap_or(u64::MAX),
                    number: (places.first(doc).unwrap_or_default() >> 1) as u32,
                    docs,
                    whole,
                    words: found.words[nth],
                    chars: 0.0,
                    phrases: found.phrases[nth],
                    parts: found.parts[nth],
                    score: found.score(nth),
                });
            }
        }
        let best = &mut ranked.best;
        sort(store, best)?;
        best.truncate(wanted.max(WIDE));
        if !self.chars.is_empty() {
            let wide = best.len().min(WIDE);
            for number in 0..docs.len() {
                self.add_chars(store, collection, number, &mut best[..wide])?;
            }
            sort(store, &mut best[..wide])?;
        }
        let head = best.len().min(HEAD);
        self.choose(store, collection, &mut best[..head])?;
        Ok(ranked)
    }

    /// Scores what matches in one segment.
    fn found<'a>(
        &self,
        segment: &Segment,
        collection: &'a Collection,
        number: usize,
        docs: &'a [DocId],
    ) -> Result<Found<'a>> {
        let level = &collection.levels[number];
        let mut units: Vec<(DocId, usize)> = Vec::new();
        let mut end = 0;
        for (at, doc) in docs.iter().enumerate() {
            if *doc >= end {
                let unit = level.unit(*doc);
                end = level.docs(unit).end;
                units.push((unit, at));
            }
        }
        let count = units.len();
        let mut found = Found {
            level,
            docs,
            units,
            words: vec![0.0; count],
            phrases: vec![0.0; count],
            parts: vec![0.0; count],
            whole: vec![!self.free.is_empty(); count],
        };
        let mut words = std::mem::take(&mut found.words);
        for weighed in &self.words {
            let Some(postings) = segment.words().postings(&weighed.term)? else {
                continue;
            };
            walk(postings, found.ranges(), |nth, frequency| {
                let length = f64::from(level.words(found.units[nth].0));
                let average = collection.average_words;
                words[nth] += weighed.weight * WORDS.weigh(f64::from(frequency), length, average);
            });
        }
        found.words = words;
        let weigh = |unit: DocId, frequency: f64| {
            let length = f64::from(level.chars(unit));
            CHARS.weigh(frequency, length, collection.average_chars)
        };
        let zones = segment.column(Fact::Zones)?;
        let strings: Vec<&Phrase> = self.phrases.iter().collect();
        each(
            segment,
            &strings,
            &found.all(segment.max_doc()),
            |_, often| {
                let mut nth = 0;
                let mut frequencies = vec![0.0; count];
                for Often { doc, times, first } in often {
                    while nth + 1 < count && found.units[nth + 1].0 <= *doc {
                        nth += 1;
                    }
                    let titled = *first < Zones::of(zones, *doc).title;
                    frequencies[nth] += frequency(*times as usize, titled);
                }
                for (nth, frequency) in frequencies.into_iter().enumerate() {
                    if frequency > 0.0 {
                        found.phrases[nth] += weigh(found.units[nth].0, frequency);
                    }
                }
            },
        )?;
        // Who lacks one part is not asked for the others: the rarest first.
        let mut order = Vec::with_capacity(self.free.len());
        for (part, phrase) in self.free.iter().enumerate() {
            order.push((phrase.at_most(segment)?, part));
        }
        order.sort_unstable();
        let mut of_parts = vec![Vec::new(); self.free.len()];
        for (_, part) in order {
            let left: Vec<usize> = (0..count).filter(|nth| found.whole[*nth]).collect();
            let frequencies = frequencies(&self.free[part], segment, &found, &left)?;
            for nth in left {
                found.whole[nth] = frequencies[nth] > 0.0;
            }
            of_parts[part] = frequencies;
        }
        for nth in (0..count).filter(|nth| found.whole[*nth]) {
            for frequencies in &of_parts {
                let evidence = weigh(found.units[nth].0, frequencies[nth]);
                found.parts[nth] += PART_WEIGHT * evidence;
            }
            found.phrases[nth] += found.parts[nth];
        }
        Ok(found)
    }

    /// Adds the characters to the candidates of one segment.
    fn add_chars(
        &self,
        store: &Store,
        collection: &Collection,
        number: usize,
        candidates: &mut [Candidate],
    ) -> Result<()> {
        let mut own: Vec<&mut Candidate> = candidates
            .iter_mut()
            .filter(|candidate| candidate.segment == number)
            .collect();
        own.sort_by_key(|candidate| candidate.unit);
        let level = &collection.levels[number];
        let ranges: Vec<Range<DocId>> = own
            .iter()
            .map(|candidate| level.docs(candidate.unit))
            .collect();
        let lengths: Vec<f64> = own
            .iter()
            .map(|candidate| f64::from(level.chars(candidate.unit)))
            .collect();
        let terms = store.segments()[number].chars();
        for weighed in &self.chars {
            let Some(postings) = terms.postings(&weighed.term)? else {
                continue;
            };
            let average = collection.average_chars;
            walk(postings, ranges.iter().cloned(), |nth, frequency| {
                own[nth].chars +=
                    weighed.weight * CHARS.weigh(f64::from(frequency), lengths[nth], average);
            });
        }
        for candidate in own {
            candidate.score = candidate.words + candidate.chars + candidate.phrases;
        }
        Ok(())
    }

    /// Puts the passages of candidates into order, the one to show first: how
    /// good is each by itself?
    pub(crate) fn choose(
        &self,
        store: &Store,
        collection: &Collection,
        candidates: &mut [Candidate],
    ) -> Result<()> {
        for (number, segment) in store.segments().iter().enumerate() {
            let mut several: Vec<&mut Candidate> = candidates
                .iter_mut()
                .filter(|one| one.segment == number && one.docs.len() > 1)
                .collect();
            if several.is_empty() {
                continue;
            }
            let mut docs: Vec<DocId> = several
                .iter()
                .flat_map(|one| one.docs.iter().copied())
                .collect();
            docs.sort_unstable();
            let ranges = || docs.iter().map(|doc| *doc..doc + 1);
            let mut own = vec![0.0; docs.len()];
            for weighed in &self.words {
                let Some(postings) = segment.words().postings(&weighed.term)? else {
                    continue;
                };
                let lengths = segment.words().lengths();
                walk(postings, ranges(), |nth, frequency| {
                    let length = f64::from(lengths.of(docs[nth]));
                    let average = collection.average_words;
                    own[nth] += weighed.weight * WORDS.weigh(f64::from(frequency), length, average);
                });
            }
            let exact = self.phrases.iter().map(|phrase| (phrase, 0.0));
            let free = self.free.iter().map(|phrase| (phrase, WHOLE_PART));
            for (phrase, more) in exact.chain(free) {
                phrase.among(segment, ranges(), |nth, count, _| {
                    own[nth] += count as f64 + more;
                })?;
            }
            let places = segment.column(Fact::Place)?;
            let own = |doc: &DocId| docs.binary_search(doc).map_or(0.0, |nth| own[nth]);
            for candidate in &mut several {
                candidate
                    .docs
                    .sort_by(|a, b| own(b).total_cmp(&own(a)).then(a.cmp(b)));
                candidate.doc = candidate.docs[0];
                candidate.number = (places.first(candidate.doc).unwrap_or_default() >> 1) as u32;
            }
        }
        Ok(())
    }
}

/// How much a string counts that stands in a passage so often. In the title it
/// says what an article is about.
fn frequency(times: usize, titled: bool) -> f64 {
    times as f64 + if titled { 3.0 } else { 0.0 }
}

/// How much a string counts in each of some units, and 0 for the others.
fn frequencies(
    phrase: &Phrase,
    segment: &Segment,
    found: &Found<'_>,
    units: &[usize],
) -> Result<Vec<f64>> {
    let mut frequencies = vec![0.0; found.units.len()];
    let ranges = units
        .iter()
        .map(|nth| found.level.docs(found.units[*nth].0));
    phrase.among(segment, ranges, |nth, count, titled| {
        frequencies[units[nth]] += frequency(count, titled);
    })?;
    Ok(frequencies)
}

/// What is whole stands first, then the better score.
fn better(a: (bool, f64), b: (bool, f64)) -> Ordering {
    b.0.cmp(&a.0).then(b.1.total_cmp(&a.1))
}

/// The last of the best so many; `None` when there are no more than that.
fn least(segments: &[Found<'_>], wanted: usize) -> Option<(bool, f64)> {
    let all: usize = segments.iter().map(|found| found.units.len()).sum();
    if all <= wanted {
        return None;
    }
    let mut scores = Vec::with_capacity(all);
    for found in segments {
        scores.extend((0..found.units.len()).map(|nth| (found.whole[nth], found.score(nth))));
    }
    let (_, least, _) = scores.select_nth_unstable_by(wanted - 1, |a, b| better(*a, *b));
    Some(*least)
}

/// Calls `found` for each range of documents that has the term, with its number
/// and how often the term stands there. Ranges are sorted.
fn walk(
    mut postings: Postings,
    ranges: impl Iterator<Item = Range<DocId>>,
    mut found: impl FnMut(usize, u32),
) {
    let mut at = postings.doc();
    for (nth, docs) in ranges.enumerate() {
        // Near ones are reached by stepping, far ones by skipping blocks.
        let mut steps = 0;
        while at < docs.start && steps < 8 {
            at = postings.advance();
            steps += 1;
        }
        if at < docs.start {
            at = postings.seek(docs.start);
        }
        if at == TERMINATED {
            return;
        }
        let mut frequency = 0;
        while at < docs.end {
            frequency += postings.term_freq();
            at = postings.advance();
        }
        if frequency > 0 {
            found(nth, frequency);
        }
    }
}
