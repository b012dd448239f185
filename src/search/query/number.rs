//! Document numbers: `国发〔2023〕12号` in any bracket, `国务院令第588号` in any order.

use super::Query;
use super::chars::{Sign, half, is_hanzi, is_year_close, is_year_open};

/// The longest issuer in front of the bracket (`国家发展改革委办公厅函`).
const ISSUER: usize = 12;
/// The longest running number.
const DIGITS: usize = 6;
/// How many digits serials are filled up to with zeros.
const PADDED: usize = 3;
/// What stands before an issuer in running text: then the issuer is unknown.
const LEADS: &[&str] = &[
    "关于", "根据", "按照", "依据", "贯彻", "落实", "学习", "印发", "转发", "解读", "执行", "關於",
];

/// What the short names of issuers end in, before the bracket.
const ENDINGS: &[char] = &[
    '发', '發', '函', '办', '辦', '字', '令', '电', '電', '规', '規', '税', '稅', '通',
];

/// A document number that begins at `at`, and where it ends. Blanks may stand
/// around the bracket and before 号. `国发〔2023〕` alone is the string that all
/// numbers of that year begin with; `国发〔2023〕12` lacks nothing but 号.
pub(crate) fn number(signs: &[Sign], at: usize) -> Option<(Query, usize)> {
    let syntax = |i: usize| signs.get(i).filter(|s| !s.literal).map(|s| s.c);
    let hanzi = |s: &&Sign| is_hanzi(s.c) && !s.literal;
    let issuer: String = signs
        .get(at..)?
        .iter()
        .take(ISSUER + 1)
        .take_while(hanzi)
        .map(|s| s.c)
        .collect();
    let long = issuer.chars().count();
    if long == 0 || long > ISSUER || LEADS.iter().any(|lead| issuer.starts_with(lead)) {
        return None;
    }
    let open = blanks(signs, at + long);
    syntax(open).filter(|c| is_year_open(*c))?;
    let (year, close) = digits(signs, open + 1);
    syntax(close).filter(|c| year.len() == 4 && is_year_close(*c))?;
    let after = blanks(signs, close + 1);
    let ordinal = syntax(after) == Some('第');
    let (count, end) = digits(signs, blanks(signs, after + usize::from(ordinal)));
    let named = matches!(syntax(blanks(signs, end)), Some('号' | '號'));
    // Other things have years in brackets too: 发展报告（2015）.
    let surely = issuer.ends_with(ENDINGS) || syntax(open) == Some('〔');
    let touches = after == close + 1;
    match count.len() {
        1..=DIGITS if named || surely && touches => {
            let count = match count.trim_start_matches('0') {
                "" => "0",
                count => count,
            };
            let number = Query::Number(format!("{issuer}〔{year}〕{count}号"));
            let last = if named { blanks(signs, end) + 1 } else { end };
            Some((number, last))
        }
        0.. if surely && !named && !ordinal => {
            Some((Query::Exact(format!("{issuer}〔{year}〕")), close + 1))
        }
        _ => None,
    }
}

/// The number of an order that begins at `at`, and where it ends: `国务院令第588号`,
/// `国务院令（第588号）`, `国务院第588号令`, `国务院588号令`. Blanks may stand behind 令.
pub(crate) fn order(signs: &[Sign], at: usize) -> Option<(Query, usize)> {
    let syntax = |i: usize| signs.get(i).filter(|s| !s.literal).map(|s| s.c);
    let name: String = (at..at + ISSUER + 2)
        .map_while(syntax)
        .take_while(|c| is_hanzi(*c))
        .collect();
    let (issuer, is_first) = match name.strip_suffix('第').unwrap_or(&name) {
        name if name.ends_with('令') => (name.trim_end_matches('令'), true),
        name => (name, false),
    };
    let is_issuer = (2..=ISSUER).contains(&issuer.chars().count());
    if !is_issuer || LEADS.iter().any(|lead| issuer.starts_with(lead)) {
        return None;
    }
    let mut from = at + name.chars().count();
    let mut is_open = false;
    if is_first && !name.ends_with('第') {
        from = blanks(signs, from);
        is_open = matches!(syntax(from), Some('（' | '('));
        from = blanks(signs, from + usize::from(is_open));
        syntax(from).filter(|c| *c == '第')?;
        from += 1;
    }
    let (serial, end) = digits(signs, blanks(signs, from));
    let serial = serial.trim_start_matches('0');
    syntax(end).filter(|c| matches!(c, '号' | '號') && (1..=DIGITS).contains(&serial.len()))?;
    let mut end = end + 1;
    if !is_first {
        syntax(end).filter(|c| *c == '令')?;
        end += 1;
    }
    if is_open {
        end = blanks(signs, end);
        syntax(end).filter(|c| matches!(c, '）' | ')'))?;
        end += 1;
    }
    Some((Query::Number(format!("{issuer}令第{serial}号")), end))
}

/// How a number in normal form may be written, the normal form first: that of an order with
/// 令 before or behind; others with 第, and with zeros before the serial. Brackets, widths and blanks are one to the
/// index already.
pub(crate) fn spellings(number: &str) -> Vec<String> {
    if let Some((organ, serial)) = number.split_once("令第") {
        let serial = serial.trim_end_matches('号');
        return vec![
            number.to_owned(),
            format!("{organ}令（第{serial}号）"),
            format!("{organ}第{serial}号令"),
            format!("{organ}{serial}号令"),
        ];
    }
    let Some((head, serial)) = number.split_once('〕') else {
        return vec![number.to_owned()];
    };
    let digits = serial.bytes().filter(u8::is_ascii_digit).count();
    let zeros = (0..=PADDED.saturating_sub(digits)).map(|zeros| "0".repeat(zeros));
    zeros
        .flat_map(|zeros| ["", "第"].map(|nth| format!("{head}〕{nth}{zeros}{serial}")))
        .collect()
}

/// Half-width digits from `at`, and where they end.
fn digits(signs: &[Sign], at: usize) -> (String, usize) {
    let found: String = signs
        .iter()
        .skip(at)
        .take(DIGITS + 1)
        .map(|s| half(s.c))
        .take_while(char::is_ascii_digit)
        .collect();
    let end = at + found.len();
    (found, end)
}

fn blanks(signs: &[Sign], at: usize) -> usize {
    at + signs
        .iter()
        .skip(at)
        .take_while(|s| s.c.is_whitespace())
        .count()
}
