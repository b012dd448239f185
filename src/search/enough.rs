//! Passages that hold enough of some words, by weight.
//!
//! Of a few words every choice is weighed once: which of them suffice? Sixty-four
//! passages are then told apart word by word, the one that weighs most first, until
//! it is known of each whether it has enough. Of more words the weights are added
//! up passage by passage.

use std::ops::Range;
use std::sync::Arc;

use anyhow::Result;
use tantivy::{DocId, DocSet};

use crate::index::{Counts, Postings, Terms};
use crate::search::matching::Wanted;
use crate::search::set::Set;

/// Documents whose words are added up together.
const STRETCH: usize = 4096;
/// Words of which every choice is weighed.
const FEW: usize = 10;

/// Passages of some that hold words of at least so much weight, deleted ones included.
pub(super) fn enough(
    terms: &Terms,
    words: &[Wanted],
    least: f32,
    docs: Range<DocId>,
) -> Result<Set> {
    match words.len() {
        0..=FEW => few(terms, words, least, docs),
        _ => many(terms, words, least, docs),
    }
}

/// A list as bits.
enum Row {
    Open(Arc<Counts>),
    Walked(Set),
}

impl Row {
    fn read(terms: &Terms, word: &str, docs: Range<DocId>) -> Result<Option<Row>> {
        if let Some(counts) = terms.counts(word)? {
            return Ok(Some(Row::Open(counts)));
        }
        let Some(mut postings) = terms.postings(word)? else {
            return Ok(None);
        };
        postings.at(docs.start);
        let end = docs.end;
        let mut set = Set::none(docs);
        postings.each_before(end, |doc| set.insert(doc));
        Ok(Some(Row::Walked(set)))
    }

    #[inline]
    fn word(&self, nth: usize) -> u64 {
        match self {
            Row::Open(counts) => counts.word(nth),
            Row::Walked(set) => set.word(nth),
        }
    }
}

/// The same of words of which every choice is weighed.
fn few(terms: &Terms, words: &[Wanted], least: f32, docs: Range<DocId>) -> Result<Set> {
    let mut rows = Vec::with_capacity(words.len());
    let mut weights = Vec::with_capacity(words.len());
    for wanted in words {
        if let Some(row) = Row::read(terms, &wanted.word, docs.clone())? {
            rows.push((1 << weights.len(), row));
            weights.push(wanted.idf as f32);
        }
    }
    let suffices = suffices(&weights, least);
    rows.sort_by(|(a, _), (b, _)| {
        let weight = |bit: &usize| weights[bit.trailing_zeros() as usize];
        weight(b).total_cmp(&weight(a))
    });
    let mut found = Set::all(docs);
    found.keep_words(|nth| tell(&rows, &suffices, nth, 0, u64::MAX));
    Ok(found)
}

/// For each choice of weights, as bits: whether they add up to enough, in their order.
fn suffices(weights: &[f32], least: f32) -> Vec<bool> {
    let enough = |choice: usize| {
        let own = weights.iter().enumerate();
        let own = own.filter(|(nth, _)| choice >> nth & 1 == 1);
        own.fold(0.0, |sum, (_, weight)| sum + weight) >= least
    };
    (0..1 << weights.len()).map(enough).collect()
}

/// Of sixty-four documents, `docs`, which have the words of `choice` and of the words
/// that are left, `rows`, may have more: those that have enough.
fn tell(rows: &[(usize, Row)], suffices: &[bool], nth: usize, choice: usize, docs: u64) -> u64 {
    if docs == 0 {
        return 0;
    }
    if suffices[choice] {
        return docs;
    }
    let all = rows.iter().fold(choice, |all, (bit, _)| all | bit);
    let [(bit, row), rest @ ..] = rows else {
        return 0;
    };
    if !suffices[all] {
        return 0;
    }
    let with = docs & row.word(nth);
    tell(rest, suffices, nth, choice | bit, with) | tell(rest, suffices, nth, choice, docs & !with)
}

/// The same of any number of words.
fn many(terms: &Terms, words: &[Wanted], least: f32, docs: Range<DocId>) -> Result<Set> {
    let mut lists = Vec::with_capacity(words.len());
    for wanted in words {
        if let Some(mut postings) = terms.postings(&wanted.word)? {
            postings.at(docs.start);
            lists.push((postings, wanted.idf as f32));
        }
    }
    let mut found = Set::none(docs.clone());
    // A stretch of documents at a time: its sums stay in the cache, and where
    // no list has anything nothing is read.
    let mut mass = [0f32; STRETCH];
    let next = |lists: &[(Postings, f32)]| lists.iter().map(|(list, _)| list.doc()).min();
    while let Some(begin) = next(&lists).filter(|doc| *doc < docs.end) {
        let end = docs.end.min(begin + STRETCH as DocId);
        for (list, idf) in &mut lists {
            list.each_before(end, |doc| {
                if let Some(mass) = mass.get_mut(doc.wrapping_sub(begin) as usize) {
                    *mass += *idf;
                }
            });
        }
        for (doc, mass) in (begin..).zip(&mut mass) {
            if *mass >= least {
                found.insert(doc);
            }
            *mass = 0.0;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::index::terms_of;

    proptest! {
        /// Ways to count lists agree with each other and with the sums.
        #[test]
        fn enough_is_what_adds_up(
            lists in prop::collection::vec(
                (prop::collection::btree_set(0u32..700, 0..400), 0f64..9.0), 1..=FEW),
            share in 0f32..1.0,
            begin in 0u32..300,
        ) {
            let name = |nth: usize| format!("w{nth}");
            let places = |docs: &std::collections::BTreeSet<DocId>| -> BTreeMap<DocId, Vec<u32>> {
                docs.iter().map(|doc| (*doc, vec![0])).collect()
            };
            let model = lists.iter().enumerate().filter(|(_, (docs, _))| !docs.is_empty());
            let model = model.map(|(nth, (docs, _))| (name(nth), places(docs))).collect();
            let terms = terms_of(&model, 700);
            let words: Vec<Wanted> = lists.iter().enumerate().map(|(nth, (docs, idf))| Wanted {
                word: name(nth),
                count: 1,
                passages: docs.len() as u64,
                idf: *idf,
            }).collect();
            let total: f32 = words.iter().map(|wanted| wanted.idf as f32).sum();
            let least = (total * share).max(f32::MIN_POSITIVE);
            let mass = |doc: DocId| {
                let own = lists.iter().filter(|(docs, _)| docs.contains(&doc));
                own.fold(0f32, |sum, (_, idf)| sum + *idf as f32)
            };
            let want: Vec<DocId> = (begin..650).filter(|doc| mass(*doc) >= least).collect();
            // Lists are laid open when they are asked for again.
            for _ in 0..5 {
                let found = few(&terms, &words, least, begin..650).unwrap();
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), want.clone());
                let found = many(&terms, &words, least, begin..650).unwrap();
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), want.clone());
            }
        }
    }
}
