//! The likeliest way to cut a text: jieba's, without its hidden Markov model.
//!
//! The words that begin at a character are looked up and weighed in one go,
//! from the end of a run of characters to its beginning, so no graph of them is
//! kept; what is cut is the same, to the last bit of each sum. Text is folded
//! on the way, character by character.

use std::ops::Range;

use crate::chars::is_solid;
use crate::fold::fold;
use crate::segment::block::is_block;
use crate::segment::emit::{Pieces, Run, ends_words, is_joint};
use crate::segment::table::{self, Node, WORDS};
use crate::segment::user::Overlay;

/// Room that is used again from text to text.
#[derive(Debug, Default, Clone)]
pub struct Room {
    pub(super) chars: Vec<Char>,
    pub(super) steps: Vec<Step>,
    /// The run as it is folded, and where its characters stand in that; empty
    /// unless folding changed one of them.
    pub(super) folded: String,
    pub(super) places: Vec<usize>,
}

/// Characters beyond which the room is given back after a text.
const KEPT: usize = 1 << 16;

/// A character of the run at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Char {
    /// Folded.
    pub(super) c: char,
    pub(super) code: u16,
    /// Its first byte in the text.
    pub(super) at: usize,
}

/// What follows from a character on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    /// Logarithm of the likelihood of the rest of the run.
    rest: f64,
    /// Characters of the word that is cut here.
    pub(super) len: u32,
    /// Its number in the table, 0 for none.
    pub(super) number: u32,
    /// The words of the table that begin here: a bit for each number of characters. And
    /// [`OPEN`], where one might go on behind the run.
    pub(super) known: u32,
    /// The numbers of the words of two characters from here on, and of three:
    /// [`NO_WORD`] where there is none.
    pub(super) inner: [u32; 2],
}

/// Two or three characters are no word.
pub(super) const NO_WORD: u32 = u32::MAX;

/// The run ended before the walk from a character did.
pub(super) const OPEN: u32 = 1 << 31;
// The others are bits for as many characters.
const _: () = assert!(table::LONGEST < 31);

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

    /// Whether a user's words lie over the table.
    pub(super) fn has_overlay(&self) -> bool {
        self.overlay.is_some()
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
