//! Hands out a run of characters as it was cut: its words, the words inside of them, and the
//! words of the dictionary that the cut passes over.

use std::ops::Range;

use crate::chars::{Reader, Unit};
use crate::segment::cut::{Char, Dictionary, NO_WORD, OPEN, Room};
use crate::segment::known::walk;
use crate::segment::table;

/// Who is told of the pieces of a text.
pub(super) trait Pieces {
    /// Whether it wants to hear of words that the cut passes over.
    const PASSED: bool = false;
    /// Whether words that stand across the joints of a word are passed over too.
    const PARTS: bool = false;

    /// A piece, folded, its bytes in the text, and its number: the same for the same
    /// piece, below [`table::NUMBERS`], 0 for all that the table lacks.
    fn piece(&mut self, piece: &str, bytes: Range<usize>, number: u32);

    /// The number of a word of the table, of two characters or more and none of ASCII, that
    /// stands in a run though it is no piece with a number there. Where a user's words decide,
    /// of every word that stands there: which pieces had a number is not looked at.
    fn passed(&mut self, _number: u32) {}

    /// The byte of a character with which a word may begin that ends behind its run:
    /// behind a blank or a quote mark, or the end of the text.
    fn open(&mut self, _at: usize) {}
}

impl<F: FnMut(&str, Range<usize>, u32)> Pieces for F {
    fn piece(&mut self, piece: &str, bytes: Range<usize>, number: u32) {
        self(piece, bytes, number);
    }
}

/// A run of characters between two that stand in no word.
pub(super) struct Run<'a> {
    pub(super) text: &'a str,
    /// Folding changed one of its characters.
    pub(super) changed: bool,
    /// It holds one of the marks that join letters and digits.
    pub(super) joined: bool,
    /// No word goes on behind it.
    pub(super) closed: bool,
}

impl Run<'_> {
    /// Hands out the pieces that were chosen.
    #[inline]
    pub(super) fn emit<const SEARCH: bool, P: Pieces>(
        &self,
        dictionary: &Dictionary,
        room: &Room,
        found: &mut P,
    ) {
        let (chars, steps) = (&room.chars, &room.steps);
        let piece = |from: usize, to: usize| {
            let bytes = chars[from].at..chars[to].at;
            if self.changed {
                (&room.folded[room.places[from]..room.places[to]], bytes)
            } else {
                (&self.text[bytes.clone()], bytes)
            }
        };
        let count = chars.len() - 1;
        let mut from = 0;
        while from < count {
            let mut to = from + steps[from].len as usize;
            let mut number = steps[from].number;
            // Letters and digits that are no words by themselves stay together.
            if to == from + 1 && chars[from].c.is_ascii_alphanumeric() {
                while to < count && steps[to].len == 1 && chars[to].c.is_ascii_alphanumeric() {
                    to += 1;
                }
                if to > from + 1 {
                    number = dictionary.number(piece(from, to).0);
                }
            }
            let (word, bytes) = piece(from, to);
            if P::PASSED {
                self.passed(dictionary, room, (from, to), found);
            }
            if SEARCH {
                if self.joined && word.contains(is_joint) {
                    let mut start = from;
                    for (end, one) in chars.iter().enumerate().take(to + 1).skip(from) {
                        if end == to || is_joint(one.c) {
                            let (part, bytes) = piece(start, end);
                            if is_part(part) {
                                found.piece(part, bytes, dictionary.number(part));
                            }
                            start = end + 1;
                        }
                    }
                }
                for (index, len) in [(0, 2), (1, 3)] {
                    if to - from <= len {
                        break;
                    }
                    for (inner, step) in steps.iter().enumerate().take(to - len + 1).skip(from) {
                        let part = step.inner[index];
                        if part == NO_WORD {
                            continue;
                        }
                        let place = inner - from..inner - from + len;
                        let (word, bytes) = piece(inner, inner + len);
                        if P::PARTS && !is_made_of_parts(number, to - from, part, place) {
                            // Where a user's words decide it is told of already.
                            if !dictionary.has_overlay() && !word.bytes().any(|b| b.is_ascii()) {
                                found.passed(part);
                            }
                        } else if has_solid(word) {
                            found.piece(word, bytes, part);
                        }
                    }
                }
                if !has_solid(word) {
                    from = to;
                    continue;
                }
            }
            found.piece(word, bytes, number);
            from = to;
        }
    }

    /// Tells of the words that the cut `from..to` passes over, and of what is open in it.
    #[inline]
    fn passed(
        &self,
        dictionary: &Dictionary,
        room: &Room,
        (from, to): (usize, usize),
        found: &mut impl Pieces,
    ) {
        for (at, step) in (from..to).zip(&room.steps[from..to]) {
            let left = to - at;
            // What is handed out has a number here; a user's word has none.
            let told = match (dictionary.has_overlay(), left) {
                (true, _) | (_, 1) => 0,
                (_, 2) => 0b100,
                _ => 0b1100,
            };
            let own = match at == from && told != 0 && left <= table::LONGEST {
                true => 1 << left,
                false => 0,
            };
            // One character is a piece by itself, or a part of one that is no word.
            let hidden = step.known & !(0b11 | OPEN | told | own);
            if hidden != 0 {
                pass(&room.chars[at..], hidden, found);
            }
            if step.known & OPEN != 0 && !self.closed {
                found.open(room.chars[at].at);
            }
        }
    }
}

/// Tells of the words that some characters begin with, of the lengths that have a bit.
#[cold]
fn pass(chars: &[Char], lengths: u32, found: &mut impl Pieces) {
    let codes = chars.iter().map(|one| match one.c.is_ascii() {
        true => 0,
        false => one.code,
    });
    walk(codes, |length, number| {
        if lengths >> length & 1 == 1 {
            found.passed(number);
        }
    });
}

/// Whether a word that stands in another of some characters is made of parts of it: it begins
/// where one does and ends where one does. So is every word of a user, and every word in one.
#[inline]
fn is_made_of_parts(number: u32, length: usize, part: u32, place: Range<usize>) -> bool {
    if number == 0 || part == 0 {
        return true;
    }
    let meet = |at: usize| {
        at == 0 || at == length || at > table::JOINTS || table::joints(number) >> (at - 1) & 1 == 1
    };
    meet(place.start) && meet(place.end)
}

/// Whether no word that begins before a folded character goes on with it, or behind it.
pub(super) fn ends_words(folded: char) -> bool {
    match Reader::default().read(folded) {
        None => false,
        Some(Unit::Char(c)) => c.is_ascii() || table::code(c) == 0,
        Some(Unit::Stop | Unit::Break) => true,
    }
}

/// Whether a part of a word like `a-1.b2` can be looked for by itself: two
/// characters or more, a letter among them.
fn is_part(part: &str) -> bool {
    part.len() >= 2 && part.bytes().any(|b| b.is_ascii_alphabetic())
}

pub(super) fn is_joint(c: char) -> bool {
    matches!(c, '.' | '_' | '-')
}

/// [`is_solid`] for what stands in a run, without its table.
pub(super) fn has_solid(word: &str) -> bool {
    word.bytes()
        .any(|b| !matches!(b, b'#' | b'&' | b'.' | b'_' | b'%' | b'-'))
}
