//! What to mark in a text: the same units and words that were searched.

use std::ops::Range;

use crate::chars::units;
use crate::search::Searcher;
use crate::search::asked::Asked;
use crate::search::phrase::Phrase;

/// Characters that stand beside any other, and mark nothing.
const LITTLE: &str = "的了是在和与及或对为有不也就都而等被把将从到这那其之以个";

impl Searcher {
    /// What is marked: the parts as they stand, and the words of two characters
    /// or more. Single characters are marked only when nothing else was asked.
    pub(super) fn strings_to_mark(&self, words: &[(String, u32)], asked: &Asked) -> Vec<Phrase> {
        let parts = asked.free.iter().chain(&asked.exact);
        let parts = parts.chain(&asked.spellings).cloned();
        let words = words.iter().map(|(word, _)| word.clone());
        let words = words.filter(|word| word.chars().nth(1).is_some());
        // Of a name that no dictionary has any two characters that stand side by side.
        let unknown = asked.free.iter().flat_map(|text| self.unknown(text));
        let pairs = unknown.flat_map(|run| {
            let run: Vec<char> = run.chars().collect();
            let pairs = run
                .windows(2)
                .filter(|pair| !pair.iter().any(|c| LITTLE.contains(*c)));
            pairs.map(String::from_iter).collect::<Vec<String>>()
        });
        let mut strings: Vec<Phrase> = Vec::new();
        for string in parts
            .chain(words)
            .chain(pairs)
            .map(|text| Phrase::new(&text))
        {
            // A part that is a word is looked for once.
            if !strings.contains(&string) {
                strings.push(string);
            }
        }
        strings
    }

    /// Stretches of a text that were cut into single characters: names and terms that no
    /// dictionary has.
    pub(super) fn unknown(&self, text: &str) -> Vec<String> {
        let mut runs: Vec<Range<usize>> = Vec::new();
        for word in self.store().segmenter().words(text) {
            let mut chars = word.text.chars();
            if !matches!((chars.next(), chars.next()), (Some(c), None) if !c.is_ascii()) {
                continue;
            }
            match runs.last_mut() {
                Some(last) if last.end == word.bytes.start => last.end = word.bytes.end,
                _ => runs.push(word.bytes),
            }
        }
        let runs = runs.into_iter().filter_map(|run| text.get(run));
        let runs = runs.filter(|run| run.chars().nth(1).is_some());
        runs.map(str::to_owned).collect()
    }
}

/// Byte ranges of a text at which one of the strings stands: sorted, apart, on
/// character boundaries.
pub(crate) fn marks(text: &str, strings: &[Phrase]) -> Vec<Range<usize>> {
    // Of text that is nearly all hanzi, so that they seldom grow.
    let room = text.len() / 3 + 8;
    let (mut own, mut bytes) = (Vec::with_capacity(room), Vec::with_capacity(room));
    for placed in units(text) {
        own.push(placed.unit);
        bytes.push(placed.bytes);
    }
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for string in strings {
        let Some((first, rest)) = string.units.split_first() else {
            continue;
        };
        let mut at = 0;
        while let Some(before) = own[at..].iter().position(|unit| unit == first) {
            let begin = at + before;
            at = begin + 1;
            if own[at..].starts_with(rest) {
                at += rest.len();
                ranges.push(bytes[begin].start..bytes[at - 1].end);
            }
        }
    }
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marked(text: &str, strings: &[&str]) -> Vec<String> {
        let strings: Vec<Phrase> = strings.iter().map(|string| Phrase::new(string)).collect();
        marks(text, &strings)
            .into_iter()
            .map(|range| text[range].to_owned())
            .collect()
    }

    #[test]
    fn marks_see_through_quotes_and_scripts() {
        assert_eq!(marked("开展“主题”党日，很好", &["主题党日"]), ["主题”党日"]);
        assert_eq!(marked("党建,,品牌", &["党建、品牌"]), ["党建,,品牌"]);
        assert_eq!(marked("党建品牌", &["党建、品牌"]), [""; 0]);
        assert_eq!(marked("乡村振兴", &["乡村", "村振", "振兴"]), ["乡村振兴"]);
    }

    proptest! {
        #[test]
        fn marks_are_apart_and_whole(text in "[党建，“”a ]{0,40}", string in "[党建，a]{1,3}") {
            let ranges = marks(&text, &[Phrase::new(&string)]);
            let mut last = 0;
            for range in ranges {
                prop_assert!(range.start >= last && range.start < range.end);
                prop_assert!(text.get(range.clone()).is_some());
                last = range.end;
            }
        }
    }
}
