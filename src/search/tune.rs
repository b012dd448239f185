//! Learning the weights of the second stage from an archive's own headlines.
//!
//! A headline is a query that somebody wrote and the body below it is what is
//! wanted: title hidden, body wanted. Headlines that stand in their body, that
//! come twice, or that are shorter than ten characters are left out. What is
//! learnt is judged on headlines that were not learnt from, against the weights
//! that come with jianbao, and kept beside the index; it serves only when it is
//! better beyond doubt.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::article::Evidence as From;
use crate::fold::fold_str;
use crate::index::{Store, key_of};
use crate::search::asked::Asked;
use crate::search::judge::{Qrels, Topic, bootstrap_interval};
use crate::search::query::parse;
use crate::search::rank::{
    Candidate, Evidence, HEAD, Lesson, Model, built_in, know_keys, learn, names,
};
use crate::search::{Group, Page, Searcher};
use crate::segment::Room;

/// The shortest headline to learn from, in characters.
const SHORTEST: usize = 10;
/// Fewer headlines than this teach nothing that can be told from chance.
const FEWEST: usize = 200;
/// One headline in so many is kept to judge by.
const JUDGE: u64 = 5;
/// Seed of the interval.
const SEED: u64 = 20_170_629;

/// What to learn from.
#[derive(Debug, Clone)]
pub struct Teaching {
    /// Headlines at the most; more give little.
    pub headlines: usize,
    /// Headlines to leave out, for they judge something else.
    pub except: HashSet<String>,
}

/// What was learnt, judged on headlines that were not learnt from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tuned {
    /// Headlines learnt from.
    pub learnt: usize,
    /// Headlines judged by.
    pub judged: usize,
    /// nDCG@10 of the built-in weights.
    pub built_in: f64,
    /// nDCG@10 of the new ones.
    pub tuned: f64,
    /// 95 % interval of the difference.
    pub gain: (f64, f64),
    /// Whether the new weights serve: the whole interval is above nought.
    pub better: bool,
    model: Model,
}

/// The weights kept beside an index, when they are better than the built-in.
pub(super) fn stored(store: &Store) -> Result<Option<Model>> {
    let Some(json) = store.weights()? else {
        return Ok(None);
    };
    let tuned: Tuned = serde_json::from_str(&json)
        .context("weights.json is damaged or of another release; run `jianbao tune` again")?;
    Ok(tuned.better.then_some(tuned.model))
}

/// Learns from the headlines of an index and keeps the weights beside it.
pub fn tune(searcher: &Searcher, teaching: &Teaching) -> Result<Tuned> {
    let titles = headlines(searcher, teaching)?;
    let lessons: Vec<(u64, Option<Lesson>)> = titles
        .par_iter()
        .map(|(id, title)| Ok((order(id), lesson(searcher, id, title)?)))
        .collect::<Result<_>>()?;
    let mut learnt = Vec::new();
    let mut judged = Vec::new();
    for (order, lesson) in lessons {
        match lesson {
            Some(lesson) if order % JUDGE == 0 => judged.push(lesson),
            Some(lesson) => learnt.push(lesson),
            None => {}
        }
    }
    if learnt.len() < FEWEST {
        bail!(
            "{} headlines to learn from, at least {FEWEST} are needed: articles with a title of {SHORTEST} characters or more that does not stand in their text",
            learnt.len()
        );
    }
    let model = learn(&learnt, &built_in());
    let before: Vec<f64> = judged
        .iter()
        .map(|lesson| gain(&built_in(), lesson))
        .collect();
    let after: Vec<f64> = judged.iter().map(|lesson| gain(&model, lesson)).collect();
    let differences: Vec<f64> = after
        .iter()
        .zip(&before)
        .map(|(new, old)| new - old)
        .collect();
    let interval = bootstrap_interval(&differences, SEED);
    let tuned = Tuned {
        learnt: learnt.len(),
        judged: judged.len(),
        built_in: mean(&before),
        tuned: mean(&after),
        gain: interval,
        better: interval.0 > 0.0,
        model,
    };
    searcher
        .store()
        .keep_weights(&serde_json::to_string(&tuned)?)?;
    Ok(tuned)
}

/// Ids and titles to learn from, in an order that chance and not the archive gives.
///
/// Titles of [`SHORTEST`] characters or more that come once and do not stand in
/// their article's text.
pub fn headlines(searcher: &Searcher, teaching: &Teaching) -> Result<Vec<(String, String)>> {
    let mut titles: Vec<(String, String)> = Vec::new();
    let mut seen: HashMap<String, usize> = HashMap::new();
    searcher.articles(|meta| {
        let given = matches!(meta.title.from, From::Field | From::Heading);
        if given && meta.title.value.chars().count() >= SHORTEST {
            *seen.entry(meta.title.value.clone()).or_default() += 1;
            titles.push((meta.id, meta.title.value));
        }
    })?;
    titles.retain(|(_, title)| seen.get(title) == Some(&1) && !teaching.except.contains(title));
    titles.sort_by_key(|(id, _)| order(id));
    let mut chosen = Vec::new();
    for (id, title) in titles {
        if chosen.len() == teaching.headlines {
            break;
        }
        let stands = searcher
            .article(&id)?
            .is_none_or(|article| fold_str(&article.body).contains(&fold_str(&title)));
        if !stands {
            chosen.push((id, title));
        }
    }
    Ok(chosen)
}

fn order(id: &str) -> u64 {
    xxh3_64(id.as_bytes())
}

/// Queries whose answers are known, as evidence to learn from.
#[derive(Debug, Clone)]
pub struct Lessons(Vec<Lesson>);

impl Lessons {
    /// Queries that teach something.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is nothing to learn.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What judged queries teach. Those whose answers are not among the candidates
/// of the second stage, or that say more than free text, teach nothing.
pub fn lessons(searcher: &Searcher, topics: &[Topic], qrels: &Qrels) -> Result<Lessons> {
    let lessons: Vec<Option<Lesson>> = topics
        .par_iter()
        .map(|topic| {
            let Some((evidence, ranked)) = head(searcher, &topic.text)? else {
                return Ok(None);
            };
            let keys: HashSet<u64> = qrels.relevant(&topic.id).map(key_of).collect();
            let Some(wanted) = wanted(&ranked, &keys) else {
                return Ok(None);
            };
            let collection = searcher.collection(Group::Article)?;
            let said = |candidate: &Candidate| searcher.said(candidate, collection);
            let rows = evidence.rows(collection, &ranked, said, None)?;
            let weight = 1.0;
            Ok(Some(Lesson {
                rows,
                wanted,
                weight,
            }))
        })
        .collect::<Result<_>>()?;
    Ok(Lessons(lessons.into_iter().flatten().collect()))
}

/// Learns weights from nothing, out of several sets of queries, each with the
/// share it has in what is learnt, however many queries it holds. Returns them
/// by name, in order: `rank/weights.rs` is made so.
pub fn weights(sets: Vec<(Lessons, f64)>) -> Vec<(&'static str, f64)> {
    let all: usize = sets.iter().map(|(set, _)| set.len()).sum();
    let shares: f64 = sets.iter().map(|(_, share)| share).sum();
    let mut lessons = Vec::with_capacity(all);
    for (set, share) in sets {
        let weight = share / shares * all as f64 / set.len().max(1) as f64;
        lessons.extend(set.0.into_iter().map(|lesson| Lesson { weight, ..lesson }));
    }
    let nothing = Model {
        weights: built_in().weights.map(|_| 0.0),
    };
    let model = learn(&lessons, &nothing);
    names().iter().copied().zip(model.weights).collect()
}

/// What the second stage sees of a query; `None` when it says more than free text.
fn head(searcher: &Searcher, text: &str) -> Result<Option<(Evidence, Vec<Candidate>)>> {
    let Some(query) = parse(text).query else {
        return Ok(None);
    };
    let asked = Asked::of(&query);
    if asked.free.is_empty() || !asked.exact.is_empty() {
        return Ok(None);
    }
    let words = searcher.words(&asked.free);
    let found = searcher.matching(&query, &Page::default(), &words, &[])?;
    let evidence = searcher.evidence(&words, &asked)?;
    let collection = searcher.collection(Group::Article)?;
    let mut ranked = evidence
        .rank(searcher.store(), collection, &found, HEAD)?
        .best;
    ranked.truncate(HEAD);
    know_keys(searcher.store(), &mut ranked)?;
    Ok(Some((evidence, ranked)))
}

/// The numbers of the candidates that are wanted; `None` when there are none.
fn wanted(ranked: &[Candidate], keys: &HashSet<u64>) -> Option<Vec<usize>> {
    let is_wanted = |nth: &usize| ranked[*nth].key.is_some_and(|key| keys.contains(&key));
    let wanted: Vec<usize> = (0..ranked.len()).filter(is_wanted).collect();
    (!wanted.is_empty()).then_some(wanted)
}

/// The candidates of a headline, its own title and the others hidden; `None` when
/// its article is not among them, or when the headline says more than free text.
fn lesson(searcher: &Searcher, id: &str, title: &str) -> Result<Option<Lesson>> {
    let Some((evidence, ranked)) = head(searcher, title)? else {
        return Ok(None);
    };
    let Some(wanted) = wanted(&ranked, &HashSet::from([key_of(id)])) else {
        return Ok(None);
    };
    let collection = searcher.collection(Group::Article)?;
    let segmenter = searcher.store().segmenter();
    let words_of = |text: &str| {
        let mut counts: HashMap<String, u32> = HashMap::new();
        segmenter.each_indexed(text, &mut Room::default(), |word, _| {
            *counts.entry(word.to_owned()).or_default() += 1;
        });
        evidence.words_of(collection, &counts)
    };
    let rows = evidence.rows(
        collection,
        &ranked,
        |candidate| searcher.said(candidate, collection),
        Some(&words_of),
    )?;
    let weight = 1.0;
    Ok(Some(Lesson {
        rows,
        wanted,
        weight,
    }))
}

/// nDCG@10 of one lesson: there is one relevant candidate.
fn gain(model: &Model, lesson: &Lesson) -> f64 {
    let Some(wanted) = lesson.wanted.first() else {
        return 0.0;
    };
    let own = model.score(&lesson.rows[*wanted]);
    let before = lesson
        .rows
        .iter()
        .enumerate()
        .filter(|(nth, row)| {
            let score = model.score(row);
            score > own || score == own && nth < wanted
        })
        .count();
    if before < 10 {
        1.0 / ((before + 2) as f64).log2()
    } else {
        0.0
    }
}

fn mean(figures: &[f64]) -> f64 {
    figures.iter().sum::<f64>() / figures.len().max(1) as f64
}
