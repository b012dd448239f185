//! A byte put between the two bytes of a character, and all that follows read
//! one byte off: `當(dāng)?shù)亻_展` was 當地開展, `出?!睗O船` was 出海”漁船.
//!
//! The page was encoded as GBK, `,` was put before marks and pinyin behind
//! characters by a replacement that looked at bytes and not at characters, and
//! the result was decoded with `?` for every pair that is none. So a `?` holds
//! the first half of a character, and the second halves pair up wrongly until
//! an ASCII byte. [`run`] reads such a stretch back; what the bytes leave open
//! the judge chooses, and what it can't choose is U+FFFD.

mod choose;
mod lost;
mod run;

use super::chars::is_han;
use super::edits::Change;
use super::judge::Judge;
use super::pinyin;
use choose::{Hints, fill, is_open, plain};
pub(super) use lost::likeliest;
use run::{Run, Slot};

/// Characters of context the judge sees on each side.
const CONTEXT: usize = 5;
/// Longest stretch that is read, in code points.
const LONGEST: usize = 120;
/// Characters in which an opened quotation is looked for.
const QUOTED: usize = 300;
/// By how much (natural logarithm) the repair must beat the page as found.
const GAIN: f32 = 4.0;

/// By how much the plainest reading may be worse than the page as found, before it is given up.
const HOPELESS: f32 = 12.0;
/// Stretches a page may have, and one more for so many characters: damage hits
/// about one character of 500, and a page with many more is made of something else.
const STRETCHES: usize = 24;
const SPARSE: usize = 200;

const LOST: char = '\u{FFFD}';

pub(super) fn undo(page: &[char]) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    let mut judge = None;
    let mut tries = 0;
    // What is read back was not folded with the rest of the page.
    let folded = !page.contains(&'，');
    // The page so far as it will be: the context of what comes next.
    let mut done: Vec<char> = Vec::new();
    let title = page.iter().position(|&c| c == '\n').unwrap_or(page.len());
    let mut copied = 0;
    let mut at = 0;
    while at < page.len() {
        if page[at] != '?' || at.checked_sub(1).is_some_and(|b| !may_precede(page[b])) {
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
        if tries > STRETCHES + page.len() / SPARSE {
            return Vec::new();
        }
        let start = at;
        match decide(page, at, &done, starts, judge, at > title, &mut tries) {
            Some(mut reading) => {
                if folded {
                    reading.text.iter_mut().for_each(fold_mark);
                }
                done.extend_from_slice(&reading.text);
                at = reading.end;
                copied = at;
                out.push(Change {
                    kind: "",
                    start,
                    end: at,
                    to: reading.text,
                    candidates: reading.candidates,
                });
            }
            None => at += 1,
        }
    }
    out
}

/// What a stretch was, as far as can be told.
struct Reading {
    /// One past its last character in the page.
    end: usize,
    text: Vec<char>,
    /// For each character of `text` that is lost, what it may have been.
    candidates: Vec<Vec<char>>,
}

/// The best reading of the stretch at `at`, if it beats the page as found.
fn decide(
    page: &[char],
    at: usize,
    done: &[char],
    starts: Vec<Run>,
    judge: &Judge,
    in_body: bool,
    tries: &mut usize,
) -> Option<Reading> {
    let left: Vec<char> = unbracketed(done, CONTEXT);
    // Where commas were put before marks, one right here makes the lost character a 。
    let doubled = judge.doubled();
    let stop = match done.last() {
        Some(',') if doubled => 4.0,
        _ if in_term(done) => -3.0,
        _ if doubled => -1.1, // one mark of three got none
        _ => 0.0,
    };
    let far = done.len().saturating_sub(QUOTED);
    let hints = Hints {
        stop,
        open: is_open(&done[far..], false),
    };
    let mut best: Option<(f32, Run, Vec<Vec<char>>)> = None;
    for start in starts {
        let sure = start.sure;
        for run in run::follow(page, start, LONGEST) {
            // Marks and letters alone are no stretch: `?;A`.
            if !sure && !judge.doubled() && page[at + 1..run.end].iter().all(char::is_ascii) {
                continue;
            }
            let right = bare(&page[run.end..], CONTEXT);
            let found: Vec<char> = left
                .iter()
                .chain(&bare(&page[at..run.end], LONGEST))
                .chain(&right)
                .copied()
                .collect();
            let found = judge.score(&found);
            // Sound text read one byte off is nonsense: no need to choose among its readings.
            let naive: Vec<char> = left
                .iter()
                .copied()
                .chain(run.slots.iter().flat_map(plain))
                .chain(right.iter().copied())
                .collect();
            if !sure && judge.score(&naive) < found - HOPELESS {
                continue;
            }
            *tries += 1;
            let mut slots = fill(&left, &run.slots, &right, judge, hints);
            mark_lines(&run.slots, &mut slots, in_body && judge.breaks());
            let text = slots.concat();
            if text.iter().all(|&c| c == LOST) {
                continue;
            }
            let whole: Vec<char> = left.iter().chain(&text).chain(&right).copied().collect();
            let gain = judge.score(&whole) - found + if sure { GAIN } else { 0.0 };
            if gain > GAIN && best.as_ref().is_none_or(|(score, ..)| gain > *score) {
                best = Some((gain, run, slots));
            }
        }
    }
    let (_, run, text) = best?;
    let right = bare(&page[run.end..], CONTEXT);
    Some(Reading {
        end: run.end,
        candidates: lost::candidates(&left, &run.slots, &text, &right, judge, hints),
        text: text.concat(),
    })
}

/// Line breaks that were eaten stay where a sentence ends, in a text that breaks
/// its lines so; elsewhere no one can tell what was eaten.
fn mark_lines(slots: &[Slot], text: &mut [Vec<char>], breaks: bool) {
    for i in 0..slots.len() {
        if slots[i] != Slot::Line {
            continue;
        }
        let before = i.checked_sub(1).and_then(|b| text[b].last());
        if !breaks || !matches!(before, Some('。' | '！' | '？' | '”')) {
            text[i] = vec![LOST];
        }
    }
}

/// Makes a mark half-width, as on the page around it.
fn fold_mark(c: &mut char) {
    if matches!(c, '！' | '（' | '）' | '，' | '：' | '；' | '？') {
        *c = crate::fold::fold(*c);
    }
}

/// Whether a character may stand before the `?` of a shift.
fn may_precede(c: char) -> bool {
    !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, ',' | ')' | '?' | '\n' | '%')
}

/// Whether a quotation was opened a few characters ago with no mark since: a term, which no 。 ends.
fn in_term(done: &[char]) -> bool {
    let near = unbracketed(done, 8);
    let hanzi = near.iter().rev().take_while(|&&c| is_han(c)).count();
    near.len() > hanzi && near[near.len() - hanzi - 1] == '“'
}

/// Up to `count` characters before a place, brackets of pinyin and inserted commas left out.
fn unbracketed(done: &[char], count: usize) -> Vec<char> {
    let done = &done[done.len().saturating_sub(LONGEST)..];
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
    let rest = &rest[..rest.len().min(2 * LONGEST)];
    let mut out = Vec::with_capacity(count);
    let mut at = 0;
    while at < rest.len() && out.len() < count && rest[at] != '\n' {
        if rest[at] == '('
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

/// Whether a character may stand in a text that was encoded as GBK.
pub(super) fn is_plausible(c: char) -> bool {
    is_han(c)
        || matches!(c, '　'..='』' | '〔'..='〗' | '‘'..='”' | '…' | '—' | '·' | '－' | '％' | '℃' | '○' | '×' | '～')
        || matches!(c, '\u{FF01}'..='\u{FF5E}')
}
