//! Political and administrative terms of our own compiling, with the year in
//! which each came into use: `lexicon.txt`, which `build.rs` lays over jieba's
//! dictionary.

/// Counts editions of the lexicon: a part of the identity of an index, for
/// texts are cut by it.
pub const EDITION: u32 = 1;

/// A term of the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// The term, folded.
    pub word: &'static str,
    /// The year in which it came into official use, where that is known.
    pub year: Option<u16>,
    /// What it is about: `party`, `ideas`, `government`, `economy`, `society`,
    /// `foreign`, `science`, `media`.
    pub kind: &'static str,
}

/// Every term, in order of their bytes.
pub static TERMS: &[Term] = include!(concat!(env!("OUT_DIR"), "/lexicon.rs"));

/// The term that a folded word is.
pub fn term(word: &str) -> Option<&'static Term> {
    let found = TERMS.binary_search_by(|term| term.word.cmp(word));
    found.ok().map(|index| &TERMS[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chars::is_solid;
    use crate::fold::fold_str;
    use crate::segment::{Segmenter, table};
    use jieba_rs::Jieba;
    use std::collections::BTreeMap;
    use std::fmt::Write;

    const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/segment/lexicon.txt");

    #[test]
    fn terms_are_new_to_jieba_folded_and_dated() {
        let jieba = Jieba::new();
        let kinds = "party ideas government economy society foreign science media";
        assert!(TERMS.len() > 800, "{}", TERMS.len());
        for pair in TERMS.windows(2) {
            assert!(pair[0].word < pair[1].word, "{} stands twice", pair[0].word);
        }
        for term in TERMS {
            let Term { word, year, kind } = *term;
            assert!(!jieba.has_word(word), "jieba has {word}");
            assert_eq!(fold_str(word), word);
            assert!(
                word.chars().count() > 1 && word.chars().all(is_solid),
                "{word}"
            );
            assert!(
                year.is_none_or(|year| (1949..2026).contains(&year)),
                "{word}"
            );
            assert!(
                kinds.split(' ').any(|known| known == kind),
                "{word}: {kind}"
            );
            assert_eq!(super::term(word), Some(term));
        }
        assert_eq!(term("党"), None);
    }

    /// The counts of the file are those by which jieba keeps each term whole,
    /// shorter terms added first; none where a piece of it has four characters or
    /// more, for search mode gives back pieces of two and three alone.
    #[test]
    fn counts_keep_terms_whole_and_hide_nothing() {
        let mut jieba = Jieba::new();
        for line in include_str!("folded.txt").lines() {
            let (word, count) = line.split_once(' ').unwrap();
            jieba.add_word(word, count.parse().ok(), None);
        }
        let bare = jieba.clone();
        let mut counts: BTreeMap<(usize, &str), Option<usize>> = TERMS
            .iter()
            .map(|term| ((term.word.chars().count(), term.word), None))
            .collect();
        for ((_, word), count) in &mut counts {
            let pieces = bare.cut(word, false);
            if pieces.iter().all(|piece| piece.word.chars().count() < 4) {
                *count = Some(jieba.suggest_freq(word));
                jieba.add_word(word, *count, None);
            }
        }
        let text = include_str!("lexicon.txt");
        let mut wanted = String::new();
        for line in text.lines() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                [word, _, year, kind] if !line.starts_with('#') => {
                    let count = counts[&(word.chars().count(), word)];
                    let count = count.map_or("-".to_owned(), |count| count.to_string());
                    writeln!(wanted, "{word} {count} {year} {kind}").unwrap();
                }
                _ => writeln!(wanted, "{line}").unwrap(),
            }
        }
        if std::env::var_os("JIANBAO_BLESS").is_some() {
            std::fs::write(FILE, &wanted).unwrap();
        }
        assert_eq!(wanted, text, "JIANBAO_BLESS=1 writes it anew");
        let segmenter = Segmenter::new(&[]);
        for term in TERMS {
            let whole = table::count(term.word).is_some();
            assert_eq!(
                whole,
                counts[&(term.word.chars().count(), term.word)].is_some()
            );
            if whole {
                assert_eq!(segmenter.cut(term.word), [term.word]);
            }
        }
    }
}
