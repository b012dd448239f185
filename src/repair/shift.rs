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
use super::gbk;
use super::judge::Judge;
use super::pinyin;
pub(super) use run::Bytes;
use run::{Run, Slot};

/// Characters of context the judge sees on each side.
const CONTEXT: usize = 5;
/// Longest stretch that is read, in code points.
const LONGEST: usize = 120;
/// By how much (natural logarithm) the repair must beat the page as found.
const GAIN: f32 = 4.0;
/// By how much the chosen character must beat the next.
const CLEAR: f32 = 0.7;

/// By how much the plainest reading may be worse than the page as found, before it is given up.
const HOPELESS: f32 = 12.0;
/// Stretches a page may have, and one more for so many characters: damage hits
/// about one character of 500, and a page with many more is made of something else.
const STRETCHES: usize = 24;
const SPARSE: usize = 200;
/// Slots at a stretch's head that are settled anew for each choice of the first.
const HEAD: usize = 5;
/// By how much two characters must beat the one their outer bytes make.
const DROPPED: f32 = 1.5;
/// Choices for either of two such characters that are tried with those for the other.
const TOP: usize = 6;

const LOST: char = '\u{FFFD}';

pub(super) fn undo(page: &[char]) -> Vec<Change> {
    let mut out: Vec<Change> = Vec::new();
    let mut judge = None;
    let mut tries = 0;
    // What is read back was not folded with the rest of the page.
    let folded = !page.contains(&'，');
    // The page so far as it will be: the context of what comes next.
    let mut done: Vec<char> = Vec::new();
    let mut copied = 0;
    let mut at = 0;
    while at < page.len() {
        if page[at] != '?' || !at.checked_sub(1).is_some_and(|b| may_precede(page[b])) {
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
        match decide(page, at, &done, starts, judge, &mut tries) {
            Some((end, mut text)) => {
                if folded {
                    text.iter_mut().for_each(fold_mark);
                }
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
    tries: &mut usize,
) -> Option<(usize, Vec<char>)> {
    let left: Vec<char> = unbracketed(done, CONTEXT);
    // Where commas were put before marks, one right here makes the lost character a 。
    let doubled = judge.doubled();
    let stop = match done.last() {
        Some(',') if doubled => 4.0,
        _ if in_term(done) => -3.0,
        _ if doubled => -1.1, // one mark of three got none
        _ => 0.0,
    };
    let mut best: Option<(f32, usize, Vec<char>)> = None;
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
            let text = fill(&left, &run.slots, &right, judge, stop);
            if text.iter().all(|&c| c == LOST) {
                continue;
            }
            let whole: Vec<char> = left.iter().chain(&text).chain(&right).copied().collect();
            let gain = judge.score(&whole) - found + if sure { GAIN } else { 0.0 };
            if gain > GAIN && best.as_ref().is_none_or(|(score, ..)| gain > *score) {
                best = Some((gain, run.end, text));
            }
        }
    }
    best.map(|(_, end, text)| (end, text))
}

/// Makes a mark half-width, as on the page around it.
fn fold_mark(c: &mut char) {
    if matches!(c, '！' | '（' | '）' | '，' | '：' | '；' | '？') {
        *c = crate::fold::fold(*c);
    }
}

/// Whether a character may stand before the `?` of a shift.
fn may_precede(c: char) -> bool {
    !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, ',' | ')' | '?')
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

/// Chooses a character for every open slot. Where the first is open, its few
/// likeliest are each tried with what they make of the rest. `stop` is added to a 。 there.
fn fill(left: &[char], slots: &[Slot], right: &[char], judge: &Judge, stop: f32) -> Vec<char> {
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
fn plain(slot: &Slot) -> Vec<char> {
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

/// Whether a character may stand in a text that was encoded as GBK.
fn is_plausible(c: char) -> bool {
    is_han(c)
        || matches!(c, '　'..='』' | '〔'..='〗' | '‘'..='”' | '…' | '—' | '·' | '－' | '％' | '℃' | '○' | '×' | '～')
        || matches!(c, '\u{FF01}'..='\u{FF5E}')
}
