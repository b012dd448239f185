//! Queries of one to four words on an index that is open.

use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::time::Instant;

use jianbao::search::query::parse;
use jianbao::search::{Page, Searcher};
use jianbao::segment::Segmenter;

use crate::corpus;
use crate::process::median;

/// Queries that are asked.
const QUERIES: usize = 200;

/// Neighbouring words of headlines, one to four of them, taken evenly from an archive.
pub(crate) fn queries(corpus: &Path) -> Vec<String> {
    let segmenter = Segmenter::new(&[]);
    let titles: Vec<String> = BufReader::new(corpus::open(corpus))
        .lines()
        .map(|line| {
            let story: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            story["title"].as_str().unwrap_or_default().to_owned()
        })
        .collect();
    let words = |title: &String, count: usize| -> Option<String> {
        let words: Vec<&str> = segmenter
            .cut(title)
            .into_iter()
            .filter(|word| word.chars().count() > 1 && word.chars().all(char::is_alphanumeric))
            .collect();
        Some(words.get(words.len() / 2..)?.get(..count)?.join(" "))
    };
    let step = (titles.len() / QUERIES).max(1);
    let mut found = Vec::new();
    for (nth, begin) in (0..titles.len()).step_by(step).enumerate() {
        let near = titles.iter().skip(begin).take(step);
        found.extend(near.filter_map(|title| words(title, 1 + nth % 4)).next());
    }
    found.truncate(QUERIES);
    found
}

/// Milliseconds each query takes, the page of ten hits included: the median of
/// three rounds after one that warms.
pub(crate) fn milliseconds(index: &Path, queries: &[String]) -> Vec<f64> {
    let searcher = Searcher::open(index).unwrap();
    let page = Page::default();
    let mut taken = vec![Vec::new(); queries.len()];
    for round in 0..4 {
        for (query, taken) in queries.iter().zip(&mut taken) {
            let begun = Instant::now();
            if let Some(query) = parse(query).query {
                black_box(searcher.search(&query, &page).unwrap());
            }
            if round > 0 {
                taken.push(begun.elapsed().as_secs_f64() * 1e3);
            }
        }
    }
    taken.iter().map(|taken| median(taken)).collect()
}
