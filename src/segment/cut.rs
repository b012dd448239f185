//! The likeliest way to cut a text: jieba's, without its hidden Markov model.
//!
//! The words that begin at a character are looked up and weighed in one go,
//! from the end of a run of characters to its beginning, so no graph of them is
//! kept; what is cut is the same, to the last bit of each sum. Text is folded
//! on the way, character by character.

use std::ops::Range;

use crate::chars::{Reader, Unit, is_solid};
use crate::fold::fold;
use crate::segment::block::is_block;
use crate::segment::table::{self, Node, WORDS};
use crate::segment::user::Overlay;

/// Room that is used again from text to text.
#[derive(Debug, Default, Clone)]
pub struct Room {
    chars: Vec<Char>,
    steps: Vec<Step>,
    /// The run as it is folded, and where its characters stand in that; empty
    /// unless folding changed one of them.
    folded: String,
    places: Vec<usize>,
}

/// Characters beyond which the room is given back after a text.
const KEPT: usize = 1 << 16;

/// A character of the run at hand.
#[derive(Debug, Clone, Copy)]
struct Char {
    /// Folded.
    c: char,
    code: u16,
    /// Its first byte in the text.
    at: usize,
}

/// What follows from a character on.
#[derive(Debug, Clone, Copy)]
struct Step {
    /// Logarithm of the likelihood of the rest of the run.
    rest: f64,
    /// Characters of the word that is cut here.
    len: u32,
    /// Its number in the table, 0 for none.
    number: u32,
    /// The words of the table that begin here: a bit for each number of characters. And
    /// [`OPEN`], where one might go on behind the run.
    known: u32,
    /// The numbers of the words of two characters from here on, and of three:
    /// [`NO_WORD`] where there is none.
    inner: [u32; 2],
}

/// Two or three characters are no word.
const NO_WORD: u32 = u32::MAX;

/// The run ended before the walk from a character did.
const OPEN: u32 = 1 << 31;
// The others are bits for as many characters.
const _: () = assert!(table::LONGEST < 31);

/// Who is told of the pieces of a text.
pub(super) trait Pieces {
    /// Whether it wants to hear of words that the cut passes over.
    const PASSED: bool = false;

    /// A piece, folded, its bytes in the text, and its number: the same for the same
    /// piece, below [`table::NUMBERS`], 0 for all that the table lacks.
    fn piece(&mut self, piece: &str, bytes: Range<usize>, number: u32);

    /// The number of a word of the table, of two characters or more and none of ASCII, that
    /// stands in a run though it is no piece with a number there.
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

impl Default for Step {
    fn default() -> Self {
        Step {
            rest: 0.0,
            len: 0,
            number: 0,
            known: 0,
            inner: [NO_WORD; 2],
        }
    }
}

/// The words that are known and how often each is met.
#[derive(Debug)]
pub(super) struct Dictionary {
    overlay: Option<Overlay>,
    total: u64,
    log_total: f64,
}

impl Dictionary {
    pub(super) fn new() -> Dictionary {
        Dictionary {
            overlay: None,
            total: table::total(),
            log_total: (table::total() as f64).ln(),
        }
    }

    /// How often a folded word is met; `None` when it is not known.
    pub(super) fn count(&self, word: &str) -> Option<u64> {
        let added = self.overlay.as_ref().and_then(|words| words.find(word));
        added.or_else(|| table::count(word))
    }

    /// The number of a folded word that the table has; 0 for one that it lacks, or
    /// that the user laid over it: those have numbers in no run either.
    pub(super) fn number(&self, word: &str) -> u32 {
        let added = self.overlay.as_ref().and_then(|words| words.find(word));
        match added {
            Some(_) => 0,
            None => table::number(word),
        }
    }

    /// Adds a folded word by jieba's rules; without a count it gets one that
    /// keeps it whole.
    pub(super) fn add(&mut self, word: &str, count: Option<u64>, room: &mut Room) {
        if word.is_empty() {
            return;
        }
        let count = count.unwrap_or_else(|| self.suggested(word, room));
        let before = self.count(word).unwrap_or_default();
        self.overlay
            .get_or_insert_with(Overlay::default)
            .insert(word, count);
        self.total = self.total.wrapping_add(count).wrapping_sub(before);
        self.log_total = (self.total as f64).ln();
    }

    /// A count that keeps a folded word whole.
    pub(super) fn suggested(&self, word: &str, room: &mut Room) -> u64 {
        let mut sum = 0.0_f64;
        let mut add = |part: &str, _: Range<usize>, _: u32| {
            sum = sum + (self.count(part).unwrap_or(1) as f64).ln() - self.log_total;
        };
        self.cut::<false>(word, room, &mut add);
        let joined = ((sum + self.log_total).exp() as u64).wrapping_add(1);
        joined.max(self.count(word).unwrap_or(1))
    }

    /// Tells `found` of each piece of a text.
    ///
    /// With `SEARCH` these are words to be searched for, the words inside a word
    /// before it, nothing that holds no letter, digit, hanzi or symbol; otherwise
    /// everything, one piece after the other.
    pub(super) fn cut<const SEARCH: bool>(
        &self,
        text: &str,
        room: &mut Room,
        found: &mut impl Pieces,
    ) {
        let mut run = Run {
            text,
            changed: false,
            joined: false,
            closed: false,
        };
        room.chars.clear();
        let mut chars = text.char_indices();
        while let Some((at, c)) = chars.next() {
            if let Some(code) = table::plain_code(c) {
                run.joined |= is_joint(c);
                room.chars.push(Char { c, code, at });
                continue;
            }
            let folded = fold(c);
            if is_block(folded) {
                run.changed |= folded != c;
                run.joined |= is_joint(folded);
                let code = table::code(folded);
                let c = folded;
                room.chars.push(Char { c, code, at });
                continue;
            }
            run.closed = ends_words(folded);
            self.finish::<SEARCH>(&mut run, at, room, found);
            if SEARCH && !is_solid(folded) {
                continue;
            }
            if !run.closed {
                found.open(at);
            }
            let mut end = at + c.len_utf8();
            if c == '\r' && text[end..].starts_with('\n') {
                chars.next();
                end += 1;
            }
            if folded == c {
                found.piece(&text[at..end], at..end, 0);
            } else {
                found.piece(folded.encode_utf8(&mut [0; 4]), at..end, 0);
            }
        }
        run.closed = false;
        self.finish::<SEARCH>(&mut run, text.len(), room, found);
        if room.chars.capacity() > KEPT {
            *room = Room::default();
        }
    }

    /// Cuts the run of characters that ends before the byte `end`.
    #[inline]
    fn finish<const SEARCH: bool>(
        &self,
        run: &mut Run<'_>,
        end: usize,
        room: &mut Room,
        found: &mut impl Pieces,
    ) {
        let count = room.chars.len();
        if count == 0 {
            return;
        }
        // A character that ends every word.
        room.chars.push(Char {
            c: '\0',
            code: 0,
            at: end,
        });
        room.steps.clear();
        room.steps.resize(count + 1, Step::default());
        match &self.overlay {
            None => self.weigh(&room.chars, &mut room.steps),
            Some(overlay) => self.weigh_all(overlay, &room.chars, &mut room.steps),
        }
        if run.changed {
            room.folded.clear();
            room.places.clear();
            for one in &room.chars {
                room.places.push(room.folded.len());
                room.folded.push(one.c);
            }
        }
        run.emit::<SEARCH, _>(self, room, found);
        room.chars.clear();
        run.changed = false;
        run.joined = false;
    }

    /// Finds the best cut with the words of the table alone.
    fn weigh(&self, chars: &[Char], steps: &mut [Step]) {
        for at in (0..chars.len() - 1).rev() {
            let mut best = f64::NEG_INFINITY;
            let mut step = Step::default();
            let mut node = Node::ROOT;
            for end in at..chars.len() {
                match WORDS.child(node, chars[end].code) {
                    Some(child) => node = child,
                    None => {
                        if end + 1 == chars.len() {
                            step.known |= OPEN;
                        }
                        break;
                    }
                }
                if node.value() != 0 {
                    step.known |= 1 << (end + 1 - at);
                    let rest = table::log(node.value()) - self.log_total + steps[end + 1].rest;
                    if rest >= best {
                        best = rest;
                        step.len = (end + 1 - at) as u32;
                        step.number = node.number();
                    }
                    match end - at {
                        1 => step.inner[0] = node.number(),
                        2 => step.inner[1] = node.number(),
                        _ => {}
                    }
                }
            }
            if step.len == 0 {
                best = 0.0 - self.log_total + steps[at + 1].rest;
                step.len = 1;
            }
            step.rest = best;
            steps[at] = step;
        }
    }

    /// The same with words laid over the table. A count may be 0 here, its
    /// logarithm without bounds.
    fn weigh_all(&self, overlay: &Overlay, chars: &[Char], steps: &mut [Step]) {
        for at in (0..chars.len() - 1).rev() {
            let mut step = Step::default();
            let mut known = Some(Node::ROOT);
            let mut added = (!overlay.lacks(chars[at].c)).then_some(0);
            for end in at..chars.len() - 1 {
                known = known.and_then(|node| WORDS.child(node, chars[end].code));
                if known.is_some_and(|node| node.value() != 0) {
                    step.known |= 1 << (end + 1 - at);
                }
                added = added.and_then(|node| overlay.child(node, chars[end].c));
                let (log, number) = match (added.and_then(|node| overlay.count(node)), known) {
                    (Some((_, log)), _) => (log, 0),
                    (None, Some(node)) if node.value() != 0 => {
                        (table::log(node.value()), node.number())
                    }
                    (None, None) if added.is_none() => break,
                    _ => continue,
                };
                let rest = log - self.log_total + steps[end + 1].rest;
                if step.len == 0 || rest >= step.rest {
                    step.rest = rest;
                    step.len = (end + 1 - at) as u32;
                    step.number = number;
                }
                match end - at {
                    1 => step.inner[0] = number,
                    2 => step.inner[1] = number,
                    _ => {}
                }
            }
            if step.len == 0 {
                step.rest = 0.0 - self.log_total + steps[at + 1].rest;
                step.len = 1;
            }
            if known.is_some() {
                step.known |= OPEN;
            }
            steps[at] = step;
        }
    }
}

/// A run of characters between two that stand in no word.
struct Run<'a> {
    text: &'a str,
    /// Folding changed one of its characters.
    changed: bool,
    /// It holds one of the marks that join letters and digits.
    joined: bool,
    /// No word goes on behind it.
    closed: bool,
}

impl Run<'_> {
    /// Hands out the pieces that were chosen.
    #[inline]
    fn emit<const SEARCH: bool, P: Pieces>(
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
                        if step.inner[index] != NO_WORD {
                            let (word, bytes) = piece(inner, inner + len);
                            if has_solid(word) {
                                found.piece(word, bytes, step.inner[index]);
                            }
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
            let told = match (dictionary.overlay.is_some(), left) {
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
fn pass(chars: &[Char], mut lengths: u32, found: &mut impl Pieces) {
    let mut node = Node::ROOT;
    for (before, one) in chars.iter().enumerate() {
        let Some(child) = WORDS.child(node, one.code).filter(|_| !one.c.is_ascii()) else {
            return;
        };
        node = child;
        let bit = 1 << (before + 1);
        if lengths & bit != 0 {
            found.passed(node.number());
            lengths &= !bit;
        }
        if lengths == 0 {
            return;
        }
    }
}

/// Whether no word that begins before a folded character goes on with it, or behind it.
fn ends_words(folded: char) -> bool {
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

fn is_joint(c: char) -> bool {
    matches!(c, '.' | '_' | '-')
}

/// [`is_solid`] for what stands in a run, without its table.
pub(super) fn has_solid(word: &str) -> bool {
    word.bytes()
        .any(|b| !matches!(b, b'#' | b'&' | b'.' | b'_' | b'%' | b'-'))
}
