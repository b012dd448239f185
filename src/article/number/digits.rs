//! The figures of a number: serials, years, and the brackets around years.

use crate::article::number::numeral::value;
use crate::fold::fold;

/// The most serials that are read out of one list.
const MOST: usize = 12;

/// Brackets that are met around years; full-width ones are folded already.
/// Any opening one may meet any closing one (`〔2018]`).
const OPEN: [char; 9] = ['〔', '﹝', '[', '(', '【', '〖', '〈', '{', '<'];
const CLOSE: [char; 9] = ['〕', '﹞', ']', ')', '】', '〗', '〉', '}', '>'];

/// The end of these characters without blanks.
pub(crate) fn trim(chars: &[char], end: usize) -> usize {
    end - chars[..end]
        .iter()
        .rev()
        .take_while(|c| c.is_whitespace())
        .count()
}

/// Whether a text may end in a serial, blanks after it taken off.
pub(crate) fn may_end(text: &str) -> bool {
    let mut chars = text.chars().rev().map(fold);
    chars.find(|c| !c.is_whitespace()).is_some_and(is_digit)
}

/// The serial before 号, or the serials of a list (`12、13号`, `12号至15号` up to
/// its first and last), and where they begin.
pub(crate) fn serials(chars: &[char]) -> Option<(Vec<u32>, usize)> {
    let (last, mut at) = serial(chars)?;
    let mut all = vec![last];
    while all.len() < MOST {
        let end = trim(chars, at);
        let Some(mark) = end.checked_sub(1).map(|at| chars[at]) else {
            break;
        };
        if !matches!(
            mark,
            '、' | ',' | '-' | '—' | '–' | '~' | '至' | '和' | '及' | '到'
        ) {
            break;
        }
        // A dash may be two.
        let dashes = chars[..end]
            .iter()
            .rev()
            .take_while(|c| **c == mark)
            .count()
            .min(2);
        let end = trim(chars, end - dashes);
        let end = end - usize::from(end > 0 && chars[end - 1] == '号');
        let Some((before, from)) = serial(&chars[..end]) else {
            break;
        };
        all.push(before);
        at = from;
    }
    all.reverse();
    // What looks like a list must hang on a year in brackets.
    let listed = all.len() > 1 && bracketed_year(&chars[..without_nth(chars, at)]).is_none();
    if listed {
        let (last, at) = serial(chars)?;
        return Some((vec![last], at));
    }
    Some((all, trim(chars, at)))
}

fn without_nth(chars: &[char], at: usize) -> usize {
    let at = trim(chars, at);
    trim(chars, at - usize::from(at > 0 && chars[at - 1] == '第'))
}

/// One serial at the end, and where it begins, blanks before it taken off.
fn serial(chars: &[char]) -> Option<(u32, usize)> {
    let end = trim(chars, chars.len());
    let count = chars[..end]
        .iter()
        .rev()
        .take_while(|c| is_digit(**c))
        .count();
    let value = value(&chars[end - count..end]).filter(|value| *value > 0)?;
    Some((value, trim(chars, end - count)))
}

/// A year in brackets at the end: where the bracket opens, and whether it is
/// the bracket of the standard.
pub(crate) fn bracketed_year(chars: &[char]) -> Option<(usize, bool, u16)> {
    let close = chars.last().filter(|c| CLOSE.contains(c))?;
    let mut end = trim(chars, chars.len() - 1);
    if end > 0 && chars[end - 1] == '年' {
        end = trim(chars, end - 1);
    }
    let count = chars[..end]
        .iter()
        .rev()
        .take_while(|c| is_digit(**c))
        .count();
    let year = whole_year(&chars[end - count..end])?;
    let at = trim(chars, end - count).checked_sub(1)?;
    let open = chars[at];
    OPEN.contains(&open).then_some((
        at,
        matches!(open, '〔' | '﹝') || matches!(close, '〕' | '﹞'),
        year,
    ))
}

/// The same of two digits, as they were written before 2000: `（86）`.
pub(crate) fn short_year(chars: &[char]) -> Option<(usize, bool, u16)> {
    let [.., open, tens @ '5'..='9', one @ '0'..='9', close] = chars else {
        return None;
    };
    let year = format!("19{tens}{one}").parse().ok()?;
    (OPEN.contains(open) && CLOSE.contains(close)).then_some((chars.len() - 4, false, year))
}

/// `2018年` at the end: what stands before it, and the year.
pub(crate) fn year(chars: &[char]) -> Option<(&[char], u16)> {
    let rest = chars.strip_suffix(&['年'])?;
    let end = trim(rest, rest.len());
    let count = rest[..end]
        .iter()
        .rev()
        .take_while(|c| is_digit(**c))
        .count();
    let year = whole_year(&rest[end - count..end])?;
    Some((&rest[..trim(rest, end - count)], year))
}

/// Four digits, Arabic or Chinese, of a year from 1900 to 2100.
fn whole_year(digits: &[char]) -> Option<u16> {
    let plain = digits.len() == 4 && !digits.iter().any(|c| matches!(c, '十' | '百'));
    let year = u16::try_from(value(digits).filter(|_| plain)?).ok()?;
    (1900..=2100).contains(&year).then_some(year)
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || "〇○一二三四五六七八九十百零".contains(c)
}
