//! Words, as places in a text.
//!
//! What jieba cuts in search mode without the hidden Markov model: its words,
//! and the two- and three-character words inside them. The model invents words from context
//! (`和习/总书记`), and an index with it answers queries without it badly
//! (P@1 .911 → .800 on CMRC2018), so it is off on both sides, always.
//!
//! What ranks leaves out the words inside that stand across the parts of a longer one: who asks
//! for `民法` does not mean `人民法院`, which is 人民 and 法院 (`build/joints.rs` has the parts of every
//! word; docs/ranking.md has the figures).

mod block;
mod check;
mod cut;
mod emit;
mod known;
mod lexicon;
mod table;
#[cfg(test)]
mod tests;
mod user;

use std::ops::Range;

use crate::chars::is_solid;
use crate::fold::fold_str;
pub use crate::segment::check::{Concern, Remark, check_dicts};
use crate::segment::cut::Dictionary;
pub use crate::segment::cut::Room;
use crate::segment::emit::Pieces;
pub(crate) use crate::segment::known::{each_known, is_known, known_at};
pub use crate::segment::lexicon::{EDITION, TERMS, Term, term};
pub use crate::segment::user::{BadLine, UserWord, normal_dict, parse_dict};

/// Names the segmenter and its dictionaries; the number is [`EDITION`].
const VERSION: &str = "jieba-rs 0.11 default-dict+folded+lexicon-1 search parts no-hmm";

/// Names the segmenter, its dictionaries, every word of them and where its parts meet in the
/// identity of an index: which strings stand where is read off lists of these words.
pub fn version() -> String {
    format!("{VERSION} {:016x}", table::HASH)
}

/// A word and where it stands, in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The folded word, as it is indexed.
    pub text: String,
    /// Its bytes in the text, unfolded.
    pub bytes: Range<usize>,
}

/// Cuts text into words. The dictionary is part of the program and is not
/// loaded: making one takes microseconds, and some more for each user word.
#[derive(Debug)]
pub struct Segmenter {
    words: Dictionary,
    user: Vec<String>,
}

impl Segmenter {
    /// The default dictionary and the words of a user's own.
    pub fn new(user: &[UserWord]) -> Segmenter {
        let mut words = Dictionary::new();
        let mut room = Room::default();
        let mut names = Vec::new();
        for word in user {
            let count = word.freq.map(|freq| freq as u64);
            words.add(&word.word, count, &mut room);
            names.push(word.word.clone());
        }
        names.sort();
        Segmenter { words, user: names }
    }

    /// The words of a text, sorted by start, then end. What holds no letter,
    /// digit, hanzi or symbol is no word.
    pub fn words(&self, text: &str) -> Vec<Word> {
        sorted(|found| self.each(text, &mut Room::default(), found))
    }

    /// Calls `found` with each word of a text, folded, and its bytes in the text.
    pub fn each(&self, text: &str, room: &mut Room, mut found: impl FnMut(&str, Range<usize>)) {
        let mut found = |word: &str, bytes, _: u32| found(word, bytes);
        self.words.cut::<true>(text, room, &mut found);
    }

    /// The words of a text as they are indexed: those of [`Segmenter::words`] but for what stands
    /// across the parts of a longer word (`民法` in `人民法院`). Sorted in the same way.
    pub fn indexed(&self, text: &str) -> Vec<Word> {
        sorted(|found| self.each_indexed(text, &mut Room::default(), found))
    }

    /// Calls `found` with each of these words, folded, and its bytes in the text.
    pub fn each_indexed(&self, text: &str, room: &mut Room, found: impl FnMut(&str, Range<usize>)) {
        self.words.cut::<true>(text, room, &mut Indexed(found));
    }

    /// Calls `found` with each word of a text that is indexed, and with the words of the dictionary
    /// that stand there besides.
    pub fn each_met(&self, text: &str, room: &mut Room, found: impl FnMut(Met<'_>)) {
        self.words.cut::<true>(text, room, &mut Teller(found));
    }

    /// The word of the dictionary with a number; empty for a number that no word has.
    pub fn spell(number: u32) -> String {
        table::spell(number)
    }

    /// No word of the dictionary has more characters.
    pub const LONGEST: usize = table::LONGEST;

    /// Numbers of words are below this.
    pub const NUMBERS: usize = table::NUMBERS;

    /// Calls `found` with each piece of a text, folded, one after the other, as a
    /// reader cuts them, punctuation included, and its bytes in the text.
    pub fn pieces(&self, text: &str, room: &mut Room, mut found: impl FnMut(&str, Range<usize>)) {
        let mut found = |piece: &str, bytes, _: u32| found(piece, bytes);
        self.words.cut::<false>(text, room, &mut found);
    }

    /// The count that keeps a folded word whole, by jieba's rules.
    pub fn suggested(&self, word: &str) -> u64 {
        self.words.suggested(word, &mut Room::default())
    }

    /// The words of a text one after the other, as a reader cuts them: no word
    /// inside another, punctuation included.
    pub fn cut<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let mut pieces = Vec::new();
        self.pieces(text, &mut Room::default(), |_, bytes| {
            pieces.push(&text[bytes]);
        });
        pieces
    }

    /// Where a word comes from.
    pub fn origin(&self, word: &str) -> WordOrigin {
        let word = fold_str(word);
        if self.user.binary_search(&word).is_ok() {
            WordOrigin::User
        } else if let Some(term) = term(&word) {
            WordOrigin::Lexicon(term)
        } else if self.words.count(&word).is_some() {
            WordOrigin::Dictionary
        } else if !word.chars().any(is_solid) {
            WordOrigin::Punctuation
        } else {
            WordOrigin::Rule
        }
    }
}

/// The words that `each` calls its argument with, sorted by start, then end.
fn sorted(each: impl FnOnce(&mut dyn FnMut(&str, Range<usize>))) -> Vec<Word> {
    let mut words = Vec::new();
    each(&mut |word, bytes| {
        words.push(Word {
            text: word.to_owned(),
            bytes,
        });
    });
    words.sort_by_key(|word| (word.bytes.start, word.bytes.end));
    words
}

/// What [`Segmenter::each_met`] meets in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Met<'a> {
    /// A word, folded, and its number: the same for the same word, below
    /// [`Segmenter::NUMBERS`]. 0 stands for all the words that have none: those the
    /// dictionary lacks, and the user's own.
    Word(&'a str, u32),
    /// The number of a word of two characters or more, none of ASCII, that stands there though it
    /// was not handed out with its number: `国人` in `中国人民`.
    Passed(u32),
    /// The byte of a character with which such a word may begin that goes on behind a blank, a
    /// quote mark or the end of the text: who knows what follows may look.
    Open(usize),
}

struct Indexed<F>(F);

impl<F: FnMut(&str, Range<usize>)> Pieces for Indexed<F> {
    const PARTS: bool = true;

    #[inline]
    fn piece(&mut self, piece: &str, bytes: Range<usize>, _: u32) {
        (self.0)(piece, bytes);
    }
}

struct Teller<F>(F);

impl<F: FnMut(Met<'_>)> Pieces for Teller<F> {
    const PASSED: bool = true;
    const PARTS: bool = true;

    #[inline]
    fn piece(&mut self, piece: &str, _: Range<usize>, number: u32) {
        (self.0)(Met::Word(piece, number));
    }

    #[inline]
    fn passed(&mut self, number: u32) {
        (self.0)(Met::Passed(number));
    }

    #[inline]
    fn open(&mut self, at: usize) {
        (self.0)(Met::Open(at));
    }
}

/// Why a piece of text is a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WordOrigin {
    /// It stands in the user's dictionary.
    User,
    /// It is a term of the lexicon that comes with jianbao.
    Lexicon(&'static Term),
    /// It stands in jieba's dictionary.
    Dictionary,
    /// No dictionary has it: a lone character, a run of letters or digits.
    Rule,
    /// It is no word at all.
    Punctuation,
}
