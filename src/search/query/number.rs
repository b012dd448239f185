//! Document numbers: `国发〔2023〕12号` in any bracket, `国务院令第588号` in any order,
//! `主席令第四十六号` in any figures.

use super::Query;
use super::chars::{Sign, half, is_hanzi, is_year_close, is_year_open};
use crate::article::{gives_orders, numeral};
use crate::fold::fold;

/// The longest issuer in front of the bracket (`国家发展改革委办公厅函`).
const ISSUER: usize = 12;
/// The longest number of an order, in hanzi.
const ORDER: usize = 32;
/// What may stand before the name of an organ, and …
const STATE: &str = "中华人民共和国";
/// … before that of a 主席.
const HEAD_OF: &str = "国家";
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
    let syntax = |at: usize| syntax(signs, at);
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
    let from = blanks(signs, after + usize::from(ordinal));
    let is_named = |end| matches!(syntax(blanks(signs, end)), Some('号' | '號'));
    let (count, end) = match figures(signs, from) {
        // Without 号 hanzi are text: 国发〔2023〕 一带一路.
        (_, end) if !is_named(end) => digits(signs, from),
        figures => figures,
    };
    let named = is_named(end);
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
/// `国务院令（第588号）`, `国务院第588号令`, `国务院588号令`, `第588号国务院令`, its figures Arabic
/// or hanzi. Blanks may stand behind 令.
pub(crate) fn order(signs: &[Sign], at: usize) -> Option<(Query, usize)> {
    let name = name_at(signs, at);
    if name.first() == Some(&'第') {
        return serial_first(signs, at);
    }
    if LEADS.iter().any(|lead| name.starts_with(&hanzi(lead))) {
        return None;
    }
    (2..=name.len()).find_map(|long| {
        let (organ, rest) = name.split_at_checked(long)?;
        let organ = organ_of(organ)?;
        let end = at + long;
        let (serial, end) = match rest {
            ['令', ..] => behind_order(signs, end + 1)?,
            ['第', ..] => before_order(signs, end + 1)?,
            // Hanzi are figures only behind what is sure to be an organ: 开放一号令.
            [_, ..] if !gives_orders(&organ) => return None,
            _ => before_order(signs, end)?,
        };
        Some((Query::Number(format!("{organ}令第{serial}号")), end))
    })
}

/// The hanzi that stand at `at`, as many as the name of an order may have.
fn name_at(signs: &[Sign], at: usize) -> Vec<char> {
    let rest = signs.get(at..).unwrap_or_default().iter();
    rest.take(ORDER)
        .take_while(|s| !s.literal && is_hanzi(s.c))
        .map(|s| s.c)
        .collect()
}

/// `第46号主席令`, also with the name of the state before the organ.
fn serial_first(signs: &[Sign], at: usize) -> Option<(Query, usize)> {
    let (serial, from) = counted(signs, at + 1)?;
    let name = name_at(signs, from);
    let organ = organ_of(name.strip_suffix(&['令'])?).filter(|organ| gives_orders(organ))?;
    let number = Query::Number(format!("{organ}令第{serial}号"));
    Some((number, from + name.len()))
}

/// ` （第588号）` behind 令: the serial, and where it ends.
fn behind_order(signs: &[Sign], at: usize) -> Option<(String, usize)> {
    let from = blanks(signs, at);
    let is_open = matches!(syntax(signs, from), Some('（' | '('));
    let from = blanks(signs, from + usize::from(is_open));
    syntax(signs, from).filter(|c| *c == '第')?;
    let (serial, end) = counted(signs, from + 1)?;
    if !is_open {
        return Some((serial, end));
    }
    let end = blanks(signs, end);
    syntax(signs, end).filter(|c| matches!(c, '）' | ')'))?;
    Some((serial, end + 1))
}

/// `588号令` behind an organ: the serial, and where 令 ends.
fn before_order(signs: &[Sign], at: usize) -> Option<(String, usize)> {
    let (serial, end) = counted(signs, at)?;
    syntax(signs, end).filter(|c| *c == '令')?;
    Some((serial, end + 1))
}

/// `588号`: the serial, and where 号 ends.
fn counted(signs: &[Sign], at: usize) -> Option<(String, usize)> {
    let (serial, end) = figures(signs, at);
    let serial = serial.trim_start_matches('0');
    syntax(signs, end)
        .filter(|c| matches!(c, '号' | '號') && (1..=DIGITS).contains(&serial.len()))?;
    Some((serial.to_owned(), end + 1))
}

/// The organ without the name of its state, which other spellings lack.
fn organ_of(name: &[char]) -> Option<String> {
    let folded: Vec<char> = name.iter().copied().map(fold).collect();
    let state = [STATE, HEAD_OF]
        .iter()
        .find(|state| folded.starts_with(&hanzi(state)) && folded.len() > hanzi(state).len() + 1);
    let organ = match state {
        Some(&HEAD_OF) if !folded.ends_with(&['主', '席']) => name,
        Some(state) => name.get(hanzi(state).len()..)?,
        None => name,
    };
    (2..=ISSUER)
        .contains(&organ.len())
        .then(|| organ.iter().collect())
}

/// How a number in normal form may be written, the normal form first, in Arabic figures and in
/// hanzi: that of an order with 令 before or behind; others with 第, and with zeros before the
/// serial. Brackets, widths and blanks are one to the index already. No spelling stands inside
/// another number: what goes before the serial is part of each.
pub(crate) fn spellings(number: &str) -> Vec<String> {
    if let Some((organ, serial)) = number.split_once("令第") {
        let serial = serial.trim_end_matches('号');
        let spelled = serial.parse().ok().and_then(numeral::spelled);
        let figures = [Some(serial.to_owned()), spelled];
        return figures
            .into_iter()
            .flatten()
            .flat_map(|figures| orders(organ, &figures))
            .collect();
    }
    let Some((head, serial)) = number.split_once('〕') else {
        return vec![number.to_owned()];
    };
    let figures = serial.trim_end_matches('号');
    let zeros = 0..=PADDED.saturating_sub(figures.len());
    let arabic = zeros.map(|zeros| "0".repeat(zeros) + figures);
    let spelled = figures.parse().ok().and_then(numeral::spelled);
    arabic
        .chain(spelled)
        .flat_map(|figures| ["", "第"].map(|nth| format!("{head}〕{nth}{figures}号")))
        .collect()
}

/// How an order is named with these figures. `第四号、五号和六号主席令` has three numbers.
fn orders(organ: &str, figures: &str) -> Vec<String> {
    let mut all = vec![
        format!("{organ}令第{figures}号"),
        format!("{organ}令（第{figures}号）"),
        format!("{organ}令{figures}号"),
        format!("{organ}第{figures}号令"),
        format!("{organ}{figures}号令"),
    ];
    let of_state = organ.ends_with("主席").then_some(HEAD_OF);
    for state in ["", STATE].into_iter().chain(of_state) {
        for before in ["第", "、", "和"] {
            all.push(format!("{before}{figures}号{state}{organ}令"));
        }
    }
    all
}

fn syntax(signs: &[Sign], at: usize) -> Option<char> {
    signs.get(at).filter(|s| !s.literal).map(|s| s.c)
}

/// Whether it is the second half of an order, before which a blank may stand: `国务院令 第588号`.
pub(crate) fn ends_order(text: &str) -> bool {
    text.strip_prefix('第')
        .and_then(|text| text.strip_suffix(['号', '號']))
        .is_some_and(|figures| {
            !figures.is_empty()
                && figures
                    .chars()
                    .all(|c| half(c).is_ascii_digit() || numeral::is_hanzi_figure(c))
        })
}

/// What all numbers of its series have: `国发〔2023〕` of `国发〔2023〕12号`, `国务院令` of its orders.
pub(crate) fn series(number: &str) -> Option<&str> {
    let orders = number.split_once("令第");
    let end = orders.map_or_else(
        || number.find('〕').map(|at| at + '〕'.len_utf8()),
        |(organ, _)| Some(organ.len() + '令'.len_utf8()),
    );
    number.get(..end?)
}

fn hanzi(text: &str) -> Vec<char> {
    text.chars().collect()
}

/// A serial in Arabic figures or in hanzi as Arabic ones, and where it ends.
fn figures(signs: &[Sign], at: usize) -> (String, usize) {
    let (arabic, end) = digits(signs, at);
    if !arabic.is_empty() {
        return (arabic, end);
    }
    let hanzi: Vec<char> = signs
        .iter()
        .skip(at)
        .take_while(|s| !s.literal && numeral::is_hanzi_figure(s.c))
        .take(DIGITS + 2)
        .map(|s| s.c)
        .collect();
    match numeral::value(&hanzi).filter(|value| *value > 0) {
        Some(value) => (value.to_string(), at + hanzi.len()),
        None => (String::new(), at),
    }
}

/// Half-width digits from `at`, and where they end.
fn digits(signs: &[Sign], at: usize) -> (String, usize) {
    let found: String = signs
        .iter()
        .skip(at)
        .take(DIGITS + 1)
        .take_while(|s| !s.literal)
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
