//! Words, as places in a text. The only room that knows jieba.
//!
//! Search mode without the hidden Markov model: jieba's words, and the two-
//! and three-character words inside them. The model invents words from context
//! (`和习/总书记`), and an index with it answers queries without it badly
//! (P@1 .911 → .800 on CMRC2018), so it is off on both sides, always.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use jieba_rs::Jieba;
use xxhash_rust::xxh3::xxh3_64;

use crate::chars::is_solid;
use crate::fold::fold;

/// Names the segmenter and its dictionary in the identity of an index.
pub const VERSION: &str = "jieba-rs 0.11 default-dict+folded search no-hmm";

/// A word and where it stands, in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The folded word, as it is indexed.
    pub text: String,
    /// Its bytes in the text, unfolded.
    pub bytes: Range<usize>,
}

/// One word of a user dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserWord {
    /// The word, folded.
    pub word: String,
    /// How often it is met; `None` lets jieba choose one that keeps it whole.
    pub freq: Option<usize>,
}

/// A line of a user dictionary that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Counted from 1.
    pub line: usize,
    /// Why.
    pub reason: &'static str,
}

/// Reads a user dictionary: `word`, `word freq` or `word freq tag` a line.
///
/// A byte order mark, CRLF, `#` comments and blank lines are fine.
pub fn parse_dict(text: &str) -> (Vec<UserWord>, Vec<BadLine>) {
    let mut words = Vec::new();
    let mut bad = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match parse_word(line) {
            Ok(word) => words.push(word),
            Err(reason) => bad.push(BadLine {
                line: index + 1,
                reason,
            }),
        }
    }
    (words, bad)
}

fn parse_word(line: &str) -> Result<UserWord, &'static str> {
    let mut parts = line.split_whitespace();
    let word: String = parts.next().unwrap_or_default().chars().map(fold).collect();
    if !word.chars().all(is_solid) {
        return Err("a word holds no punctuation");
    }
    if word.chars().count() > 32 {
        return Err("a word has at most 32 characters");
    }
    let freq = match parts.next() {
        None => None,
        Some(field) => match field.parse() {
            Ok(freq) => Some(freq),
            Err(_) if parts.next().is_none() && field.bytes().all(|b| b.is_ascii_alphabetic()) => {
                None
            }
            Err(_) => return Err("the second field is a frequency: a whole number"),
        },
    };
    if parts.count() > 1 {
        return Err("a line is: word, frequency, tag");
    }
    Ok(UserWord { word, freq })
}

/// The lines of a user dictionary in one normal form, and its hash.
pub fn normal_dict(words: &[UserWord]) -> (String, u64) {
    let mut lines: Vec<String> = words
        .iter()
        .map(|word| match word.freq {
            Some(freq) => format!("{} {freq}\n", word.word),
            None => format!("{}\n", word.word),
        })
        .collect();
    lines.sort();
    lines.dedup();
    let text = lines.concat();
    let hash = xxh3_64(text.as_bytes());
    (text, hash)
}

/// Cuts text into words. Loading takes some 100 ms and 33 MB, so there is one
/// for a process, shared.
#[derive(Debug)]
pub struct Segmenter {
    jieba: Jieba,
    user: Vec<String>,
}

/// Words of jieba's dictionary (MIT) as the folding table leaves them, where it
/// knows that form less well: 著名 is searched as 着名, and is a word.
const FOLDED: &str = include_str!("folded.txt");

static PLAIN: LazyLock<Jieba> = LazyLock::new(|| {
    let mut jieba = Jieba::new();
    for (word, freq) in FOLDED.lines().filter_map(|line| line.split_once(' ')) {
        jieba.add_word(word, freq.parse().ok(), None);
    }
    jieba
});

impl Segmenter {
    /// The default dictionary and the words of a user's own.
    pub fn new(user: &[UserWord]) -> Segmenter {
        // A clone costs some 20 ms: less than reading the dictionary again.
        let mut jieba = PLAIN.clone();
        let mut names = Vec::new();
        for word in user {
            jieba.add_word(&word.word, word.freq, None);
            names.push(word.word.clone());
        }
        names.sort();
        Segmenter { jieba, user: names }
    }

    /// The words of a text, sorted by start, then end. What holds no letter,
    /// digit, hanzi or symbol is no word.
    pub fn words(&self, text: &str) -> Vec<Word> {
        let folded = Folded::new(text);
        let mut words = Vec::new();
        self.each(&folded.text, |word, bytes| {
            words.push(Word {
                text: word.to_owned(),
                bytes: folded.original(bytes.start)..folded.original(bytes.end),
            });
        });
        words.sort_by_key(|word| (word.bytes.start, word.bytes.end));
        words
    }

    /// Calls `found` with each word of a text that is folded already, and its bytes.
    pub fn each(&self, folded: &str, mut found: impl FnMut(&str, Range<usize>)) {
        for token in self.jieba.cut_for_search(folded, false) {
            if token.word.chars().any(is_solid) {
                found(token.word, token.byte_start..token.byte_end);
            }
        }
    }

    /// The words of a text one after the other, as a reader cuts them: no word
    /// inside another, punctuation included.
    pub fn cut<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let folded = Folded::new(text);
        self.jieba
            .cut(&folded.text, false)
            .into_iter()
            .map(|token| &text[folded.original(token.byte_start)..folded.original(token.byte_end)])
            .collect()
    }

    /// Where a word comes from.
    pub fn origin(&self, word: &str) -> WordOrigin {
        let word: String = word.chars().map(fold).collect();
        if self.user.binary_search(&word).is_ok() {
            WordOrigin::User
        } else if self.jieba.has_word(&word) {
            WordOrigin::Dictionary
        } else if !word.chars().any(is_solid) {
            WordOrigin::Punctuation
        } else {
            WordOrigin::Rule
        }
    }
}

/// Why a piece of text is a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordOrigin {
    /// It stands in the user's dictionary.
    User,
    /// It stands in jieba's dictionary.
    Dictionary,
    /// No dictionary has it: a lone character, a run of letters or digits.
    Rule,
    /// It is no word at all.
    Punctuation,
}

/// A folded text that knows where its characters stood.
struct Folded<'a> {
    text: Cow<'a, str>,
    /// (byte in the folded text, byte in the original), one for each character
    /// and the end; empty when nothing moved.
    places: Vec<(usize, usize)>,
}

impl<'a> Folded<'a> {
    fn new(text: &'a str) -> Folded<'a> {
        if text.chars().all(|c| fold(c) == c) {
            return Folded {
                text: Cow::Borrowed(text),
                places: Vec::new(),
            };
        }
        let mut folded = String::with_capacity(text.len());
        let mut places = Vec::with_capacity(text.len() / 3 + 1);
        for (at, c) in text.char_indices() {
            places.push((folded.len(), at));
            folded.push(fold(c));
        }
        places.push((folded.len(), text.len()));
        Folded {
            text: Cow::Owned(folded),
            places,
        }
    }

    fn original(&self, at: usize) -> usize {
        match self.places.binary_search_by_key(&at, |&(folded, _)| folded) {
            Ok(index) => self.places[index].1,
            Err(_) => at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        let segmenter = Segmenter::new(&[]);
        let words = segmenter.words(text);
        for word in &words {
            let folded: String = text[word.bytes.clone()].chars().map(fold).collect();
            assert_eq!(folded, word.text, "a word is its place, folded");
        }
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_of_search_mode() {
        assert_eq!(texts("主题党日"), ["主题", "党", "日"]);
        assert_eq!(texts("乡村振兴，2021年"), ["乡村", "振兴", "2021", "年"]);
        assert_eq!(texts("，。"), [""; 0]);
        assert_eq!(texts("著名景点"), texts("着名景点"));
        assert_eq!(
            texts("著名")[0],
            "着名",
            "a word that the table folds stays one"
        );
    }

    #[test]
    fn user_words_stay_whole() {
        let (words, bad) =
            parse_dict("\u{feff}# 词典\r\n主题党日 1000 n\r\n\r\n坏 词 x y z\n三会一课\n");
        assert_eq!(bad.len(), 1);
        assert_eq!(bad[0].line, 4);
        let segmenter = Segmenter::new(&words);
        assert_eq!(segmenter.cut("开展主题党日"), ["开展", "主题党日"]);
        assert_eq!(segmenter.origin("主题党日"), WordOrigin::User);
        assert_eq!(segmenter.origin("开展"), WordOrigin::Dictionary);
    }
}
