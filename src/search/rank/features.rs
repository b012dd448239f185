//! What the text of a candidate says about a query: the evidence of the second
//! stage.
//!
//! News says it first, so beside the whole text the lead counts (title and the
//! first hundred characters after the dateline), the best single sentence, and
//! how much of the query is there at all.

use std::sync::LazyLock;

use crate::search::rank::numbered::{Numbered, Weights};
use crate::search::rank::tally::{Begun, Counts, Tally, share};
use crate::search::rank::telling::{Contender, tell_apart};
use crate::search::rank::{Bm25, CHARS};

/// Characters of the lead.
pub(super) const LEAD: u32 = 100;
/// Characters of the opening.
pub(super) const OPENING: u32 = 250;
/// The lead is short: its length counts less.
const LEAD_BM25: Bm25 = Bm25 { k1: 0.9, b: 0.4 };

/// Characters of the beginning.
pub(super) const BEGINNING: u32 = 60;
/// Places of a text after which what is said counts the e-th part: in the first
/// line, in the first paragraph, on the page.
const FADES: [f64; 3] = [40.0, 120.0, 400.0];

/// Names of the features, in their order: what `--explain` and the weights call them.
pub(crate) const NAMES: [&str; COUNT] = [
    "words",
    "chars",
    "bigrams",
    "words/best",
    "lead chars",
    "lead bigrams",
    "opening chars",
    "opening bigrams",
    "share of bigrams",
    "lead share of chars",
    "lead share of bigrams",
    "sentence share of chars",
    "sentence share of bigrams",
    "longest run",
    "longest run/query",
    "title share of bigrams",
    "title asked for",
    "title run/query",
    "lead chars/best",
    "lead bigrams/best",
    "sentence share of bigrams/best",
    "bigrams, first line first",
    "bigrams, first paragraph first",
    "bigrams, first page first",
    "chars, first page first",
    "first sentence asked for",
    "first sentence bigrams asked for",
    "beginning asked for",
    "beginning bigrams asked for",
    "first sentence run/query",
    "best sentence in order/query",
    "telling bigrams, first page first",
    "telling chars of the lead",
];
/// Number of features.
pub(crate) const COUNT: usize = 33;
/// How much of the title was asked for, and how much of the query it has in one piece.
const TITLE: (usize, usize) = (16, 17);
/// Features that are another one over the best of its list.
const OVER_BEST: [(usize, usize); 4] = [(3, 0), (18, 4), (19, 5), (20, 12)];
/// Features that tell the best of the list apart.
const TELLING: (usize, usize) = (31, 32);

/// For each place of a text how much what stands there first counts, by
/// [`FADES`]; beyond, nothing.
static FADING: LazyLock<Vec<[f64; 3]>> = LazyLock::new(|| {
    let at = |place: u32| FADES.map(|fade| (-f64::from(place) / fade).exp());
    (0..4096).map(at).collect()
});

/// How much something counts that is said first at some place of a text, by the
/// slowest of [`FADES`].
pub(super) fn fading(first: u32) -> f64 {
    FADING.get(first as usize).map_or(0.0, |fading| fading[2])
}

/// Share of the weight that is there, what stands early counting more.
fn early(firsts: &[u32], weights: &Weights) -> [f64; 3] {
    let mut there = [0.0; 3];
    for (first, weight) in firsts.iter().zip(&weights.all) {
        if let Some(fading) = FADING.get(*first as usize) {
            for (there, fading) in there.iter_mut().zip(fading) {
                *there += weight * fading;
            }
        }
    }
    there.map(|there| share(there, weights.total))
}

/// How much of a stretch was asked for: by characters and by bigrams.
fn asked_for(begun: Begun) -> [f64; 2] {
    let length = f64::from(begun.length.max(1));
    [begun.chars, begun.bigrams].map(|count| f64::from(count) / length)
}

fn bm25(counts: &[u32], weights: &Weights, bm25: Bm25, length: f64, average: f64) -> f64 {
    counts
        .iter()
        .zip(&weights.all)
        .filter(|(count, _)| **count > 0)
        .map(|(count, weight)| weight * bm25.weigh(f64::from(*count), length, average))
        .sum()
}

/// Share of the weight that is there at all.
fn share_of(counts: &[u32], weights: &Weights) -> f64 {
    let there = counts
        .iter()
        .zip(&weights.all)
        .filter(|(count, _)| **count > 0)
        .map(|(_, weight)| weight)
        .sum();
    share(there, weights.total)
}

/// The features of one candidate but for those that compare it with the others.
///
/// `words` and `chars` are its BM25 of the first stage; without `chars` it is
/// taken from the text at hand. `length` is its length in characters and
/// `average` that of its kind.
pub(super) fn features(
    query: &Numbered,
    seen: &Tally,
    words: f64,
    chars: Option<f64>,
    length: f64,
    average: f64,
) -> [f64; COUNT] {
    let (all, title, lead) = (&seen.all, &seen.title, &seen.lead);
    let whole = |counts, weights| bm25(counts, weights, CHARS, length, average);
    let lead_of = |counts, weights| begin(lead, counts, weights, LEAD);
    let opening_of = |counts, weights| begin(&seen.opening, counts, weights, OPENING);
    let run = f64::from(seen.run);
    let asked = query.asked.max(1) as f64;
    let bigrams = early(&seen.firsts.bigrams, &query.bigrams);
    let chars_early = early(&seen.firsts.chars, &query.chars);
    let sentence = asked_for(seen.sentence);
    let beginning = asked_for(seen.beginning);
    [
        words,
        chars.unwrap_or_else(|| whole(&all.chars, &query.chars)),
        whole(&all.bigrams, &query.bigrams),
        0.0,
        lead_of(&lead.chars, &query.chars),
        lead_of(&lead.bigrams, &query.bigrams),
        opening_of(&seen.opening.chars, &query.chars),
        opening_of(&seen.opening.bigrams, &query.bigrams),
        share_of(&all.bigrams, &query.bigrams),
        share_of(&lead.chars, &query.chars),
        share_of(&lead.bigrams, &query.bigrams),
        seen.best_chars,
        seen.best_bigrams,
        run,
        run / asked,
        share_of(&title.bigrams, &query.bigrams),
        f64::from(seen.asked_for) / f64::from(title.length.max(1)),
        f64::from(seen.title_run) / asked,
        0.0,
        0.0,
        0.0,
        bigrams[0],
        bigrams[1],
        bigrams[2],
        chars_early[2],
        sentence[0],
        sentence[1],
        beginning[0],
        beginning[1],
        f64::from(seen.sentence_run) / asked,
        f64::from(seen.in_order) / asked,
        0.0,
        0.0,
    ]
}

/// BM25 of the beginning of a text, of about so many characters.
fn begin(stretch: &Counts, counts: &[u32], weights: &Weights, characters: u32) -> f64 {
    let length = f64::from(stretch.length);
    bm25(counts, weights, LEAD_BM25, length, f64::from(characters))
}

/// Whether the title is the query: it has all of it in one piece, and nothing else.
pub(super) fn is_title(row: &[f64; COUNT]) -> bool {
    let (asked_for, run) = TITLE;
    row[run] >= 1.0 && row[asked_for] >= 1.0
}

/// Fills in the features that compare a candidate with the best of its list.
pub(super) fn compare(rows: &mut [[f64; COUNT]], candidates: &[Contender]) {
    tell_apart(rows, candidates, TELLING);
    for (share, whole) in OVER_BEST {
        let best = rows.iter().map(|row| row[whole]).fold(0.0, f64::max);
        if best > 0.0 {
            for row in rows.iter_mut() {
                row[share] = row[whole] / best;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use tantivy::directory::OwnedBytes;

    use super::*;
    use crate::chars::Unit;
    use crate::pack::pack;
    use crate::search::phrase::Phrase;
    use crate::search::rank::Said;

    /// Every character and pair of the parts of a query weighs as its place says.
    fn numbered(parts: &[&str]) -> Numbered {
        let parts: Vec<Vec<Unit>> = parts.iter().map(|part| Phrase::new(part).units).collect();
        let mut chars: Vec<(Unit, f64)> = Vec::new();
        let mut bigrams: Vec<((Unit, Unit), f64)> = Vec::new();
        for part in &parts {
            for unit in part.iter().filter(|unit| **unit != Unit::Stop) {
                if !chars.iter().any(|(seen, _)| seen == unit) {
                    chars.push((*unit, 1.0 / (3.0 + chars.len() as f64)));
                }
            }
            for pair in part.windows(2).map(|pair| (pair[0], pair[1])) {
                if !bigrams.iter().any(|(seen, _)| *seen == pair) {
                    bigrams.push((pair, 1.0 / (7.0 + bigrams.len() as f64)));
                }
            }
        }
        let parts: Vec<&[Unit]> = parts.iter().map(Vec::as_slice).collect();
        Numbered::new(&chars, &bigrams, &parts)
    }

    fn packed(text: &str) -> OwnedBytes {
        let mut packed = Vec::new();
        pack(text, &mut packed);
        OwnedBytes::new(packed)
    }

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
        let mut seen = Tally::new(&query);
        let said = Said {
            title: Some(packed(title)),
            lead: 0,
            text: vec![(false, packed(text))],
        };
        seen.read(&query, &said).unwrap();
        let row = features(&query, &seen, 1.0, None, 50.0, 50.0);
        NAMES.into_iter().zip(row).collect()
    }

    #[test]
    fn what_is_there_is_counted() {
        let row = of("支部品牌", "", "各支部评比。品牌很多。");
        assert_eq!(row["share of bigrams"], 2.0 / 3.0);
        assert_eq!(row["sentence share of chars"], 0.5);
        assert_eq!(row["longest run"], 2.0);
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
        assert_eq!(row["first sentence asked for"], 0.0);
        assert_eq!(row["first sentence run/query"], 0.0);
        let row = of("支部品牌", "", "支部开会。");
        assert_eq!(row["title asked for"], 0.0);
        assert_eq!(row["first sentence asked for"], 2.0 / 5.0);
        assert_eq!(row["first sentence bigrams asked for"], 1.0 / 5.0);
        assert_eq!(row["first sentence run/query"], 0.5);
    }

    #[test]
    fn what_is_said_early_counts_more() {
        let early = of("支部品牌", "", "支部开会。以后再说。");
        let late = of("支部品牌", "", "以后再说。支部开会。");
        for name in ["bigrams, first line first", "chars, first page first"] {
            assert!(early[name] > late[name] && late[name] > 0.0, "{name}");
        }
        assert!(early["bigrams, first line first"] < early["bigrams, first page first"]);
    }

    #[test]
    fn what_is_said_in_order_is_of_one_sentence() {
        let row = of("支部品牌", "支部品牌", "支委与干部。品种，牌子。");
        assert_eq!(row["best sentence in order/query"], 0.5);
        let row = of("支部品牌", "", "牌子、品种，支委与干部。");
        assert_eq!(row["best sentence in order/query"], 0.5);
        let row = of("支部品牌", "", "支委与干部，品种牌子。");
        assert_eq!(row["best sentence in order/query"], 1.0);
    }

    #[test]
    fn what_few_have_tells_them_apart() {
        let texts = ["支部品牌", "支部开会，品牌另说", "支部会，名品", "干部品牌"];
        let parts = ["支部品牌"];
        let query = numbered(&parts);
        let mut seen = Tally::new(&query);
        let mut rows = Vec::new();
        let mut candidates = Vec::new();
        for text in texts {
            let said = Said {
                title: None,
                lead: 0,
                text: vec![(false, packed(text))],
            };
            seen.read(&query, &said).unwrap();
            rows.push(features(&query, &seen, 1.0, None, 50.0, 50.0));
            candidates.push(Contender::new(&seen));
        }
        compare(&mut rows, &candidates);
        let of =
            |name: &str, nth: usize| rows[nth][NAMES.iter().position(|it| *it == name).unwrap()];
        // 部品 stands in two, 支部 and 品牌 in three of the four.
        let telling = "telling bigrams, first page first";
        assert!(of(telling, 0) > of(telling, 3) && of(telling, 3) > of(telling, 1));
        assert!(of(telling, 1) > of(telling, 2) && of(telling, 2) > 0.0);
        let telling = "telling chars of the lead";
        assert_eq!(of(telling, 0), 1.0);
        assert_eq!(of(telling, 0), of(telling, 1));
        assert!(of(telling, 3) > of(telling, 2) - 1e-9 && of(telling, 3) < 1.0);
    }

    #[test]
    fn nothing_runs_from_title_into_text() {
        assert_eq!(of("支部品牌", "支部", "品牌")["longest run"], 2.0);
    }

    /// A text with all that a reader must see through: quotes, runs, breaks,
    /// blanks, other scripts, characters that are no token.
    fn text(most: usize) -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            4 => "[中国人民党建品牌支部]{1,3}",
            2 => "[，。；？！…、：（）“”《》 \n\u{3000}]{1,3}",
            1 => "[机機構党黨Ａa1２]{1,2}|\u{20BB7}|\u{E000}|中国|，在|。”",
            1 => "\\PC{1,2}",
        ];
        proptest::collection::vec(piece, 0..most).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn what_is_packed_says_the_same(
            query in proptest::collection::vec("[中国人民党建品，。a]{1,5}|中国人民", 1..4),
            title in text(6),
            pieces in proptest::collection::vec(text(60), 1..4),
            lead in 0usize..90,
            next in any::<bool>(),
        ) {
            let query: Vec<&str> = query.iter().map(String::as_str).collect();
            let query = numbered(&query);
            let said = Said {
                title: Some(packed(&title)),
                lead: if next { 0 } else { lead },
                text: pieces.iter().enumerate().map(|(nth, text)| (next || nth > 0, packed(text))).collect(),
            };
            let joined = pieces.join("\n");
            let whole = match next {
                true => format!("\n{joined}"),
                false if lead > pieces[0].len() || !joined.is_char_boundary(lead) => joined,
                false => joined[lead..].to_owned(),
            };
            let text = said.text();
            prop_assert_eq!(text.as_ref(), Some(&whole));
            let (mut seen, mut plain) = (Tally::new(&query), Tally::new(&query));
            // What was read before leaves nothing behind.
            for _ in 0..2 {
                seen.read(&query, &said).unwrap();
                plain.read_plain(&query, &title, &whole);
                let row = features(&query, &seen, 1.0, None, 50.0, 60.0);
                let same = features(&query, &plain, 1.0, None, 50.0, 60.0);
                prop_assert_eq!(row.map(f64::to_bits), same.map(f64::to_bits));
            }
        }

        #[test]
        fn the_longest_run_is_the_longest(query in "[中国a]{1,8}", text in "[中国ab，]{0,20}") {
            let units: Vec<Unit> = Phrase::new(&query).units;
            let text_units: Vec<Unit> = crate::chars::units(&text).map(|placed| placed.unit).collect();
            let longest = (0..units.len())
                .flat_map(|from| (from + 1..=units.len()).map(move |to| from..to))
                .filter(|run| text_units.windows(run.len()).any(|stretch| *stretch == units[run.clone()]))
                .map(|run| run.len())
                .max();
            prop_assert_eq!(of(&query, "", &text)["longest run"], longest.unwrap_or(0) as f64);
        }
    }
}
