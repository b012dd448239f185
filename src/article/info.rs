//! Lines of a page's head that tell of the article: `来源：X  发布时间：Y
//! 作者：Z  浏览次数：12`, in any order and with anything between, and those
//! without a label: `宁川教育在线　2022年5月20日`.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use crate::article::Credit;
use crate::article::Date;
use crate::article::credits;
use crate::article::date::{date_at, find_date};
use crate::article::names::{ends_as_organ, is_glued, is_hanzi, is_name, role_at};

/// The longest line that is looked at, in characters.
const LONGEST: usize = 160;

/// The longest name of a source, in characters.
const LONGEST_NAME: usize = 40;

/// What a label says of the value after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Date,
    Source,
    /// A person or a desk, under this role.
    Who(&'static str),
    /// Something that tells nothing: it only ends the value before.
    Nothing,
}

/// Labels in folded characters, the longer of two that begin alike first. A
/// colon must follow, but for those of [`Says::Nothing`].
const LABELS: &[(&str, Says)] = &[
    ("发布时间", Says::Date),
    ("发布日期", Says::Date),
    ("发表时间", Says::Date),
    ("发表日期", Says::Date),
    ("发稿时间", Says::Date),
    ("发文时间", Says::Date),
    ("发文日期", Says::Date),
    ("录入时间", Says::Date),
    ("编辑时间", Says::Date),
    ("创建时间", Says::Date),
    ("信息时间", Says::Date),
    ("文章日期", Says::Date),
    ("更新时间", Says::Nothing),
    ("更新日期", Says::Nothing),
    ("公布时间", Says::Date),
    ("公布日期", Says::Date),
    ("公开时间", Says::Date),
    ("公开日期", Says::Date),
    ("刊发时间", Says::Date),
    ("发布于", Says::Date),
    ("发布", Says::Date),
    ("时间", Says::Date),
    ("日期", Says::Date),
    ("信息来源", Says::Source),
    ("文章来源", Says::Source),
    ("稿件来源", Says::Source),
    ("新闻来源", Says::Source),
    ("内容来源", Says::Source),
    ("资料来源", Says::Source),
    ("消息来源", Says::Source),
    ("来源单位", Says::Source),
    ("供稿单位", Says::Source),
    ("发布单位", Says::Source),
    ("发布机构", Says::Source),
    ("稿源", Says::Source),
    ("来源", Says::Source),
    ("责任编辑", Says::Who("责任编辑")),
    ("文字编辑", Says::Who("文字编辑")),
    ("网络编辑", Says::Who("网络编辑")),
    ("编辑", Says::Who("编辑")),
    ("责编", Says::Who("责编")),
    ("作者", Says::Who("作者")),
    ("通讯员", Says::Who("通讯员")),
    ("记者", Says::Who("记者")),
    ("撰稿", Says::Who("撰稿")),
    ("供稿", Says::Who("供稿")),
    ("审核", Says::Who("审核")),
    ("审稿", Says::Who("审稿")),
    ("摄影", Says::Who("摄影")),
    ("发布人", Says::Nothing),
    ("发布者", Says::Nothing),
    ("录入", Says::Nothing),
    ("信息员", Says::Nothing),
    ("浏览次数", Says::Nothing),
    ("浏览量", Says::Nothing),
    ("浏览", Says::Nothing),
    ("阅读次数", Says::Nothing),
    ("阅读量", Says::Nothing),
    ("阅读", Says::Nothing),
    ("点击次数", Says::Nothing),
    ("点击数", Says::Nothing),
    ("点击量", Says::Nothing),
    ("点击", Says::Nothing),
    ("访问次数", Says::Nothing),
    ("访问量", Says::Nothing),
    ("人气", Says::Nothing),
    ("字体大小", Says::Nothing),
    ("字体", Says::Nothing),
    ("字号", Says::Nothing),
    ("打印本页", Says::Nothing),
    ("打印", Says::Nothing),
    ("关闭窗口", Says::Nothing),
    ("关闭", Says::Nothing),
    ("收藏", Says::Nothing),
    ("分享到", Says::Nothing),
    ("分享至", Says::Nothing),
    ("分享", Says::Nothing),
    ("视力保护色", Says::Nothing),
    ("保护视力色", Says::Nothing),
    ("朗读", Says::Nothing),
    ("纠错", Says::Nothing),
    ("订阅", Says::Nothing),
    ("扫一扫", Says::Nothing),
    ("大中小", Says::Nothing),
    ("大 中 小", Says::Nothing),
];

/// What a line of the page's head tells.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Info {
    pub(crate) date: Option<Date>,
    pub(crate) source: Option<String>,
    pub(crate) credits: Vec<Credit>,
}

/// What a line of the page's head tells; `None` when it is none. `line` is as
/// written and as long as `folded`, in characters.
pub(crate) fn read(line: &[char], folded: &[char]) -> Option<Info> {
    if folded.len() > LONGEST || folded.is_empty() {
        return None;
    }
    let fields = fields(folded);
    let start = opening(folded);
    let text: String = folded[start..].iter().collect();
    if fields.first().is_some_and(|(at, ..)| *at == start) {
        // `来源于生活的创作`, `编辑部` and `时间：本周六` are no such lines.
        let told = told(line, folded, &fields);
        let only = fields.iter().all(|(.., says)| matches!(says, Says::Who(_)));
        let says_something = told.date.is_some() || told.source.is_some() || fields.len() > 1;
        return (says_something && !only).then_some(told);
    }
    // A date, a clock, and then labels or the name of a source.
    if let Some((date, rest)) = date_at(&text) {
        let rest = after_clock(rest);
        let at = folded.len() - rest.chars().count();
        let labelled = fields.first().is_some_and(|(label, ..)| *label == at);
        let ends = matches!(rest.chars().next(), None | Some('|'));
        let clock = text.chars().count() - rest.chars().count() > 12 && text.contains(':');
        // Of a law: `1979年2月10日 国务院发布`.
        let law = rest.trim_end_matches(|c| !is_hanzi(c)).ends_with("发布");
        let end = fields.first().map_or(folded.len(), |(label, ..)| *label);
        let source = (at < end && !law)
            .then(|| name(line, folded, at, end))
            .flatten();
        if labelled || source.is_some() || ends && clock {
            let told = told(line, folded, &fields);
            return Some(Info {
                date: Some(date),
                source: told.source.or(source),
                credits: told.credits,
            });
        }
        return None;
    }
    // The name of a source, then a date.
    let gap = folded.iter().position(|c| blank(*c))?;
    let next = gap + folded[gap..].iter().take_while(|c| blank(**c)).count();
    let text: String = folded[next..].iter().collect();
    let (date, rest) = date_at(&text)?;
    let rest = after_clock(rest);
    let at = folded.len() - rest.chars().count();
    let ends = rest.is_empty() || fields.first().is_some_and(|(label, ..)| *label == at);
    let source = name(line, folded, start, gap).filter(|_| ends)?;
    Some(Info {
        date: Some(date),
        source: (!made_public(&folded[start..gap])).then_some(source),
        credits: told(line, folded, &fields).credits,
    })
}

/// Is this a label of such a line?
pub(crate) fn is_label(text: &str) -> bool {
    LABELS.iter().any(|(label, _)| *label == text)
}

/// Is it said that an organ made a law public (`国务院发布`)? The accounts of places on the
/// net are called so too (`宁川发布`).
fn made_public(folded: &[char]) -> bool {
    let organ = folded.strip_suffix(&['发', '布']);
    organ.is_some_and(|organ| ends_as_organ(&String::from_iter(organ)))
}

/// The characters that labels begin with.
static FIRST: LazyLock<FxHashSet<char>> = LazyLock::new(|| {
    let labels = LABELS.iter();
    labels
        .filter_map(|(label, _)| label.chars().next())
        .collect()
});

/// Where each label stands, where its value begins, and what it says.
fn fields(folded: &[char]) -> Vec<(usize, usize, Says)> {
    let mut all = Vec::new();
    let mut at = 0;
    while at < folded.len() {
        // Nearly every character.
        if !FIRST.contains(&folded[at]) {
            at += 1;
            continue;
        }
        let found = LABELS.iter().find_map(|(label, says)| {
            let mut end = at;
            for (number, want) in label.chars().enumerate() {
                while number > 0 && folded.get(end).is_some_and(|c| blank(*c)) {
                    end += 1;
                }
                if *folded.get(end)? != want {
                    return None;
                }
                end += 1;
            }
            let colon = end + folded[end..].iter().take_while(|c| blank(**c)).count();
            let after_colon = folded.get(colon) == Some(&':');
            if !after_colon && *says != Says::Nothing {
                return None;
            }
            Some((at, if after_colon { colon + 1 } else { end }, *says))
        });
        match found {
            Some(field) => {
                at = field.1.max(at + 1);
                all.push(field);
            }
            None => at += 1,
        }
    }
    all
}

/// What the fields of a line tell.
fn told(line: &[char], folded: &[char], fields: &[(usize, usize, Says)]) -> Info {
    let mut info = Info::default();
    let ends = fields
        .iter()
        .skip(1)
        .map(|(at, ..)| *at)
        .chain([folded.len()]);
    for ((_, from, says), to) in fields.iter().zip(ends) {
        match says {
            Says::Date => {
                let text: String = folded[*from..to].iter().collect();
                info.date = info.date.or_else(|| find_date(&text));
            }
            Says::Source => {
                let end = byline(folded, *from, to);
                info.source = info
                    .source
                    .take()
                    .or_else(|| value(line, folded, *from, end));
                info.credits.extend(signed(line, folded, end, to));
            }
            Says::Who(role) => {
                let names = people(line, folded, *from, to);
                if !names.is_empty() {
                    info.credits.push(Credit {
                        role: (*role).to_owned(),
                        names,
                    });
                }
            }
            Says::Nothing => {}
        }
    }
    // `来源：某某日报 2018-06-01 10:20`: a date without a label.
    if info.date.is_none() && !fields.is_empty() {
        let plain = fields.iter().all(|(.., says)| *says != Says::Date);
        let ends = fields
            .iter()
            .skip(1)
            .map(|(at, ..)| *at)
            .chain([folded.len()]);
        let of_source = fields
            .iter()
            .zip(ends)
            .filter(|((.., says), _)| *says == Says::Source)
            .map(|((_, from, _), to)| folded[*from..to].iter().collect::<String>());
        info.date = of_source
            .filter(|_| plain)
            .find_map(|text| find_date(&text));
    }
    info
}

/// Where the people begin whom a source is followed by (`临江日报（记者 王小明）`),
/// else `to`.
fn byline(folded: &[char], from: usize, to: usize) -> usize {
    let begins = |at: &usize| *at == from || blank(folded[*at - 1]) || folded[*at - 1] == '(';
    let names_people = |at: &usize| {
        let text: String = folded[*at..to].iter().take(24).collect();
        role_at(&text).is_some_and(|end| {
            let rest = &text[end..];
            let name = rest.split(|c| blank(c) || matches!(c, ')' | '、' | ','));
            is_glued(&text[..end])
                && (rest.is_empty()
                    || rest.starts_with(|c| blank(c) || c == ')')
                    || name.take(1).all(is_name))
        })
    };
    (from..to).filter(begins).find(names_people).unwrap_or(to)
}

/// The people of a byline between two places.
fn signed(line: &[char], folded: &[char], from: usize, to: usize) -> Vec<Credit> {
    let closed = folded[from..to].iter().position(|c| *c == ')');
    let end = closed.map_or(to, |at| from + at);
    credits::list(&line[from..end], &folded[from..end]).unwrap_or_default()
}

/// The name between two places: up to a wide blank, a bar, a bracket, a date. One
/// narrow blank may stand inside (`CCTV 新闻联播 (CNTV)`), but a person's name
/// behind it is no part of it.
fn value(line: &[char], folded: &[char], from: usize, to: usize) -> Option<String> {
    let start = from + folded[from..to].iter().take_while(|c| blank(**c)).count();
    let ends = |c: char| {
        blank(c)
            || matches!(
                c,
                '|' | '丨' | '│' | ']' | '】' | '[' | '【' | ';' | ',' | '<' | '>' | '/' | '\\'
            )
    };
    let piece = |at: usize| {
        let mut open = 0;
        let own = folded[at..to].iter().take_while(|c| {
            open += i32::from(**c == '(') - i32::from(**c == ')');
            open >= 0 && !ends(**c)
        });
        own.count()
    };
    let mut length = piece(start);
    while length > 0 && folded.get(start + length) == Some(&' ') && start + length < to {
        let next = start + length + 1;
        let more = piece(next.min(to));
        let text: String = folded[next.min(to)..(next + more).min(to)].iter().collect();
        if more == 0 || is_name(&text) || date_at(&text).is_some() {
            break;
        }
        length += 1 + more;
    }
    let text: String = folded[start..start + length].iter().collect();
    // `来源：云溪日报2018年6月1日`.
    let digit = text
        .char_indices()
        .find(|(at, c)| c.is_ascii_digit() && date_at(&text[*at..]).is_some());
    let length = digit.map_or(length, |(at, _)| text[..at].chars().count());
    let name: String = line[start..start + length].iter().collect();
    // The bracket of a byline stays open.
    let name = name.trim_end_matches(['(', '（']);
    let name = name.trim_matches(['"', '“', '”', '《', '》', '。', '-', '—', '：', ':']);
    let real = name.chars().any(char::is_alphanumeric) && !name.starts_with("http");
    (real && (1..=LONGEST_NAME).contains(&name.chars().count())).then(|| name.to_owned())
}

/// The names between two places, parted by blanks and commas: of people, or one
/// office.
fn people(line: &[char], folded: &[char], from: usize, to: usize) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut at = from;
    while at < to {
        let sign = |c: char| {
            blank(c)
                || matches!(
                    c,
                    '、' | ',' | '|' | ';' | '/' | ')' | ']' | '】' | '[' | '【' | '('
                )
        };
        at += folded[at..to].iter().take_while(|c| sign(**c)).count();
        let length = folded[at..to].iter().take_while(|c| !sign(**c)).count();
        let text: String = folded[at..at + length].iter().collect();
        let office = names.is_empty() && (2..=16).contains(&length) && text.chars().all(is_hanzi);
        if is_name(&text) || office {
            names.push(line[at..at + length].iter().collect());
        } else if length > 0 {
            break;
        }
        at += length.max(1);
    }
    names
}

/// What names of newspapers, sites and offices that publish end in.
const SOURCES: &[&str] = &[
    "网",
    "网站",
    "报",
    "社",
    "台",
    "刊",
    "在线",
    "客户端",
    "融媒",
    "媒体",
    "发布",
    "公众号",
    "微信",
    "频道",
    "政府",
    "部",
    "委",
    "局",
    "办",
    "厅",
    "院",
    "会",
    "署",
    "中心",
    "杂志",
    "学习强国",
    "馆",
    "站",
    "处",
    "所",
    "之声",
    "先锋",
    "党建",
    "联播",
];

/// A name that stands between two places, where it ends as names of sources do.
fn name(line: &[char], folded: &[char], from: usize, to: usize) -> Option<String> {
    let text: String = folded[from..to].iter().collect();
    let bare =
        text.trim_matches(|c: char| blank(c) || matches!(c, '|' | '丨' | '(' | ')' | '[' | ']'));
    let fits = (3..=20).contains(&bare.chars().count())
        && bare.chars().all(|c| is_hanzi(c) || c.is_ascii_alphabetic())
        && SOURCES.iter().any(|end| bare.ends_with(end));
    let skip = text.chars().take_while(|c| !bare.starts_with(*c)).count();
    fits.then(|| {
        line[from + skip..from + skip + bare.chars().count()]
            .iter()
            .collect()
    })
}

/// Brackets and marks before the first label.
fn opening(folded: &[char]) -> usize {
    folded
        .iter()
        .take_while(|c| {
            blank(**c)
                || matches!(
                    c,
                    '(' | '[' | '【' | '|' | '●' | '■' | '◆' | '*' | '<' | '>'
                )
        })
        .count()
}

/// What follows a clock and a weekday after a date.
fn after_clock(text: &str) -> &str {
    let trim = |text: &'_ str| -> usize {
        text.len()
            - text
                .trim_start_matches(|c: char| {
                    blank(c) || matches!(c, ')' | ']' | '】' | '|' | '丨')
                })
                .len()
    };
    let mut rest = &text[trim(text)..];
    for day in ["星期", "周"] {
        if let Some(after) = rest.strip_prefix(day) {
            let mut chars = after.chars();
            chars.next();
            rest = &chars.as_str()[trim(chars.as_str())..];
        }
    }
    let clock = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '时' | '分' | '秒' | '点')))
        .unwrap_or(rest.len());
    let rest = &rest[clock..];
    &rest[trim(rest)..]
}

fn blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{a0}'
}

#[cfg(test)]
mod tests;
