//! Days, months, years and ranges of them, as people type them.

use super::chars::half;
use crate::article::Date;

/// A range read from a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Span {
    pub(crate) since: Option<Date>,
    pub(crate) until: Option<Date>,
    /// One past the last character read.
    pub(crate) end: usize,
    /// The ends came in the wrong order.
    pub(crate) swapped: bool,
}

/// What can stand between the two ends of a range, the longer first. `。。` and
/// `……` are what a Chinese keyboard makes of `..`.
const BETWEEN: &[&str] = &[
    "....", "...", "..", "。。", "……", "…", "~", "——", "—", "–", "至", "到",
];
/// After a date: from then on.
const ONWARD: &[&str] = &["以来", "以后", "之后", "至今", "起", "后"];
/// After a date: until then.
const BACKWARD: &[&str] = &["以前", "之前", "为止", "止", "前"];

/// The days a whole text names: `2016`, `2016-03`, `2017年3月5日`, `2016..2018`,
/// `2016..`, `..2018`, `>=2016`. `None` when it is no date. For `--since` take
/// the first, for `--until` the second.
pub fn date_range(text: &str) -> Option<(Option<Date>, Option<Date>)> {
    let text: Vec<char> = text.trim().chars().map(half).collect();
    let span = range(&text, 0)?;
    (span.end == text.len()).then_some((span.since, span.until))
}

/// The range that begins at `at`; `text` has half-width digits and signs.
///
/// Blanks may stand on both sides of what is between (`2016 .. 2018`), not on
/// one only: in `2016.. 2018` the range is open and 2018 is a word.
pub(crate) fn range(text: &[char], at: usize) -> Option<Span> {
    if let Some(span) = compared(text, at) {
        return Some(span);
    }
    let star = usize::from(text.get(at) == Some(&'*'));
    if let Some(end) = between(text, at + star) {
        let (_, last, end) = period(text, end)?;
        return Some(Span {
            since: None,
            until: Some(last),
            end,
            swapped: false,
        });
    }
    let (first, last, end) = period(text, at)?;
    if let Some(end) = any_of(text, end, ONWARD) {
        return Some(Span {
            since: Some(first),
            until: None,
            end,
            swapped: false,
        });
    }
    if let Some(end) = any_of(text, end, BACKWARD) {
        return Some(Span {
            since: None,
            until: Some(last),
            end,
            swapped: false,
        });
    }
    let gap = blanks(text, end);
    if let Some(after) = between(text, gap) {
        let start = if gap > end {
            blanks(text, after)
        } else {
            after
        };
        if let Some((other_first, other_last, end)) = period(text, start) {
            let swapped = other_last < first;
            let (since, until) = if swapped {
                (other_first, last)
            } else {
                (first, other_last)
            };
            return Some(Span {
                since: Some(since),
                until: Some(until),
                end,
                swapped,
            });
        }
        if gap == end {
            let end = after + usize::from(text.get(after) == Some(&'*'));
            return Some(Span {
                since: Some(first),
                until: None,
                end,
                swapped: false,
            });
        }
    }
    Some(Span {
        since: Some(first),
        until: Some(last),
        end,
        swapped: false,
    })
}

/// `>=2016`, `<2018-03`.
fn compared(text: &[char], at: usize) -> Option<Span> {
    let equal = |skip: usize| text.get(at + skip) == Some(&'=');
    let (later, inclusive, start) = match text.get(at)? {
        '>' => (true, equal(1), at + 1 + usize::from(equal(1))),
        '<' => (false, equal(1), at + 1 + usize::from(equal(1))),
        '≥' => (true, true, at + 1),
        '≤' => (false, true, at + 1),
        _ => return None,
    };
    let (first, last, end) = period(text, blanks(text, start))?;
    let (since, until) = match (later, inclusive) {
        (true, true) => (Some(first), None),
        (true, false) => (Some(last.tomorrow().ok()?), None),
        (false, true) => (None, Some(last)),
        (false, false) => (None, Some(first.yesterday().ok()?)),
    };
    Some(Span {
        since,
        until,
        end,
        swapped: false,
    })
}

/// A year, month or day at `at`: its first day, its last day, where it ends.
fn period(text: &[char], at: usize) -> Option<(Date, Date, usize)> {
    let (digits, end) = run(text, at);
    let whole = |from: usize, to: usize| number(digits.get(from..to)?);
    match digits.len() {
        8 => {
            let day = day(whole(0, 4)?, whole(4, 6)?, whole(6, 8)?)?;
            return Some((day, day, end));
        }
        6 => return month(whole(0, 4)?, whole(4, 6)?, end),
        4 => {}
        _ => return None,
    }
    let year = whole(0, 4)?;
    let (months, after) = match text.get(end) {
        Some('年') => match numeral(text, end + 1) {
            Some((value, after)) if text.get(after) == Some(&'月') => (value, after + 1),
            _ => return whole_year(year, end + 1),
        },
        Some('-' | '/' | '.') => match numeral(text, end + 1) {
            Some((value, after)) => (value, after),
            None => return whole_year(year, end),
        },
        _ => return whole_year(year, end),
    };
    let (days, end) = match text.get(after) {
        Some('-' | '/' | '.') => match numeral(text, after + 1) {
            Some(found) => found,
            None => return month(year, months, after),
        },
        _ if text.get(after - 1) == Some(&'月') => match numeral(text, after) {
            Some((value, end)) => (
                value,
                end + usize::from(matches!(text.get(end), Some('日' | '号'))),
            ),
            None => return month(year, months, after),
        },
        _ => return month(year, months, after),
    };
    let day = day(year, months, days)?;
    Some((day, day, end))
}

fn whole_year(year: u32, end: usize) -> Option<(Date, Date, usize)> {
    Some((day(year, 1, 1)?, day(year, 12, 31)?, end))
}

fn month(year: u32, month: u32, end: usize) -> Option<(Date, Date, usize)> {
    let first = day(year, month, 1)?;
    Some((first, first.last_of_month(), end))
}

fn day(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::new(
        year.try_into().ok()?,
        month.try_into().ok()?,
        day.try_into().ok()?,
    )
    .ok()
}

/// One or two digits, or a numeral to thirty-one (`十二`, `三十一`); three or
/// more digits are something else.
fn numeral(text: &[char], at: usize) -> Option<(u32, usize)> {
    let (digits, end) = run(text, at);
    let tens = text.get(end) == Some(&'十');
    match (digits.len(), tens) {
        (1 | 2, false) => Some((number(&digits)?, end)),
        (0 | 1, true) => {
            let tens = digits.first().copied().unwrap_or(1);
            let (ones, end) = run(text, end + 1);
            match ones.as_slice() {
                [] => Some((tens * 10, end)),
                [one] => Some((tens * 10 + one, end)),
                _ => None,
            }
        }
        _ => None,
    }
}

/// The digits at `at`, Chinese ones too, at most nine of them.
fn run(text: &[char], at: usize) -> (Vec<u32>, usize) {
    let digits: Vec<u32> = text
        .iter()
        .skip(at)
        .take(9)
        .map_while(|c| digit(*c))
        .collect();
    let end = at + digits.len();
    (digits, end)
}

fn digit(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| match c {
        '○' | '零' => Some(0),
        _ => (0..)
            .zip("〇一二三四五六七八九".chars())
            .find(|(_, d)| *d == c)
            .map(|(n, _)| n),
    })
}

fn number(digits: &[u32]) -> Option<u32> {
    (!digits.is_empty()).then(|| digits.iter().fold(0, |sum, digit| sum * 10 + digit))
}

/// Where the sign between two ends stops, if one stands at `at`. A single
/// hyphen counts only before a year, for `2016-03` is a month.
fn between(text: &[char], at: usize) -> Option<usize> {
    any_of(text, at, BETWEEN).or_else(|| {
        let year = text.get(at) == Some(&'-') && run(text, at + 1).0.len() >= 4;
        year.then_some(at + 1)
    })
}

fn any_of(text: &[char], at: usize, words: &[&str]) -> Option<usize> {
    let rest = text.get(at..)?;
    words.iter().find_map(|word| {
        let long = word.chars().count();
        (rest.len() >= long && word.chars().zip(rest).all(|(a, b)| a == *b)).then_some(at + long)
    })
}

fn blanks(text: &[char], at: usize) -> usize {
    at + text
        .iter()
        .skip(at)
        .take_while(|c| c.is_whitespace())
        .count()
}

#[cfg(test)]
mod tests {
    use super::date_range;

    #[track_caller]
    fn check(text: &str, want: &str) {
        let shown = match date_range(text) {
            None => "none".to_owned(),
            Some((since, until)) => {
                let side =
                    |day: Option<jiff::civil::Date>| day.map_or(String::new(), |d| d.to_string());
                format!("{}..{}", side(since), side(until))
            }
        };
        assert_eq!(shown, want, "{text}");
    }

    #[test]
    fn periods_and_ranges() {
        for (text, want) in [
            ("2016", "2016-01-01..2016-12-31"),
            ("２０１６", "2016-01-01..2016-12-31"),
            ("2016年", "2016-01-01..2016-12-31"),
            ("2016-02", "2016-02-01..2016-02-29"),
            ("2017/2", "2017-02-01..2017-02-28"),
            ("2017.2.3", "2017-02-03..2017-02-03"),
            ("2017年3月", "2017-03-01..2017-03-31"),
            ("2017年3月5日", "2017-03-05..2017-03-05"),
            ("2017年3月5号", "2017-03-05..2017-03-05"),
            ("二〇一七年三月", "2017-03-01..2017-03-31"),
            ("二〇一七年十二月三十一日", "2017-12-31..2017-12-31"),
            ("二〇一七年十月二十日", "2017-10-20..2017-10-20"),
            ("20170305", "2017-03-05..2017-03-05"),
            ("201703", "2017-03-01..2017-03-31"),
            ("2016..2018", "2016-01-01..2018-12-31"),
            ("2016...2018", "2016-01-01..2018-12-31"),
            ("2016。。2018", "2016-01-01..2018-12-31"),
            ("2016……2018", "2016-01-01..2018-12-31"),
            ("2016 .. 2018", "2016-01-01..2018-12-31"),
            ("2016-2018", "2016-01-01..2018-12-31"),
            ("2016－2018", "2016-01-01..2018-12-31"),
            ("2016～2018", "2016-01-01..2018-12-31"),
            ("2016年至2018年", "2016-01-01..2018-12-31"),
            ("2016年3月到2017年6月", "2016-03-01..2017-06-30"),
            ("2016-03..2017-06", "2016-03-01..2017-06-30"),
            ("2016-03-02..2017-06-05", "2016-03-02..2017-06-05"),
            ("2018..2016", "2016-01-01..2018-12-31"),
            ("2016..", "2016-01-01.."),
            ("2016..*", "2016-01-01.."),
            ("..2018", "..2018-12-31"),
            ("*..2018", "..2018-12-31"),
            (">=2016", "2016-01-01.."),
            (">2016", "2017-01-01.."),
            ("＜2016-03", "..2016-02-29"),
            ("≤2016", "..2016-12-31"),
            ("2016年以来", "2016-01-01.."),
            ("2016年至今", "2016-01-01.."),
            ("2016年3月以前", "..2016-03-31"),
            ("去年", "none"),
            ("", "none"),
            ("..", "none"),
            ("2017-13", "none"),
            ("2017-02-30", "none"),
            ("2017-02-030", "none"),
            ("99999", "none"),
            ("16", "none"),
            ("2016..2018..2019", "none"),
            ("9999-12-31", "9999-12-31..9999-12-31"),
            (">9999", "none"),
            ("一千年", "none"),
        ] {
            check(text, want);
        }
    }
}
