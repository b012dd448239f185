//! What the text of a candidate says about a query: the evidence of the second
//! stage.
//!
//! News says it first, so beside the whole text the lead counts (title and the
//! first hundred characters after the dateline), the best single sentence, and
//! how much of the query is there at all.

use std::collections::HashMap;

use crate::chars::{Unit, units};
use crate::search::rank::{Bm25, CHARS};

/// Characters of the lead.
const LEAD: usize = 100;
/// Characters of the opening.
const OPENING: usize = 250;
/// The lead is short: its length counts less.
const LEAD_BM25: Bm25 = Bm25 { k1: 0.9, b: 0.4 };

/// Names of the features, in their order: what `--explain` and the weights call them.
pub(crate) const NAMES: [&str; COUNT] = [
    "words",
    "chars",
    "bigrams",
    "words/best",
    "chars/best",
    "bigrams/best",
    "lead chars",
    "lead bigrams",
    "opening chars",
    "opening bigrams",
    "share of chars",
    "share of bigrams",
    "lead share of chars",
    "lead share of bigrams",
    "sentence share of chars",
    "sentence share of bigrams",
    "longest run",
    "longest run/query",
    "ln length",
    "bigram in lead",
    "title share of bigrams",
    "title asked for",
    "title run/query",
    "lead chars/best",
    "lead bigrams/best",
    "opening bigrams/best",
    "sentence share of bigrams/best",
    "first sentence share of bigrams",
    "early sentence share of bigrams",
];
/// Number of features.
pub(crate) const COUNT: usize = 29;
/// Features that are another one over the best of its list.
const OVER_BEST: [(usize, usize); 7] =
    [(3, 0), (4, 1), (5, 2), (23, 6), (24, 7), (25, 9), (26, 15)];
/// How much less the next sentence counts: the n-th (from 0) by `1 / (1 + n / 4)`.
const FADE: f64 = 0.25;

/// A query as numbers: every distinct character and pair has one.
#[derive(Debug)]
pub(crate) struct Numbered {
    ids: HashMap<Unit, u16>,
    chars: Vec<f64>,
    /// Number of a pair of characters by `first * chars + second`; `NONE` without one.
    pairs: Vec<u16>,
    bigrams: Vec<f64>,
    /// The parts of the query as numbers, for runs.
    parts: Vec<Vec<u16>>,
    asked: usize,
}

const NONE: u16 = u16::MAX;

impl Numbered {
    /// `chars` and `bigrams` with their weights, `parts` of the query as units.
    pub(crate) fn new(
        chars: &[(Unit, f64)],
        bigrams: &[((Unit, Unit), f64)],
        parts: &[&[Unit]],
    ) -> Numbered {
        let mut ids: HashMap<Unit, u16> = HashMap::new();
        let mut weights = Vec::new();
        let known = chars.iter().map(|(unit, weight)| (*unit, *weight));
        let rest = parts
            .iter()
            .flat_map(|part| part.iter())
            .map(|unit| (*unit, 0.0));
        for (unit, weight) in known.chain(rest) {
            if !ids.contains_key(&unit) && weights.len() < usize::from(NONE) {
                ids.insert(unit, weights.len() as u16);
                weights.push(weight);
            }
        }
        let n = weights.len();
        // A query is at most 4 KB, so the square is a few megabytes at the worst.
        let mut pairs = vec![NONE; n * n];
        let mut bigram_weights = Vec::new();
        for ((a, b), weight) in bigrams {
            if let (Some(a), Some(b)) = (ids.get(a), ids.get(b)) {
                pairs[usize::from(*a) * n + usize::from(*b)] = bigram_weights.len() as u16;
                bigram_weights.push(*weight);
            }
        }
        let parts: Vec<Vec<u16>> = parts
            .iter()
            .map(|part| {
                part.iter()
                    .filter_map(|unit| ids.get(unit).copied())
                    .collect()
            })
            .collect();
        Numbered {
            asked: parts.iter().map(Vec::len).sum(),
            ids,
            chars: weights,
            pairs,
            bigrams: bigram_weights,
            parts,
        }
    }

    fn pair(&self, first: u16, second: u16) -> u16 {
        if first == NONE || second == NONE {
            return NONE;
        }
        self.pairs[usize::from(first) * self.chars.len() + usize::from(second)]
    }

    /// Length of the longest run of one of its parts that stands in a text.
    fn run(&self, text: &[u16]) -> usize {
        let runs = self.parts.iter().map(|part| longest_run(part, text));
        runs.max().unwrap_or(0)
    }
}

/// The text of a candidate.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// The headline; empty while learning from headlines.
    pub(crate) title: String,
    /// Its text, from where the text proper begins.
    pub(crate) text: String,
}

/// How often each character and pair of the query stands in a stretch of text.
#[derive(Debug, Clone)]
struct Counts {
    chars: Vec<u32>,
    bigrams: Vec<u32>,
    length: u32,
}

impl Counts {
    fn new(query: &Numbered) -> Counts {
        Counts {
            chars: vec![0; query.chars.len()],
            bigrams: vec![0; query.bigrams.len()],
            length: 0,
        }
    }

    fn add(&mut self, query: &Numbered, last: u16, id: u16) {
        self.length += 1;
        if id != NONE {
            self.chars[usize::from(id)] += 1;
            let pair = query.pair(last, id);
            if pair != NONE {
                self.bigrams[usize::from(pair)] += 1;
            }
        }
    }

    fn clear(&mut self) {
        self.chars.fill(0);
        self.bigrams.fill(0);
        self.length = 0;
    }
}

fn bm25(counts: &[u32], weights: &[f64], bm25: Bm25, length: f64, average: f64) -> f64 {
    counts
        .iter()
        .zip(weights)
        .filter(|(count, _)| **count > 0)
        .map(|(count, weight)| weight * bm25.weigh(f64::from(*count), length, average))
        .sum()
}

/// Share of the weight that is there at all.
fn share(counts: &[u32], weights: &[f64]) -> f64 {
    let total: f64 = weights.iter().sum();
    let there: f64 = counts
        .iter()
        .zip(weights)
        .filter(|(count, _)| **count > 0)
        .map(|(_, weight)| weight)
        .sum();
    if total > 0.0 { there / total } else { 0.0 }
}

/// The features of one candidate but for those that compare it with the others.
///
/// `words` and `chars` are its BM25 of the first stage; without `chars` it is
/// taken from the text at hand. `length` is its length in characters and
/// `average` that of its kind.
pub(crate) fn features(
    query: &Numbered,
    said: &Said,
    words: f64,
    chars: Option<f64>,
    length: f64,
    average: f64,
) -> [f64; COUNT] {
    let mut all = Counts::new(query);
    let mut lead = Counts::new(query);
    let mut opening = Counts::new(query);
    let mut sentence = Counts::new(query);
    let mut title = Counts::new(query);
    let (mut asked_for, mut title_run) = (0, 0);
    let (mut first_sentence, mut early) = (0.0, 0.0f64);
    let mut sentences = 0u32;
    let (mut best_chars, mut best_bigrams) = (0.0f64, 0.0f64);
    let mut ids = Vec::with_capacity(said.text.len() / 3 + 64);
    let mut body = 0;
    for (text, is_body) in [(&said.title, false), (&said.text, true)] {
        let mut last = NONE;
        let mut close = |sentence: &mut Counts| {
            let bigrams = share(&sentence.bigrams, &query.bigrams);
            best_chars = best_chars.max(share(&sentence.chars, &query.chars));
            best_bigrams = best_bigrams.max(bigrams);
            if is_body {
                if sentences == 0 {
                    first_sentence = bigrams;
                }
                early = early.max(bigrams / (1.0 + FADE * f64::from(sentences)));
                sentences += 1;
            }
            sentence.clear();
        };
        for placed in units(text) {
            let id = query.ids.get(&placed.unit).copied().unwrap_or(NONE);
            ids.push(id);
            all.add(query, last, id);
            if !is_body {
                title.add(query, last, id);
                asked_for += u32::from(id != NONE);
            }
            if !is_body || body < LEAD {
                lead.add(query, last, id);
            }
            if !is_body || body < OPENING {
                opening.add(query, last, id);
            }
            sentence.add(query, last, id);
            body += usize::from(is_body);
            if ends_sentence(placed.unit, &text[placed.bytes]) {
                close(&mut sentence);
            }
            last = id;
        }
        if sentence.length > 0 {
            close(&mut sentence);
        }
        ids.push(NONE);
        if !is_body {
            title_run = query.run(&ids);
        }
    }
    let run = query.run(&ids) as f64;
    let asked = query.asked.max(1) as f64;
    let bigrams = bm25(&all.bigrams, &query.bigrams, CHARS, length, average);
    let lead_of = |counts: &[u32], weights: &[f64]| {
        bm25(
            counts,
            weights,
            LEAD_BM25,
            f64::from(lead.length),
            LEAD as f64,
        )
    };
    let opening_of = |counts: &[u32], weights: &[f64]| {
        bm25(
            counts,
            weights,
            LEAD_BM25,
            f64::from(opening.length),
            OPENING as f64,
        )
    };
    let chars = chars.unwrap_or_else(|| bm25(&all.chars, &query.chars, CHARS, length, average));
    [
        words,
        chars,
        bigrams,
        0.0,
        0.0,
        0.0,
        lead_of(&lead.chars, &query.chars),
        lead_of(&lead.bigrams, &query.bigrams),
        opening_of(&opening.chars, &query.chars),
        opening_of(&opening.bigrams, &query.bigrams),
        share(&all.chars, &query.chars),
        share(&all.bigrams, &query.bigrams),
        share(&lead.chars, &query.chars),
        share(&lead.bigrams, &query.bigrams),
        best_chars,
        best_bigrams,
        run,
        run / asked,
        length.max(1.0).ln(),
        f64::from(u8::from(lead.bigrams.iter().any(|count| *count > 0))),
        share(&title.bigrams, &query.bigrams),
        f64::from(asked_for) / f64::from(title.length.max(1)),
        title_run as f64 / asked,
        0.0,
        0.0,
        0.0,
        0.0,
        first_sentence,
        early,
    ]
}

/// Fills in the features that compare a candidate with the best of its list.
pub(crate) fn compare(rows: &mut [[f64; COUNT]]) {
    for (share, whole) in OVER_BEST {
        let best = rows.iter().map(|row| row[whole]).fold(0.0, f64::max);
        if best > 0.0 {
            for row in rows.iter_mut() {
                row[share] = row[whole] / best;
            }
        }
    }
}

fn ends_sentence(unit: Unit, mark: &str) -> bool {
    match unit {
        Unit::Break => true,
        Unit::Stop => matches!(mark, "。" | "！" | "？" | "!" | "?" | "；" | ";" | "…"),
        Unit::Char(_) => false,
    }
}

/// Length of the longest run of a part of the query that stands in a text.
fn longest_run(part: &[u16], text: &[u16]) -> usize {
    let mut row = vec![0usize; part.len() + 1];
    let mut best = 0;
    for id in text {
        if *id == NONE {
            row.fill(0);
            continue;
        }
        let mut diagonal = 0;
        for (index, wanted) in part.iter().enumerate() {
            let above = row[index + 1];
            row[index + 1] = if id == wanted { diagonal + 1 } else { 0 };
            best = best.max(row[index + 1]);
            diagonal = above;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::phrase::Phrase;

    fn of(query: &str, title: &str, text: &str) -> HashMap<&'static str, f64> {
        let part = Phrase::new(query).units;
        let mut chars: Vec<(Unit, f64)> = Vec::new();
        for unit in &part {
            if !chars.iter().any(|(seen, _)| seen == unit) {
                chars.push((*unit, 1.0));
            }
        }
        let bigrams: Vec<((Unit, Unit), f64)> = part
            .windows(2)
            .map(|pair| ((pair[0], pair[1]), 1.0))
            .collect();
        let query = Numbered::new(&chars, &bigrams, &[&part]);
        let said = Said {
            title: title.to_owned(),
            text: text.to_owned(),
        };
        let row = features(&query, &said, 1.0, None, 50.0, 50.0);
        NAMES.into_iter().zip(row).collect()
    }

    #[test]
    fn what_is_there_is_counted() {
        let row = of("支部品牌", "", "各支部评比。品牌很多。");
        assert_eq!(row["share of chars"], 1.0);
        assert_eq!(row["share of bigrams"], 2.0 / 3.0);
        assert_eq!(row["sentence share of chars"], 0.5);
        assert_eq!(row["longest run"], 2.0);
        assert_eq!(row["bigram in lead"], 1.0);
        let late = format!("{}支部品牌", "其他内容".repeat(40));
        let row = of("支部品牌", "", &late);
        assert_eq!(row["lead share of chars"], 0.0);
        assert_eq!(row["longest run/query"], 1.0);
        assert_eq!(
            of("支部品牌", "支部品牌", &late)["lead share of chars"],
            1.0
        );
    }

    #[test]
    fn titles_and_early_sentences_are_apart() {
        let row = of("支部品牌", "支部品牌评比", "会议召开。各支部品牌很多。");
        assert_eq!(row["title share of bigrams"], 1.0);
        assert_eq!(row["title asked for"], 4.0 / 6.0);
        assert_eq!(row["title run/query"], 1.0);
        assert_eq!(row["first sentence share of bigrams"], 0.0);
        assert_eq!(row["early sentence share of bigrams"], 0.8);
        let row = of("支部品牌", "", "支部开会。");
        assert_eq!(row["title asked for"], 0.0);
        assert_eq!(row["first sentence share of bigrams"], 1.0 / 3.0);
    }

    #[test]
    fn nothing_runs_from_title_into_text() {
        assert_eq!(of("支部品牌", "支部", "品牌")["longest run"], 2.0);
    }
}
