//! What the bytes of a stretch leave open, the judge chooses between its neighbours.

use super::run::{Bytes, Slot};
use super::{CONTEXT, LOST};
use crate::repair::gbk;
use crate::repair::judge::Judge;

/// Slots at a stretch's head that are settled anew for each choice of the first.
const HEAD: usize = 5;
/// By how much two characters must beat the one their outer bytes make.
const DROPPED: f32 = 2.2;
/// Choices for either of two such characters that are tried with those for the other.
const TOP: usize = 6;
/// By how much the chosen character must beat the next.
const CLEAR: f32 = 0.7;

/// Chooses a character for every open slot. Where the first is open, its few
/// likeliest are each tried with what they make of the rest. `stop` is added to a 。 there.
pub(super) fn fill(
    left: &[char],
    slots: &[Slot],
    right: &[char],
    judge: &Judge,
    stop: f32,
) -> Vec<char> {
    let Some(Slot::OneOf(choices)) = slots.first() else {
        return settle(left, slots, right, judge);
    };
    let bonus = |c: char| if c == '。' { stop } else { 0.0 };
    let after: Vec<char> = slots[1..]
        .iter()
        .flat_map(plain)
        .chain(right.iter().copied())
        .take(CONTEXT)
        .collect();
    let ranked = |after: &[char]| {
        let mut list: Vec<(f32, char)> = choices
            .iter()
            .map(|&c| {
                let window: Vec<char> = left
                    .iter()
                    .copied()
                    .chain([c])
                    .chain(after.iter().copied())
                    .collect();
                (judge.score(&window) + bonus(c), c)
            })
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
            let text = settle(left, &head, &rest, judge);
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
    let mut text = settle(left, &slots, right, judge);
    if !clear && let Some(first) = text.first_mut() {
        *first = LOST;
    }
    text
}

/// Chooses a character for every open slot, from left to right, and once more
/// when every choice can see the choices behind it.
fn settle(left: &[char], slots: &[Slot], right: &[char], judge: &Judge) -> Vec<char> {
    let mut chosen: Vec<Vec<char>> = slots.iter().map(plain).collect();
    for _ in 0..2 {
        let mut before: Vec<char> = left.to_vec();
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
                Slot::Known(_) | Slot::Lost => {}
                Slot::Pair(two) => chosen[i] = pair(&before[from..], two, &after, judge),
                Slot::OneOf(choices) => {
                    chosen[i] = vec![choose(&before[from..], choices, &after, judge)]
                }
            }
            before.extend_from_slice(&chosen[i]);
        }
    }
    chosen.concat()
}

/// A slot before anything was chosen.
pub(super) fn plain(slot: &Slot) -> Vec<char> {
    vec![match slot {
        Slot::Known(c) => *c,
        Slot::Pair(two) => two.one().unwrap_or(LOST),
        Slot::OneOf(choices) if choices.len() < 4 => choices.first().copied().unwrap_or(LOST),
        Slot::OneOf(_) | Slot::Lost => LOST,
    }]
}

/// One character of two known bytes, or two whose inner bytes were dropped, if they read clearly better.
fn pair(before: &[char], two: &Bytes, after: &[char], judge: &Judge) -> Vec<char> {
    let score = |middle: &[char]| {
        let window: Vec<char> = before.iter().chain(middle).chain(after).copied().collect();
        judge.score(&window)
    };
    let one = two.one();
    let plain = one.map_or(f32::NEG_INFINITY, |c| score(&[c]));
    let halves = judge.halves(two);
    // Each half by itself, then the best of both and every pair that is a word.
    let top = |list: &[(char, u8)], window: &dyn Fn(char) -> Vec<char>| {
        let mut scored: Vec<(f32, (char, u8))> = list
            .iter()
            .map(|&it| (judge.score(&window(it.0)), it))
            .collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        scored
            .into_iter()
            .take(TOP)
            .map(|(_, it)| it)
            .collect::<Vec<_>>()
    };
    let left = top(&halves.first, &|c| {
        before.iter().copied().chain([c]).collect()
    });
    let right = top(&halves.second, &|c| {
        [c].into_iter().chain(after.iter().copied()).collect()
    });
    let mut best = (plain + DROPPED, None);
    let mut consider = |a: char, b: char| {
        let found = score(&[a, b]);
        if found > best.0 {
            best = (found, Some([a, b]));
        }
    };
    for &a in &left {
        for &b in right.iter().filter(|b| gbk::vanishes(a.1, b.1)) {
            consider(a.0, b.0);
        }
    }
    for &(a, b) in &halves.words {
        consider(a, b);
    }
    match (best.1, one) {
        (Some(two), _) => two.to_vec(),
        (None, Some(c)) => vec![c],
        (None, None) => vec![LOST, LOST],
    }
}

/// The choice that reads best between its neighbours; [`LOST`] when no one clearly does.
fn choose(before: &[char], choices: &[char], after: &[char], judge: &Judge) -> char {
    let mut window: Vec<char> = before.to_vec();
    let place = window.len();
    window.push(LOST);
    window.extend_from_slice(after);
    let mut best = (f32::NEG_INFINITY, LOST);
    let mut next = f32::NEG_INFINITY;
    for &c in choices {
        window[place] = c;
        let score = judge.score(&window);
        if score > best.0 {
            next = best.0;
            best = (score, c);
        } else if score > next {
            next = score;
        }
    }
    if best.0 - next >= CLEAR { best.1 } else { LOST }
}
