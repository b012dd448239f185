//! The words of the dictionary that stand in a text, however it is cut.
//!
//! `中国人民` is cut into two words, and the characters of a third stand across them;
//! `中共中央政治局` is one word, and holds `中央政治局`. Who knows where the cut passes over a
//! word need not look for it character by character.

use std::ops::Range;

use crate::chars::{Reader, Unit, units};
use crate::segment::table::{self, Node, WORDS};

/// Calls `found` with the place of every word of the dictionary, of two characters or more,
/// none of ASCII, that begins at one of the first `starts` of some folded characters, and its number as in
/// [`Met::Word`](crate::segment::Met::Word): in order of the
/// beginning, then of the end. The words of a user are not among them.
pub(crate) fn each_known(chars: &[char], starts: usize, mut found: impl FnMut(Range<usize>, u32)) {
    for start in 0..starts.min(chars.len()) {
        let codes = chars[start..].iter().map(|c| code(*c));
        walk(codes, |length, number| found(start..start + length, number));
    }
}

/// Calls `found` with the number of every such word that a text begins with, as [`units`] see
/// it; none when its first character counts as nothing. A text whose words are looked for at each
/// of its characters is read a few times: no word goes over more than a few units.
pub(crate) fn known_at(text: &str, mut found: impl FnMut(u32)) {
    // Before the first unit is asked for: it may come behind a million of quote marks.
    if !text.chars().next().is_some_and(begins_words) {
        return;
    }
    let codes = units(text).map(|placed| match placed.unit {
        Unit::Char(c) => code(c),
        Unit::Stop | Unit::Break => 0,
    });
    walk(codes, |_, number| found(number));
}

/// Whether a word may begin with a character.
fn begins_words(c: char) -> bool {
    matches!(Reader::default().read(c), Some(Unit::Char(c)) if code(c) != 0)
}

/// Walks over the dictionary along some codes: calls `found` with the characters and the number
/// of every word of two characters or more that they begin with.
#[inline]
pub(super) fn walk(codes: impl Iterator<Item = u16>, mut found: impl FnMut(usize, u32)) {
    let mut node = Node::ROOT;
    for (length, code) in (1..).zip(codes) {
        match WORDS.child(node, code) {
            Some(child) => node = child,
            None => return,
        }
        if length > 1 && node.value() != 0 {
            found(length, node.number());
        }
        if node.is_leaf() {
            return;
        }
    }
}

/// Whether [`each_known`] finds a folded word where it stands.
pub(crate) fn is_known(word: &str) -> bool {
    word.chars().nth(1).is_some() && !word.chars().any(|c| c.is_ascii()) && table::number(word) != 0
}

/// The code of a character; 0, with which no word goes on, for one of ASCII.
#[inline]
fn code(c: char) -> u16 {
    match c.is_ascii() {
        true => 0,
        false => table::code(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By [`each_known`], and by [`known_at`] from each of the same beginnings.
    fn known(text: &str, starts: usize) -> Vec<String> {
        let chars: Vec<char> = text.chars().collect();
        let mut words = Vec::new();
        each_known(&chars, starts, |word, number| {
            let word: String = chars[word].iter().collect();
            assert_eq!(number, table::number(&word));
            assert!(is_known(&word), "{word}");
            words.push(word);
        });
        let mut numbers = Vec::new();
        for (at, _) in text.char_indices().take(starts) {
            known_at(&text[at..], |number| numbers.push(number));
        }
        let same: Vec<u32> = words.iter().map(|word| table::number(word)).collect();
        assert_eq!(numbers, same, "{text}");
        words
    }

    #[test]
    fn words_stand_where_the_cut_passes_over_them() {
        let all = known("中国人民", 4);
        for word in ["中国", "国人", "人民"] {
            assert!(all.iter().any(|found| found == word), "{word}: {all:?}");
        }
        assert_eq!(known("中国人民", 0), [""; 0]);
        assert_eq!(known("人民,中国", 1), ["人民"]);
        // Nothing crosses what stands in no word.
        assert_eq!(known("人,民", 3), [""; 0]);
        assert_eq!(known("人\n民", 9), [""; 0]);
        assert_eq!(known("卡拉ok", 5), ["卡拉"]);
    }

    #[test]
    fn what_is_no_word_is_not_known() {
        for word in ["", "人", "ok", "卡拉ok", "一二三四五六七", "人,民"] {
            assert!(!is_known(word), "{word}");
        }
    }
}
