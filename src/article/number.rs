//! Numbers of official documents: `国发〔2023〕12号`, `国务院令第588号`,
//! `公告2023年第12号`.
//!
//! Normal form after GB/T 9704—2012: brackets U+3014 and U+3015, ASCII digits,
//! no leading zero, no 第. Any bracket, full-width digits and blanks inside are
//! read as the same.

use std::fmt;
use std::ops::Range;

use crate::article::names::is_hanzi;
use crate::fold::fold;

/// The number of a document: whose it is, the year, the serial number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number {
    /// The organ's code (`国发`), or the kind of an order (`国务院令`, `公告`).
    pub code: String,
    /// The year; an order has none.
    pub year: Option<u16>,
    /// The serial number.
    pub serial: u32,
}

impl fmt::Display for Number {
    /// `国发〔2023〕12号`, `国务院令第588号`, `公告2023年第12号`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.year {
            Some(year) if ANNOUNCED.contains(&&*self.code) => {
                write!(f, "{}{year}年第{}号", self.code, self.serial)
            }
            Some(year) => write!(f, "{}〔{year}〕{}号", self.code, self.serial),
            None => write!(f, "{}第{}号", self.code, self.serial),
        }
    }
}

/// What kinds of documents are called that bear a year without brackets.
const ANNOUNCED: [&str; 2] = ["公告", "通告"];

/// The longest code, in hanzi.
const LONGEST: usize = 8;

/// The longest name of an organ that gives orders, with what leads up to it, in hanzi.
const ORGAN: usize = 24;

/// What names of organs that give orders end in: a 通缉令 is no document.
const ORGANS: [char; 11] = [
    '院', '席', '部', '局', '署', '委', '会', '行', '办', '府', '厅',
];

/// How far before 号 a number can begin, in characters.
const REACH: usize = 40;

/// What codes end in. Around brackets other than 〔〕 nothing else is believed.
const ENDINGS: &str =
    "发字函办释电规通告复令批党政文综法财税监议知医教环科建农卫人外商交国土安审统价民组宣纪";

/// Words after which a code begins, the name of its organ among them. A code
/// may hold 政 府 委 办 itself, so only whole names are taken off.
const BEFORE: &[&str] = &[
    "人民政府",
    "办公厅",
    "办公室",
    "委员会",
    "国务院",
    "人民法院",
    "人民检察院",
    "总局",
    "管理局",
    "监督局",
    "组织部",
    "宣传部",
    "财政部",
    "公安部",
    "教育部",
    "民政部",
    "司法部",
    "商务部",
    "科技部",
    "交通运输部",
    "水利部",
    "农业部",
    "文化部",
    "建设部",
    "保障部",
    "资源部",
    "环境部",
    "根据",
    "按照",
    "依据",
    "依照",
    "执行",
    "印发",
    "转发",
    "下发",
    "颁发",
    "发布",
    "以及",
    "文件",
    "简称",
    "附件",
    "文号",
    "见",
    "按",
    "经",
    "的",
    "和",
    "及",
    "与",
    "由",
    "对",
    "为",
    "是",
    "即",
    "原",
    "以",
    "在",
    "了",
];

/// The numbers in a text, in order, with the bytes they take.
pub fn find_numbers(text: &str) -> Vec<(Range<usize>, Number)> {
    let mut all: Vec<(Range<usize>, Number)> = Vec::new();
    for (at, mark) in text.match_indices(['号', '號']) {
        let floor = all.last().map_or(0, |(range, _)| range.end);
        // The characters before, as they stand and where, nearest last.
        let mut before: Vec<(usize, char)> = text[floor..at]
            .char_indices()
            .rev()
            .take(REACH)
            .map(|(i, c)| (i + floor, fold(c)))
            .collect();
        before.reverse();
        if let Some((start, number)) = ending_here(&before) {
            all.push((start..at + mark.len(), number));
        }
    }
    all
}

/// The number whose 号 follows these characters, and where it begins.
fn ending_here(before: &[(usize, char)]) -> Option<(usize, Number)> {
    let chars: Vec<char> = before.iter().map(|(_, c)| *c).collect();
    let end = trim(&chars, chars.len());
    let digits = chars[..end]
        .iter()
        .rev()
        .take_while(|c| is_digit(**c))
        .count();
    let serial = value(&chars[end - digits..end])?;
    let rest = trim(&chars, end - digits);
    let nth = rest > 0 && chars[rest - 1] == '第';
    let rest = if nth { trim(&chars, rest - 1) } else { rest };
    let (start, number) = if let Some((open, year)) = bracketed_year(&chars[..rest]) {
        let proper = chars[open] == '〔';
        let (start, code) = code(&chars[..trim(&chars, open)])?;
        let known = code.ends_with(|c| ENDINGS.contains(c));
        (proper || known).then_some((
            start,
            Number {
                code,
                year: Some(year),
                serial,
            },
        ))?
    } else if nth {
        order(&chars[..rest], serial)?
    } else {
        return None;
    };
    Some((before.get(start)?.0, number))
}

/// A year in brackets at the end: where the bracket opens.
fn bracketed_year(chars: &[char]) -> Option<(usize, u16)> {
    let close = *chars.last()?;
    let open = match close {
        '〕' => ['〔', '﹝', '['],
        '﹞' => ['﹝', '〔', '['],
        ')' => ['(', '(', '('],
        ']' => ['[', '〔', '['],
        '】' => ['【', '【', '【'],
        '〉' => ['〈', '〈', '〈'],
        _ => return None,
    };
    let end = trim(chars, chars.len() - 1);
    let digits = chars[..end]
        .iter()
        .rev()
        .take_while(|c| c.is_ascii_digit())
        .count();
    let year = u16::try_from(value(&chars[end - digits..end])?)
        .ok()
        .filter(|year| (1900..=2100).contains(year) && digits == 4)?;
    let at = trim(chars, end - digits).checked_sub(1)?;
    open.contains(&chars[at]).then_some((at, year))
}

/// The code at the end of these characters, and where it begins.
fn code(chars: &[char]) -> Option<(usize, String)> {
    let run = chars.iter().rev().take_while(|c| is_hanzi(**c)).count();
    let mut start = chars.len() - run;
    let text: String = chars[start..].iter().collect();
    // After the last word that is no part of a code, if two hanzi are left.
    let cut = BEFORE
        .iter()
        .filter_map(|word| text.rfind(word).map(|at| at + word.len()))
        .filter(|cut| text[*cut..].chars().count() >= 2)
        .max()
        .unwrap_or(0);
    start += text[..cut].chars().count();
    start = start.max(chars.len().saturating_sub(LONGEST));
    let code: String = chars[start..].iter().collect();
    (!code.is_empty()).then_some((start, code))
}

/// `国务院令第…`, `公告2023年第…`: what stands before 第.
fn order(chars: &[char], serial: u32) -> Option<(usize, Number)> {
    if chars.last() == Some(&'令') {
        let run = chars
            .iter()
            .rev()
            .take(ORGAN)
            .take_while(|c| is_hanzi(**c))
            .count();
        let text: String = chars[chars.len() - run..].iter().collect();
        // The republic's name and what leads up to the order are no part of its name.
        let after = |word: &str| text.rfind(word).map_or(0, |at| at + word.len());
        let mut lead = ["中华人民共和国", "根据", "按照", "依照", "修改", "废止"]
            .into_iter()
            .map(after)
            .max()
            .unwrap_or(0);
        lead += text[lead..]
            .rfind(['和', '与', '及', '由', '以', '按', '见', '经'])
            .map_or(0, |at| at + '和'.len_utf8());
        let code = text[lead..].to_owned();
        if !code.trim_end_matches('令').ends_with(ORGANS) {
            return None;
        }
        let start = chars.len() - code.chars().count();
        return (code.chars().count() >= 2).then_some((
            start,
            Number {
                code,
                year: None,
                serial,
            },
        ));
    }
    let rest = chars.strip_suffix(&['年'])?;
    let digits = rest.iter().rev().take_while(|c| c.is_ascii_digit()).count();
    let year = u16::try_from(value(&rest[rest.len() - digits..])?)
        .ok()
        .filter(|_| digits == 4)?;
    let before = &rest[..trim(rest, rest.len() - digits)];
    let word = ANNOUNCED
        .into_iter()
        .find(|word| before.iter().collect::<String>().ends_with(word))?;
    Some((
        before.len() - 2,
        Number {
            code: word.to_owned(),
            year: Some(year),
            serial,
        },
    ))
}

/// The end of these characters without blanks.
fn trim(chars: &[char], end: usize) -> usize {
    end - chars[..end]
        .iter()
        .rev()
        .take_while(|c| c.is_whitespace() || **c == '\u{a0}')
        .count()
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || "〇一二三四五六七八九十百零".contains(c)
}

/// A number in ASCII digits or in hanzi, up to 99,999.
fn value(digits: &[char]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 5 {
        return None;
    }
    if digits.iter().all(char::is_ascii_digit) {
        return digits.iter().collect::<String>().parse().ok();
    }
    let one = |c: char| {
        "〇一二三四五六七八九"
            .chars()
            .position(|hanzi| hanzi == c)
            .or((c == '零').then_some(0))
            .and_then(|value| u32::try_from(value).ok())
    };
    if digits.iter().all(|c| one(*c).is_some()) {
        return digits
            .iter()
            .try_fold(0, |value, c| Some(value * 10 + one(*c)?));
    }
    let (mut total, mut last) = (0, None);
    for c in digits {
        match c {
            '百' => total += last.take().unwrap_or(1) * 100,
            '十' => total += last.take().unwrap_or(1) * 10,
            c => last = Some(one(*c)?),
        }
    }
    Some(total + last.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, want: &[&str]) {
        let found = find_numbers(text);
        let got: Vec<String> = found.iter().map(|(_, number)| number.to_string()).collect();
        assert_eq!(got, want, "{text}");
        for (range, number) in found {
            // The normal form is read as itself, and the place is the number's own.
            assert_eq!(find_numbers(&number.to_string())[0].1, number);
            assert_eq!(
                find_numbers(&text[range.clone()])[0].1,
                number,
                "{}",
                &text[range]
            );
        }
    }

    #[test]
    fn any_bracket_is_one() {
        for form in [
            "国发〔2023〕12号",
            "国发[2023]12号",
            "国发（2023）12号",
            "国发(2023) 12 号",
            "国发［2023］012号",
            "国发【2023】第12号",
            "国发〔２０２３〕１２號",
            "国发 〔 2023 〕 12号",
        ] {
            check(form, &["国发〔2023〕12号"]);
        }
    }

    #[test]
    fn where_a_code_begins() {
        for (text, want) in [
            ("某某市人民政府京政发〔1985〕167号", "京政发〔1985〕167号"),
            (
                "根据国务院办公厅国办发〔2017〕47号文件要求",
                "国办发〔2017〕47号",
            ),
            (
                "《关于加强管理的通知》（财建〔2015〕3号）",
                "财建〔2015〕3号",
            ),
            ("按照人社部发〔2019〕8号执行", "人社部发〔2019〕8号"),
            ("（法释〔2020〕17号）", "法释〔2020〕17号"),
            ("中共某某市委组织部组通字〔2021〕5号", "组通字〔2021〕5号"),
        ] {
            check(text, &[want]);
        }
    }

    #[test]
    fn orders_and_announcements() {
        check(
            "2009年5月4日 中华人民共和国国务院令第554号公布",
            &["国务院令第554号"],
        );
        check("中华人民共和国主席令第七十五号", &["主席令第75号"]);
        check(
            "某某总局公告2023年第12号、公告2023年第13号",
            &["公告2023年第12号", "公告2023年第13号"],
        );
        check(
            "中华人民共和国中央军事委员会令第391号",
            &["中央军事委员会令第391号"],
        );
        check("税委会公告[2019]8号", &["税委会公告〔2019〕8号"]);
        check("国务院令第一百二十三号", &["国务院令第123号"]);
    }

    #[test]
    fn what_is_no_number() {
        for text in [
            "十月一号",
            "中山路（2018）12号",
            "神舟十一号发射",
            "第三号台风",
            "某人〔2018〕号",
            "2023年12号",
            "号",
            "〔2023〕12号",
            "门牌12号",
            "一百令第号",
            "宣判了红色通缉令第16号",
        ] {
            check(text, &[]);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken(text in "[国发令第〔〕()（）0-9 号十百年公告\u{3000}党]{0,60}") {
            for (range, _) in find_numbers(&text) {
                prop_assert!(text.get(range).is_some());
            }
        }
    }
}
