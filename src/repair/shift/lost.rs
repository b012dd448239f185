//! What a lost character may have been: the audit lists it, nobody chooses.

use super::choose::{Hints, closing, is_open};
use super::run::Slot;
use super::{CONTEXT, LOST};
use crate::fold::simplify;
use crate::repair::judge::{Frame, Half, Judge};

/// Candidates listed at most.
const MOST: usize = 10;
/// By how much (natural logarithm) the last that is listed may be worse than the first.
const FAR: f32 = 7.0;
/// What a number stands before, in simplified script.
const COUNTED: &str = "年月日号时点%％个名万亿千百多余元岁人家项次分位天公届条所户米吨件周倍成";

/// The candidates for each [`LOST`] in the text of the slots, in order, the likeliest first.
pub(super) fn candidates(
    left: &[char],
    slots: &[Slot],
    text: &[Vec<char>],
    right: &[char],
    judge: &Judge,
    hints: Hints,
) -> Vec<Vec<char>> {
    let mut out = Vec::new();
    let mut before = left.to_vec();
    for (i, (slot, chosen)) in slots.iter().zip(text).enumerate() {
        let near = &before[before.len().saturating_sub(CONTEXT)..];
        let after: Vec<char> = text[i + 1..]
            .iter()
            .flatten()
            .chain(right)
            .take(CONTEXT)
            .copied()
            .collect();
        match slot {
            Slot::Lost | Slot::Line if chosen.as_slice() == [LOST] => {
                out.push(eaten(near, &after, judge))
            }
            Slot::OneOf(choices) if chosen.as_slice() == [LOST] => {
                let stop = if i == 0 { hints.stop } else { 0.0 };
                let open = is_open(&before[left.len()..], hints.open);
                let bonus = |c: char| if c == '。' { stop } else { 0.0 };
                let frame = Frame::new(judge, near, &after);
                out.push(likeliest(choices.iter().copied(), |c| {
                    frame.score(&[c]) + bonus(c) + closing(c, open)
                }));
            }
            Slot::Pair(two) if chosen.as_slice() == [LOST, LOST] => {
                let halves = two.dropped();
                let first = Frame::new(judge, near, &[]);
                let second = Frame::new(judge, &[], &after);
                let chars = |list: &[Half]| list.iter().map(|half| half.0).collect::<Vec<_>>();
                out.push(likeliest(chars(halves.first), |c| first.score(&[c])));
                out.push(likeliest(chars(&halves.second), |c| second.score(&[c])));
            }
            _ => out.extend(chosen.iter().filter(|&&c| c == LOST).map(|_| Vec::new())),
        }
        before.extend_from_slice(chosen);
    }
    out
}

/// The best of these, the best first.
pub(in crate::repair) fn likeliest(
    choices: impl IntoIterator<Item = char>,
    score: impl Fn(char) -> f32,
) -> Vec<char> {
    let mut scored: Vec<(f32, char)> = choices.into_iter().map(|c| (score(c), c)).collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let worst = scored.first().map_or(0.0, |best| best.0 - FAR);
    scored.retain(|&(score, _)| score >= worst);
    scored.truncate(MOST);
    scored.into_iter().map(|(_, c)| c).collect()
}

/// What an eaten ASCII byte may have been. It was one below 40 (any other
/// makes a pair): a digit, a line break, a blank, a bracket. Digits that the
/// page has between the same neighbours come first.
fn eaten(before: &[char], after: &[char], judge: &Judge) -> Vec<char> {
    let after: Vec<char> = after.iter().map(|&c| simplify(c)).collect();
    let digits = after.iter().take_while(|c| c.is_ascii_digit()).count();
    let next = after.first().copied().unwrap_or('\n');
    let unit = after.get(digits).copied();
    let fits = match (digits, unit) {
        (0, Some(c)) if is_counted(c) => "123456789",
        (0, Some('.')) if after.get(1).is_some_and(char::is_ascii_digit) => "1234567890",
        (0, Some(',')) if after.get(1).is_some_and(char::is_ascii_digit) => "123456789",
        (1, Some('月')) if next <= '2' => "1\n (",
        (1, Some('日' | '号')) if next <= '1' => "123\n (",
        (1, Some('日' | '号')) => "12\n (",
        (1, Some('时' | '点')) => "12\n (",
        (1, Some('月')) => "\n (",
        (3, Some('年')) if next == '0' => "2",
        (3, Some('年')) if next == '9' || next == '8' => "1",
        (1.., _) => "123456789",
        _ if unclosed(&after) => "( \n",
        _ => "\n (",
    };
    let last = before.last().map_or('\n', |&c| simplify(c));
    let mut list: Vec<char> = fits.chars().collect();
    let known = |c: char| judge.meet(last, c) + judge.meet(c, next);
    list.sort_by(|&a, &b| known(b).total_cmp(&known(a)));
    list
}

/// Whether a number may stand before this character.
pub(super) fn is_counted(c: char) -> bool {
    COUNTED.contains(simplify(c))
}

/// Whether a bracket is closed that nothing opened.
fn unclosed(after: &[char]) -> bool {
    after.iter().find(|c| matches!(c, '(' | ')')) == Some(&')')
}
