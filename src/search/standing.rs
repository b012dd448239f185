//! Which passages have a word, and which a string. Where a string is a word of the
//! dictionary the two lists of that word tell, and no position is looked at; where it is
//! short and of several words, their lists say where to look.

use std::ops::RangeInclusive;

use anyhow::Result;
use tantivy::DocSet;

use crate::index::{Segment, hidden};
use crate::search::phrase::{Phrase, Scope, alive};
use crate::search::set::Set;
use crate::segment::is_known;

/// The passages of `among` that have a word, deleted ones left out.
pub(super) fn with_word(segment: &Segment, word: &str, among: &Set) -> Result<Set> {
    let terms = segment.words();
    let mut docs = among.empty();
    if let Some(counts) = terms.counts(word)? {
        docs.add(among);
        docs.keep_words(|nth| counts.word(nth));
        return Ok(alive(segment, docs));
    }
    let Some(mut postings) = terms.postings(word)? else {
        return Ok(docs);
    };
    let mut doc = postings.doc();
    while let Some(wanted) = among.from(doc) {
        if wanted > doc {
            doc = postings.seek(wanted);
            continue;
        }
        if !segment.is_deleted(doc) {
            docs.insert(doc);
        }
        doc = postings.advance();
    }
    Ok(docs)
}

/// The passages of `among` in which a word of the dictionary begins, cut as one or not.
fn with_known(segment: &Segment, word: &str, among: &Set) -> Result<Set> {
    let mut docs = with_word(segment, word, among)?;
    docs.add(&with_word(segment, &hidden(word), among)?);
    Ok(docs)
}

/// The passages of `among` in which a string begins, deleted ones left out.
pub(super) fn with_text(segment: &Segment, phrase: &Phrase, among: &Set) -> Result<Set> {
    match possible(segment, phrase, among)? {
        Possible::Just(docs) => Ok(docs),
        Possible::Some(docs) => phrase.within(segment, Scope::Anywhere, &docs),
    }
}

/// Where a string may stand, by lists of words.
#[derive(Debug)]
pub(super) enum Possible {
    /// In these passages, and it does.
    Just(Set),
    /// In some of these at the most.
    Some(Set),
}

impl Possible {
    /// The passages.
    pub(super) fn docs(&self) -> &Set {
        match self {
            Possible::Just(docs) | Possible::Some(docs) => docs,
        }
    }
}

/// The passages of `among` in which a string may begin.
pub(super) fn possible(segment: &Segment, phrase: &Phrase, among: &Set) -> Result<Possible> {
    if let Some(word) = phrase.word().filter(|word| is_known(word)) {
        return Ok(Possible::Just(with_known(segment, &word, among)?));
    }
    let mut docs = among.clone();
    if SHORT.contains(&phrase.units.len()) && phrase.at_most(segment)? > MANY {
        docs = with_parts(segment, phrase, docs)?;
    }
    Ok(Possible::Some(docs))
}

/// Passages that may have a string for its words to be asked first.
const MANY: u64 = 2048;
/// Words that are asked at the most …
const ASKED: usize = 3;
/// … and units of such a string: a longer one has rare characters.
const SHORT: RangeInclusive<usize> = 3..=12;

/// Some of the passages of `left`: all in which a string may begin, for they have the
/// rarest words of the dictionary that stand in it.
fn with_parts(segment: &Segment, phrase: &Phrase, mut left: Set) -> Result<Set> {
    let mut words = Vec::new();
    for (at, word) in phrase.longest() {
        let cut = segment.words().doc_freq(&word)?;
        let frequency = cut + segment.words().doc_freq(&hidden(&word))?;
        words.push((frequency, at, word));
    }
    words.sort_unstable();
    let runs = segment.runs();
    for (_, at, word) in words.into_iter().take(ASKED) {
        let docs = with_known(segment, &word, &left)?;
        // A word further on may begin in the next passage of the paragraph.
        let beyond = |nth| if at > 0 { runs.going_on(nth) } else { 0 };
        left.keep_words(|nth| docs.word(nth) | beyond(nth));
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use proptest::test_runner::TestRunner;

    use super::*;
    use crate::search::many::tests::{draw, store};

    /// Lists of words tell of strings what their characters tell.
    #[test]
    fn lists_of_words_say_where_strings_stand() {
        let mut runner = TestRunner::deterministic();
        let mut draw = |pattern: &str| draw(&mut runner, pattern);
        let pieces = "新闻|新闻联播|联播|中国|中国人民|人民银行|银行|國|民|党的|乙丙|γ射线|a|2018|的|·|，|“|”| ";
        // Short paragraphs, and some so long that words stand across two passages.
        let texts: Vec<String> = (0..300)
            .map(|n| match n % 3 {
                0 => draw(&format!("的(({pieces}){{130,400}})")),
                _ => draw(&format!("的(({pieces}|\n){{1,40}})")),
            })
            .collect();
        let store = store(&texts);
        let mut strings: Vec<String> = [
            "国人",
            "民银",
            "银行",
            "国人民银行",
            "乙丙",
            "的",
            "党的",
            "γ射线",
        ]
        .map(str::to_owned)
        .to_vec();
        strings.extend((0..60).map(|_| draw(&format!("({pieces}){{1,5}}"))));
        let (mut known, mut cut, mut hid, mut crossing) = (0, 0, 0, 0);
        for segment in store.segments() {
            let mut some = Set::all(0..segment.max_doc());
            some.remove_all(&some.with([3, 4, 70]));
            let runs = segment.runs();
            let goes_on = |doc: &u32| runs.going_on(*doc as usize / 64) >> (doc % 64) & 1 == 1;
            let text = |doc: u32| segment.texts().text(doc, runs.articles.has(doc)).unwrap();
            let mut strings = strings.clone();
            for doc in (0..segment.max_doc() - 1).filter(goes_on) {
                let (before, after) = (text(doc), text(doc + 1));
                let end = before.char_indices().rev().nth(3).unwrap().0;
                strings.push(before[end..].chars().chain(after.chars().take(5)).collect());
            }
            for phrase in strings.iter().map(|string| Phrase::new(string)) {
                let want = phrase.within(segment, Scope::Anywhere, &some).unwrap();
                let found = with_text(segment, &phrase, &some).unwrap();
                assert_eq!(found, want, "{phrase:?}");
                if let Possible::Just(_) = possible(segment, &phrase, &some).unwrap() {
                    let word = phrase.word().unwrap();
                    let cuts = with_word(segment, &word, &some).unwrap();
                    known += 1;
                    cut += cuts.iter().count();
                    hid += want.iter().filter(|doc| !cuts.contains(*doc)).count();
                }
                let parts = with_parts(segment, &phrase, some.clone()).unwrap();
                let found = phrase.within(segment, Scope::Anywhere, &parts).unwrap();
                assert_eq!(found, want, "{phrase:?}");
                crossing += want.iter().filter(goes_on).count();
            }
        }
        assert!(known > 10 && cut > 1000, "{known}, {cut}");
        assert!(hid > 100 && crossing > 100, "{hid}, {crossing}");
    }

    /// So does the list of any word that was cut, whatever dictionary has it.
    #[test]
    fn a_word_stands_as_a_string_where_its_list_says() {
        let mut runner = TestRunner::deterministic();
        let pattern =
            "((新闻|新闻联播|联播|中国|人民|中国人民|银行|２０１８年|的|·|，|。|“|”| |\n)){1,60}";
        let texts: Vec<String> = (0..200)
            .map(|_| format!("中{}", draw(&mut runner, pattern)))
            .collect();
        let store = store(&texts);
        let mut looked_at = 0;
        for segment in store.segments() {
            let mut terms = segment.words().dictionary().from(b"");
            while let Some((term, _)) = terms.next().unwrap() {
                let term = std::str::from_utf8(term).unwrap();
                let phrase = Phrase::new(term);
                // The term of a hidden word is not one itself.
                if phrase.word().as_deref() != Some(term) {
                    continue;
                }
                let places = phrase
                    .places(segment, Scope::Anywhere, None, false)
                    .unwrap();
                let mut postings = segment.words().postings(term).unwrap().unwrap();
                while postings.doc() != tantivy::TERMINATED {
                    assert!(places.docs.contains(&postings.doc()), "{term}");
                    postings.advance();
                    looked_at += 1;
                }
            }
        }
        assert!(looked_at > 1000, "{looked_at}");
    }
}
