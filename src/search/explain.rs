//! What a query was taken for and what came of it: the reading, what each part
//! finds, the words and their weights, the candidates, the parts of each score.
//!
//! Written over the names and weights of the second stage, whatever they are,
//! so evidence that is added there shows here by itself.

use anyhow::Result;
use serde::Serialize;

use crate::index::Store;
use crate::search::Count;
use crate::search::rank::{Candidate, Model, idf, names, passages, word_frequency};

/// How one query was answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The query in canonical form.
    pub reading: String,
    /// The parts that look for something by themselves, in order.
    pub parts: Vec<Part>,
    /// The words of its free text, in order of first use.
    pub words: Vec<Weight>,
    /// What matched, and why.
    pub candidates: Pool,
    /// Which weights ordered it.
    pub weights: Weights,
}

/// A part of a query and what it finds alone, in the whole index.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// The part in canonical form; an exclusion is shown as what it excludes.
    pub query: String,
    /// It is left out, not looked for.
    pub excluded: bool,
    /// Passages that match it.
    pub passages: u64,
    /// Articles that match it.
    pub articles: u64,
}

/// A word of the free text.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Weight {
    /// The word, folded.
    pub word: String,
    /// How often the query has it.
    pub count: u32,
    /// Passages of the index that hold it.
    pub passages: u64,
    /// Its inverse document frequency times `count`.
    pub weight: f64,
}

/// What matched.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pool {
    /// Passages that match the whole query.
    pub passages: u64,
    /// Articles that match the whole query.
    pub articles: u64,
    /// What made them match.
    pub rule: Rule,
    /// Units in which every part of the free text stands whole.
    pub whole: u64,
    /// Those come first, whatever else.
    #[serde(skip)]
    pub tiered: bool,
    /// Units that the second stage scored again.
    pub rescored: u64,
}

/// What a passage needed to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Every condition; the query has no free text that decides.
    Conditions,
    /// Enough of the words by weight, or a part of the free text whole.
    Enough,
    /// One of the words, for no passage had enough.
    One,
}

/// Whose weights the second stage used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weights {
    /// Those that come with jianbao.
    BuiltIn,
    /// Those that `tune` learnt from this archive.
    Learnt,
    /// None: the order was asked for by date, or nothing was there to weigh.
    Unused,
}

/// One summand of a score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Points {
    /// The evidence.
    pub name: &'static str,
    /// How much of it there is.
    pub value: f64,
    /// What it is multiplied by.
    pub weight: f64,
    /// What it adds to the score: `value` times `weight`.
    pub points: f64,
}

impl Points {
    fn new(name: &'static str, value: f64, weight: f64) -> Points {
        Points {
            name,
            value,
            weight,
            points: value * weight,
        }
    }
}

/// Name of what the second stage adds so that no score is below nought:
/// `ln(1 + eˣ) − x` for a weighed sum x.
const FLOOR: &str = "kept above nought";
/// Name of the exact strings, and of parts of the free text that stand whole.
const STRINGS: &str = "strings";

/// Every name that a summand may have.
#[cfg(test)]
pub(crate) fn evidence() -> Vec<&'static str> {
    names().iter().copied().chain([FLOOR, STRINGS]).collect()
}

/// The summands of the score of a candidate of the head; they add up to it.
pub(crate) fn second(model: &Model, row: &[f64], candidate: &Candidate) -> Vec<Points> {
    let mut points: Vec<Points> = names()
        .iter()
        .zip(row)
        .zip(model.weights.iter())
        .filter(|((_, value), _)| **value != 0.0)
        .map(|((name, value), weight)| Points::new(name, *value, *weight))
        .collect();
    let sum: f64 = points.iter().map(|one| one.points).sum();
    points.push(Points::new(
        FLOOR,
        candidate.score - candidate.phrases - sum,
        1.0,
    ));
    if candidate.phrases != 0.0 {
        points.push(Points::new(STRINGS, candidate.phrases, 1.0));
    }
    points
}

/// The summands of the score of a candidate that only the first stage scored:
/// one weight for all, which puts it below the head.
pub(crate) fn first(candidate: &Candidate) -> Vec<Points> {
    let sum = candidate.words + candidate.chars + candidate.phrases;
    let scale = if sum > 0.0 {
        candidate.score / sum
    } else {
        0.0
    };
    [
        ("words", candidate.words),
        ("chars", candidate.chars),
        (STRINGS, candidate.phrases),
    ]
    .into_iter()
    .filter(|(_, value)| *value != 0.0)
    .map(|(name, value)| Points::new(name, value, scale))
    .collect()
}

/// The words of free text with their weights in an index.
pub(crate) fn weigh(store: &Store, words: &[(String, u32)]) -> Result<Vec<Weight>> {
    let all = passages(store);
    words
        .iter()
        .map(|(word, count)| {
            let frequency = word_frequency(store, word)?;
            Ok(Weight {
                word: word.clone(),
                count: *count,
                passages: frequency,
                weight: f64::from(*count) * idf(all, frequency),
            })
        })
        .collect()
}

impl Part {
    pub(crate) fn new(query: String, excluded: bool, count: Count) -> Part {
        Part {
            query,
            excluded,
            passages: count.passages,
            articles: count.articles,
        }
    }
}
