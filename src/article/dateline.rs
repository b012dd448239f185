//! Where a story says it comes from before it begins: `央视网消息（新闻联播）：`,
//! `本报讯（记者 王小明）`, `新华社北京6月29日电`.

use std::ops::Range;

use crate::article::date::{date_at, month_day_at};
use crate::article::names::{is_hanzi, is_name};
use crate::article::{Credit, Date, credits};

/// How far a head may reach, in characters.
const WITHIN: usize = 90;

/// The longest name of a newspaper with its place, in characters.
const LONGEST_NAME: usize = 20;

/// The longest name of a place, in characters.
const LONGEST_PLACE: usize = 8;

/// Two heads may follow each other: `央视网消息(新闻联播)：本台消息，`.
const HEADS: usize = 3;

/// The head of a line.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// Bytes of the line it takes.
    pub(crate) bytes: usize,
    /// The name it gives, as written; none for 本报 and 本台.
    pub(crate) source: Option<String>,
    /// A date with its year.
    pub(crate) date: Option<Date>,
    /// Where it was written (`新华社北京6月29日电`).
    pub(crate) place: Option<String>,
    /// The people it names.
    pub(crate) credits: Vec<Credit>,
}

/// The head a line begins with.
pub(crate) fn read(line: &str, fold: fn(char) -> char) -> Option<Head> {
    let chars: Vec<char> = line.chars().take(WITHIN).collect();
    let folded: Vec<char> = chars.iter().copied().map(fold).collect();
    let mut head = Head::default();
    let mut at = enclosed(&chars, &folded, &mut head).unwrap_or(0);
    for _ in 0..HEADS {
        match one(&chars, &folded, at, &mut head) {
            Some(end) => at = end,
            None => break,
        }
    }
    if let Some((end, credits)) = reported(&chars, &folded, at) {
        at = end;
        head.credits.extend(credits);
    }
    head.bytes = chars[..at].iter().map(|c| c.len_utf8()).sum();
    (at > 0).then_some(head)
}

/// A head that stands in brackets: `【云溪新闻网讯】`. Where the text begins.
fn enclosed(chars: &[char], folded: &[char], head: &mut Head) -> Option<usize> {
    let close = match folded.first()? {
        '(' => ')',
        '[' => ']',
        '【' => '】',
        _ => return None,
    };
    let close = folded.iter().take(LONGEST_LIST).position(|c| *c == close)?;
    let mut found = Head::default();
    let inner = &folded[1..close];
    (one(&chars[1..close], inner, 0, &mut found)? == inner.len()).then_some(())?;
    *head = found;
    Some(close + 1 + marks(&folded[close + 1..]))
}

/// The longest list of people in a head, in characters.
const LONGEST_LIST: usize = 40;

/// `记者 王小明 通讯员 李方 报道：`, up to the colon or the word that ends it.
fn reported(chars: &[char], folded: &[char], start: usize) -> Option<(usize, Vec<Credit>)> {
    let rest = &folded[start..];
    let near = &rest[..rest.len().min(LONGEST_LIST)];
    let colon = near.iter().position(|c| *c == ':');
    let word = near.windows(2).position(|pair| pair == ['报', '道']);
    let (names, end) = match (word, colon) {
        // 摄影报道 is a role, 报道 alone is none.
        (Some(word), Some(colon)) if word + 2 == colon => (word, colon),
        (Some(word), _) if start > 0 => (word, word + 2),
        (None, Some(colon)) if start > 0 => (colon, colon),
        _ => return None,
    };
    let credits = credits::list(&chars[start..start + names], &rest[..names])?;
    let role = credits.first()?.role.ends_with("记者") || credits.first()?.role == "通讯员";
    role.then(|| (start + end + marks(&rest[end..]), credits))
}

/// Marks and blanks after a head.
fn marks(folded: &[char]) -> usize {
    folded
        .iter()
        .take_while(|c| matches!(c, ':' | ' ' | ',' | '\u{a0}'))
        .count()
}

/// One head from `start` on: where it ends.
fn one(chars: &[char], folded: &[char], start: usize, head: &mut Head) -> Option<usize> {
    let mut name = start;
    if folded.get(name) == Some(&'据') || folded.get(name) == Some(&'據') {
        name += 1;
    }
    let run = name
        + folded[name..]
            .iter()
            .take(LONGEST_NAME)
            .take_while(|c| is_hanzi(**c))
            .count();
    let (end, source, date, place) = news(folded, name, run)
        .or_else(|| in_brackets(folded, name, run))
        .or_else(|| wired(folded, name, run))?;
    let mut at = end;
    let mut people = Vec::new();
    let open = at
        + folded[at..]
            .iter()
            .take_while(|c| c.is_whitespace())
            .count();
    if let Some(close) = bracket(folded, open) {
        let inner = &folded[open + 1..close];
        // 消息（新闻联播）.
        let programme = open == end && inner.len() < 10 && inner.iter().all(|c| is_hanzi(*c));
        match people_in(&chars[open + 1..close], inner) {
            Some(credits) => {
                people = credits;
                at = close + 1;
            }
            None if programme => at = close + 1,
            // After a blank it is the text's own.
            None if open > end => {}
            None => return None,
        }
    }
    let marks = marks(&folded[at..]);
    if head.source.is_none() && folded.get(name) != Some(&'本') && folded.get(name) != Some(&'我')
    {
        head.source = Some(chars[name..source].iter().collect());
    }
    head.date = head.date.or(date);
    head.place = head
        .place
        .take()
        .or_else(|| place.map(|place| chars[place].iter().collect()));
    head.credits.extend(people);
    Some(at + marks)
}

/// Where the head ends, where the name ends, the date and the place it gives.
type Parts = (usize, usize, Option<Date>, Option<Range<usize>>);

/// `本报讯`, `某某网讯 `, `本台消息，`, `央视网消息（…`.
fn news(folded: &[char], start: usize, run: usize) -> Option<Parts> {
    let mut at = start + 2;
    while at < run {
        let length = word_of_news(&folded[at..]);
        // 云溪发布讯 is of a medium, 农业部发布消息 is not.
        let released = length == 2 && folded[start..at].ends_with(&['发', '布']);
        if length > 0 && !released && is_medium(&folded[start..at]) {
            let next = folded.get(at + length).copied();
            let delimited = next.is_none_or(|c| {
                matches!(c, '(' | ':' | ',' | ' ' | '\u{a0}' | '[' | ']' | ')' | '】')
            });
            let own = folded[start] == '本'
                && length == 1
                && !next.is_some_and(|c| matches!(c, '息' | '号' | '问' | '速'));
            return (delimited || own).then_some((at + length, at, None, None));
        }
        at += 1;
    }
    None
}

/// `央视网(新闻联播)消息：`, `中国网络电视台(新闻联播)：`: a colon must follow.
fn in_brackets(folded: &[char], start: usize, run: usize) -> Option<Parts> {
    let close =
        bracket(folded, run).filter(|close| close - run <= 10 && is_medium(&folded[start..run]))?;
    let after = close + 1 + word_of_news(&folded[close + 1..]);
    (folded.get(after) == Some(&':')).then_some((after, run, None, None))
}

/// `新华社北京6月29日电`, `中新网2017年6月29日讯`.
fn wired(folded: &[char], start: usize, run: usize) -> Option<Parts> {
    // The digits of a date end the run of hanzi, unless the date is written out.
    let day = (start + 2..=run).find(|at| {
        folded
            .get(*at)
            .is_some_and(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(*c))
    })?;
    let medium = (start + 2..=day).find(|end| is_medium(&folded[start..*end]))?;
    let text: String = folded[day..].iter().collect();
    let (date, rest) = match date_at(&text) {
        Some((date, rest)) => (Some(date), rest),
        None => month_day_at(&text).map(|(_, _, rest)| (None, rest))?,
    };
    let rest = rest.trim_start();
    let word = rest.starts_with('电').then_some(1).or_else(|| {
        let length = word_of_news(&rest.chars().take(2).collect::<Vec<_>>());
        (length > 0).then_some(length)
    })?;
    let place = (2..=LONGEST_PLACE)
        .contains(&(day - medium))
        .then_some(medium..day);
    Some((
        folded.len() - rest.chars().count() + word,
        medium,
        date,
        place,
    ))
}

/// 讯 or 消息 at the start: how many characters.
fn word_of_news(folded: &[char]) -> usize {
    match folded {
        ['讯', ..] => 1,
        ['消', '息', ..] => 2,
        _ => 0,
    }
}

/// Does a name end as newspapers, agencies and stations do?
fn is_medium(folded: &[char]) -> bool {
    folded.ends_with(&['发', '布'])
        || folded.len() >= 2
            && folded.last().is_some_and(|c| {
                matches!(
                    c,
                    '网' | '报' | '社' | '台' | '刊' | '端' | '媒' | '站' | '播' | '线'
                )
            })
}

/// Where the bracket that opens at `at` closes.
fn bracket(folded: &[char], at: usize) -> Option<usize> {
    (folded.get(at) == Some(&'(')).then_some(())?;
    folded[at..]
        .iter()
        .take(60)
        .position(|c| *c == ')')
        .map(|close| at + close)
}

/// `记者 王小明`, or a name alone.
fn people_in(chars: &[char], folded: &[char]) -> Option<Vec<Credit>> {
    credits::list(chars, folded).or_else(|| {
        let name: String = folded.iter().collect();
        is_name(&name).then(|| {
            vec![Credit {
                role: "作者".to_owned(),
                names: vec![chars.iter().collect()],
            }]
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fold::fold;

    #[track_caller]
    fn check(line: &str, head: &str, source: &str) {
        let found = read(line, fold).unwrap_or_default();
        assert_eq!(
            (
                &line[..found.bytes],
                found.source.as_deref().unwrap_or_default()
            ),
            (head, source),
            "{line}"
        );
    }

    #[test]
    fn heads() {
        for (head, source) in [
            ("央视网消息（新闻联播）：", "央视网"),
            ("央视网消息(新闻联播):", "央视网"),
            ("央视网消息(新闻联播）：", "央视网"),
            ("央视网(新闻联播)消息：", "央视网"),
            ("中国网络电视台(新闻联播)：", "中国网络电视台"),
            ("央视网消息(新闻联播)：本台消息，", "央视网"),
            ("本报讯（记者 王小明、李方）", ""),
            ("本報訊(王小明)", ""),
            ("本报讯 ", ""),
            ("本台消息，", ""),
            ("某某导报讯 ", "某某导报"),
            ("新华社北京6月29日电（记者王小明）", "新华社"),
            ("新华社北京6月29日电 ", "新华社"),
            ("据新华社日内瓦2017年1月18日电 ", "新华社"),
            ("中新网6月29日电 ", "中新网"),
            ("新華社北京6月29日電（記者王小明、李方）", "新華社"),
            ("本報訊（記者 王小明 通訊員 李方）", ""),
            ("人民网临江6月29日电 （记者 王小明）", "人民网"),
            ("云溪新闻网讯（通讯员 李方）", "云溪新闻网"),
            ("本网讯 ", ""),
            ("（新华社北京6月29日电）", "新华社"),
            ("【云溪新闻网讯】", "云溪新闻网"),
            ("云溪融媒讯 ", "云溪融媒"),
            ("云溪发布讯（记者 王小明）", "云溪发布"),
            ("云溪日报讯 记者 王小明 通讯员 李方报道：", "云溪日报"),
            ("本报记者 王小明 报道：", ""),
        ] {
            check(&format!("{head}全市召开机关党建工作会议。"), head, source);
        }
        check("本报讯全市召开会议。", "本报讯", "");
        assert_eq!(
            read("新华社北京2017年6月29日电", fold)
                .unwrap()
                .date
                .unwrap()
                .to_string(),
            "2017-06-29"
        );
        let place = |line: &str| read(line, fold).unwrap().place;
        assert_eq!(place("新华社日内瓦6月29日电").as_deref(), Some("日内瓦"));
        assert_eq!(place("中新网6月29日电"), None);
        assert_eq!(
            read("本报讯（记者 王小明）", fold).unwrap().credits[0].names,
            ["王小明"]
        );
    }

    #[test]
    fn sentences() {
        for line in [
            "商务部：推动消费升级。",
            "新华社记者走进社区。",
            "某网站消息人士透露，会议将召开。",
            "通讯员队伍建设",
            "本报记者王小明",
            "朝鲜：",
            "农业部发布消息，各地春播进展顺利。",
            "",
            "据",
        ] {
            check(line, "", "");
        }
    }
}
