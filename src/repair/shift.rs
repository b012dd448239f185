//! A byte put between the two bytes of a character, and all that follows read
//! one byte off: `當(dāng)?shù)亻_展` was 當地開展, `借船出?！编l` was 借船出海”鄉.
//!
//! The page was encoded as GBK, `,` was put before marks and pinyin behind
//! characters by a replacement that looked at bytes and not at characters, and
//! the result was decoded with `?` for every pair that is none. So a `?` holds
//! the first half of a character, and the second halves pair up wrongly until
//! an ASCII byte. [`run`] reads such a stretch back; what the bytes leave open
//! the judge chooses, and what it can't choose is U+FFFD.

mod run;

use super::chars::is_han;
use super::edits::Change;
use super::judge::Judge;
use super::pinyin;
use run::{Run, Slot};

/// Characters of context the judge sees on each side.
const CONTEXT: usize = 5;
/// Longest stretch that is read, in code points.
const LONGEST: usize = 400;
/// By how much (natural logarithm) the repair must beat the page as found.
const GAIN: f32 = 4.0;
/// By how much the chosen character must beat the next.
const CLEAR: f32 = 0.7;

const LOST: char = '\u{FFFD}';

pub(super) fn undo(page: &[char]) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    let mut judge = None;
    // The page so far as it will be: the context of what comes next.
    let mut done: Vec<char> = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while at < page.len() {
        if page[at] != '?' {
            at += 1;
            continue;
        }
        done.extend_from_slice(&page[copied..at]);
        copied = at;
        let starts = run::starts(page, at, pinyin::unread(&done));
        if starts.is_empty() {
            at += 1;
            continue;
        }
        let judge = judge.get_or_insert_with(|| Judge::new(page));
        match decide(page, at, &done, starts, judge) {
            Some((end, text)) => {
                done.extend_from_slice(&text);
                copied = end;
                out.push(Change {
                    kind: "",
                    start: at,
                    end,
                    to: text,
                });
                at = end;
            }
            None => at += 1,
        }
    }
    out
}

/// The best reading of the stretch at `at`, if it beats the page as found: its end and its text.
fn decide(
    page: &[char],
    at: usize,
    done: &[char],
    starts: Vec<Run>,
    judge: &Judge,
) -> Option<(usize, Vec<char>)> {
    let left: Vec<char> = unbracketed(done, CONTEXT);
    let mut best: Option<(f32, usize, Vec<char>)> = None;
    for start in starts {
        let sure = start.sure;
        for run in run::follow(page, start, LONGEST) {
            let right = bare(&page[run.end..], CONTEXT);
            let text = fill(&left, &run.slots, &right, judge);
            if text.iter().all(|&c| c == LOST) {
                continue;
            }
            let whole: Vec<char> = left.iter().chain(&text).chain(&right).copied().collect();
            let found: Vec<char> = left
                .iter()
                .chain(&page[at..run.end])
                .chain(&right)
                .copied()
                .collect();
            let gain = judge.score(&whole) - judge.score(&found) + if sure { GAIN } else { 0.0 };
            if gain > GAIN && best.as_ref().is_none_or(|(score, ..)| gain > *score) {
                best = Some((gain, run.end, text));
            }
        }
    }
    best.map(|(_, end, text)| (end, text))
}

/// Up to `count` characters before a place, brackets of pinyin and inserted commas left out.
fn unbracketed(done: &[char], count: usize) -> Vec<char> {
    let mut out = Vec::with_capacity(count);
    let mut end = done.len();
    while end > 0 && out.len() < count {
        if let Some(open) = pinyin::bracket_before(done, end) {
            end = open;
            continue;
        }
        end -= 1;
        if done[end] == '\n' {
            break;
        }
        if done[end] == ',' && out.is_empty() {
            continue;
        }
        out.push(done[end]);
    }
    out.reverse();
    out
}

/// Up to `count` characters from a place on, brackets of pinyin left out.
fn bare(rest: &[char], count: usize) -> Vec<char> {
    let mut out = Vec::with_capacity(count);
    let mut at = 0;
    while at < rest.len() && out.len() < count && rest[at] != '\n' {
        if rest[at] == '('
            && at > 0
            && let Some((end, _)) = pinyin::syllable(rest, at + 1)
        {
            at = end;
            continue;
        }
        out.push(rest[at]);
        at += 1;
    }
    out
}

/// Chooses a character for every open slot, from left to right.
fn fill(left: &[char], slots: &[Slot], right: &[char], judge: &Judge) -> Vec<char> {
    let mut text: Vec<char> = left.to_vec();
    for (i, slot) in slots.iter().enumerate() {
        match slot {
            Slot::Known(c) => text.push(*c),
            Slot::Lost => text.push(LOST),
            Slot::OneOf(choices) => {
                let known = slots[i + 1..].iter().map_while(|slot| match slot {
                    Slot::Known(c) => Some(*c),
                    Slot::Lost => Some(LOST),
                    Slot::OneOf(_) => None,
                });
                let after: Vec<char> = if slots[i + 1..]
                    .iter()
                    .any(|slot| matches!(slot, Slot::OneOf(_)))
                {
                    known.take(CONTEXT).collect()
                } else {
                    known.chain(right.iter().copied()).take(CONTEXT).collect()
                };
                text.push(choose(&text, choices, &after, judge));
            }
        }
    }
    text.split_off(left.len())
}

/// The choice that reads best between its neighbours; [`LOST`] when no one clearly does.
fn choose(before: &[char], choices: &[char], after: &[char], judge: &Judge) -> char {
    let mut window: Vec<char> = before[before.len().saturating_sub(CONTEXT)..].to_vec();
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

/// Whether a character may stand in a text that was encoded as GBK.
fn is_plausible(c: char) -> bool {
    is_han(c)
        || matches!(c, '　'..='』' | '〔'..='〗' | '‘'..='”' | '…' | '—' | '·' | '－' | '％' | '℃' | '○' | '×' | '～')
        || matches!(c, '\u{FF01}'..='\u{FF5E}')
}
