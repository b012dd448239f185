//! How often strings stand in the passages of a segment: of one string by
//! walking over its characters, of many frequent ones all at once.
//!
//! A query may hold 64 strings of characters that stand in nearly every
//! passage, and to rank by them every place counts. Then every character is a
//! row of bits, one for each place of a few hundred passages, and a string is a
//! handful of shifts and `and`s over rows that lie in the cache. Each list of
//! characters is read once, however many strings need it.

use std::collections::HashMap;

use anyhow::Result;
use tantivy::{DocId, DocSet};

use crate::chars::Unit;
use crate::index::{Postings, Segment, Zones};
use crate::passage::TAIL;
use crate::search::phrase::{Phrase, term_of};
use crate::search::set::Set;
use crate::search::standing::possible;

/// A passage that has a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Often {
    /// The passage.
    pub(crate) doc: DocId,
    /// How often the string begins in it.
    pub(crate) times: u32,
    /// It begins in the title too.
    pub(crate) titled: bool,
}

/// Passages that are looked at together.
const BLOCK: usize = 256;
/// Passages that a string may stand in at most for it to be called frequent …
const FREQUENT: u64 = 8192;
/// … and so many frequent strings are looked for all at once.
const MANY: usize = 4;

/// Calls `found` for each string, in their order, with the passages of `among`
/// that have it, in order.
pub(crate) fn each(
    segment: &Segment,
    strings: &[&Phrase],
    among: &Set,
    mut found: impl FnMut(usize, &[Often]),
) -> Result<()> {
    let mut frequent = Vec::new();
    for (nth, string) in strings.iter().enumerate() {
        if (2..=TAIL).contains(&string.units.len()) && string.at_most(segment)? >= FREQUENT {
            frequent.push(nth);
        }
    }
    if frequent.len() < MANY {
        frequent.clear();
    }
    let mut known = at_once(segment, strings, &frequent, among)?.into_iter();
    let mut often = Vec::new();
    for (nth, string) in strings.iter().enumerate() {
        if frequent.contains(&nth) {
            found(nth, &known.next().unwrap_or_default());
            continue;
        }
        often.clear();
        if !one(segment, string, among, &mut often)? {
            let possible = possible(segment, string, among)?;
            one_by_one(segment, string, possible.docs(), &mut often)?;
        }
        found(nth, &often);
    }
    Ok(())
}

/// The passages of `among` that have a string, by walking over its characters.
fn one_by_one(
    segment: &Segment,
    string: &Phrase,
    among: &Set,
    often: &mut Vec<Often>,
) -> Result<()> {
    string.among(segment, among, |doc, times, titled| {
        let times = times as u32;
        often.push(Often { doc, times, titled });
    })
}

/// The same for a string of one character whose list is laid open: false, and
/// nothing found, for others. No position is looked at but where a passage has a
/// title or a tail.
fn one(segment: &Segment, string: &Phrase, among: &Set, often: &mut Vec<Often>) -> Result<bool> {
    let [unit] = string.units[..] else {
        return Ok(false);
    };
    let Some(term) = term_of(unit) else {
        return Ok(false);
    };
    let Some(dense) = segment.chars().dense(term.encode_utf8(&mut [0; 4]))? else {
        return Ok(false);
    };
    let titles = segment.titles()?;
    let runs = segment.runs();
    let mut docs = among.clone();
    docs.keep_words(|nth| dense.word(nth));
    let mut tails = docs.clone();
    tails.keep_words(|nth| runs.going_on(nth));
    let mut walked = Vec::new();
    one_by_one(segment, string, &tails, &mut walked)?;
    let mut walked = walked.into_iter().peekable();
    for doc in docs.iter().filter(|doc| !segment.is_deleted(*doc)) {
        if tails.contains(doc) {
            often.extend(walked.next_if(|walked| walked.doc == doc));
            continue;
        }
        let times = dense.frequency(doc);
        let title = titles.get(doc as usize).copied().unwrap_or(0);
        let first = || {
            dense
                .positions(dense.nth(doc))
                .first()
                .copied()
                .map(u32::from)
        };
        let titled = title > 0 && first().is_some_and(|first| first < u32::from(title));
        often.push(Often { doc, times, titled });
    }
    Ok(true)
}

/// The places of a character in the passages at hand.
struct Row {
    postings: Postings,
    bits: Vec<u64>,
}

/// The passages of `among` that have each `which` of the strings.
fn at_once(
    segment: &Segment,
    strings: &[&Phrase],
    which: &[usize],
    among: &Set,
) -> Result<Vec<Vec<Often>>> {
    let mut all = vec![Vec::new(); which.len()];
    let mut rows: Vec<Row> = Vec::new();
    let mut row_of: HashMap<Unit, usize> = HashMap::new();
    // Each string as rows; one of whose characters stands nowhere has none.
    let mut wanted: Vec<(usize, Vec<usize>)> = Vec::new();
    for (nth, which) in which.iter().enumerate() {
        let units = &strings[*which].units;
        let mut string = Vec::new();
        for unit in units {
            if !row_of.contains_key(unit)
                && let Some(term) = term_of(*unit)
                && let Some(postings) = segment.chars().postings(term.encode_utf8(&mut [0; 4]))?
            {
                row_of.insert(*unit, rows.len());
                let bits = Vec::new();
                rows.push(Row { postings, bits });
            }
            string.extend(row_of.get(unit));
        }
        if string.len() == units.len() {
            wanted.push((nth, string));
        }
    }
    let mut docs = among.iter().filter(|doc| !segment.is_deleted(*doc));
    let mut positions = Vec::new();
    loop {
        // Each passage with its zones and where its places begin among the bits.
        let mut block: Vec<(DocId, Zones, u32)> = Vec::with_capacity(BLOCK);
        let mut end = 0;
        for doc in docs.by_ref().take(BLOCK) {
            let zone = segment.zones(doc)?;
            block.push((doc, zone, end));
            end += zone.own + TAIL as u32;
        }
        if block.is_empty() || wanted.is_empty() {
            return Ok(all);
        }
        let words = (end as usize).div_ceil(64);
        for row in &mut rows {
            row.bits.clear();
            // One more, for what is shifted in from beyond the end.
            row.bits.resize(words + 1, 0);
            for (doc, zone, base) in &block {
                if row.postings.doc() < *doc {
                    row.postings.seek(*doc);
                }
                if row.postings.doc() != *doc {
                    continue;
                }
                row.postings.positions(&mut positions);
                for at in positions.iter().filter(|at| **at < zone.own + TAIL as u32) {
                    let bit = (base + at) as usize;
                    row.bits[bit / 64] |= 1 << (bit % 64);
                }
            }
        }
        for (nth, string) in &wanted {
            let mut passage = 0;
            for word in 0..words {
                let mut starts = u64::MAX;
                for (offset, row) in string.iter().enumerate() {
                    let bits = &rows[*row].bits[word..];
                    // No string is longer than a word has bits.
                    let over = bits[1].checked_shl(64 - offset as u32).unwrap_or(0);
                    starts &= bits[0] >> offset | over;
                    if starts == 0 {
                        break;
                    }
                }
                while starts != 0 {
                    let bit = word as u32 * 64 + starts.trailing_zeros();
                    starts &= starts - 1;
                    while block
                        .get(passage + 1)
                        .is_some_and(|(_, _, base)| *base <= bit)
                    {
                        passage += 1;
                    }
                    let (doc, zone, base) = block[passage];
                    let first = bit - base;
                    if first >= zone.own {
                        continue;
                    }
                    match all[*nth].last_mut() {
                        Some(last) if last.doc == doc => last.times += 1,
                        _ => all[*nth].push(Often {
                            doc,
                            times: 1,
                            titled: first < zone.title,
                        }),
                    }
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::article::{Article, Draft, Evidence, Found, Origin};
    use crate::index::{COMMIT_EVERY, Meta, Mode, Options, Spot, Store, Writer};
    use proptest::strategy::{Strategy, ValueTree};
    use proptest::test_runner::TestRunner;
    use serde_json::json;

    /// A text of a pattern.
    pub(in crate::search) fn draw(runner: &mut TestRunner, pattern: &str) -> String {
        let strategy = proptest::string::string_regex(pattern).unwrap();
        strategy.new_tree(runner).unwrap().current()
    }

    /// An index of texts of few characters, some of them long paragraphs.
    pub(in crate::search) fn store(texts: &[String]) -> Store {
        let dir = tempfile::tempdir().unwrap();
        let options = Options {
            threads: 1,
            memory: 64 << 20,
            dict: None,
            mode: Mode::Update,
            commit_every: COMMIT_EVERY,
        };
        let mut writer = Writer::open(dir.path(), &options).unwrap();
        for (n, text) in (0..).zip(texts) {
            let draft = Draft {
                title: Some(Found {
                    value: "甲乙丙".to_owned(),
                    from: Evidence::Field,
                }),
                body: text.clone(),
                ..Draft::default()
            };
            let article = Article::from_draft(draft).unwrap();
            let mut meta: Meta = serde_json::from_value(json!({
                "id": n.to_string(),
                "title": article.title,
                "origin": Origin::default(),
                "span": 0..0,
                "sha256": "",
                "passages": 0,
                "lead": 0,
                "kinds": [],
                "encoding": "utf-8",
            }))
            .unwrap();
            writer
                .add(&article, &mut meta, Spot::new("a", n, n))
                .unwrap();
        }
        writer.finish().unwrap();
        Store::open(dir.path()).unwrap()
    }

    #[test]
    fn all_at_once_is_one_by_one() {
        let mut runner = TestRunner::deterministic();
        let mut draw = |pattern: &str| draw(&mut runner, pattern);
        let texts: Vec<String> = (0..400)
            .map(|_| draw("[甲乙丙]([甲乙丙，]{0,900}\n?){1,3}"))
            .collect();
        let store = store(&texts);
        let strings: Vec<Phrase> = (0..60)
            .map(|_| Phrase::new(&draw("[甲乙丙丁，]{2,9}")))
            .filter(|string| string.units.len() > 1)
            .collect();
        let strings: Vec<&Phrase> = strings.iter().collect();
        let all: Vec<usize> = (0..strings.len()).collect();
        let mut found = 0;
        for segment in store.segments() {
            let mut some = Set::all(0..segment.max_doc());
            some.remove_all(&some.with([3, 4, 70]));
            let often = at_once(segment, &strings, &all, &some).unwrap();
            for (string, often) in strings.iter().zip(often) {
                let mut want = Vec::new();
                one_by_one(segment, string, &some, &mut want).unwrap();
                assert_eq!(often, want, "{string:?}");
                found += often.len();
            }
        }
        assert!(found > 1000, "{found}");
    }
}
