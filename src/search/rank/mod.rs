//! The order of what matches, in two stages.
//!
//! First stage: BM25 over words, and over characters for the best of them,
//! added up term by term in `f64` and in the order of the query: the same bits
//! for any number of threads and segments. Second stage: the head of the list
//! is scored again by what its own text says about the query (`features.rs`),
//! weighed by a linear model (`model.rs`). That needs no index of bigrams, and
//! ranks better than one.
//!
//! What is scored are articles, or passages where those are asked for: see
//! `level.rs`.

mod features;
mod first;
mod found;
mod level;
mod model;
mod numbered;
mod order;
mod sort;
mod tally;
mod telling;
mod weights;

use std::collections::HashMap;

use anyhow::{Context, Result};
use tantivy::{DocId, DocSet};

use crate::chars::Unit;
use crate::index::{Segment, Store, Terms};
use crate::search::phrase::{Phrase, term_of};
use crate::search::together;

pub(crate) use features::COUNT as FEATURES;
use features::{compare, features};
pub(crate) use first::{Ranked, WIDE};
pub(crate) use level::Level;
pub(crate) use model::{Lesson, Model, learn};
use numbered::Numbered;
pub(crate) use sort::{by_score, day_of, know_days, know_keys, sort};
pub(crate) use tally::Said;
use tally::Tally;
use telling::Contender;

/// Saturation and length normalization of a BM25.
#[derive(Debug, Clone, Copy)]
struct Bm25 {
    k1: f64,
    b: f64,
}

/// Words: the usual constants.
const WORDS: Bm25 = Bm25 { k1: 1.2, b: 0.75 };
/// Characters and bigrams: tuned on headlines and CMRC2018 (k1 .9, b .6).
const CHARS: Bm25 = Bm25 { k1: 0.9, b: 0.6 };

/// How many of the best the second stage scores again: 50 and 100 rank headlines, CMRC2018 and
/// DuReader no better, 20 worse.
pub(crate) const HEAD: usize = 30;
/// Passages of a long article that the second stage reads: the first, and the
/// best of those that match.
pub(crate) const READ: usize = 8;
/// Candidates that one thread reads at a time.
const PIECE: usize = 8;

impl Bm25 {
    fn weigh(self, frequency: f64, length: f64, average: f64) -> f64 {
        self.weigh_by(frequency, self.norm(length, average))
    }

    /// What a length does to every term.
    fn norm(self, length: f64, average: f64) -> f64 {
        self.k1 * (1.0 - self.b + self.b * length / average.max(1.0))
    }

    #[inline]
    fn weigh_by(self, frequency: f64, norm: f64) -> f64 {
        frequency * (self.k1 + 1.0) / (frequency + norm)
    }
}

/// Inverse document frequency, never negative.
pub(crate) fn idf(documents: u64, frequency: u64) -> f64 {
    let (n, df) = (documents as f64, frequency.min(documents) as f64);
    (1.0 + (n - df + 0.5) / (df + 0.5)).ln()
}

/// In how many passages a word stands, deleted ones left out.
pub(crate) fn word_frequency(store: &Store, word: &str) -> Result<u64> {
    document_frequency(store, Segment::words, word)
}

fn char_frequency(store: &Store, c: char) -> Result<u64> {
    document_frequency(store, Segment::chars, c.encode_utf8(&mut [0; 4]))
}

fn document_frequency(store: &Store, terms: fn(&Segment) -> &Terms, term: &str) -> Result<u64> {
    let mut frequency = 0;
    for segment in store.segments() {
        frequency += match (segment.alive_bitset(), terms(segment)) {
            (None, terms) => u64::from(terms.doc_freq(term)?),
            (Some(alive), terms) => terms
                .postings(term)?
                .map_or(0, |mut postings| u64::from(postings.count(alive))),
        };
    }
    Ok(frequency)
}

/// Number of passages, deleted ones left out.
pub(crate) fn passages(store: &Store) -> u64 {
    let alive = |segment: &Segment| u64::from(segment.num_docs());
    store.segments().iter().map(alive).sum()
}

/// Sizes of everything that can be ranked. Deleted documents do not count, so
/// an index that was updated ranks like one that was built anew.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) levels: Vec<Level>,
    average_chars: f64,
    average_words: f64,
}

impl Collection {
    /// Articles (`whole`) or passages of an index.
    pub(crate) fn read(store: &Store, whole: bool) -> Result<Collection> {
        let (mut chars, mut words, mut alive) = (0, 0, 0);
        let mut levels = Vec::new();
        for segment in store.segments() {
            let level = Level::read(segment, whole)?;
            let totals = level.totals(segment)?;
            chars += totals.0;
            words += totals.1;
            alive += level.alive;
            levels.push(level);
        }
        let n = alive.max(1) as f64;
        Ok(Collection {
            levels,
            average_chars: chars as f64 / n,
            average_words: words as f64 / n,
        })
    }
}

/// A term of the query with its weight.
#[derive(Debug, Clone)]
struct Weighed {
    term: String,
    weight: f64,
}

/// What a query looks for, weighed for one index.
pub(crate) struct Evidence {
    words: Vec<Weighed>,
    chars: Vec<Weighed>,
    /// Exact strings that were asked for, and whether in the title.
    phrases: Vec<(Phrase, bool)>,
    /// The parts of the free text, each a string that may stand there whole.
    free: Vec<Phrase>,
    numbered: Numbered,
}

/// An article or a passage that matches, with what orders it.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    /// Number of the segment.
    pub(crate) segment: usize,
    /// First document of the unit.
    pub(crate) unit: DocId,
    /// The passage to show: the best of those that match.
    pub(crate) doc: DocId,
    /// Key of the article, where it was needed to tell it from an equal.
    pub(crate) key: Option<u64>,
    /// Day of publication, `u64::MAX` when unknown; `None` where nobody needed it.
    pub(crate) day: Option<u64>,
    /// Number of the passage to show.
    pub(crate) number: u32,
    /// The passages of the unit that match, best first, once the one to show was chosen.
    pub(crate) docs: Vec<DocId>,
    /// Every part of the free text stands in it as it was asked.
    pub(crate) whole: bool,
    /// What comes first, whatever else.
    pub(crate) tier: Tier,
    /// BM25 of the words.
    pub(crate) words: f64,
    /// BM25 of the characters; 0 beyond the best by words.
    pub(crate) chars: f64,
    /// Exact strings, and parts of the free text when all stand whole.
    pub(crate) phrases: f64,
    parts: f64,
    /// What it is ordered by.
    pub(crate) score: f64,
}

/// What comes first, whatever else: the later, the earlier in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Tier {
    /// The score alone decides.
    Scored,
    /// Every part of the free text stands in it, where that says what it is about.
    Whole,
    /// Its headline is the query.
    Named,
}

impl Candidate {
    /// First document of the article.
    pub(crate) fn article(&self) -> DocId {
        self.doc - self.number
    }
}

impl Evidence {
    /// `words`: the words of the free text with their counts; `free`: its
    /// parts; `exact`: strings that were asked for as they are, and whether in the title.
    pub(crate) fn new(
        store: &Store,
        words: &[(String, u32)],
        free: &[String],
        exact: &[(&str, bool)],
    ) -> Result<Evidence> {
        let passages = passages(store);
        let free: Vec<Phrase> = free.iter().map(|text| Phrase::new(text)).collect();
        let mut weighed_words = Vec::new();
        for (word, count) in words {
            let df = word_frequency(store, word)?;
            let weight = f64::from(*count) * idf(passages, df);
            let term = word.clone();
            weighed_words.push(Weighed { term, weight });
        }
        let mut chars: Vec<(Unit, u32)> = Vec::new();
        let mut bigrams: Vec<((Unit, Unit), u32)> = Vec::new();
        for phrase in &free {
            for unit in phrase.units.iter().filter(|unit| ranks(**unit)) {
                bump(&mut chars, *unit);
            }
            for pair in phrase.units.windows(2) {
                if pair.iter().all(|unit| *unit != Unit::Stop) {
                    bump(&mut bigrams, (pair[0], pair[1]));
                }
            }
        }
        let mut frequencies: HashMap<Unit, u64> = HashMap::new();
        let mut weighed_chars = Vec::new();
        let mut char_weights = Vec::new();
        for (unit, count) in chars {
            let Some(term) = term_of(unit) else {
                continue;
            };
            let df = char_frequency(store, term)?;
            let term = term.to_string();
            frequencies.insert(unit, df);
            let weight = f64::from(count) * idf(passages, df);
            char_weights.push((unit, weight));
            weighed_chars.push(Weighed { term, weight });
        }
        let mut bigram_weights = Vec::new();
        for (pair, count) in bigrams {
            let df = bigram_frequency(store, passages, pair, &frequencies)?;
            bigram_weights.push((pair, f64::from(count) * idf(passages, df)));
        }
        let parts: Vec<&[Unit]> = free.iter().map(|phrase| phrase.units.as_slice()).collect();
        let numbered = Numbered::new(&char_weights, &bigram_weights, &parts);
        Ok(Evidence {
            words: weighed_words,
            chars: weighed_chars,
            phrases: exact
                .iter()
                .map(|(text, titled)| (Phrase::new(text), *titled))
                .collect(),
            free,
            numbered,
        })
    }

    /// Whether what has all of the free text whole comes first, whatever else: so many
    /// have. A long text in one piece is a question or a headline, and who repeats it to
    /// the letter need not answer it; but what many repeat is a term, however long.
    pub(crate) fn tiered(&self, whole: usize) -> bool {
        whole >= TERM
            || self.free.len() > 1
            || self.free.iter().all(|part| part.units.len() <= KNOWN)
    }

    /// Whether there is anything for the second stage to weigh.
    pub(crate) fn has_free_text(&self) -> bool {
        !self.free.is_empty()
    }

    /// The features of candidates; `said` gives the text of one. With `blind`
    /// titles are not seen, and BM25 is taken from the text alone: `blind` gives
    /// that of its words.
    pub(crate) fn rows(
        &self,
        collection: &Collection,
        head: &[Candidate],
        said: impl Fn(&Candidate) -> Result<Said> + Sync,
        blind: Option<&(dyn Fn(&str) -> f64 + Sync)>,
    ) -> Result<Vec<[f64; features::COUNT]>> {
        let pieces: Vec<&[Candidate]> = head.chunks(PIECE).collect();
        let rows = together::each(pieces, |head| self.read(collection, head, &said, blind))?;
        let (mut rows, candidates): (Vec<_>, Vec<_>) = rows.into_iter().flatten().unzip();
        compare(&mut rows, &candidates);
        Ok(rows)
    }

    /// The same, but for the features that compare them with each other.
    fn read(
        &self,
        collection: &Collection,
        head: &[Candidate],
        said: &impl Fn(&Candidate) -> Result<Said>,
        blind: Option<&(dyn Fn(&str) -> f64 + Sync)>,
    ) -> Result<Vec<([f64; features::COUNT], Contender)>> {
        let mut rows = Vec::with_capacity(head.len());
        let mut seen = Tally::new(&self.numbered);
        let damaged = "the texts of the index are damaged";
        for candidate in head {
            let mut said = said(candidate)?;
            let level = &collection.levels[candidate.segment];
            let length = f64::from(level.chars(candidate.unit)?);
            let (words, chars) = match blind {
                None => (candidate.words, Some(candidate.chars)),
                Some(words) => {
                    said.title = None;
                    (words(&said.text().context(damaged)?), None)
                }
            };
            let average = collection.average_chars;
            seen.read(&self.numbered, &said).context(damaged)?;
            let row = features(&self.numbered, &seen, words, chars, length, average);
            rows.push((row, Contender::new(&seen)));
        }
        Ok(rows)
    }

    /// BM25 of the words of a text, as the first stage gives it for the index.
    pub(crate) fn words_of(&self, collection: &Collection, words: &HashMap<String, u32>) -> f64 {
        let length = f64::from(words.values().sum::<u32>());
        self.words
            .iter()
            .filter_map(|weighed| {
                let frequency = *words.get(&weighed.term)?;
                let average = collection.average_words;
                Some(weighed.weight * WORDS.weigh(f64::from(frequency), length, average))
            })
            .sum()
    }

    /// Second stage: puts the head of a list into its final order.
    pub(crate) fn rescore(
        &self,
        store: &Store,
        model: &Model,
        rows: &[[f64; features::COUNT]],
        tiered: bool,
        head: &mut [Candidate],
    ) -> Result<()> {
        for (candidate, row) in head.iter_mut().zip(rows) {
            if candidate.tier == Tier::Whole && !tiered {
                candidate.tier = Tier::Scored;
            }
            if candidate.whole && features::is_title(row) {
                candidate.tier = Tier::Named;
            }
            if candidate.whole && !tiered {
                candidate.phrases -= candidate.parts;
            }
            // Positive, and as far apart as the model says.
            candidate.score = softplus(model.score(row)) + candidate.phrases;
        }
        sort(store, head)
    }
}

/// Names of the features, in order.
pub(crate) fn names() -> &'static [&'static str] {
    &features::NAMES
}

/// The weights that come with jianbao.
pub(crate) fn built_in() -> Model {
    Model {
        weights: weights::BUILT_IN,
    }
}

/// Free text of up to so many characters in one piece is a term somebody looks
/// up. As a tier, longer ones cost web questions .013 of nDCG@10.
pub(crate) const KNOWN: usize = 6;
/// A longer one that stands whole in so many articles is a term too. From 5 on headlines, CMRC2018
/// and DuReader are ranked as before, 3 costs web questions .003; but where only ten or thirty
/// stories have it to the letter, others tell of the same in other words.
const TERM: usize = 50;

fn softplus(x: f64) -> f64 {
    if x > 30.0 { x } else { x.exp().ln_1p() }
}

/// Letters, digits and punctuation say nothing one by one.
fn ranks(unit: Unit) -> bool {
    matches!(unit, Unit::Char(c) if !c.is_ascii())
}

fn bump<T: PartialEq>(counts: &mut Vec<(T, u32)>, item: T) {
    match counts.iter_mut().find(|(seen, _)| *seen == item) {
        Some((_, count)) => *count += 1,
        None => counts.push((item, 1)),
    }
}

/// In how many passages two characters stand side by side, without an index of
/// bigrams: exactly where they are a word of the index, else as if they met by
/// chance, which is about right for what straddles two words.
fn bigram_frequency(
    store: &Store,
    passages: u64,
    (first, second): (Unit, Unit),
    frequencies: &HashMap<Unit, u64>,
) -> Result<u64> {
    if let (Unit::Char(a), Unit::Char(b)) = (first, second) {
        let word: String = [a, b].into_iter().collect();
        let df = word_frequency(store, &word)?;
        if df > 0 {
            return Ok(df);
        }
    }
    let of = |unit| frequencies.get(&unit).copied().unwrap_or(1) as f64;
    Ok((of(first) * of(second) / passages.max(1) as f64 / CHANCE).round() as u64)
}

/// Two characters of one passage stand side by side about once in so many times.
const CHANCE: f64 = 20.0;
