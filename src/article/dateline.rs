//! Where a story says it comes from before it begins: `央视网消息（新闻联播）：`,
//! `本报讯（记者 王小明）`, `新华社北京6月29日电`.

use crate::article::date::{date_at, month_day_at};
use crate::article::names::{is_hanzi, is_name};
use crate::article::{Credit, Date, credits};

/// How far a head may reach, in characters.
const WITHIN: usize = 90;

/// The longest name of a newspaper with its place, in characters.
const LONGEST_NAME: usize = 20;

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
    /// The people it names.
    pub(crate) credits: Vec<Credit>,
}

/// The head a line begins with.
pub(crate) fn read(line: &str, fold: fn(char) -> char) -> Option<Head> {
    let chars: Vec<char> = line.chars().take(WITHIN).collect();
    let folded: Vec<char> = chars.iter().copied().map(fold).collect();
    let mut head = Head::default();
    let mut at = 0;
    for _ in 0..HEADS {
        match one(&chars, &folded, at, &mut head) {
            Some(end) => at = end,
            None => break,
        }
    }
    head.bytes = chars[..at].iter().map(|c| c.len_utf8()).sum();
    (at > 0).then_some(head)
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
    let (end, source, date) = news(folded, name, run)
        .or_else(|| in_brackets(folded, name, run))
        .or_else(|| wired(folded, name, run))?;
    let mut at = end;
    let mut people = Vec::new();
    if let Some(close) = bracket(folded, at) {
        match people_in(&chars[at + 1..close], &folded[at + 1..close]) {
            Some(credits) => people = credits,
            // A programme: 消息（新闻联播）.
            None if close - at <= 10 && folded[at + 1..close].iter().all(|c| is_hanzi(*c)) => {}
            None => return None,
        }
        at = close + 1;
    }
    let marks = folded[at..]
        .iter()
        .take_while(|c| matches!(c, ':' | ' ' | ',' | '\u{a0}'))
        .count();
    if head.source.is_none() && folded.get(name) != Some(&'本') && folded.get(name) != Some(&'我')
    {
        head.source = Some(chars[name..source].iter().collect());
    }
    head.date = head.date.or(date);
    head.credits.extend(people);
    Some(at + marks)
}

/// Where the head ends, where the name ends, the date it gives.
type Parts = (usize, usize, Option<Date>);

/// `本报讯`, `某某网讯 `, `本台消息，`, `央视网消息（…`.
fn news(folded: &[char], start: usize, run: usize) -> Option<Parts> {
    let mut at = start + 2;
    while at < run {
        let length = word_of_news(&folded[at..]);
        if length > 0 && is_medium(&folded[start..at]) {
            let next = folded.get(at + length).copied();
            let delimited =
                next.is_none_or(|c| matches!(c, '(' | ':' | ',' | ' ' | '\u{a0}' | '['));
            let own = folded[start] == '本'
                && length == 1
                && !next.is_some_and(|c| matches!(c, '息' | '号' | '问' | '速'));
            return (delimited || own).then_some((at + length, at, None));
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
    (folded.get(after) == Some(&':')).then_some((after, run, None))
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
    Some((folded.len() - rest.chars().count() + word, medium, date))
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
    folded.len() >= 2
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
            "",
            "据",
        ] {
            check(line, "", "");
        }
    }
}
