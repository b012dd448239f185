//! What tells the best candidates apart.
//!
//! How rare a character is in the archive says how well it finds the stories of a
//! kind; which of them is meant, the characters say that few of *them* have. So what a
//! candidate says is weighed once more by how many of the contenders say it too.

use crate::search::rank::features::{COUNT, fading};
use crate::search::rank::idf;
use crate::search::rank::tally::{Firsts, Tally, share};

/// The best of the first stage, which are to be told apart: 20 to 30 gave the
/// most on headlines, 10 or all 100 less.
const CONTENDERS: usize = 30;

/// What one candidate says of the query.
#[derive(Debug)]
pub(super) struct Contender {
    /// Where the text says each bigram first, in units.
    bigrams: Vec<u32>,
    /// Which characters title and lead have.
    lead: Vec<bool>,
}

impl Contender {
    pub(super) fn new(seen: &Tally) -> Contender {
        Contender {
            bigrams: seen.firsts.bigrams.clone(),
            lead: seen.lead.chars.iter().map(|count| *count > 0).collect(),
        }
    }
}

/// Fills in two features of every row: bigrams by where the text says them first, and
/// characters of the lead, both by how few of the first [`CONTENDERS`] have them.
pub(super) fn tell_apart(
    rows: &mut [[f64; COUNT]],
    candidates: &[Contender],
    features: (usize, usize),
) {
    let some = &candidates[..candidates.len().min(CONTENDERS)];
    let is_said = |first: &u32| *first != Firsts::NOWHERE;
    let bigrams = rarity(some, |it| it.bigrams.iter().map(is_said));
    let chars = rarity(some, |it| it.lead.iter().copied());
    let (all_bigrams, all_chars) = (bigrams.iter().sum(), chars.iter().sum());
    for (row, it) in rows.iter_mut().zip(candidates) {
        let early = bigrams.iter().zip(&it.bigrams);
        let early = early.map(|(weight, first)| weight * fading(*first)).sum();
        row[features.0] = share(early, all_bigrams);
        let lead = chars.iter().zip(&it.lead);
        let lead = lead
            .filter(|(_, has)| **has)
            .map(|(weight, _)| weight)
            .sum();
        row[features.1] = share(lead, all_chars);
    }
}

/// How much each thing tells that some of the candidates have; nothing that none has.
fn rarity<'a, I: Iterator<Item = bool>>(
    candidates: &'a [Contender],
    has: impl Fn(&'a Contender) -> I,
) -> Vec<f64> {
    let mut frequencies: Vec<u64> = Vec::new();
    for candidate in candidates {
        for (nth, has) in has(candidate).enumerate() {
            if nth == frequencies.len() {
                frequencies.push(0);
            }
            frequencies[nth] += u64::from(has);
        }
    }
    let weigh = |frequency| match frequency {
        0 => 0.0,
        frequency => idf(candidates.len() as u64, frequency),
    };
    frequencies.into_iter().map(weigh).collect()
}
