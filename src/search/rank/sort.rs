//! Which of two candidates comes first, and what has to be read to know.

use std::cmp::Ordering;

use anyhow::Result;

use crate::index::Store;
use crate::search::rank::{Candidate, Tier};

/// By tier, then the better score; of equals the first published, then by
/// what it is, never by where it lies. Days and keys must be known where all else is equal.
pub(crate) fn by_score(a: &Candidate, b: &Candidate) -> Ordering {
    b.tier
        .cmp(&a.tier)
        .then(b.score.total_cmp(&a.score))
        .then(a.day.cmp(&b.day))
        .then(a.key.cmp(&b.key))
        .then(a.number.cmp(&b.number))
}

/// Sorts candidates. Days, heads of keys, and then keys, are read only of those that are equal
/// without: few queries have many such.
pub(crate) fn sort(store: &Store, candidates: &mut [Candidate]) -> Result<()> {
    // What nearly always decides, in one number, tier and score; the day, then the head of the
    // key; and which it is.
    let mut order: Vec<(u128, Option<u64>, usize)> = Vec::with_capacity(candidates.len());
    for (nth, one) in candidates.iter().enumerate() {
        let tier = match one.tier {
            Tier::Named => 0,
            Tier::Whole => 1 << 64,
            Tier::Scored => 2 << 64,
        };
        order.push((tier | u128::from(descending(one.score)), None, nth));
    }
    order.sort_unstable();
    for equal in order.chunk_by_mut(|a, b| a.0 == b.0) {
        if equal.len() < 2 {
            continue;
        }
        for (_, day, nth) in &mut *equal {
            *day = Some(day_of(store, &candidates[*nth])?);
            candidates[*nth].day = *day;
        }
        equal.sort_unstable();
        for equal in equal.chunk_by_mut(|a, b| a.1 == b.1) {
            if equal.len() < 2 {
                continue;
            }
            for (_, head, nth) in &mut *equal {
                let texts = store.segments()[candidates[*nth].segment].texts();
                *head = Some(texts.key_head(candidates[*nth].article())?);
            }
            equal.sort_unstable();
            for equal in equal.chunk_by_mut(|a, b| a.1 == b.1) {
                if equal.len() < 2 {
                    continue;
                }
                for (.., nth) in &*equal {
                    know_keys(store, std::slice::from_mut(&mut candidates[*nth]))?;
                }
                equal.sort_by(|(.., a), (.., b)| by_score(&candidates[*a], &candidates[*b]));
            }
        }
    }
    for at in 0..order.len() {
        let mut from = order[at].2;
        // Where what was there has gone.
        while from < at {
            from = order[from].2;
        }
        candidates.swap(at, from);
    }
    Ok(())
}

/// A number that is the less the greater the score is. What a score of nought is
/// written as makes no difference.
fn descending(score: f64) -> u64 {
    let bits = (score + 0.0).to_bits();
    let ascending = match bits >> 63 {
        0 => bits | 1 << 63,
        _ => !bits,
    };
    !ascending
}

/// Reads the days of candidates.
pub(crate) fn know_days(store: &Store, candidates: &mut [Candidate]) -> Result<()> {
    for candidate in candidates {
        candidate.day = Some(day_of(store, candidate)?);
    }
    Ok(())
}

/// The day of publication of a candidate, `u64::MAX` when unknown.
pub(crate) fn day_of(store: &Store, candidate: &Candidate) -> Result<u64> {
    if let Some(day) = candidate.day {
        return Ok(day);
    }
    match store.segments()[candidate.segment].day(candidate.article())? {
        0 => Ok(u64::MAX),
        day => Ok(day),
    }
}

/// Reads the keys of candidates.
pub(crate) fn know_keys(store: &Store, candidates: &mut [Candidate]) -> Result<()> {
    for candidate in candidates {
        let texts = store.segments()[candidate.segment].texts();
        candidate.key = Some(texts.key(candidate.article())?);
    }
    Ok(())
}
