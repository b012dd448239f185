//! What is to be said about a user dictionary before it is used.

use std::collections::HashMap;

use crate::fold::fold_str;
use crate::segment::lexicon::term;
use crate::segment::table;
use crate::segment::user::{UserWord, parse_line};
use crate::segment::{Room, Segmenter};

/// One thing to say about a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The dictionary, counted from 0 in the order they were given.
    pub file: usize,
    /// Counted from 1.
    pub line: usize,
    /// The word as it stands there, or the whole line where it cannot be read.
    pub word: String,
    /// What there is to say.
    pub what: Concern,
}

/// What there is to say about a line of a user dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Concern {
    /// It cannot be read; why.
    Bad(&'static str),
    /// The word stands in an earlier line (file, line) already.
    Twice(usize, usize),
    /// jieba's dictionary has it, with this count.
    InDictionary(u64),
    /// The lexicon has it.
    InLexicon,
    /// It is looked up, and found, as this: another script, width or case.
    Folded(String),
    /// Its count is too low: it is cut into these, in its own line.
    Split(Vec<String>),
}

impl Concern {
    /// Whether the line has to be changed: what is not an error is told only.
    pub fn is_error(&self) -> bool {
        matches!(self, Concern::Bad(_) | Concern::Twice(..))
    }

    /// A name for programs.
    pub fn name(&self) -> &'static str {
        match self {
            Concern::Bad(_) => "bad",
            Concern::Twice(..) => "twice",
            Concern::InDictionary(_) => "in_dictionary",
            Concern::InLexicon => "in_lexicon",
            Concern::Folded(_) => "folded",
            Concern::Split(_) => "split",
        }
    }
}

/// Examines dictionaries that are to be used together; returns how many words
/// they hold, and what there is to say, line by line.
pub fn check_dicts(texts: &[&str]) -> (usize, Vec<Remark>) {
    let mut words: Vec<UserWord> = Vec::new();
    let mut places: HashMap<String, (usize, usize)> = HashMap::new();
    let mut remarks = Vec::new();
    let mut asked = Vec::new();
    for (file, text) in texts.iter().enumerate() {
        for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let at = (file, index + 1);
            let mut say = |word: &str, what| {
                remarks.push(Remark {
                    file,
                    line: index + 1,
                    word: word.to_owned(),
                    what,
                });
            };
            let word = match parse_line(line) {
                None => continue,
                Some(Err(reason)) => {
                    say(line.trim(), Concern::Bad(reason));
                    continue;
                }
                Some(Ok(word)) => word,
            };
            let written = line.split_whitespace().next().unwrap_or_default();
            if fold_str(written) != written {
                say(written, Concern::Folded(word.word.clone()));
            }
            if let Some(first) = places.get(&word.word) {
                say(written, Concern::Twice(first.0, first.1));
                continue;
            }
            if term(&word.word).is_some() {
                say(written, Concern::InLexicon);
            } else if let Some(count) = table::count(&word.word) {
                say(written, Concern::InDictionary(count));
            }
            places.insert(word.word.clone(), at);
            asked.push((at, written.to_owned()));
            words.push(word);
        }
    }
    let segmenter = Segmenter::new(&words);
    let mut room = Room::default();
    for (word, (at, written)) in words.iter().zip(asked) {
        let mut pieces: Vec<String> = Vec::new();
        segmenter.pieces(&word.word, &mut room, |piece, _| {
            pieces.push(piece.to_owned())
        });
        if pieces.len() > 1 {
            remarks.push(Remark {
                file: at.0,
                line: at.1,
                word: written,
                what: Concern::Split(pieces),
            });
        }
    }
    remarks.sort_by_key(|remark| (remark.file, remark.line));
    (words.len(), remarks)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: &[&str]) -> Vec<(usize, usize, &'static str)> {
        let (_, remarks) = check_dicts(texts);
        remarks
            .iter()
            .map(|remark| (remark.file, remark.line, remark.what.name()))
            .collect()
    }

    #[test]
    fn each_line_is_told_of() {
        let text = "# 词典\n红旗讲堂\t12\t# 3 篇\n紅旗講堂\n党员、干部\n开展\n三会一课\n\
                    云江夜校 x1\n工作发展 1\n白云夜校 n\n";
        assert_eq!(
            told(&[text, "\u{feff}白云夜校\r\n"]),
            [
                (0, 3, "folded"),
                (0, 3, "twice"),
                (0, 4, "bad"),
                (0, 5, "in_dictionary"),
                (0, 6, "in_lexicon"),
                (0, 7, "bad"),
                (0, 8, "split"),
                (1, 1, "twice"),
            ]
        );
        let (words, remarks) = check_dicts(&[text]);
        assert_eq!(words, 5);
        assert_eq!(remarks[1].what, Concern::Twice(0, 2));
        assert_eq!(remarks[0].what, Concern::Folded("红旗讲堂".into()));
    }

    #[test]
    fn a_good_dictionary_is_passed_over_in_silence() {
        assert_eq!(told(&["红旗讲堂\n\n# 结束\n云江夜校 100 nz\n"]), []);
        assert_eq!(told(&[]), []);
    }
}
