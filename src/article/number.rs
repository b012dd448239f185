//! Numbers of official documents: `国发〔2023〕12号`, `国务院令第588号`,
//! `税务总局公告2023年第12号`, `（2018）云01民初12号`.
//!
//! Normal form after GB/T 9704—2012: brackets U+3014 and U+3015, ASCII digits,
//! no leading zero, no 第. Any bracket, full-width digits and blanks inside are
//! read as the same, and so are the older order (`（86）财税字第12号` is
//! `财税字〔1986〕12号`) and `国务院第588号令`.

mod code;
mod digits;
pub(crate) mod numeral;

use std::fmt;
use std::ops::Range;

use memchr::memmem;

use crate::article::{Article, Evidence, find_date};
use crate::fold::fold;

pub(crate) use code::gives_orders;

/// The number of a document: whose it is, the year, the serial number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    /// The organ's code (`国发`), the kind of an order (`国务院令`,
    /// `税务总局公告`), or the court and the kind of its case (`云01民初`).
    pub code: String,
    /// The year; an order mostly has none.
    pub year: Option<u16>,
    /// The serial number.
    pub serial: u32,
}

impl fmt::Display for Number {
    /// `国发〔2023〕12号`, `国务院令第588号`, `公告2023年第12号`, `（2018）云01民初12号`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) if code::is_case(&self.code) => {
                write!(f, "（{year}）{}{}号", self.code, self.serial)
            }
            Some(year) if code::is_announced(&self.code) => {
                write!(f, "{}{year}年第{}号", self.code, self.serial)
            }
            Some(year) => write!(f, "{}〔{year}〕{}号", self.code, self.serial),
            None => write!(f, "{}第{}号", self.code, self.serial),
        }
    }
}

/// How far before 号 a number can begin, in characters.
const REACH: usize = 48;

/// What a number of a house, a day or a machine goes on with after 号.
const NO_DOCUMENT: &[char] = &[
    '楼', '院', '线', '台', '机', '馆', '车', '门', '店', '厅', '房', '幢', '栋', '井', '矿', '桥',
    '馆', '坝', '渠', '地', '召', '举', '在', '起', '上', '下', '晚', '早', '前', '后',
];

/// The numbers in a text, in order, with the bytes they take. A list
/// (`国发〔2018〕12、13号`) is several numbers that share their place.
pub fn find_numbers(text: &str) -> Vec<(Range<usize>, Number)> {
    let mut all: Vec<(Range<usize>, Number)> = Vec::new();
    // Most texts have neither, and a string is found at the speed of memory.
    let has = |mark: &str| memmem::find(text.as_bytes(), mark.as_bytes()).is_some();
    if !has("号") && !has("號") {
        return all;
    }
    for (at, mark) in text.match_indices(['号', '號']) {
        let floor = all.last().map_or(0, |(range, _)| range.end);
        if !digits::may_end(&text[floor..at]) {
            continue;
        }
        // The characters before, as they stand and where, nearest last.
        let mut before: Vec<(usize, char)> = text[floor..at]
            .char_indices()
            .rev()
            .take(REACH)
            .map(|(i, c)| (i + floor, fold(c)))
            .collect();
        before.reverse();
        let after = at + mark.len();
        // `12号至15号` is read at its second 号.
        if let Some(rest) = text[after..].strip_prefix(['至', '到'])
            && rest
                .trim_start_matches(|c: char| fold(c).is_ascii_digit())
                .starts_with(['号', '號'])
        {
            continue;
        }
        let chars: Vec<char> = before.iter().map(|(_, c)| *c).collect();
        let next: String = text[after..].chars().take(2).map(fold).collect();
        let Some(found) = ending_here(&chars, &next) else {
            continue;
        };
        let Some((start, _)) = before.get(found.start) else {
            continue;
        };
        let past = text[after..].chars().take(found.past).map(char::len_utf8);
        let range = *start..after + past.sum::<usize>();
        all.extend(
            found
                .numbers
                .into_iter()
                .map(|number| (range.clone(), number)),
        );
    }
    all
}

/// What ends at a 号.
struct Ending {
    /// The first character of it.
    start: usize,
    /// Characters past the 号 that belong to it (令, 公告).
    past: usize,
    numbers: Vec<Number>,
}

/// The numbers whose 号 follows these characters and goes on with `next`.
fn ending_here(chars: &[char], next: &str) -> Option<Ending> {
    let (serials, rest) = digits::serials(chars)?;
    let nth = rest > 0 && chars[rest - 1] == '第';
    let mut before = &chars[..digits::trim(chars, rest - usize::from(nth))];
    // `主席令（第七十五号）`.
    let mut past = 0;
    if nth && next.starts_with(')') && before.ends_with(&['(']) {
        before = &before[..digits::trim(before, before.len() - 1)];
        past = 1;
    }
    let many = |start, past, code: String, year| Ending {
        start,
        past,
        numbers: serials
            .iter()
            .map(|serial| Number {
                code: code.clone(),
                year,
                serial: *serial,
            })
            .collect(),
    };
    if let Some((open, proper, year)) = digits::bracketed_year(before) {
        let (start, code) = code::before(&chars[..digits::trim(chars, open)])?;
        let sure = proper || nth || code::is_likely(&code);
        let house = next.starts_with(NO_DOCUMENT) && !proper;
        return (sure && !house).then(|| many(start, 0, code, Some(year)));
    }
    if let Some((start, year, code)) = code::after_year(before, nth) {
        return Some(many(start, 0, code, Some(year)));
    }
    if !nth {
        return None;
    }
    // `国务院第588号令`, `税务总局2018年第12号公告`: the kind comes last.
    for kind in ["令", "公告", "通告"] {
        if next.starts_with(kind) {
            let (before, year) =
                digits::year(before).map_or((before, None), |(rest, year)| (rest, Some(year)));
            let (start, organ) = code::organ(before)?;
            let lone = organ.is_empty() && (kind == "令" || year.is_none());
            return (!lone).then(|| many(start, kind.chars().count(), organ + kind, year));
        }
    }
    // `国务院令第588号`, `公告2023年第12号`.
    let (before, year) =
        digits::year(before).map_or((before, None), |(rest, year)| (rest, Some(year)));
    let (start, code) = code::order(before)?;
    (year.is_some() || code.ends_with('令')).then(|| many(start, past, code, year))
}

/// Labels of the header box under which the document's own number stands.
const LABELS: [&str; 3] = ["发文字号", "文号", "文件编号"];

/// Paragraphs of the head among which the number may stand alone.
const HEAD: usize = 8;

/// The document's own number, what kind of place told it, and what stands there.
pub(crate) fn own(article: &Article) -> Option<(Number, Evidence, String)> {
    let first = |text: &str| find_numbers(text).into_iter().next();
    for label in LABELS {
        let value = article.extra.get(label).and_then(|value| value.as_str());
        if let Some((value, (_, number))) = value.and_then(|value| Some((value, first(value)?))) {
            return Some((number, Evidence::Box, format!("{label}：{value}")));
        }
    }
    let title = &article.title;
    // A number in the midst of a title is one the document is about.
    if let Some((range, number)) = first(&title.value)
        && title.value[range.end..]
            .trim_end_matches(CLOSING)
            .is_empty()
        && !quoted(&title.value[..range.start])
    {
        return Some((number, title.from, title.value.clone()));
    }
    let mut lines = article.paragraphs.iter().take(HEAD);
    lines.find_map(|p| {
        let whole = &article.body[p.bytes.clone()];
        let line = whole.trim_matches(CLOSING);
        let (range, number) = first(line)?;
        // A law's own: `2009年5月4日 国务院令第554号公布`.
        let law = || {
            find_date(&line[..range.start]).is_some()
                && ["公布", "发布"]
                    .iter()
                    .any(|word| line[range.end..].starts_with(word))
        };
        let rest = line[range.end..].trim_start();
        let alone = range.start == 0 && (rest.is_empty() || rest.starts_with("签发人"));
        (alone || law()).then(|| (number, Evidence::Text, whole.to_owned()))
    })
}

/// What may stand around a number that stands alone.
const CLOSING: [char; 6] = ['（', '）', '(', ')', ' ', '\u{3000}'];

/// Does a text leave a quotation or a title of a document open?
fn quoted(text: &str) -> bool {
    text.matches('《').count() > text.matches('》').count()
        || ["贯彻", "落实", "转发", "废止", "修改"]
            .iter()
            .any(|word| text.ends_with(word))
}

#[cfg(test)]
mod tests;
