//! What the bytes of a stretch leave open, the judge chooses between its neighbours.

use std::collections::HashMap;
use std::rc::Rc;

use super::run::{Bytes, Slot};
use super::{CONTEXT, LOST};
use crate::repair::gbk;
use crate::repair::judge::{Frame, Half, Judge};

/// Slots at a stretch's head that are settled anew for each choice of the first.
const HEAD: usize = 5;
/// By how much two characters must beat the one their outer bytes make.
const DROPPED: f32 = 2.2;
/// Choices for either of two such characters that are tried with those for the other.
const TOP: usize = 6;
/// By how much the chosen character must beat the next.
const CLEAR: f32 = 0.7;

/// What the text before a stretch says of it.
#[derive(Clone, Copy)]
pub(super) struct Hints {
    /// How much likelier a 。 is as its first character.
    pub(super) stop: f32,
    /// Whether a quotation is open.
    pub(super) open: bool,
}

/// Whether a quotation is open behind this text, if one was `open` before it.
pub(super) fn is_open(text: &[char], open: bool) -> bool {
    let last = text.iter().rev().find(|c| matches!(c, '“' | '”'));
    last.map_or(open, |&c| c == '“')
}

/// What it adds to a quotation mark that one is open, or none.
pub(super) fn closing(c: char, open: bool) -> f32 {
    match (c, open) {
        ('”', true) => 1.5,
        ('”', false) | ('“', true) => -2.0,
        _ => 0.0,
    }
}

/// Chooses a character for every open slot. Where the first is open, its few
/// likeliest are each tried with what they make of the rest. `hints.stop` is added to a 。 there.
/// The outcome has the characters of each slot.
pub(super) fn fill(
    left: &[char],
    slots: &[Slot],
    right: &[char],
    judge: &Judge,
    hints: Hints,
) -> Vec<Vec<char>> {
    let mut asked = Asked::default();
    let Some(Slot::OneOf(choices)) = slots.first() else {
        return settle(left, slots, right, judge, hints.open, &mut asked);
    };
    let bonus = |c: char| if c == '。' { hints.stop } else { 0.0 };
    let after: Vec<char> = slots[1..]
        .iter()
        .flat_map(plain)
        .chain(right.iter().copied())
        .take(CONTEXT)
        .collect();
    let ranked = |after: &[char]| {
        let frame = Frame::new(judge, left, after);
        let mut list: Vec<(f32, char)> = choices
            .iter()
            .map(|&c| (frame.score(&[c]) + bonus(c), c))
            .collect();
        list.sort_by(|a, b| b.0.total_cmp(&a.0));
        list.truncate(TOP);
        list
    };
    let mut tried: Vec<char> = ranked(&after)
        .into_iter()
        .chain(ranked(&[]))
        .map(|(_, c)| c)
        .collect();
    tried.sort_unstable();
    tried.dedup();
    let mut found: Vec<(f32, char)> = tried
        .into_iter()
        .map(|c| {
            let mut head = slots[..slots.len().min(HEAD)].to_vec();
            head[0] = Slot::Known(c);
            let rest: Vec<char> = slots[head.len()..]
                .iter()
                .flat_map(plain)
                .chain(right.iter().copied())
                .take(CONTEXT)
                .collect();
            let text = settle(left, &head, &rest, judge, hints.open, &mut asked).concat();
            let whole: Vec<char> = left.iter().chain(&text).chain(&rest).copied().collect();
            (judge.score(&whole) + bonus(c), c)
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let clear = match found.as_slice() {
        [best, next, ..] => best.0 - next.0 >= CLEAR,
        _ => true,
    };
    let mut slots = slots.to_vec();
    slots[0] = Slot::Known(found.first().map_or(LOST, |best| best.1));
    let mut text = settle(left, &slots, right, judge, hints.open, &mut asked);
    if !clear && let Some(first) = text.first_mut() {
        *first = vec![LOST];
    }
    text
}

/// Halves, each with its score.
type Ranked = Rc<[(f32, Half)]>;

/// What was asked of [`pair`] for the slots of one stretch: the same few
/// neighbours come again for each choice of the first slot and in each pass.
#[derive(Default)]
struct Asked {
    /// Slot, characters before, characters after; how many of them stand before.
    pairs: HashMap<(usize, usize, Vec<char>), Vec<char>>,
    /// Slot and characters after.
    seconds: HashMap<(usize, Vec<char>), Ranked>,
}

/// Chooses a character for every open slot, from left to right, and once more
/// when every choice can see the choices behind it.
fn settle(
    left: &[char],
    slots: &[Slot],
    right: &[char],
    judge: &Judge,
    open: bool,
    asked: &mut Asked,
) -> Vec<Vec<char>> {
    let mut chosen: Vec<Vec<char>> = slots.iter().map(plain).collect();
    for _ in 0..2 {
        let mut before: Vec<char> = left.to_vec();
        let mut open = open;
        for (i, slot) in slots.iter().enumerate() {
            let from = before.len().saturating_sub(CONTEXT);
            let after: Vec<char> = chosen[i + 1..]
                .iter()
                .flatten()
                .chain(right)
                .take(CONTEXT)
                .copied()
                .collect();
            match slot {
                Slot::Known(_) | Slot::Lost | Slot::Line => {}
                Slot::Pair(two) => {
                    let around = before[from..].iter().chain(&after).copied().collect();
                    let key = (i, before.len() - from, around);
                    chosen[i] = match asked.pairs.get(&key) {
                        Some(known) => known.clone(),
                        None => {
                            let seconds = asked
                                .seconds
                                .entry((i, after.clone()))
                                .or_insert_with(|| seconds(two, &after, judge));
                            let found = pair(&before[from..], two, &after, judge, seconds);
                            asked.pairs.insert(key, found.clone());
                            found
                        }
                    }
                }
                Slot::OneOf(choices) => {
                    chosen[i] = vec![choose(&before[from..], choices, &after, judge, open)]
                }
            }
            open = is_open(&chosen[i], open);
            before.extend_from_slice(&chosen[i]);
        }
    }
    chosen
}

/// A slot before anything was chosen.
pub(super) fn plain(slot: &Slot) -> Vec<char> {
    vec![match slot {
        Slot::Known(c) => *c,
        Slot::Line => '\n',
        Slot::Pair(two) => two.one().unwrap_or(LOST),
        Slot::OneOf(choices) if choices.len() < 4 => choices.first().copied().unwrap_or(LOST),
        Slot::OneOf(_) | Slot::Lost => LOST,
    }]
}

/// One character of two known bytes, or two whose inner bytes were dropped, if they read clearly better.
/// `seconds` are the likeliest for the second of the two.
fn pair(
    before: &[char],
    two: &Bytes,
    after: &[char],
    judge: &Judge,
    seconds: &Ranked,
) -> Vec<char> {
    let frame = Frame::new(judge, before, after);
    let one = two.one();
    let plain = one.map_or(f32::NEG_INFINITY, |c| frame.score(&[c]));
    let halves = two.dropped();
    // Each half by itself, then the best of both and every pair that is a word.
    let firsts = top(halves.first, &Frame::new(judge, before, &[]));
    let mut best = (plain + DROPPED, None);
    let mut consider = |a: char, b: char| {
        let found = frame.score(&[a, b]);
        if found > best.0 {
            best = (found, Some([a, b]));
        }
    };
    for &(_, a) in firsts.iter() {
        for &(_, b) in seconds.iter().filter(|(_, b)| gbk::vanishes(a.1, b.1)) {
            consider(a.0, b.0);
        }
    }
    for &(a, b) in halves.words.iter().filter(|w| two.fits(w.1)) {
        consider(a, b);
    }
    match (best.1, one) {
        (Some(two), _) => two.to_vec(),
        (None, Some(c)) => vec![c],
        (None, None) => vec![LOST, LOST],
    }
}

/// The likeliest few of these halves.
fn top(list: &[Half], frame: &Frame<'_>) -> Ranked {
    let mut scored: Vec<(f32, Half)> = list.iter().map(|&it| (frame.score(&[it.0]), it)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    scored.truncate(TOP);
    scored.into()
}

/// The likeliest few second halves, by what stands behind them.
fn seconds(two: &Bytes, after: &[char], judge: &Judge) -> Ranked {
    top(&two.dropped().second, &Frame::new(judge, &[], after))
}

/// The choice that reads best between its neighbours; [`LOST`] when no one clearly does.
fn choose(before: &[char], choices: &[char], after: &[char], judge: &Judge, open: bool) -> char {
    let frame = Frame::new(judge, before, after);
    let mut best = (f32::NEG_INFINITY, LOST);
    let mut next = f32::NEG_INFINITY;
    for &c in choices {
        let score = frame.score(&[c]) + closing(c, open);
        if score > best.0 {
            next = best.0;
            best = (score, c);
        } else if score > next {
            next = score;
        }
    }
    if best.0 - next >= CLEAR { best.1 } else { LOST }
}
