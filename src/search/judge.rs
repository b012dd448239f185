//! How good a ranking is: judgements in, the usual figures out.
//!
//! The figures are those of trec_eval: P@1, MRR@10, nDCG@10 with the judgement
//! as gain and a discount of log2(rank + 1) (Järvelin and Kekäläinen 2002), and
//! Recall@100. A ranking is a list of article ids, best first; an id that comes
//! again counts at its first place only. What is judged and asked is read in `judge/read.rs`.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

mod read;

pub use read::{Topic, read_qrels, read_topics};

/// How deep MRR and nDCG look.
const TOP: usize = 10;
/// How deep recall looks; a ranking need not be longer.
pub const DEPTH: usize = 100;
/// Resamples of [`bootstrap_interval`].
const RESAMPLES: usize = 10_000;

/// Judgements: for each query the articles judged and their gain, which is
/// above nought for relevant ones.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Qrels {
    gains: BTreeMap<String, HashMap<String, f64>>,
}

impl Qrels {
    /// How many queries have at least one relevant article.
    pub fn len(&self) -> usize {
        self.gains
            .values()
            .filter(|gains| gains.values().any(|gain| *gain > 0.0))
            .count()
    }

    /// The ids of the articles that are relevant to a query, in no order.
    pub fn relevant(&self, query: &str) -> impl Iterator<Item = &str> {
        let judged = self.gains.get(query).into_iter().flatten();
        judged
            .filter(|(_, gain)| **gain > 0.0)
            .map(|(article, _)| article.as_str())
    }

    /// Whether nothing can be judged by them.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The figures of one query, or their means over several; each from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Scores {
    /// The first article is relevant.
    #[serde(rename = "P@1")]
    pub p1: f64,
    /// One over the rank of the first relevant article among ten.
    #[serde(rename = "MRR@10")]
    pub mrr10: f64,
    /// Discounted gain of the first ten over the best possible.
    #[serde(rename = "nDCG@10")]
    pub ndcg10: f64,
    /// Share of the relevant articles among the first hundred.
    #[serde(rename = "Recall@100")]
    pub recall100: f64,
}

/// The figures of a query file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// For each query that could be judged, in the order of the run.
    pub queries: Vec<(String, Scores)>,
    /// Their mean.
    pub mean: Scores,
    /// Queries without a relevant article in the judgements: left out.
    pub unjudged: usize,
}

/// Judges a run: for each query id the article ids found, best first. A query
/// that found nothing belongs into the run too, with an empty list.
pub fn judge(run: &[(String, Vec<String>)], qrels: &Qrels) -> Report {
    let mut report = Report::default();
    for (query, ranking) in run {
        let judged = qrels
            .gains
            .get(query)
            .and_then(|gains| scores(ranking, gains));
        match judged {
            Some(scores) => report.queries.push((query.clone(), scores)),
            None => report.unjudged += 1,
        }
    }
    let mean = |figure: fn(&Scores) -> f64| {
        let sum: f64 = report
            .queries
            .iter()
            .map(|(_, scores)| figure(scores))
            .sum();
        sum / report.queries.len().max(1) as f64
    };
    report.mean = Scores {
        p1: mean(|s| s.p1),
        mrr10: mean(|s| s.mrr10),
        ndcg10: mean(|s| s.ndcg10),
        recall100: mean(|s| s.recall100),
    };
    report
}

/// The figures of one ranking; `None` when nothing is relevant.
fn scores(ranking: &[String], gains: &HashMap<String, f64>) -> Option<Scores> {
    let mut best: Vec<f64> = gains.values().copied().filter(|gain| *gain > 0.0).collect();
    if best.is_empty() {
        return None;
    }
    best.sort_by(|a, b| b.total_cmp(a));
    let mut seen = HashSet::new();
    let found: Vec<f64> = ranking
        .iter()
        .filter(|article| seen.insert(article.as_str()))
        .take(DEPTH)
        .map(|article| gains.get(article).copied().unwrap_or(0.0).max(0.0))
        .collect();
    let first = found.iter().take(TOP).position(|gain| *gain > 0.0);
    let relevant = found.iter().filter(|gain| **gain > 0.0).count();
    Some(Scores {
        p1: if first == Some(0) { 1.0 } else { 0.0 },
        mrr10: first.map_or(0.0, |place| 1.0 / (place + 1) as f64),
        ndcg10: discounted(&found) / discounted(&best),
        recall100: relevant as f64 / best.len() as f64,
    })
}

/// Discounted gain of the first ten.
fn discounted(gains: &[f64]) -> f64 {
    gains
        .iter()
        .take(TOP)
        .zip(2_u32..)
        .map(|(gain, next)| gain / f64::from(next).log2())
        .sum()
}

/// The 95 % interval of a mean, by the percentile bootstrap (Efron 1979) with
/// 10,000 resamples. The same seed gives the same interval everywhere. For two
/// systems give the differences of their figures, query by query: an interval
/// without nought is a difference to believe in. Of nothing it is (0, 0).
pub fn bootstrap_interval(per_query: &[f64], seed: u64) -> (f64, f64) {
    let count = per_query.len();
    if count == 0 {
        return (0.0, 0.0);
    }
    let mut state = seed;
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let draw = |_| {
                per_query
                    .get(below(&mut state, count))
                    .copied()
                    .unwrap_or(0.0)
            };
            (0..count).map(draw).sum::<f64>() / count as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    let at = |place: usize| means.get(place).copied().unwrap_or(0.0);
    (at(RESAMPLES / 40 - 1), at(RESAMPLES - RESAMPLES / 40))
}

/// A number below `count`: SplitMix64 (Steele, Lea and Flood 2014) scaled by
/// the high half of the product, whose bias is below count / 2^64.
fn below(state: &mut u64, count: usize) -> usize {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    let place = (u128::from(bits) * count as u128) >> 64;
    usize::try_from(place).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn run(ids: &str) -> Vec<String> {
        ids.split_whitespace().map(str::to_owned).collect()
    }

    #[track_caller]
    fn check(ranking: &str, gains: &str, want: [f64; 4]) {
        let text: String = gains
            .split_whitespace()
            .map(|pair| format!("q 0 {}\n", pair.replace('=', " ")))
            .collect();
        let qrels = read_qrels("q", &text).unwrap();
        let scores = judge(&[("q".into(), run(ranking))], &qrels).mean;
        let got = [scores.p1, scores.mrr10, scores.ndcg10, scores.recall100];
        for (got, want) in got.iter().zip(want) {
            assert!(
                (got - want).abs() < 1e-4,
                "{ranking} by {gains}: {got} is not {want}"
            );
        }
    }

    /// The nDCG figures were worked out by hand from the definition.
    #[test]
    fn figures() {
        check("a b c", "a=1", [1.0, 1.0, 1.0, 1.0]);
        check("b a c", "a=1", [0.0, 0.5, 0.6309, 1.0]);
        check("b c", "a=1", [0.0; 4]);
        check("", "a=1", [0.0; 4]);
        check("a x b", "a=1 b=1", [1.0, 1.0, 0.9197, 1.0]);
        check("a x", "a=1 b=1", [1.0, 1.0, 0.6131, 0.5]);
        check("b a", "a=3 b=1", [1.0, 1.0, 0.7967, 1.0]);
        check("b a", "a=1 b=0", [0.0, 0.5, 0.6309, 1.0]);
        check("b a", "a=1 b=-2", [0.0, 0.5, 0.6309, 1.0]);
        check("b b b a", "a=1", [0.0, 0.5, 0.6309, 1.0]);
        check("1 2 3 4 5 6 7 8 9 a", "a=1", [0.0, 0.1, 0.2891, 1.0]);
        check("1 2 3 4 5 6 7 8 9 10 a", "a=1", [0.0, 0.0, 0.0, 1.0]);
        let deep: String = (0..100).map(|n| format!("x{n} ")).collect();
        check(&format!("{deep} a"), "a=1", [0.0; 4]);
    }

    #[test]
    fn means_are_over_judged_queries() {
        let qrels = read_qrels(
            "q",
            "query-id\tcorpus-id\tscore\n一\t甲\t1\n二\t乙\t1\n三\t丙\t0\n",
        )
        .unwrap();
        assert_eq!(qrels.len(), 2);
        let run = [("一", "甲"), ("二", ""), ("三", "丙"), ("四", "甲")]
            .map(|(query, ids)| (query.to_owned(), run(ids)));
        let report = judge(&run, &qrels);
        assert_eq!(
            (report.mean.p1, report.queries.len(), report.unjudged),
            (0.5, 2, 2)
        );
        assert_eq!(
            serde_json::to_string(&report.mean).unwrap(),
            r#"{"P@1":0.5,"MRR@10":0.5,"nDCG@10":0.5,"Recall@100":0.5}"#
        );
    }

    #[test]
    fn the_interval_is_fixed_and_covers_the_mean() {
        assert_eq!(bootstrap_interval(&[], 1), (0.0, 0.0));
        assert_eq!(bootstrap_interval(&[0.25; 9], 1), (0.25, 0.25));
        let half: Vec<f64> = (0..400).map(|n| f64::from(n % 2)).collect();
        let (low, high) = bootstrap_interval(&half, 7);
        assert_eq!((low, high), bootstrap_interval(&half, 7));
        // Of 400 throws of a coin: .5 ± 1.96 × .025.
        assert!(
            (low - 0.451).abs() < 0.005 && (high - 0.549).abs() < 0.005,
            "{low} {high}"
        );
    }

    proptest! {
        #[test]
        fn figures_lie_between_nought_and_one(
            ranking in proptest::collection::vec(0..30u8, 0..120), gains in proptest::collection::hash_map(0..30u8, -1..4i8, 1..20),
        ) {
            let ranking: Vec<String> = ranking.iter().map(u8::to_string).collect();
            let gains: HashMap<String, f64> = gains.into_iter().map(|(id, gain)| (id.to_string(), gain.into())).collect();
            if let Some(s) = scores(&ranking, &gains) {
                for figure in [s.p1, s.mrr10, s.ndcg10, s.recall100] {
                    prop_assert!((0.0..=1.0 + 1e-9).contains(&figure), "{s:?}");
                }
                prop_assert!(s.p1 <= s.mrr10);
            }
        }
    }
}
