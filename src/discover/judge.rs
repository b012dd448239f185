//! Which candidates are words, and which of them first.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::discover::Discovery;
use crate::discover::count::{Exact, Near};
use crate::segment::{Segmenter, WordOrigin};

/// Bits of entropy on either side, at the least: about three neighbours.
const LEAST_FREE: f64 = 1.5;
/// Cohesion that two known words must have, so that they are more than a pair.
const PAIR: f64 = 12.0;
/// A longer word explains a part of it when the part stands nearly nowhere else:
/// the share of its articles.
const EXPLAINED: f64 = 0.6;

/// The words among the candidates, the best first.
pub(super) fn judge(exact: &Exact, near: &Near, segmenter: &Segmenter) -> Vec<Discovery> {
    let mut found: Vec<Discovery> = Vec::new();
    for (number, (hash, pieces, cohesion)) in near.list.iter().enumerate() {
        let known = &exact.known[hash];
        let [before, behind] = near.entropy(number);
        let origin = segmenter.origin(&known.text);
        // All pieces are words of their own: a pair, until it proves more.
        let loose = pieces.iter().all(|piece| piece.chars().count() > 1);
        if before.min(behind) < LEAST_FREE
            || !matches!(origin, WordOrigin::Rule)
            || loose && *cohesion < PAIR
        {
            continue;
        }
        let lone = pieces
            .iter()
            .filter(|piece| piece.chars().count() == 1)
            .count();
        let chars: usize = pieces.iter().map(|piece| piece.chars().count()).sum();
        let glue = 1.0 + lone as f64 / chars as f64;
        let score = f64::from(known.articles).ln() * cohesion.min(14.0) * before.min(behind) * glue;
        found.push(Discovery {
            word: known.text.to_string(),
            pieces: pieces.clone(),
            articles: known.articles,
            count: known.count,
            cohesion: *cohesion,
            before,
            behind,
            score,
            freq: 0,
        });
    }
    drop_fragments(&mut found, exact);
    found.sort_by(|a, b| {
        b.score
            .total_cmp(&a.score)
            .then_with(|| a.word.cmp(&b.word))
    });
    drop_doubles(&mut found);
    found
}

/// Drops what is nearly always part of one longer candidate.
fn drop_fragments(found: &mut Vec<Discovery>, exact: &Exact) {
    let words: FxHashSet<&str> = found.iter().map(|one| one.word.as_str()).collect();
    let mut longest: FxHashMap<&str, u32> = FxHashMap::default();
    for known in exact.known.values().filter(|known| !known.single) {
        for part in parts(&known.text) {
            if let Some(word) = words.get(part) {
                let articles = longest.entry(word).or_default();
                *articles = known.articles.max(*articles);
            }
        }
    }
    let explained: FxHashSet<String> = found
        .iter()
        .filter(|one| {
            let longer = longest.get(one.word.as_str()).copied().unwrap_or(0);
            f64::from(longer) >= EXPLAINED * f64::from(one.articles)
        })
        .map(|one| one.word.clone())
        .collect();
    found.retain(|one| !explained.contains(&one.word));
}

/// All that stands inside a word, from two characters on.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let ends: Vec<usize> = word
        .char_indices()
        .map(|(at, _)| at)
        .chain([word.len()])
        .collect();
    let count = ends.len() - 1;
    (0..count)
        .flat_map(move |from| {
            let ends = ends.clone();
            (from + 2..=count)
                .filter(move |to| to - from < count)
                .map(move |to| (ends[from], ends[to]))
                .collect::<Vec<_>>()
        })
        .map(|(from, to)| &word[from..to])
}

/// Of words that hold one another the better stays.
fn drop_doubles(found: &mut Vec<Discovery>) {
    let mut kept: FxHashSet<String> = FxHashSet::default();
    let mut inside: FxHashSet<String> = FxHashSet::default();
    found.retain(|one| {
        let stays =
            !inside.contains(&one.word) && !parts(&one.word).any(|part| kept.contains(part));
        if stays {
            kept.insert(one.word.clone());
            inside.extend(parts(&one.word).map(str::to_owned));
        }
        stays
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_word() {
        let found: Vec<&str> = parts("两学一做").collect();
        assert_eq!(found, ["两学", "两学一", "学一", "学一做", "一做"]);
        assert_eq!(parts("党日").count(), 0);
    }
}
